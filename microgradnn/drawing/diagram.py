"""What a picture says, in words: a box for every value, an arrow for every operand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..notation import number, operation, printable, shorten
from ..value import Value, topological_order

MOST_NUMBERS = 4  # plain operands that an n-ary operation lists


class Box(NamedTuple):
    """The words in one box; the operation of a leaf is empty."""

    name: str  # the label, cut when long
    operation: str
    numbers: str  # the plain operands of an n-ary operation
    data: str
    grad: str
    details: str  # the whole label and all digits

    @property
    def heading(self) -> str:
        """The first line: `z = w·x + b`."""
        return " = ".join(filter(None, (self.name, self.operation)))


class Arrow(NamedTuple):
    """From the box of an operand to the box that it went into, with the local derivative."""

    tail: int
    head: int
    derivative: float


class Diagram(NamedTuple):
    """All that a picture of a graph says; boxes are in topological order, the root last."""

    boxes: list[Box]
    arrows: list[Arrow]


def values_below(root: object) -> list[Value]:
    """The values that a picture of `root` shows, in topological order; other things are refused."""
    if isinstance(root, Value):
        return topological_order(root)
    raise TypeError(
        f"only a Value has a graph to draw, got {type(root).__name__}; "
        "pass the one Value that your computation ends in"
    )


def describe(values: Sequence[Value]) -> Diagram:
    """The diagram of values in topological order.

    >>> a = Value(3.0, label="a")
    >>> boxes, arrows = describe(values_below(1 - a * a))
    >>> [box.heading for box in boxes]
    ['a', '□ × □', '1 − □']
    >>> [tuple(arrow) for arrow in arrows]
    [(0, 1, 3.0), (0, 1, 3.0), (1, 2, -1.0)]
    """
    backward_ran = values[-1].grad != 0
    position = {value: k for k, value in enumerate(values)}
    arrows = [
        Arrow(position[operand], head, local_grad)
        for head, value in enumerate(values)
        for operand, local_grad in zip(value.operands, value.local_grads, strict=True)
        if local_grad is not None
    ]
    return Diagram([_box(value, backward_ran) for value in values], arrows)


def _box(value: Value, backward_ran: bool) -> Box:
    label = printable(value.label)
    return Box(
        name=shorten(label),
        operation=_operation(value),
        numbers=_numbers(value),
        data=number(value.data),
        grad=number(value.grad) if backward_ran else "·",
        details=f"{label}\ndata {value.data!r}\ngrad {value.grad!r}".lstrip(),
    )


def _operation(value: Value) -> str:
    """How the operation is written, with □ for an operand that an arrow brings."""
    if value.op is None:
        return ""
    if value.op.arity is None:
        return shorten(value.op.symbol)
    operands = [number(x) if isinstance(x, float) else "□" for x in value.operands]
    return operation(value.op, operands)


def _numbers(value: Value) -> str:
    """The plain operands that the symbol of an n-ary operation leaves out."""
    numbers = [number(x) for x in value.operands if isinstance(x, float)]
    if value.op is None or value.op.arity or not numbers:
        return ""
    if len(numbers) > MOST_NUMBERS:
        numbers[MOST_NUMBERS:] = ["…"]
    return f"with {', '.join(numbers)}"
