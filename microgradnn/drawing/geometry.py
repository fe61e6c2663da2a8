"""Sizes, places and lines, in pixels; y points down."""

from __future__ import annotations

from typing import NamedTuple

ARROWHEAD = 8  # pixels at the end of a line that are level

Point = tuple[float, float]


class Size(NamedTuple):
    """Width and height in pixels."""

    width: float
    height: float


class Route(NamedTuple):
    """A line to be drawn from box number `tail` to box number `head`, and the size of its label."""

    tail: int
    head: int
    label: Size


class Rectangle(NamedTuple):
    """A box or a label in its place: its middle and its size."""

    x: float
    y: float
    width: float
    height: float

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
    """Where everything is; a route is a cubic Bézier spline, through its label."""

    size: Size
    boxes: list[Rectangle]
    labels: list[Rectangle]
    splines: list[list[Point]]
