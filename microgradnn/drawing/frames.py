"""Both passes as pictures: one frame for each step, all in the same places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..engine.value import Value
from ..explaining.notation import names_of, number, printable
from ..explaining.passes import Forward, Seed, Steps
from .diagram import Diagram, describe, links_of


class Frame(NamedTuple):
    """What the picture of one step says, and the ids of box and arrow that it is about."""

    diagram: Diagram
    caption: list[str]
    current: tuple[str, ...]


def frames(values: Sequence[Value]) -> list[Frame]:
    """A frame for each step over the graph of values in topological order.

    Values that are not computed yet, and gradients that have received nothing, show `·`.

    >>> a = Value(3.0, label="a")
    >>> square = a * a
    >>> [frame.current for frame in frames([a, square])]
    [('n1', ''), ('n1', ''), ('n0', 'e0'), ('n0', 'e1')]
    >>> [frame.diagram.boxes[0].grad for frame in frames([a, square])]
    ['·', '·', '3', '6']
    """
    boxes, arrows = describe(values)
    names = names_of(values)
    position = {value: k for k, value in enumerate(values)}
    arrow_of = {(link.head, link.place): f"e{k}" for k, link in enumerate(links_of(values))}
    now = [
        box._replace(
            name=name,
            data="·" if box.operation else box.data,
            grad="·",
            details=printable(value.label),
        )
        for value, name, box in zip(values, names.values(), boxes, strict=True)
    ]
    trail = Steps(values[-1])
    made = []
    for count, (step, (what, sums)) in enumerate(zip(trail, trail.rows(), strict=True), start=1):
        k, edge = position[step.node], ""
        if isinstance(step, Forward):
            now[k] = now[k]._replace(data=boxes[k].data)
        elif isinstance(step, Seed):
            now[k] = now[k]._replace(grad=number(step.gradient))
        else:
            k, edge = position[step.operand], arrow_of[k, step.place]
            now[k] = now[k]._replace(grad=number(step.after))
        caption = [f"Step {count} of {len(trail)}: {what}", *sums.split("; "), ""][:3]
        made.append(Frame(Diagram(list(now), arrows), caption, (f"n{k}", edge)))
    return made
