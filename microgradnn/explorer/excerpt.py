"""What a page holds of a graph: all of it, or one sample's way through it, or blocks of that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ..drawing.diagram import Edge, edges_of
from ..drawing.fold import Nest, fold, nests
from ..engine.derivatives import dependents
from ..engine.row import Primitive
from ..engine.value import Value
from .views import first_plan, plan

MOST_COMPUTED = 10_000  # values and edges that follow a slider at once
WAYS = 3  # of making blocks; the last one is taken even where the picture is crowded
MOST_RECORDED = 25_000  # values and edges that leave the file below 2 MB


Edges = Iterable[tuple[Any, float | None]]


class Excerpt(NamedTuple):
    """Values in topological order, as many as a page can hold, and their blocks.

    `elsewhere` has what values receive from uses that were left out: the sum, and their number.
    `left_out` says what is missing, if anything is.
    """

    values: list[Value]
    blocks: Nest
    elsewhere: dict[Value, tuple[float, int]]
    left_out: str


def followed(order: Sequence[Value]) -> list[Value]:
    """The values that a page follows: all, or where they are too many, one sample's.

    Samples are not marked as such. But a batch holds many values that the same operation computes
    at the same depth: one that has the most of such on its way to the root is taken, with all that
    depends on it, and all that these same-looking values were computed from.
    """
    if _size(order) <= MOST_COMPUTED:
        return list(order)
    depth: dict[Value, int] = {}
    for value in order:
        below_it = (depth[x] for x in value.operands if type(x) is not float)
        depth[value] = max(below_it, default=0) + 1
    kinds = Counter((value.op, depth[value]) for value in order)
    alike = {value for value in order if value.op and kinds[value.op, depth[value]] > 1}
    way = dict.fromkeys(order, 0)
    for value in reversed(order):
        for x in value.operands:
            if type(x) is not float and x.op:
                way[x] = max(way[x], way[value] + (x in alike))
    start = max(order, key=lambda value: (value in alike, way[value]))
    above = dependents(order, [start])
    below = set(above & alike)
    for value in reversed(order):
        if value in below:
            below.update(x for x in value.operands if type(x) is not float)
    return [value for value in order if value in above or value in below]


def excerpt(order: Sequence[Value], values: list[Value]) -> Excerpt:
    """The excerpt of a graph that consists of `values`, folded for good if these are too many."""
    left_out, elsewhere = "", {}
    if len(values) < len(order):
        left_out = (
            f"This graph has {len(order):,} values. This page follows one sample through it, by "
            f"{len(values):,} of them; what they receive from the others is added in one step."
        )
        received = _received_from_others(order, values)
        copies = _copies(values)
        values = list(copies.values())
        elsewhere = {copies[value]: sums for value, sums in received.items()}
    links = edges_of(values)
    for tried, blocks in enumerate(nests(values), start=1):
        if tried < WAYS and not first_plan(links, blocks):
            continue
        if len(values) + len(links) <= MOST_RECORDED:
            return Excerpt(values, blocks, elsewhere, left_out)
        for unfolded in reversed(blocks.levels):
            found = _folded(values, links, blocks, unfolded, elsewhere)
            if found and plan(edges_of(found.values), found.blocks, frozenset()):
                left_out += (
                    f" {len(values):,} values are too many for a page: it has the "
                    f"{len(found.values):,} that lead from one block to another."
                )
                return found._replace(left_out=left_out.lstrip())
    raise ValueError(
        f"this graph has {len(order):,} values and no small number of blocks; explore a Value "
        "further down, which was computed from fewer"
    )


def _size(values: Sequence[Value]) -> int:
    return len(values) + sum(len(value.operands) for value in values)


def _received_from_others(
    order: Sequence[Value], values: Sequence[Value]
) -> dict[Value, tuple[float, int]]:
    """What the values receive from values that are not among them."""
    kept, found = set(values), dict[Value, tuple[float, int]]()
    gradients = dict.fromkeys(order, 0.0) | {order[-1]: 1.0}
    for value in reversed(order):
        upstream, left_out = gradients[value], value not in kept
        for x, local in zip(value.operands, value.local_grads, strict=True):
            if local is not None:
                gradients[x] += local * upstream
                if left_out and x in kept:
                    total, count = found.get(x, (0.0, 0))
                    found[x] = total + local * upstream, count + 1
    return found


def _copies(values: Sequence[Value]) -> dict[Value, Value]:
    """Copies of values, in which all operands that are not among these are plain numbers."""
    copies: dict[Value, Value] = {}
    for value in values:
        edges = zip(value.operands, value.local_grads, strict=True)
        copies[value] = _copy(value, value.label, value.op, edges, copies)
    return copies


def _copy(
    original: Value, label: str, op: Primitive | None, edges: Edges, copies: dict[Value, Value]
) -> Value:
    """A copy with other edges, from operands and their local derivatives; see `_copies`."""
    pairs = [
        (copies[x], local) if x in copies else (x if type(x) is float else x.data, None)
        for x, local in edges
    ]
    copy = Value(original.data, label)
    copy.op, copy.operands = op, tuple(x for x, _ in pairs)
    copy.local_grads = tuple(local for _, local in pairs)
    return copy


def _folded(
    values: Sequence[Value],
    links: Sequence[Edge],
    blocks: Nest,
    unfolded: frozenset[int],
    elsewhere: dict[Value, tuple[float, int]],
) -> Excerpt | None:
    """The graph of blocks when these are unfolded, if a page can hold it.

    A value that others use elsewhere stays by itself, unless it is a leaf.
    """
    boxes = blocks.boxes(unfolded)
    if len({x.tail for x in links if boxes[x.tail] != boxes[x.head]}) > MOST_RECORDED:
        return None
    name_of = {
        value: str(box)
        for value, box in zip(values, boxes, strict=True)
        if box < 0 and not (value.op and value in elsewhere)
    }
    folded = fold(values, name_of.get, most_outputs=MOST_RECORDED)
    if sum(len(block.outputs) for block in folded.blocks) + len(folded.derivatives) > MOST_RECORDED:
        return None
    block_of = {value: block for block in folded.blocks for value in block.outputs}
    copies: dict[Value, Value] = {}
    homes = []
    for k, value in enumerate(values):
        block = block_of.get(value)
        if not block:
            continue
        label, op = value.label, value.op
        edges: Edges = zip(value.operands, value.local_grads, strict=True)
        if op and len(block.values) > 1:
            op = _block_of(len(block.values))
            inputs = [x for x in block.inputs if (x, value) in folded.derivatives]
            edges = ((x, folded.derivatives[x, value]) for x in inputs)
            if len(block.outputs) == 1:
                label = label or blocks.names[-1 - boxes[k]]
        copies[value] = _copy(value, label, op, edges, copies)
        homes.append(blocks.home[k])
    received = {copies[x]: sums for x, sums in elsewhere.items() if x in copies}
    return Excerpt(list(copies.values()), _outer(blocks, unfolded, homes), received, "")


def _block_of(count: int) -> Primitive:
    """The operation that a block is, once it is folded for good."""

    def unknown(*operands: Any) -> Any:
        raise ValueError("a folded block is not computed again")

    return Primitive("block", f"block of {count:,}", unknown, unknown, kind="custom")


def _outer(blocks: Nest, unfolded: frozenset[int], homes: Sequence[int]) -> Nest:
    """Those of the unfolded blocks in which at least two of the values are, with these homes."""
    sizes = Counter(block for home in homes for block in blocks.around(home))
    kept = [b for b in sorted(unfolded) if sizes[b] > 1 and sizes[b] != sizes[blocks.parents[b]]]
    number = {block: k for k, block in enumerate(kept)}

    def held_by(block: int) -> int:
        return next((number[b] for b in blocks.around(block) if b in number), -1)

    return Nest(
        [blocks.names[b] for b in kept],
        [held_by(blocks.parents[b]) for b in kept],
        [held_by(home) for home in homes],
        [
            frozenset(number[b] for b in level & number.keys())
            for level in blocks.levels
            if level <= unfolded
        ],
    )
