"""The pictures of a graph among which a reader of the page folds and unfolds blocks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from ..drawing.diagram import MOST_DERIVATIVES, Arrow, Diagram, describe_block
from ..drawing.fold import MOST_ARROWS, MOST_BOXES, Block, Nest
from ..drawing.geometry import Size
from ..drawing.layout import built_in, lay_out
from ..drawing.svg import box_size, edge_of, paint
from ..notation import number, printable
from ..value import Value

MOST_VIEWS = 64
MOST_PAINTED = 2_000  # boxes and arrows in all views
MOST_TRIED = 300  # views, of which many turn out to be crowded
LABEL_WIDTH = 64  # pixels on an arrow, for sliders make numbers longer
WIDEST = number(-0.12345)


class Plan(NamedTuple):
    """What is in a picture: boxes, and the arrows between them.

    Boxes are given by their names, the number of a value or −1 − that of a block, with their
    values. An arrow is two such names and the place of an operand; or −1, where it stands for all
    that goes from one box into the other.
    """

    boxes: dict[int, list[int]]
    arrows: list[tuple[int, int, int]]

    @property
    def is_folded(self) -> bool:
        """Whether any box is a block."""
        return min(self.boxes) < 0


class View(NamedTuple):
    """A picture in which some blocks are unfolded, and what its boxes and arrows are."""

    unfolded: frozenset[int]
    plan: Plan
    boxes: list[dict[str, Any]]  # what the page has to know of them
    picture: str


def edges_of(values: Sequence[Value]) -> list[tuple[int, int, int]]:
    """The numbers of operand and node, and the place of the operand, for each edge."""
    position = {value: k for k, value in enumerate(values)}
    return [
        (position[x], head, place)
        for head, value in enumerate(values)
        for place, (x, local) in enumerate(zip(value.operands, value.local_grads, strict=True))
        if local is not None
    ]


def plan(
    edges: Sequence[tuple[int, int, int]], blocks: Nest, unfolded: Collection[int]
) -> Plan | None:
    """The picture with these blocks unfolded; None if it has too many boxes, or cycles."""
    box_of = blocks.boxes(unfolded)
    members: dict[int, list[int]] = {}
    for k, box in enumerate(box_of):
        members.setdefault(box, []).append(k)
    if len(members) > MOST_BOXES:
        return None
    arrows: dict[tuple[int, int, int], None] = {}
    before: dict[int, set[int]] = {box: set() for box in members}
    for operand, node, place in edges:
        tail, head = box_of[operand], box_of[node]
        if tail != head:
            arrows[tail, head, place if tail >= 0 <= head else -1] = None
            before[head].add(tail)
    order = members if min(members) >= 0 else TopologicalSorter(before).static_order()
    try:
        return Plan({box: members[box] for box in order}, list(arrows))
    except CycleError:
        return None


def first_plan(
    edges: Sequence[tuple[int, int, int]], blocks: Nest
) -> tuple[frozenset[int], Plan] | None:
    """The finest fold of all the graph that can be read, and the blocks that it unfolds."""
    for unfolded in [frozenset(range(len(blocks.names))), *reversed(blocks.levels)]:
        found = plan(edges, blocks, unfolded)
        if found and len(found.arrows) <= MOST_ARROWS:
            return unfolded, found
    return None


def views(values: Sequence[Value], names: Sequence[str], blocks: Nest) -> list[View]:
    """The view to start with, and those around it, nearest first, as many as there is room for."""
    edges = edges_of(values)
    start, first = first_plan(edges, blocks) or (frozenset[int](), plan(edges, blocks, ()))
    assert first
    queue = list(dict.fromkeys([start, *reversed(blocks.levels)]))
    found: list[View] = []
    seen: set[frozenset[tuple[int, ...]]] = set()
    painted = 0
    for tried, unfolded in enumerate(queue):
        if tried > MOST_TRIED or len(found) == MOST_VIEWS:
            break
        planned = plan(edges, blocks, unfolded) if tried else first
        if not planned:
            continue
        size = len(planned.boxes) + len(planned.arrows)
        crowded = len(planned.arrows) > MOST_ARROWS and planned.is_folded
        partition = frozenset(map(tuple, planned.boxes.values()))
        if partition in seen or (tried and (crowded or painted + size > MOST_PAINTED)):
            continue
        seen.add(partition)
        painted += size
        found.append(_painted(values, names, blocks, unfolded, planned, is_first=not tried))
        for block in range(len(blocks.names)):
            changed = blocks.toggled(unfolded, block)
            if changed not in queue:
                queue.append(changed)
    return found


def _painted(
    values: Sequence[Value],
    names: Sequence[str],
    blocks: Nest,
    unfolded: frozenset[int],
    planned: Plan,
    is_first: bool,
) -> View:
    """The picture as `draw` makes it, but with the names by which the page speaks of its boxes."""
    box_of = {k: box for box, members in planned.boxes.items() for k in members}
    outputs: dict[int, set[int]] = {box: set() for box in planned.boxes}
    outputs[box_of[len(values) - 1]].add(len(values) - 1)
    inputs: dict[tuple[int, int, int], set[int]] = {arrow: set() for arrow in planned.arrows}
    local = dict[tuple[int, int, int], float]()
    for operand, node, place in edges_of(values):
        tail, head = box_of[operand], box_of[node]
        if tail != head:
            arrow = (tail, head, place if tail >= 0 <= head else -1)
            outputs[tail].add(operand)
            inputs[arrow].add(operand)
            local[arrow] = values[node].local_grads[place] or 0.0
    boxes, sizes, told = [], [], []
    for name, members in planned.boxes.items():
        seen = [values[k] for k in sorted(outputs[name])]
        label = "" if name >= 0 else blocks.names[-1 - name]
        box = describe_block(Block(label, [values[k] for k in members], seen, []), False)
        if name >= 0:
            box = box._replace(
                name=names[name], details=printable(values[name].label) or names[name]
            )
        boxes.append(box)
        block = blocks.home[members[-1]] if name >= 0 else -1 - name
        told.append(
            {
                "key": name,
                "name": box.name or box.heading,
                "block": block,
                "outputs": sorted(outputs[name]),
                "names": _names_of_outputs(box.name if name < 0 else "", seen),
            }
        )
        widest = [WIDEST, f"{WIDEST}, {WIDEST}", f"{WIDEST} … {WIDEST}"][min(len(seen), 3) - 1]
        sizes.append(box_size(box._replace(data=widest, grad=widest) if name < 0 else box))
    place_of = {name: k for k, name in enumerate(planned.boxes)}
    arrows, edges = [], []
    for arrow in planned.arrows:
        tail, head, place = arrow
        size = (len(outputs[head]), len(inputs[arrow]))
        words = "" if place >= 0 else f"{size[0]:,}×{size[1]:,}"
        arrows.append(Arrow(place_of[tail], place_of[head], local[arrow], words))
        edge = edge_of(arrows[-1])
        several = place < 0 and 1 < max(size) <= MOST_DERIVATIVES
        width = LABEL_WIDTH * (MOST_DERIVATIVES if several else 1)
        edges.append(edge._replace(label=Size(max(edge.label.width, width), edge.label.height)))
    diagram = Diagram(boxes, arrows)
    geometry = (lay_out if is_first else built_in)(sizes, edges)
    return View(unfolded, planned, told, paint(diagram, geometry))


def _names_of_outputs(block: str, outputs: Sequence[Value]) -> list[str | None]:
    """What the page calls the values that leave a block; leaves, and others, by their own names."""
    if len(outputs) == 1:
        return [block if block and outputs[0].op else None]
    return [f"{block}[{k}]" if block and x.op else None for k, x in enumerate(outputs)]
