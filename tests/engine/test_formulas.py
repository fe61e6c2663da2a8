"""Formulas: the text of rows in several languages."""

import math

import pytest

from microgradnn.elements import where
from microgradnn.engine.formulas import PYTHON, Formula, statements
from microgradnn.engine.row import PRIMITIVES
from microgradnn.engine.table import maximum, minimum, relu
from microgradnn.javascript import JAVASCRIPT

X, Y, Z = Formula("x"), Formula("y"), Formula("z")


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (X - (Y - Z), "x - (y - z)"),
        (X - Y - Z, "x - y - z"),
        (X / (Y * Z), "x / (y * z)"),
        ((X + Y) * Z, "(x + y) * z"),
        (-(X + Y), "-(x + y)"),
        (-X * Y, "-x * y"),
        (PRIMITIVES["neg"](-X), "-(-x)"),  # not --x, which JavaScript reads otherwise
        (2 - X, "2.0 - x"),
        (X * -2, "x * -2.0"),
        (1 / (1 + X), "1.0 / (1.0 + x)"),
    ],
)
def test_parentheses_where_they_are_needed_and_only_there(formula: Formula, text: str) -> None:
    assert formula.code(PYTHON) == text
    values = {"x": 3.0, "y": 5.0, "z": 7.0}
    row_by_row = eval(text, {}, values)
    assert row_by_row == eval(formula.code(JAVASCRIPT), {}, values)


def test_dialects() -> None:
    formula = maximum(relu(X), math.inf)
    assert formula.code(PYTHON) == "maximum((0.0 if x <= 0.0 else x), inf)"
    assert formula.code(JAVASCRIPT) == "Math.max((x <= 0.0 ? 0.0 : x), Infinity)"
    both = where((X > 0) & (Y < 1), minimum(X, Y), 0.0)
    assert both.code(PYTHON) == "(minimum(x, y) if x > 0.0 and y < 1.0 else 0.0)"


def test_what_recurs_is_computed_once() -> None:
    sigmoid = PRIMITIVES["sigmoid"]
    lines = statements({"y": sigmoid(X), "slope": sigmoid.partials[0](Y, X)}, PYTHON)  # type: ignore[index]
    assert sum(line.count("exp(") for line in lines) == 1
    assert [line.split(" = ")[0] for line in lines] == ["t0", "y", "slope"]


def test_a_comparison_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(X > 0)
