"""Lowering: one step's formulas as calls of NumPy functions that write into given arrays."""

from __future__ import annotations

from collections.abc import Callable

from ..formulas import Formula
from ..primitives import Primitive
from .rows import COMPARISONS, REDUCTIONS, number_of

UFUNCS = {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative"}
COMPARING = dict(zip(COMPARISONS, ("less", "less_equal", "greater", "greater_equal"), strict=True))

Scratch = Callable[[str], str]  # the name of a free array of a dtype


class Lowering:
    """Writes the formulas of one step; what they have in common is computed once.

    `arrays` says which array each leaf of the formulas is.

    >>> from .rows import Algebra
    >>> lines = []
    >>> lowering = Lowering({"x": "v1"}, lines, lambda dtype: "t1")
    >>> lowering.write(Algebra(finite=True).value("softplus", [Formula("x")]), "v2")
    >>> print(*lines, sep="; ") # doctest: +ELLIPSIS
    maximum(v1, 0.0, out=t1); abs(v1, t1); negative(t1, t1); exp(t1, t1); ...
    """

    def __init__(self, arrays: dict[str, str], lines: list[str], scratch: Scratch) -> None:
        self.arrays = arrays
        self.lines = lines
        self.scratch = scratch
        self.done: dict[int, str] = {}  # by id; formulas of one Algebra stay alive with it

    def write(self, formula: Formula, into: str) -> None:
        """Compute a formula into an array, which none of its operands may be."""
        if formula.row is None or id(formula) in self.done:
            self.lines.append(f"copyto({into}, {self.read(formula)})")
        else:
            self._compute(formula, into)

    def read(self, formula: Formula) -> str:
        """The name of an array that holds the formula's value; for a number, the number."""
        if formula.row is None:
            number = number_of(formula)
            return self.arrays[formula.text] if number is None else repr(number)
        if id(formula) not in self.done:
            is_condition = formula.row in COMPARING or formula.row == "&"
            name = self.scratch("bool" if is_condition else "float")
            self._compute(formula, name)
            self.done[id(formula)] = name
        return self.done[id(formula)]

    def _compute(self, formula: Formula, into: str) -> None:
        row, operands = formula.row, formula.operands
        if is_mask(formula):
            self.lines.append(f"copyto({into}, {self.read(operands[0])})")
            return
        if row == "where":
            condition, a = map(self.read, operands[:2])
            self.write(operands[2], into)
            self.lines.append(f"copyto({into}, {a}, where={condition})")
            return
        names = [self.read(x) for x in operands]
        if isinstance(row, Primitive) and row.name in REDUCTIONS:
            self._fold(UFUNCS.get(REDUCTIONS[row.name], REDUCTIONS[row.name]), names, into)
            return
        if isinstance(row, Primitive) and (row.on_arrays is not None or row.kind == "custom"):
            self.lines.append(f"{into}[...] = {row.name}({', '.join(names)})")
            return
        if isinstance(row, Primitive):
            function = UFUNCS.get(row.name, row.name)
        else:
            function = COMPARING.get(str(row), "logical_and")
        self._call(function, names, into)

    def _call(self, function: str, names: list[str], into: str) -> None:
        # NumPy wants the array for the result of these two to be named.
        named = "out=" if function in ("maximum", "minimum") else ""
        self.lines.append(f"{function}({', '.join(names)}, {named}{into})")

    def _fold(self, function: str, names: list[str], into: str) -> None:
        self._call(function, names[:2], into)
        for name in names[2:]:
            self._call(function, [into, name], into)


def is_mask(formula: Formula) -> bool:
    """Whether a formula is 1 where a condition holds, else 0."""
    if formula.row != "where":
        return False
    return [number_of(x) for x in formula.operands[1:]] == [1.0, 0.0]
