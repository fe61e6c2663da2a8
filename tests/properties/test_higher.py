"""Derivatives of the first five orders of every row, against mpmath, from 0 to saturation.

The bound is that of a partial with the next derivative in it, wider by 2 for each order above the
first: |got − f⁽ⁿ⁾| ≤ 2ⁿ⁻¹·(4 ulp(f⁽ⁿ⁾) + 2⁻⁵²·|x·f⁽ⁿ⁺¹⁾|). Of rows with several operands a mixed
derivative may be 0 because what it adds up cancels, so the ulp is that of the largest derivative
of its order, and an operand counts as 1 at least.
"""

from __future__ import annotations

import builtins
import itertools
import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

import mpmath as mp
import pytest
from effort import by_profile

from microgradnn import Value, gradients
from microgradnn.engine.row import PRIMITIVES, Primitive

from .oracles import as_values, tolerance
from .references import REFERENCES
from .strategies import ROWS, kinks, takes_values

ALL_SIZES = (0.0, 1e-100, 1e-20, 1e-8, 0.3, 0.75, 1 - 2.0**-53, 2.4, 20.0, 40.0)
SIZES = by_profile(dev=(0.0, 1e-20, 0.75, 20.0), ci=ALL_SIZES[::2], nightly=ALL_SIZES)
LARGE = by_profile(dev=(700.0,), ci=(700.0, 1e8), nightly=(300.0, 700.0, 1e8))
POINTS = [sign * size for size in (*SIZES, *LARGE) for sign in (1.0, -1.0)]


def exact(row: Primitive, operands: Sequence[float], places: Sequence[int]) -> Any:
    """The derivative by the operands at `places`, one after the other: a difference of differences.

    The step is 2⁻⁶⁰ of the smallest operand; the digits are enough for all that it subtracts.
    """
    exponents = [0, *(math.frexp(x)[1] for x in operands if x)]
    step_bits = 60 - min(exponents)
    with mp.workprec(max(exponents) + len(places) * step_bits + 1200):
        step = mp.ldexp(1, -step_bits)

        def difference(xs: list[Any], places: Sequence[int]) -> Any:
            if not places:
                return REFERENCES[row.name](*xs)
            place, *rest = places
            above, below = ([*xs[:place], xs[place] + h, *xs[place + 1 :]] for h in (step, -step))
            return (difference(above, rest) - difference(below, rest)) / (2 * step)

        return +difference([mp.mpf(x) for x in operands], places)


def derivative(
    function: Callable[..., Any], operands: Sequence[Any], places: Sequence[int]
) -> float:
    """The same by recorded backward passes."""
    out = function(*operands)
    for place in places:
        (out,) = gradients(out, [operands[place]], create_graph=True)
    return float(out.data)


# ---- Rows of one operand -----------------------------------------------------------------------

SINGLE = [row for row in ROWS if row.arity == 1]


def check_orders(row: Primitive, x: float) -> None:
    right = [exact(row, [x], [0] * order) for order in range(7)]
    leaf = Value(x)
    out = row(leaf)
    for order in range(1, 6):
        (out,) = gradients(out, [leaf], create_graph=True)
        bound = 2 ** (order - 1) * tolerance(right[order], 4, abs(x * right[order + 1]), [x])
        if not (math.isinf(out.data) and out.data * right[order] > sys.float_info.max):
            error = abs(out.data - right[order])
            assert error <= bound, (x, order, out.data, mp.nstr(right[order], 20))


@pytest.mark.parametrize("row", SINGLE, ids=lambda row: row.name)
def test_orders_of_one_operand(row: Primitive) -> None:
    low, high, _ = row.domain[0]
    for x in POINTS:
        if low < x < high and not any(kink(x) == 0 for kink in kinks(row)):
            try:
                row(x)
            except OverflowError:
                continue
            check_orders(row, x)


# ---- Rows of several operands ------------------------------------------------------------------

ALL_PAIRS: list[tuple[float, ...]] = list(itertools.product((1e-20, 0.3, 1.0), (1e-8, 0.5, 2.0)))
PAIRS = by_profile(dev=ALL_PAIRS[::4], ci=ALL_PAIRS, nightly=ALL_PAIRS)
LISTS = [(0.0, 0.0), (1.0, 1.0, 1.0), (0.0, -50.0), (1e-20, 0.0), (1.0, 2.0, 3.0)]
SEVERAL: dict[str, list[tuple[float, ...]]] = {
    **dict.fromkeys(("add", "sub", "mul", "div", "pow", "xlogy", "rel_entr"), PAIRS),
    "remainder": [(7.0, 2.0), (-7.3, 2.0), (7.3, -0.1), (-1e-20, -3.0), (1e8, 0.3), (2.0, 1e-8)],
    "hypot": [*PAIRS, (3.0, -4.0), (-1e-200, 1e-200), (2e180, 1e180), (0.0, 2.0)],
    "atan2": [*PAIRS, (-1.0, -1.0), (1e-8, -1.0), (3.0, 0.0)],
    "logaddexp": [(0.0, 0.0), (1.0, 2.0), (-40.0, 3.0), (1e-20, -1e-20), (700.0, 0.0), (5.0, 5.0)],
    "elu": [(x, a) for x in (-700.0, -20.0, -1.0, -1e-20, 1e-20, 2.0) for a in (0.5, 1.0)],
    "leaky_relu": [(x, 0.25) for x in (-3.0, -1e-20, 1e-20, 2.0)],
    "maximum": [(0.0, 1.0), (2.0, -1.0)],
    "minimum": [(0.0, 1.0), (2.0, -1.0)],
    "clip": [(x, 0.0, 1.0) for x in (-1.0, 0.5, 2.0)],
    "where_greater": [(3.0, -2.0, x, 0.5) for x in (0.0, 2.0)],
    "sum": [(1.0, 2.0)],
    "dot": [(2.0, 3.0, 1.0, -1.0, 0.5)],
    "max": [(1.0, 2.0)],
    "min": [(1.0, 2.0)],
    "logsumexp": LISTS,
    "softmax": [(0.0, *xs) for xs in LISTS],
    "take": [(1.0, *xs) for xs in LISTS],
    "cross_entropy": [(*xs, 0.25, 0.75) for xs in LISTS if len(xs) == 2],
    "cross_entropy_of_logits": [(*xs, *(0.5, -40.0)) for xs in LISTS if len(xs) == 2],
}


@pytest.mark.parametrize("name", SEVERAL)
def test_orders_of_several_operands(name: str) -> None:
    row = PRIMITIVES[name]
    for operands, order in itertools.product(SEVERAL[name], (1, 2, 3)):
        places = [i for i in range(len(operands)) if takes_values(row, i)]
        combinations = list(itertools.combinations_with_replacement(places, order))
        right = {chosen: exact(row, operands, chosen) for chosen in combinations}
        size = min(max(map(abs, right.values())), sys.float_info.max)
        for chosen in combinations:
            spread = sum(
                max(1.0, abs(operands[i])) * abs(exact(row, operands, [*chosen, i])) for i in places
            )
            bound = 2 ** (order - 1) * tolerance(size, 4, spread, operands)
            got = derivative(row, as_values(row, operands), chosen)
            if not (math.isinf(got) and got * right[chosen] > sys.float_info.max):
                error = abs(got - right[chosen])
                assert error <= bound, (operands, chosen, got, mp.nstr(right[chosen], 20))


def test_elu_at_its_kink_is_what_it_is_below() -> None:
    leaf, alpha = Value(0.0), Value(0.5)
    for places in itertools.product((0, 1), repeat=2):
        got = derivative(PRIMITIVES["elu"], [leaf, alpha], places)
        assert got == [0.5, 1.0, 0.0][builtins.sum(places)]


def test_every_row_is_in_the_tables() -> None:
    assert {row.name for row in SINGLE} | set(SEVERAL) == {row.name for row in ROWS}
