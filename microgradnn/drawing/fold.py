"""Folding: a large graph as a graph of few blocks, on which the chain rule still holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from graphlib import TopologicalSorter
from itertools import count
from operator import itemgetter
from typing import Literal, NamedTuple

from ..engine.value import Value
from ..waiting import reached
from .blocks import Graph, Keys, by_distance, by_operation, by_path, partition
from .grouping import grouped
from .modules import Modules
from .refining import folds

MOST_BOXES = 60
MOST_ARROWS = 120  # between blocks; where there are more, a picture is all lines and labels
MOST_COLUMNS = 24  # one after the other; a longer row is many screens wide
MOST_OUTPUTS = 64  # of a block whose derivatives are worked out

Rule = Callable[[Value], str | None]
FoldName = Literal["auto", "none", "block", "neuron", "layer", "model"]


class Block(NamedTuple):
    """Values that a picture shows as one box.

    `outputs` are those that the rest of the graph uses, `inputs` those of other blocks that this
    block uses. A block without a name is a single value, or a rank: values that the same operation
    computes at the same stage.
    """

    name: str
    values: list[Value]
    outputs: list[Value]
    inputs: list[Value]


class Folded(NamedTuple):
    """A graph of blocks in topological order, the root's last.

    Only outputs are seen. `derivatives` has, for an input and an output of a block, the sum over
    all paths inside the block that meet no other output; so the chain rule over these gives every
    output its gradient. Blocks of more outputs than `fold` was told are left out.
    """

    blocks: list[Block]
    derivatives: dict[tuple[Value, Value], float]

    def arrows(self) -> dict[tuple[int, int], list[Value]]:
        """The values that go from one block into another, for each two blocks where any does."""
        home = {value: k for k, block in enumerate(self.blocks) for value in block.outputs}
        return grouped(
            ((home[value], head), value)
            for head, block in enumerate(self.blocks)
            for value in block.inputs
        )


def fold(values: Sequence[Value], how: FoldName | Rule, most_outputs: int = MOST_OUTPUTS) -> Folded:
    """Fold values in topological order into blocks.

    `how` is "block", for those that were named by `mg.block`; "neuron", "layer" or "model", for
    blocks that are read from the labels of parameters; a function that gives a value the name of
    its block, or None; or "auto", for the finest of these folds, and of cells that repeat, that
    leaves at most 60 boxes, 24 of them in a row, and 120 arrows. Where too much has no name, it is
    put in ranks, by operation and stage; and if nothing helps, the graph is cut into 20 parts, by
    the distance from the root. The derivatives of a block are worked out if it has at most
    `most_outputs`.

    >>> from microgradnn import nn, topological_order
    >>> model = nn.MLP(2, [3, 1], activation="tanh")
    >>> folded = fold(topological_order((model([1.0, 2.0]) - 1) ** 2), "layer")
    >>> [block.name for block in folded.blocks]
    ['layers.0', 'layers.1', '', '']
    """
    reached(0.1, "reading the graph")
    graph = Graph(values)
    if callable(how):
        names = map(how, values)
        keys: Keys = [None if name is None else (name, 0) for name in names]
        return _collapsed(graph, keys, most_outputs)
    if how != "auto":
        return _collapsed(graph, _named(graph, how), most_outputs)
    for tried, keys in enumerate(_ever_coarser(graph)):
        reached(1 - 0.7 * 0.8**tried, "folding")  # nobody knows how many folds have to be tried
        if len({key or k for k, key in enumerate(keys)}) <= MOST_BOXES:
            folded = _collapsed(graph, keys, most_outputs)
            is_folded = len(folded.blocks) < len(values)
            if len(folded.blocks) <= MOST_BOXES and can_be_read(folded.arrows(), is_folded):
                break
    return folded  # the last one that was tried, which are parts, even if it is crowded


def can_be_read(arrows: Collection[tuple[int, int]], is_folded: bool) -> bool:
    """Whether a picture has few arrows, and if it is folded few columns.

    An arrow is the places of two boxes in topological order.
    """
    column: dict[int, int] = {}
    for tail, head in sorted(arrows, key=itemgetter(1)):
        column[head] = max(column.get(head, 0), column.get(tail, 0) + 1)
    columns = max(column.values(), default=0) + 1
    return len(arrows) <= MOST_ARROWS and (columns <= MOST_COLUMNS or not is_folded)


def _named(graph: Graph, how: FoldName) -> Keys:
    """Blocks for neurons, layers or the model; and ranks, if too much would stay alone."""
    if how == "block":
        keys = by_path(graph)
        return keys if keys.count(None) <= MOST_BOXES else by_operation(graph, keys)
    modules = Modules(graph)
    levels = {"neuron": 0, "layer": min(1, len(modules.levels) - 1), "model": -1}
    if how not in levels:
        raise ValueError(
            "fold must be 'auto', 'none', 'block', 'neuron', 'layer', 'model' or a function, "
            f"got {how!r}"
        )
    keys = modules.keys(modules.levels[levels[how]])
    return keys if keys.count(None) <= MOST_BOXES else by_operation(graph, keys)


def _ever_coarser(graph: Graph) -> Iterator[Keys]:
    """The folds that "auto" tries, one after the other."""
    found = folds(graph)
    for made in reversed(found):
        keys = made()
        yield keys
        if any(keys) or len(found) == 1:  # what is in blocks that were found is in no rank first
            yield by_operation(graph, keys)
    yield by_distance(graph)


def _collapsed(graph: Graph, keys: Keys, most_outputs: int) -> Folded:
    """The graph of blocks that the keys make, with its derivatives."""
    home, used = partition(graph, keys)
    members = grouped(zip(home, count()))
    inputs = {
        block: sorted(x for x in used.get(block, ()) if home[x] != block) for block in members
    }
    before = {block: {home[x] for x in operands} for block, operands in inputs.items()}
    seen = {len(home) - 1}.union(*inputs.values())
    wanted: set[int] = set()
    blocks = []
    for block in TopologicalSorter(before).static_order():
        inside = members[block]
        outputs = [k for k in inside if k in seen]
        key = keys[inside[-1]]
        of_block = ([graph.values[k] for k in ks] for ks in (inside, outputs, inputs[block]))
        blocks.append(Block(key[0] if key else "", *of_block))
        if inputs[block] and len(outputs) <= most_outputs:
            wanted.update(inside)
    return Folded(blocks, _derivatives(graph, seen, wanted))


def _derivatives(
    graph: Graph, seen: set[int], wanted: set[int]
) -> dict[tuple[Value, Value], float]:
    """The derivatives of seen values by the seen values that lead to them through hidden ones.

    This is a backward pass that keeps the seen values apart. Each one starts a sum of its own, with
    derivative 1 by itself, and what arrives at it from above is not passed on but recorded. A
    hidden value passes on all sums that it has received, each times its local derivatives, so every
    path adds the product along it to the sum of the first seen value above. Only `wanted` values
    pass anything on, so that nothing is worked out where a block has too many outputs.
    """
    reached = _reached_by(graph, seen, wanted)
    found: dict[tuple[Value, Value], float] = {}
    received = defaultdict[int, dict[Value, float]](dict)  # by a value: derivatives of seen ones
    for k in range(len(graph.values) - 1, -1, -1):
        value, sums = graph.values[k], received.pop(k, {})
        if k in seen:
            found |= {(value, output): derivative for output, derivative in sums.items()}
            sums = {value: 1.0}
        if sums and k in wanted:
            local_grads = [local for local in value.local_grads if local is not None]
            for x, local in zip(graph.operands[k], local_grads, strict=True):
                if x in reached:
                    below = received[x]
                    for output, derivative in sums.items():
                        below[output] = below.get(output, 0.0) + local * derivative
    return found


def _reached_by(graph: Graph, seen: set[int], wanted: set[int]) -> set[int]:
    """The seen values, and the wanted ones that depend on any: no other has to receive anything."""
    reached = set(seen)
    for k, operands in enumerate(graph.operands):
        if k in wanted and not reached.isdisjoint(operands):
            reached.add(k)
    return reached
