"""The schedule: nodes of one level and kind become one step on arrays, dots become matrices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitives import PRIMITIVES
from .biases import fold_biases
from .patterns import Index, is_affine, shape_of_views
from .rows import REDUCTIONS, Algebra
from .steps import Link, Map, Product, Reduce, Rows, Schedule, Step
from .sums import DOT
from .tape import LEAVES, LINK, Tape, where_parts


def schedule(tape: Tape, algebra: Algebra) -> Schedule:
    """Group the nodes of a tape into steps; the rows of a step stand side by side."""
    return _Scheduler(tape, algebra).scheduled()


class _Scheduler:
    def __init__(self, tape: Tape, algebra: Algebra) -> None:
        self.tape, self.algebra = tape, algebra
        self.with_bias = fold_biases(tape)
        self.ones: list[int] = []  # batched rows that hold 1
        self.schedule = Schedule(tape.params)
        self.rows = np.full(len(tape), UNPLACED, np.int64)  # of each node, in its buffer
        inputs, end = range(tape.inputs), tape.inputs + tape.params
        split = 1 + max(self.with_bias.intersection(inputs), default=-1)
        for leaves in (inputs[:split], inputs[split:], range(len(inputs), end), list(tape.numbers)):
            if leaves:
                self._new(leaves)
        self.schedule.inputs = self.rows[: len(inputs)].copy()
        for node, number in tape.numbers.items():
            self.schedule.constants[False][int(self.rows[node])] = number
        self.learns = _learning(tape)
        self.uses = [0] * len(tape)
        for operands in tape.operands:
            for x in operands:
                self.uses[x] += 1

    def scheduled(self) -> Schedule:
        for key, nodes in sorted(self._groups().items(), key=_by_level):
            self._place(key, nodes)
        tape = self.tape
        self.schedule.outputs = [(tape.batched[x], int(self.rows[x])) for x in tape.outputs]
        return self.schedule

    def _groups(self) -> dict[tuple[Any, ...], list[int]]:
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
            if len(operands) <= 4 and op not in WIDE:
                kinds: tuple[Any, ...] = tuple([batched[x] for x in operands])
                if op not in OPERATORS:
                    kinds = (kinds, tuple([numbers.get(x) for x in operands]))
            elif op == LINK:
                kinds = tuple([batched[x] for x in operands])
            else:
                kinds = (len(operands), batched[operands[0]], batched[operands[-1]])
            groups[(level[node], op, batched[node], self.learns[node], kinds)].append(node)
        return groups

    def _place(self, key: tuple[Any, ...], nodes: list[int]) -> None:
        _, op, batched, learns, kinds = key
        operands = np.array([self.tape.operands[node] for node in nodes])
        if op == LINK:
            self._link(nodes, operands, learns)
        elif op == DOT:
            self._dots(nodes, operands, learns)
        elif op in REDUCTIONS:
            index = np.sort(self.rows[operands], axis=1)
            self._add(Reduce(self._new(nodes), op, Rows(batched, index), learns=learns))
        else:
            numbers: tuple[float | None, ...] = (None,) * operands.shape[1]
            if op not in OPERATORS:
                kinds, numbers = kinds
            self._map(op, nodes, self.rows[operands], kinds, numbers, learns)

    def _new(self, nodes: Sequence[int], *shape: int) -> Rows:
        """New rows for these nodes; behind what is to be multiplied by (w, b) a row of ones."""
        batched = self.tape.batched[nodes[0]]
        rows = self.schedule.new_rows(batched, *(shape or (len(nodes),)))
        self.rows[list(nodes)] = rows.index.ravel()
        if not self.with_bias.isdisjoint(nodes):
            self.ones.append(self.schedule.new_constant(True, 1.0))
        return rows

    def _add(self, step: Step) -> None:
        self.schedule.steps.append(step)

    def _map(
        self,
        op: str,
        nodes: list[int],
        rows: Index,
        kinds: Sequence[bool],
        numbers: Sequence[float | None],
        learns: bool,
    ) -> None:
        order = np.lexsort(rows.T[::-1])
        if len(nodes) > 2 and not any(map(is_affine, rows[order].T)):
            # No slice either way: sorted by uses, the sums of the reverse pass are prefixes.
            order = np.argsort([-self.uses[node] for node in nodes], kind="stable")
        operands, arguments = dict[str, Rows](), []
        for place, (kind, number) in enumerate(zip(kinds, numbers, strict=True)):
            arguments.append(self.algebra.leaf(f"x{place}" if number is None else repr(number)))
            if number is None:
                operands[f"x{place}"] = Rows(kind, rows[order, place])
        comparison = where_parts(op)
        if comparison is not None:
            condition = self.algebra.value(comparison, arguments[:2])
            formula = self.algebra.value("where", [condition, *arguments[2:]])
        else:
            formula = arguments[0] if op == "copy" else self.algebra.value(op, arguments)
        result = self._new([nodes[i] for i in order])
        self._add(Map(result, op, formula, operands, arguments, learns=learns))

    def _link(self, nodes: list[int], operands: Index, learns: bool) -> None:
        """Nodes whose value has been computed: they stand where it does."""
        tape = self.tape
        self.rows[nodes] = self.rows[operands[:, 0]]
        if not learns:
            return
        n = operands.shape[1] // 2
        sides: dict[tuple[bool, bool], list[int]] = defaultdict(list)
        for place in range(1, n + 1):
            x, partial = operands[0, [place, n + place]]
            sides[tape.batched[x], tape.batched[partial]].append(place)
        pairs = []
        for (x_batched, partial_batched), places in sides.items():
            columns = np.array(places)
            xs, partials = operands[:, columns], operands[:, n + columns]
            pairs.append(
                (Rows(x_batched, self.rows[xs]), Rows(partial_batched, self.rows[partials]))
            )
        self._add(Link(Rows(tape.batched[nodes[0]], self.rows[nodes]), pairs, learns=learns))

    # ---- Dots --------------------------------------------------------------------------------

    def _dots(self, nodes: list[int], operands: Index, learns: bool) -> None:
        n, twins = operands.shape[1] // 2, list[tuple[int, int]]()
        a, b = self.rows[operands[:, :n]], self.rows[operands[:, n:]]
        self._place_ones(b)
        kinds = [self.tape.batched[operands[0, 0]], self.tape.batched[operands[0, n]]]
        # The factors of a dot may stand in any order: sort them by the second, then the first.
        order = np.lexsort((a, b), axis=1)
        a, b = np.take_along_axis(a, order, 1), np.take_along_axis(b, order, 1)
        rest = list(range(len(nodes)))
        if kinds == [False, True]:
            rest, twins = self._matrices(nodes, a, b, learns)
        if rest:
            ordered = sorted(rest, key=lambda i: (a[i].tolist(), b[i].tolist()))
            a, b = a[ordered], b[ordered]
            shape = shape_of_views([a, b])
            axes = "mn"[: len(shape)]
            result = self._new([nodes[i] for i in ordered], *shape)
            a, b = a.reshape(*shape, n), b.reshape(*shape, n)
            factors = [Rows(kind, x) for kind, x in zip(kinds, (a, b), strict=True)]
            self._add(Product(result, (axes + "k", axes + "k", axes), *factors, learns=learns))
        for twin, first in twins:
            self.rows[twin] = self.rows[first]

    def _place_ones(self, rows: Index) -> None:
        """The 1 beside a bias is the row of ones that follows the other factors."""
        dots, places = np.nonzero(rows == UNPLACED)
        if len(dots):
            ones = self.ones or [self.schedule.constant(True, 1.0)]
            following = np.searchsorted(ones, rows[dots].max(axis=1))
            rows[dots, places] = np.array(ones)[np.minimum(following, len(ones) - 1)]

    def _matrices(
        self, nodes: list[int], a: Index, b: Index, learns: bool
    ) -> tuple[list[int], list[tuple[int, int]]]:
        """Make a matrix product of each full rectangle of dots.

        Gives the dots that are in none, and pairs of dots that are equal.

        Dots with the same batched factors share a column; columns that meet the same rows of
        uniform factors are a rectangle.
        """
        columns: dict[bytes, dict[bytes, int]] = defaultdict(dict)
        twins: list[tuple[int, int]] = []  # dots that are equal, their factors in another order
        for i in range(len(nodes)):
            first = columns[b[i].tobytes()].setdefault(a[i].tobytes(), i)
            if first != i:
                twins.append((nodes[i], nodes[first]))
        rectangles: dict[tuple[bytes, ...], list[dict[bytes, int]]] = defaultdict(list)
        for dots in columns.values():
            rectangles[tuple(sorted(dots, key=lambda x: a[dots[x]].tolist()))].append(dots)
        rest: list[int] = []
        alone = [rows for rows, cells in rectangles.items() if len(rows) * len(cells) == 1]
        for rows, cells in rectangles.items():
            if len(rows) * len(cells) == 1 and len(alone) > FEW:
                rest += cells[0].values()
                continue
            cells.sort(key=lambda dots: b[dots[rows[0]]].tolist())
            matrix = a[[cells[0][row] for row in rows]]
            batch = b[[dots[rows[0]] for dots in cells]].T
            result = self._new(
                [nodes[dots[row]] for row in rows for dots in cells], len(rows), len(cells)
            )
            factors = Rows(False, matrix), Rows(True, batch)
            self._add(Product(result, ("mk", "kc", "mc"), *factors, learns=learns))
        return rest, twins


UNPLACED = -1  # the row of a node that has none: the 1 beside biases
OPERATORS = {name for name, row in PRIMITIVES.items() if row.kind == "operator"} | {"copy"}
FEW = 2  # so many single dots are matrix products of their own, more are one step together
WIDE = {DOT, LINK, *REDUCTIONS}


def _by_level(group: tuple[tuple[Any, ...], list[int]]) -> tuple[int, int]:
    (level, *_), nodes = group
    return level, nodes[0]


def _learning(tape: Tape) -> list[bool]:
    """For each node whether a gradient reaches it from an output and goes on to a parameter."""
    active = [op == "parameter" for op in tape.ops]
    for node, operands in enumerate(tape.operands):
        for x in _followed(tape.ops[node], operands):
            if active[x]:
                active[node] = True
                break
    reached = [False] * len(tape)
    for x in tape.outputs:
        reached[x] = active[x]
    for node in range(len(tape) - 1, -1, -1):
        if reached[node]:
            for x in _followed(tape.ops[node], tape.operands[node]):
                reached[x] = active[x]
    return reached


def _followed(op: str, operands: tuple[int, ...]) -> tuple[int, ...]:
    """The operands that a gradient follows: of a link not its value, nor the partials."""
    return operands[1 : len(operands) // 2 + 1] if op == LINK else operands
