"""Operands from the whole range of a double, drawn region by region so that none is left out."""

from __future__ import annotations

import functools
import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence

from microgradnn.domains import Interval
from microgradnn.engine.row import Primitive

from .strategies import CHOOSING, NEARLY_ONE, SPECIAL, Operands, arranged, intervals_of

NEAR = [x for x in SPECIAL if 1e-8 < x < 1e8]  # kinks, roots, edges of domains, saturation

REGIONS: dict[str, Callable[[random.Random], float]] = {
    "subnormal": lambda rng: rng.randrange(2 ** rng.randint(0, 52)) * math.ulp(0.0),
    "tiny": lambda rng: 2.0 ** rng.uniform(-1021, -20),
    "ordinary": lambda rng: 2.0 ** rng.uniform(-20, math.log2(40)),
    "near a special number": lambda rng: nudged(rng.choice(NEAR), rng),
    "large": lambda rng: 2.0 ** rng.uniform(5, 100),
    "huge": lambda rng: 2.0 ** rng.uniform(100, 1023.99),
}


def nudged(x: float, rng: random.Random) -> float:
    """A number next to x, at a distance of any size from none to a few hundredths of x."""
    return float(x + rng.choice((0.0, 1.0, -1.0)) * x * 2.0 ** rng.uniform(-53.0, -5.0))


def regions_of(x: float) -> set[str]:
    """The regions that a number belongs to, told from the number alone."""
    size = abs(x)
    found = {"near a special number"} if any(abs(size - s) <= s / 32 for s in NEAR) else set()
    ends = {"subnormal": 2.0**-1022, "tiny": 2.0**-20, "ordinary": 40.0, "large": 2.0**100}
    return found | {next((name for name, end in ends.items() if size < end), "huge")}


def number_in(
    interval: Interval, region: str, rng: random.Random, tries: int = 500
) -> float | None:
    """A number of the region and of the interval, if one is found."""
    for _ in range(tries):
        size = REGIONS[region](rng)
        signed = [x for x in (size, -size) if x in interval]
        if signed:
            return rng.choice(signed)
    return None


@functools.cache
def possible_regions(interval: Interval) -> list[str]:
    """The regions with numbers in the interval."""
    return [name for name in REGIONS if number_in(interval, name, random.Random(0)) is not None]


def points(row: Primitive, count: int) -> Iterator[Operands]:
    """The first `count` of the row's points: always the same ones, the first operand by regions."""
    rng = random.Random(row.name)
    cycle = itertools.cycle(possible_regions(intervals_of(row, 1)[0]))
    for region in itertools.islice(cycle, count):
        inside = intervals_of(row, rng.randint(1, 4))
        regions = [region, *(rng.choice(possible_regions(other)) for other in inside[1:])]
        drawn = [number_in(*pair, rng) for pair in zip(inside, regions, strict=True)]
        xs = related(row, [x for x in drawn if x is not None], inside, rng)
        operands = arranged(lambda strategy: rng.random(), row, xs)  # type: ignore[arg-type]
        if row.name in CHOOSING:
            operands[0] = float(rng.randrange(len(xs)))
        yield tuple(operands)


def related(
    row: Primitive, xs: list[float], inside: Sequence[Interval], rng: random.Random
) -> list[float]:
    """Every other time operands that nearly cancel, or a power that is no infinity and not 0."""
    if len(xs) == 1 or rng.random() < 0.5:
        return xs
    if row.name == "pow" and xs[0] not in (0.0, 1.0):
        if rng.random() < 0.5:
            return [-xs[0], float(rng.randint(-40, 40))]
        return [xs[0], rng.uniform(-1074.0, 1024.0) / math.log2(xs[0])]
    copies = [xs[0] * rng.choice(NEARLY_ONE) for _ in xs[1:]]
    pairs = zip(copies, xs[1:], inside[1:], strict=True)
    return [xs[0], *(copy if copy in interval else x for copy, x, interval in pairs)]
