"""The pictures of a graph among which a reader of the page folds and unfolds blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import count
from typing import Any, NamedTuple

from ..drawing.diagram import MOST_DERIVATIVES, Arrow, Diagram, Edge, describe_block, edges_of
from ..drawing.fold import MOST_ARROWS, MOST_BOXES, Block, Nest
from ..drawing.geometry import Size
from ..drawing.grouping import grouped
from ..drawing.layout import lay_out
from ..drawing.svg import box_size, paint, route_of
from ..engine.value import Value
from ..explaining.notation import number, printable

MOST_VIEWS = 64
MOST_PAINTED = 2_000  # boxes and arrows in all views
MOST_TRIED = 300  # views, of which many turn out to be crowded
LABEL_WIDTH = 64  # pixels on an arrow, for sliders make numbers longer
WIDEST = number(-0.12345)


class Plan(NamedTuple):
    """What is in a picture: the unfolded blocks, boxes, the root's last, and arrows between them.

    Boxes are given by their names, the number of a value or −1 − that of a block, with their
    values. An arrow is two such names and the place of an operand; or −1, where it stands for all
    the links that go from one box into the other.
    """

    unfolded: frozenset[int]
    boxes: dict[int, list[int]]
    arrows: dict[tuple[int, int, int], list[Edge]]

    @property
    def is_folded(self) -> bool:
        """Whether any box is a block."""
        return min(self.boxes) < 0


class View(NamedTuple):
    """A picture, and what its boxes and arrows are."""

    plan: Plan
    boxes: list[dict[str, Any]]  # what the page has to know of them
    picture: str


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
    order = members if min(members) >= 0 else TopologicalSorter(before).static_order()
    try:
        return Plan(unfolded, {box: members[box] for box in order}, arrows)
    except CycleError:
        return None


def first_plan(links: Sequence[Edge], blocks: Nest) -> Plan | None:
    """The finest fold of all the graph that can be read."""
    for unfolded in [frozenset(range(len(blocks.names))), *reversed(blocks.levels)]:
        found = plan(links, blocks, unfolded)
        if found and len(found.arrows) <= MOST_ARROWS:
            return found
    return None


def views(values: Sequence[Value], names: Sequence[str], blocks: Nest) -> list[View]:
    """The view to start with, and those around it, nearest first, as many as there is room for."""
    links = edges_of(values)
    first = first_plan(links, blocks) or plan(links, blocks, frozenset())
    assert first
    queue = list(dict.fromkeys([first.unfolded, *reversed(blocks.levels)]))
    found: list[View] = []
    seen: set[frozenset[tuple[int, ...]]] = set()
    painted = 0
    for tried, unfolded in enumerate(queue):
        if tried > MOST_TRIED or len(found) == MOST_VIEWS:
            break
        planned = plan(links, blocks, unfolded) if tried else first
        if not planned:
            continue
        size = len(planned.boxes) + len(planned.arrows)
        crowded = len(planned.arrows) > MOST_ARROWS and planned.is_folded
        partition = frozenset(map(tuple, planned.boxes.values()))
        if partition in seen or (tried and (crowded or painted + size > MOST_PAINTED)):
            continue
        seen.add(partition)
        painted += size
        found.append(_painted(values, names, blocks, planned))
        for block in range(len(blocks.names)):
            changed = blocks.toggled(unfolded, block)
            if changed not in queue:
                queue.append(changed)
    return found


def _painted(values: Sequence[Value], names: Sequence[str], blocks: Nest, planned: Plan) -> View:
    """The picture as `draw` makes it, but with the names by which the page speaks of its boxes."""
    leaving: dict[int, set[int]] = {box: set() for box in planned.boxes}
    leaving[next(reversed(leaving))].add(len(values) - 1)
    for (tail, _, _), links in planned.arrows.items():
        leaving[tail].update(link.tail for link in links)
    boxes, sizes, told = [], [], []
    for name, members in planned.boxes.items():
        outputs = sorted(leaving[name])
        inside, seen = ([values[k] for k in numbers] for numbers in (members, outputs))
        block = blocks.home[name] if name >= 0 else -1 - name
        title = "" if name >= 0 else blocks.names[block]
        box = describe_block(Block(title, inside, seen, []), False)
        if name >= 0:
            own = names[name]
            box = box._replace(name=own, details=printable(values[name].label) or own)
            sizes.append(box_size(box))
        else:
            widest = [WIDEST, f"{WIDEST}, {WIDEST}", f"{WIDEST} … {WIDEST}"][min(len(seen), 3) - 1]
            sizes.append(box_size(box._replace(data=widest, grad=widest)))
        boxes.append(box)
        told.append(
            {
                "key": name,
                "name": box.name or box.heading,
                "block": block,
                "outputs": outputs,
                "names": _names_of_outputs(box.name if name < 0 else "", seen),
            }
        )
    place_of = {name: k for k, name in enumerate(planned.boxes)}
    arrows, routes = [], []
    for (tail, head, place), links in planned.arrows.items():
        counts = len(leaving[head]), len({link.tail for link in links})
        words = "" if place >= 0 else f"{counts[0]:,}×{counts[1]:,}"
        arrows.append(Arrow(place_of[tail], place_of[head], links[-1].local, words))
        route = route_of(arrows[-1])
        several = place < 0 and 1 < max(counts) <= MOST_DERIVATIVES
        width = LABEL_WIDTH * (MOST_DERIVATIVES if several else 1)
        routes.append(route._replace(label=Size(max(route.label.width, width), route.label.height)))
    diagram = Diagram(boxes, arrows)
    return View(planned, told, paint(diagram, lay_out(sizes, routes)))


def _names_of_outputs(block: str, outputs: Sequence[Value]) -> list[str | None]:
    """What the page calls the values that leave a block; leaves, and others, by their own names."""
    if len(outputs) == 1:
        return [block if block and outputs[0].op else None]
    return [f"{block}[{k}]" if block and x.op else None for k, x in enumerate(outputs)]
