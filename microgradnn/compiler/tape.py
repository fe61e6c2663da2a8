"""The tape: a recorded graph written down as lists, with one entry for each node.

The idea of this pass: every node stands after its operands, so each later pass is a single loop
over the nodes, forwards or backwards. Each node is *batched*, if an input is behind it, and then
every sample has a number of its own; or it is *uniform*, one number that all samples share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..engine.row import GIVEN, PRIMITIVES
from ..engine.value import Value, topological_order
from ..sides import Taken
from .rows import SELECTIONS

INPUT, PARAMETER, CONSTANT = "input", "parameter", "constant"
LEAVES = (INPUT, PARAMETER, CONSTANT)

# At first a "dot" is the table's row, with the operands (w₁ … wₙ, x₁ … xₙ, bias). Normalising makes
# its bias a term of the sum around it: from then on the operands are (a₁ … aₙ, b₁ … bₙ) alone.
DOT = "dot"
# A link has the operands (value, x₁ … xₖ, p₁ … pₖ): a value that other nodes compute, what it
# depends on, and the partials of the value for each of these, which are computed by nodes as well.
LINK = "link"
# Operations of a tape that are not rows of the table.
OWN = {*LEAVES, LINK, "copy", "where", *SELECTIONS}


class Tape:
    """Nodes by number: first the inputs, then the parameters, then all others.

    `ops[node]` is the name of a row of the table, or one of OWN; `operands[node]` are the nodes
    that it was applied to, `numbers[node]` is a constant's number, `labels[node]` the user's name.
    """

    def __init__(self, inputs: int, params: int) -> None:
        self.inputs = inputs
        self.params = params
        self.ops: list[str] = [INPUT] * inputs + [PARAMETER] * params
        self.operands: list[tuple[int, ...]] = [()] * len(self.ops)
        self.batched: list[bool] = [True] * inputs + [False] * params
        self.numbers: dict[int, float] = {}
        self.labels: dict[int, str] = {}
        self.outputs: list[int] = []
        self.targets = 0  # how many inputs, the last of them, are the target of a loss
        self._constants: dict[tuple[str, str], int] = {}

    def __len__(self) -> int:
        return len(self.ops)

    def __str__(self) -> str:
        kinds = ("batched" if batched else "uniform" for batched in self.batched)
        lines = [f"{i:4}  {kind}  {self.described(i)}" for i, kind in enumerate(kinds)]
        return "\n".join([*lines, f"outputs: {', '.join(map(str, self.outputs))}"])

    def columns(self) -> str:
        """What the columns of a batch are, in words."""
        if self.targets < 2:
            return "a column per input and target"
        return (
            f"a column per input and target, {self.inputs - self.targets} and {self.targets} of "
            f"them (a class is one-hot here, data.one_hot(y, {self.targets}); fit takes y as it is)"
        )

    def described(self, node: int) -> str:
        """A node in words, such as "mul 1 0"."""
        what = self.numbers.get(node, " ".join(map(str, self.operands[node])))
        return f"{self.ops[node]} {what}".rstrip()

    def append(self, op: str, operands: tuple[int, ...]) -> int:
        """Add a node, which is batched if one of its operands is; give its number."""
        batched = False
        for x in operands:  # a loop takes half the time of `any` with a generator
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
        """Append the nodes of another tape; give the numbers that its outputs have here.

        `leaves` are the nodes of this tape that stand for the other's inputs and parameters. A pass
        that rewrites nodes gives `write(node, operands)`: called with the number of a node in the
        other tape and its operands in this one, it appends what shall stand for the node, and gives
        the number of that. Nodes for which `needed` is 0 are left out.
        """

        def copy(node: int, operands: tuple[int, ...]) -> int:
            return self.append(other.ops[node], operands)

        write = write or copy
        numbers = other.numbers
        new = list(leaves)
        for node, operands in enumerate(other.operands[len(new) :], len(new)):
            if needed and not needed[node]:
                new.append(-1)
            elif node in numbers:
                new.append(self.constant(numbers[node]))
            else:
                new.append(write(node, tuple([new[x] for x in operands])))
        return [new[x] for x in other.outputs]

    def replay(self, leaves: Iterable[Any]) -> list[Any]:
        """Evaluate all nodes eagerly for one sample, so that each error is the eager one.

        The leaves are numbers, or Values that are taken as they are.
        Nodes are recorded again as Values; constants without a label stay plain floats.
        """
        labels = [self.labels.get(node, "") for node in range(len(self))]
        pairs = zip(leaves, labels, strict=False)
        nodes: list[Any] = [x if isinstance(x, Value) else Value(x, label) for x, label in pairs]
        for node in range(len(nodes), len(self)):
            label = labels[node]
            if node in self.numbers:
                number = self.numbers[node]
                nodes.append(Value(number, label) if label else number)
            else:
                op, operands = self.ops[node], tuple([nodes[x] for x in self.operands[node]])
                if op in SELECTIONS:  # gives one of its operands itself
                    nodes.append(SELECTIONS[op].forward(*operands))
                    continue
                nodes.append(Value._apply(PRIMITIVES[op], operands))
                nodes[-1].label = label
        return nodes


def record_tape(
    outputs: Sequence[Value],
    inputs: Sequence[Value],
    params: Sequence[Value],
    kind: type[Value] = Value,
) -> Tape:
    """Write the graph of the outputs on a tape; leaves that are not named here become constants.

    ValueError for a node that was computed from inputs or parameters and is not of a certain kind.

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
    numbered = _numbered_leaves(inputs, params)
    others = _append_graph(tape, outputs, numbered, kind)
    if others and kind is not Value:
        _refuse_dependent(tape, others)
    _refuse_taken(tape)
    tape.outputs = [numbered[output] for output in outputs]
    return tape


def _numbered_leaves(inputs: Sequence[Value], params: Sequence[Value]) -> dict[Value, int]:
    """The numbers of the nodes that inputs and parameters become."""
    numbered: dict[Value, int] = {}
    for leaf in (*inputs, *params):
        if leaf in numbered:
            raise ValueError(f"{_named(leaf)} is given twice among inputs and params")
        if leaf.op is not None and leaf.operands:
            raise ValueError(f"{_named(leaf)} is no leaf: it was computed by {leaf.op}")
        numbered[leaf] = len(numbered)
    return numbered


def _append_graph(
    tape: Tape, outputs: Sequence[Value], numbered: dict[Value, int], kind: type[Value]
) -> list[int]:
    """Append all that the outputs depend on, and number it; give the nodes of another kind."""
    others = []
    tape.labels = {place: leaf.label for leaf, place in numbered.items() if leaf.label}
    # A root above all outputs, so that one order holds them all.
    together = Value._assembled(0.0, None, tuple(outputs), ())
    for node in [x for x in topological_order(together)[:-1] if x not in numbered]:
        if node.op is None:
            numbered[node] = tape.constant(node.data, node.label)
        elif node.op is GIVEN:
            raise ValueError(
                f"{_named(node)} cannot be compiled: its derivatives were given as numbers, and no "
                "formula says what they are for other data; write it with operators and functions, "
                "or as mg.primitive"
            )
        else:
            operands = [
                tape.constant(x) if type(x) is float else numbered[x] for x in node.operands
            ]
            op = node.op.name
            if op == "where_greater":  # of a recorded derivative, whose side is chosen anew
                op, operands = "where <", [*operands[:1:-1], *operands[:2]]
            numbered[node] = tape.append(op, tuple(operands))
            if type(node) is not kind:
                others.append(numbered[node])
        if node.label:
            tape.labels[numbered[node]] = node.label
    return others


def _refuse_dependent(tape: Tape, others: Iterable[int]) -> None:
    """Refuse nodes that depend on an input or a parameter: what they are, others have seen."""
    depends = _dependent(tape)
    for node in others:
        if depends[node]:
            raise ValueError(
                f"{tape.labels.get(node, tape.ops[node])!r} was computed from a parameter before "
                "the function was called: the program would compute it anew; do so in the function"
            )


def _refuse_taken(tape: Tape) -> None:
    """Refuse derivatives that have taken the side of the numbers they were recorded with."""
    rows = {op: row for op in {*tape.ops} if isinstance(row := PRIMITIVES.get(op), Taken)}
    depends = _dependent(tape) if rows else []
    for op, varies in zip(tape.ops, depends, strict=False):
        if varies and op in rows:
            raise ValueError(
                f"a derivative of {rows[op].path[0]} was recorded, by create_graph or the like, on "
                "the side of its numbers, which the program would keep: its partial asks by `if`, "
                "or has another constant now; write it with mg.where(x > 0, a, b)"
            )


def _dependent(tape: Tape) -> list[bool]:
    """For each node whether an input or a parameter is behind it."""
    depends = [op in (INPUT, PARAMETER) for op in tape.ops]
    for node, operands in enumerate(tape.operands):
        depends[node] = depends[node] or any(depends[x] for x in operands)
    return depends


def depend_on_params(tape: Tape) -> list[bool]:
    """For each node whether a gradient that has reached it goes on to a parameter."""
    found = [op == PARAMETER for op in tape.ops]
    for node in range(tape.inputs + tape.params, len(found)):
        for x in followed(tape, node):
            if found[x]:
                found[node] = True
                break
    return found


def followed(tape: Tape, node: int) -> tuple[int, ...]:
    """The operands to which a node passes gradients on.

    Those of a link are what its value depends on: neither the value, whose nodes are bypassed, nor
    the partials, which are factors of the gradient.
    """
    operands = tape.operands[node]
    return operands[1 : len(operands) // 2 + 1] if tape.ops[node] == LINK else operands


def _named(value: Value) -> str:
    return repr(value.label) if value.label else repr(value)


def users(tape: Tape) -> tuple[list[int], list[int]]:
    """For each node how often it is used, and one of the nodes that use it.

    Only uses count that an output depends on, so a node without any is not needed. An output counts
    as two uses: no other node may take it in as if it were its only user.
    """
    uses = [0] * len(tape)
    user = [-1] * len(tape)
    for x in tape.outputs:
        uses[x] += 2
    for node in range(len(tape) - 1, -1, -1):
        if uses[node]:
            for x in tape.operands[node]:
                uses[x] += 1
                user[x] = node
    return uses, user
