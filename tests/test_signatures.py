"""What a row and a function show of themselves: their operands, and the errors that they raise."""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys

import pytest

import microgradnn as mg
from microgradnn import losses
from microgradnn.engine import PRIMITIVES
from microgradnn.losses.signatures import loss


def test_signatures_are_those_of_the_operands() -> None:
    assert str(inspect.signature(mg.gelu)) == "(x)"
    assert str(inspect.signature(mg.maximum)) == "(a, b)"
    assert str(inspect.signature(PRIMITIVES["dot"])) == "(*operands)"
    assert list(inspect.signature(mg.Primitive).parameters)[:2] == ["name", "symbol"]
    assert list(inspect.signature(mg.sum).parameters) == ["xs"]


@pytest.mark.parametrize(
    ("name", "error", "point"),
    [
        ("log", ValueError, "x = 0"),
        ("sqrt", ValueError, "x = −1"),
        ("exp", OverflowError, "x = 1000"),
        ("div", ZeroDivisionError, "a = 0.5, b = 0"),
        ("pow", ValueError, "a = −1, b = 0.5"),
    ],
)
def test_the_help_of_a_row_says_where_it_raises(
    name: str, error: type[Exception], point: str
) -> None:
    row = PRIMITIVES[name]
    assert f"{error.__name__} at {point}" in " ".join(str(row.__doc__).split())
    operands = [float(part.split(" = ")[1].replace("−", "-")) for part in point.split(", ")]
    with pytest.raises(error):
        row(*operands)


def test_rows_without_an_end_of_their_domain_raise_for_what_is_no_number_only() -> None:
    text = str(mg.sin.__doc__)
    assert "Raises TypeError for an operand that is no number." in text
    with pytest.raises(TypeError):
        mg.sin("1")  # type: ignore[call-overload]


@pytest.mark.parametrize("margin", ["    ", ""])
def test_a_word_on_errors_has_the_margin_of_its_docstring(margin: str) -> None:
    """From version 3.13 on, Python takes the margin away before a decorator sees the text."""

    def function() -> None: ...

    function.__doc__ = f"One.\n\n{margin}>>> 1\n{margin}1\n"
    loss(function)
    lines = [line for line in function.__doc__.splitlines()[1:] if line]
    assert len(lines) == 4
    assert {line[: len(line) - len(line.lstrip())] for line in lines} == {margin}
    assert doctest.DocTestParser().get_examples(function.__doc__)[0].want == "1\n"


def test_functions_with_one_sentence_on_errors_have_it_before_the_example() -> None:
    text = str(mg.logsumexp.__doc__)
    before, _, example = text.partition(">>> ")
    assert "Raises ValueError if there is no element" in before
    assert "Raises" not in example
    assert "Raises ValueError if the target is not nested" in str(losses.mse_loss.__doc__)
    with pytest.raises(ValueError, match="xs is empty"):
        mg.logsumexp([])
    with pytest.raises(TypeError, match="must be a real number"):
        mg.elu("1")  # type: ignore[call-overload]


def test_a_python_without_docstrings_loads_all() -> None:
    program = "from microgradnn import losses, sum; print(sum.__doc__, losses.mse_loss([1], [3]))"
    done = subprocess.run([sys.executable, "-OO", "-c", program], capture_output=True, check=True)
    assert done.stdout.split() == [b"None", b"4.0"]
