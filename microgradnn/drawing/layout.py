"""Layout: from the sizes of boxes and the routes between them to coordinates in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .geometry import ARROWHEAD, Geometry, Point, Rectangle, Route, Size
from .grouping import grouped
from .layered import Arrangement, arrange

__all__ = ["Geometry", "Point", "Rectangle", "Route", "Size", "lay_out"]


def lay_out(boxes: Sequence[Size], routes: Sequence[Route]) -> Geometry:
    """Lay out boxes from left to right, with nothing but Python: the same on every machine.

    The numbers of the boxes rise along every route.
    """
    arrangement = arrange(boxes, routes)
    placed, labels, passes = arrangement
    everything = [*placed, *labels, *(lane for passed in passes for lane in passed)]
    width = max(rectangle.right for rectangle in everything)
    height = max(rectangle.bottom for rectangle in everything)
    return Geometry(Size(width, height), placed, labels, _splines(arrangement, routes))


def _splines(arrangement: Arrangement, routes: Sequence[Route]) -> list[list[Point]]:
    """The routes as splines: from a box through the lanes between to the label, and on.

    A spline bends in the gaps between the columns alone, so it touches no other box.
    """
    boxes, labels, passes = arrangement
    columns = grouped((rectangle.x, rectangle) for rectangle in [*boxes, *labels])
    right_end = {x: max(one.right for one in column) for x, column in columns.items()}
    left_end = {x: min(one.left for one in column) for x, column in columns.items()}

    def bend(start: Rectangle, end: Rectangle, y: float) -> list[Point]:
        near = right_end[start.x]
        far = left_end[end.x] - ARROWHEAD
        middle = (near + far) / 2
        entry = (end.left, y)
        level = [(start.right, start.y), (near, start.y), (near, start.y)]
        return [*level, (middle, start.y), (middle, y), (far, y), (far, y), entry, entry]

    splines = []
    arrivals = _arrival_heights(boxes, labels, routes)
    for route, label, passed, arrival in zip(routes, labels, passes, arrivals, strict=True):
        tail = boxes[route.tail]
        way = [point for a, b in pairwise([tail, *passed, label]) for point in bend(a, b, b.y)]
        entry = (label.left, label.y)
        leave = (label.right, label.y)
        onward = bend(label, boxes[route.head], arrival)
        splines.append([(tail.right, tail.y), *way, entry, leave, leave, *onward])
    return splines


def _arrival_heights(
    boxes: list[Rectangle], labels: list[Rectangle], routes: Sequence[Route]
) -> list[float]:
    """Where routes end: spread over the left side of their box, in the order of their labels."""
    heights = [0.0] * len(routes)
    from_the_top = sorted(range(len(routes)), key=lambda k: labels[k].y)
    for head, arriving in grouped((routes[k].head, k) for k in from_the_top).items():
        for place, k in enumerate(arriving, start=1):
            heights[k] = boxes[head].top + boxes[head].height * place / (len(arriving) + 1)
    return heights
