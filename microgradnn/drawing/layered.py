"""Arranging: boxes in columns from left to right, each to the right of its operands.

This is the method of Sugiyama: give everything a column, order the columns so that few lines
cross (`ordering.py`), then choose heights so that lines are short (`heights.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .geometry import ARROWHEAD, Rectangle, Route, Size
from .grouping import grouped
from .heights import heights
from .ordering import MOST_IN_ORDER, Joined, alike, in_order

GAP_LEVEL, GAP_LEAST, GAP_MOST = 9.0, 17.0, 80.0  # pixels between columns, where lines bend
STEEPNESS = 5.0  # of lines there, as far as there is room
LANE = 4  # height of the place where a line passes through a column
AROUND_BOX, AROUND_LABEL, AROUND_LANE = 6.0, 1.0, 3.0  # pixels above and below
TOGETHER = 4.0  # between leaves that are used by the same box


class Arrangement(NamedTuple):
    """Where boxes and labels are, where each route passes the columns up to its label, and where
    what stands beside each box is.
    """

    boxes: list[Rectangle]
    labels: list[Rectangle]
    passes: list[list[Rectangle]]
    beside: list[list[Rectangle]]


class _Items(NamedTuple):
    """All that takes a place in a column, by number: the boxes, the labels of the routes, then what
    stands beside boxes, and the lanes.

    A route is cut into `pieces`, each of which joins two items of neighbouring columns, the left
    one first. `lanes` has for each route the lanes that it passes on the way to its label, `beside`
    for each box what stands there. `arriving` has for each box its labels and those, by their seat.
    """

    sizes: list[Size]
    column_of: list[int]
    pieces: list[tuple[int, int]]
    lanes: list[list[int]]
    beside: list[list[int]]
    arriving: list[list[int]]

    @property
    def first_lane(self) -> int:
        return len(self.beside) + len(self.lanes) + sum(map(len, self.beside))


def arrange(boxes: Sequence[Size], routes: Sequence[Route]) -> Arrangement:
    """Place boxes, whose numbers rise along the routes, and the labels of the routes.

    Columns of boxes and of labels alternate. Boxes that lead to the same boxes keep their order,
    and so do the labels of routes to a box, if these are few. Routes that leave a box run together
    up to the column where they part. What stands beside a box is among the labels.
    """
    items = _items(boxes, routes)
    right = grouped(items.pieces)
    left = grouped((b, a) for a, b in items.pieces) | dict(enumerate(items.arriving))
    left = {item: joined for item, joined in left.items() if joined}
    kept = [*alike(routes, items.column_of), *_arriving_in_order(items)]
    columns = in_order(items.column_of, left, right, kept, len(boxes))
    chains = _chains(items, routes, right)
    ys = heights(columns, right, chains, _Gaps(items, routes), len(boxes), items.first_lane)
    top = min(y - size.height / 2 for y, size in zip(ys, items.sizes, strict=True))
    lefts, widths = _across(columns, items, right, ys)
    places = []
    for item, (column, y, size) in enumerate(zip(items.column_of, ys, items.sizes, strict=True)):
        # A leaf stands close to what uses it, the rest in the middle of the column.
        room = widths[column] - size.width
        start = lefts[column] + (room if item < len(boxes) and item not in left else room / 2)
        places.append(Rectangle(start + size.width / 2, y - top, size.width, size.height, column))
    return Arrangement(
        places[: len(boxes)],
        places[len(boxes) : len(boxes) + len(routes)],
        [[places[lane]._replace(height=0.0) for lane in passed] for passed in items.lanes],
        [[places[small] for small in found] for found in items.beside],
    )


def _arriving_in_order(items: _Items) -> list[list[int]]:
    """What leads into a box, where it keeps its order: few, or some of it stands beside the box."""
    pairs = zip(items.arriving, items.beside, strict=True)
    return [found for found, small in pairs if small or len(found) <= MOST_IN_ORDER]


def _items(boxes: Sequence[Size], routes: Sequence[Route]) -> _Items:
    """Every item's column, and how the items are joined.

    A box stands as far to the right as the longest way on from it allows: a leaf then stands
    beside the operation that uses it.
    """
    to_the_end = [0] * len(boxes)
    for route in sorted(routes, key=lambda route: -route.tail):
        to_the_end[route.tail] = max(to_the_end[route.tail], to_the_end[route.head] + 2)
    longest = max(to_the_end)
    if any(box.beside and steps == longest for box, steps in zip(boxes, to_the_end, strict=True)):
        longest += 1  # for what stands beside a box in the first column
    columns = [longest - steps for steps in to_the_end]
    columns += [columns[route.head] - 1 for route in routes]
    items = _Items([*boxes, *(route.label for route in routes)], columns, [], [], [], [])
    seats = grouped(
        (route.head, (route.seat, label)) for label, route in enumerate(routes, start=len(boxes))
    )
    for head, box in enumerate(boxes):
        small = range(len(columns), len(columns) + len(box.beside))
        items.sizes.extend(Size(one.width, one.height) for one in box.beside)
        columns += [columns[head] - 1] * len(small)
        items.pieces.extend((item, head) for item in small)
        items.beside.append([*small])
        found = [
            *seats.get(head, []),
            *((box.beside[k].seat, item) for k, item in enumerate(small)),
        ]
        items.arriving.append([item for _, item in sorted(found)])
    _add_lanes(items, routes, len(boxes))
    return items


def _add_lanes(items: _Items, routes: Sequence[Route], boxes: int) -> None:
    """Lead the routes through the columns between; those that leave the same box share lanes."""
    columns = items.column_of
    lane_at: dict[tuple[int, int], int] = {}
    for label, route in enumerate(routes, start=boxes):
        previous = route.tail
        passed = []
        for column in range(columns[route.tail] + 1, columns[label]):
            lane = lane_at.get((route.tail, column))
            if lane is None:
                lane = lane_at[route.tail, column] = len(columns)
                items.sizes.append(Size(0.0, LANE))
                columns.append(column)
                items.pieces.append((previous, lane))
            passed.append(lane)
            previous = lane
        items.lanes.append(passed)
        items.pieces.extend([(previous, label), (label, route.head)])


def _chains(items: _Items, routes: Sequence[Route], right: Joined) -> dict[int, int]:
    """The items that continue a line, each with the next one.

    A box is on a line with the operand that was computed in most steps, if this is a single one. A
    route is level along its lanes.
    """
    boxes = len(items.beside)
    depth = [0] * boxes
    for route in sorted(routes, key=lambda route: route.tail):
        depth[route.head] = max(depth[route.head], depth[route.tail] + 1)
    deepest = grouped(
        (route.head, label)
        for label, route in enumerate(routes, start=boxes)
        if depth[route.tail] == depth[route.head] - 1
    )
    onward = {labels[0]: head for head, labels in deepest.items() if len(labels) == 1}
    first_lane = items.first_lane
    for item, after in right.items():
        if boxes <= item < first_lane:
            continue
        lanes = [other for other in after if other >= first_lane]
        lines = [other for other in after if other in onward]
        found = lines or lanes if item < boxes else lanes or lines or after
        if len(found) == 1:
            onward[item] = found[0]
    return onward


class _Gaps:
    """How far the middles of two neighbours in a column must be apart, at the least."""

    def __init__(self, items: _Items, routes: Sequence[Route]) -> None:
        boxes = len(items.beside)
        lanes = len(items.sizes) - items.first_lane
        around = [AROUND_BOX] * boxes + [AROUND_LABEL] * (items.first_lane - boxes)
        self.half = [size.height / 2 for size in items.sizes]
        each = zip(around + [AROUND_LANE] * lanes, self.half, strict=True)
        self.reach = [around + half for around, half in each]
        computed = {route.head for route in routes}
        heads = grouped((route.tail, route.head) for route in routes)
        self.used_by = {tail: set(found) for tail, found in heads.items() if tail not in computed}

    def __call__(self, above: int, below: int) -> float:
        users = self.used_by.get(above)
        if users and users == self.used_by.get(below):
            return self.half[above] + TOGETHER + self.half[below]
        return self.reach[above] + self.reach[below]


def _across(
    columns: Sequence[Sequence[int]], items: _Items, right: Joined, ys: Sequence[float]
) -> tuple[list[float], list[float]]:
    """The left end and the width of each column, with more room between where lines are steep."""
    lefts: list[float] = []
    widths = [max(items.sizes[item].width for item in column) for column in columns]
    start = 0.0
    for column, width in zip(columns, widths, strict=True):
        lefts.append(start)
        ends = [(item, other) for item in column for other in right.get(item, ())]
        steepest = max((abs(ys[item] - ys[other]) for item, other in ends), default=0.0)
        gap = min(max(steepest / STEEPNESS, GAP_LEAST), GAP_MOST) if steepest > 1 else GAP_LEVEL
        start += width + gap + ARROWHEAD * any(other < len(items.beside) for _, other in ends)
    return lefts, widths
