"""The adjoint: which gradients each step passes on, and how those that meet are added up."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby, zip_longest
from typing import Any

import numpy as np

from ..engine.formulas import Formula
from .patterns import Index
from .rows import Algebra, number_of, operands_first
from .steps import Link, Map, Product, Reduce, Rows, Schedule, Step, Sum


def adjoint(schedule: Schedule, algebra: Algebra) -> None:
    """Append the reverse pass: each step, the last first, passes on upstream times partials.

    Each contribution has rows of its own, and a step adds up those that were meant for it.
    """
    reverse = _Reverse(schedule, algebra)
    learning = [step for step in reversed(schedule.steps) if step.learns]
    for _, level in groupby(learning, key=lambda step: step.level):
        steps = list(level)
        reverse.add_up([step.result for step in steps])
        for step in steps:
            reverse.pass_on(step)
    schedule.gradient = reverse.gradient_of(Rows(False, np.arange(schedule.params)))


class _Reverse:
    def __init__(self, schedule: Schedule, algebra: Algebra) -> None:
        self.schedule, self.algebra = schedule, algebra
        # For each row the rows whose sum is its gradient.
        self.sources: dict[bool, list[list[Any]]] = {
            kind: [[] for _ in range(n)] for kind, n in schedule.rows.items()
        }
        # Whether a gradient goes on from it to a parameter.
        self.learning = {kind: np.zeros(n, bool) for kind, n in schedule.rows.items()}
        self.learning[False][: schedule.params] = True
        for step in schedule.steps:
            if step.learns:
                self.learning[step.result.batched][step.result.index] = True
        batched, row = schedule.outputs[0]
        schedule.seed = schedule.new_rows(batched, 1)
        self.sources[batched][row] += schedule.seed.index.tolist()

    def add_up(self, results: list[Rows]) -> None:
        """Sum what was meant for several steps at once, where the parts stand without order."""
        for batched, sources in self.sources.items():
            rows = [x.index.ravel().tolist() for x in results if x.batched == batched]
            rows = [x for x in rows if max(len(sources[row]) for row in x) > 1]
            if len(rows) > 1:
                several = [row for x in rows for row in x if len(sources[row]) > 1]
                several.sort(key=lambda row: -len(sources[row]))
                total = self.gradient_of(Rows(batched, np.array(several)))
                for row, source in zip(several, total.index.tolist(), strict=True):
                    sources[row][:] = [source]

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
        """Upstream times each partial, in one step; for a uniform operand summed over the batch."""
        schedule, algebra, upstream = self.schedule, self.algebra, self.algebra.leaf("g")
        partials = algebra.partials(step.op, algebra.leaf("out"), step.arguments)
        computed: dict[Formula, Rows] = {}
        passed_on: list[tuple[Rows, Rows]] = []
        for place, partial in enumerate(partials):
            to = step.operands.get(f"x{place}")
            if to is not None and number_of(partial) != 0.0 and self._wanted(to):
                product = algebra.value("mul", [upstream, partial])
                if product is not upstream and product not in computed:
                    computed[product] = schedule.new_rows(gradient.batched, len(gradient.index))
                passed_on.append((to, computed.get(product, gradient)))
        if computed:
            names = set().union(*map(leaves_of, computed))
            operands = {**step.operands, "out": step.result, "g": gradient}
            operands = {name: rows for name, rows in operands.items() if name in names}
            (formula, result), *more = computed.items()
            others = [(rows, formula) for formula, rows in more]
            self._add(Map(result, f"{step.op}′", formula, operands, more=others))
        for to, rows in passed_on:
            if to.batched != rows.batched:
                ones = Rows(True, np.array(schedule.constant(True, 1.0)))
                total = schedule.new_rows(False, len(to.index))
                self._add(Product(total, ("m", "", "m"), rows, ones))
                rows = total
            self._meant(to, rows.index)

    def _wanted(self, rows: Rows) -> bool:
        return bool(self.learning[rows.batched][rows.index].any())

    def _meant(self, to: Rows, gradient: Index) -> None:
        """Remember which rows hold a part of the gradient of which."""
        sources, wanted = self.sources[to.batched], self.learning[to.batched][to.index]
        for row, source in zip(to.index[wanted].tolist(), gradient[wanted].tolist(), strict=True):
            sources[row].append(source)

    def _add(self, step: Step) -> None:
        self.schedule.reverse.append(step)

    def gradient_of(self, rows: Rows) -> Rows:
        """Where the gradient of some rows is: the sum of all that was meant for them."""
        schedule, batched = self.schedule, rows.batched
        sources = [self.sources[batched][row] or [None] for row in rows.index.ravel().tolist()]
        by_count: dict[int, list[list[int]]] = defaultdict(list)
        for found in sources:
            if len(found) > MANY:
                by_count[len(found)].append(found)
        for block in by_count.values():
            total = schedule.new_rows(batched, len(block))
            self._add(Reduce(total, "sum", Rows(batched, np.array(block))))
            for found, row in zip(block, total.index.tolist(), strict=True):
                found[:] = [row]
        terms: list[Index] = []
        for column in zip_longest(*sources):
            reach = max([i for i, row in enumerate(column) if row is not None or not terms]) + 1
            zero = schedule.constant(batched, 0.0) if None in column[:reach] else 0
            terms.append(np.array([zero if row is None else row for row in column[:reach]]))
        first = terms[0]
        if len(terms) > 1:
            total = schedule.new_rows(batched, len(sources))
            self._add(Sum(total, terms))
            first = total.index
        return Rows(batched, first.reshape(rows.index.shape))


def leaves_of(formula: Formula) -> set[str]:
    """The names in a formula."""
    parts: dict[int, Formula] = {}
    for part in operands_first(formula, parts, lambda x: x.operands):
        parts[id(part)] = part
    return {x.text for x in parts.values() if x.row is None and number_of(x) is None}


def _without_repetition(index: Index, letters: str) -> tuple[Index, str]:
    """The places without the axes along which they are the same, and the letters of the others."""
    for axis in reversed(range(index.ndim)):
        if index.shape[axis] > 1 and (index == index.take([0], axis)).all():
            index = np.take(index, 0, axis)
            letters = letters[:axis] + letters[axis + 1 :]
    return index, letters


MANY = 6  # more terms than these are gathered and reduced at once
