"""`draw`: from a root or a model to a finished picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, overload

from ..collector import large_graph
from ..engine.value import Value, topological_order
from ..nn import Module
from ..nn.layers import Neuron
from ..waiting import waiting
from .contents import all_frames, check_options, contents, values_shown
from .diagram import Diagram
from .fold import MOST_BOXES, FoldName, Rule
from .frames import frames
from .geometry import Geometry, Size
from .layout import lay_out
from .network import draw_network, neurons_by_layer
from .picture import Drawing
from .svg import box_size, paint, room_for, route_of

MOST_IN_NOTEBOOK = 60  # nodes of a Value's graph that a notebook shows as a picture
MOST_LAYERS = 8  # of a network that a notebook shows as a picture
MOST_UNFOLDED = 1000  # boxes, if the user will not have them folded


@overload
def draw(
    root: Value,
    fold: FoldName | Rule = "auto",
    step: int | None = None,
    *,
    open_neurons: bool = False,
) -> Drawing: ...
@overload
def draw(root: Module, *, example: Sequence[Any] | None = None) -> Drawing: ...
def draw(
    root: Any,
    fold: FoldName | Rule = "auto",
    step: int | None = None,
    *,
    open_neurons: bool = False,
    example: Sequence[Any] | None = None,
) -> Drawing:
    """A picture of the graph that `root` was computed by, or of a network.

    One box per value, with its label and operation, data and gradient (`·` before a backward
    pass); one arrow per operand, with the local derivative ∂.

    With more than 60 boxes the graph is folded: a neuron, a layer or a whole model becomes one
    box, whatever comes first to at most 60. The ∂ on its arrows are those of the block, so that
    upstream × local still holds. `fold` may also be "none", "neuron", "layer", "model", or a
    function that gives a value the name of its block, or None.

    With `open_neurons` each w·x + b is shown as its products and their sum. With `step=k` the
    picture shows what is known after step k of `steps(root)`, counted from 1.

    If `root` is an MLP, a Layer or a Neuron, the picture shows layers of circles and a line for
    each weight, the outputs of the last run, and the size of the gradients that a backward pass
    has left. With `example`, a list of inputs, it is run on these first.

    Raises TypeError if `root` is neither a Value nor such a network, or an argument is of another
    kind; ValueError if there is no such fold or step, or more than 1,000 boxes are not folded.

    >>> from microgradnn import Value, draw, nn
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> draw(a * b + a).svg.count("<title>∂")
    4
    >>> draw(nn.MLP(2, [3, 1], rng=0), example=[1.0, 2.0])
    Drawing('Network of 2 → 3 → 1')
    """
    check_options(fold, step)
    layers = neurons_by_layer(root)
    if layers:
        if fold != "auto" or step is not None or open_neurons:
            raise TypeError(
                "fold, step and open_neurons are for the graph of a Value, but a network was "
                "given; draw its loss, or draw(model) alone"
            )
        return draw_network(layers, example)
    if example is not None and isinstance(root, Value):
        raise TypeError("example is for a network, which it is run on; a Value was given")
    with large_graph(), waiting("drawing"):
        values = values_shown(root, open_neurons)
        if step is not None:
            return _paint_together(all_frames(values, step))[step - 1]
        diagram = contents(values, fold, MOST_UNFOLDED)
    every_step = partial(_draw_steps, values) if len(values) <= MOST_BOXES else None
    return Drawing(_painted(diagram), diagram, every_step)


def _painted(diagram: Diagram) -> str:
    routes = [*map(route_of, diagram.arrows)]
    return paint(diagram, lay_out([*map(box_size, diagram.boxes)], routes))


def _draw_steps(values: Sequence[Value]) -> list[Drawing]:
    return _paint_together(frames(values))


def _paint_together(shown: Sequence[Diagram]) -> list[Drawing]:
    """A picture of each frame, with everything in the same place in all of them."""
    geometry = geometry_of_all(shown)
    size = room_for([frame.caption for frame in shown], geometry.size)
    return [Drawing(paint(frame, geometry._replace(size=size)), frame) for frame in shown]


def geometry_of_all(shown: Sequence[Diagram]) -> Geometry:
    """Where things are in all frames; boxes are as large as their widest contents in any."""
    sizes = [
        Size(*map(max, zip(*map(box_size, boxes), strict=True)))
        for boxes in zip(*(frame.boxes for frame in shown), strict=True)
    ]
    return lay_out(sizes, [*map(route_of, shown[0].arrows)])


def picture_of_now(root: Value) -> Callable[[], str] | None:
    """What a notebook shows of a Value: its numbers are read now, and painted when asked for."""
    values = topological_order(root)
    return partial(_painted, contents(values, "auto")) if len(values) <= MOST_IN_NOTEBOOK else None


def in_notebook(shown: Any) -> str | None:
    """The picture of a Value or a network; None, so that it is shown as text, if it is large."""
    if isinstance(shown, Value):
        picture = picture_of_now(shown)
        return picture() if picture else None
    layers = neurons_by_layer(shown)
    is_drawn = 0 < len(layers) <= MOST_LAYERS and all(
        isinstance(neuron, Neuron) for layer in layers for neuron in layer
    )
    return draw_network(layers, None).svg if is_drawn else None
