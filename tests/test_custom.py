"""Rows of the user's own."""

import inspect
import math
import re
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

import microgradnn as mg
from microgradnn.engine import PRIMITIVES


@pytest.fixture(autouse=True)
def _own_rows_go_again() -> Iterator[None]:
    with mock.patch.dict(PRIMITIVES):
        yield


def test_a_row_with_a_domain_says_when_an_operand_is_outside() -> None:
    half_log = mg.primitive(
        "half_log",
        lambda x: 0.5 * math.log(x),
        [lambda out, x: 0.5 / x],
        domain=(mg.Interval(0.0, math.inf, excluded=(0.0,)),),
    )
    assert half_log.kind == "custom"
    with pytest.raises(ValueError, match=r"half_log\(-1\.0\)"):
        half_log(mg.Value(-1.0))
    assert "domain      x in (0, ∞)" in (inspect.getdoc(half_log) or "")


def test_a_row_says_what_it_is_and_shows_the_textbooks_derivative() -> None:
    row = mg.primitive(
        "squash",
        math.tanh,
        [lambda out, x: (1.0 - out) * (1.0 + out)],
        textbook=[lambda out, x: 1.0 - out**2],
        summary="A hyperbolic tangent.",
    )
    lines = (inspect.getdoc(row) or "").splitlines()
    assert lines[0] == "A hyperbolic tangent."
    assert "    derivative  ∂/∂x = 1 − out²" in lines
    assert lines[-1] == repr([(1.0 - math.tanh(0.5)) * (1.0 + math.tanh(0.5))])
    x = mg.Value(0.5, "x")
    y = row(x)
    y.label = "y"
    assert "∂y/∂x = 1 − y²" in str(mg.explain(y, x))
    assert "1 - y^{2}" in mg.explain(y, x).latex()


def test_a_row_for_numbers_only_has_help_and_steps() -> None:
    row = mg.primitive("wave", math.sin, [lambda out, x: math.cos(x)])
    text = inspect.getdoc(row) or ""
    assert "∂/∂x by a function of numbers" in text
    assert text.startswith("The row wave.")
    assert "∂" in str(mg.steps(row(mg.Value(0.5))))


def test_a_row_that_takes_no_sample_has_no_example() -> None:
    row = mg.primitive("picky", lambda x: math.acosh(x - 9.0), [lambda out, x: 1.0])
    text = inspect.getdoc(row) or ""
    assert "derivative  ∂/∂x = 1" in text
    assert ">>>" not in text


def test_an_operation_without_readable_names_has_numbered_ones() -> None:
    row = mg.primitive("larger", lambda a, b: max(a, b), [lambda *xs: 1.0, lambda *xs: 0.0])
    assert "∂/∂x1 = 1" in (inspect.getdoc(row) or "")


ONE = [lambda out, x: 1.0]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"name": "no name"}, ValueError, "name must be an identifier, got 'no name'"),
        ({"name": "tanh"}, ValueError, "there is a primitive 'tanh' already"),
        ({"symbol": 3}, TypeError, "symbol must be a str, got int 3"),
        ({"summary": None}, TypeError, "summary must be a str, got NoneType None"),
        ({"forward": 3}, TypeError, "forward must be a function"),
        ({"partials": []}, TypeError, "forward must be a function, and partials a list of one"),
        ({"textbook": []}, TypeError, "textbook must be a list of a function for each operand"),
        ({"textbook": ONE * 2}, TypeError, "textbook must be a list of a function for each"),
        ({"domain": (mg.Interval(1, 0),)}, ValueError, "domain[0] must not have low above high"),
        ({"domain": (mg.Interval(0, 1),) * 2}, ValueError, "domain has 2 intervals"),
    ],
)
def test_what_makes_no_row_is_refused(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    rows = dict(PRIMITIVES)
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        mg.primitive(**{"name": "new", "forward": lambda x: x, "partials": ONE, **arguments})
    assert rows == PRIMITIVES


@pytest.mark.parametrize("given", [None, "1", 1j, [1.0], (1.0,)])
def test_what_gives_no_number_is_refused(given: Any) -> None:
    """A derivative of None would be an edge that is not there, and the gradient 0."""
    name = f"row_without_a_number_{type(given).__name__}"
    row = mg.primitive(name, lambda x: given, [lambda out, x: 1.0])
    for operand in (2.0, mg.Value(2.0)):
        with pytest.raises(TypeError, match=f"what forward of {name} gives must be a real number"):
            row(operand)
    row = mg.primitive(f"slope_of_{name}", lambda x: x, [lambda out, x: given])
    with pytest.raises(TypeError, match=r"what partials\[0\] of .* gives must be a real number"):
        row(mg.Value(2.0))


def test_whole_numbers_become_floats() -> None:
    row = mg.primitive("whole_row", lambda x: 3, [lambda out, x: 0])
    assert type(row(mg.Value(2.0)).data) is type(row(2.0)) is float
