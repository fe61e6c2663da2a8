"""The pictures of a graph among which a reader of the page folds and unfolds blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import count, islice
from typing import Any, NamedTuple

from ..drawing.diagram import (
    MOST_DERIVATIVES,
    Arrow,
    Box,
    Diagram,
    Edge,
    describe_block,
    describe_value,
    edges_of,
)
from ..drawing.fold import MOST_ARROWS, MOST_BOXES, Block, can_be_read
from ..drawing.geometry import Route, Size
from ..drawing.grouping import grouped
from ..drawing.layout import lay_out
from ..drawing.nest import Nest
from ..drawing.operands import is_constant
from ..drawing.svg import box_size, paint, route_of
from ..engine.value import Value
from ..explaining.notation import number, printable, seat_of

MOST_VIEWS = 64
MOST_PAINTED = 2_000  # boxes and arrows in all views
MOST_TRIED = 300  # views besides the first, of which many turn out to be crowded
LABEL_WIDTH = 60  # pixels for a number on an arrow, for sliders make numbers longer
WIDEST = number(-0.12345)  # what a number in a box may become


class Plan(NamedTuple):
    """What is in a picture: the unfolded blocks, boxes, the root's last, and arrows between them.

    Boxes are given by their keys, the number of a value or −1 − that of a block, with their values.
    An arrow is two such keys and the place of an operand; or −1, where it stands for all the links
    that go from one box into the other.
    """

    unfolded: frozenset[int]
    boxes: dict[int, list[int]]
    arrows: dict[tuple[int, int, int], list[Edge]]

    @property
    def is_folded(self) -> bool:
        """Whether any box is a block."""
        return min(self.boxes) < 0

    @property
    def can_be_read(self) -> bool:
        """Whether the page may start with this picture."""
        place = {box: k for k, box in enumerate(self.boxes)}
        arrows = [(place[tail], place[head]) for tail, head, _ in self.arrows]
        return can_be_read(arrows, self.is_folded)

    @property
    def is_crowded(self) -> bool:
        """Whether too many arrows run between blocks; where nothing is folded, all may be shown."""
        return self.is_folded and len(self.arrows) > MOST_ARROWS


class View(NamedTuple):
    """A picture, its plan, and what the page has to know of each box.

    That is the box's key and name, its innermost block, or the block that it is; the values that
    leave it, and what these are called, or None where they go by their own names.
    """

    plan: Plan
    boxes: list[dict[str, Any]]
    picture: str


# ---- Which pictures there are ------------------------------------------------------------------


def plan(links: Sequence[Edge], blocks: Nest, unfolded: frozenset[int]) -> Plan | None:
    """The picture with these blocks unfolded; None if it has too many boxes, or cycles."""
    box_of = blocks.boxes(unfolded)
    members = grouped(zip(box_of, count()))
    if len(members) > MOST_BOXES:
        return None
    arrows = defaultdict[tuple[int, int, int], list[Edge]](list)
    for link in links:
        tail, head = box_of[link.tail], box_of[link.head]
        if tail != head:
            arrows[tail, head, link.place if tail >= 0 <= head else -1].append(link)
    before: dict[int, set[int]] = {box: set() for box in members}
    for tail, head, _ in arrows:
        before[head].add(tail)
    # Single values are in topological order already, and stay in the one in which they came.
    order = members if min(members) >= 0 else TopologicalSorter(before).static_order()
    try:
        return Plan(unfolded, {box: members[box] for box in order}, arrows)
    except CycleError:
        return None


def first_plan(links: Sequence[Edge], blocks: Nest) -> Plan | None:
    """The finest fold of all the graph that can be read."""
    for unfolded in [frozenset(range(len(blocks.names))), *reversed(blocks.levels)]:
        found = plan(links, blocks, unfolded)
        if found and found.can_be_read:
            return found
    return None


def views(
    values: Sequence[Value],
    names: Sequence[str],
    blocks: Nest,
    most: int | None = None,
    room: int | None = None,
) -> list[View]:
    """The view to start with, and those around it, nearest first, as many as there is room for.

    From each view that is painted, the ones that differ by a single block come into question next.
    """
    links = edges_of(values)
    first = first_plan(links, blocks) or plan(links, blocks, frozenset())
    assert first
    queue = list(dict.fromkeys([first.unfolded, *reversed(blocks.levels)]))
    most, room = most or MOST_VIEWS, room or MOST_PAINTED
    found: list[View] = []
    seen: set[frozenset[tuple[int, ...]]] = set()
    for unfolded in islice(queue, MOST_TRIED + 1):  # the queue grows meanwhile
        planned = plan(links, blocks, unfolded) if found else first
        if planned is None:
            continue
        # If all values of a block are unfolded in blocks inside it, it can itself be either way.
        partition = frozenset(map(tuple, planned.boxes.values()))
        size = len(planned.boxes) + len(planned.arrows)
        if partition in seen or (found and (planned.is_crowded or size > room)):
            continue
        found.append(_painted(values, names, blocks, planned))
        if len(found) == most:
            break
        seen.add(partition)
        room -= size
        for block in range(len(blocks.names)):
            neighbour = blocks.toggled(unfolded, block)
            if neighbour not in queue:
                queue.append(neighbour)
    return found


# ---- Painting one of them ----------------------------------------------------------------------


def _painted(values: Sequence[Value], names: Sequence[str], blocks: Nest, planned: Plan) -> View:
    """The picture as `draw` makes it, but with the names by which the page speaks of its boxes."""
    outputs_of = _outputs(planned, root=len(values) - 1)
    named = dict(zip(values, names, strict=True))
    boxes: list[Box] = []
    sizes: list[Size] = []
    told: list[dict[str, Any]] = []
    for key, members in planned.boxes.items():
        outputs = [values[k] for k in outputs_of[key]]
        if key >= 0:
            box = describe_value(values[key], named, False)
            box = box._replace(details=printable(values[key].label) or names[key])
            size = box_size(box)
            block = blocks.home[key]
            called: list[str | None] = [None] * len(outputs)
        else:
            block = -1 - key
            inside = [values[k] for k in members]
            box = describe_block(Block(blocks.names[block], inside, outputs, []), False)
            size = _size_of_block(box, len(outputs))
            called = _names_of_outputs(box.name, outputs)
        boxes.append(box)
        sizes.append(size)
        name = names[key] if key >= 0 else box.name or box.heading
        told.append(
            {"key": key, "name": name, "block": block, "outputs": outputs_of[key], "names": called}
        )
    arrows = _arrows(values, planned, outputs_of)
    geometry = lay_out(sizes, [route for _, route in arrows])
    diagram = Diagram(boxes, [arrow for arrow, _ in arrows])
    picture = paint(diagram, geometry, inside=True)
    return View(planned, told, picture)


def _outputs(planned: Plan, root: int) -> dict[int, list[int]]:
    """The values that leave each box, by its key; the root leaves the last one."""
    leaving: dict[int, set[int]] = {box: set() for box in planned.boxes}
    leaving[next(reversed(leaving))].add(root)
    for (tail, _, _), links in planned.arrows.items():
        leaving[tail].update(link.tail for link in links)
    return {box: sorted(outputs) for box, outputs in leaving.items()}


def _size_of_block(box: Box, count: int) -> Size:
    """The size of a block's box, with room for the numbers of so many outputs at their widest."""
    widest = {1: WIDEST, 2: f"{WIDEST}, {WIDEST}"}.get(count, f"{WIDEST} … {WIDEST}")
    return box_size(box._replace(data=widest, grad=widest))


def _names_of_outputs(block: str, outputs: Sequence[Value]) -> list[str | None]:
    """The names of the values that leave a block: its own, if it has one, with numbers if need be.

    Leaves keep their own names.
    """
    if len(outputs) == 1:
        return [block if block and outputs[0].op else None]
    return [f"{block}[{k}]" if block and x.op else None for k, x in enumerate(outputs)]


def _arrows(
    values: Sequence[Value], planned: Plan, outputs_of: Mapping[int, Sequence[int]]
) -> list[tuple[Arrow, Route]]:
    """The arrows, and the routes that they are drawn along, with room for their words."""
    place_of = {key: place for place, key in enumerate(planned.boxes)}
    found = []
    for (tail, head, place), links in planned.arrows.items():
        outputs, inputs = len(outputs_of[head]), len({link.tail for link in links})
        words = f"{outputs:,}×{inputs:,}" if place < 0 else ""
        seat = min(seat_of(values[head], link.place) if head >= 0 else link.tail for link in links)
        arrow = Arrow(place_of[tail], place_of[head], links[-1].local, words, seat=seat)
        are_listed = place < 0 and 1 < max(outputs, inputs) <= MOST_DERIVATIVES
        changing = 0 if place >= 0 and is_constant(values[head], place) else 1
        found.append((arrow, _route(arrow, MOST_DERIVATIVES if are_listed else changing)))
    return found


def _route(arrow: Arrow, count: int) -> Route:
    """The route of an arrow, with room for what is on it and for so many numbers from sliders."""
    route = route_of(arrow)
    width = max(route.label.width, LABEL_WIDTH * count)
    return route._replace(label=Size(width, route.label.height))
