"""Levels: which nodes of a tape do the same at the same time.

The idea of this pass: the level of a node is one more than that of its highest operand, so nodes of
one level do not depend on each other. Those of one level, operation and kind of operands are a
*group*. A group that nobody needs yet waits for a later group that does the same, and joins it.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from typing import Any

from ..engine.row import PRIMITIVES
from .rows import REDUCTIONS
from .tape import DOT, LEAVES, LINK, Tape

OPERATORS = {name for name, row in PRIMITIVES.items() if row.kind == "operator"}
# Their operands are arrays, even those that are constants. In all other operations a constant
# becomes a part of the formula, which may be simpler for it: maximum(x, 0).
PLAIN = {*OPERATORS, *REDUCTIONS, DOT, LINK, "copy", "take"}

OF_MANY = {*REDUCTIONS, DOT, LINK}  # have any number of operands

Kind = tuple[Any, ...]  # operation, whether batched and learning, and the kinds of operands
Groups = dict[Kind, list[int]]  # the nodes of each kind, of one level


def groups(tape: Tape, learning: list[bool]) -> list[Groups]:
    """The nodes by level and kind, but for leaves, which are of level 0.

    The kind of an operand is whether it is batched; for a number in a formula, the number. Those of
    many operands are of one kind with others of more or fewer, such as the rows of a triangle.
    """
    levels = _by_level(tape, learning)
    # The lowest level of the users of each node: as levels are gone through from the last, all
    # users have been seen.
    needed = [len(levels)] * len(tape)
    levels_of: dict[Kind, list[int]] = defaultdict(list)  # the last first, and so with minus signs
    for level in range(len(levels) - 1, 0, -1):
        for kind, nodes in list(levels[level].items()):
            later = levels_of[kind]
            place = bisect(later, -min([needed[node] for node in nodes]))
            joined = level
            if place < len(later):
                joined = -later[place]
                levels[joined][kind] += levels[level].pop(kind)
            else:
                later.append(-level)
            for node in nodes:
                for x in tape.operands[node]:
                    if joined < needed[x]:  # `min` takes three times as long
                        needed[x] = joined
    return levels


def _by_level(tape: Tape, learning: list[bool]) -> list[Groups]:
    batched, numbers, ops = tape.batched, tape.numbers, tape.ops
    level = [0] * len(tape)
    levels: list[Groups] = [{}]
    for node, operands in enumerate(tape.operands):
        op = ops[node]
        if op in LEAVES:
            continue
        level[node] = 1 + max([level[x] for x in operands])
        kinds: list[bool | str] = [batched[x] for x in operands]
        if op in OF_MANY:
            kinds = _whatever_the_length(op, kinds)
        elif op not in PLAIN:
            kinds = [repr(numbers[x]) if x in numbers else batched[x] for x in operands]
        if level[node] == len(levels):
            levels.append(defaultdict(list))
        levels[level[node]][op, batched[node], learning[node], *kinds].append(node)
    return levels


def _whatever_the_length(op: str, kinds: list[Any]) -> list[Any]:
    """The kinds of many operands in short: of a list one, if it holds operands of one kind only."""
    value, lists = (kinds[:1], kinds[1:]) if op == LINK else ([], kinds)
    middle = 0 if op in REDUCTIONS else len(lists) // 2
    short = [[*set(part)] for part in (lists[:middle], lists[middle:]) if part]
    return kinds if any(len(part) > 1 for part in short) else value + [x for (x,) in short]
