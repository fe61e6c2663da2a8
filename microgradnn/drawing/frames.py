"""Both passes as pictures: one frame for each step, all with the same boxes and arrows."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine.value import Value
from ..explaining.notation import number, printable
from ..explaining.passes import Forward, Seed, Steps
from .diagram import Box, Diagram, describe, edges_of

LINES = 3  # of a caption, in every frame, so that all frames are equally high


def frames(values: Sequence[Value]) -> list[Diagram]:
    """A diagram for each step over the graph of values in topological order.

    Values that are not computed yet, and gradients that have received nothing, show `·`.

    >>> a = Value(3.0, label="a")
    >>> square = a * a
    >>> [(frame.current_box, frame.current_arrow) for frame in frames([a, square])]
    [(1, None), (1, None), (0, 0), (0, 1)]
    >>> [frame.boxes[0].grad for frame in frames([a, square])]
    ['·', '·', '3', '6']
    """
    finished = describe(values)
    boxes = _before_the_first_step(values, finished.boxes)
    position = {value: k for k, value in enumerate(values)}
    arrow_of = {(edge.head, edge.place): k for k, edge in enumerate(edges_of(values))}
    trail = Steps(values[-1])
    made = []
    for count, (step, (what, sums)) in enumerate(zip(trail, trail.rows(), strict=True), start=1):
        box = position[step.node]
        arrow = None
        if isinstance(step, Forward):
            boxes[box] = boxes[box]._replace(data=finished.boxes[box].data)
        elif isinstance(step, Seed):
            boxes[box] = boxes[box]._replace(grad=number(step.gradient))
        else:
            arrow = arrow_of[box, step.place]
            box = position[step.operand]
            boxes[box] = boxes[box]._replace(grad=number(step.after))
        caption = [f"Step {count} of {len(trail)}: {what}", *sums.split("; "), ""][:LINES]
        made.append(Diagram(list(boxes), finished.arrows, caption, box, arrow))
    return made


def _before_the_first_step(values: Sequence[Value], finished: Sequence[Box]) -> list[Box]:
    """The boxes when only the leaves are known; they tell nothing of what is not computed yet."""
    return [
        box._replace(
            data="·" if box.operation else box.data, grad="·", details=printable(value.label)
        )
        for value, box in zip(values, finished, strict=True)
    ]
