"""Sizes, places and lines, in pixels; y points down."""

from __future__ import annotations

from typing import NamedTuple

ARROWHEAD = 8  # pixels at the end of a line that are level
MOST_IN_ORDER = 3  # operands that arrive as written, the first on top; more would cross too much

Point = tuple[float, float]


class Size(NamedTuple):
    """Width and height in pixels."""

    width: float
    height: float


class Edge(NamedTuple):
    """A line from box number `tail` to box number `head`, with room for a label on it."""

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


class Geometry(NamedTuple):
    """Where everything is; an edge is a cubic Bézier spline, through its label."""

    size: Size
    boxes: list[Rectangle]
    labels: list[Rectangle]
    splines: list[list[Point]]
