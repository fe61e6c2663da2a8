"""The adjoint: which gradients each step passes on, and how those that meet are added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ..formulas import Formula
from .patterns import Index
from .rows import Algebra, number_of
from .schedule import Schedule, Step, step_shape
from .tape import LINK

NOTHING = 0  # the row of each gradient buffer that stays zero


class Contribution(NamedTuple):
    """What a step passes on to the rows of one operand: a block of new rows from `start`.

    For maps `formula` is the partial, over `out` and `x0`, `x1`, …; for links `place + 1` is the
    operand that holds the partial. Of a dot, what goes to the same rows is added up right away,
    along `axes` of the step's shape.
    """

    place: int
    batched: bool
    start: int
    formula: Formula
    axes: tuple[int, ...] = ()


@dataclass
class Sum:
    """Gradients that are the sums of others.

    Row i is the sum of `terms[0][i]`, `terms[1][i]`, …, as far as these reach: the k-th reaches
    the rows that have more than k terms. Before, `blocks` are added up, each `(rows, n)` to as
    many new rows. `start` is where the result goes, None if the rows of `terms[0]` are it.
    """

    batched: bool
    start: int | None
    terms: list[Index]
    blocks: list[tuple[int, Index]]


@dataclass
class ReverseStep:
    """One step of the reverse pass: sum up the step's gradient, and pass it on."""

    step: Step
    gradient: Sum
    rows: Index  # where the gradient of the step's results is
    contributions: list[Contribution]


@dataclass
class Adjoint:
    """The reverse pass, last step first, and the sum that is the gradient of the parameters."""

    seed: tuple[bool, int]
    steps: list[ReverseStep] = field(default_factory=list)
    gradient: Sum | None = None
    rows: dict[bool, int] = field(default_factory=lambda: {True: 1, False: 1})


def adjoint(schedule: Schedule, algebra: Algebra) -> Adjoint:
    """Run backwards over the steps; each passes on upstream gradient times partials.

    Nothing is added into a gradient while others read it. Each contribution has rows of its own,
    and a step, when its turn comes, adds up those that were meant for it: by then all are there.
    """
    return _Reverse(schedule, algebra).run()


class _Reverse:
    def __init__(self, schedule: Schedule, algebra: Algebra) -> None:
        self.schedule = schedule
        self.algebra = algebra
        batched, row = schedule.outputs[0]
        self.result = Adjoint((batched, 1))
        self.result.rows[batched] = 2
        self.pending = {
            True: _Pending(schedule.batched_rows),
            False: _Pending(schedule.uniform_rows),
        }
        self.pending[batched].meant_for(np.array([row]), np.array([1]))
        # Rows that no gradient needs to reach: inputs, constants, and what depends on them only.
        self.learning = {
            True: np.zeros(schedule.batched_rows, bool),
            False: np.zeros(schedule.uniform_rows, bool),
        }
        self.learning[False][: schedule.params] = True
        for step in schedule.steps:
            if step.learns:
                self.learning[step.batched][step.places] = True

    def run(self) -> Adjoint:
        for step in reversed(self.schedule.steps):
            if step.learns:
                gradient, rows = self._sum(step.batched, step.places)
                contributions = list(self._contributions(step, rows))
                self.result.steps.append(ReverseStep(step, gradient, rows, contributions))
        params = np.arange(self.schedule.params)
        self.result.gradient, _ = self._sum(False, params)
        return self.result

    def _new_rows(self, batched: bool, count: int) -> int:
        start = self.result.rows[batched]
        self.result.rows[batched] += count
        return start

    # ---- Passing on ----------------------------------------------------------------------------

    def _contributions(self, step: Step, rows: Index) -> Iterator[Contribution]:
        if step.kind == "reduce" or (step.kind == "map" and step.op == "copy"):
            operand = step.operands[0]
            spread = rows.reshape(-1, *[1] * (operand.index.ndim - 1))
            sources = np.broadcast_to(spread, operand.index.shape)
            self._meant(operand.batched, operand.index, sources)
        elif step.kind == LINK:
            for place in range(0, len(step.operands), 2):
                yield from self._passed_on(step, place, Formula("1.0"))
        elif step.kind == "map":
            yield from self._partials(step, rows)
        else:
            for place in range(2):
                yield from self._passed_on(step, place, Formula("1.0"))

    def _partials(self, step: Step, rows: Index) -> Iterator[Contribution]:
        partials = partials_of(step, self.algebra)
        for place, (operand, formula) in enumerate(zip(step.operands, partials, strict=True)):
            same_kind = operand.batched == step.batched
            if step.numbers[place] is not None or number_of(formula) == 0.0:
                continue
            if same_kind and number_of(formula) == 1.0:
                self._meant(operand.batched, operand.index, rows)
            else:
                yield from self._passed_on(step, place, formula)

    def _passed_on(self, step: Step, place: int, formula: Formula) -> Iterator[Contribution]:
        operand = step.operands[place]
        batched, index = operand.batched, operand.index
        if self.learning[batched][index].any():
            axes: tuple[int, ...] = ()
            if step.kind == "dot":
                index, axes = _without_repetition(index.reshape(*step_shape(step), -1))
            start = self._new_rows(batched, index.size)
            sources = np.arange(start, start + index.size).reshape(index.shape)
            self._meant(batched, index, sources)
            yield Contribution(place, batched, start, formula, axes)

    def _meant(self, batched: bool, targets: Index, sources: Index) -> None:
        wanted = self.learning[batched][targets]
        self.pending[batched].meant_for(targets[wanted], sources[wanted])

    # ---- Adding up -----------------------------------------------------------------------------

    def _sum(self, batched: bool, places: Index) -> tuple[Sum, Index]:
        """The gradient of some rows, from all contributions that were meant for them."""
        first, more = self.pending[batched].taken(places)
        blocks: list[tuple[int, Index]] = []
        by_count: dict[int, list[int]] = defaultdict(list)
        for i, others in more.items():
            if len(others) >= MANY:
                by_count[len(others)].append(i)
        for members in by_count.values():
            block = np.array([[first[i], *more.pop(i)] for i in members])
            start = self._new_rows(batched, len(members))
            blocks.append((start, block))
            first[members] = np.arange(start, start + len(members))
        terms = [first]
        for k in range(max(map(len, more.values()), default=0)):
            reached = [i for i, others in more.items() if len(others) > k]
            term = np.full(max(reached) + 1, NOTHING, np.int64)
            term[reached] = [more[i][k] for i in reached]
            terms.append(term)
        if len(terms) == 1:
            return Sum(batched, None, terms, blocks), first
        start = self._new_rows(batched, len(places))
        return Sum(batched, start, terms, blocks), np.arange(start, start + len(places))


def _without_repetition(index: Index) -> tuple[Index, tuple[int, ...]]:
    """The places without the axes along which they are the same, and these axes."""
    axes = tuple(
        axis
        for axis in range(index.ndim - 1)
        if index.shape[axis] > 1 and (index == index.take([0], axis)).all()
    )
    for axis in reversed(axes):
        index = np.take(index, 0, axis)
    return index, axes


MANY = 6  # from so many further terms on they are gathered and reduced at once


class _Pending:
    """For each row the contributions meant for it; most rows have just one."""

    def __init__(self, rows: int) -> None:
        self.first = np.full(rows, NOTHING, np.int64)
        self.more: dict[int, list[int]] = {}

    def meant_for(self, targets: Index, sources: Index) -> None:
        free = self.first[targets] == NOTHING
        if free.all() and len(np.unique(targets)) == len(targets):
            self.first[targets] = sources
            return
        for target, source in zip(targets.tolist(), sources.tolist(), strict=True):
            if self.first[target] == NOTHING:
                self.first[target] = source
            else:
                self.more.setdefault(target, []).append(source)

    def taken(self, places: Index) -> tuple[Index, dict[int, list[int]]]:
        """The first contribution to each place, and the others by position in `places`."""
        first = self.first[places]
        if not self.more:
            return first, {}
        more = {
            i: self.more.pop(place) for i, place in enumerate(places.tolist()) if place in self.more
        }
        return first, more


def operand_formulas(step: Step, algebra: Algebra) -> list[Formula]:
    """What stands for the operands of a map in its formulas: a name, or the number."""
    numbers = step.numbers or (None,) * len(step.operands)
    return [
        algebra.leaf(f"x{place}" if number is None else repr(number))
        for place, number in enumerate(numbers)
    ]


def partials_of(step: Step, algebra: Algebra) -> list[Formula]:
    """The partial of a map for each of its operands."""
    return algebra.partials(step.op, algebra.leaf("out"), operand_formulas(step, algebra))
