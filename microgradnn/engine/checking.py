"""Numeric derivatives: finite differences, and the check of exact gradients against them.

What is checked here is a function of the user's. `testing.py` checks whole engines, another
project's too, against a table of known answers; `explaining/diagnosis.py` checks nothing, but
finds the first node of a graph that made an infinite number or a NaN.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from .checks import as_numbers, as_positive, check_lengths, must_be
from .derivatives import gradients, result_of, value_and_grad
from .value import Value, topological_order


def numerical_gradient(
    f: Callable[..., Any], inputs: Sequence[Any], eps: float | None = None
) -> list[float]:
    """Central differences (f(x + ε) − f(x − ε)) / 2ε, one input after the other.

    `f(*inputs)` is called on plain numbers. `eps` is the step, as in the lecture. By default steps
    are chosen for each input, inside the domain and to one side at its ends: 6 calls of `f` an
    input and one more, and up to 110 an input where these do not settle it.

    >>> numerical_gradient(lambda x: x**2, [1.5]), numerical_gradient(lambda x: x**2, [1.5], 1e-4)
    ([3.0], [2.9999999999996696])
    """
    must_be(Callable, f, "f", "a function")
    point = as_numbers(inputs, "inputs")
    if eps is None:
        noise = _Noise(0.0, f(*point))
        found = [_slope(f, point, i, noise, lambda s: s.error <= 1e-8 * abs(s.numeric)) for i in range(len(point))]
        return [slope.numeric for slope in found]
    h, at = as_positive(eps, "eps"), lambda i, t: result_of(f(*point[:i], t, *point[i + 1 :]))
    return [(at(i, x + h) - at(i, x - h)) / (2 * h) for i, x in enumerate(point)]


def gradcheck(
    f: Callable[..., Any],
    inputs: Sequence[Any],
    eps: float | None = None,
    tolerance: float = 1e-6,
) -> GradientCheck:
    """Compare the exact gradient of `f` at `inputs` with differences, component by component.

    `f(*inputs)` is called on Values once, and on plain numbers as by `numerical_gradient`, or with
    steps of ε, 4ε and 16ε if `eps` is given. The report is true unless a component DIFFERS, which
    means |a − n| > error + tolerance·max(|a|, |n|): the error is what curvature and rounding can
    do to this difference. Others agree, or no difference can tell: they are unresolved (the error
    is above 4·tolerance·max(|a|, |n|); so nothing that agrees is off by ten tolerances), between
    two slopes (at a kink), or at a jump of the function's value.

    >>> report = gradcheck(lambda x, y: x * x * y, [3.0, 5.0])
    >>> report.analytic, report.ok, report.verdicts
    ([30.0, 9.0], True, ['agrees', 'agrees'])
    """
    must_be(Callable, f, "f", "a function")
    point, limit = as_numbers(inputs, "inputs"), as_positive(tolerance, "tolerance")
    first = None if eps is None else as_positive(eps, "eps")
    outputs: list[Any] = []

    def remembering(*values: Value) -> Any:
        outputs.append(f(*values))
        return outputs[0]

    analytic = list(value_and_grad(remembering, argnums=range(len(point)))(*point)[1])
    noise = _noise(outputs[0], f(*point))
    slopes, verdicts = [], []
    for i, a in enumerate(analytic):
        slopes.append(
            _slope(f, point, i, noise, lambda s, a=a: _verdict(a, s, limit) == "agrees", first)
        )
        verdicts.append(_verdict(a, slopes[-1], limit))
    numeric = [slope.numeric for slope in slopes]
    error = relative_error(analytic, numeric)
    errors = [slope.error for slope in slopes]
    return GradientCheck(analytic, numeric, error, "DIFFERS" not in verdicts, verdicts, errors)


class _Slope(NamedTuple):
    """A measured slope; at a kink the mean of those to both sides, `low` and `high`."""

    numeric: float
    error: float
    low: float
    high: float
    jumps: bool = False


class _Noise(NamedTuple):
    """How far a computed f(x) may be off: `rounding`, and `unit`·|f(x)|."""

    rounding: float
    unit: float


def _noise(recorded: Any, plain: Any) -> _Noise:
    """From the graph: every node is rounded, and passes that on by its gradient."""
    unit = 4 * {2: 2.0**-10, 4: 2.0**-23}.get(getattr(plain, "itemsize", 8), _EPSILON)
    if not isinstance(recorded, Value):
        return _Noise(0.0, unit)
    nodes = topological_order(recorded)
    errors = [
        (2 * _EPSILON * abs(node.data) + _SMALLEST) * abs(slope)
        for node, slope in zip(nodes, gradients(recorded, nodes), strict=True)
        if node.op and node.op.name not in _EXACT
    ]
    rounding = sum(error for error in errors if error < math.inf)
    here, there = recorded.data, result_of(plain)
    gap, size = abs(here - there), max(abs(here), abs(there))
    if gap > 1e-3 * size + 4 * rounding:
        raise ValueError(
            f"f gave {here} on Values and {there} on the same plain numbers; a check needs a "
            "function that always gives the same: fix the seed of random numbers inside"
        )
    return _Noise(rounding + gap if gap < math.inf else rounding, unit)


_EXACT = {"neg", "abs", "relu", "maximum", "minimum", "max", "min", "clip"}  # never rounded
_EPSILON, _SMALLEST = sys.float_info.epsilon, 5e-324


def _slope(
    f: Callable[..., Any],
    point: list[float],
    i: int,
    noise: _Noise,
    settles: Callable[[_Slope], bool],
    eps: float | None = None,
) -> _Slope:
    """The slope along input i: from three steps, or, if they do not settle it, from all."""

    @cache
    def line(t: float) -> float:
        try:
            y = f(*point[:i], t, *point[i + 1 :]) if math.isfinite(t) else math.nan
        except (ValueError, ArithmeticError, RuntimeWarning):
            return math.nan  # outside the domain, as is what has become complex
        return math.nan if isinstance(y, complex) else result_of(y)

    x = point[i]
    if eps is not None:
        return _measured(line, x, [eps, 4 * eps, 16 * eps], noise)
    size = (math.frexp(x)[1] - 1) // 2 if x else 0  # 4**size is at most |x|
    usual = size if size > -12 else 0
    for places in ({usual - 8, usual - 7, usual - 6}, {*range(size - 26, size), *range(-26, 0)}):
        steps = [4.0**place for place in sorted(places)]
        slope = _measured(line, x, [h for h in steps if h >= 8 * math.ulp(x) and abs(x) + h < math.inf], noise)
        if settles(slope):
            break
    return slope


def _measured(line: Callable[[float], float], x: float, steps: list[float], noise: _Noise) -> _Slope:
    """The slope at x, from differences over ascending steps: to the right, to the left, across."""
    here = line(x)
    rounding, jumps = noise.rounding, False
    if len(steps) > 3:  # the smallest steps show how noisy f is, and whether it jumps
        near = [(line(x - h), line(x + h)) for h in steps[:5] if h < abs(x) or not x]
        bends = [abs(above - 2 * here + below) for below, above in near]
        bend = 2 * max((b for b in bends if b < math.inf), default=0.0)
        moves = sorted(abs(line(x + s) - here) for h in steps for s in (-h, h))
        moves = sorted(m for m in moves if m < math.inf)
        span = moves[len(moves) * 3 // 4] if moves else 0.0
        rounding += math.inf if bend > 0.1 * span else bend
        for side in zip(*near, strict=True):
            ys = [y for y in side if math.isfinite(y - here)]
            floor = 4 * (noise.rounding + noise.unit * abs(here))
            gap = abs(ys[0] - here) - 4 * (max(ys) - min(ys)) if ys else 0.0
            jumps |= gap > min(floor, 0.1 * span)
    right, left, across = [], [], []
    for h in steps:
        if h > abs(x) > 0 and not math.isfinite(line(x + h) - line(x - h)):
            break  # the end of the domain is nearer than the step
        for found, a, b in ((right, x, x + h), (left, x - h, x), (across, x - h, x + h)):
            rise, run = line(b) - line(a), b - a
            if run and math.isfinite(rise / run):
                size = max(abs(line(a)), abs(line(b)))
                found.append((run, rise / run, 2 * (rounding + noise.unit * size + _SMALLEST) / run))
    (to_right, e), (to_left, d) = _limit(right, 1), _limit(left, 1)
    best = min(_limit(across, 2), (to_right, e), (to_left, d), key=lambda found: found[1])
    if right and left and max(d, e) == math.inf:  # then the mean of the two means nothing
        best = best[0], math.inf
    elif abs(to_right - to_left) > e + d + 1e-6 * max(abs(to_right), abs(to_left)):
        low, high = sorted((to_left, to_right))
        return _Slope((low + high) / 2, max(d, e), low, high, jumps)
    return _Slope(*best, best[0], best[0], jumps)


def _limit(slopes: list[tuple[float, float, float]], order: int) -> tuple[float, float]:
    """What slopes over (run, slope, noise) tend to as the runs shrink, and how far off that is.

    Where f is smooth the error of a slope falls by the ratio of the runs, to the power `order`.
    Of three neighbours, the changes show by how much it really falls, and so what is left. A
    larger run is less noisy, and believed as long as it contradicts no smaller one.
    """
    best, low, high = (slopes[0][1] if slopes else math.nan, math.inf), -math.inf, math.inf
    for (h, s, noise), (wide, t, more), (_, u, most) in zip(slopes, slopes[1:], slopes[2:], strict=False):
        last, before = abs(s - t), abs(t - u)
        smooth = 2 * min(wide / h, 1e100) ** -order
        ratio = smooth
        if last > noise + more:  # and not rounding alone
            ratio = max(smooth, last / before) if before > more + most else math.inf
        error = noise + last * ratio / (1 - ratio) if ratio < 1 else math.inf
        if ratio >= 1 or s - error > high or s + error < low:
            break
        low, high = max(low, s - error), min(high, s + error)
        best = min(best, (s, error), key=lambda found: found[1])
    return best


def _verdict(a: float, slope: _Slope, tolerance: float) -> str:
    size = max(abs(slope.low), abs(slope.high), abs(a) if math.isfinite(a) else 0.0)
    told = slope.error <= 4 * tolerance * size
    margin = slope.error + tolerance * size
    kink = slope.low < slope.high
    if slope.jumps:
        return "at a jump"
    if a == slope.numeric == 0 and not kink:
        return "agrees"
    if slope.error == math.inf or (not told and not math.isfinite(a)):
        return "unresolved"
    if not slope.low - margin <= a <= slope.high + margin:
        return "DIFFERS"
    return "between two slopes" if kink else "agrees" if told else "unresolved"


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
    """What `gradcheck` found, an element for each input; true if no component differs."""

    analytic: list[float]
    numeric: list[float]
    relative_error: float
    ok: bool
    verdicts: list[str]
    errors: list[float]  # of the differences

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        rows = [f"{'analytic':>24} {'numeric':>24} {'± error':>9}"]
        for a, n, e, v in zip(self.analytic, self.numeric, self.errors, self.verdicts, strict=True):
            rows.append(f"{a:24.16g} {n:24.16g} {e:9.1e}  {v}")
        untold = sum(v not in ("agrees", "DIFFERS") for v in self.verdicts)
        verdict = "the gradients agree" if self.ok else "THE GRADIENTS DIFFER"
        verdict += f"; of {untold} components no difference can tell" if untold else ""
        return "\n".join([*rows, f"‖a−n‖ / ‖a+n‖ = {self.relative_error:.3g}: {verdict}"])
