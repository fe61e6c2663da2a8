"""Networks as the lecture draws them: layers of circles, and a line for each weight."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple

from ..engine.checks import as_operands
from ..engine.modes import no_grad
from ..engine.value import Value
from ..explaining.notation import number, printable
from .geometry import Point, Size
from .looks import document, text
from .picture import Drawing

MOST_CIRCLES = 8  # in a column; of more, the first five and the last two are shown
RADIUS = 28
BETWEEN_COLUMNS, BETWEEN_CIRCLES = 200, 84  # from middle to middle
LEAST_BETWEEN = 110  # columns, of which many stand closer, so that they fit a page of this width:
WIDEST = 814
ABOVE = 34  # for the names of the columns
LINE_HEIGHT = 18  # of the legend
DOTS = 'fill="none" stroke-width="5" stroke-linecap="round"'
LEAST_WIDTH = 460  # has room for the legend

Layers = Sequence[Sequence[Any]]  # the neurons of each layer
Places = dict[int | None, Point]  # of the circles of a column, by their numbers; None: of the gap


class _Column(NamedTuple):
    """The inputs or a layer: what stands in all of its circles, and which of these are shown."""

    name: str
    words: list[str]
    neurons: Sequence[Any]  # the inputs have none
    shown: list[int | None]


def neurons_by_layer(model: Any) -> list[list[Any]]:
    """The neurons of a network, layer by layer; empty if it is not made of layers of neurons."""
    layers = [getattr(layer, "neurons", [layer]) for layer in getattr(model, "layers", [model])]
    return layers if all(hasattr(neuron, "w") for layer in layers for neuron in layer) else []


def draw_network(layers: Layers, example: Sequence[Any] | None) -> Drawing:
    """A network; in the circles stand the outputs of its last run, or of one on the example."""
    columns = _columns(layers, example)
    height = BETWEEN_CIRCLES * max(len(column.shown) for column in columns)
    apart = min(BETWEEN_COLUMNS, max((WIDEST - 2 * RADIUS) // len(layers), LEAST_BETWEEN))
    places = [_places(column.shown, RADIUS + k * apart, height) for k, column in enumerate(columns)]
    shapes = [*_lines(layers, places)]
    for column, at in zip(columns, places, strict=True):
        shapes += _paint_column(column, at)
    legend = _legend(layers)
    for k, line in enumerate(legend, start=1):
        shapes.append(text(0, ABOVE + height + LINE_HEIGHT * k, line, "muted small"))
    width = max(len(layers) * apart + 2 * RADIUS, LEAST_WIDTH)
    title = f"Network of {' → '.join(str(len(column.words)) for column in columns)}"
    size = Size(width, ABOVE + height + LINE_HEIGHT * len(legend) + 4)
    return Drawing(document("\n".join(shapes), size, title, _in_words(columns, legend)))


def _legend(layers: Layers) -> list[str]:
    """What lines and signs mean, of those that are there."""
    neurons = [neuron for layer in layers for neuron in layer]
    legend = ["Line: a weight; dashed if negative; the wider, the larger."]
    if any(any(_gradient_of(neuron)) for neuron in neurons):
        parameters = "weights" + " and bias" * any(neuron.b is not None for neuron in neurons)
        legend.append(f"‖∂‖: length of the gradient of a neuron's {parameters}.")
    return legend


def _in_words(columns: Sequence[_Column], legend: Sequence[str]) -> str:
    """What the picture shows, for those who cannot see it; of few outputs also the numbers."""
    counts = ", ".join(f"{column.name} {len(column.words)}" for column in columns)
    said = [f"Circles in columns: {counts}."]
    outputs = columns[-1].words
    if all(outputs) and len(outputs) <= MOST_CIRCLES:
        said.append(f"Last outputs: {', '.join(outputs)}.")
    return " ".join([*said, *legend])


def _columns(layers: Layers, example: Sequence[Any] | None) -> list[_Column]:
    """The columns from left to right, after a run on the example if there is one."""
    count = len(layers[0][0].w)
    inputs = [f"x{k}" for k in range(1, count + 1)]
    if example is not None:
        given = as_operands(example, count, "example")
        inputs = [_written(x) for x in given]
        _run(layers, given)
    columns = [_Column("inputs", inputs, [], _shown(count))]
    for k, layer in enumerate(layers):
        outputs = [_written(neuron.output) for neuron in layer]
        columns.append(_Column(f"layers.{k}", outputs, layer, _shown(len(layer))))
    return columns


def _run(layers: Layers, given: list[Any]) -> None:
    """Run the network; its neurons keep their outputs."""
    with no_grad():
        for layer in layers:
            given = [neuron(given) for neuron in layer]


def _shown(count: int) -> list[int | None]:
    """The numbers of the circles that a column shows, None for a gap."""
    numbers = list(range(count))
    return [*numbers] if count <= MOST_CIRCLES else [*numbers[:5], None, *numbers[-2:]]


def _places(shown: Sequence[int | None], x: float, height: float) -> Places:
    """The middles of the circles, one below the other, in the middle of the height."""
    top = ABOVE + (height - BETWEEN_CIRCLES * len(shown)) / 2
    return {k: (x, top + BETWEEN_CIRCLES * (place + 0.5)) for place, k in enumerate(shown)}


def _paint_column(column: _Column, places: Places) -> Iterator[str]:
    """The name of a column, its circles, and in the gap how many more there are."""
    x, _ = next(iter(places.values()))
    yield text(x, 14, column.name, "muted small", "middle")
    for k, (x, y) in places.items():
        if k is None:
            hidden = len(column.words) - len(column.shown) + 1
            yield f'<path class="blank" {DOTS} d="M{x},{y - 20:.1f}h.1m-.1,10h.1m-.1,10h.1"/>'
            yield text(x, y + 20, f"{hidden} more", "muted small", "middle")
        else:
            gradient = _gradient_of(column.neurons[k]) if column.neurons else []
            yield _circle(x, y, column.words[k], gradient)


def _lines(layers: Layers, places: Sequence[Places]) -> Iterator[str]:
    """A line for each weight between two circles that are shown."""
    weights = [w for layer in layers for neuron in layer for w in neuron.w]
    largest = max(abs(w.data) for w in weights) or 1.0
    for layer, (before, after) in zip(layers, pairwise(places), strict=True):
        for k, end in after.items():
            for source, start in before.items():
                if k is not None and source is not None:
                    yield _line(layer[k].w[source], start, end, largest)


def _written(x: Any) -> str:
    return "" if x is None else number(getattr(x, "data", x), 2)


def _gradient_of(neuron: Any) -> list[float]:
    return [parameter.grad for parameter in (*neuron.w, neuron.b) if parameter is not None]


def _circle(x: float, y: float, inside: str, gradient: list[float]) -> str:
    words = text(x, y + 4, inside, "word small", "middle")
    if any(gradient):
        length = f"‖∂‖ {number(math.hypot(*gradient), 2)}"
        words += text(x, y + RADIUS + 15, length, "muted small", "middle")
    return f'<circle class="card frame" cx="{x}" cy="{y:.1f}" r="{RADIUS}"/>{words}'


def _line(weight: Value, start: Point, end: Point, largest: float) -> str:
    kind = "minus" if weight.data < 0 else "plus"
    width = 0.5 + 4.5 * abs(weight.data) / largest
    said = escape(f"{printable(weight.label)}: {number(weight.data)}, grad {number(weight.grad)}")
    (x0, y0), (x1, y1) = start, end
    return (
        f'<path class="{kind}" fill="none" stroke-width="{width:.1f}" '
        f'd="M{x0 + RADIUS},{y0:.1f} L{x1 - RADIUS},{y1:.1f}"><title>{said}</title></path>'
    )
