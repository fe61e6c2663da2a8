"""The slope of a function of one number, from differences, how far off it may be, and what it says.

Nothing here knows of graphs: `engine/checking.py` takes the functions and the gradients from there.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from .arguments import as_numbers, check_lengths


class Noise(NamedTuple):
    """How far a computed f(x + h) may be off: by `rounding` + `growth`·|h| + `unit`·|f(x + h)|."""

    rounding: float
    growth: float
    unit: float


def unit_of(result: object) -> float:
    """Four roundings of a result; NumPy's float16 and float32 are known by their size."""
    return 4 * {2: 2.0**-10, 4: 2.0**-23}.get(getattr(result, "itemsize", 8), 2.0**-52)


class Difference(NamedTuple):
    """What f changes by over a run, divided by it, and how far off that is by noise."""

    run: float
    slope: float
    noise: float


def on_line(
    f: Callable[..., Any], point: list[float], i: int, number_of: Callable[[Any], float]
) -> Callable[[float], float]:
    """`f` as a function of input i alone; NaN outside its domain, or where it becomes complex."""

    @cache
    def line(t: float) -> float:
        try:
            y = f(*point[:i], t, *point[i + 1 :])
        except (ValueError, ArithmeticError, RuntimeWarning):
            return math.nan
        return math.nan if isinstance(y, complex) else number_of(y)

    return line


def by_inputs(
    f: Callable[..., Any], point: list[float], step: float | None, number_of: Callable[[Any], float]
) -> list[float]:
    """The slope of `f` by each of its inputs: across one step, or from steps that are chosen."""
    if step is None:
        noise = Noise(0.0, 0.0, unit_of(f(*point)))
        lines = [on_line(f, point, i, number_of) for i in range(len(point))]
        return [measure(line, x, noise).numeric for line, x in zip(lines, point, strict=True)]

    def at(i: int, t: float) -> float:
        return number_of(f(*point[:i], t, *point[i + 1 :]))

    return [(at(i, x + step) - at(i, x - step)) / (2 * step) for i, x in enumerate(point)]


class Slope(NamedTuple):
    """A measured slope; at a kink the mean of those to both sides, which are `low` and `high`."""

    numeric: float
    error: float
    low: float
    high: float
    jumps: bool  # whether the value of the function does


def is_precise(slope: Slope) -> bool:
    """Whether eight digits are known."""
    return slope.error <= 1e-8 * abs(slope.numeric)


def measure(
    f: Callable[[float], float],
    x: float,
    noise: Noise,
    tells: Callable[[Slope], bool] = is_precise,
) -> Slope:
    """The slope of `f` at x: from three steps, or from all sizes of steps if those do not tell.

    `f` gives NaN outside its domain, and remembers what it has computed.
    """
    size = (math.frexp(x)[1] - 1) // 2 if x else 0  # 4**size is at most |x|
    first = size if size > -12 else 0
    for exponents in ({first - 8, first - 7, first - 6}, {*range(size - 26, size), *range(-26, 0)}):
        steps = [4.0**k for k in sorted(exponents)]
        usable = [h for h in steps if h >= 8 * math.ulp(x) and abs(x) + h < math.inf]
        slope = measure_by(usable, f, x, noise)
        if tells(slope):
            break
    return slope


def measure_by(steps: list[float], f: Callable[[float], float], x: float, noise: Noise) -> Slope:
    """The slope at x, from differences over ascending steps: to the right, to the left, across."""
    rounding, growth, unit = noise
    if len(steps) > 3:  # the smallest show whether f is noisier than its rounding
        ups, downs = ([f(x + sign * h) - f(x) for h in steps] for sign in (1, -1))
        even = [up + down for up, down in zip(ups[:4], downs[:4], strict=True)]
        odd = [up - down for up, down in zip(ups[:4], downs[:4], strict=True)]
        wobbles = [*map(abs, even[:3]), *(abs(4 * a - b) for a, b in itertools.pairwise(odd))]
        wobble = 2 * max((w for w in wobbles if w < math.inf), default=0.0)
        moves = sorted(abs(y) for y in ups + downs if math.isfinite(y))
        rounding += wobble if not moves or wobble <= moves[len(moves) * 3 // 4] / 8 else math.inf
    right: list[Difference] = []
    left: list[Difference] = []
    across: list[Difference] = []
    for h in steps:
        if h > abs(x) > 0 and not math.isfinite(f(x + h) - f(x - h)):
            break  # the end of the domain is nearer than the step
        for found, a, b in ((right, x, x + h), (left, x - h, x), (across, x - h, x + h)):
            slope = (f(b) - f(a)) / (b - a) if 0 < b - a < math.inf else math.nan
            if math.isfinite(slope):
                size = rounding + growth * h + unit * max(abs(f(a)), abs(f(b))) + _SMALLEST
                found.append(Difference(b - a, slope, 2 * size / (b - a) + 2e5 * _SMALLEST))
    floor = 2 * noise.rounding + 8 * unit * abs(f(x)) + 20 * _SMALLEST
    jumps = any(_jumps(found, floor) for found in (right, left))
    (to_right, e), (to_left, d) = _limit(right, 1), _limit(left, 1)
    best = min(_limit(across, 2), (to_right, e), (to_left, d), key=lambda found: found[1])
    if right and left and max(d, e) == math.inf:  # then the mean of the two means nothing
        best = best[0], math.inf
    elif abs(to_right - to_left) > e + d + 1e-6 * max(abs(to_right), abs(to_left)):
        low, high = sorted((to_left, to_right))
        return Slope((low + high) / 2, max(d, e), low, high, jumps)
    return Slope(*best, best[0], best[0], jumps)


_SMALLEST = 5e-324  # above 0


def _jumps(slopes: list[Difference], floor: float) -> bool:
    """Whether f changes by as much over the smallest runs as over larger ones."""
    rises = [run * slope for run, slope, _ in slopes[:5]]
    return len(rises) == 5 and abs(rises[0]) > max(floor, 4 * (max(rises) - min(rises)))


def _limit(slopes: list[Difference], order: int) -> tuple[float, float]:
    """What slopes tend to as their runs shrink, and how far off that is.

    Where f is smooth, a slope is off by as much as the ratio of the runs to the power `order`
    makes of what the next larger one is off by. Of three neighbours, the changes show by how much
    it really falls, and so what is left of it. A larger run is less noisy, and believed as long as
    the slopes of all smaller ones converge, too.
    """
    slopes = [each for each in slopes if each.noise < math.inf] or slopes
    best = (slopes[0].slope if slopes else math.nan, math.inf)
    for (h, s, noise), (wide, t, more), (_, u, most) in zip(
        slopes, slopes[1:], slopes[2:], strict=False
    ):
        last, before = abs(s - t), abs(t - u)
        ratio = smooth = 2 * min(wide / h, 1e100) ** -order
        if last > noise + more:  # and not rounding alone
            ratio = max(smooth, last / before) if before > more + most else math.inf
        if ratio >= 1:
            break
        last = max(last, before * smooth / 2)  # it may be small by accident
        best = min(best, (s, noise + last * ratio / (1 - ratio)), key=lambda found: found[1])
    return best


AGREES, DIFFERS, UNRESOLVED = "agrees", "DIFFERS", "unresolved"
KINK, JUMP = "between two slopes", "at a jump"


def judge(a: float, slope: Slope, tolerance: float) -> str:
    """What a measured slope says of the derivative `a`; `gradcheck` says what the words mean."""
    size = max(abs(slope.low), abs(slope.high), abs(a) if math.isfinite(a) else 0.0)
    resolved = slope.error <= 4 * tolerance * size
    margin = slope.error + tolerance * size
    if slope.jumps:
        return JUMP
    if slope.error == math.inf or not (resolved or math.isfinite(a)):
        return UNRESOLVED
    if slope.low == slope.high == a == 0:
        return AGREES
    if not slope.low - margin <= a <= slope.high + margin:
        return DIFFERS
    return KINK if slope.low < slope.high else AGREES if resolved else UNRESOLVED


def agrees(a: float, slope: Slope, tolerance: float) -> bool:
    """Whether a measured slope settles that the derivative `a` is right."""
    return judge(a, slope, tolerance) == AGREES


class GradientCheck(NamedTuple):
    """What `gradcheck` found, an element for each input; true if no component differs.

    Raises TypeError, as any tuple of names does, if one is left out.

    >>> GradientCheck([2.0], [2.0], 0.0, True, ["agrees"], [1e-9]).ok
    True
    """

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
        untold = sum(v not in (AGREES, DIFFERS) for v in self.verdicts)
        verdict = "the gradients agree" if self.ok else "THE GRADIENTS DIFFER"
        verdict += f", as far as differences tell: {untold} cannot" if untold else ""
        return "\n".join([*rows, f"‖a−n‖ / ‖a+n‖ = {self.relative_error:.3g}: {verdict}"])


def compare(analytic: list[float], slopes: list[Slope], tolerance: float) -> GradientCheck:
    """What `gradcheck` says of a gradient and the measured slopes."""
    numeric, errors = [slope.numeric for slope in slopes], [slope.error for slope in slopes]
    verdicts = [judge(a, slope, tolerance) for a, slope in zip(analytic, slopes, strict=True)]
    norm = relative_error(analytic, numeric)
    return GradientCheck(analytic, numeric, norm, DIFFERS not in verdicts, verdicts, errors)


def relative_error(analytic: Sequence[float], numeric: Sequence[float]) -> float:
    """‖a − n‖ / ‖a + n‖, the measure of the lecture; 0/0 is 0.

    Raises ValueError if the gradients differ in length, TypeError if one holds what is no number.

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
