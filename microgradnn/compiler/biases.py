"""Biases: w·x + b becomes the dot of (w, b) and (x, 1), so that a dense layer is one product."""

from __future__ import annotations

from .sums import DOT
from .tape import CONSTANT, PARAMETER, Tape


def fold_biases(tape: Tape) -> set[int]:
    """Rewrite such sums on the tape; give the x that want a row of ones behind them.

    A 1 for each sample becomes the last node of the tape. Only biases that stand behind their
    weights among the parameters are folded: elsewhere the rows would have to be gathered.
    """
    uses = [0] * len(tape)
    for operands in (*tape.operands, tape.outputs):
        for x in operands:
            uses[x] += 1
    folded: set[int] = set()
    one = len(tape)
    for node, op in enumerate(tape.ops):
        if op != "add":
            continue
        for dot, bias in (tape.operands[node], tape.operands[node][::-1]):
            ws, xs = halves(tape.operands[dot])
            if (
                (tape.ops[dot], tape.ops[bias], uses[dot]) == (DOT, PARAMETER, 1)
                and sorted(ws) == list(range(bias - len(ws), bias))
                and tape.batched[xs[0]]
            ):
                tape.ops[node], tape.operands[node] = DOT, (*ws, bias, *xs, one)
                tape.ops[dot], tape.operands[dot] = CONSTANT, ()
                folded.update(xs)
                break
    if folded:
        tape.append(CONSTANT, ())
        tape.batched[one] = True
    return folded


def halves(operands: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The first and the second factors of a dot."""
    n = len(operands) // 2
    return operands[:n], operands[n:]
