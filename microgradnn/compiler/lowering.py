"""Lowering: one step's formulas as calls of NumPy functions that write into given arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..formulas import Formula
from ..primitives import Primitive
from .rows import REDUCTIONS, number_of

OPERATORS = {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative"}
COMPARING = {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal"}
CONDITIONS = COMPARING | {"&": "logical_and"}
FUNCTIONS = OPERATORS | CONDITIONS | REDUCTIONS  # NumPy's names, where they differ from the table's

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
            name = self.scratch("bool" if formula.row in CONDITIONS else "float")
            self._compute(formula, name)
            self.done[id(formula)] = name
        return self.done[id(formula)]

    def _compute(self, formula: Formula, into: str) -> None:
        row, operands = formula.row, formula.operands
        if row == "where" and [number_of(x) for x in operands[1:]] == [1.0, 0.0]:
            self.lines.append(f"copyto({into}, {self.read(operands[0])})")  # a mask
        elif row == "where":
            condition, a = map(self.read, operands[:2])
            self.write(operands[2], into)
            self.lines.append(f"copyto({into}, {a}, where={condition})")
        else:
            self._call(row, [self.read(x) for x in operands], into)

    def _call(self, row: Any, names: list[str], into: str) -> None:
        name = row.name if isinstance(row, Primitive) else row
        if isinstance(row, Primitive) and (row.on_arrays is not None or row.kind == "custom"):
            self.lines.append(f"{into}[...] = {name}({', '.join(names)})")
            return
        function = FUNCTIONS.get(name, name)
        # NumPy wants the array for the result of these two to be named.
        out = f"out={into}" if function in ("maximum", "minimum") else into
        self.lines.append(f"{function}({', '.join(names[:2])}, {out})")
        for further in names[2:]:
            self.lines.append(f"{function}({into}, {further}, {out})")
