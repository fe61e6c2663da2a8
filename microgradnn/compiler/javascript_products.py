"""Products in JavaScript: which loops a product is, and what it multiplies where nothing is summed.

The idea: of the letters of a product one goes down the rows of a matrix, one along its columns, and
one is summed over. `product` in program.js has these three loops; other letters are loops around
it. Slots that lie in no pattern are copied first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..engine.formulas import Formula
from .javascript_loops import Loops, place, times
from .patterns import affine
from .steps import Product, Schedule, Slots


class Factor(NamedTuple):
    """A factor or the result: where it begins, and for each letter how far apart its numbers are.

    Distances count slots; along "b", the letter of the batch, they count numbers.
    """

    batched: bool
    start: int
    distances: dict[str, int]

    def distance(self, letter: str) -> str:
        return times(self.distances.get(letter, 0), self.batched and letter != "b")

    def place(self, letters: Sequence[str]) -> str:
        """Where its numbers begin, given numbers for these letters."""
        terms = [f"{x} * {self.distance(x)}" for x in letters if self.distances.get(x)]
        return " + ".join([place(self.batched, str(self.start)), *terms])

    def continues(self, outer: str, inner: str, length: str) -> bool:
        """Whether along `outer` it goes on where it ends along `inner`, which has this length."""
        ahead, step = (self.distances.get(x, 0) for x in (outer, inner))
        return ahead == (step if inner == "b" else step * int(length))


class Products(Loops):
    """Writes products, and copies of what lies in no pattern."""

    def __init__(self, schedule: Schedule) -> None:
        super().__init__(schedule)
        self.copies: dict[tuple[bool, bytes, tuple[int, ...]], Slots] = {}

    def _in_pattern(self, slots: Slots) -> Slots:
        """The slots, or else a copy of them, side by side: whoever needs it again finds it."""
        if affine(slots.index) is not None:
            return slots
        key = slots.batched, slots.index.tobytes(), slots.index.shape
        if key not in self.copies:
            self.copies[key] = self._new_slots(slots)
            self._elementwise([(flat(self.copies[key]), Formula("x"))], {"x": flat(slots)})
        return self.copies[key]

    def _factor(self, letters: str, slots: Slots) -> Factor:
        found = affine(self._in_pattern(slots).index)
        assert found is not None
        distances = dict(zip(letters, found.strides, strict=True))
        return Factor(slots.batched, found.start, distances | ({"b": 1} if slots.batched else {}))

    def _product(self, step: Product) -> None:
        """Write the call that adds a product to its result, which is 0 before, and loops around it.

        Letters of the result are of the left factor, of the right one, or of both; others are
        summed over.
        """
        a, b, result = step.axes
        if set(a + b) <= set(result):
            self._multiply(step)
            return
        arrays = step.a, step.b, step.result
        x, z, y = map(self._factor, step.letters, arrays)
        lengths = {"b": "B"}
        for axes, slots in zip(step.letters, arrays, strict=True):
            lengths |= dict(zip(axes, map(str, slots.index.shape), strict=True))
        summed = [k for k in dict.fromkeys(a + b) if k not in result]
        inner = _joined(sorted(summed, key="b".__eq__), (x, z), lengths)  # the batch comes last
        left = _joined([k for k in result if k not in b], (x, y), lengths)
        right = _joined([k for k in result if k not in a], (z, y), lengths)
        both = _joined([k for k in result if k in a and k in b], (x, z, y), lengths)
        start, size = y.place(""), times(step.result.index.size, y.batched)
        self.lines.append(f"M.fill(0, {start}, {start} + {size});")
        *outside, last = inner
        if left or right:
            call, m, n = "product", "".join(left[-1:]), "".join(right[-1:])
            outside += [*both, *left[:-1], *right[:-1]]
            sizes = [lengths.get(m, "1"), lengths.get(n, "1"), lengths[last]]
            along = (y, [m, n]), (x, [m, last]), (z, [n, last])
        else:
            call, m = "dots", "".join(both[-1:])
            outside += both[:-1]
            sizes = [lengths.get(m, "1"), lengths[last]]
            along = (y, [m]), (x, [m, last]), (z, [m, last])
        for array, letters in along:
            sizes += [array.place(outside), *map(array.distance, letters)]
        loops = "".join(f"for (let {k} = 0; {k} < {lengths[k]}; {k}++) " for k in outside)
        self.lines.append(f"{loops}{call}(M, {', '.join(sizes)});")

    def _multiply(self, step: Product) -> None:
        """Write a product in which nothing is summed over: a formula, as any other."""
        letters, shape = step.letters[2], step.result.index.shape
        operands = {}
        for name, axes, slots in zip("xz", step.letters, (step.a, step.b), strict=False):
            index = slots.index.transpose(
                sorted(range(len(axes)), key=lambda k: letters.index(axes[k]))
            )
            index = index[tuple(slice(None) if x in axes else None for x in letters)]
            operands[name] = flat(Slots(slots.batched, np.broadcast_to(index, shape)))
        formula: Any = Formula("x") * Formula("z")
        self._elementwise([(flat(step.result), formula)], operands)


def _joined(letters: list[str], arrays: Sequence[Factor], lengths: dict[str, str]) -> list[str]:
    """The letters without those that go on where the next one ends, in all of the arrays.

    The next one's length is then that of both.
    """
    found: list[str] = []
    for letter in letters:
        if found and lengths[letter] == "1":
            continue
        if found and lengths[found[-1]] == "1":
            found.pop()
        elif found and all(x.continues(found[-1], letter, lengths[letter]) for x in arrays):
            outer, inner = lengths[found.pop()], lengths[letter]
            lengths[letter] = f"{outer} * B" if inner == "B" else str(int(outer) * int(inner))
        found.append(letter)
    return found


def flat(slots: Slots) -> Slots:
    return slots.reshape((slots.index.size,))
