"""Arranging: boxes in columns from left to right, each to the right of its operands.

This is the method of Sugiyama: give everything a column, order the columns so that few lines
cross, then choose heights so that lines are short.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .geometry import Rectangle, Route, Size
from .grouping import grouped

BETWEEN_COLUMNS = 40  # pixels, where lines bend
BETWEEN_BOXES = 16  # pixels, between what stands in a column
LANE = 4  # height of the place where a line passes through a column
SWEEPS = 8  # over all columns, for the order in them and again for the heights
MOST_IN_ORDER = 3  # operands that arrive as written, the first on top; more would cross too much


Joined = dict[int, list[int]]  # the items that an item is joined to, on one side


class Arrangement(NamedTuple):
    """Where boxes and labels are, and where each route passes the columns up to its label."""

    boxes: list[Rectangle]
    labels: list[Rectangle]
    passes: list[list[Rectangle]]


class _Items(NamedTuple):
    """All that takes a place in a column, by number: the boxes, then the labels, then the lanes.

    A route is cut into `pieces`, each of which joins two items of neighbouring columns, the left
    one first. `lanes` has for each route the lanes that it passes on the way to its label.
    """

    column_of: list[int]
    pieces: list[tuple[int, int]]
    lanes: list[list[int]]


def arrange(boxes: Sequence[Size], routes: Sequence[Route]) -> Arrangement:
    """Place boxes, whose numbers rise along the routes, and the labels of the routes.

    Columns of boxes and of labels alternate. Labels of routes to the same box keep the order of
    the routes, if these are few. Routes that leave a box run together up to the column where they
    part.
    """
    column_of, pieces, lanes = _items(boxes, routes)
    sizes = [*boxes, *(route.label for route in routes)]
    first_lane = len(sizes)
    sizes += [Size(0.0, LANE)] * (len(column_of) - first_lane)
    right = grouped(pieces)
    left = grouped((b, a) for a, b in pieces)
    arriving = grouped((route.head, label) for label, route in enumerate(routes, start=len(boxes)))
    in_order = [labels for labels in arriving.values() if 1 < len(labels) <= MOST_IN_ORDER]
    columns = _order(_first_order(column_of, left, right), left, right, in_order)
    xs = _middles(columns, sizes)
    ys = _heights(columns, left, right, [size.height for size in sizes])
    top = min(y - size.height / 2 for y, size in zip(ys, sizes, strict=True))
    places = [
        Rectangle(xs[column], y - top, *size)
        for column, y, size in zip(column_of, ys, sizes, strict=True)
    ]
    passes = [[places[lane]._replace(height=0.0) for lane in passed] for passed in lanes]
    return Arrangement(places[: len(boxes)], places[len(boxes) : first_lane], passes)


def _items(boxes: Sequence[Size], routes: Sequence[Route]) -> _Items:
    """Every item's column, and how the items are joined.

    A box stands as far to the right as the longest way on from it allows: a leaf then stands
    beside the operation that uses it.
    """
    to_the_end = [0] * len(boxes)
    for route in sorted(routes, key=lambda route: -route.tail):
        to_the_end[route.tail] = max(to_the_end[route.tail], to_the_end[route.head] + 2)
    longest = max(to_the_end)
    column_of = [longest - steps for steps in to_the_end]
    column_of += [column_of[route.head] - 1 for route in routes]
    items = _Items(column_of, [], [])
    lane_at: dict[tuple[int, int], int] = {}  # shared by the routes that leave the same box
    for label, route in enumerate(routes, start=len(boxes)):
        previous = route.tail
        passed = []
        for column in range(column_of[route.tail] + 1, column_of[label]):
            lane = lane_at.get((route.tail, column))
            if lane is None:
                lane = lane_at[route.tail, column] = len(column_of)
                column_of.append(column)
                items.pieces.append((previous, lane))
            passed.append(lane)
            previous = lane
        items.lanes.append(passed)
        items.pieces.extend([(previous, label), (label, route.head)])
    return items


def _middles(columns: list[list[int]], sizes: Sequence[Size]) -> list[float]:
    """The x of the middle of each column, which is as wide as the widest item in it."""
    xs = []
    start = 0.0
    for column in columns:
        width = max(sizes[item].width for item in column)
        xs.append(start + width / 2)
        start += width + BETWEEN_COLUMNS
    return xs


# ---- The order of the items in each column ---------------------------------------------------


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
    columns: list[list[int]], left: Joined, right: Joined, in_order: list[list[int]]
) -> list[list[int]]:
    """Put each item at the mean place of those it is joined to, to and fro; keep the best.

    The labels in each list of `in_order` keep their order.
    """
    place = {item: k for column in columns for k, item in enumerate(column)}
    best = columns
    fewest = _crossings(columns, right, place)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        joined = left if sweep % 2 else right
        for column in columns if sweep % 2 else reversed(columns):
            moved = sorted(column, key=lambda item: _mean_of(joined.get(item, [item]), place))
            place.update(zip(moved, range(len(moved)), strict=True))
        for labels in in_order:
            place.update(zip(labels, sorted(place[label] for label in labels), strict=True))
        columns = [sorted(column, key=place.__getitem__) for column in columns]
        crossings = _crossings(columns, right, place)
        if crossings < fewest:
            best = columns
            fewest = crossings
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


# ---- The heights ------------------------------------------------------------------------------


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
    offsets = []
    offset = 0.0
    for k, height in enumerate(heights):
        offset += (heights[k - 1] + height) / 2 + BETWEEN_BOXES if k else 0.0
        offsets.append(offset)
    # Items that would overlap form a run, which moves as one to the mean of their wishes.
    runs: list[tuple[float, int]] = []  # the mean, and of how many
    for wish, offset in zip(wishes, offsets, strict=True):
        mean = wish - offset
        count = 1
        while runs and runs[-1][0] > mean:
            other, others = runs.pop()
            mean = (mean * count + other * others) / (count + others)
            count += others
        runs.append((mean, count))
    shifts = [mean for mean, count in runs for _ in range(count)]
    return [shift + offset for shift, offset in zip(shifts, offsets, strict=True)]
