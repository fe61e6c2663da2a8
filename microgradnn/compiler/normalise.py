"""Normalising: equal nodes become one, and sums become what they are made of, dots above all."""

from __future__ import annotations

from collections.abc import Sequence

from ..primitives import PRIMITIVES
from .sums import flatten
from .tape import LINK, Tape, only_users

COMMUTATIVE = ("add", "mul")


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
    return only_live(flatten(share(tape)))


def share(tape: Tape) -> Tape:
    """Give equal nodes one number, compute what only constants enter, drop neutral numbers."""
    out = Tape(tape.inputs, tape.params)
    new = list(range(len(out)))
    known: dict[tuple[str, tuple[int, ...]], int] = {}
    constants: dict[str, int] = {}

    def constant(number: float) -> int:
        text = repr(number)
        if text not in constants:
            constants[text] = out.constant(number)
        return constants[text]

    numbers = out.numbers
    for node in range(len(out), len(tape)):
        if node in tape.numbers:
            new.append(constant(tape.numbers[node]))
            continue
        op, operands = tape.ops[node], tuple([new[x] for x in tape.operands[node]])
        if op == "pow" and operands[1] in numbers and numbers[operands[1]] in (1.0, 2.0):
            op, operands = "mul", (operands[0], operands[0])
            if numbers[new[tape.operands[node][1]]] == 1.0:
                new.append(operands[0])
                continue
        same = _same_as_operand(op, operands, numbers)
        if same is not None:
            new.append(same)
            continue
        if op in PRIMITIVES and all(x in numbers for x in operands):
            new.append(constant(PRIMITIVES[op].value([numbers[x] for x in operands])))
            continue
        if op in COMMUTATIVE and operands[0] > operands[1]:
            operands = operands[::-1]
        key = (op, operands)
        number = known.get(key)
        if number is None:
            number = known[key] = out.append(op, operands)
        new.append(number)
    out.outputs = [new[x] for x in tape.outputs]
    return out


def _same_as_operand(op: str, operands: tuple[int, ...], numbers: dict[int, float]) -> int | None:
    """The operand that a node equals because the other one is neutral: x + 0, 1·x, x / 1."""
    if op in ("add", "sub") and numbers.get(operands[1]) == 0.0:
        return operands[0]
    if op == "add" and numbers.get(operands[0]) == 0.0:
        return operands[1]
    if op in ("mul", "div") and numbers.get(operands[1]) == 1.0:
        return operands[0]
    if op == "mul" and numbers.get(operands[0]) == 1.0:
        return operands[1]
    return None


def only_live(tape: Tape) -> Tape:
    """The tape without the nodes that no output depends on."""
    live = [False] * len(tape)
    for x in tape.outputs:
        live[x] = True
    for node in range(len(tape) - 1, -1, -1):
        if live[node]:
            for x in tape.operands[node]:
                live[x] = True
    out = Tape(tape.inputs, tape.params)
    new = list(range(len(out)))
    for node in range(len(out), len(tape)):
        if not live[node]:
            new.append(-1)
        elif node in tape.numbers:
            new.append(out.constant(tape.numbers[node]))
        else:
            new.append(out.append(tape.ops[node], tuple([new[x] for x in tape.operands[node]])))
    out.outputs = [new[x] for x in tape.outputs]
    return out


def split_links(tape: Tape) -> Tape:
    """Links of a value that has other users get a copy of it, which they can then stand for.

    A reduction of batched and uniform numbers is split in two, each of one kind.
    """
    if not {LINK, "max", "min"}.intersection(tape.ops):
        return tape
    out = Tape(tape.inputs, tape.params)
    new = list(range(len(out)))
    only_user = only_users(tape)
    for node in range(len(out), len(tape)):
        op, operands = tape.ops[node], tuple([new[x] for x in tape.operands[node]])
        if node in tape.numbers:
            new.append(out.constant(tape.numbers[node]))
            continue
        if op == LINK:
            value = tape.operands[node][0]
            own = only_user[value] == node and out.operands[operands[0]]
            if not own or tape.batched[value] != tape.batched[node]:
                operands = (out.append("copy", operands[:1]), *operands[1:])
                out.batched[operands[0]] = tape.batched[node]
        if op in ("max", "min"):
            new.append(_reduced(out, op, operands))
        else:
            new.append(out.append(op, operands))
    out.outputs = [new[x] for x in tape.outputs]
    return out


def _reduced(out: Tape, op: str, operands: Sequence[int]) -> int:
    parts = []
    for kind in (False, True):
        same = tuple([x for x in operands if out.batched[x] == kind])
        if same:
            parts.append(same[0] if len(same) == 1 else out.append(op, same))
    return parts[0] if len(parts) == 1 else out.append(f"{op}imum", tuple(parts))
