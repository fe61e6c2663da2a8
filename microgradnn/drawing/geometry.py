"""Sizes, places and lines, in pixels; y points down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

ARROWHEAD = 8  # pixels at the end of a line that are level

Point = tuple[float, float]


class Beside(NamedTuple):
    """What stands beside a box: its size, and its seat among all that leads into the box."""

    width: float
    height: float
    seat: int


class Size(NamedTuple):
    """Width and height in pixels; of a box also what stands beside it."""

    width: float
    height: float
    beside: tuple[Beside, ...] = ()


class Route(NamedTuple):
    """A line to be drawn from box number `tail` to box number `head`, and the size of its label.

    Of the routes to a box those of a lower seat come first, from the top.
    """

    tail: int
    head: int
    label: Size
    seat: int = 0


class Rectangle(NamedTuple):
    """A box or a label in its place: its middle, its size and the number of its column."""

    x: float
    y: float
    width: float
    height: float
    column: int = 0

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height / 2


class Geometry(NamedTuple):
    """Where everything is; a route is a cubic Bézier spline, through its label.

    What stands beside a box has a line into it, which is no route.
    """

    size: Size
    boxes: list[Rectangle]
    labels: list[Rectangle]
    splines: list[list[Point]]
    beside: list[list[tuple[Rectangle, list[Point]]]]


def written(x: float, y: float) -> str:
    """A point in a path, to a tenth of a pixel."""
    return f"{round(x, 1):.9g},{round(y, 1):.9g}"


def curve(spline: Sequence[Point]) -> str:
    """A path along curves, each from where the last one ended; where one is straight, a line.

    >>> curve([(0, 0), (0, 0), (5, 0), (5, 0), (7.25, 0), (9, 2), (9, 4)])
    'M0,0L5,0C7.2,0 9,2 9,4'
    """
    points = [written(*point) for point in spline]
    path = f"M{points[0]}"
    for k in range(0, len(points) - 1, 3):
        start, near, far, end = points[k : k + 4]
        if (start, end) != (near, far):
            path += f"C{near} {far} {end}"
        elif start != end:
            path += f"L{end}"
    return path
