"""The schedule: nodes of one level and kind become one step on arrays, dots become matrices."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain, permutations
from typing import Any

import numpy as np

from ..engine.row import PRIMITIVES
from .patterns import Index, affine, shape_of_views
from .rows import REDUCTIONS, Algebra
from .steps import Link, Map, Product, Reduce, Rows, Schedule, Step
from .tape import (
    CONSTANT,
    DOT,
    LEAVES,
    LINK,
    PARAMETER,
    Tape,
    depend_on_params,
    followed,
    where_parts,
)


def schedule(tape: Tape, algebra: Algebra) -> Schedule:
    """Group the nodes of a tape into steps; the rows of a step stand side by side."""
    scheduler = _Scheduler(tape, algebra)
    for key, nodes in sorted(scheduler.groups().items(), key=lambda group: group[0][0]):
        scheduler.place(key, np.array(nodes))
    made, rows = scheduler.schedule, scheduler.rows
    made.outputs = [(tape.batched[x], int(rows[x])) for x in tape.outputs]
    return made


class _Scheduler:
    def __init__(self, tape: Tape, algebra: Algebra) -> None:
        self.tape, self.algebra = tape, algebra
        self.with_bias = _fold_biases(tape)
        self.ones: list[int] = []  # batched rows that hold 1
        self.schedule = Schedule(tape.params)
        self.rows = np.full(len(tape), UNPLACED, np.int64)  # of each node, in its buffer
        inputs, end = range(tape.inputs), tape.inputs + tape.params
        split = 1 + max(self.with_bias.intersection(inputs), default=-1)
        for leaves in (inputs[:split], inputs[split:], range(len(inputs), end), list(tape.numbers)):
            if leaves:
                self._new(np.array(leaves))
        self.schedule.inputs = self.rows[: len(inputs)].copy()
        for node, number in tape.numbers.items():
            self.schedule.constants[False][int(self.rows[node])] = number
        self.learns = _learning(tape)
        self.uses = Counter(chain(*tape.operands))

    def groups(self) -> dict[tuple[Any, ...], list[int]]:
        """Nodes by level, operation, number of operands, and which of these are batched."""
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
            if op not in PLAIN:  # a number is part of the formula
                kinds = [repr(numbers[x]) if x in numbers else batched[x] for x in operands]
            groups[(level[node], op, batched[node], self.learns[node], *kinds)].append(node)
        return groups

    def place(self, key: tuple[Any, ...], nodes: Index) -> None:
        self.level, op, batched, learns, *kinds = key
        operands = np.array([self.tape.operands[node] for node in nodes.tolist()])
        if op == LINK:
            self._link(nodes, operands, learns)
        elif op == DOT:
            self._dots(nodes, operands, learns)
        elif op in REDUCTIONS:
            index = np.sort(self.rows[operands], axis=1)
            self._add(Reduce(self._new(nodes), op, Rows(batched, index), learns=learns))
        else:
            self._map(op, nodes, self.rows[operands], kinds, learns)

    def _rows_of(self, nodes: Index) -> Rows:
        return Rows(self.tape.batched[nodes.flat[0]], self.rows[nodes])

    def _new(self, nodes: Index) -> Rows:
        """New rows for these nodes; behind what is to be multiplied by (w, b) a row of ones."""
        rows = self.schedule.new_rows(self.tape.batched[nodes.flat[0]], *nodes.shape)
        self.rows[nodes] = rows.index
        if not self.with_bias.isdisjoint(nodes.flat):
            self.ones.append(self.schedule.constant(True, 1.0, new=True))
        return rows

    def _add(self, step: Step) -> None:
        step.level = self.level
        self.schedule.steps.append(step)

    def _map(self, op: str, nodes: Index, rows: Index, kinds: list[Any], learns: bool) -> None:
        order = np.lexsort(rows.T[::-1])
        if len(nodes) > 2 and all(affine(column) is None for column in rows[order].T):
            # No slice either way: sorted by uses, the sums of the reverse pass are prefixes.
            order = np.argsort([-self.uses[node] for node in nodes.tolist()], kind="stable")
        operands, arguments = dict[str, Rows](), []
        for place, kind in enumerate(kinds):
            name = kind if isinstance(kind, str) else f"x{place}"  # a number, or an operand
            arguments.append(self.algebra.leaf(name))
            if name != kind:
                operands[name] = Rows(kind, rows[order, place])
        comparison = where_parts(op)
        if comparison is not None:
            condition = self.algebra.value(comparison, arguments[:2])
            formula = self.algebra.value("where", [condition, *arguments[2:]])
        else:
            formula = arguments[0] if op == "copy" else self.algebra.value(op, arguments)
        result = self._new(nodes[order])
        self._add(Map(result, op, formula, operands, arguments, learns=learns))

    def _link(self, nodes: Index, operands: Index, learns: bool) -> None:
        """Nodes whose value has been computed: they stand where it does."""
        self.rows[nodes] = self.rows[operands[:, 0]]
        if not learns:
            return
        xs, partials = np.split(operands[:, 1:], 2, axis=1)
        alike: dict[tuple[bool, bool], list[int]] = defaultdict(list)
        for place, (x, partial) in enumerate(zip(xs[0], partials[0], strict=True)):
            alike[self.tape.batched[x], self.tape.batched[partial]].append(place)
        pairs = [(self._rows_of(xs[:, k]), self._rows_of(partials[:, k])) for k in alike.values()]
        self._add(Link(self._rows_of(nodes), pairs, learns=learns))

    # ---- Dots --------------------------------------------------------------------------------

    def _dots(self, nodes: Index, operands: Index, learns: bool) -> None:
        n = operands.shape[1] // 2
        a, b = self.rows[operands[:, :n]], self.rows[operands[:, n:]]
        self._place_ones(b)
        batched = self.tape.batched
        kinds = [batched[operands[0, 0]], batched[operands[0, n]]]
        # The factors of a dot may stand in any order: sort them by the second, then the first.
        order = np.lexsort((a, b), axis=1)
        a, b = np.take_along_axis(a, order, 1), np.take_along_axis(b, order, 1)
        factors, first, which = np.unique(
            np.hstack([b, a]), axis=0, return_index=True, return_inverse=True
        )
        b, a = factors[:, :n], factors[:, n:]
        dots = nodes[first]
        grids, rest = _rectangles(a, b) if kinds == [False, True] else ([], np.arange(len(dots)))
        for grid in grids:
            matrix, batch = Rows(False, a[grid[:, 0]]), Rows(True, b[grid[0]].T)
            result = self._new(dots[grid])
            self._add(Product(result, ("mk", "kc", "mc"), matrix, batch, learns=learns))
        if len(rest):
            rest = rest.reshape(shape_of_views([a[rest], b[rest]]))
            axes = "mn"[: rest.ndim]
            letters = axes + "k", axes + "k", axes
            pair = Rows(kinds[0], a[rest]), Rows(kinds[1], b[rest])
            self._add(Product(self._new(dots[rest]), letters, *pair, learns=learns))
        self.rows[nodes] = self.rows[dots[which.ravel()]]

    def _place_ones(self, rows: Index) -> None:
        """The 1 beside a bias is the row of ones that follows the other factors."""
        dots, places = np.nonzero(rows == UNPLACED)
        if len(dots):
            ones = self.ones or [self.schedule.constant(True, 1.0)]
            following = np.searchsorted(ones, rows[dots].max(axis=1))
            rows[dots, places] = np.array(ones)[np.minimum(following, len(ones) - 1)]


UNPLACED = -1  # the row of a node that has none: the 1 beside biases
OPERATORS = {name for name, row in PRIMITIVES.items() if row.kind == "operator"}
PLAIN = {*OPERATORS, *REDUCTIONS, DOT, LINK, "copy"}  # whose operands are arrays, numbers too
FEW = 2  # so many single dots are matrix products of their own, more are one step together


def _rectangles(a: Index, b: Index) -> tuple[list[Index], Index]:
    """The full rectangles of dots, as their numbers, and the dots that are in none.

    Dots with the same batched factors b share a column; columns that meet the same rows of uniform
    factors a are a rectangle.
    """
    columns: dict[bytes, list[int]] = defaultdict(list)
    for dot, factors in enumerate(b):
        columns[factors.tobytes()].append(dot)
    grids: dict[bytes, list[list[int]]] = defaultdict(list)
    for column in columns.values():
        grids[a[column].tobytes()].append(column)
    found = [np.array(grid).T for grid in grids.values()]
    alone = [grid[0, 0] for grid in found if grid.size == 1]
    if len(alone) <= FEW:
        return found, np.array([], np.int64)
    return [grid for grid in found if grid.size > 1], np.array(alone)


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


def _fold_biases(tape: Tape) -> set[int]:
    """Write w·x + b as the dot of (w, b) and (x, 1); give the x to be followed by a row of ones.

    A 1 for each sample becomes the last node of the tape. Only biases that stand behind their
    weights among the parameters are folded: elsewhere the rows would have to be gathered.
    """
    uses = Counter(chain(tape.outputs, *tape.operands))
    folded: set[int] = set()
    one = len(tape)
    for node, op in enumerate(tape.ops):
        if op != "add":
            continue
        for dot, bias in permutations(tape.operands[node]):
            if tape.ops[dot] == DOT and tape.ops[bias] == PARAMETER and uses[dot] == 1:
                n = len(tape.operands[dot]) // 2
                ws, xs = tape.operands[dot][:n], tape.operands[dot][n:]
                is_layer = tape.batched[xs[0]] and not tape.batched[ws[0]]
                if is_layer and sorted(ws) == list(range(bias - n, bias)):
                    tape.ops[node], tape.operands[node] = DOT, (*ws, bias, *xs, one)
                    tape.ops[dot], tape.operands[dot] = CONSTANT, ()
                    folded.update(xs)
                    break
    if folded:
        tape.append(CONSTANT, ())
        tape.batched[one] = True
    return folded
