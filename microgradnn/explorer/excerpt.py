"""What a page holds of a graph: all of it, or one sample's way through it, or blocks of that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ..drawing.diagram import Edge, edges_of
from ..drawing.fold import Block, Folded, fold
from ..drawing.nest import Nest, nests
from ..engine.row import PRIMITIVES, Primitive
from ..engine.value import Value
from ..waiting import reached
from .following import Received, followed, received_from_others
from .sample import Batch, Sample
from .views import first_plan, plan

WAYS = 3  # of making blocks; the last one is taken even where the picture is crowded
_NAMES_OF_WAYS = ["", "block", "block", "part, cut by the distance from the root,"]
MOST_RECORDED = 25_000  # values and links that leave the file below 2 MB

Copies = dict[Value, Value]
Uses = Iterable[tuple[Any, float | None]]  # operands, with the derivatives by those that have one


class Excerpt(NamedTuple):
    """Values in topological order, as many as a page can hold, and their blocks.

    `elsewhere` has what values receive from uses that were left out: the sum, and their number.
    `left_out` says what is missing, if anything is. `origins` are the values of the user's graph
    that these stand for, one for each; there are none where blocks are folded for good.
    """

    values: list[Value]
    blocks: Nest
    elsewhere: Received
    left_out: str
    origins: list[Value]


def excerpt(
    order: Sequence[Value], batch: Batch | None = None, sample: Sample | None = None
) -> Excerpt:
    """All of a graph, or of its batch the values of a sample; folded for good if too many."""
    left_out = "No samples were recognised in this graph."
    elsewhere: Received = {}
    origins = values = list(order)
    if batch and sample:
        origins = followed(order, batch, sample)
        left_out = (
            f"This graph has {len(order):,} values. {batch.text} This page follows sample "
            f"{sample.number}, by {len(origins):,} of them; what they receive from the others is "
            "added in one step."
        )
        received = received_from_others(order, origins, batch.adders)
        copies = _cut_off(origins, batch.total, sample.terms)
        values = list(copies.values())
        elsewhere = {copies[value]: sums for value, sums in received.items()}
    links = edges_of(values)
    for way, blocks in _nests_to_start_with(values, links):
        if len(values) + len(links) <= MOST_RECORDED:
            return Excerpt(values, blocks, elsewhere, left_out if sample else "", origins)
        found = _folded_for_good(values, links, blocks, elsewhere)
        if found:
            left_out += (
                f" {len(values):,} values are too many for a page: it has the "
                f"{len(found.values):,} that lead from one {_NAMES_OF_WAYS[way]} to another."
            )
            return found._replace(left_out=left_out)
    raise ValueError(
        f"this graph has {len(order):,} values and no small number of blocks; explore a Value "
        "further down, which was computed from fewer"
    )


def _nests_to_start_with(
    values: Sequence[Value], links: Sequence[Edge]
) -> Iterator[tuple[int, Nest]]:
    """The ways of making blocks that have a picture which can be read; and the last, as it is."""
    for tried, blocks in enumerate(nests(values), start=1):
        reached(0.15 * tried, "folding")
        if tried == WAYS or first_plan(links, blocks):
            yield tried, blocks


# ---- Copies, so that the user's graph stays as it is -------------------------------------------


def _cut_off(
    values: Sequence[Value], total: Value | None = None, terms: Sequence[Value] = ()
) -> Copies:
    """Copies of values, in which all operands that are not among these are plain numbers.

    The total of a batch is the sum of one sample's terms and of one number for all others.
    """
    copies: Copies = {}
    for value in values:
        if value is total:
            uses = [*((x, 1.0) for x in terms), (rest_of(value, terms), None)]
            copies[value] = _computed(value, value.label, PRIMITIVES["sum"], uses, copies)
        else:
            copies[value] = _copied(value, copies)
    return copies


def rest_of(total: Value, terms: Sequence[Value]) -> float:
    """What all terms but these add up to."""
    return total.data - sum(x.data for x in terms)


def _copied(value: Value, copies: Copies) -> Value:
    uses = zip(value.operands, value.local_grads, strict=True)
    return _computed(value, value.label, value.op, uses, copies)


def _computed(
    original: Value, label: str, op: Primitive | None, uses: Uses, copies: Copies
) -> Value:
    """A Value with the number of the original, by an operation on copies of what it uses.

    What has no copy becomes a plain number, and needs no derivative.
    """
    pairs = [
        (copies[x], local) if x in copies else (x if type(x) is float else x.data, None)
        for x, local in uses
    ]
    operands, local_grads = tuple(x for x, _ in pairs), tuple(local for _, local in pairs)
    made: Value = Value._assembled(original.data, op, operands, local_grads, label=label)
    return made


# ---- Blocks that cannot be unfolded any more ---------------------------------------------------


def _folded_for_good(
    values: Sequence[Value], links: Sequence[Edge], blocks: Nest, elsewhere: Received
) -> Excerpt | None:
    """The graph of blocks, unfolded as far as a page can hold and a picture can start with."""
    for unfolded in reversed(blocks.levels):
        boxes = blocks.boxes(unfolded)
        leaving = {link.tail for link in links if boxes[link.tail] != boxes[link.head]}
        if len(leaving) > MOST_RECORDED:
            continue  # without working out derivatives between so many
        folded = fold(values, _rule(values, boxes, elsewhere), most_outputs=MOST_RECORDED)
        outputs = sum(len(block.outputs) for block in folded.blocks)
        if outputs + len(folded.derivatives) > MOST_RECORDED:
            continue
        found = _of_outputs(values, boxes, folded, blocks, unfolded, elsewhere)
        if plan(edges_of(found.values), found.blocks, frozenset()):
            return found
    return None


def _rule(values: Sequence[Value], boxes: Sequence[int], elsewhere: Received) -> Any:
    """The rule by which values fold into their boxes.

    A computed value that receives something from elsewhere stays by itself: its gradient has to be
    shown before it passes anything on. A leaf passes nothing on.
    """
    return {
        value: str(box)
        for value, box in zip(values, boxes, strict=True)
        if box < 0 and not (value.op and value in elsewhere)
    }.get


def _of_outputs(
    values: Sequence[Value],
    boxes: Sequence[int],
    folded: Folded,
    blocks: Nest,
    unfolded: frozenset[int],
    elsewhere: Received,
) -> Excerpt:
    """The excerpt that holds, of a folded graph, the outputs of its blocks."""
    block_of = {value: block for block in folded.blocks for value in block.outputs}
    copies: Copies = {}
    homes = []
    for k, value in enumerate(values):
        if value in block_of:
            title = blocks.names[-1 - boxes[k]] if boxes[k] < 0 else ""
            copies[value] = _output(value, block_of[value], title, folded, copies)
            homes.append(blocks.home[k])
    received = {copies[x]: sums for x, sums in elsewhere.items() if x in copies}
    folded_for_good = {-1 - box for box in boxes if box < 0}
    left = _still_to_fold(blocks, unfolded, homes, folded_for_good)
    return Excerpt(list(copies.values()), left, received, "", [])


def _output(value: Value, block: Block, title: str, folded: Folded, copies: Copies) -> Value:
    """The copy of an output, which its block computes in one step from the block's inputs.

    The only output of a block bears the block's name, unless it has a label of its own. A leaf, and
    a value that is a block by itself, are copied as they are.
    """
    if not value.op or len(block.values) == 1:
        return _copied(value, copies)
    label = value.label or (title if len(block.outputs) == 1 else "")
    derivatives = [(x, folded.derivatives.get((x, value))) for x in block.inputs]
    uses = [(x, derivative) for x, derivative in derivatives if derivative is not None]
    return _computed(value, label, _operation_of_a_block(len(block.values)), uses, copies)


def _operation_of_a_block(count: int) -> Primitive:
    """The operation that stands for a block of so many values once it is folded for good."""

    def unknown(*operands: Any) -> Any:
        raise ValueError("a folded block is not computed again")

    return Primitive("block", f"block of {count:,}", unknown, unknown, kind="custom")


def _still_to_fold(
    blocks: Nest, unfolded: frozenset[int], homes: Sequence[int], others: Iterable[int] = ()
) -> Nest:
    """What is left of a nest: the unfolded blocks and others, for values with these homes in it.

    A block is kept if it holds at least two of the values, and not just those of the block around
    it, for else folding it would show the same picture.
    """
    sizes = Counter(block for home in homes for block in blocks.around(home))
    kept = [
        b
        for b in sorted(unfolded.union(others))
        if sizes[b] > 1 and sizes[b] != sizes[blocks.parents[b]]
    ]
    number_of = {block: k for k, block in enumerate(kept)}

    def innermost(block: int) -> int:
        """The number of the first kept block among this one and those around it, or −1."""
        return next((number_of[b] for b in blocks.around(block) if b in number_of), -1)

    return Nest(
        names=[blocks.names[b] for b in kept],
        parents=[innermost(blocks.parents[b]) for b in kept],
        home=[innermost(home) for home in homes],
        levels=[
            frozenset(number_of[b] for b in level & number_of.keys())
            for level in blocks.levels
            if level <= unfolded
        ],
    )
