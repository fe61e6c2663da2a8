"""Layout: from the sizes of boxes and the routes between them to coordinates in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .geometry import ARROWHEAD, Geometry, Point, Rectangle, Route, Size
from .grouping import grouped
from .heights import spread
from .layered import Arrangement, arrange
from .ordering import MOST_IN_ORDER

__all__ = ["Geometry", "Point", "Rectangle", "Route", "Size", "lay_out"]

BETWEEN_TIPS = 9  # pixels from arrowhead to arrowhead at a box
CORNER = 7  # pixels at the end of a box's side that no arrow reaches


def lay_out(boxes: Sequence[Size], routes: Sequence[Route]) -> Geometry:
    """Lay out boxes from left to right, with nothing but Python: the same on every machine.

    The numbers of the boxes rise along every route.
    """
    arrangement = arrange(boxes, routes)
    everything = [
        *arrangement.boxes,
        *arrangement.labels,
        *(place for places in [*arrangement.passes, *arrangement.beside] for place in places),
    ]
    width = max(rectangle.right for rectangle in everything)
    height = max(rectangle.bottom for rectangle in everything)
    return Geometry(
        Size(width, height),
        arrangement.boxes,
        arrangement.labels,
        *_splines(arrangement, routes),
    )


def _splines(
    arrangement: Arrangement, routes: Sequence[Route]
) -> tuple[list[list[Point]], list[list[tuple[Rectangle, list[Point]]]]]:
    """The routes as splines: from a box through the lanes between to the label, and on.

    A spline bends in the gaps between the columns alone, so it touches no other box. With them, for
    each box what stands beside it, with the spline that leads from there into the box.
    """
    boxes, labels, passes, beside = arrangement
    everything = [*boxes, *labels, *(place for places in beside for place in places)]
    columns = grouped((rectangle.column, rectangle) for rectangle in everything)
    right_end = {x: max(one.right for one in column) for x, column in columns.items()}
    left_end = {x: min(one.left for one in column) for x, column in columns.items()}

    def bend(start: Rectangle, end: Rectangle, y: float) -> list[Point]:
        near = right_end[start.column]
        far = left_end[end.column] - ARROWHEAD
        middle = (near + far) / 2
        entry = (end.left, y)
        level = [(start.right, start.y), (near, start.y), (near, start.y)]
        return [*level, (middle, start.y), (middle, y), (far, y), (far, y), entry, entry]

    arrivals = _arrival_heights(arrangement, routes)
    splines = []
    for route, label, passed in zip(routes, labels, passes, strict=True):
        tail = boxes[route.tail]
        way = [point for a, b in pairwise([tail, *passed, label]) for point in bend(a, b, b.y)]
        entry = (label.left, label.y)
        leave = (label.right, label.y)
        onward = bend(label, boxes[route.head], arrivals[label])
        splines.append([(tail.right, tail.y), *way, entry, leave, leave, *onward])
    return splines, [
        [(small, [(small.right, small.y), *bend(small, box, arrivals[small])]) for small in places]
        for box, places in zip(boxes, beside, strict=True)
    ]


def _arrival_heights(arrangement: Arrangement, routes: Sequence[Route]) -> dict[Rectangle, float]:
    """Where the line from a label, or from what stands beside a box, ends on the box's left side.

    That is as level as can be; where there are many, all end in one point.
    """
    boxes, labels, _, beside = arrangement
    arriving = grouped((route.head, label) for route, label in zip(routes, labels, strict=True))
    heights: dict[Rectangle, float] = {}
    for head, box in enumerate(boxes):
        from_the_top = sorted([*arriving.get(head, []), *beside[head]], key=lambda one: one.y)
        ends = [box.y] * len(from_the_top)
        if len(ends) <= MOST_IN_ORDER:
            reach = box.height / 2 - CORNER
            wishes = [min(max(one.y, box.y - reach), box.y + reach) for one in from_the_top]
            ends = spread(wishes, [BETWEEN_TIPS] * (len(wishes) - 1)) if wishes else []
            shift = max(0.0, box.y - reach - min(ends, default=box.y))
            shift -= max(0.0, max(ends, default=box.y) - box.y - reach)
            ends = [end + shift for end in ends]
        heights.update(zip(from_the_top, ends, strict=True))
    return heights
