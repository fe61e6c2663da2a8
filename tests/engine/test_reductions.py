"""Rows of many operands, at the numbers where a plain formula would fail."""

import math
from collections.abc import Iterable
from fractions import Fraction

import numpy as np
import pytest

from microgradnn.engine.reductions import (
    cross_entropy,
    dot,
    logsumexp,
    max,
    min,
    softmax,
    sum,
    take,
)
from microgradnn.sums import MOST_ROUNDED


def test_a_sum_is_right_to_the_last_place() -> None:
    assert sum(*[0.1] * 10) == 1.0
    assert sum(1e308, 1e308, -1e308) == 1e308
    assert sum(1e308, 1e308) == math.inf
    assert math.isnan(sum(math.inf, -math.inf))


def test_a_dot_of_many_adds_what_its_products_lose() -> None:
    n = MOST_ROUNDED + 1
    weights = [1.0 + 2.0**-30 * k for k in range(n)]
    inputs = [(-1.0) ** k * (1.0 - 2.0**-30 * k) for k in range(n)]  # so that they cancel
    products = (Fraction(w) * Fraction(x) for w, x in zip(weights, inputs, strict=True))
    assert dot(*weights, *inputs, -1.0) == float(Fraction(-1) + total(products))


def total(fractions: Iterable[Fraction]) -> Fraction:
    found = Fraction(0)
    for fraction in fractions:
        found += fraction
    return found


def test_products_that_overflow_may_cancel() -> None:
    assert dot(1e200, 1e200, 1e200, -1e200, 3.0) == 3.0
    assert dot(1e200, 1e200, 0.0) == math.inf


def test_derivatives_of_a_dot() -> None:
    found = dot.local_derivatives(1.5, [0.5, 0.25, 2.0, 1.0, 0.25], [True] * 5)
    assert found == [2.0, 1.0, 0.5, 0.25, 1.0]


def test_ties_share_the_derivative() -> None:
    assert max.local_derivatives(2.0, [2.0, 1.0, 2.0], [True] * 3) == [0.5, 0.0, 0.5]
    assert min.local_derivatives(1.0, [2.0, 1.0, 1.0], [True] * 3) == [0.0, 0.5, 0.5]


def test_what_is_taken_and_its_derivatives() -> None:
    assert take(2.0, 5.0, 7.0, math.inf) == math.inf
    assert take(-0.0, 5.0, math.nan) == 5.0
    found = take.local_derivatives(7.0, [1.0, 5.0, 7.0, 9.0], [True] * 4)
    assert found == [0.0, 0.0, 1.0, 0.0]
    # As a formula, which is what pages, arrays and JAX get.
    index, xs = np.array([0.0, 2.0, 0.5, 3.0, np.nan]), [np.full(5, 4.0), np.ones(5), np.zeros(5)]
    np.testing.assert_array_equal(take(index, *xs), [4.0, 0.0, np.nan, np.nan, np.nan])
    slopes = take.partials_on(None, [index, *xs], [True] * 4)
    np.testing.assert_array_equal(slopes[1], [1.0, 0.0, 0.0, 0.0, 0.0])
    np.testing.assert_array_equal(slopes[3], [0.0, 1.0, 0.0, 0.0, 0.0])


def test_exponentials_neither_overflow_nor_vanish() -> None:
    assert logsumexp(1000.0, 1000.0) == 1000.0 + math.log(2.0)
    assert logsumexp(0.0, -50.0) == pytest.approx(math.exp(-50.0), rel=1e-15)
    assert softmax(0.0, math.inf, 3.0) == 1.0
    assert softmax(1.0, 0.0, -800.0) == 0.0
    assert cross_entropy(0.0, -50.0, 1.0, 0.0) == pytest.approx(math.exp(-50.0), rel=1e-15)


def test_derivatives_of_a_softmax_keep_their_digits() -> None:
    out = softmax(0.0, 0.0, -50.0)
    found = softmax.local_derivatives(out, [0.0, 0.0, -50.0], [False, True, True])
    assert found == [None, pytest.approx(math.exp(-50.0)), pytest.approx(-math.exp(-50.0))]
    # The textbook's, from the number `out` = 1, cancels; this is why it is for people only.
    assert softmax.textbook_on(out, [0.0, 0.0, -50.0])[1] == 0.0


def test_derivatives_of_a_cross_entropy_are_shares_less_targets() -> None:
    logits, targets = [math.log(3.0), 0.0], [0.5, 0.5]
    found = cross_entropy.local_derivatives(0.0, [*logits, *targets], [True] * 4)
    assert found == pytest.approx([0.25, -0.25, math.log(4.0 / 3.0), math.log(4.0)])
