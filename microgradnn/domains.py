"""Domains of operations: the intervals of numbers that an operand may have."""

from __future__ import annotations

import math

from .arguments import as_number, must_be
from .typed import Any, NamedTuple


class Interval(NamedTuple):
    """The numbers from `low` to `high`, ends included, without the `excluded` ones; never NaN.

    `x in interval` holds for numbers of every kind that a row takes: floats, ints, bools, NumPy's.
    Raises TypeError for bounds left out; `mg.primitive` refuses low above high.

    >>> 0.0 in POSITIVE, 0.0 in NON_NEGATIVE, 1 in REAL, math.nan in REAL
    (False, True, True, False)
    """

    low: float
    high: float
    excluded: tuple[float, ...] = ()

    def __contains__(self, x: object) -> bool:
        try:
            number = as_number(x, "x")
        except (TypeError, OverflowError):
            return False
        return self.low <= number <= self.high and number not in self.excluded

    def __str__(self) -> str:
        """As a textbook writes it: (−∞, ∞), [0, ∞), x ≠ 0."""
        if self.excluded and self.low < self.excluded[0]:
            text = f"x ≠ {self.excluded[0]:g}"
        else:
            left = "(" if self.low in (-math.inf, *self.excluded) else "["
            right = ")" if self.high in (math.inf, *self.excluded) else "]"
            text = f"{left}{self.low:g}, {self.high:g}{right}"
        return text.replace("inf", "∞").replace("-", "−")


REAL: Interval = Interval(-math.inf, math.inf)
POSITIVE: Interval = Interval(0.0, math.inf, excluded=(0.0,))
NON_NEGATIVE: Interval = Interval(0.0, math.inf)
NON_ZERO: Interval = Interval(-math.inf, math.inf, excluded=(0.0,))
ABOVE_MINUS_ONE: Interval = Interval(-1.0, math.inf, excluded=(-1.0,))
FROM_ONE: Interval = Interval(1.0, math.inf)
UNIT: Interval = Interval(-1.0, 1.0)
INNER: Interval = Interval(-1.0, 1.0, excluded=(-1.0, 1.0))


def as_domain(domain: Any, count: int) -> tuple[Interval, ...]:
    """A tuple of one Interval for each of `count` operands, or none at all: every number."""
    must_be(tuple, domain, "domain", "a tuple of an Interval for each operand")
    if isinstance(domain, Interval):
        raise TypeError(f"domain must be a tuple of Intervals, got one {domain!r}; write (…,)")
    if domain and len(domain) != count:
        raise ValueError(f"domain has {len(domain)} intervals, but there are {count} partials")
    return tuple(_as_interval(x, f"domain[{place}]") for place, x in enumerate(domain))


def _as_interval(x: Any, name: str) -> Interval:
    must_be(Interval, x, name, "an Interval(low, high)")
    must_be(tuple, x.excluded, f"{name}.excluded", "a tuple of numbers")
    low, high = as_number(x.low, f"{name}.low"), as_number(x.high, f"{name}.high")
    excluded = tuple(as_number(hole, f"{name}.excluded") for hole in x.excluded)
    if any(map(math.isnan, (low, high, *excluded))):
        raise ValueError(f"{name} must not hold NaN, got {x!r}")
    if low > high:
        raise ValueError(f"{name} must not have low above high, got low = {low}, high = {high}")
    return Interval(low, high, excluded)
