"""The tape: a recorded graph as lists, one entry a node, each after its operands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..engine.row import PRIMITIVES
from ..engine.value import Value, topological_order

INPUT, PARAMETER, CONSTANT = "input", "parameter", "constant"
LEAVES = (INPUT, PARAMETER, CONSTANT)

DOT = "dot"  # here: Σ aᵢbᵢ without a bias; the operands are (a₁ … aₙ, b₁ … bₙ)
LINK = "link"  # a value, its operands x₁ … xₖ, and their partials p₁ … pₖ, which are nodes too
OWN = {*LEAVES, LINK, "copy", "where"}  # operations that are no rows of the table


class Tape:
    """Nodes by number: inputs first, then parameters, then all others, operands before users.

    `ops` names each node's row (or "input", "parameter", "constant"), `operands` the nodes that it
    was applied to, and `numbers` holds the constants. A node is *batched* if an input is behind it.
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

    def replay(self, leaves: Iterable[float]) -> list[Any]:
        """All nodes for one sample, recorded again as Values; numbers without a label are floats.

        This is eager evaluation: a row outside the domain raises what it raises there.
        """
        labels = [self.labels.get(node, "") for node in range(len(self))]
        nodes: list[Any] = [Value(*leaf) for leaf in zip(leaves, labels, strict=False)]
        for node in range(len(nodes), len(self)):
            label = labels[node]
            if node in self.numbers:
                number = self.numbers[node]
                nodes.append(Value(number, label) if label else number)
            else:
                row = PRIMITIVES[self.ops[node]]
                nodes.append(Value._apply(row, tuple([nodes[x] for x in self.operands[node]])))
                nodes[-1].label = label
        return nodes


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
    for name in OWN.intersection(PRIMITIVES):
        raise ValueError(f"a primitive named {name!r} cannot be compiled: give it another name")
    tape = Tape(len(inputs), len(params))
    places: dict[Value, int] = {}
    for leaf in (*inputs, *params):
        if leaf in places:
            raise ValueError(f"{_named(leaf)} is given twice among inputs and params")
        if leaf.operands:
            raise ValueError(f"{_named(leaf)} is no leaf: it was computed by {leaf.op}")
        places[leaf] = len(places)
    missing = dict.fromkeys(params)
    together = Value(0.0)  # a root for all outputs
    together.operands = tuple(outputs)
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
    depending = depend_on_params(tape)
    for place, output in enumerate(outputs):
        if params and not depending[tape.outputs[place]]:
            raise ValueError(f"outputs[{place}] ({_named(output)}) depends on none of params")
    return tape


def depend_on_params(tape: Tape) -> list[bool]:
    """For each node whether a gradient goes on from it to a parameter."""
    found = [op == PARAMETER for op in tape.ops]
    for node in range(tape.inputs + tape.params, len(found)):
        for x in followed(tape, node):
            if found[x]:
                found[node] = True
                break
    return found


def followed(tape: Tape, node: int) -> tuple[int, ...]:
    """The operands that a gradient follows: of a link not its value, nor the partials."""
    operands = tape.operands[node]
    return operands[1 : len(operands) // 2 + 1] if tape.ops[node] == LINK else operands


def _named(value: Value) -> str:
    return repr(value.label) if value.label else repr(value)


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
