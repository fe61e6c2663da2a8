"""Which values of a graph belong together in one block: by hand, by operation, by distance.

A fold is described by a list of keys, one for each value: values with the same key are to become
one block, and a value whose key is None stays alone. `by_path`, `by_operation`, `by_distance` and
`Modules` make such keys; `partition` turns keys into blocks between which no cycle runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Hashable, Iterable, Sequence
from typing import NamedTuple

from ..engine.value import Value
from ..told import path_of
from .grouping import grouped

PARTS = 20  # into which a graph is cut by distance from the root

Key = tuple[str, Hashable]  # the name of a block, and what tells it from others of this name
Keys = list[Key | None]


class Graph:
    """A graph by numbers: values are counted in topological order, so operands come first.

    `operands` has the numbers of each value's operands, as often as they are used. `computed` has
    only those that are computed themselves: most operands in a network are leaves, and no cycle
    runs through a leaf.
    """

    def __init__(self, values: Sequence[Value]) -> None:
        number_of = {value: k for k, value in enumerate(values)}
        self.values = values
        self.operands: list[list[int]] = [
            [number_of[x] for x in value.operands if type(x) is not float] for value in values
        ]
        self.computed: list[list[int]] = [
            [x for x in operands if self.operands[x]] for operands in self.operands
        ]


def numbered(keys: Iterable[Hashable]) -> list[int]:
    """A number for each key, the same for keys that are equal, counted as they come.

    >>> numbered("abca")
    [0, 1, 2, 0]
    """
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]


# ---- By hand -----------------------------------------------------------------------------------


def by_path(graph: Graph, depth: int | None = None) -> Keys:
    """The blocks that the program has named by `mg.block`, down to a depth."""
    paths = [path_of(value)[:depth] for value in graph.values]
    return [(" / ".join(path), path) if path else None for path in paths]


# ---- By operation, and by distance -------------------------------------------------------------


def by_operation(graph: Graph, keys: Keys) -> Keys:
    """The keys, and for what has none a rank: equal operations at the same stage."""
    kinds = [key or value.op for key, value in zip(keys, graph.values, strict=True)]
    ranks = zip(kinds, stages(graph, kinds), strict=True)
    return [key or ("", rank) for key, rank in zip(keys, ranks, strict=True)]


def by_distance(graph: Graph) -> Keys:
    """Parts of about equal length, by how far values are from the root on the longest way.

    An operand is farther from the root than what is computed from it, so every link leads from a
    part to the same part or to one that is nearer.
    """
    distance = [0] * len(graph.values)
    for k in range(len(distance) - 1, -1, -1):
        for x in graph.operands[k]:
            distance[x] = max(distance[x], distance[k] + 1)
    length = max(distance) + 1
    return [(f"part {PARTS - steps * PARTS // length} of {PARTS}", 0) for steps in distance]


def stages(
    graph: Graph, kinds: Sequence[Hashable], among: Container[Hashable] | None = None
) -> list[int]:
    """The stage of each value: how often the kind changes on the way to it, at the most.

    The ways start anywhere and avoid leaves. With `among`, they lead through values of these kinds
    only. Along every link of a way the stage stays or rises, and it rises where the kind changes.
    So groups of values that share both kind and stage form no cycle: on a link between two
    different groups the stage rises, and on a cycle it would have to come back.
    """
    found = [0] * len(kinds)
    for k, operands in enumerate(graph.computed):
        kind, stage = kinds[k], 0
        for x in operands:
            if among is None or kinds[x] in among:
                after = found[x] + (kinds[x] != kind)
                if after > stage:
                    stage = after
        found[k] = stage
    return found


# ---- From keys to blocks -----------------------------------------------------------------------


class Partition(NamedTuple):
    """The blocks: `home` has the number of each value's, `used` for each all that its values use.

    What a block uses may be a value of its own.
    """

    home: list[int]
    used: dict[int, set[int]]


def partition(graph: Graph, keys: Keys) -> Partition:
    """A block for all values of one key, or several where one would be part of a cycle."""
    home = _without_cycles(graph, keys)
    used: dict[int, set[int]] = {}
    for k, operands in enumerate(graph.operands):
        used.setdefault(home[k], set()).update(operands)
    _settle_leaves(graph, keys, home, used)
    return Partition(home, used)


def _without_cycles(graph: Graph, keys: Keys) -> list[int]:
    """The number of each value's block, if blocks on cycles are split by stages.

    That leaves no cycle. One that visited several of the old blocks would have been a cycle before,
    so all of these blocks are split; one inside a single old block needs that this one is split.
    Either way it leads through split blocks only, and among these the stage rises on every link
    from one block to another (see `stages`).
    """
    home = numbered(key or k for k, key in enumerate(keys))
    links = {(home[x], home[k]) for k, operands in enumerate(graph.computed) for x in operands}
    tangled = _on_cycles({(tail, head) for tail, head in links if tail != head})
    if not tangled:
        return home
    stage_of = stages(graph, home, among=tangled)
    return numbered(
        (block, stage if block in tangled else 0)
        for block, stage in zip(home, stage_of, strict=True)
    )


def _on_cycles(links: set[tuple[int, int]]) -> set[int]:
    """The blocks that lie on cycles, or on a way from one cycle to another."""
    from_cycles = _reached_from_cycles(links)
    return {
        block
        for link in _reached_from_cycles({(head, tail) for tail, head in from_cycles})
        for block in link
    }


def _reached_from_cycles(links: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The links that start on a cycle or can be reached from one.

    Blocks into which nothing leads are taken away, with the links that leave them, again and again.
    """
    following = grouped(links)
    arriving = Counter(head for _, head in links)
    free = list(following.keys() - arriving)
    while free:
        for head in following.get(free.pop(), ()):
            arriving[head] -= 1
            if not arriving[head]:
                free.append(head)
    return {(tail, head) for tail, head in links if arriving[tail]}


def _settle_leaves(graph: Graph, keys: Keys, home: list[int], used: dict[int, set[int]]) -> None:
    """Put a leaf that has a key into the block that uses it, or together with other such leaves.

    It joins a block if this is the only one that uses it and was made of the same key; the others
    of its key, which several blocks share, become one block. No cycle can arise, for nothing leads
    into a leaf: the block that it joins gets no new link, and a block of leaves is never entered.
    """
    key_of = {home[k]: keys[k] for k, operands in enumerate(graph.operands) if operands}
    users = grouped(
        (x, block)
        for block, operands in used.items()
        for x in operands
        if keys[x] and not graph.operands[x]
    )
    shared: dict[Key | None, int] = {}  # numbers below 0, which no other block has
    for leaf, blocks in users.items():
        if len(blocks) == 1 and key_of[blocks[0]] == keys[leaf]:
            home[leaf] = blocks[0]
        else:
            home[leaf] = shared.setdefault(keys[leaf], -1 - len(shared))
