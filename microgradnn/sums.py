"""Sums of numbers that are right to the last place, and sums of arrays."""

import functools
import itertools
import math
import operator
from collections.abc import Sequence

from .floats import array, without_warnings
from .typed import Any

MOST_ROUNDED = 1000  # products in a dot; of more, what their rounding loses is added as well


def add_up(*xs: float) -> float:
    """The sum, rounded once; infinite or NaN where IEEE arithmetic has that, too."""
    try:
        return math.fsum(xs)
    except OverflowError:  # on the way or at the end: add small copies, scale back to ±inf or less
        return math.fsum([x * 2.0**-64 for x in xs]) * 2.0**64
    except ValueError:  # +inf and −inf
        return math.nan


def add_arrays(*xs: Any) -> Any:
    """The sum of whatever has a +, from left to right."""
    return functools.reduce(operator.add, xs)


def sums_of_others(xs: Sequence[Any]) -> list[Any]:
    """For each x the sum of all the others, without subtracting."""
    before = [0.0, *itertools.accumulate(xs[:-1])]
    after = [0.0, *itertools.accumulate(reversed(xs[1:]))]
    return [a + b for a, b in zip(before, reversed(after), strict=True)]


def dot_of_many(weights: Sequence[float], inputs: Sequence[float], bias: float) -> float:
    """The sum of all products of finite numbers and of what each product lost in rounding."""
    out = _with_what_is_lost(weights, inputs, bias)
    # Where products overflowed, their sum need not.
    return out if math.isfinite(out) else _exact(weights, inputs, bias)


def _with_what_is_lost(weights: Sequence[float], inputs: Sequence[float], bias: float) -> float:
    """The sum with what each product lost, as Dekker has it; NaN if a product overflows."""
    w, x = array(weights), array(inputs)
    with without_warnings():
        (w_high, w_low), (x_high, x_low) = _halves(w), _halves(x)
        products = w * x
        lost = w_high * x_high - products + w_high * x_low + w_low * x_high + w_low * x_low
    return add_up(*products.tolist(), *lost.tolist(), bias)


def _halves(x: Any) -> tuple[Any, Any]:
    """The leading half of the digits of each number, and the other half."""
    scaled = (2.0**27 + 1.0) * x
    high = scaled - (scaled - x)
    return high, x - high


def _exact(weights: Sequence[float], inputs: Sequence[float], bias: float) -> float:
    from fractions import Fraction

    pairs = zip(map(Fraction, weights), map(Fraction, inputs), strict=True)
    total = functools.reduce(operator.add, (w * x for w, x in pairs), Fraction(bias))
    try:
        return float(total)
    except OverflowError:
        return math.inf if total > 0 else -math.inf
