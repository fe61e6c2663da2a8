"""Rows of many operands are written out, as formulas for their value and for their partials.

The idea of this pass: softmax, logsumexp, cross-entropy and their like are formulas over simple
rows, and the table holds them. Written out as ordinary nodes, they can be shared, grouped and run
on arrays like all others. A *link* joins the parts: it says which node is the value, and which are
its partials, so the gradient flows along the table's partials and not through the formula.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from ..engine.formulas import Formula
from ..engine.row import PRIMITIVES
from .rows import REDUCTIONS, Algebra, operands_first
from .tape import LINK, Tape

# Sums and dots are not written out: normalising takes them apart.
WIDE = {name for name, row in PRIMITIVES.items() if row.arity is None} - {"sum", "dot"}

MOST_KEPT = 64  # operands of a row whose formulas are kept for the next program


def expand(tape: Tape, finite: bool, links: bool, takes: bool = False) -> Tape:
    """Write out the rows of WIDE, each as a link; without `links`, as its value alone.

    With `takes` a take is left to the schedule, as a step of its own. Written out, an index that is
    no place gives NaN.
    """
    if WIDE.isdisjoint(tape.ops):
        return tape
    out = Tape(tape.inputs, tape.params)
    written: dict[Any, list[int]] = {}  # the nodes of a template, by row and operands

    def write(node: int, operands: tuple[int, ...]) -> int:
        op = tape.ops[node]
        if op not in WIDE or len(operands) == 1:
            return out.append(op, operands)
        numbers = [out.numbers.get(x) for x in operands]
        if op == "take" and numbers[0] is not None:
            return operands[1 + int(numbers[0])]
        if op == "take" and takes:
            return out.append(op, operands)
        which = 0
        if op == "softmax":  # the shares of the same logits are written together
            which, operands, numbers = int(numbers[0] or 0), operands[1:], numbers[1:]
        if (op, operands) not in written:
            key = op, tuple(map(repr, numbers)), finite
            template = _template if len(operands) <= MOST_KEPT else _template.__wrapped__
            written[op, operands] = out.copy_from(template(*key), operands)
        differentiated = [x for x, number in zip(operands, numbers, strict=True) if number is None]
        start = which * (1 + len(differentiated))
        value, *partials = written[op, operands][start : start + 1 + len(differentiated)]
        return out.append(LINK, (value, *differentiated, *partials)) if links else value

    out.outputs = out.copy_from(tape, range(len(out)), write)
    return out


@functools.lru_cache(maxsize=256)
def _template(op: str, numbers: tuple[str, ...], finite: bool) -> Tape:
    """The formulas of a row, which are the same in all programs for the same plain numbers."""
    return _Template(op, [None if x == "None" else float(x) for x in numbers], finite).tape


class _Template:
    """The formulas of one row on a tape of their own, to be copied wherever the row is used.

    Its inputs are the row's operands; its outputs are the row's value, and then the partials for
    those operands that are not plain numbers (`numbers` has None for them). A softmax has its
    logits alone as operands, and as outputs these of each share in turn.
    """

    def __init__(self, op: str, numbers: Sequence[float | None], finite: bool) -> None:
        self.tape = Tape(len(numbers), 0)
        self.algebra = Algebra(finite)
        names = [f"x{k}" if number is None else repr(number) for k, number in enumerate(numbers)]
        operands: list[Any] = list(map(self.algebra.leaf, names))
        # The node of each formula that has been written, by the id of the formula.
        self.nodes = {id(operand): k for k, operand in enumerate(operands)}
        # Which share of a softmax is meant is a number, and no formula.
        choices: list[list[Any]] = [[float(k)] for k in range(len(numbers))]
        for choice in choices if op == "softmax" else [[]]:
            out = self.algebra.leaf(f"out{choice}")
            self.nodes[id(out)] = self._value_of(op, choice + operands)
            partials = self.algebra.partials(op, out, choice + operands)[len(choice) :]
            wanted = [partials[k] for k, number in enumerate(numbers) if number is None]
            self.tape.outputs += [self.nodes[id(out)], *map(self._node_of, wanted)]

    def _value_of(self, op: str, operands: list[Any]) -> int:
        """The node of the row's value."""
        if op in REDUCTIONS:  # it has a step on arrays, and its formula would be a long chain
            return self.tape.append(op, tuple(range(len(operands))))
        return self._node_of(self.algebra.simplified(PRIMITIVES[op].forward(*operands)))

    def _node_of(self, formula: Formula) -> int:
        """The node of a formula; what it consists of is written first, where it is not yet."""
        for part in operands_first(formula, self.nodes, _operands_on_tape):
            self.nodes[id(part)] = self._written(part)
        return self.nodes[id(formula)]

    def _written(self, formula: Formula) -> int:
        """Append the node of a formula whose operands have theirs."""
        if formula.row is None:
            return self.tape.constant(float(formula.text))
        if formula.row == "where":
            return self._selection(*formula.operands)
        op = formula.row if isinstance(formula.row, str) else formula.row.name
        return self.tape.append(op, tuple(map(self._node_of, formula.operands)))

    def _selection(self, condition: Formula, a: Formula, b: Formula) -> int:
        """Append `a if condition else b`.

        A condition is no number and so no node of its own: a selection has the operands of its
        comparison before a and b. With two comparisons it becomes one selection in another.
        """
        if condition.row == "&":
            first, second = condition.operands
            inner = self.algebra.value("where", [second, a, b])
            return self._node_of(self.algebra.value("where", [first, inner, b]))
        operands = [*condition.operands, a, b]
        return self.tape.append(f"where {condition.row}", tuple(map(self._node_of, operands)))


def _operands_on_tape(formula: Formula) -> Sequence[Formula]:
    """The parts of a formula that are nodes; of a condition, those of its comparisons."""
    if formula.row != "where":
        return formula.operands
    condition, *chosen = formula.operands
    conditions = condition.operands if condition.row == "&" else [condition]
    return [*[x for comparison in conditions for x in comparison.operands], *chosen]
