"""What a picture says, in words: a box for every value, an arrow for every operand."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..engine.value import Value, topological_order
from ..explaining.names import names_of
from ..explaining.notation import is_formula, number, operation, printable, seat_of, shorten
from .fold import Block, Folded
from .operands import numbers_beside, operation_of

MOST_NUMBERS = 4  # operations of a block that are listed
MOST_DERIVATIVES = 3  # that stand on one arrow
MOST_NAMED = 10_000  # values of a folded graph, for most of them are not seen
MOST_TOLD = 12  # boxes that the words for a picture go through one by one
MOST_NAMED_LEAVES = 8
MOST_LISTED = 64  # of them, for a pointer that rests on it


class Box(NamedTuple):
    """The words in one box; a leaf has neither an operation nor numbers."""

    name: str  # empty where the operation says all
    operation: str
    numbers: str  # the plain operands of an n-ary operation; of a block, what is inside
    data: str
    grad: str
    details: str  # the whole label and all digits
    path: str = ""  # the whole label of a value or block, or what else it is called
    beside: tuple[tuple[str, int], ...] = ()  # plain operands of a neuron, each with its seat
    is_block: bool = False

    @property
    def heading(self) -> str:
        """The first line: `z = w·x + b`."""
        return " = ".join(filter(None, (self.name, self.operation)))

    @property
    def is_leaf(self) -> bool:
        return not (self.operation or self.numbers)


class Arrow(NamedTuple):
    """From the box of an operand to the box that it went into, with the local derivative.

    Between blocks there may be several derivatives, or too many to work out: then `derivative` is
    NaN, and `words` and `details` say what can be said.
    """

    tail: int
    head: int
    derivative: float
    words: str = ""
    details: str = ""
    seat: int = 0  # when it comes, as the operation is written

    @property
    def text(self) -> str:
        """What stands on the arrow."""
        return f"∂ {self.words or number(self.derivative)}"


class Edge(NamedTuple):
    """From operand number `tail`, in its place, to value number `head`: the local derivative."""

    tail: int
    head: int
    place: int
    local: float


class Diagram(NamedTuple):
    """All that a picture of a graph says; boxes are in topological order, the root last.

    The picture of a step has a caption, and marks the box and the arrow that the step is about.
    """

    boxes: list[Box]
    arrows: list[Arrow]
    caption: Sequence[str] = ()
    current_box: int | None = None
    current_arrow: int | None = None


def in_words(diagram: Diagram, with_numbers: bool = True) -> str:
    """What the picture shows, for those who cannot see it; of few boxes also what is in each.

    >>> a = Value(3.0, label="a")
    >>> print(in_words(describe(values_below(1 - a)))[:48])
    A graph of 2 values: the leaf a, the root 1 − a.
    """
    boxes, root = diagram.boxes, diagram.boxes[-1]
    blocks = sum(box.is_block for box in boxes)
    what = "one value" if len(boxes) == 1 else f"{len(boxes):,} values"
    if blocks:
        what = f"{len(boxes):,} boxes, {blocks:,} of them blocks"
    parts = [f"the root {root.heading}."]
    if leaves := [box for box in boxes[:-1] if box.is_leaf and not box.is_block]:
        names = ", ".join(box.name for box in leaves[:MOST_NAMED_LEAVES])
        rest = f" and {len(leaves) - MOST_NAMED_LEAVES:,} more" * (len(leaves) > MOST_NAMED_LEAVES)
        parts.insert(0, f"the {'leaf' if len(leaves) == 1 else 'leaves'} {names}{rest}")
    told = [] if not with_numbers else boxes if len(boxes) <= MOST_TOLD else [root]
    each = [f"{box.heading}: data {box.data or '?'}, grad {box.grad or '?'}." for box in told]
    step = " · ".join(filter(None, diagram.caption))
    return " ".join(filter(None, [f"A graph of {what}: {', '.join(parts)}", *each, step]))


def values_below(root: object) -> list[Value]:
    """The values that a picture of `root` shows, in topological order; other things are refused."""
    if isinstance(root, Value):
        return topological_order(root)
    raise TypeError(
        f"root must be a Value, for only a Value has a graph to draw, got {type(root).__name__}; "
        "pass the one Value that your computation ends in"
    )


def edges_of(values: Sequence[Value]) -> list[Edge]:
    """All edges of a graph, by the numbers of its values in topological order."""
    number_of = {value: k for k, value in enumerate(values)}
    return [
        Edge(number_of[value.operands[place]], head, place, local)
        for head, value in enumerate(values)
        for place, local in enumerate(value.local_grads)
        if local is not None
    ]


def describe(values: Sequence[Value]) -> Diagram:
    """The diagram of values in topological order.

    >>> a = Value(3.0, label="a")
    >>> diagram = describe(values_below(1 - a * a))
    >>> [box.heading for box in diagram.boxes]
    ['a', 'a × a', '1 − (a × a)']
    >>> [arrow[:3] for arrow in diagram.arrows]
    [(0, 1, 3.0), (0, 1, 3.0), (1, 2, -1.0)]
    """
    backward_ran = values[-1].grad != 0
    names = names_of(values)
    arrows = [
        Arrow(edge.tail, edge.head, edge.local, seat=seat_of(values[edge.head], edge.place))
        for edge in edges_of(values)
    ]
    return Diagram([describe_value(value, names, backward_ran) for value in values], arrows)


def describe_folded(folded: Folded) -> Diagram:
    """The diagram of a graph of blocks.

    >>> from microgradnn import nn
    >>> from microgradnn.drawing.fold import fold
    >>> loss = (nn.MLP(2, [3, 1], activation="tanh")([1.0, 2.0]) - 1) ** 2
    >>> diagram = describe_folded(fold(values_below(loss), "layer"))
    >>> [(box.heading, box.numbers) for box in diagram.boxes[:2]]
    [('layers.0', '3 dot, 3 tanh · 9 parameters'), ('layers.1', 'dot · 4 parameters')]
    """
    root = folded.blocks[-1].values[-1]
    backward_ran = root.grad != 0
    names = _names_beside_blocks(folded)
    arrows = [
        _arrow_between(tail, head, inputs, folded)
        for (tail, head), inputs in folded.arrows().items()
    ]
    boxes = [
        describe_block(block, backward_ran)
        if len(block.values) > 1
        else describe_value(block.values[0], names, backward_ran)
        for block in folded.blocks
    ]
    return Diagram(boxes, arrows)


def _names_beside_blocks(folded: Folded) -> dict[Value, str]:
    """The names of the values that stand alone, and of what they were computed from.

    They are those of the whole graph; in a large one, what these would be called without the rest.
    """
    alone = {block.values[0] for block in folded.blocks if len(block.values) == 1}
    values = [value for block in folded.blocks for value in block.values]
    if len(values) <= MOST_NAMED:
        return names_of(topological_order(values[-1])) if alone else {}
    used = alone.union(x for value in alone for x in value.operands if isinstance(x, Value))
    return names_of([value for value in values if value in used])


def describe_block(block: Block, backward_ran: bool) -> Box:
    """The box of a block of several values."""
    operation = "" if block.name else _operation_of_rank(block.values)
    return Box(
        name=shorten(block.name),
        operation=operation,
        numbers=_inside(block.values) if block.name else f"{len(block.values):,} values",
        data=_several([x.data for x in block.outputs]),
        grad=_several([x.grad for x in block.outputs]) if backward_ran else "·",
        details=f"{printable(block.name)}\n{len(block.outputs):,} outputs".lstrip(),
        path=printable(block.name) or operation,
        is_block=True,
    )


def _operation_of_rank(values: Sequence[Value]) -> str:
    """What all values of a rank are: `□ − 1`, or `□ − □` if the numbers differ."""
    row = values[0].op
    if row is None:
        return "leaf"
    if row.arity is None:
        return shorten(row.symbol)
    found = {tuple(x if type(x) is float else None for x in value.operands) for value in values}
    operands = found.pop() if len(found) == 1 else (None,) * row.arity
    return operation(row, ["□" if x is None else number(x) for x in operands])


def _inside(values: Sequence[Value]) -> str:
    """What a block consists of: `3 dot, 3 tanh · 9 parameters`."""
    counts = Counter(value.op.name for value in values if value.op)
    listed = [f"{count:,} {name}" if count > 1 else name for name, count in counts.items()]
    if len(listed) > MOST_NUMBERS:
        listed[MOST_NUMBERS:] = ["…"]
    labels = [value.label for value in values if not value.op]
    kind = ("leaf", "leaves") if "" in labels else ("parameter", "parameters")
    held = f"{len(labels):,} {kind[len(labels) > 1]}" if labels else ""
    return " · ".join(filter(None, [", ".join(listed), held]))


def _several(numbers: Sequence[float]) -> str:
    """One or two numbers, or the range of more."""
    if len(numbers) <= 2:
        return ", ".join(map(number, numbers))
    return f"{number(min(numbers))} … {number(max(numbers))}"


def _arrow_between(tail: int, head: int, inputs: Sequence[Value], folded: Folded) -> Arrow:
    """The arrow for all values that go from one block into another."""
    outputs = folded.blocks[head].outputs
    size = f"{len(outputs):,}×{len(inputs):,}"
    if len(outputs) * len(inputs) > MOST_LISTED:
        return Arrow(tail, head, math.nan, size, f"{size} derivatives")
    of_outputs = [[folded.derivatives.get((x, y), 0.0) for x in inputs] for y in outputs]
    if size == "1×1":
        return Arrow(tail, head, of_outputs[0][0])
    found = [number(x) for derivatives in of_outputs for x in derivatives]
    listed = [f"{size} derivatives", *(", ".join(map(number, line)) for line in of_outputs)]
    words = ", ".join(found) if len(found) <= MOST_DERIVATIVES else size
    return Arrow(tail, head, math.nan, words, "\n".join(listed))


def describe_value(value: Value, names: Mapping[Value, str], backward_ran: bool) -> Box:
    """The box of a single value."""
    label = printable(value.label)
    name = names[value]
    operation, numbers = operation_of(value, names)
    return Box(
        name="" if is_formula(value, name) else name,
        operation=operation,
        numbers=numbers,
        data=number(value.data),
        grad=number(value.grad) if backward_ran else "·",
        details=f"{label}\ndata {value.data!r}\ngrad {value.grad!r}".lstrip(),
        path=label.strip() or name,
        beside=numbers_beside(value),
    )
