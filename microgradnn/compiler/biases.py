"""Biases: w·x + b becomes the dot of (w, b) and (x, 1), so that a dense layer is one product."""

from __future__ import annotations

from collections import Counter
from itertools import chain, permutations

from .sums import DOT
from .tape import CONSTANT, PARAMETER, Tape


def fold_biases(tape: Tape) -> set[int]:
    """Rewrite such sums on the tape; give the x that want a row of ones behind them.

    A 1 for each sample becomes the last node of the tape. Only biases that stand behind their
    weights among the parameters are folded: elsewhere the rows would have to be gathered.
    """
    uses = Counter(chain(tape.outputs, *tape.operands))
    folded: set[int] = set()
    one = len(tape)
    for node, op in enumerate(tape.ops):
        if op != "add":
            continue
        for dot, bias in permutations(tape.operands[node]):
            if tape.ops[dot] == DOT and tape.ops[bias] == PARAMETER and uses[dot] == 1:
                n = len(tape.operands[dot]) // 2
                ws, xs = tape.operands[dot][:n], tape.operands[dot][n:]
                if tape.batched[xs[0]] and sorted(ws) == list(range(bias - n, bias)):
                    tape.ops[node], tape.operands[node] = DOT, (*ws, bias, *xs, one)
                    tape.ops[dot], tape.operands[dot] = CONSTANT, ()
                    folded.update(xs)
                    break
    if folded:
        tape.append(CONSTANT, ())
        tape.batched[one] = True
    return folded
