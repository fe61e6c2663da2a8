"""The adjoint: the reverse pass, as steps of the same kinds as the forward pass.

The idea of this pass: nothing is added into a gradient. Each step, the last first, writes what it
passes on to new slots, and the *parts* of each gradient are remembered. When the turn of a step
comes, all parts of its own gradient are there: it adds them up, and multiplies by its partials.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby, zip_longest
from typing import Any

import numpy as np

from ..engine.formulas import Formula
from .patterns import Index, runs, without_repetition
from .rows import Algebra, number_of, operands_first
from .steps import Link, Map, Product, Reduce, Scatter, Schedule, Slots, Step, Sum, Take

MOST_ADDED_IN_TURN = 6  # a gradient of more parts is gathered and reduced at once


def adjoint(schedule: Schedule, algebra: Algebra) -> None:
    """Append the reverse pass to a schedule with a single output."""
    reverse = _Reverse(schedule, algebra)
    learning = [step for step in reversed(schedule.steps) if step.learns]
    for _, level in groupby(learning, key=lambda step: step.level):
        steps = list(level)
        reverse.add_up_together([step.result for step in steps])
        for step in steps:
            reverse.pass_on(step)
    schedule.gradient = reverse.gradient_of(Slots(False, np.arange(schedule.params)))


class _Reverse:
    """The reverse pass while it grows; both dictionaries have an entry for each buffer."""

    def __init__(self, schedule: Schedule, algebra: Algebra) -> None:
        self.schedule = schedule
        self.algebra = algebra
        self.step: Step | None = None  # whose gradient is being passed on
        self.names: dict[int, set[str]] = {}  # the names in a formula, by its id
        # For each slot the slots whose sum is its gradient.
        self.parts: dict[bool, list[list[int]]] = {
            batched: [[] for _ in range(n)] for batched, n in schedule.slot_count.items()
        }
        # Whether the gradient of a slot goes on to a parameter: else it is not computed.
        self.learning = {batched: np.zeros(n, bool) for batched, n in schedule.slot_count.items()}
        self.learning[False][: schedule.params] = True
        for step in schedule.steps:
            if step.learns:
                self.learning[step.result.batched][step.result.index] = True
        # For each parameter a slot in which its first part may stand.
        self.firsts = schedule.new_slots(False, schedule.params).index
        batched, slot = schedule.outputs[0]
        schedule.seed = schedule.new_slots(batched, 1)
        self.parts[batched][slot] += schedule.seed.index.tolist()

    def add_up_together(self, results: list[Slots]) -> None:
        """Sum the gradients of all the results of one level at once, if several have parts to add.

        These steps do not read one another, so all their gradients are complete. Where a graph has
        no structure, this makes a few long sums of many short ones.
        """
        for batched, parts in self.parts.items():
            slots = [x.index.ravel().tolist() for x in results if x.batched == batched]
            slots = [x for x in slots if max(len(parts[slot]) for slot in x) > 1]
            if len(slots) > 1:
                several = [slot for x in slots for slot in x if len(parts[slot]) > 1]
                several.sort(key=lambda slot: -len(parts[slot]))
                total = self.gradient_of(Slots(batched, np.array(several)))
                for slot, part in zip(several, total.index.tolist(), strict=True):
                    parts[slot][:] = [part]

    def pass_on(self, step: Step) -> None:
        """Append what gives the operands of a step their parts of the gradient."""
        self.step = step
        gradient = self.gradient_of(step.result)
        if isinstance(step, Reduce):  # a sum: maxima have links, which bypass them
            spread = np.broadcast_to(gradient.index[:, None], step.operand.index.shape)
            self._remember(step.operand, spread)
        elif isinstance(step, Link):
            for operands, partials in step.pairs:
                self._product(operands, ("m", "mk", "mk"), gradient, partials)
        elif isinstance(step, Product):
            a, b, result = step.letters
            self._product(step.a, (result, b, a), gradient, step.b)
            self._product(step.b, (a, result, b), step.a, gradient)
        elif isinstance(step, Take):
            self._take(step, gradient)
        elif isinstance(step, Map):
            self._map(step, gradient)
        self.step = None

    def _product(self, to: Slots, letters: tuple[str, str, str], a: Slots, b: Slots) -> None:
        """Pass on a product with the gradient, which has the letters of the operand `to`.

        Where an operand meets the same slots all along an axis, as a filter at all places of a
        picture, the parts are summed over this axis by the product itself: it lacks the letter.
        """
        if self._is_wanted(to):
            index, axes = without_repetition(to.index, letters[2])
            result = self._new_parts(Slots(to.batched, index))
            self._add(Product(result, (*letters[:2], axes), a, b))
            self._remember(Slots(to.batched, index), result.index)

    def _take(self, step: Take, gradient: Slots) -> None:
        """Pass on to the table; the index has derivative 0."""
        if self._is_wanted(step.table):
            table = self.schedule.new_slots(step.table.batched, *step.table.index.shape)
            self._add(Scatter(table, step, gradient))
            self._remember(step.table, table.index)

    def _new_parts(self, to: Slots) -> Slots:
        """New slots for parts of the gradients of these; first ones of parameters in their order.

        So the gradient that a program gives back, mostly needs not be put together.
        """
        slots, params = to.index.ravel(), self.schedule.params
        in_a_row = not to.batched and slots[-1] < params and len(runs(slots)) == 1
        if in_a_row and not any(self.parts[False][slots[0] : slots[-1] + 1]):
            return Slots(False, self.firsts[to.index])
        return self.schedule.new_slots(to.batched, *to.index.shape)

    def _map(self, step: Map, gradient: Slots) -> None:
        """Pass on upstream times each partial, all of them computed in one step."""
        upstream = self.algebra.leaf("g")
        partials = self.algebra.partials(step.op, self.algebra.leaf("out"), step.arguments)
        computed: dict[Formula, Slots] = {}
        passed_on: list[tuple[Slots, Slots]] = []  # the operand, and its parts of the gradient
        for place, partial in enumerate(partials):
            to = step.operands.get(f"x{place}")
            if to is not None and number_of(partial) != 0.0 and self._is_wanted(to):
                product = self.algebra.value("mul", [upstream, partial])
                # Where a partial is 1, the product is the upstream gradient itself: no step at all.
                if product is not upstream and product not in computed:
                    computed[product] = self.schedule.new_slots(
                        gradient.batched, len(gradient.index)
                    )
                passed_on.append((to, computed.get(product, gradient)))
        if computed:
            self._add_map(step, gradient, computed)
        for to, parts in passed_on:
            if to.batched != parts.batched:
                parts = self._summed_over_batch(parts)
            self._remember(to, parts.index)

    def _add_map(self, step: Map, gradient: Slots, computed: dict[Formula, Slots]) -> None:
        """Append the step that computes these formulas into their slots."""
        operands = {**step.operands, "out": step.result, "g": gradient}
        names: set[str] = set()
        for formula in computed:  # many steps have the same, and the Algebra keeps it
            if id(formula) not in self.names:
                self.names[id(formula)] = names_in(formula)
            names |= self.names[id(formula)]
        operands = {name: slots for name, slots in operands.items() if name in names}
        (formula, result), *more = computed.items()
        others = [(slots, formula) for formula, slots in more]
        self._add(Map(result, f"{step.op}′", formula, operands, more=others))

    def _summed_over_batch(self, parts: Slots) -> Slots:
        """The sums over all samples: what the batch means for a uniform operand."""
        ones = Slots(True, np.array(self.schedule.constant(True, 1.0)))
        total = self.schedule.new_slots(False, len(parts.index))
        self._add(Product(total, ("m", "", "m"), parts, ones))
        return total

    def _is_wanted(self, slots: Slots) -> bool:
        return bool(self.learning[slots.batched][slots.index].any())

    def _remember(self, to: Slots, gradient: Index) -> None:
        """Note the slots in `gradient` as parts of the gradients of the slots in `to`."""
        parts, wanted = self.parts[to.batched], self.learning[to.batched][to.index]
        for slot, part in zip(to.index[wanted].tolist(), gradient[wanted].tolist(), strict=True):
            parts[slot].append(part)

    def _add(self, step: Step) -> None:
        step.passes_on = self.step
        self.schedule.reverse.append(step)

    # ---- Adding up ---------------------------------------------------------------------------

    def gradient_of(self, slots: Slots) -> Slots:
        """Where the gradient of some slots is, after a step that adds up their parts if need be."""
        batched = slots.batched
        parts = [self.parts[batched][slot] for slot in slots.index.ravel().tolist()]
        self._reduce_many(parts, batched)
        terms = self._terms(parts, batched)
        gradient = terms[0]
        if len(terms) > 1:
            total = self.schedule.new_slots(batched, len(parts))
            self._add(Sum(total, terms))
            gradient = total.index
        return Slots(batched, gradient.reshape(slots.index.shape))

    def _reduce_many(self, parts: list[list[int]], batched: bool) -> None:
        """Replace many parts of one gradient by their sum; gradients of as many parts together."""
        by_count: dict[int, list[list[int]]] = defaultdict(list)
        for found in parts:
            if len(found) > MOST_ADDED_IN_TURN:
                by_count[len(found)].append(found)
        for block in by_count.values():
            total = self.schedule.new_slots(batched, len(block))
            self._add(Reduce(total, "sum", Slots(batched, np.array(block))))
            for found, slot in zip(block, total.index.tolist(), strict=True):
                found[:] = [slot]

    def _terms(self, parts: list[list[int]], batched: bool) -> list[Index]:
        """All first parts, all second parts and so on, as the terms of a Sum.

        The first term reaches all gradients, a further one as far as the last that has such a part;
        where a gradient before that has none, a slot with 0 takes its place.
        """
        terms: list[Index] = []
        padded: list[Any] = [found or [None] for found in parts]
        for column in zip_longest(*padded):
            reach = max([i for i, part in enumerate(column) if part is not None or not terms]) + 1
            zero = self.schedule.constant(batched, 0.0) if None in column[:reach] else 0
            terms.append(np.array([zero if part is None else part for part in column[:reach]]))
        return terms


def names_in(formula: Formula) -> set[str]:
    """The names in a formula.

    >>> from ..engine.table import exp
    >>> sorted(names_in(exp(Formula("x")) * Formula("g") + Formula("1.0")))
    ['g', 'x']
    """
    parts: dict[int, Formula] = {}
    for part in operands_first(formula, parts, lambda x: x.operands):
        parts[id(part)] = part
    return {x.text for x in parts.values() if x.row is None and number_of(x) is None}
