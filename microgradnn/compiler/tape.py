"""The tape: a recorded graph as lists, one entry a node, each after its operands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from ..formulas import Formula
from ..primitives import PRIMITIVES
from ..value import Value, topological_order
from .rows import REDUCTIONS, Algebra

INPUT, PARAMETER, CONSTANT = "input", "parameter", "constant"
LEAVES = (INPUT, PARAMETER, CONSTANT)

LINK = "link"  # a value, its operands x₁ … xₖ, and their partials p₁ … pₖ, which are nodes too

WIDE = {name for name, row in PRIMITIVES.items() if row.arity is None} - {"sum", "dot"}


class Tape:
    """Nodes by number: inputs first, then parameters, then all others, operands before users.

    `ops` names each node's row (or "input", "parameter", "constant"), `operands` the nodes that it
    was applied to, and `numbers` holds the constants. A node is *batched* if it depends on an
    input, so that each sample has its own; else it is *uniform*, one number for the whole batch.
    """

    def __init__(self, inputs: int, params: int) -> None:
        self.inputs, self.params = inputs, params
        self.ops = [INPUT] * inputs + [PARAMETER] * params
        self.operands: list[tuple[int, ...]] = [()] * len(self.ops)
        self.batched = [True] * inputs + [False] * params
        self.numbers: dict[int, float] = {}
        self.labels: dict[int, str] = {}
        self.outputs: list[int] = []
        self._constants: dict[tuple[str, str], int] = {}

    def __len__(self) -> int:
        return len(self.ops)

    def __str__(self) -> str:
        kinds = ("batched" if batched else "uniform" for batched in self.batched)
        lines = [f"{i:4}  {kind}  {self.described(i)}" for i, kind in enumerate(kinds)]
        return "\n".join([*lines, f"outputs: {', '.join(map(str, self.outputs))}"])

    def described(self, node: int) -> str:
        """A node in words, such as "mul 1 0"."""
        what = self.numbers.get(node, " ".join(map(str, self.operands[node])))
        return f"{self.ops[node]} {what}".rstrip()

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

    def constant(self, number: float, label: str = "") -> int:
        """The node of a number; there is one for each number and label."""
        key = repr(number), label  # the sign of a zero and NaN are part of the text
        if key not in self._constants:
            node = self._constants[key] = self.append(CONSTANT, ())
            self.numbers[node] = number
            if label:
                self.labels[node] = label
        return self._constants[key]

    def copy_from(
        self,
        other: Tape,
        leaves: Iterable[int],
        write: Callable[[int, tuple[int, ...]], int] | None = None,
        needed: Sequence[int] | None = None,
    ) -> list[int]:
        """Append another tape, its inputs and parameters being `leaves`; give its outputs here.

        `write` appends what takes the place of a node, given its number there and its operands
        here, and gives the number of that. Nodes for which `needed` is 0 are left out.
        """
        new = list(leaves)
        for node in range(len(new), len(other)):
            if needed and not needed[node]:
                new.append(-1)
            elif node in other.numbers:
                new.append(self.constant(other.numbers[node]))
            else:
                operands = tuple([new[x] for x in other.operands[node]])
                new.append(
                    write(node, operands) if write else self.append(other.ops[node], operands)
                )
        return [new[x] for x in other.outputs]

    def run(self, leaves: Iterable[Any], apply: Callable[[int, list[Any]], Any]) -> list[Any]:
        """What `apply` makes of each operation and its operands, for one sample."""
        data = list(leaves)
        for node in range(len(data), len(self)):
            number = self.numbers.get(node)
            operands = [data[x] for x in self.operands[node]]
            data.append(apply(node, operands) if number is None else number)
        return data


class _Together:
    """What several outputs have in common with one root: operands."""

    def __init__(self, operands: Sequence[Value]) -> None:
        self.operands = tuple(operands)


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
    missing = dict.fromkeys(params)
    together: Any = _Together(outputs)
    for node in topological_order(together)[:-1]:
        if node in places:
            missing.pop(node, None)
        elif node.op is None:
            places[node] = tape.constant(node.data, node.label)
            continue
        else:
            operands = [tape.constant(x) if type(x) is float else places[x] for x in node.operands]
            places[node] = tape.append(node.op.name, tuple(operands))
        if node.label:
            tape.labels[places[node]] = node.label
    for param in missing:
        raise ValueError(f"params[{params.index(param)}] ({_named(param)}) is not in the graph")
    tape.outputs = [places[output] for output in outputs]
    _check_dependence(tape, outputs)
    return tape


def _check_dependence(tape: Tape, outputs: Sequence[Value]) -> None:
    learning = set(range(tape.inputs, tape.inputs + tape.params))
    for node, operands in enumerate(tape.operands):
        if not learning.isdisjoint(operands):
            learning.add(node)
    for place, node in enumerate(tape.outputs):
        if tape.params and node not in learning:
            raise ValueError(f"outputs[{place}] ({_named(outputs[place])}) depends on none of params")


def _named(value: Value) -> str:
    return repr(value.label) if value.label else repr(value)


def expand(tape: Tape, finite: bool, links: bool) -> Tape:
    """Write rows of many operands as their formulas, so that these can be grouped as well.

    Such a node becomes a *link*: its value and its partials are computed by nodes of their own,
    through which no gradient flows; the gradient follows the link. Where none is wanted the value
    alone takes its place. Sums and dots stay.
    """
    if WIDE.isdisjoint(tape.ops):
        return tape
    out = Tape(tape.inputs, tape.params)
    templates: dict[Any, Tape] = {}

    def write(node: int, operands: tuple[int, ...]) -> int:
        op = tape.ops[node]
        if op not in WIDE or len(operands) == 1:
            return out.append(op, operands)
        numbers = [out.numbers.get(x) for x in operands]
        key = (op, *numbers)
        if key not in templates:
            templates[key] = _template(op, numbers, finite)
        value, *partials = out.copy_from(templates[key], operands)
        if not links:
            return value
        differentiated = [x for x, number in zip(operands, numbers, strict=True) if number is None]
        return out.append(LINK, (value, *differentiated, *partials))

    out.outputs = out.copy_from(tape, range(len(out)), write)
    return out


def _template(op: str, numbers: Sequence[float | None], finite: bool) -> Tape:
    """The formulas of a row of many operands as a tape: its value, and its partials."""
    algebra, tape = Algebra(finite), Tape(len(numbers), 0)
    operands: list[Any] = [
        algebra.leaf(f"x{k}" if number is None else repr(number))
        for k, number in enumerate(numbers)
    ]
    places = {id(operand): k for k, operand in enumerate(operands)}

    def place(formula: Formula) -> int:
        if id(formula) not in places:
            places[id(formula)] = written(formula)
        return places[id(formula)]

    def written(formula: Formula) -> int:
        if formula.row is None:
            return tape.constant(float(formula.text))
        op, xs = formula.row, formula.operands
        if op == "where":  # the condition is part of it: a comparison is no number
            condition, a, b = xs
            if condition.row == "&":
                first, second = condition.operands
                inner = algebra.value("where", [second, a, b])
                return place(algebra.value("where", [first, inner, b]))
            op, xs = f"where {condition.row}", [*condition.operands, a, b]
        return tape.append(op if isinstance(op, str) else op.name, tuple(map(place, xs)))

    if op == "softmax":  # its first operand picks one of the others
        operands[0] = numbers[0]
    out = algebra.leaf("out")
    if op in REDUCTIONS:  # one step of the array code; else it would be written as a chain
        places[id(out)] = tape.append(op, tuple(range(len(numbers))))
    else:
        places[id(out)] = place(algebra.simplified(PRIMITIVES[op].forward(*operands)))
    partials = algebra.partials(op, out, operands)
    tape.outputs = [
        places[id(out)],
        *[place(partials[k]) for k, number in enumerate(numbers) if number is None],
    ]
    return tape


def where_parts(op: str) -> str | None:
    """The comparison inside a node that selects, such as "where <"; else None."""
    return op.removeprefix("where ") if op.startswith("where ") else None


def users(tape: Tape) -> tuple[list[int], list[int]]:
    """For each node how often outputs and what they depend on use it, and one of its users."""
    uses, user = [0] * len(tape), [-1] * len(tape)
    for x in tape.outputs:
        uses[x] += 2  # more than one: it must not be absorbed by its user
    for node in range(len(tape) - 1, -1, -1):
        if uses[node]:
            for x in tape.operands[node]:
                uses[x] += 1
                user[x] = node
    return uses, user
