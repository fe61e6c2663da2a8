"""Blocks within blocks: the model, its layers, their neurons, and ranks inside large ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from itertools import count
from operator import itemgetter
from typing import NamedTuple

from ..engine.value import Value
from .blocks import Graph, Keys, by_distance, by_operation, numbered, partition, stages
from .grouping import grouped
from .refining import folds

MOST_INSIDE = 24  # values of a neuron that are shown one by one, and not in ranks


class Nest(NamedTuple):
    """Blocks within blocks, the coarsest first: the model, its layers, their neurons, their ranks.

    `parents` has for each block the one around it, or −1; `home` for each value the innermost block
    that holds it, or −1; `levels` the blocks to unfold for each of the folds, from coarse to fine.
    """

    names: list[str]
    parents: list[int]
    home: list[int]
    levels: list[frozenset[int]]

    def boxes(self, unfolded: Container[int]) -> list[int]:
        """The box that each value is in: the value's own number, or −1 − that of a block.

        A folded block is in the box of the one around it, if that is folded too. A value whose
        innermost block is unfolded is shown by itself, even if a block farther out is folded.
        """
        box_of: dict[int, int] = {}  # of folded blocks
        for block, parent in enumerate(self.parents):
            if block not in unfolded:
                box_of[block] = box_of.get(parent, -1 - block)
        return [box_of.get(block, value) for value, block in enumerate(self.home)]

    def around(self, block: int) -> Iterator[int]:
        """A block and those that it lies in, from the inside to the outside."""
        while block >= 0:
            yield block
            block = self.parents[block]

    def toggled(self, unfolded: frozenset[int], block: int) -> frozenset[int]:
        """The unfolded blocks when this one is unfolded; or when it is folded, with all in it."""
        if block not in unfolded:
            return unfolded | {block}
        return frozenset(other for other in unfolded if block not in self.around(other))


def nests(values: Sequence[Value]) -> Iterator[Nest]:
    """Three ways to put the values of a graph in blocks, one within the other.

    In the first, what belongs to no module stays alone; in the second it is put in ranks, by
    operation and stage; in the third the graph is cut into parts.

    >>> from microgradnn import nn, topological_order
    >>> blocks = next(nests(topological_order(nn.MLP(2, [2, 1])([1.0, 2.0]))))
    >>> list(zip(blocks.names, blocks.parents))[:4]
    [('model', -1), ('layers.0', 0), ('layers.1', 0), ('layers.0.neurons.0', 1)]
    """
    graph = Graph(values)
    found = [keys() for keys in folds(graph)]
    yield _nested(graph, found)
    ranks = by_operation(graph, found[-1])
    yield _nested(
        graph, [[key or rank for key, rank in zip(keys, ranks, strict=True)] for keys in found]
    )
    yield _nested(graph, [by_distance(graph)])


def _nested(graph: Graph, folds: Sequence[Keys]) -> Nest:
    """The blocks of folds from coarse to fine, each of which is cut along the ones before it.

    A fold by itself has no cycle, and cutting one fold along another makes none. For suppose there
    is a cycle of such pieces. Each piece lies in one block of the first fold, so the cycle leads
    through blocks of that fold, and as these form no cycle it never leaves the block in which it
    starts. The same is true of the second fold. So all the pieces lie in the same block of the
    first fold and in the same block of the second; but then they are one piece, and no cycle.

    For the same reason a picture in which some blocks are unfolded has no cycle, as long as these
    are unfolded from the outside to the inside: a cycle would have to lie in a single block of the
    coarsest fold, then in a single block of the next one, and so on.
    """
    found = Nest([], [], [-1] * len(graph.values), [])
    sizes = {-1: 0}  # of blocks; no group is as large as what is around all blocks, so all are cut
    unfolded: set[int] = set()
    pieces = [0] * len(graph.values)
    for homes, names in _partitions(graph, folds):
        pieces = numbered(zip(pieces, homes, strict=True))
        for group in _groups(pieces):
            parent = found.home[group[0]]
            if len(group) == sizes[parent]:
                continue  # this fold leaves the block in one piece
            unfolded.add(parent)
            if len(group) > 1:
                block = len(found.names)
                sizes[block] = len(group)
                found.names.append(names[group[-1]])
                found.parents.append(parent)
                for k in group:
                    found.home[k] = block
        found.levels.append(frozenset(unfolded - {-1}))
    found.levels.pop()  # no fold begins with its ranks unfolded: a reader unfolds the neuron first
    return found


def _groups(numbers: Sequence[int]) -> list[list[int]]:
    """The places of equal numbers, in the order in which the groups end."""
    return sorted(grouped(zip(numbers, count())).values(), key=itemgetter(-1))


def _partitions(graph: Graph, folds: Sequence[Keys]) -> Iterator[tuple[list[int], list[str]]]:
    """The number and the name of each value's block, in each fold; last, the ranks."""
    homes: list[int] = []
    for keys in folds:
        homes = partition(graph, keys).home
        yield homes, [key[0] if key else "" for key in keys]
    yield _ranks_of_large_blocks(graph, homes), [""] * len(homes)


def _ranks_of_large_blocks(graph: Graph, homes: Sequence[int]) -> list[int]:
    """The blocks, those of more than `MOST_INSIDE` values cut into ranks.

    A rank is told by its block, operation and stage, where the stage rises as soon as block or
    operation changes. There is no cycle: as the blocks have none, one would run inside a single
    block, between ranks of it; and between ranks the stage rises (see `stages`).
    """
    sizes = Counter(homes)
    kinds = list(zip(homes, (value.op for value in graph.values), strict=True))
    return numbered(
        (kind, stage) if sizes[kind[0]] > MOST_INSIDE else kind[0]
        for kind, stage in zip(kinds, stages(graph, kinds), strict=True)
    )
