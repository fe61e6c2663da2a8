"""The adjoint: which gradients each step passes on, and how those that meet are added up."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ..formulas import Formula
from .patterns import Index
from .rows import Algebra, number_of
from .steps import Link, Map, Product, Reduce, Rows, Schedule, Step, Sum

NOTHING = -1  # in place of a row


def adjoint(schedule: Schedule, algebra: Algebra) -> None:
    """Append the reverse pass: each step, the last first, passes on upstream times partials.

    Nothing is added into a gradient while others read it. Each contribution has rows of its own,
    and a step, when its turn comes, adds up those that were meant for it: by then all are there.
    """
    reverse = _Reverse(schedule, algebra)
    for step in reversed(schedule.steps):
        if step.learns:
            reverse.pass_on(step)
    schedule.gradient = reverse.gradient_of(Rows(False, np.arange(schedule.params)))


class _Reverse:
    def __init__(self, schedule: Schedule, algebra: Algebra) -> None:
        self.schedule, self.algebra = schedule, algebra
        self.pending = {kind: _Pending(count) for kind, count in schedule.rows.items()}
        # Rows that no gradient needs to reach: inputs, constants, and what depends on them only.
        self.learning = {kind: np.zeros(count, bool) for kind, count in schedule.rows.items()}
        self.learning[False][: schedule.params] = True
        for step in schedule.steps:
            if step.learns:
                self.learning[step.result.batched][step.result.index] = True
        batched, row = schedule.outputs[0]
        schedule.seed = schedule.new_rows(batched, 1)
        self.pending[batched].meant_for(np.array([row]), schedule.seed.index)

    def pass_on(self, step: Step) -> None:
        gradient = self.gradient_of(step.result)
        if isinstance(step, Reduce):
            spread = np.broadcast_to(gradient.index[:, None], step.operand.index.shape)
            self._meant(step.operand, spread)
        elif isinstance(step, Link):
            for operands, partials in step.pairs:
                self._product(operands, ("m", "mk", "mk"), gradient, partials)
        elif isinstance(step, Product):
            a, b, result = step.letters
            self._product(step.a, (result, b, a), gradient, step.b)
            self._product(step.b, (a, result, b), step.a, gradient)
        elif isinstance(step, Map):
            self._map(step, gradient)

    def _product(self, to: Rows, letters: tuple[str, str, str], a: Rows, b: Rows) -> None:
        """The adjoint of a product is a product, whose result has the axes of the operand.

        What goes to the same rows along an axis is summed right away.
        """
        if self._wanted(to):
            index, axes = _without_repetition(to.index, letters[2])
            result = self.schedule.new_rows(to.batched, *index.shape)
            self._add(Product(result, (*letters[:2], axes), a, b))
            self._meant(Rows(to.batched, index), result.index)

    def _map(self, step: Map, gradient: Rows) -> None:
        algebra = self.algebra
        operands = {**step.operands, "out": step.result, "g": gradient}
        products: list[tuple[Rows, Formula]] = []
        for place, partial in enumerate(
            algebra.partials(step.op, algebra.leaf("out"), step.arguments)
        ):
            to = step.operands.get(f"x{place}")
            if to is None or number_of(partial) == 0.0 or not self._wanted(to):
                continue
            if to.batched != step.result.batched:
                self._over_batch(step.op, to, partial, operands)
            elif number_of(partial) == 1.0:
                self._meant(to, gradient.index)
            else:
                products.append((to, algebra.value("mul", [algebra.leaf("g"), partial])))
        if products:
            formulas = [formula for _, formula in products]
            results = self._computed(step.op, formulas, operands, step.result.batched)
            for (to, _), result in zip(products, results, strict=True):
                self._meant(to, result.index)

    def _over_batch(self, op: str, to: Rows, partial: Formula, operands: dict[str, Rows]) -> None:
        """For an operand that all samples share: the sum over the batch."""
        schedule, gradient = self.schedule, operands["g"]
        total = schedule.new_rows(False, len(to.index))
        if any(operands[name].batched for name in leaves_of(partial)):
            factor = operands.get(partial.text)
            if factor is None:
                (factor,) = self._computed(op, [partial], operands, True)
            self._add(Product(total, ("m", "m", "m"), gradient, factor))
        else:
            ones = Rows(True, np.array(schedule.constant(True, 1.0)))
            self._add(Product(total, ("m", "", "m"), gradient, ones))
            if number_of(partial) != 1.0:
                formula = self.algebra.value("mul", [self.algebra.leaf("g"), partial])
                (total,) = self._computed(op, [formula], {**operands, "g": total}, False)
        self._meant(to, total.index)

    def _computed(
        self, op: str, formulas: list[Formula], operands: dict[str, Rows], batched: bool
    ) -> list[Rows]:
        """Formulas over these operands, in one step."""
        names = {name for formula in formulas for name in leaves_of(formula)}
        used = {name: rows for name, rows in operands.items() if name in names}
        count = len(operands["g"].index)
        results = [self.schedule.new_rows(batched, count) for _ in formulas]
        (formula, *others), (result, *more) = formulas, results
        pairs = list(zip(more, others, strict=True))
        self._add(Map(result, f"{op}\u2032", formula, used, more=pairs))
        return results

    def _wanted(self, rows: Rows) -> bool:
        return bool(self.learning[rows.batched][rows.index].any())

    def _meant(self, to: Rows, sources: Index) -> None:
        wanted = self.learning[to.batched][to.index]
        self.pending[to.batched].meant_for(to.index[wanted], sources[wanted])

    def _add(self, step: Step) -> None:
        self.schedule.reverse.append(step)

    # ---- Adding up -----------------------------------------------------------------------------

    def gradient_of(self, rows: Rows) -> Rows:
        """Where the gradient of some rows is: the sum of all contributions meant for them."""
        schedule, batched = self.schedule, rows.batched
        first, more = self.pending[batched].taken(rows.index.ravel())
        by_count: dict[int, list[int]] = defaultdict(list)
        for i, others in more.items():
            if len(others) >= MANY:
                by_count[len(others)].append(i)
        for members in by_count.values():
            block = np.array([[first[i], *more.pop(i)] for i in members])
            total = schedule.new_rows(batched, len(members))
            self._add(Reduce(total, "sum", Rows(batched, block)))
            first[members] = total.index
        if (first == NOTHING).any():
            first = np.where(first == NOTHING, schedule.constant(batched, 0.0), first)
        terms = [first]
        for k in range(max(map(len, more.values()), default=0)):
            reached = [i for i, others in more.items() if len(others) > k]
            length = max(reached) + 1
            nothing = NOTHING if length == len(reached) else schedule.constant(batched, 0.0)
            term: Index = np.full(length, nothing, np.int64)
            term[reached] = [more[i][k] for i in reached]
            terms.append(term)
        if len(terms) > 1:
            total = schedule.new_rows(batched, len(first))
            self._add(Sum(total, terms))
            first = total.index
        return Rows(batched, first.reshape(rows.index.shape))


def leaves_of(formula: Formula) -> set[str]:
    """The names in a formula."""
    if formula.row is None:
        return {formula.text} if number_of(formula) is None else set()
    return {name for operand in formula.operands for name in leaves_of(operand)}


def _without_repetition(index: Index, letters: str) -> tuple[Index, str]:
    """The places without the axes along which they are the same, and the letters of the others."""
    for axis in reversed(range(index.ndim)):
        if index.shape[axis] > 1 and (index == index.take([0], axis)).all():
            index = np.take(index, 0, axis)
            letters = letters[:axis] + letters[axis + 1 :]
    return index, letters


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
