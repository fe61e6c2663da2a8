"""Floats against NumPy's arrays: the same numbers, signs of zeros and NaN included."""

from __future__ import annotations

import math
import operator
import pickle
from collections.abc import Callable
from copy import deepcopy
from itertools import product
from typing import Any

import numpy as np
import pytest

from microgradnn.elements import ieee, where
from microgradnn.engine.row import PRIMITIVES
from microgradnn.engine.table import floor, maximum, sqrt
from microgradnn.floats import Floats, array, sum_of_squares, without_warnings

POINTS = [0.0, 0.5, 1.0, 2.0, 2.5, 3.0, 1e-320, 1e-200, 1e200, 1e308, 709.0, 746.0, math.inf]
POINTS += [-x for x in POINTS] + [math.nan]
OPERATORS: list[Callable[..., Any]] = [operator.add, operator.sub, operator.mul, operator.truediv]
OPERATORS += [operator.pow, operator.mod]
RELATIONS: list[Callable[..., Any]] = [operator.lt, operator.le, operator.gt, operator.ge]


def bits(numbers: Any) -> list[str]:
    return [float(x).hex() for x in numbers]


@pytest.mark.parametrize("function", OPERATORS + RELATIONS, ids=lambda f: str(f.__name__))
def test_operators_give_what_those_of_numpy_give(function: Callable[..., Any]) -> None:
    pairs = list(product(POINTS, repeat=2))
    a, b = ([pair[k] for pair in pairs] for k in (0, 1))
    with np.errstate(all="ignore"):
        expected = function(np.array(a), np.array(b))
    got = function(Floats(a), Floats(b))
    if function in RELATIONS:
        assert got.tolist() == expected.tolist()
        return
    assert {*map(type, got)} == {float}
    close = [
        x == y or abs(x - y) <= 2 * math.ulp(y) for x, y in zip(got, expected, strict=True)
    ]  # NumPy's powers may differ in the last place; infinities and zeros may not
    exact = [x.hex() == float(y).hex() for x, y in zip(got, expected, strict=True)]
    finite = np.isfinite(expected) & (expected != 0)
    assert np.where((function is operator.pow) & finite, close, exact).all()


def test_single_numbers_stand_on_either_side() -> None:
    x = Floats([1.0, -2.0, 4.0])
    assert (1 + x - 1.0).tolist() == [1.0, -2.0, 4.0]
    assert (2.0 / x).tolist() == [2.0, -1.0, 0.5]
    assert (0.5**x).tolist() == [0.5, 4.0, 0.0625]
    assert (-abs(x)).tolist() == [-1.0, -2.0, -4.0]
    assert ((x > 0) & (x < 2)).tolist() == [True, False, False]
    assert ((x == 4.0).all(), (x == x).all(), x.min()) == (False, True, -2.0)
    assert [bool(y) for y in (Floats([0.0]), Floats([2.0]))] == [False, True]
    assert (int(Floats([2.0])), float(Floats([2.5]))) == (2, 2.5)
    with pytest.raises(ValueError, match="too many"):
        float(x)


def test_rows_and_choices_take_them() -> None:
    x = Floats([4.0, -1.0, 0.0])
    assert bits(sqrt(x)) == bits([2.0, math.nan, 0.0])
    assert maximum(x, -0.5).tolist() == [4.0, -0.5, 0.0]
    assert where(x > 0, x, 7.0).tolist() == [4.0, 7.0, 7.0]
    assert floor(Floats([math.inf, 2.5])).tolist() == [math.inf, 2.0]


def test_numpys_functions_take_them() -> None:
    x: Any = Floats([0.0, 4.0])
    assert np.sqrt(x).tolist() == [0.0, 2.0]
    assert (np.float64(2.0) * x).tolist() == [0.0, 8.0]


def test_pairs_have_two_dimensions() -> None:
    pairs = Floats([(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)])
    first, second = pairs.T
    assert (pairs.shape, pairs.T.shape) == ((3, 2), (2, 3))
    assert (first.tolist(), second.tolist()) == ([1.0, 3.0, 5.0], [2.0, 4.0, 6.0])
    assert pairs.T.T.tolist() == pairs.tolist() == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    assert first.T is first


def test_sums_of_squares() -> None:
    numbers = [3.0, -4.0, 12.0, 84.0]
    assert sum_of_squares(Floats(numbers)) == sum_of_squares(np.array(numbers)) == 7225.0
    assert sum_of_squares(Floats([numbers, numbers])) == 14450.0
    assert sum_of_squares(Floats([1e200])) == sum_of_squares(np.array([1e200])) == math.inf


def test_they_are_copied_and_pickled() -> None:
    x = Floats([1.0, 2.0])
    assert deepcopy(x).tolist() == pickle.loads(pickle.dumps(x)).tolist() == [1.0, 2.0]
    assert deepcopy(x).numbers is not x.numbers


def test_arrays_are_numpys_where_there_is_one() -> None:
    assert isinstance(array([1.0]), np.ndarray)
    with without_warnings():
        assert np.isnan(np.array([0.0]) / 0.0).all()


def in_numpy(function: Callable[..., Any], numbers: tuple[float, ...]) -> list[float]:
    with np.errstate(all="ignore"):
        found = function(*[np.array([x]) for x in numbers])
    return [float(np.ravel(x)[0]) for x in (found if isinstance(found, list) else [found])]


# For three and four operands; for one and two it is all points.
FEW = [0.0, -0.0, 2.0, -1e308, 709.0, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("name", [name for name in PRIMITIVES if name not in ("softmax", "take")])
def test_values_and_partials_of_rows_are_those_of_numpy(name: str) -> None:
    row = PRIMITIVES[name]
    partials = [row.partials] if callable(row.partials) else row.partials
    count = row.arity or (4 if "cross" in name else 3)
    for numbers in product([POINTS, FEW, FEW[2:]][max(0, count - 2)], repeat=count):
        (value,) = found = in_numpy(row.array_form(), numbers)
        both = [(ieee(row, numbers), found)]
        both += [(ieee(f, (value, *numbers)), in_numpy(f, (value, *numbers))) for f in partials]
        for got, expected in both:
            for x, y in zip(got, expected, strict=True):
                if name == "sum" and math.isnan(y) and not math.isnan(x):
                    continue  # NumPy's overflows on the way
                # On processors with AVX-512, NumPy's powers are off by up to 4 ulp.
                is_near = math.isfinite(x) and math.isfinite(y) and abs(x - y) <= 4 * math.ulp(y)
                assert x.hex() == y.hex() or (is_near and (x != 0) == (y != 0)), numbers
