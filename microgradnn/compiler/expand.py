"""Rows of many operands are written out: as formulas for their value and their partials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..engine.formulas import Formula
from ..engine.row import PRIMITIVES
from .rows import REDUCTIONS, Algebra, operands_first
from .tape import LINK, Tape

WIDE = {name for name, row in PRIMITIVES.items() if row.arity is None} - {"sum", "dot"}


def expand(tape: Tape, finite: bool, links: bool) -> Tape:
    """Write rows of many operands as their formulas, so that these can be grouped as well.

    Such a node becomes a *link*; with no `links`, its value alone. Sums and dots stay.
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
    names = [f"x{k}" if number is None else repr(number) for k, number in enumerate(numbers)]
    operands: list[Any] = list(map(algebra.leaf, names))
    places = {id(operand): k for k, operand in enumerate(operands)}

    def place(formula: Formula) -> int:
        for part in operands_first(formula, places, _numbers_in):
            places[id(part)] = written(part)
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


def _numbers_in(formula: Formula) -> Sequence[Formula]:
    """The operands of a formula; of a selection those of its condition, too."""
    if formula.row != "where":
        return formula.operands
    condition, *chosen = formula.operands
    conditions = condition.operands if condition.row == "&" else [condition]
    return [*[x for comparison in conditions for x in comparison.operands], *chosen]
