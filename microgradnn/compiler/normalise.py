"""Normalising: equal nodes become one, and sums become what they are made of, dots above all."""

from __future__ import annotations

from collections.abc import Sequence

from ..primitives import PRIMITIVES
from .rows import COMMUTATIVE, kept_operand
from .sums import flatten
from .tape import LINK, Tape, users


def normalise(tape: Tape) -> Tape:
    """The tape without repetition, and with its sums of products as dots.

    >>> tape = Tape(inputs=2, params=2)
    >>> products = [tape.append("mul", (2, 0)), tape.append("mul", (1, 3))]
    >>> tape.outputs = [tape.append("add", tuple(products))]
    >>> print(normalise(tape))
       0  batched  input
       1  batched  input
       2  uniform  parameter
       3  uniform  parameter
       4  batched  dot 2 3 0 1
    outputs: 4
    """
    return flatten(share(tape))


def share(tape: Tape) -> Tape:
    """Give equal nodes one number, compute what only constants enter, drop neutral numbers."""
    out = Tape(tape.inputs, tape.params)
    numbers = out.numbers
    known: dict[tuple[str, tuple[int, ...]], int] = {}

    def write(node: int, operands: tuple[int, ...]) -> int:
        op = tape.ops[node]
        if not numbers.keys().isdisjoint(operands):
            found = [numbers.get(x) for x in operands]
            kept = kept_operand(op, found)
            if kept is not None:
                return operands[kept]
            if None not in found and op in PRIMITIVES:
                return out.constant(PRIMITIVES[op].value(found))  # type: ignore[arg-type]
            if op == "pow" and found[1] == 2.0:
                op, operands = "mul", (operands[0], operands[0])
        if op in COMMUTATIVE and operands[0] > operands[1]:
            operands = operands[::-1]
        key = op, operands
        if key not in known:
            known[key] = out.append(op, operands)
        return known[key]

    out.outputs = out.copy_from(tape, range(len(out)), write)
    return out


def split_links(tape: Tape) -> Tape:
    """Links of a value that has other users get a copy of it, which they can then stand for.

    A reduction of batched and uniform numbers is split in two, each of one kind.
    """
    if not {LINK, "max", "min"}.intersection(tape.ops):
        return tape
    out = Tape(tape.inputs, tape.params)
    uses, _ = users(tape)

    def write(node: int, operands: tuple[int, ...]) -> int:
        op = tape.ops[node]
        if op in ("max", "min"):
            return _reduced(out, op, operands)
        if op == LINK:
            value = tape.operands[node][0]
            own = uses[value] == 1 and out.operands[operands[0]]
            if not own or tape.batched[value] != tape.batched[node]:
                operands = (out.append("copy", operands[:1]), *operands[1:])
                out.batched[operands[0]] = tape.batched[node]
        return out.append(op, operands)

    out.outputs = out.copy_from(tape, range(len(out)), write)
    return out


def _reduced(out: Tape, op: str, operands: Sequence[int]) -> int:
    kinds = ([x for x in operands if out.batched[x] == kind] for kind in (False, True))
    parts = [xs[0] if len(xs) == 1 else out.append(op, tuple(xs)) for xs in kinds if xs]
    return parts[0] if len(parts) == 1 else out.append(f"{op}imum", tuple(parts))
