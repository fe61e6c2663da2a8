"""Rows of the user's own, written down as formulas where they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import microgradnn as mg
from microgradnn.compiler.own_rows import written_out
from microgradnn.engine.formulas import PYTHON, Formula
from microgradnn.engine.row import PRIMITIVES

Make = Callable[..., Any]


@pytest.fixture
def own() -> Iterator[Make]:
    """Makes rows that are gone afterwards."""
    before = set(PRIMITIVES)

    def make(name: str, forward: Callable[..., Any], operands: int = 1) -> Any:
        return mg.primitive(name, forward, [lambda out, *xs: 0.0 * out] * operands)

    yield make
    for name in PRIMITIVES.keys() - before:
        del PRIMITIVES[name]


def test_a_formula_is_what_its_row_computes(own: Make) -> None:
    bump = own("bump", lambda x: mg.exp(-x * x))
    mix = own("mix", lambda x, y: mg.where(x < y, bump(x) - y, 2.0), operands=2)
    a, b = Formula("a"), Formula("b")
    formula = written_out(mg.tanh(mix(a, b + 1)) * b)
    assert formula.code(PYTHON) == "tanh((exp(-a * a) - (b + 1.0) if a < b + 1.0 else 2.0)) * b"


def test_formulas_without_such_rows_stay() -> None:
    x = Formula("x")
    formula = mg.where(x > 0.0, mg.exp(x), 1.0) + x
    assert written_out(formula).code(PYTHON) == formula.code(PYTHON)


@pytest.mark.parametrize(
    "forward",
    [
        math.exp,
        lambda x: max(x, 0.0),
        lambda x: 1.0,
        lambda x: x if isinstance(x, float) else -x,
        lambda x: {0.3: 1.0}.get(x, 0.0) * x,
        lambda x: x.real * 2.0,
        lambda x: float(x),
    ],
)
def test_python_code_is_refused_by_its_name(own: Make, forward: Callable[[Any], Any]) -> None:
    row = own("wavelet", forward)
    with pytest.raises(ValueError, match=r"^wavelet is .* write it as a formula: .* not math.exp"):
        written_out(row(Formula("x")) + 1)


def test_numbers_outside_of_a_domain_are_not_tried(own: Make) -> None:
    row = own("root", lambda x: mg.sqrt(x) * mg.log(x))
    assert written_out(row(Formula("x"))).code(PYTHON) == "sqrt(x) * log(x)"
