"""The schedule: nodes that do the same at the same time become one step on arrays.

The idea of this pass: a group is a step. Its operands are slots gathered by number, its results new
slots side by side. Groups of dots become matrix products, where their factors form full rectangles.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Any

import numpy as np

from ..engine.formulas import Formula
from .biases import fold_biases
from .levels import Kind, groups
from .patterns import Index, Rows, affine, distinct_dots, filled_up, rectangles, shape_of_views
from .rows import REDUCTIONS, Algebra
from .steps import Link, Map, Product, Reduce, Schedule, Slots, Step, Take
from .tape import (
    DOT,
    LINK,
    Tape,
    depend_on_params,
    followed,
)

UNPLACED = -1  # instead of a slot, for the 1 beside a bias: which 1 it is follows from the dot


def schedule(tape: Tape, algebra: Algebra) -> Schedule:
    """Group the nodes of a tape into steps, level by level."""
    scheduler = _Scheduler(tape, algebra)
    for level, found in enumerate(groups(tape, scheduler.learning_nodes)):
        scheduler.level = level
        for kind, nodes in found.items():
            scheduler.add_group(kind, np.array(nodes))
    made, slot_of = scheduler.schedule, scheduler.slot_of
    made.outputs = [(tape.batched[x], int(slot_of[x])) for x in tape.outputs]
    return made


class _Scheduler:
    """A schedule that grows, and the slot that each node of the tape has been given."""

    def __init__(self, tape: Tape, algebra: Algebra) -> None:
        self.tape = tape
        self.algebra = algebra
        self.schedule = Schedule(tape.params)
        self.before_ones = fold_biases(tape)  # nodes that a slot with the number 1 is to follow
        self.ones: list[int] = []  # these slots
        self.slot_of = np.full(len(tape), UNPLACED, np.int64)
        self._place_leaves()
        self.learning_nodes = learning(tape)
        self.uses = Counter(chain(*tape.operands))
        self.level = 0  # of the group that is being added
        self.learns = False  # whether a gradient passes through it

    def _place_leaves(self) -> None:
        """Give slots to inputs, parameters and constants."""
        tape = self.tape
        inputs = range(tape.inputs)
        params = range(tape.inputs, tape.inputs + tape.params)
        # The inputs of a first layer are followed by a 1 at once; other inputs come after that.
        split = 1 + max(self.before_ones.intersection(inputs), default=-1)
        for leaves in (inputs[:split], inputs[split:], params, list(tape.numbers)):
            if leaves:
                self._new_slots(np.array(leaves))
        self.schedule.inputs = self.slot_of[: tape.inputs].copy()
        for node, number in tape.numbers.items():
            self.schedule.constants[False][int(self.slot_of[node])] = number

    def add_group(self, kind: Kind, nodes: Index) -> None:
        """Append what computes the nodes of a group."""
        op, batched, self.learns, *kinds = kind
        if op == LINK:
            self._links(nodes)
        elif op == DOT:
            self._dots(nodes)
        elif op == "take":
            self._takes(nodes, np.array([self.tape.operands[node] for node in nodes.tolist()]))
        elif op in REDUCTIONS:
            self._reductions(op, nodes, batched)
        else:
            operands = np.array([self.tape.operands[node] for node in nodes.tolist()])
            self._map(op, nodes, self.slot_of[operands], kinds)

    def _by_length(self, nodes: Index) -> list[tuple[Index, Index]]:
        """The nodes with their operands, those of as many operands together."""
        by_length: dict[int, list[int]] = defaultdict(list)
        operands = self.tape.operands
        for node in nodes.tolist():
            by_length[len(operands[node])].append(node)
        return [(np.array(x), np.array([operands[y] for y in x])) for x in by_length.values()]

    def _slots_of(self, nodes: Index) -> Slots:
        return Slots(self.tape.batched[nodes.flat[0]], self.slot_of[nodes])

    def _new_slots(self, nodes: Index) -> Slots:
        """Give new slots to nodes of one kind.

        A layer with biases multiplies (w, b) by (x, 1). So if such an x is among the nodes, the
        next slot holds 1: x and the 1 stand together, as the one matrix that the product reads.
        """
        slots = self.schedule.new_slots(self.tape.batched[nodes.flat[0]], *nodes.shape)
        self.slot_of[nodes] = slots.index
        if not self.before_ones.isdisjoint(nodes.flat):
            self.ones.append(self.schedule.constant(True, 1.0, new=True))
        return slots

    def _add(self, step: Step) -> None:
        step.level = self.level
        step.learns = self.learns
        self.schedule.steps.append(step)

    # ---- Elementwise -------------------------------------------------------------------------

    def _map(self, op: str, nodes: Index, slots: Index, kinds: list[Any]) -> None:
        """Append an elementwise step; the operands of the i-th node are in `slots[i]`."""
        order = self._order_of_views(nodes, slots)
        operands: dict[str, Slots] = {}
        arguments = []
        for place, kind in enumerate(kinds):
            if isinstance(kind, str):
                arguments.append(self.algebra.leaf(kind))  # a number
            else:
                arguments.append(self.algebra.leaf(f"x{place}"))
                operands[f"x{place}"] = Slots(kind, slots[order, place])
        result = self._new_slots(nodes[order])
        self._add(Map(result, op, self._formula(op, arguments), operands, arguments))

    def _order_of_views(self, nodes: Index, slots: Index) -> Index:
        """The order of a group's nodes in which operands, or else gradients, need no copies.

        Sorted by slots, operands are views if they can be. If no operand is a view even then, nodes
        with many uses go first: the reverse pass adds up as many gradients for each node as it has
        uses, and now the second ones are for the first nodes, without a gap, as are the third ones.
        """
        order: Index = np.lexsort(slots.T[::-1])
        if len(nodes) > 2 and all(affine(column) is None for column in slots[order].T):
            order = np.argsort([-self.uses[node] for node in nodes.tolist()], kind="stable")
        return order

    def _formula(self, op: str, arguments: list[Formula]) -> Formula:
        return arguments[0] if op == "copy" else self.algebra.value(op, arguments)

    # ---- Of many operands --------------------------------------------------------------------

    def _reductions(self, op: str, nodes: Index, batched: bool) -> None:
        """Append sums, maxima or minima; those of fewer operands get some without effect."""
        neutral = {"sum": 0.0, "max": -math.inf, "min": math.inf}[op]
        # The order does not matter, and sorted operands are views more often.
        rows = [
            (same, np.sort(self.slot_of[operands], axis=1))
            for same, operands in self._by_length(nodes)
        ]
        for same, index in filled_up(rows, lambda _: self.schedule.constant(batched, neutral)):
            self._add(Reduce(self._new_slots(same), op, Slots(batched, index)))

    def _links(self, nodes: Index) -> None:
        """Append what the reverse pass has to know of values that have been computed before.

        A link has no slots of its own: it is where its value is.
        """
        rows: list[Rows] = []
        for same, operands in self._by_length(nodes):
            self.slot_of[same] = self.slot_of[operands[:, 0]]
            rows.append((same, *np.split(operands[:, 1:], 2, axis=1)))
        if not self.learns:
            return
        places: dict[Kind, list[int]] = defaultdict(list)  # in the first of the rows
        for place, pair in enumerate(zip(rows[0][1][0], rows[0][2][0], strict=True)):
            places[tuple(map(self._kind, pair))].append(place)
        if len(rows) == 1:
            ((same, xs, partials),) = rows
            pairs = [
                (self._slots_of(xs[:, chosen]), self._slots_of(partials[:, chosen]))
                for chosen in places.values()
            ]
            self._add(Link(self._slots_of(same), pairs))
            return
        (kinds,) = places  # rows of several lengths are of one kind
        slots = [(same, *[self.slot_of[x] for x in tables]) for same, *tables in rows]
        for same, x, p in filled_up(slots, partial(self._zero, kinds)):
            self._add(Link(self._slots_of(same), [(Slots(kinds[0], x), Slots(kinds[1], p))]))

    def _takes(self, nodes: Index, operands: Index) -> None:
        """Append choices: where several indices meet the same rows, these are one table."""
        slots = self.slot_of[operands]
        kinds = [self._kind(x) for x in operands[0, 1:]]
        for place, kind in enumerate(kinds, start=1):
            if kind != any(kinds):  # a table is of one kind
                slots[:, place] = self._for_each_sample(slots[:, place])
        order = np.lexsort(slots.T[::-1])  # so that all indices meet the rows in one order
        nodes, slots = nodes[order], slots[order]
        of_index, of_rows = self._kind(operands[0, 0]), any(kinds)
        grids, rest = rectangles(slots[:, 1:], slots[:, :1])
        for places in [*grids, *([rest] if len(rest) else [])]:
            across = places[0] if places.ndim == 2 else places
            down = places[:, 0] if places.ndim == 2 else places
            index, table = Slots(of_index, slots[across, 0]), Slots(of_rows, slots[down, 1:])
            self._add(Take(self._new_slots(nodes[places]), index, table))

    def _for_each_sample(self, slots: Index) -> Index:
        """Copies of what all samples share."""
        distinct, which = np.unique(slots, return_inverse=True)
        copies, x = self.schedule.new_slots(True, len(distinct)), self.algebra.leaf("x0")
        terms = [x, self.algebra.leaf("0.0")]  # a sum that is x, as a copy has no derivative
        self._add(Map(copies, "add", x, {"x0": Slots(False, distinct)}, terms))
        return copies.index[which]

    # ---- Dots --------------------------------------------------------------------------------

    def _dots(self, nodes: Index) -> None:
        """Append dots: full rectangles as matrix products, the rest together."""
        rest: list[Rows] = []
        equal: list[tuple[Index, Index]] = []  # dots, and others that are the same
        for same, operands in self._by_length(nodes):
            n = operands.shape[1] // 2
            kinds = self._kind(operands[0, 0]), self._kind(operands[0, n])
            a, b = self.slot_of[operands[:, :n]], self.slot_of[operands[:, n:]]
            self._place_ones(b)
            a, b, first, which = distinct_dots(a, b)
            dots = same[first]
            equal.append((same, dots[which]))
            grids, alone = rectangles(a, b) if kinds == (False, True) else ([], np.arange(len(a)))
            for grid in grids:
                matrix, columns = Slots(False, a[grid[:, 0]]), Slots(True, b[grid[0]].T)
                result = self._new_slots(dots[grid])
                self._add(Product(result, ("mk", "kc", "mc"), matrix, columns))
            if len(alone):
                rest.append((dots[alone], a[alone], b[alone]))
        for dots, a, b in filled_up(rest, partial(self._zero, kinds)):
            self._single_dots(dots, Slots(kinds[0], a), Slots(kinds[1], b))
        for same, first in equal:
            self.slot_of[same] = self.slot_of[first]

    def _kind(self, node: Any) -> bool:
        return bool(self.tape.batched[node])

    def _zero(self, kinds: Sequence[bool], place: int) -> int:
        """A slot with the number 0 of the kind at this place."""
        return self.schedule.constant(kinds[place], 0.0)

    def _single_dots(self, dots: Index, a: Slots, b: Slots) -> None:
        """Append dots that are in no rectangle; in two dimensions, if that makes views."""
        shape = shape_of_views([a.index, b.index])
        axes = "mn"[: len(shape)]
        a, b = a.reshape((*shape, -1)), b.reshape((*shape, -1))
        result = self._new_slots(dots.reshape(shape))
        self._add(Product(result, (axes + "k", axes + "k", axes), a, b))

    def _place_ones(self, slots: Index) -> None:
        """Of the slots that hold a 1, the one beside a bias is the next after the other factors."""
        dots, places = np.nonzero(slots == UNPLACED)
        if len(dots):
            ones = self.ones or [self.schedule.constant(True, 1.0)]
            following = np.searchsorted(ones, slots[dots].max(axis=1))
            slots[dots, places] = np.array(ones)[np.minimum(following, len(ones) - 1)]


def learning(tape: Tape) -> list[bool]:
    """For each node whether a gradient reaches it from an output and goes on to a parameter."""
    active = depend_on_params(tape)
    reached = [False] * len(tape)
    for x in tape.outputs:
        reached[x] = active[x]
    for node in range(len(tape) - 1, -1, -1):
        if reached[node]:
            for x in followed(tape, node):
                reached[x] = active[x]
    return reached
