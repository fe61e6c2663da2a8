"""The tape: a recorded graph as lists, one entry a node, each after its operands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..formulas import Formula
from ..primitives import PRIMITIVES
from ..value import Value, topological_order
from .rows import REDUCTIONS, Algebra

INPUT, PARAMETER, CONSTANT = "input", "parameter", "constant"
LEAVES = (INPUT, PARAMETER, CONSTANT)

LINK = "link"  # a value, its operands x₁ … xₖ, and their partials p₁ … pₖ, which are nodes too


@dataclass
class Tape:
    """Nodes by number: inputs first, then parameters, then all others, operands before users.

    `ops` names each node's row (or "input", "parameter", "constant"), `operands` the nodes that it
    was applied to, and `numbers` holds the constants. A node is *batched* if it depends on an
    input, so that each sample has its own; else it is *uniform*, one number for the whole batch.
    """

    inputs: int
    params: int
    ops: list[str] = field(default_factory=list)
    operands: list[tuple[int, ...]] = field(default_factory=list)
    batched: list[bool] = field(default_factory=list)
    numbers: dict[int, float] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    outputs: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for op, count in ((INPUT, self.inputs), (PARAMETER, self.params)):
            for _ in range(count):
                self.ops.append(op)
                self.operands.append(())
                self.batched.append(op == INPUT)

    def __len__(self) -> int:
        return len(self.ops)

    def __str__(self) -> str:
        lines = [f"{i:4}  {self._described(i)}" for i in range(len(self))]
        return "\n".join([*lines, f"outputs: {', '.join(map(str, self.outputs))}"])

    def _described(self, node: int) -> str:
        kind = "batched" if self.batched[node] else "uniform"
        what = self.numbers.get(node, " ".join(map(str, self.operands[node])))
        return f"{kind}  {self.ops[node]} {what}".rstrip()

    def append(self, op: str, operands: tuple[int, ...]) -> int:
        """Add a node, and give its number."""
        batched = False
        for x in operands:
            if self.batched[x]:
                batched = True
                break
        self.ops.append(op)
        self.operands.append(operands)
        self.batched.append(batched)
        return len(self.ops) - 1

    def constant(self, number: float) -> int:
        self.numbers[len(self.ops)] = number
        return self.append(CONSTANT, ())

    def replay(self, inputs: Sequence[float], params: Sequence[float]) -> list[float]:
        """The outputs for one sample, computed as eager evaluation does, errors included."""
        data = [*inputs, *params]
        for node in range(len(data), len(self)):
            if node in self.numbers:
                data.append(self.numbers[node])
            else:
                named = [_Named(self.labels.get(x, "")) for x in self.operands[node]]
                numbers = [data[x] for x in self.operands[node]]
                data.append(PRIMITIVES[self.ops[node]].value(numbers, named))
        return [data[x] for x in self.outputs]


class _Named(NamedTuple):
    label: str


def record_tape(outputs: Sequence[Value], inputs: Sequence[Value], params: Sequence[Value]) -> Tape:
    """Write the graph of the outputs on a tape; other leaves than these become constants.

    >>> x, w = Value(2.0), Value(3.0)
    >>> print(record_tape([w * x + 1], [x], [w]))
       0  batched  input
       1  uniform  parameter
       2  batched  mul 1 0
       3  uniform  constant 1.0
       4  batched  add 2 3
    outputs: 4
    """
    tape = Tape(len(inputs), len(params))
    places: dict[Value, int] = {}
    for leaf in (*inputs, *params):
        if leaf in places:
            raise ValueError(f"{_named(leaf)} is given twice among inputs and params")
        if leaf.operands:
            raise ValueError(f"{_named(leaf)} is no leaf: it was computed by {leaf.op}")
        places[leaf] = len(places)
    numbers: dict[str, int] = {}  # the sign of a zero and NaN are part of the text

    def constant(number: float) -> int:
        text = repr(number)
        if text not in numbers:
            numbers[text] = tape.constant(number)
        return numbers[text]

    together = Value(0.0)  # one root for all outputs
    together.operands = tuple(outputs)
    for node in topological_order(together)[:-1]:
        if node in places:
            tape.labels[places[node]] = node.label
        elif node.op is None:
            places[node] = constant(node.data)
        else:
            operands = tuple(
                [places[x] if type(x) is not float else constant(x) for x in node.operands]
            )
            places[node] = tape.append(node.op.name, operands)
            if node.label:
                tape.labels[places[node]] = node.label
    for place, param in enumerate(params):
        if tape.inputs + place not in tape.labels:
            raise ValueError(f"params[{place}] ({_named(param)}) is not in the graph")
    tape.outputs = [places[output] for output in outputs]
    return tape


def _named(value: Value) -> str:
    return repr(value.label) if value.label else repr(value)


def expand(tape: Tape, finite: bool, links: bool) -> Tape:
    """Write rows of many operands as their formulas, so that these can be grouped as well.

    Such a node becomes a *link*: its value and its partials are computed by nodes of their own,
    through which no gradient flows; the gradient follows the link. Where none is wanted the value
    alone takes its place. Sums and dots stay.
    """
    wide = {name for name, row in PRIMITIVES.items() if row.arity is None} - {"sum", "dot"}
    if wide.isdisjoint(tape.ops):
        return tape
    out = Tape(tape.inputs, tape.params)
    out.labels = tape.labels
    new = list(range(len(out)))
    templates: dict[Any, _Template] = {}
    constants: dict[str, int] = {}
    for node in range(len(out), len(tape)):
        op, operands = tape.ops[node], tape.operands[node]
        if node in tape.numbers:
            new.append(out.constant(tape.numbers[node]))
        elif op in wide and len(operands) > 1:
            key = (op, *(tape.numbers.get(x) for x in operands))
            if key not in templates:
                templates[key] = _Template(op, [tape.numbers.get(x) for x in operands], finite)
            new.append(templates[key].written(out, [new[x] for x in operands], constants, links))
        else:
            new.append(out.append(op, tuple([new[x] for x in operands])))
    out.outputs = [new[x] for x in tape.outputs]
    return out


class _Template:
    """The formula of a row of many operands, as nodes to be copied for each use of the row."""

    def __init__(self, op: str, numbers: list[float | None], finite: bool) -> None:
        algebra = Algebra(finite)
        operands: list[Any] = [
            algebra.leaf(f"x{k}" if number is None else repr(number))
            for k, number in enumerate(numbers)
        ]
        if op == "softmax":  # its first operand picks one of the others
            operands[0] = numbers[0]
        out = algebra.leaf("out")
        self.free = [k for k, number in enumerate(numbers) if number is None]
        self.lines: list[tuple[str, list[int | str]]] = []
        self.places: dict[int, int | str] = {}
        if op in REDUCTIONS:  # one step of the array code; else it would be written as a chain
            value = Formula("", PRIMITIVES[op], [algebra.simplified(_as(x)) for x in operands])
        else:
            value = algebra.simplified(_as(PRIMITIVES[op].forward(*operands)))
        self.value = self._place(value)
        self.places[id(out)] = self.value
        partials = algebra.partials(op, out, operands)
        self.partials = [self._place(partials[k]) for k in self.free]

    def _place(self, formula: Formula) -> int | str:
        """The line that computes a formula; a str is an operand's name, or a number."""
        if id(formula) not in self.places:
            self.places[id(formula)] = self._written(formula)
        return self.places[id(formula)]

    def _written(self, formula: Formula) -> int | str:
        if formula.row is None:
            return formula.text
        op, operands = formula.row, list(formula.operands)
        if op == "where":  # the condition is part of it: a comparison is no number
            condition, a, b = operands
            if condition.row == "&":
                inner = Formula("", "where", [condition.operands[1], a, b])
                return self._written(Formula("", "where", [condition.operands[0], inner, b]))
            op, operands = f"where {condition.row}", [*condition.operands, a, b]
        name = op if isinstance(op, str) else op.name
        self.lines.append((name, [self._place(x) for x in operands]))
        return len(self.lines) - 1

    def written(
        self, tape: Tape, operands: list[int], constants: dict[str, int], links: bool
    ) -> int:
        """Append the lines for these operands, and the link; give the number of the link."""
        made: list[int] = []

        def node(place: int | str) -> int:
            if isinstance(place, int):
                return made[place]
            if place.startswith("x"):
                return operands[int(place[1:])]
            if place not in constants:
                constants[place] = tape.constant(float(place))
            return constants[place]

        for op, places in self.lines:
            made.append(tape.append(op, tuple([node(x) for x in places])))
        if not links:
            return node(self.value)
        xs = [operands[k] for k in self.free]
        return tape.append(LINK, (node(self.value), *xs, *map(node, self.partials)))


def _as(x: Any) -> Formula:
    return x if isinstance(x, Formula) else Formula(repr(x))


def where_parts(op: str) -> str | None:
    """The comparison inside a node that selects, such as "where <"; else None."""
    return op.removeprefix("where ") if op.startswith("where ") else None


def only_users(tape: Tape) -> list[int]:
    """For each node its user if there is just one, which uses it once; else −1."""
    uses = [0] * len(tape)
    user = [-1] * len(tape)
    for node, operands in enumerate(tape.operands):
        for x in operands:
            uses[x] += 1
            user[x] = node
    for x in tape.outputs:
        uses[x] += 2
    return [one if count == 1 else -1 for one, count in zip(user, uses, strict=True)]
