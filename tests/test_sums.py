"""Sums that are right to the last place, against fractions."""

import math
from fractions import Fraction

import numpy as np

from microgradnn.sums import MOST_ROUNDED, add_arrays, add_up, dot_of_many, sums_of_others


def test_a_sum_is_rounded_once() -> None:
    assert add_up(*[0.1] * 10) == 1.0
    assert add_up(1e308, 1e308, -1e308) == 1e308
    assert add_up(1e308, 1e308) == math.inf
    assert add_up(-1e308, -1e308) == -math.inf
    assert math.isnan(add_up(math.inf, -math.inf))


def test_arrays_are_added_from_left_to_right() -> None:
    assert add_arrays(np.array([1.0, 2.0]), 3.0, np.array([10.0, 20.0])).tolist() == [14.0, 25.0]
    assert add_arrays("a", "b", "c") == "abc"


def test_the_others_are_added_without_subtracting() -> None:
    assert sums_of_others([1e300, 1.0, 2.0]) == [3.0, 1e300, 1e300]
    assert sums_of_others([5.0]) == [0.0]


def test_a_dot_adds_what_its_products_lose() -> None:
    n = MOST_ROUNDED + 1
    weights = [1.0 + 2.0**-30 * k for k in range(n)]
    inputs = [(-1.0) ** k * (1.0 - 2.0**-30 * k) for k in range(n)]
    total = Fraction(-1)
    for w, x in zip(weights, inputs, strict=True):
        total += Fraction(w) * Fraction(x)
    assert dot_of_many(weights, inputs, -1.0) == float(total)
    rounded = math.fsum([*(w * x for w, x in zip(weights, inputs, strict=True)), -1.0])
    assert rounded != float(total)  # so that the case can show it


def test_products_that_overflow_may_cancel() -> None:
    assert dot_of_many([1e200, 1e200], [1e200, -1e200], 3.0) == 3.0
    assert dot_of_many([1e200], [1e200], 0.0) == math.inf
    assert dot_of_many([1e200], [-1e200], 0.0) == -math.inf
