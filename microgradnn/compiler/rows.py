"""What the compiler reads in the table: values and partials of rows as simplified formulas."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Any

from ..engine.formulas import Formula
from ..engine.row import PRIMITIVES, Primitive, where

COMPARISONS = {"<": operator.lt, "<=": operator.le}
REFLECTED = {">": "<", ">=": "<="}  # are written with their operands exchanged

# Rows of many operands that are one binary row, applied again and again.
REDUCTIONS = {"sum": "add", "max": "maximum", "min": "minimum"}

COMMUTATIVE = ("add", "mul")
NEUTRAL = {"add": 0.0, "sub": 0.0, "mul": 1.0, "div": 1.0, "pow": 1.0}  # as the second operand


class Algebra:
    """Writes rows as formulas of elementary rows; equal formulas become the same object.

    With `finite` no operand is infinite or NaN (a program that runs with NumPy's flags on raises
    where one arises), so that guards such as `abs(x) < inf` hold and disappear. Operands are
    leaves and formulas that came from here; those stay, so that they are known by their id.

    >>> algebra = Algebra(finite=True)
    >>> algebra.value("relu", [algebra.leaf("x")]).row
    <primitive maximum>
    """

    def __init__(self, finite: bool) -> None:
        self.finite = finite
        self.leaves: dict[str, Formula] = {}
        self.values: dict[tuple[Any, ...], Formula] = {}
        self.derivatives: dict[tuple[Any, ...], list[Formula]] = {}
        self.done: dict[int, tuple[Formula, Formula]] = {}  # the first keeps its id taken

    def leaf(self, name: str) -> Formula:
        return self.leaves.setdefault(name, Formula(name))

    def value(self, op: str, operands: Sequence[Formula]) -> Formula:
        """The value of a row; `op` may be a comparison, "&" or "where" as well."""
        if op in REFLECTED:
            op, operands = REFLECTED[op], operands[::-1]
        key = (op, *map(id, operands))
        if key not in self.values:
            row, operands = PRIMITIVES.get(op), list(operands)
            shorter = self._row(row, operands) if row else self._decided(op, operands)
            self.values[key] = Formula("", row or op, operands) if shorter is None else shorter
        return self.values[key]

    def partials(self, op: str, out: Formula, operands: Sequence[Any]) -> list[Formula]:
        """The derivative of a row's value with respect to each operand.

        Beside an operand that is NaN all are NaN, unless the row says otherwise.
        """
        key = (op, *map(id, (out, *operands)))
        if key not in self.derivatives:
            row = PRIMITIVES[op]
            try:
                found = row.partials_on(out, operands, [True] * len(operands))
            except TypeError as error:  # a row of the user's own, which need not suit arrays
                raise TypeError(
                    f"the partials of {op} work for numbers only ({error}): write them with "
                    "operators, where(condition, a, b) and functions such as mg.exp, not math.exp"
                ) from error
            if not row.keeps_partials_at_nan:
                numbers = PRIMITIVES["max"](*operands) <= math.inf
                found = [where(numbers, partial, math.nan) for partial in found]
            self.derivatives[key] = list(map(self.simplified, found))
        return self.derivatives[key]

    def simplified(self, formula: Any) -> Formula:
        """The formula in elementary rows, without what makes no difference."""
        formula = formula if isinstance(formula, Formula) else Formula(repr(float(formula)))
        for old in operands_first(formula, self.done, lambda x: x.operands):
            op = old.row.name if isinstance(old.row, Primitive) else old.row
            xs = [self.done[id(x)][1] for x in old.operands]
            self.done[id(old)] = old, self.leaf(old.text) if op is None else self.value(op, xs)
        return self.done[id(formula)][1]

    def _row(self, row: Primitive, operands: list[Formula]) -> Formula | None:
        """What is left of a row that is a formula, has a neutral operand, or numbers only."""
        if row.name in REDUCTIONS:
            return operands[0] if len(operands) == 1 else None
        if row.kind == "formula":
            return self.simplified(row.forward(*operands))
        numbers = [number_of(x) for x in operands]
        if None not in numbers:
            try:
                return self.leaf(repr(float(row.forward(*numbers))))
            except (ArithmeticError, ValueError):
                return None  # left to NumPy, which raises as well
        kept = kept_operand(row.name, numbers)
        if kept is not None:
            return operands[kept]
        if row.name == "mul" and -1.0 in numbers:
            return self.value("neg", [operands[1 - numbers.index(-1.0)]])
        if row.name == "neg" and operands[0].row is row:
            return operands[0].operands[0]  # type: ignore[no-any-return]
        return None

    def _decided(self, op: str, operands: list[Formula]) -> Formula | None:
        """The outcome of a comparison or selection, where it is known beforehand."""
        if op in COMPARISONS:
            left, right = map(number_of, operands)
            if left is None and self.finite and right is not None and math.isinf(right):
                left = 0.0  # as good as any
            if left is not None and right is not None:
                return self.leaf(str(COMPARISONS[op](left, right)))
        elif op == "&":
            for one, other in (operands, operands[::-1]):
                if one.row is None:  # an outcome, or a number that Python made of one
                    return one if one.text in ("False", "0.0") else other
        else:
            return self._chosen(*operands)
        return None

    def _chosen(self, condition: Formula, a: Formula, b: Formula) -> Formula | None:
        """A selection without a choice, as a maximum or minimum, or as a product."""
        if condition.text in BOTH:
            return a if condition.text == "True" else b
        if a is b:
            return a
        if condition.row == "<=" and condition.operands in ([a, b], [b, a]):
            return self.value("minimum" if condition.operands[0] is a else "maximum", [b, a])
        if self.finite:  # NumPy computes a sign or a product with a mask sooner than a selection
            chosen, other = number_of(a), number_of(b)
            if chosen is not None and b.row == "where":
                return self._by_sign(condition, chosen, *b.operands)
            if other == 0.0 and chosen is None:
                mask = self.value("where", [condition, self.leaf("1.0"), self.leaf("0.0")])
                return self.value("mul", [mask, a])
            if chosen == 0.0 and other is None:
                return self.value("sub", [b, self.value("where", [condition, b, a])])
        return None

    def _by_sign(
        self, greater: Formula, above: float, less: Formula, *others: Formula
    ) -> Formula | None:
        """Numbers for x > y, x < y and x = y, if on a line, as slope·sign(x - y) + middle."""
        below, middle = map(number_of, others)
        if greater.row != "<" or less.row != "<" or greater.operands != less.operands[::-1]:
            return None
        if below is None or middle is None or above - middle != middle - below:
            return None
        x, y = sorted(less.operands, key=lambda x: x.text, reverse=True)  # x - 0 is x
        difference = self.value("sub", [x, y])
        sign = Formula("", PRIMITIVES["sign"], [difference])
        sign = self.values.setdefault(("sign", id(difference)), sign)
        slope = self.leaf(repr(above - middle if x is less.operands[0] else middle - above))
        return self.value("add", [self.value("mul", [slope, sign]), self.leaf(repr(middle))])


def operands_first(
    root: Formula, done: Container[int], operands: Callable[[Formula], Sequence[Formula]]
) -> Iterator[Formula]:
    """The parts of a formula, however deep, each after its operands; not those whose id is done."""
    stack = [root]
    while stack:
        waiting = [x for x in operands(stack[-1]) if id(x) not in done]
        if id(stack[-1]) in done:
            stack.pop()
        elif waiting:
            stack += reversed(waiting)
        else:
            yield stack.pop()


BOTH = ("True", "False")


def number_of(formula: Formula) -> float | None:
    """The number that a formula is, or None."""
    if formula.row is not None or formula.text in BOTH:
        return None
    try:
        return float(formula.text)
    except ValueError:
        return None


def kept_operand(op: str, numbers: Sequence[float | None]) -> int | None:
    """The place of the operand that an operation leaves as it is: x in x + 0, 1·x, x / 1."""
    neutral = NEUTRAL.get(op)
    if neutral is not None and numbers[1] == neutral:
        return 0
    return 1 if op in COMMUTATIVE and numbers[0] == neutral else None
