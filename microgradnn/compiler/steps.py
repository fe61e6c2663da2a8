"""The array program: steps, forward and then reverse, that an emitter writes as code."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from ..engine.formulas import Formula
from .patterns import Index


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the batched or of the uniform numbers; `index` holds their places, in any shape.

    A batched row has a number for each sample: one more axis, the last, with the letter "b".
    """

    batched: bool
    index: Index

    def __str__(self) -> str:
        return "×".join(map(str, self.index.shape)) + "×B" * self.batched

    def reshape(self, shape: tuple[int, ...]) -> Rows:
        return Rows(self.batched, self.index.reshape(shape))


@dataclass
class Step:
    """One array operation. Its results go to new rows, side by side: no row is written twice."""

    result: Rows
    learns: bool = field(default=False, kw_only=True)  # whether a gradient passes through it
    level: int = field(default=0, kw_only=True)  # steps of one level do not read one another

    def __str__(self) -> str:
        names = type(self).__name__.lower(), getattr(self, "op", "")
        return f"{' '.join(names).strip()}: {self.result}"


@dataclass
class Map(Step):
    """Formulas elementwise, over the names in `operands`; the first gives the result.

    All operands have one axis, as long as the result's; uniform ones may stand beside batched ones.
    Of a forward step, `op` is the row of the table and `arguments` what it is applied to. A reverse
    step may have `more` results: its formulas have parts in common.
    """

    op: str
    formula: Formula
    operands: dict[str, Rows]
    arguments: list[Formula] = field(default_factory=list)
    more: list[tuple[Rows, Formula]] = field(default_factory=list)


@dataclass
class Product(Step):
    """Σ a·b as in einsum, a letter for each axis: those that the result lacks are summed over.

    `letters` are those of a, b and the result, without the "b" of the batch.

    >>> x, w = Rows(True, np.array([[3], [4]])), Rows(False, np.array([[0, 1], [2, 3]]))
    >>> print(Product(Rows(True, np.array([[5], [6]])), ("mk", "kc", "mc"), w, x))
    product mk,kcb->mcb: 2×2, 2×1×B to 2×1×B
    """

    letters: tuple[str, str, str]
    a: Rows
    b: Rows

    @property
    def axes(self) -> list[str]:
        """The letters of a, b and the result with that of the batch."""
        rows = (self.a, self.b, self.result)
        return [axes + "b" * x.batched for axes, x in zip(self.letters, rows, strict=True)]

    def __str__(self) -> str:
        equation = "{},{}->{}".format(*self.axes)
        return f"product {equation}: {self.a}, {self.b} to {self.result}"


@dataclass
class Reduce(Step):
    """The sum, largest or smallest of the n numbers of each row of `(count, n)` rows."""

    op: str
    operand: Rows


@dataclass
class Sum(Step):
    """Row i is `terms[0][i] + terms[1][i] + …`: the first term reaches all rows, others fewer."""

    terms: list[Index]


@dataclass
class Link(Step):
    """Computes nothing: the result has been computed, and for the reverse pass is a function.

    Each pair is operands and the partials for these, both `(count, n)`.
    """

    pairs: list[tuple[Rows, Rows]]


@dataclass
class Schedule:
    """The steps in order, and what is in the two buffers before.

    Batched rows: the inputs, at `inputs`, and results. Uniform rows: `params` parameters, then
    results. Constants are in both: `constants[batched]` gives their numbers by row. `rows[batched]`
    says how many rows there are. The reverse pass begins with the gradient of the single output,
    the row `seed`: 1/B, or 1 if it is uniform. It ends with the uniform rows `gradient`.
    """

    params: int
    inputs: Index = field(default_factory=lambda: np.zeros(0, np.int64))
    outputs: list[tuple[bool, int]] = field(default_factory=list)  # batched?, row
    steps: list[Step] = field(default_factory=list)
    rows: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    constants: dict[bool, dict[int, float]] = field(default_factory=lambda: {True: {}, False: {}})
    reverse: list[Step] = field(default_factory=list)
    seed: Rows | None = None
    gradient: Rows | None = None

    def __str__(self) -> str:
        return "\n".join(map(str, [*self.steps, *self.reverse]))

    def new_rows(self, batched: bool, *shape: int) -> Rows:
        """Rows that nothing has been written to."""
        start = self.rows[batched]
        self.rows[batched] += math.prod(shape)
        return Rows(batched, np.arange(start, self.rows[batched]).reshape(shape))

    def constant(self, batched: bool, number: float, new: bool = False) -> int:
        """A row that holds a number, and a new one if wanted."""
        for row, held in self.constants[batched].items():
            if held == number and not new:
                return row
        row = int(self.new_rows(batched, 1).index[0])
        self.constants[batched][row] = number
        return row
