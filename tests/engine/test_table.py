"""The table: what people read of a row is the same function as what is computed, in 60 digits."""

from __future__ import annotations

import math
import operator
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache, partial
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from properties.references import REFERENCES
from properties.strategies import CHOOSING, arranged

from microgradnn import Value, gradients, logsumexp
from microgradnn.domains import Interval
from microgradnn.elements import where
from microgradnn.engine.formulas import Formula
from microgradnn.engine.row import PRIMITIVES, Primitive
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
        math.log(2.0): mp.log(2),
        math.log(10.0): mp.log(10),
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
            xs = [rng.choice([x for x in (0.0, 0.5, -0.5) if x in here]) for here in domain]
            if row.name in ("hypot", "atan2") and not any(xs):
                continue  # the textbook's derivatives are 0/0 there
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


# ---- Rows at special numbers: value and derivatives ----------------------------------------------

INF, NAN = math.inf, math.nan
SPECIAL: list[tuple[str, tuple[float, ...], float, tuple[float, ...]]] = [
    ("log2", (8.0,), 3.0, (0.125 / math.log(2.0),)),
    ("log2", (5e-324,), -1074.0, (INF,)),  # a slope of 2.9e323
    ("log2", (INF,), INF, (0.0,)),
    ("log2", (-INF,), NAN, (0.0,)),
    ("log10", (1e-300,), -300.0, (1e300 / math.log(10.0),)),
    ("log10", (1e300,), 300.0, (1e-300 / math.log(10.0),)),
    ("asinh", (-1e200,), -200 * math.log(10.0) - math.log(2.0), (1e-200,)),  # whose square is inf
    ("asinh", (1e160,), 160 * math.log(10.0) + math.log(2.0), (1e-160,)),
    ("asinh", (0.75,), math.log(2.0), (0.8,)),
    ("asinh", (1e-200,), 1e-200, (1.0,)),
    ("asinh", (-INF,), -INF, (0.0,)),
    ("acosh", (1.0,), 0.0, (INF,)),
    ("acosh", (1.25,), math.log(2.0), (4 / 3,)),
    ("acosh", (1e300,), 300 * math.log(10.0) + math.log(2.0), (1e-300,)),
    ("acosh", (INF,), INF, (0.0,)),
    ("acosh", (-INF,), NAN, (NAN,)),
    ("atanh", (0.6,), math.log(2.0), (1 / 0.64,)),
    ("atanh", (1 - 2.0**-53,), 27 * math.log(2.0), (2.0**52,)),
    ("atanh", (INF,), NAN, (0.0,)),
    ("floor", (2.5,), 2.0, (0.0,)),
    ("floor", (-2.5,), -3.0, (0.0,)),
    ("floor", (-0.0,), -0.0, (0.0,)),
    ("floor", (-5e-324,), -1.0, (0.0,)),
    ("floor", (2.0**52 + 0.5,), 2.0**52, (0.0,)),
    ("floor", (-1.7e308,), -1.7e308, (0.0,)),
    ("floor", (-INF,), -INF, (0.0,)),
    ("floor", (NAN,), NAN, (NAN,)),
    ("ceil", (2.5,), 3.0, (0.0,)),
    ("ceil", (-0.5,), -0.0, (0.0,)),
    ("ceil", (5e-324,), 1.0, (0.0,)),
    ("ceil", (1.7e308,), 1.7e308, (0.0,)),
    ("ceil", (INF,), INF, (0.0,)),
    ("ceil", (NAN,), NAN, (NAN,)),
    ("square", (-3.0,), 9.0, (-6.0,)),
    ("square", (1e-200,), 0.0, (2e-200,)),
    ("square", (1e200,), INF, (2e200,)),  # as x·x is, where x**2 raises
    ("square", (-INF,), INF, (-INF,)),
    ("hypot", (3.0, -4.0), 5.0, (0.6, -0.8)),
    ("hypot", (3e-200, 4e-200), 5e-200, (0.6, 0.8)),  # squares of 0
    ("hypot", (3e200, 4e200), 5e200, (0.6, 0.8)),  # infinite squares
    ("hypot", (1.5e308, 1.5e308), INF, (math.sqrt(0.5), math.sqrt(0.5))),  # as math.hypot
    ("hypot", (5e-324, -5e-324), 5e-324, (math.sqrt(0.5), -math.sqrt(0.5))),
    ("hypot", (1e-300, 1e300), 1e300, (0.0, 1.0)),
    ("hypot", (4e170, 2e-133), 4e170, (1.0, 0.5e-303)),
    ("hypot", (-2e-154, 4e151), 4e151, (-0.5e-305, 1.0)),
    ("hypot", (-2.0, 0.0), 2.0, (-1.0, 0.0)),
    ("hypot", (0.0, -0.0), 0.0, (0.0, 0.0)),
    ("hypot", (INF, 1.0), INF, (NAN, 0.0)),
    ("hypot", (NAN, -INF), INF, (NAN, NAN)),
    ("hypot", (NAN, 1.0), NAN, (NAN, NAN)),
    ("atan2", (1.0, 1.0), math.pi / 4, (0.5, -0.5)),
    ("atan2", (1.0, -1.0), 0.75 * math.pi, (-0.5, -0.5)),
    ("atan2", (-2.0, 0.0), -math.pi / 2, (0.0, 0.5)),
    ("atan2", (0.0, 4.0), 0.0, (0.25, 0.0)),
    ("atan2", (0.0, -4.0), math.pi, (-0.25, 0.0)),  # at its jump it is what it is to both sides
    ("atan2", (-0.0, -4.0), -math.pi, (-0.25, 0.0)),
    ("atan2", (0.0, 0.0), 0.0, (0.0, 0.0)),
    ("atan2", (-0.0, 0.0), -0.0, (0.0, 0.0)),
    ("atan2", (0.0, -0.0), math.pi, (0.0, 0.0)),
    ("atan2", (-0.0, -0.0), -math.pi, (0.0, 0.0)),
    ("atan2", (1e200, 1e200), math.pi / 4, (0.5e-200, -0.5e-200)),
    ("atan2", (1e-200, 1e-200), math.pi / 4, (0.5e200, -0.5e200)),
    ("atan2", (5e-324, -5e-324), 0.75 * math.pi, (-INF, -INF)),  # slopes of 1e323
    ("atan2", (1.0, 1e150), 1e-150, (1e-150, -1e-300)),
    ("atan2", (INF, 1.0), math.pi / 2, (0.0, NAN)),
    ("atan2", (INF, -INF), 0.75 * math.pi, (NAN, NAN)),
    ("atan2", (1.0, -INF), math.pi, (NAN, 0.0)),
    ("atan2", (NAN, 1.0), NAN, (NAN, NAN)),
    ("logaddexp", (0.0, 0.0), math.log(2.0), (0.5, 0.5)),
    ("logaddexp", (1000.0, 1000.0), 1000.0 + math.log(2.0), (0.5, 0.5)),
    ("logaddexp", (-1000.0, -1000.0), math.log(2.0) - 1000.0, (0.5, 0.5)),
    ("logaddexp", (0.0, -700.0), math.exp(-700.0), (1.0, math.exp(-700.0))),
    ("logaddexp", (1.7e308, -1.7e308), 1.7e308, (1.0, 0.0)),
    ("logaddexp", (INF, INF), INF, (0.5, 0.5)),
    ("logaddexp", (-INF, -INF), -INF, (0.5, 0.5)),
    ("logaddexp", (INF, -INF), INF, (1.0, 0.0)),
    ("logaddexp", (-INF, 3.0), 3.0, (0.0, 1.0)),
    ("logaddexp", (NAN, INF), NAN, (NAN, NAN)),
    ("remainder", (7.0, 2.0), 1.0, (1.0, -3.0)),
    ("remainder", (-7.0, 2.0), 1.0, (1.0, 4.0)),
    ("remainder", (7.0, -2.0), -1.0, (1.0, 4.0)),
    ("remainder", (-7.0, -2.0), -1.0, (1.0, -3.0)),
    ("remainder", (6.0, 2.0), 0.0, (1.0, -3.0)),  # at a jump it is what it is above
    ("remainder", (-6.0, 2.0), 0.0, (1.0, 3.0)),
    ("remainder", (-1e-300, 3.0), 3.0, (1.0, 1.0)),  # 3 − 1e-300 is rounded
    ("remainder", (31 * 2.0**1019, -9 * 2.0**1020), -5 * 2.0**1019, (1.0, 2.0)),  # 2b is inf
    ("remainder", (1e308, 2.0**-1022), 0.0, (1.0, -INF)),  # a slope of −4.5e615
    ("remainder", (5.0, INF), 5.0, (1.0, 0.0)),
    ("remainder", (-5.0, INF), INF, (1.0, NAN)),
    ("remainder", (INF, 2.0), NAN, (1.0, NAN)),
    ("remainder", (INF, 0.0), NAN, (1.0, NAN)),
    ("remainder", (5.0, NAN), NAN, (NAN, NAN)),
]


@pytest.mark.parametrize(("name", "operands", "value", "slopes"), SPECIAL)
def test_rows_at_special_numbers(
    name: str, operands: tuple[float, ...], value: float, slopes: tuple[float, ...]
) -> None:
    row = PRIMITIVES[name]
    for node in (row(*map(Value, operands)), Value._record(row, tuple(map(Value, operands)))):
        assert node.data == pytest.approx(value, rel=1e-15, abs=0, nan_ok=True)
        assert math.isnan(value) or math.copysign(1.0, node.data) == math.copysign(1.0, value)
        assert node.local_grads == pytest.approx(slopes, rel=1e-15, abs=0, nan_ok=True)
    with np.errstate(all="ignore"):
        (on_array,) = row(*[np.array([x]) for x in operands])
    assert on_array == pytest.approx(value, rel=1e-15, abs=0, nan_ok=True)
    assert math.isnan(value) or math.copysign(1.0, on_array) == math.copysign(1.0, value)


OUTSIDE: list[tuple[str, tuple[float, ...], type[Exception], str]] = [
    ("log2", (0.0,), ValueError, r"log2\(0\.0\): the operand must be in the domain \(0, ∞\)"),
    ("log10", (-1.0,), ValueError, r"log10\(-1\.0\): .* \(0, ∞\)"),
    ("acosh", (1 - 2.0**-53,), ValueError, r"acosh\(0\.99.*\): .* \[1, ∞\)"),
    ("atanh", (1.0,), ValueError, r"atanh\(1\.0\): .* \(−1, 1\)"),
    ("atanh", (-1.0,), ValueError, r"atanh\(-1\.0\): .* \(−1, 1\)"),
    ("remainder", (1.0, 0.0), ZeroDivisionError, r"remainder\(1\.0, 0\.0\): division by zero"),
    ("remainder", (0.0, -0.0), ZeroDivisionError, r"remainder\(0\.0, -0\.0\): division by zero"),
]


@pytest.mark.parametrize(("name", "operands", "error", "message"), OUTSIDE)
def test_what_is_outside_the_domain_raises_as_pythons_function_does(
    name: str, operands: tuple[float, ...], error: type[Exception], message: str
) -> None:
    pythons: Any = operator.mod if name == "remainder" else getattr(math, name)
    with pytest.raises(error):
        pythons(*operands)
    for xs in (operands, tuple(map(Value, operands))):
        with pytest.raises(error, match=message):
            PRIMITIVES[name](*xs)


def test_the_derivative_by_a_divisor_is_a_whole_number() -> None:
    rng = random.Random(13)
    for _ in range(3000):
        a = rng.choice((1, -1)) * 2.0 ** rng.uniform(-1040, 1023)
        b = a * 2.0 ** rng.uniform(-60, 10) * rng.choice((1, -1))
        b = b if abs(b) < INF and b else 1.0
        exact = -(Fraction(a) // Fraction(b))
        node = PRIMITIVES["remainder"](Value(a), Value(b))
        assert node.data == a % b
        if abs(exact) < 2**50:
            assert Fraction(node.local_grads[1]) == exact, (a, b)  # type: ignore[arg-type]
        elif abs(exact) < sys.float_info.max:
            assert abs(Fraction(node.local_grads[1]) - exact) <= abs(exact) / 2**51, (a, b)  # type: ignore[arg-type]
        else:
            assert node.local_grads[1] == math.copysign(INF, exact)


def test_a_remainder_has_no_curvature() -> None:
    for a, b in ((7.3, 0.9), (-7.3, 0.9), (1e10, 0.3), (1e-10, -3.0), (1e30, 1e-3)):
        xs = [Value(a), Value(b)]
        for slope in gradients(PRIMITIVES["remainder"](*xs), xs, create_graph=True):
            assert gradients(slope, xs) == [0.0, 0.0]


def test_second_derivatives_at_the_origin_are_those_of_abs() -> None:
    for name in ("hypot", "atan2"):
        xs = [Value(0.0), Value(0.0)]
        for slope in gradients(PRIMITIVES[name](*xs), xs, create_graph=True):
            assert gradients(slope, xs) == [0.0, 0.0]
    x = Value(0.0)
    (slope,) = gradients(PRIMITIVES["abs"](x), [x], create_graph=True)
    assert gradients(slope, [x]) == [0.0]


def test_logaddexp_is_logsumexp_of_two() -> None:
    rng = random.Random(15)
    for _ in range(1000):
        a, b = (rng.choice((1.0, -1.0)) * 2.0 ** rng.uniform(-60, 12) for _ in range(2))
        ours, others = PRIMITIVES["logaddexp"](Value(a), Value(b)), logsumexp([Value(a), Value(b)])
        assert ours.data == pytest.approx(others.data, rel=1e-15, abs=1e-15)
        assert ours.local_grads == pytest.approx(others.local_grads, rel=1e-13, abs=1e-300)


def test_a_recorded_derivative_of_a_power_keeps_its_digits() -> None:
    """Also where b − 1 is rounded, as it is just above −2."""
    for a, b in ((1e100, -1.9999999999999998), (1e-90, 1.75), (3.1, 2.0), (1e60, 5.0), (0.3, 0.7)):
        base = Value(a)
        (slope,) = gradients(base**b, [base], create_graph=True)
        with mp.workdps(DIGITS):
            assert abs(slope.data / (mp.mpf(b) * mp.mpf(a) ** (mp.mpf(b) - 1)) - 1) < 1e-15
