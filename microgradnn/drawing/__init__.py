"""Pictures of computational graphs: `draw` paints one, `to_dot` hands one to Graphviz."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ..engine.checks import must_be
from ..engine.modes import large_graph
from ..engine.value import Value
from .diagram import describe, describe_folded, values_below
from .dot import to_dot
from .fold import MOST_BOXES, Rule
from .fold import fold as fold_values
from .frames import frames
from .layout import Size, lay_out
from .network import FilmStrip, draw_network, neurons_by_layer
from .opened import open_neurons as in_single_steps
from .picture import Drawing
from .svg import box_size, caption_size, edge_of, paint

__all__ = ["Drawing", "FilmStrip", "draw", "to_dot"]

MOST_UNFOLDED = 1000  # boxes, if the user will not have them folded
BELOW_PICTURE = 24  # pixels to the caption


def draw(
    root: Any,
    fold: str | Rule = "auto",
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

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> drawing = draw(a * b + a)
    >>> drawing.svg.count("<title>∂")
    4
    """
    if not callable(fold):
        must_be(str, fold, "fold", "a name such as 'layer', or a function")
    if step is not None:
        must_be(int, step, "step", "an int")
    layers = neurons_by_layer(root)
    if layers:
        return draw_network(layers, example)
    with large_graph():
        values = values_below(root)
        values = in_single_steps(values) if open_neurons else values
        if step is not None:
            return _draw_step(values, step)
        if fold == "none" or (fold == "auto" and len(values) <= MOST_BOXES):
            _check_size(len(values))
            diagram = describe(values)
        else:
            folded = fold_values(values, fold)
            _check_size(len(folded.blocks))
            diagram = describe_folded(folded)
    geometry = lay_out([*map(box_size, diagram.boxes)], [*map(edge_of, diagram.arrows)])
    steps = partial(_paint_frames, values) if len(values) <= MOST_BOXES else None
    return Drawing(paint(diagram, geometry), diagram, steps)


def _check_size(boxes: int) -> None:
    if boxes > MOST_UNFOLDED:
        raise ValueError(
            f"this picture would have {boxes:,} boxes, more than {MOST_UNFOLDED:,}; "
            "fold='auto' makes one that can be read"
        )


def _draw_step(values: Sequence[Value], step: int) -> Drawing:
    if len(values) > MOST_BOXES:
        raise ValueError(
            f"a step is drawn of a graph of at most {MOST_BOXES} values, this has {len(values):,}"
        )
    pictures = _paint_frames(values)
    if not 1 <= step <= len(pictures):
        raise ValueError(f"step must be from 1 to {len(pictures)}, got {step}")
    return pictures[step - 1]


def _paint_frames(values: Sequence[Value]) -> list[Drawing]:
    """A picture for each step; boxes are as large as their widest contents in any."""
    shown = frames(values)
    sizes = [
        Size(*map(max, zip(*map(box_size, boxes), strict=True)))
        for boxes in zip(*(frame.diagram.boxes for frame in shown), strict=True)
    ]
    geometry = lay_out(sizes, [*map(edge_of, shown[0].diagram.arrows)])
    widths, heights = zip(*(caption_size(frame.caption) for frame in shown), strict=True)
    width, height = max(geometry.size.width, *widths), max(heights) + BELOW_PICTURE
    geometry = geometry._replace(size=Size(width, geometry.size.height + height))
    return [
        Drawing(paint(frame.diagram, geometry, frame.caption, frame.current), frame.diagram)
        for frame in shown
    ]
