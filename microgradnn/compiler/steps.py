"""The array program: a list of steps, forward and then reverse, which back ends turn into code.

The idea: all numbers of a program live in two buffers. In the *batched* one a slot holds a number
for each sample, in the *uniform* one a single number. A step reads slots and writes new ones, which
nothing else writes to: so the list is a pure function, in which no order has to be guessed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from ..engine.formulas import Formula
from .patterns import Index


@dataclass(frozen=True, slots=True)
class Slots:
    """Slots of one of the two buffers; `index` holds their numbers there, in an array of any shape.

    As an array of numbers, batched slots have one axis more, the last, along the samples of the
    batch: it has the letter "b", and the length B.
    """

    batched: bool
    index: Index

    def __str__(self) -> str:
        return "×".join(map(str, self.index.shape)) + "×B" * self.batched

    def reshape(self, shape: tuple[int, ...]) -> Slots:
        if shape == self.index.shape:
            return self
        return Slots(self.batched, self.index.reshape(shape))

    def part(self, part: slice) -> Slots:
        if part == slice(len(self.index)):
            return self
        return Slots(self.batched, self.index[part])


@dataclass
class Step:
    """One operation on arrays. Its results go to new slots, side by side."""

    result: Slots
    learns: bool = field(default=False, kw_only=True)  # whether a gradient passes through it
    level: int = field(default=0, kw_only=True)  # steps of one level do not read one another
    passes_on: Step | None = field(default=None, kw_only=True)  # of a reverse step: whose gradient

    def __str__(self) -> str:
        names = type(self).__name__.lower(), getattr(self, "op", "")
        return f"{' '.join(names).strip()}: {self.result}"


@dataclass
class Map(Step):
    """A formula elementwise, over the names in `operands`.

    All operands have one axis, as long as the result's; uniform ones may stand beside batched ones.
    In a forward step, `op` is an operation of the tape, and `arguments` are what it is applied to:
    leaves named like the operands, and numbers. A reverse step may have `more` results, each with a
    formula: partials of one operation have parts in common, which are then computed once.
    """

    op: str
    formula: Formula
    operands: dict[str, Slots]
    arguments: list[Formula] = field(default_factory=list)
    more: list[tuple[Slots, Formula]] = field(default_factory=list)


@dataclass
class Product(Step):
    """Σ a·b as in einsum, with a letter for each axis: those that the result lacks are summed over.

    `letters` are those of a, b and the result, without the "b" of the batch.

    >>> x, w = Slots(True, np.array([[3], [4]])), Slots(False, np.array([[0, 1], [2, 3]]))
    >>> print(Product(Slots(True, np.array([[5], [6]])), ("mk", "kc", "mc"), w, x))
    product mk,kcb->mcb: 2×2, 2×1×B to 2×1×B
    """

    letters: tuple[str, str, str]
    a: Slots
    b: Slots

    @property
    def axes(self) -> list[str]:
        """The letters of a, b and the result with that of the batch."""
        arrays = (self.a, self.b, self.result)
        return [axes + "b" * x.batched for axes, x in zip(self.letters, arrays, strict=True)]

    def __str__(self) -> str:
        equation = "{},{}->{}".format(*self.axes)
        return f"product {equation}: {self.a}, {self.b} to {self.result}"


@dataclass
class Reduce(Step):
    """The sum, the largest or the smallest along the second axis of a `(count, n)` operand."""

    op: str
    operand: Slots


@dataclass
class Sum(Step):
    """`terms[0] + terms[1] + …`, each an array of slots of the result's buffer.

    The first term is as long as the result; others may be shorter, and reach its beginning only.
    """

    terms: list[Index]


@dataclass
class Link(Step):
    """Computes nothing: it says what the values in `result`, computed elsewhere, depend on.

    Each pair is operands and the partials for these, both `(count, n)`. The reverse pass follows
    them, and not the steps that computed the values.
    """

    pairs: list[tuple[Slots, Slots]]


@dataclass
class Take(Step):
    """What each `index` chooses from a row of `table`, one row for each of the results' rows.

    A table of shape (rows, n) and indices of shape (m,) give results of shape (rows, m); or, where
    each index has a row of its own, results of shape (m,).
    """

    index: Slots
    table: Slots


@dataclass
class Scatter(Step):
    """The reverse of a Take: for each number in its table the sum of the gradients it receives."""

    take: Take
    gradient: Slots


@dataclass
class Schedule:
    """The steps in order, and what the two buffers hold before the first of them.

    The batched buffer holds the inputs in the slots `inputs`, the uniform one the parameters in its
    first `params` slots. `constants[batched]` gives the numbers that other slots hold from the
    start, by slot, and `slot_count[batched]` says how many slots there are.

    The reverse pass begins with the gradient of the mean with respect to the single output, in the
    slot `seed`: 1/B, or 1 if the output is uniform. It ends with the gradient of the parameters, in
    the uniform slots `gradient`.
    """

    params: int
    inputs: Index = field(default_factory=lambda: np.zeros(0, np.int64))
    outputs: list[tuple[bool, int]] = field(default_factory=list)  # whether batched, and the slot
    steps: list[Step] = field(default_factory=list)
    slot_count: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    constants: dict[bool, dict[int, float]] = field(default_factory=lambda: {True: {}, False: {}})
    reverse: list[Step] = field(default_factory=list)
    seed: Slots | None = None
    gradient: Slots | None = None

    def __str__(self) -> str:
        return "\n".join(map(str, [*self.steps, *self.reverse]))

    def new_slots(self, batched: bool, *shape: int) -> Slots:
        """Slots that nothing has been written to, one after the other."""
        start = self.slot_count[batched]
        self.slot_count[batched] += math.prod(shape)
        return Slots(batched, np.arange(start, self.slot_count[batched]).reshape(shape))

    def constant(self, batched: bool, number: float, new: bool = False) -> int:
        """A slot that holds a number from the start; with `new`, the next free one."""
        for slot, held in self.constants[batched].items():
            if held == number and not new:
                return slot
        slot = int(self.new_slots(batched, 1).index[0])
        self.constants[batched][slot] = number
        return slot
