"""The built-in layout: boxes in columns from left to right, each right of its operands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..engine.checks import grouped
from .geometry import MOST_IN_ORDER, Edge, Rectangle, Size

BETWEEN_COLUMNS = 40  # pixels, where lines bend
BETWEEN_BOXES = 16  # pixels, between what stands in a column
LANE = 4  # height of the place where a line passes through a column
SWEEPS = 8  # over all columns, for the order in them and again for the heights


Joined = dict[int, list[int]]  # the items that an item is joined to, on one side


class Plan(NamedTuple):
    """Where boxes and labels are, and where each edge passes the columns up to its label."""

    boxes: list[Rectangle]
    labels: list[Rectangle]
    passes: list[list[Rectangle]]


def plan(boxes: Sequence[Size], edges: Sequence[Edge]) -> Plan:
    """Place boxes, whose numbers rise along the edges, and labels, by the method of Sugiyama.

    Columns of boxes and of labels alternate. Labels of edges to the same box keep the order of
    the edges, if these are few. Edges that leave a box run together up to the column where they
    part.
    """
    column_of, links, lanes = _columns_and_links(boxes, edges)
    right, left = grouped(links), grouped((b, a) for a, b in links)
    sizes = [*boxes, *(edge.label for edge in edges)]
    first_lane, items = len(sizes), len(column_of)
    heights = [size.height for size in sizes] + [LANE] * (items - first_lane)
    sizes += [Size(0.0, 0.0)] * (items - first_lane)
    arriving = grouped((edge.head, label) for label, edge in enumerate(edges, start=len(boxes)))
    groups = [labels for labels in arriving.values() if 1 < len(labels) <= MOST_IN_ORDER]
    columns = _order(_first_order(column_of, left, right), left, right, groups)
    ys = _heights(columns, left, right, heights)
    top = min(y - height / 2 for y, height in zip(ys, heights, strict=True))
    xs, start = [], 0.0
    for column in columns:
        width = max(sizes[item].width for item in column)
        xs.append(start + width / 2)
        start += width + BETWEEN_COLUMNS
    places = [
        Rectangle(xs[column], y - top, *size)
        for column, y, size in zip(column_of, ys, sizes, strict=True)
    ]
    passes = [[places[lane] for lane in passed] for passed in lanes]
    return Plan(places[: len(boxes)], places[len(boxes) : first_lane], passes)


def _columns_and_links(
    boxes: Sequence[Size], edges: Sequence[Edge]
) -> tuple[list[int], list[tuple[int, int]], list[list[int]]]:
    """For every item its column; which items are joined, from left to right; lanes of edges.

    Items are the boxes, then the labels, then the lanes. A box stands as far to the right as the
    longest way on from it allows: a leaf then stands beside the operation that uses it.
    """
    to_the_end = [0] * len(boxes)
    for edge in sorted(edges, key=lambda edge: -edge.tail):
        to_the_end[edge.tail] = max(to_the_end[edge.tail], to_the_end[edge.head] + 2)
    longest = max(to_the_end)
    column_of = [longest - steps for steps in to_the_end]
    column_of += [column_of[edge.head] - 1 for edge in edges]
    links: list[tuple[int, int]] = []
    lane_at: dict[tuple[int, int], int] = {}
    lanes: list[list[int]] = []
    for label, edge in enumerate(edges, start=len(boxes)):
        previous, passed = edge.tail, []
        for column in range(column_of[edge.tail] + 1, column_of[label]):
            lane = lane_at.get((edge.tail, column))
            if lane is None:
                lane = lane_at[edge.tail, column] = len(column_of)
                column_of.append(column)
                links.append((previous, lane))
            passed.append(lane)
            previous = lane
        lanes.append(passed)
        links += [(previous, label), (label, edge.head)]
    return column_of, links, lanes


def _first_order(column_of: list[int], left: Joined, right: Joined) -> list[list[int]]:
    """The items of each column in the order in which a walk from the last boxes meets them."""
    columns: list[list[int]] = [[] for _ in range(max(column_of) + 1)]
    seen = [False] * len(column_of)
    stack = [item for item in range(len(column_of)) if item not in right]
    while stack:
        item = stack.pop()
        if not seen[item]:
            seen[item] = True
            columns[column_of[item]].append(item)
            stack += reversed(left.get(item, []))
    return columns


def _order(
    columns: list[list[int]], left: Joined, right: Joined, groups: list[list[int]]
) -> list[list[int]]:
    """Put each item at the mean place of those it is joined to, to and fro; keep the best.

    The labels in each of `groups` keep their order.
    """
    place = {item: k for column in columns for k, item in enumerate(column)}
    best, fewest = columns, _crossings(columns, right, place)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        joined = left if sweep % 2 else right
        for column in columns if sweep % 2 else reversed(columns):
            moved = sorted(column, key=lambda item: _mean_of(joined.get(item, [item]), place))
            place.update(zip(moved, range(len(moved)), strict=True))
        for labels in groups:
            place.update(zip(labels, sorted(place[label] for label in labels), strict=True))
        columns = [sorted(column, key=place.__getitem__) for column in columns]
        crossings = _crossings(columns, right, place)
        if crossings < fewest:
            best, fewest = columns, crossings
    return best


def _crossings(columns: list[list[int]], right: Joined, place: dict[int, int]) -> int:
    """How often lines between neighbouring columns cross."""
    count = 0
    for column in columns:
        ends: list[int] = []
        for item in column:
            for end in sorted(map(place.__getitem__, right.get(item, []))):
                above = bisect_right(ends, end)
                count += len(ends) - above
                ends.insert(above, end)
    return count


def _heights(
    columns: list[list[int]], left: Joined, right: Joined, heights: list[float]
) -> list[float]:
    """Draw each item to the mean height of those it is joined to, keeping order and distance."""
    ys = dict.fromkeys(range(len(heights)), 0.0)
    for sweep in range(SWEEPS + 1):
        joined = left if sweep % 2 else right
        for column in columns if sweep % 2 else reversed(columns):
            wishes = [_mean_of(joined.get(item, [item]), ys) for item in column]
            spread = _spread(wishes, [heights[item] for item in column])
            ys.update(zip(column, spread, strict=True))
    return list(ys.values())


def _mean_of(items: Sequence[int], places: Mapping[int, float]) -> float:
    return sum(map(places.__getitem__, items)) / len(items)


def _spread(wishes: list[float], heights: list[float]) -> list[float]:
    """The heights nearest to the wishes (least squares) at which the items lie apart, in order."""
    offsets, offset = [], 0.0
    for k, height in enumerate(heights):
        offset += (heights[k - 1] + height) / 2 + BETWEEN_BOXES if k else 0.0
        offsets.append(offset)
    # Items that would overlap form a run, which moves as one to the mean of their wishes.
    runs: list[tuple[float, int]] = []  # the mean, and of how many
    for wish, offset in zip(wishes, offsets, strict=True):
        mean, count = wish - offset, 1
        while runs and runs[-1][0] > mean:
            other, others = runs.pop()
            mean, count = (mean * count + other * others) / (count + others), count + others
        runs.append((mean, count))
    shifts = [mean for mean, count in runs for _ in range(count)]
    return [shift + offset for shift, offset in zip(shifts, offsets, strict=True)]
