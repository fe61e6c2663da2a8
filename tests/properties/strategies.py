"""What the properties are tested on: operands inside each row's domain, and random graphs.

Nothing is drawn and thrown away: operands come from the table's `domain` column and are moved off
its `kinks`, and a graph grows by operations that its numbers admit.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from microgradnn.domains import REAL, Interval
from microgradnn.engine.row import PRIMITIVES, Primitive

Operands = tuple[float, ...]

ROWS = tuple(PRIMITIVES.values())
MARGIN = 0.05  # how far moderate operands keep away from edges and kinks

# ---- Numbers -----------------------------------------------------------------------------------

# Where formulas change: zeros, kinks, turning points, saturation, underflow and overflow.
SPECIAL = [
    *(0.0, 5e-324, 1e-310, sys.float_info.min, 1e-300, 1e-160, 1e-16, 1e-8, 0.25, 0.5, 1.0, 2.0),
    *(1 / math.e, math.pi / 2, math.pi, 0.7518, 1.2785, 18.5, 26.5, 36.7, 38.5, 709.5, 745.1),
    *(1e8, 1e15, 1e150, 1e155, 1e300, sys.float_info.max),
]

# Where the result is not too large for a float; beyond, the eager operation raises.
NOT_TOO_LARGE = {
    "exp": (Interval(-math.inf, 709.78),),
    "expm1": (Interval(-math.inf, 709.78),),
    "sinh": (Interval(-710.47, 710.47),),
    "cosh": (Interval(-710.47, 710.47),),
}


def stretches(interval: Interval, size: float, margin: float = 0.0) -> list[Interval]:
    """The parts of an interval between its holes, up to ±size, ends `margin` off its edges."""

    def inwards(end: float, towards: float) -> float:
        hole = end in interval.excluded and not margin
        return math.nextafter(end, towards) if hole else end + math.copysign(margin, towards)

    ends = sorted({interval.low, *interval.excluded, interval.high})
    parts = [
        Interval(max(inwards(left, math.inf), -size), min(inwards(right, -math.inf), size))
        for left, right in itertools.pairwise(ends)
    ]
    return [part for part in parts if part.low < part.high]


@cache
def moderate(interval: Interval) -> SearchStrategy[float]:
    """Numbers of ordinary size, well inside the interval; simple ones first."""
    parts = stretches(interval, 3.0, MARGIN)
    eighths = [k / 8 for k in range(-24, 25) if any(low <= k / 8 <= high for low, high, _ in parts)]
    anywhere = [st.floats(low, high) for low, high, _ in parts]
    return st.one_of(st.sampled_from(sorted(eighths, key=abs)), *anywhere)


@cache
def extreme(interval: Interval) -> SearchStrategy[float]:
    """Numbers of every size in the interval, and those next to where formulas change."""
    near = [s + ulps * math.ulp(s) for s in SPECIAL for ulps in (0, 1, -1, 2, -2, 3, -3)]
    near = [x for s in near for x in (s, -s) if x in interval and math.isfinite(x)]
    parts = stretches(interval, 40.0) + stretches(interval, sys.float_info.max)
    return st.one_of(st.sampled_from(near), *(st.floats(low, high) for low, high, _ in parts))


ORDINARY = moderate(REAL)

ANYTHING = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 5e-324, sys.float_info.max]),
    st.sampled_from([math.inf, -math.inf, math.nan]),
    st.integers(-3, 3),
    st.floats(),
)

# ---- Operands of one row -----------------------------------------------------------------------


@st.composite
def moderate_operands(draw: DrawFn, row: Primitive, count: int | None = None) -> Operands:
    """Operands at which the row is smooth and none of its derivatives is huge.

    `count` says how many are drawn for a row of any number of them.
    """
    inside = draw(intervals(row)) if count is None else intervals_of(row, count)
    xs = [draw(moderate(interval)) for interval in inside]
    return off_kinks(row, arranged(draw, row, xs))


@st.composite
def extreme_operands(draw: DrawFn, row: Primitive) -> Operands:
    """Operands from the whole range of a double, and pairs whose difference or power is small."""
    inside = draw(intervals(row))
    xs = [draw(extreme(interval)) for interval in inside]
    if len(xs) > 1 and draw(st.booleans()):
        scales = [draw(st.sampled_from(NEARLY_ONE)) for _ in xs]
        copies = [xs[0] * scale for scale in scales]
        xs[1:] = [
            copy if copy in interval and math.isfinite(copy) else x
            for copy, x, interval in zip(copies[1:], xs[1:], inside[1:], strict=True)
        ]
    elif row.name == "pow" and xs[0] not in (0.0, 1.0):
        if draw(st.booleans()):
            xs = [-xs[0], float(draw(st.integers(-40, 40)))]
        else:
            xs[1] = draw(st.floats(-1074.0, 1024.0)) / math.log2(xs[0])
    if row.name == "cross_entropy_of_logits":
        xs = [x / 4 for x in xs]  # so that the difference of two logits is a float, too
    return tuple(arranged(draw, row, xs))


@st.composite
def any_operands(draw: DrawFn, row: Primitive) -> tuple[Any, ...]:
    """Any floats and ints whatever, infinities and NaN included."""
    return tuple(arranged(draw, row, [draw(ANYTHING) for _ in draw(intervals(row))]))


NEARLY_ONE = [s * (1.0 + k * sys.float_info.epsilon) for k in (0, 1, -2, 1000) for s in (1.0, -1.0)]


CHOOSING = ("softmax", "take")  # rows whose first operand is the place of another


def intervals(row: Primitive) -> SearchStrategy[tuple[Interval, ...]]:
    """The interval of each operand, except those that `arranged` adds."""
    return st.integers(1, 4 if row.arity is None else 1).map(lambda n: intervals_of(row, n))


def intervals_of(row: Primitive, count: int) -> tuple[Interval, ...]:
    if row.arity is None:
        return (REAL,) * count
    return NOT_TOO_LARGE.get(row.name, row.domain)


def arranged(
    draw: DrawFn, row: Primitive, xs: Sequence[Any], number: Callable[[Any], float] = float
) -> list[Any]:
    """The operands `xs`, with what some rows want besides: bounds in order, a bias, targets.

    `number` gives the number that an operand stands for.
    """
    if row.name == "clip":
        return [xs[0], *sorted(xs[1:], key=number)]
    if row.name == "dot":  # weights, as many inputs, and a bias
        return [*xs, *([2.0, 1.0] if len(xs) == 1 else [1.0] * (len(xs) % 2 == 0))]
    if row.name in CHOOSING:
        return [float(draw(st.integers(0, len(xs) - 1))), *xs]
    if row.name == "cross_entropy":
        return [*xs, *(draw(st.floats(0.0, 1.0)) for _ in xs)]
    if row.name == "cross_entropy_of_logits":
        return [*xs, *(draw(st.floats(-40.0, 40.0)) for _ in xs)]
    return list(xs)


def takes_values(row: Primitive, place: int) -> bool:
    """Whether this operand is a Value here; that which chooses is a number."""
    return row.name not in CHOOSING or place > 0


def smallest_gap(*xs: float) -> float:
    return min((b - a for a, b in itertools.pairwise(sorted(xs))), default=math.inf)


# Ties that the table does not list.
TIES: dict[str, Callable[..., float]] = {
    "clip": lambda x, low, high: high - low,
    "max": smallest_gap,
    "min": smallest_gap,
}


def kinks(row: Primitive) -> list[Callable[..., float]]:
    """The functions whose zeros are not smooth."""
    return [*row.kinks, *([TIES[row.name]] if row.name in TIES else [])]


def off_kinks(row: Primitive, xs: Sequence[float]) -> Operands:
    """The operands, moved up by steps of different size until no kink is near."""
    while not is_smooth_at(row, xs):
        xs = [x + 0.125 * (place + 1) for place, x in enumerate(xs)]
    return tuple(xs)


def is_smooth_at(row: Primitive, xs: Sequence[float]) -> bool:
    """Whether no kink is nearer than the margin, and no edge of the domain."""
    in_domain = all(
        any(low <= x <= high for low, high, _ in stretches(interval, sys.float_info.max, MARGIN))
        for x, interval in zip(xs, row.domain, strict=False)
    )
    return in_domain and all(abs(kink(*xs)) >= MARGIN for kink in kinks(row))


# ---- Random graphs -----------------------------------------------------------------------------


class Step(NamedTuple):
    """One operation of a program; an int is the place of an earlier node, a float a number."""

    row: Primitive
    operands: tuple[int | float, ...]


@dataclass(frozen=True)
class Program:
    """A graph as a list of operations, to be run on Values, floats, mpmath's numbers, …"""

    leaves: Operands
    steps: tuple[Step, ...]

    def run(self, leaves: Iterable[Any], apply: Callable[[Primitive, list[Any]], Any]) -> list[Any]:
        """All nodes: the leaves, and what `apply` makes of each row and its operands."""
        nodes = list(leaves)
        for row, operands in self.steps:
            nodes.append(apply(row, [nodes[x] if type(x) is int else x for x in operands]))
        return nodes

    def features(self) -> set[str]:
        """What of interest occurs: the rows, and how nodes are used."""
        uses = Counter(x for step in self.steps for x in step.operands if type(x) is int)
        twice = [len({*places}) < len(places) for places in map(node_places, self.steps)]
        numbers = any(type(x) is float for step in self.steps for x in step.operands)
        found = {step.row.name for step in self.steps}
        found |= {"a node used again"} if max(uses.values(), default=0) > 1 else set()
        found |= {"a node twice in one operation"} if any(twice) else set()
        return found | ({"a plain number"} if numbers else set())


def node_places(step: Step) -> list[int]:
    return [x for x in step.operands if type(x) is int]


class Growth:
    """A program that grows by operations that keep its numbers and derivatives small.

    `slopes` bound the derivative of each node with respect to the leaves. With them no step of a
    finite difference reaches a kink, and in graphs of integers nothing is ever rounded.
    """

    def __init__(self, leaves: Sequence[float], limit: float) -> None:
        self.leaves = tuple(leaves)
        self.values = list(leaves)
        self.slopes = [1.0] * len(leaves)
        self.steps: list[Step] = []
        self.limit = limit

    def number(self, operand: int | float) -> float:
        return self.values[operand] if type(operand) is int else operand

    def apply(self, row: Primitive, operands: Sequence[int | float]) -> bool:
        """Add an operation, if the numbers admit it, and say whether they did."""
        numbers = [self.number(x) for x in operands]
        if not is_smooth_at(row, numbers):
            return False
        value = row(*numbers)
        slopes = row.local_derivatives(value, numbers, [True] * len(operands))
        pairs = zip(operands, slopes, strict=True)
        slope = math.fsum(abs(d or 0.0) * self.slopes[x] for x, d in pairs if type(x) is int)
        if not (abs(value) <= self.limit and slope <= self.limit):
            return False
        self.values.append(value)
        self.slopes.append(max(slope, 1.0))
        self.steps.append(Step(row, tuple(operands)))
        return True

    def program(self) -> Program:
        """The program, whose last node depends on all others but unused leaves."""
        used = {x for step in self.steps for x in node_places(step)}
        loose = [x for x in range(len(self.leaves), len(self.values)) if x not in used]
        end = [Step(PRIMITIVES["sum"], tuple(loose))] if len(loose) > 1 else []
        return Program(self.leaves, (*self.steps, *end))


@st.composite
def programs(
    draw: DrawFn,
    rows: Sequence[Primitive] = ROWS,
    numbers: SearchStrategy[float] = ORDINARY,
    limit: float = 100.0,
    around: Primitive | None = None,
) -> Program:
    """Random graphs with nodes used again, also twice in one operation, and plain numbers.

    `around` is a row that is applied to the leaves before all others.
    """
    some = st.lists(numbers, min_size=1, max_size=4)
    growth = Growth(draw(moderate_operands(around) if around else some), limit)
    if around:
        growth.apply(
            around, [i if takes_values(around, i) else x for i, x in enumerate(growth.leaves)]
        )
    for _ in range(draw(st.integers(1, 12))):
        operands: list[int | float] = []
        for _ in range(draw(st.sampled_from([1, 2, 1, 3, 1, 2, 4]))):
            # A node is drawn by its distance from the newest, so that a program still makes
            # sense when an operation before is taken out of it.
            distance = draw(st.integers(0, len(growth.values) - 1))
            is_number = operands and draw(st.integers(0, 3)) == 3
            operands.append(draw(numbers) if is_number else len(growth.values) - 1 - distance)
        operands = draw(st.permutations(operands))
        fitting = [row for row in rows if row.arity in (None, len(operands))]
        first = draw(st.integers(0, len(fitting) - 1))
        for row in fitting[first:] + fitting[:first]:
            if growth.apply(row, arranged(draw, row, operands, growth.number)):
                break
    return growth.program()


def integer_programs() -> SearchStrategy[Program]:
    """Graphs of +, −, × of integers, all numbers so far below 2⁵³ that nothing is rounded."""
    rows = [PRIMITIVES[name] for name in ("neg", "add", "sub", "mul", "sum", "dot")]
    return programs(rows, st.integers(-4, 4).map(float), 2.0**40)
