"""Biases: w·x + b as the dot of (w, b) and (x, 1), so that a layer is one matrix product."""

from __future__ import annotations

from collections import Counter
from itertools import chain, permutations

from .tape import CONSTANT, DOT, PARAMETER, Tape


def fold_biases(tape: Tape) -> set[int]:
    """Make w·x + b the dot of (w, b) and (x, 1), on the tape itself; give the nodes in these x.

    So one matrix product computes a layer with its biases, and another the gradients of both. The 1
    is batched, and appended to the tape as its last node; it gets its slots from the schedule.
    """
    uses = Counter(chain(tape.outputs, *tape.operands))
    one = len(tape)
    folded: set[int] = set()
    for node, op in enumerate(tape.ops):
        found = _dot_and_bias(tape, node, uses) if op == "add" else None
        if found is not None:
            dot, bias = found
            n = len(tape.operands[dot]) // 2
            ws, xs = tape.operands[dot][:n], tape.operands[dot][n:]
            tape.ops[node] = DOT
            tape.operands[node] = (*ws, bias, *xs, one)
            tape.ops[dot] = CONSTANT  # nobody uses the old dot: as a leaf it makes no step
            tape.operands[dot] = ()
            folded.update(xs)
    if folded:
        tape.append(CONSTANT, ())
        tape.batched[one] = True
    return folded


def _dot_and_bias(tape: Tape, node: int, uses: Counter[int]) -> tuple[int, int] | None:
    """The operands of a sum, if they are the dot of a layer and its bias.

    The bias must be the parameter behind its weights: (w, b) is a view there, elsewhere a copy.
    """
    for dot, bias in permutations(tape.operands[node]):
        if tape.ops[dot] == DOT and tape.ops[bias] == PARAMETER and uses[dot] == 1:
            n = len(tape.operands[dot]) // 2
            ws, xs = tape.operands[dot][:n], tape.operands[dot][n:]
            is_layer = tape.batched[xs[0]] and not tape.batched[ws[0]]
            if is_layer and sorted(ws) == list(range(bias - n, bias)):
                return dot, bias
    return None
