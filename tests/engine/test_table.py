"""The table: what people read of a row is the same function as what is computed, in 60 digits."""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

import mpmath as mp
import pytest
from properties.references import REFERENCES
from properties.strategies import CHOOSING, arranged

from microgradnn.engine.checks import Interval
from microgradnn.engine.formulas import Formula
from microgradnn.engine.row import PRIMITIVES, Primitive, where
from microgradnn.engine.table import exp, log, sigmoid

POINTS = 100
DIGITS = 60
AGREEMENT = 1e-35  # what formulas that lose some of 60 digits to cancellation still agree in

ROWS = list(PRIMITIVES.values())
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)

RELATIONS: dict[Any, Callable[..., Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "&": operator.and_,
}


@cache
def irrational() -> dict[float, Any]:
    """What the doubles in the table stand for: without their rounding the forms agree exactly."""
    density = 1 / mp.sqrt(2 * mp.pi)
    coarse = mp.mpf(6693141) / 2**24
    positive = {
        math.sqrt(2.0): mp.sqrt(2),
        math.sqrt(math.pi): mp.sqrt(mp.pi),
        math.sqrt(2.0 * math.pi): mp.sqrt(2 * mp.pi),
        2.0 / math.sqrt(math.pi): 2 / mp.sqrt(mp.pi),
        1.0 / math.sqrt(2.0 * math.pi): density,
        0.41421356237309503: mp.sqrt(2) - 1,
        1.133517010526318e-08: coarse - density,
    }
    return positive | {-number: -exact for number, exact in positive.items()}


def evaluated(formula: Any, names: dict[str, Any]) -> Any:
    """A formula in mpmath's numbers; of a selection only what is selected."""
    if not isinstance(formula, Formula):
        formula = Formula(repr(float(formula)))
    row = formula.row
    if row is None:
        if formula.text in names:
            return names[formula.text]
        number = float(formula.text)
        return irrational().get(number, mp.mpf(number))
    if row == "where":
        condition, a, b = formula.operands
        return evaluated(a if evaluated(condition, names) else b, names)
    operands = [evaluated(x, names) for x in formula.operands]
    return (
        REFERENCES[row.name](*operands) if isinstance(row, Primitive) else RELATIONS[row](*operands)
    )


def inside(interval: Interval, rng: random.Random) -> float:
    low, high = max(interval.low, -8.0), min(interval.high, 8.0)
    return rng.uniform(low + 1e-3, high - 1e-3)


def points(row: Primitive) -> Iterator[list[float]]:
    """Points all over the domain, some at kinks and ties."""
    rng = random.Random(row.name)
    for k in range(POINTS):
        domain = row.domain if row.arity else row.domain * rng.randint(1, 4)
        xs = [inside(interval, rng) for interval in domain]
        if row.kinks and k % 4 == 0:
            xs = [rng.choice((0.0, 0.5, -0.5)) for _ in domain]
        elif row.arity is None and k % 4 == 0:
            xs = [xs[0]] * len(xs)
        elif row.name == "pow" and k % 4 == 0:
            xs = [xs[0], float(rng.randint(-3, 3))]
        yield arranged(partial(choice_among, rng, len(xs)), row, xs)  # type: ignore[arg-type]


def choice_among(rng: random.Random, count: int, strategy: object) -> float:
    """In place of what hypothesis would draw: whose share a softmax gives, or a target."""
    return float(rng.randrange(count))


def check_textbook(row: Primitive) -> None:
    """Value and derivatives are the same functions as the textbook's, at every point."""
    for point in points(row):
        # Whose share softmax gives is a number.
        names = {f"x{k}": mp.mpf(x) for k, x in enumerate(point)}
        operands: list[Any] = list(map(Formula, names))
        if row.name in CHOOSING:
            operands[0] = point[0]
        out = REFERENCES[row.name](*names.values())
        names["out"] = out
        assert_same(evaluated(row.definition(*operands), names), out, point)
        wanted = [True] * len(point)
        computed = row.partials_on(Formula("out"), operands, wanted)
        shown = row.textbook_on(Formula("out"), operands)
        for one, other in zip(computed, shown, strict=True):
            assert_same(evaluated(one, names), evaluated(other, names), point)


def assert_same(one: Any, other: Any, point: Sequence[float]) -> None:
    assert abs(one - other) <= AGREEMENT * (abs(one) + abs(other)) + mp.mpf(10) ** -50, point


@each_row
def test_the_textbooks_form_is_the_same_function(row: Primitive) -> None:
    with mp.workdps(DIGITS):
        check_textbook(row)


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "tanh: 1 + out²": ("tanh", {"textbook": (lambda out, x: 1.0 + out**2,)}),
    "tanh: off by 1e-20": ("tanh", {"textbook": (lambda out, x: 1.0 - out**2 + 1e-20,)}),
    "sigmoid: out²": ("sigmoid", {"textbook": (lambda out, x: out * out,)}),
    "relu: 1 at its kink": ("relu", {"textbook": (lambda out, x: where(x >= 0, 1.0, 0.0),)}),
    "pow: no log": (
        "pow",
        {"textbook": (lambda out, a, b: b * a ** (b - 1), lambda out, a, b: a**b)},
    ),
    "div: swapped": ("div", {"textbook": (lambda out, a, b: -a / b**2, lambda out, a, b: 1 / b)}),
    "max: a tie to all": (
        "max",
        {"textbook": lambda out, *xs: [where(x >= out, 1.0, 0.0) for x in xs]},
    ),
    "cross_entropy: as if Σ t were 1": (
        "cross_entropy",
        {
            "textbook": lambda out, *xs: [
                *(s - t for s, t in zip(shares(xs), xs[len(xs) // 2 :], strict=True)),
                *(-log(s) for s in shares(xs)),
            ]
        },
    ),
    "softplus: no 1": ("softplus", {"definition": lambda x: log(exp(x))}),
    "logsigmoid: of −x": ("logsigmoid", {"definition": lambda x: log(sigmoid(-x))}),
}


def shares(xs: Sequence[Any]) -> list[Any]:
    n = len(xs) // 2
    return [PRIMITIVES["softmax"](float(k), *xs[:n]) for k in range(n)]


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_textbook_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, wrong = WRONG[fault]
    for attribute, function in wrong.items():
        monkeypatch.setattr(PRIMITIVES[name], attribute, function)
    with mp.workdps(DIGITS), pytest.raises(AssertionError):
        check_textbook(PRIMITIVES[name])


@each_row
def test_every_row_says_what_it_is(row: Primitive) -> None:
    assert row.summary.endswith(".")
    assert len(row.summary) <= 90
    assert (row.arity is None) == all(row.words) == any(row.words)


def test_textbooks_are_short_where_the_partials_are_long() -> None:
    from microgradnn.explaining.help import derivative_texts

    texts = {row.name: derivative_texts(row) for row in ROWS}
    assert texts["tanh"] == ["∂/∂x = 1 − out²"]
    assert texts["sigmoid"] == ["∂/∂x = out·(1 − out)"]
    assert texts["pow"] == ["∂/∂a = b·aᵇ⁻¹", "∂/∂b = aᵇ·log(a)"]
    assert texts["div"] == ["∂/∂a = 1 / b", "∂/∂b = −a / b²"]
    assert max(len(text) for listed in texts.values() for text in listed) <= 60


def test_the_accurate_partials_are_what_is_computed() -> None:
    assert PRIMITIVES["tanh"].local_derivatives(1.0, [30.0], [True])[0] == pytest.approx(
        4.0 * math.exp(-60.0), rel=1e-15
    )
    assert PRIMITIVES["tanh"].textbook_on(1.0, [30.0]) == [0.0]
