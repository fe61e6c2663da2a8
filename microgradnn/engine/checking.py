"""Numeric derivatives: finite differences, and the check of exact gradients against them.

What is checked here is a function of the user's. `testing.py` checks whole engines, another
project's too, against a table of known answers; `explaining/diagnosis.py` checks nothing, but
finds the first node of a graph that made an infinite number or a NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from .. import slopes
from ..arguments import as_numbers, as_positive, must_be
from ..rounding import rounding_of
from ..slopes import relative_error as relative_error
from .derivatives import gradients, result_of
from .modes import Changed
from .value import Value, topological_order

_ASIDE = 2.0**-10  # how far the noise at a point is compared with that beside it


def numerical_gradient(
    f: Callable[..., Any], inputs: Sequence[Any], eps: float | None = None
) -> list[float]:
    """Central differences (f(x + ε) − f(x − ε)) / 2ε, one input after the other.

    `f(*inputs)` is called on plain numbers. `eps` is the step, as in the lecture. By default steps
    are chosen for each input, inside the domain and to one side at its ends: 7 calls of `f` an
    input and one more, and up to 110 an input where those do not settle it. Raises TypeError if f
    is no function, and what f raises.

    >>> numerical_gradient(lambda x: x**2, [1.5]), numerical_gradient(lambda x: x**2, [1.5], 1e-4)
    ([3.0], [2.9999999999996696])
    """
    must_be(Callable, f, "f", "a function")
    point = as_numbers(inputs, "inputs")
    step = None if eps is None else as_positive(eps, "eps")
    return slopes.by_inputs(f, point, step, result_of)


def gradcheck(
    f: Callable[..., Any], inputs: Sequence[Any], eps: float | None = None, tolerance: float = 1e-6
) -> slopes.GradientCheck:
    """Compare the exact gradient of `f` at `inputs` with differences, component by component.

    `f(*inputs)` is called on Values twice, and on plain numbers as by `numerical_gradient`; with
    `eps` at steps of ε, 4ε and 16ε. A component DIFFERS, and the report is false, if |a − n| is
    above error + tolerance·max(|a|, |n|): the error is what curvature and rounding can do to this
    difference. It is unresolved if the error is above 4·tolerance·max(|a|, |n|), and agrees
    otherwise, so that what agrees is right to 10·tolerance. At a kink all between the two slopes
    are right, and where the value of `f` jumps there is no slope to compare with. Raises ValueError
    if f gives other numbers on Values than on plain numbers, as one that draws random ones does.

    >>> report = gradcheck(lambda x, y: x * x * y, [3.0, 5.0])
    >>> report.analytic, report.ok, report.verdicts
    ([30.0, 9.0], True, ['agrees', 'agrees'])
    """
    must_be(Callable, f, "f", "a function")
    point, limit = as_numbers(inputs, "inputs"), as_positive(tolerance, "tolerance")
    steps = [] if eps is None else [as_positive(eps, "eps") * 4**k for k in range(3)]
    analytic, noise = _gradient_and_noise(f, point)

    def slope_at(i: int, a: float) -> slopes.Slope:
        line, x = slopes.on_line(f, point, i, result_of), point[i]
        local = noise._replace(growth=noise.growth / max(1.0, abs(x)))
        if steps:
            return slopes.measure_by(steps, line, x, local)
        slope = slopes.measure(line, x, local, lambda found: slopes.agrees(a, found, limit))
        return slope._replace(error=math.inf) if _turns_at_once(f, point, i, a) else slope

    return slopes.compare(analytic, [slope_at(i, a) for i, a in enumerate(analytic)], limit)


def _turns_at_once(f: Callable[..., Any], point: list[float], i: int, a: float) -> bool:
    """Whether the gradient is another one at the next numbers already, as that of sin(1e100) is."""
    aside = point[i] + 8 * math.ulp(point[i])
    if abs(aside - point[i]) < 1e-6:
        return False
    try:
        slope = _differentiated(f, [*point[:i], aside, *point[i + 1 :]])[1][i]
    except (ValueError, ArithmeticError):
        return False
    return abs(slope - a) > 0.1 * max(abs(slope), abs(a))


def _differentiated(f: Callable[..., Any], point: list[float]) -> tuple[Any, list[float]]:
    """What `f` returns for Values of these numbers, and the gradient of that."""
    inputs = [Value(x) for x in point]
    with Changed(records=True):
        output = f(*inputs)
    if isinstance(output, Value):
        return output, gradients(output, inputs)
    return result_of(output), [0.0] * len(point)


def _gradient_and_noise(
    f: Callable[..., Any], point: list[float]
) -> tuple[list[float], slopes.Noise]:
    output, analytic = _differentiated(f, point)
    there = result_of(output)
    plain = f(*point)
    here = result_of(plain)
    rounding = growth = _rounding(output)
    try:  # where the gradient is 0, rounding matters as soon as one goes away
        aside = [x + _ASIDE * max(1.0, abs(x)) for x in point]
        growth = _rounding(_differentiated(f, aside)[0])
    except (ValueError, ArithmeticError):
        pass
    if abs(here - there) > 1e-3 * max(abs(here), abs(there)) + 4 * rounding:
        raise ValueError(
            f"f gave {there} on Values and {here} on the same plain numbers; a check needs a "
            "function that always gives the same: fix the seed of random numbers inside"
        )
    gap = abs(here - there) if math.isfinite(here - there) else 0.0
    growth = max(0.0, growth - rounding) / _ASIDE
    return analytic, slopes.Noise(rounding + gap, growth, slopes.unit_of(plain))


def _rounding(output: Any) -> float:
    """How far a result may be off by the rounding of what it was computed from."""
    if not isinstance(output, Value):
        return 0.0
    nodes = topological_order(output)
    return rounding_of(nodes, gradients(output, nodes))
