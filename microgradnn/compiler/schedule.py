"""The schedule: nodes that do the same at the same time become one step on arrays.

The idea of this pass: the level of a node is one more than that of its highest operand, so nodes of
one level do not depend on each other. Those of one level, operation and kind of operands are a
*group*, and a group is a step: its operands are slots gathered by number, its results new slots
side by side. Groups of dots become matrix products, where their factors form full rectangles.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain, permutations
from typing import Any

import numpy as np

from ..engine.formulas import Formula
from ..engine.row import PRIMITIVES
from .patterns import Index, affine, distinct_dots, rectangles, shape_of_views
from .rows import REDUCTIONS, Algebra
from .steps import Link, Map, Product, Reduce, Schedule, Slots, Step, Take
from .tape import (
    CONSTANT,
    DOT,
    LEAVES,
    LINK,
    PARAMETER,
    Tape,
    depend_on_params,
    followed,
)

UNPLACED = -1  # instead of a slot, for the 1 beside a bias: which 1 it is follows from the dot
OPERATORS = {name for name, row in PRIMITIVES.items() if row.kind == "operator"}
# Their operands are arrays, even those that are constants. In all other operations a constant
# becomes a part of the formula, which may be simpler for it: maximum(x, 0).
PLAIN = {*OPERATORS, *REDUCTIONS, DOT, LINK, "copy", "take"}


def schedule(tape: Tape, algebra: Algebra) -> Schedule:
    """Group the nodes of a tape into steps, level by level."""
    scheduler = _Scheduler(tape, algebra)
    for key, nodes in sorted(scheduler.groups().items(), key=lambda group: group[0][0]):
        scheduler.add_group(key, np.array(nodes))
    made, slot_of = scheduler.schedule, scheduler.slot_of
    made.outputs = [(tape.batched[x], int(slot_of[x])) for x in tape.outputs]
    return made


class _Scheduler:
    """A schedule that grows, and the slot that each node of the tape has been given."""

    def __init__(self, tape: Tape, algebra: Algebra) -> None:
        self.tape = tape
        self.algebra = algebra
        self.schedule = Schedule(tape.params)
        self.before_ones = _fold_biases(tape)  # nodes that a slot with the number 1 is to follow
        self.ones: list[int] = []  # these slots
        self.slot_of = np.full(len(tape), UNPLACED, np.int64)
        self._place_leaves()
        self.learning_nodes = _learning(tape)
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

    def groups(self) -> dict[tuple[Any, ...], list[int]]:
        """The nodes by level, operation, whether batched and learning, and kinds of operands.

        The kind of an operand is whether it is batched; for a number in a formula, the number.
        """
        tape = self.tape
        batched, numbers, ops = tape.batched, tape.numbers, tape.ops
        level = [0] * len(tape)
        groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for node, operands in enumerate(tape.operands):
            op = ops[node]
            if op in LEAVES:
                continue
            level[node] = 1 + max([level[x] for x in operands])
            kinds: list[bool | str] = [batched[x] for x in operands]
            if op not in PLAIN:
                kinds = [repr(numbers[x]) if x in numbers else batched[x] for x in operands]
            groups[(level[node], op, batched[node], self.learning_nodes[node], *kinds)].append(node)
        return groups

    def add_group(self, key: tuple[Any, ...], nodes: Index) -> None:
        """Append what computes the nodes of a group."""
        self.level, op, batched, self.learns, *kinds = key
        operands = np.array([self.tape.operands[node] for node in nodes.tolist()])
        if op == LINK:
            self._link(nodes, operands)
        elif op == DOT:
            self._dots(nodes, operands)
        elif op == "take":
            self._takes(nodes, operands)
        elif op in REDUCTIONS:
            # The order does not matter, and sorted operands are views more often.
            index = np.sort(self.slot_of[operands], axis=1)
            self._add(Reduce(self._new_slots(nodes), op, Slots(batched, index)))
        else:
            self._map(op, nodes, self.slot_of[operands], kinds)

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

    def _link(self, nodes: Index, operands: Index) -> None:
        """Append what the reverse pass has to know of values that have been computed before.

        A link has no slots of its own: it is where its value is.
        """
        self.slot_of[nodes] = self.slot_of[operands[:, 0]]
        if not self.learns:
            return
        xs, partials = np.split(operands[:, 1:], 2, axis=1)
        by_kind: dict[tuple[bool, bool], list[int]] = defaultdict(list)
        for place, (x, partial) in enumerate(zip(xs[0], partials[0], strict=True)):
            by_kind[self.tape.batched[x], self.tape.batched[partial]].append(place)
        pairs = [
            (self._slots_of(xs[:, places]), self._slots_of(partials[:, places]))
            for places in by_kind.values()
        ]
        self._add(Link(self._slots_of(nodes), pairs))

    def _takes(self, nodes: Index, operands: Index) -> None:
        """Append choices: where several indices meet the same rows, these are one table."""
        slots = self.slot_of[operands]
        order = np.lexsort(slots.T[::-1])  # so that all indices meet the rows in one order
        nodes, slots = nodes[order], slots[order]
        of_index, of_rows = (self.tape.batched[x] for x in operands[0, :2].tolist())
        grids, rest = rectangles(slots[:, 1:], slots[:, :1])
        for places in [*grids, *([rest] if len(rest) else [])]:
            across = places[0] if places.ndim == 2 else places
            down = places[:, 0] if places.ndim == 2 else places
            index, table = Slots(of_index, slots[across, 0]), Slots(of_rows, slots[down, 1:])
            self._add(Take(self._new_slots(nodes[places]), index, table))

    # ---- Dots --------------------------------------------------------------------------------

    def _dots(self, nodes: Index, operands: Index) -> None:
        """Append dots of equal length: full rectangles as matrix products, the rest together."""
        n = operands.shape[1] // 2
        a, b = self.slot_of[operands[:, :n]], self.slot_of[operands[:, n:]]
        self._place_ones(b)
        kind_of_a = self.tape.batched[operands[0, 0]]
        kind_of_b = self.tape.batched[operands[0, n]]
        a, b, first, which = distinct_dots(a, b)
        dots = nodes[first]
        grids: list[Index] = []
        rest = np.arange(len(dots))
        if kind_of_b and not kind_of_a:
            grids, rest = rectangles(a, b)
        for grid in grids:
            matrix, columns = Slots(False, a[grid[:, 0]]), Slots(True, b[grid[0]].T)
            result = self._new_slots(dots[grid])
            self._add(Product(result, ("mk", "kc", "mc"), matrix, columns))
        if len(rest):
            self._single_dots(dots[rest], Slots(kind_of_a, a[rest]), Slots(kind_of_b, b[rest]))
        self.slot_of[nodes] = self.slot_of[dots[which]]

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


def _learning(tape: Tape) -> list[bool]:
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


# ---- Biases --------------------------------------------------------------------------------------


def _fold_biases(tape: Tape) -> set[int]:
    """Make w·x + b the dot of (w, b) and (x, 1), on the tape itself; give the nodes in these x.

    So one matrix product computes a layer with its biases, and another the gradients of both. The 1
    is batched, and appended to the tape as its last node; it gets its slots from `_new_slots`.
    """
    uses = Counter(chain(tape.outputs, *tape.operands))
    one = len(tape)
    folded: set[int] = set()
    for node, op in enumerate(tape.ops):
        found = _dot_and_bias(tape, node, uses) if op == "add" else None
        if found is not None:
            dot, bias = found
            n = len(tape.operands[dot]) // 2
            ws, xs = tape.operands[dot][:n], tape.operands[dot][n:]
            tape.ops[node] = DOT
            tape.operands[node] = (*ws, bias, *xs, one)
            tape.ops[dot] = CONSTANT  # nobody uses the old dot: as a leaf it makes no step
            tape.operands[dot] = ()
            folded.update(xs)
    if folded:
        tape.append(CONSTANT, ())
        tape.batched[one] = True
    return folded


def _dot_and_bias(tape: Tape, node: int, uses: Counter[int]) -> tuple[int, int] | None:
    """The operands of a sum, if they are the dot of a layer and its bias.

    The bias must be the parameter behind its weights: (w, b) is a view there, elsewhere a copy.
    """
    for dot, bias in permutations(tape.operands[node]):
        if tape.ops[dot] == DOT and tape.ops[bias] == PARAMETER and uses[dot] == 1:
            n = len(tape.operands[dot]) // 2
            ws, xs = tape.operands[dot][:n], tape.operands[dot][n:]
            is_layer = tape.batched[xs[0]] and not tape.batched[ws[0]]
            if is_layer and sorted(ws) == list(range(bias - n, bias)):
                return dot, bias
    return None
