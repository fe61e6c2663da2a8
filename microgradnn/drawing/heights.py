"""Heights: how far down each item stands, so that lines are short and what is a chain is level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from .ordering import Joined

SWEEPS, SETTLED = 6, 1.0  # over all columns, to and fro, until all go less than so many pixels
ALONG_A_CHAIN, INTO_A_BOX = 3.0, 4.0  # the pull of such lines; that of others is 1
LAST_SWEEPS = 2  # in which chains become level
RIGID, FIRM = 1e8, 1e4  # the pull of their lines there, between boxes and along lanes

Gap = Callable[[int, int], float]  # the least distance of the middles of two neighbours
Pulls = list[list[tuple[int, float]]]


def heights(
    columns: Sequence[Sequence[int]],
    right: Joined,
    onward: dict[int, int],
    gap: Gap,
    boxes: int,
    first_lane: int,
) -> list[float]:
    """The height of the middle of each item, in the order and with the distances that are given.

    Each sweep brings the sum of squares of how far lines rise or fall to its least, column by
    column. `onward` has for each item of a chain the next one; in the end these are level, first
    those of boxes, then those of lanes alone. The first `boxes` items are boxes.
    """
    gaps = [[gap(a, b) for a, b in pairwise(column)] for column in columns]
    ys = [0.0] * sum(map(len, columns))
    to_the_right, both_ways = _pulls(right, onward, boxes, len(ys))
    level = [
        [(onward[item], RIGID if item < first_lane else FIRM)] if item in onward else pulled
        for item, pulled in enumerate(both_ways)
    ]
    rightwards = range(len(columns))

    def sweep(order: Sequence[int], pulls: Pulls, weights: Sequence[Sequence[float]]) -> float:
        """Settle one column after the other; how far the item went that went farthest."""
        farthest = 0.0
        for k in order:
            wishes = []
            for item, weight in zip(columns[k], weights[k], strict=True):
                wish = 0.0
                for other, pull in pulls[item]:
                    wish += pull * ys[other]
                wishes.append(wish / weight)
            settled = spread(wishes, gaps[k], weights[k])
            for item, y in zip(columns[k], settled, strict=True):
                moved = abs(y - ys[item])
                if moved > farthest:
                    farthest = moved
                ys[item] = y
        return farthest

    sweep(rightwards[::-1], to_the_right, _weights(columns, to_the_right))
    weights = _weights(columns, both_ways)
    for k in range(SWEEPS):
        if sweep(rightwards[:: -1 if k % 2 else 1], both_ways, weights) < SETTLED:
            break
    weights = _weights(columns, level)
    for _ in range(LAST_SWEEPS):
        sweep(rightwards[::-1], level, weights)
    return ys


def _pulls(right: Joined, onward: dict[int, int], boxes: int, count: int) -> tuple[Pulls, Pulls]:
    """By what each item is pulled, and how much: by those to its right alone, and by all."""
    to_the_right: Pulls = [[] for _ in range(count)]
    both_ways: Pulls = [[] for _ in range(count)]
    for item, others in right.items():
        for other in others:
            pull = INTO_A_BOX if other < boxes else 1.0
            pull = ALONG_A_CHAIN if onward.get(item) == other else pull
            to_the_right[item].append((other, pull))
            both_ways[item].append((other, pull))
            both_ways[other].append((item, pull))
    for item in range(count):
        for pulls in (to_the_right, both_ways):
            pulls[item] = pulls[item] or [(item, 1e-3)]  # what nothing pulls stays where it is
    return to_the_right, both_ways


def _weights(columns: Sequence[Sequence[int]], pulls: Pulls) -> list[list[float]]:
    """How much each item of each column is pulled in all."""
    return [[sum([pull for _, pull in pulls[item]]) for item in column] for column in columns]


def spread(
    wishes: Sequence[float], gaps: Sequence[float], weights: Sequence[float] | None = None
) -> list[float]:
    """The heights nearest to the wishes (least squares) at which the items lie apart, in order.

    >>> spread([0.0, 0.0], [10.0])
    [-5.0, 5.0]
    """
    if not gaps:
        return [*wishes]
    # Items that would overlap form a run, which moves as one to the mean of their wishes.
    runs: list[tuple[float, float, int]] = []  # the mean, its weight, and of how many
    offset = 0.0
    for k, wish in enumerate(wishes):
        if k:
            offset += gaps[k - 1]
        mean, weight, count = wish - offset, weights[k] if weights else 1.0, 1
        while runs and runs[-1][0] > mean:
            other, others, more = runs.pop()
            mean = (mean * weight + other * others) / (weight + others)
            weight += others
            count += more
        runs.append((mean, weight, count))
    found: list[float] = []
    offset = 0.0
    for mean, _, count in runs:
        for _ in range(count):
            if found:
                offset += gaps[len(found) - 1]
            found.append(mean + offset)
    return found
