"""Networks as the lecture draws them, layers of circles; and how their gradients change."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from html import escape
from itertools import chain, pairwise
from typing import Any

from ..engine.checks import as_operands
from ..engine.modes import no_grad
from ..engine.value import Value
from ..explaining.notation import number, printable
from .geometry import Point, Size
from .picture import Drawing
from .svg import document, text

MOST_CIRCLES = 8  # in a column; of more, the first five and the last two are shown
RADIUS = 28
BETWEEN_COLUMNS, BETWEEN_CIRCLES = 200, 84  # from middle to middle
ABOVE = 34  # for the names of the columns
LEGEND = (
    "Line: a weight; dashed if negative; the wider, the larger.",
    "‖∂‖: length of the gradient of a neuron's weights and bias.",
)
MOST_FRAMES = 12
FRAME, ROW, NAMES = 88, 40, 76  # width of a frame, height of a layer, width of the layers' names
LONGEST_BAR = 72
SCALE = "Mean |gradient| of the layer's parameters; bars on a logarithmic scale."
LEAST_WIDTH = 460  # has room for a legend


def neurons_by_layer(model: Any) -> list[list[Any]]:
    """The neurons of a network, layer by layer; empty if it is not made of layers of neurons."""
    layers = [getattr(layer, "neurons", [layer]) for layer in getattr(model, "layers", [model])]
    return layers if all(hasattr(neuron, "w") for layer in layers for neuron in layer) else []


def draw_network(layers: Sequence[Sequence[Any]], example: Sequence[Any] | None) -> Drawing:
    """A network; in the circles stand the outputs of its last run, or of one on the example."""
    inside = [[f"x{k}" for k in range(1, len(layers[0][0].w) + 1)]]
    if example is not None:
        given = as_operands(example, len(inside[0]), "example")
        inside = [[_written(x) for x in given]]
        with no_grad():
            for layer in layers:
                given = [neuron(given) for neuron in layer]
    inside += [[_written(neuron.output) for neuron in layer] for layer in layers]
    shown = [_shown(len(words)) for words in inside]
    height = BETWEEN_CIRCLES * max(map(len, shown))
    shapes: list[str] = []
    places: list[dict[int, Point]] = []  # of the circles, column by column
    for column, (words, numbers) in enumerate(zip(inside, shown, strict=True)):
        x = RADIUS + column * BETWEEN_COLUMNS
        top = ABOVE + (height - BETWEEN_CIRCLES * len(numbers)) / 2
        name = f"layers.{column - 1}" if column else "inputs"
        shapes.append(text(x, 14, name, "muted small", "middle"))
        places.append({})
        for place, k in enumerate(numbers):
            y = top + BETWEEN_CIRCLES * (place + 0.5)
            if k is None:
                hidden = f"⋮ {len(words) - len(numbers) + 1} more"
                shapes.append(text(x, y, hidden, "muted small", "middle"))
            else:
                places[-1][k] = (x, y)
                gradient = _gradient_of(layers[column - 1][k]) if column else []
                shapes.append(_circle(x, y, words[k], gradient))
    largest = max(abs(w.data) for layer in layers for neuron in layer for w in neuron.w) or 1.0
    lines = [
        _line(layer[k].w[source], start, end, largest)
        for layer, (before, after) in zip(layers, pairwise(places), strict=True)
        for k, end in after.items()
        for source, start in before.items()
    ]
    for k, line in enumerate(LEGEND):
        shapes.append(text(0, ABOVE + height + 18 * (k + 1), line, "muted small"))
    width = max(len(layers) * BETWEEN_COLUMNS + 2 * RADIUS, LEAST_WIDTH)
    title = f"Network of {' → '.join(str(len(words)) for words in inside)}"
    size = Size(width, ABOVE + height + 40)
    return Drawing(document("\n".join([*lines, *shapes]), size, title, " ".join(LEGEND)))


def _shown(count: int) -> list[int | None]:
    """The numbers of the circles that a column shows, None for a gap."""
    numbers = list(range(count))
    return [*numbers] if count <= MOST_CIRCLES else [*numbers[:5], None, *numbers[-2:]]


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
    kind, width = "minus" if weight.data < 0 else "plus", 0.5 + 4.5 * abs(weight.data) / largest
    said = escape(f"{printable(weight.label)}: {number(weight.data)}, grad {number(weight.grad)}")
    (x0, y0), (x1, y1) = start, end
    return (
        f'<path class="{kind}" stroke-width="{width:.1f}" '
        f'd="M{x0 + RADIUS},{y0:.1f} L{x1 - RADIUS},{y1:.1f}"><title>{said}</title></path>'
    )


class FilmStrip:
    """A callback for `fit` that makes one picture of how the gradients change in training.

    A frame for each epoch (12 of them at most, evenly spread) has a bar for each layer: the mean
    absolute gradient of its parameters, in the last batch. So it shows where gradients vanish.

    >>> from microgradnn import losses, nn
    >>> from microgradnn.training import fit
    >>> model = nn.MLP(1, [2, 1])
    >>> strip = FilmStrip(model)
    >>> X, y = [[0.0], [1.0]], [1.0, 3.0]
    >>> _ = fit(model, X, y, loss=losses.mse_loss, epochs=3, progress=False, callbacks=[strip])
    >>> [len(layers) for layers in strip.magnitudes]
    [2, 2, 2]
    """

    def __init__(self, model: Any) -> None:
        self._layers = neurons_by_layer(model)
        if not self._layers:
            raise TypeError(f"model must have layers of neurons, got {type(model).__name__}")
        self.magnitudes: list[list[float]] = []  # one list for each epoch, one number for a layer

    def __call__(self, epoch: int, history: object) -> None:
        """Record the gradients as they are now."""
        layers = [[*chain(*map(_gradient_of, layer))] for layer in self._layers]
        self.magnitudes.append([math.fsum(map(abs, grads)) / len(grads) for grads in layers])

    @property
    def svg(self) -> str:
        """The strip as SVG."""
        if not self.magnitudes:
            raise ValueError("the strip is empty: pass it to fit(callbacks=[strip]) first")
        frames = min(len(self.magnitudes), MOST_FRAMES)
        epochs = [k * (len(self.magnitudes) - 1) // max(frames - 1, 1) for k in range(frames)]
        sizes = [x for epoch in epochs for x in self.magnitudes[epoch] if 0 < x < math.inf]
        low, high = (math.log10(f(sizes, default=1.0)) for f in (min, max))
        shapes = [
            text(0, ROW * (k + 1) + 18, f"layers.{k}", "word") for k in range(len(self._layers))
        ]
        for frame, epoch in enumerate(epochs):
            x = NAMES + frame * FRAME
            shapes.append(text(x, 16, f"epoch {epoch + 1}", "muted small"))
            for y, size in enumerate(self.magnitudes[epoch], start=1):
                shapes.append(text(x, ROW * y + 14, number(size, 2), "word"))
                share = (math.log10(size) - low) / (high - low or 1.0) if size in sizes else 0.0
                bar = f'width="{2 + LONGEST_BAR * share:.1f}" height="8"'
                shapes.append(f'<rect class="bar" x="{x}" y="{ROW * y + 20}" {bar}/>')
        height = ROW * (len(self._layers) + 1) + 22
        shapes.append(text(0, height - 4, SCALE, "muted small"))
        room = Size(max(NAMES + frames * FRAME, LEAST_WIDTH), height)
        return document("\n".join(shapes), room, "Gradients in training", SCALE)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the strip to a file that ends in .svg or .html."""
        Drawing(self.svg).save(path)

    def _repr_svg_(self) -> str:
        return self.svg
