"""Domains: what is in an interval, how it is written, and what makes none."""

import math
import re
from typing import Any

import numpy as np
import pytest

from microgradnn import Value
from microgradnn.domains import NON_ZERO, POSITIVE, REAL, UNIT, Interval, as_domain


@pytest.mark.parametrize("x", [1, 1.0, True, np.int8(1), np.float32(1), np.bool_(True), math.inf])
def test_numbers_of_every_kind_are_real(x: Any) -> None:
    assert x in REAL
    assert (x in UNIT) == (x == 1)


@pytest.mark.parametrize("x", [math.nan, np.nan, "1", None, 1j, [1], 10**400, Value(1.0)])
def test_what_is_no_number_is_in_no_interval(x: Any) -> None:
    assert x not in REAL


def test_ends_are_in_unless_they_are_excluded() -> None:
    assert 0 not in POSITIVE
    assert 5e-324 in POSITIVE
    assert (-1 in UNIT, 1 in UNIT, 1.0000001 in UNIT) == (True, True, False)
    assert (0 in NON_ZERO, -0.0 in NON_ZERO, -1 in NON_ZERO) == (False, False, True)


def test_text() -> None:
    assert str(Interval(0, 1, excluded=(0,))) == "(0, 1]"
    assert str(NON_ZERO) == "x ≠ 0"
    assert str(REAL) == "(−∞, ∞)"
    assert str(Interval(-1e-5, math.inf, excluded=(-1e-5,))) == "(−1e−05, ∞)"
    assert str(Interval(-2, 0, excluded=(-1,))) == "x ≠ −1"


def test_a_domain_is_taken_with_floats_in_it() -> None:
    high: Any = np.float32(1)
    (interval,) = as_domain((Interval(0, high, (0,)),), 1)
    assert {type(x) for x in (*interval[:2], *interval.excluded)} == {float}
    assert interval == Interval(0.0, 1.0, (0.0,))
    assert as_domain((), 3) == ()


@pytest.mark.parametrize(
    ("domain", "error", "message"),
    [
        ([REAL], TypeError, "domain must be a tuple of an Interval for each operand, got list"),
        (REAL, TypeError, "domain must be a tuple of Intervals, got one Interval(low=-inf"),
        ((REAL, REAL), ValueError, "domain has 2 intervals, but there are 1 partials"),
        (((0, 1),), TypeError, "domain[0] must be an Interval(low, high), got tuple (0, 1)"),
        ((Interval("a", 1),), TypeError, "domain[0].low must be a real number, got str 'a'"),  # type: ignore[arg-type]
        ((Interval(0, None),), TypeError, "domain[0].high must be a real number, got NoneType"),  # type: ignore[arg-type]
        ((Interval(math.nan, 1),), ValueError, "domain[0] must not hold NaN"),
        ((Interval(0, 1, (math.nan,)),), ValueError, "domain[0] must not hold NaN"),
        ((Interval(0, 1, 0.5),), TypeError, "domain[0].excluded must be a tuple of numbers"),  # type: ignore[arg-type]
        (
            (Interval(2, 1),),
            ValueError,
            "domain[0] must not have low above high, got low = 2.0, high = 1.0",
        ),
    ],
)
def test_what_is_no_domain_is_refused(domain: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        as_domain(domain, 1)
