"""The schedule: nodes of one level and kind become one step on arrays, dots become matrices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..primitives import PRIMITIVES
from .patterns import Index, affine, is_affine, split
from .rows import REDUCTIONS
from .sums import DOT
from .tape import LEAVES, LINK, Tape


@dataclass(frozen=True, slots=True)
class Operand:
    """Rows of a buffer: `index` holds their places among the batched or the uniform numbers."""

    batched: bool
    index: Index


@dataclass
class Step:
    """One array operation, which computes the rows `start` … `start + count − 1` of a buffer.

    - "map": row `op` elementwise; `numbers` are its operands that are numbers (None elsewhere);
    - "reduce": the operands' rows are `(count, n)`, and the n are added up, or the largest taken;
    - "matmul": `(m, n)` uniform rows times `(n, columns)` batched rows;
    - "dot": `count` separate dots of n numbers;
    - "link": computes nothing; the result is at `rows`, operand 2i is linked by operand 2i + 1.
    """

    kind: str
    op: str
    batched: bool
    start: int
    count: int
    operands: list[Operand]
    numbers: tuple[float | None, ...] = ()
    learns: bool = False  # whether a gradient passes through it
    rows: Index | None = None

    @property
    def places(self) -> Index:
        """Where its results are."""
        return np.arange(self.start, self.start + self.count) if self.rows is None else self.rows

    def __str__(self) -> str:
        shape = "×".join(map(str, self.operands[0].index.shape)) if self.operands else "0"
        return f"{self.kind} {self.op}: {self.count} results, operands {shape}"


@dataclass
class Schedule:
    """The steps in order, and what is at the beginning of the two buffers.

    Batched numbers: the inputs, then results. Uniform numbers: the parameters, `constants`, then
    results. `reached` says for both which rows depend on a parameter and are seen by a gradient.
    """

    inputs: int
    params: int
    constants: list[float]
    steps: list[Step]
    outputs: list[tuple[bool, int]]  # batched?, row
    batched_rows: int
    uniform_rows: int

    def __str__(self) -> str:
        return "\n".join(map(str, self.steps))


def schedule(tape: Tape) -> Schedule:
    """Group the nodes of a tape into steps; the rows of a step stand side by side."""
    return _Scheduler(tape).scheduled()


class _Scheduler:
    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.rows = np.full(len(tape), -1, np.int64)  # of each node, in its buffer
        self.rows[: tape.inputs] = np.arange(tape.inputs)
        self.rows[tape.inputs : tape.inputs + tape.params] = np.arange(tape.params)
        self.filled = {True: tape.inputs, False: tape.params}
        self.steps: list[Step] = []
        self.learns = _learning(tape)
        self.uses = [0] * len(tape)

    def scheduled(self) -> Schedule:
        tape = self.tape
        for node, number in enumerate(tape.numbers):
            self.rows[number] = tape.params + node
        self.filled[False] += len(tape.numbers)
        for operands in tape.operands:
            for x in operands:
                self.uses[x] += 1
        for key, nodes in sorted(self._groups().items(), key=_by_level):
            self._place(key, nodes)
        return Schedule(
            tape.inputs,
            tape.params,
            list(tape.numbers.values()),
            self.steps,
            [(tape.batched[x], int(self.rows[x])) for x in tape.outputs],
            self.filled[True],
            self.filled[False],
        )

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
                kinds = _link_kinds(operands, batched)
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
            self._step("reduce", op, nodes, [Operand(batched, index)], learns)
        else:
            numbers: tuple[float | None, ...] = (None,) * operands.shape[1]
            if op not in OPERATORS:
                kinds, numbers = kinds
            rows = self.rows[operands]
            order = np.lexsort(rows.T[::-1])
            if len(nodes) > 2 and not any(map(is_affine, rows[order].T)):
                # No slice either way: sorted by uses, the sums of the reverse pass are prefixes.
                order = np.argsort([-self.uses[node] for node in nodes], kind="stable")
            columns = [
                Operand(kind, column) for kind, column in zip(kinds, rows[order].T, strict=True)
            ]
            self._step("map", op, [nodes[i] for i in order], columns, learns, numbers)

    def _step(
        self,
        kind: str,
        op: str,
        nodes: Sequence[int],
        operands: list[Operand],
        learns: bool,
        numbers: tuple[float | None, ...] = (),
    ) -> None:
        batched = self.tape.batched[nodes[0]]
        start = self.filled[batched]
        self.filled[batched] += len(nodes)
        self.rows[list(nodes)] = np.arange(start, start + len(nodes))
        self.steps.append(Step(kind, op, batched, start, len(nodes), operands, numbers, learns))

    def _link(self, nodes: list[int], operands: Index, learns: bool) -> None:
        """Nodes whose value has been computed: they stand where it does."""
        tape = self.tape
        self.rows[nodes] = self.rows[operands[:, 0]]
        if not learns:
            return
        n = operands.shape[1] // 2
        sides: dict[tuple[bool, bool], list[int]] = defaultdict(list)
        for place, (x, p) in enumerate(
            zip(operands[0, 1 : n + 1], operands[0, n + 1 :], strict=True)
        ):
            sides[tape.batched[x], tape.batched[p]].append(place)
        linked = []
        for (x_batched, p_batched), places in sides.items():
            columns = np.array(places)
            linked.append(Operand(x_batched, self.rows[operands[:, 1 + columns]]))
            linked.append(Operand(p_batched, self.rows[operands[:, 1 + n + columns]]))
        step = Step(LINK, LINK, tape.batched[nodes[0]], 0, len(nodes), linked, (), learns)
        step.rows = self.rows[nodes]
        self.steps.append(step)

    # ---- Dots --------------------------------------------------------------------------------

    def _dots(self, nodes: list[int], operands: Index, learns: bool) -> None:
        n, twins = operands.shape[1] // 2, list[tuple[int, int]]()
        a, b = self.rows[operands[:, :n]], self.rows[operands[:, n:]]
        kinds = [self.tape.batched[operands[0, 0]], self.tape.batched[operands[0, n]]]
        # The factors of a dot may stand in any order: sort them by the second, then the first.
        order = np.lexsort((a, b), axis=1)
        a, b = np.take_along_axis(a, order, 1), np.take_along_axis(b, order, 1)
        rest = list(range(len(nodes)))
        if kinds == [False, True]:
            rest, twins = self._matrices(nodes, a, b, learns)
        if rest:
            ordered = sorted(rest, key=lambda i: (a[i].tolist(), b[i].tolist()))
            columns = [Operand(kind, x[ordered]) for kind, x in zip(kinds, (a, b), strict=True)]
            self._step("dot", DOT, [nodes[i] for i in ordered], columns, learns)
        for twin, first in twins:
            self.rows[twin] = self.rows[first]

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
            results = [nodes[dots[row]] for row in rows for dots in cells]
            self._step(
                "matmul", DOT, results, [Operand(False, matrix), Operand(True, batch)], learns
            )
        return rest, twins


OPERATORS = {name for name, row in PRIMITIVES.items() if row.kind == "operator"} | {"copy"}
FEW = 2  # so many single dots are matrix products of their own, more are one step together
WIDE = {DOT, LINK, *REDUCTIONS}


def _by_level(group: tuple[tuple[Any, ...], list[int]]) -> tuple[int, int]:
    (level, *_), nodes = group
    return level, nodes[0]


def _link_kinds(operands: Sequence[int], batched: Sequence[bool]) -> tuple[Any, ...]:
    return tuple([batched[x] for x in operands])


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


def step_shape(step: Step) -> tuple[int, ...]:
    """(count,), or (m, n) where that makes operands views that would be copies."""
    for operand in step.operands:
        if affine(operand.index) is None:
            run = split(operand.index)
            if run is not None:
                return step.count // run, run
    return (step.count,)
