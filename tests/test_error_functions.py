"""erf and erfc of arrays against mpmath, over the whole range of a double."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import microgradnn as mg
from microgradnn import error_functions
from microgradnn.error_functions import AT_ONCE, FARTHEST, MOST_ONE_BY_ONE, NEAR

FUNCTIONS = [(error_functions.erf, mp.erf), (error_functions.erfc, mp.erfc)]


def numbers() -> np.ndarray:
    """Numbers of all sizes, and many where one form ends and another begins."""
    rng = np.random.default_rng(0)
    parts = [rng.uniform(-low, high, 300) for low, high in [(1, 1), (6, 6), (FARTHEST, FARTHEST)]]
    parts += [10.0 ** rng.uniform(-320, 1, 300) * rng.choice([-1, 1], 300)]
    parts += [edge + rng.uniform(-1e-3, 1e-3, 50) for edge in (NEAR, -NEAR, 0.75, 1.0, 6.0)]
    parts += [rng.uniform(26.0, 27.5, 200), np.nextafter(NEAR, [0.0, 1.0])]
    return np.concatenate([*parts, np.array([NEAR, -NEAR, 0.0])])


@pytest.mark.parametrize(("function", "exact"), FUNCTIONS)
def test_within_two_units_and_the_rounding_of_the_operand(function: Any, exact: Any) -> None:
    xs = numbers()
    assert len(xs) > MOST_ONE_BY_ONE
    with mp.workdps(50):
        for x, got in zip(map(mp.mpf, xs.tolist()), function(xs).tolist(), strict=True):
            wanted = exact(x)
            slope = 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)
            bound = 2 * math.ulp(float(wanted)) + 2.0**-52 * abs(x * slope)
            if abs(wanted) < 2.0**-1022:
                bound = max(bound, 4 * math.ulp(0.0) * max(1, abs(x)))
            assert abs(got - wanted) <= bound, (float(x), got, float(wanted))


@pytest.mark.parametrize(("function", "exact"), FUNCTIONS)
def test_far_out_at_infinity_and_nan(function: Any, exact: Any) -> None:
    xs = [-math.inf, -1.8e308, -30.0, -0.0, 0.0, 5e-324, 30.0, 1.8e308, math.inf, math.nan]
    wanted = [-1.0, -1.0, -1.0, -0.0, 0.0, 5e-324, 1.0, 1.0, 1.0, math.nan]
    if exact is mp.erfc:
        wanted = [2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, math.nan]
    for copies in (1, MOST_ONE_BY_ONE):
        with np.errstate(divide="raise", over="raise", invalid="raise"):
            got = function(np.array(xs * copies))
        assert list(map(repr, got.tolist())) == list(map(repr, wanted * copies))


@pytest.mark.parametrize(("function", "exact"), FUNCTIONS)
def test_shapes(function: Any, exact: Any) -> None:
    many = np.linspace(-3.0, 3.0, 2 * AT_ONCE + 6)
    for x in (np.array(0.5), np.zeros((0, 3)), np.ones((2, 3)), many.reshape(2, -1)[:, ::2]):
        assert function(x).shape == x.shape
    alone = [float(exact(x)) for x in many[::1000].tolist()]
    assert np.allclose(function(many)[::1000], alone, rtol=1e-15)
    assert np.array_equal(function(many.reshape(2, -1).T), function(many).reshape(2, -1).T)
    assert function([1, 0]).tolist() == [float(exact(1)), float(exact(0))]


@pytest.mark.parametrize("name", ["erf", "erfc"])
def test_rows_on_arrays_and_in_programs(name: str) -> None:
    row, xs = getattr(mg, name), np.linspace(-4.0, 4.0, 2000)
    wanted = [getattr(math, name)(x) for x in xs.tolist()]
    assert np.allclose(row(xs), wanted, rtol=1e-14)
    leaf = mg.Value(0.5)
    program = mg.compile(row(leaf), [leaf])
    assert np.allclose(program(xs[:, None]), wanted, rtol=1e-14)


def test_the_operand_stays_as_it_is() -> None:
    xs = np.linspace(-30.0, 30.0, 1000)
    before = xs.copy()
    error_functions.erfc(xs)
    error_functions.erf(xs)
    assert np.array_equal(xs, before)
