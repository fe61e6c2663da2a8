"""Numeric derivatives: finite differences, and the check of exact gradients against them.

What is checked here is a function of the user's. `testing.py` checks whole engines, another
project's too, against a table of known answers; `explaining/diagnosis.py` checks nothing, but
finds the first node of a graph that made an infinite number or a NaN.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .checks import as_numbers, as_positive, check_lengths, must_be
from .derivatives import result_of, value_and_grad


def numerical_gradient(
    f: Callable[..., Any], inputs: Sequence[Any], eps: float = 1e-4
) -> list[float]:
    """Central differences (f(x + ε) − f(x − ε)) / 2ε, one input after the other.

    `f(*inputs)` is called on plain numbers.

    >>> numerical_gradient(lambda x: x**2, [1.5])
    [2.9999999999996696]
    """
    must_be(Callable, f, "f", "a function")
    point, step = as_numbers(inputs, "inputs"), as_positive(eps, "eps")
    return [_difference(f, point, i, step) / (2 * step) for i in range(len(point))]


def gradcheck(
    f: Callable[..., Any],
    inputs: Sequence[Any],
    eps: float | None = None,
    tolerance: float = 1e-6,
) -> GradientCheck:
    """Compare the exact gradient of `f` at `inputs` with central differences.

    `f(*inputs)` is called on Values once, and on plain numbers for the differences. The step is
    `eps`, by default ∛ε·max(1, |x|) for each input x, which balances the error of the formula
    against that of rounding. The report is true if the relative error is below `tolerance`.

    >>> report = gradcheck(lambda x, y: x * x * y, [3.0, 5.0])
    >>> report.analytic, report.ok
    ([30.0, 9.0], True)
    """
    point, limit = as_numbers(inputs, "inputs"), as_positive(tolerance, "tolerance")
    fixed = None if eps is None else as_positive(eps, "eps")
    analytic = [result_of(x) for x in value_and_grad(f, argnums=range(len(point)))(*point)[1]]
    numeric = []
    for i, x in enumerate(point):
        step = fixed or _CUBE_ROOT * max(1.0, abs(x))
        width = (x + step) - (x - step)  # what the floats really differ by
        numeric.append(_difference(f, point, i, step) / width)
    error = relative_error(analytic, numeric)
    return GradientCheck(analytic, numeric, error, error < limit)


_CUBE_ROOT = sys.float_info.epsilon ** (1 / 3)


def _difference(f: Callable[..., Any], point: list[float], i: int, step: float) -> float:
    above = f(*point[:i], point[i] + step, *point[i + 1 :])
    below = f(*point[:i], point[i] - step, *point[i + 1 :])
    return result_of(above) - result_of(below)


def relative_error(analytic: Sequence[float], numeric: Sequence[float]) -> float:
    """‖a − n‖ / ‖a + n‖, the measure of the lecture; 0/0 is 0.

    >>> relative_error([1.0, 2.0], [1.0, 2.0]), relative_error([1.0], [-1.0])
    (0.0, inf)
    """
    analytic, numeric = as_numbers(analytic, "analytic"), as_numbers(numeric, "numeric")
    check_lengths(analytic, numeric, "analytic", "numeric")
    difference = math.hypot(*(a - n for a, n in zip(analytic, numeric, strict=True)))
    total = math.hypot(*(a + n for a, n in zip(analytic, numeric, strict=True)))
    if difference == 0.0:
        return 0.0
    return difference / total if total else math.inf


class GradientCheck(NamedTuple):
    """What `gradcheck` found; true if the gradients agree."""

    analytic: list[float]
    numeric: list[float]
    relative_error: float
    ok: bool

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        rows = [f"{'analytic':>24} {'numeric':>24} {'difference':>12}"]
        for a, n in zip(self.analytic, self.numeric, strict=True):
            rows.append(f"{a:24.16g} {n:24.16g} {a - n:12.2e}")
        verdict = "the gradients agree" if self.ok else "THE GRADIENTS DIFFER"
        return "\n".join([*rows, f"‖a−n‖ / ‖a+n‖ = {self.relative_error:.3g}: {verdict}"])
