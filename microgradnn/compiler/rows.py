"""What the compiler reads in the table: values and partials of rows as simplified formulas."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from ..formulas import Formula
from ..primitives import PRIMITIVES, Primitive, where

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

# Rows of many operands that are one binary row, applied again and again.
REDUCTIONS = {"sum": "add", "max": "maximum", "min": "minimum"}


class Algebra:
    """Writes rows as formulas of elementary rows; equal formulas become the same object.

    With `finite` no operand is infinite or NaN (a program that runs with NumPy's flags on raises
    where one arises), so that guards such as `abs(x) < inf` hold and disappear. What is asked for
    again is remembered; operands are leaves and formulas that came from here.

    >>> algebra = Algebra(finite=True)
    >>> algebra.value("relu", [algebra.leaf("x")]).row
    <primitive maximum>
    """

    def __init__(self, finite: bool) -> None:
        self.finite = finite
        self.known: dict[tuple[Any, ...], Formula] = {}
        self.values: dict[tuple[Any, ...], Formula] = {}
        self.derivatives: dict[tuple[Any, ...], list[Formula]] = {}

    def leaf(self, name: str) -> Formula:
        return self._unique(Formula(name))

    def value(self, op: str, operands: Sequence[Formula]) -> Formula:
        """The value of a row; `op` may be a comparison, "&" or "where" as well."""
        key = (op, *map(id, operands))
        if key not in self.values:
            formula = (
                PRIMITIVES[op](*operands) if op in PRIMITIVES else Formula("", op, list(operands))
            )
            self.values[key] = self.simplified(formula)
        return self.values[key]

    def partials(self, op: str, out: Formula, operands: Sequence[Any]) -> list[Formula]:
        """The derivative of a row's value with respect to each operand.

        A partial at a NaN is NaN, unless the row says otherwise.
        """
        key = (op, *map(id, (out, *operands)))
        if key not in self.derivatives:
            self.derivatives[key] = self._differentiated(PRIMITIVES[op], out, operands)
        return self.derivatives[key]

    def _differentiated(
        self, row: Primitive, out: Formula, operands: Sequence[Any]
    ) -> list[Formula]:
        if callable(row.partials):
            found = row.partials(out, *operands)
        else:
            found = [partial(out, *operands) for partial in row.partials]
        if not row.keeps_partials_at_nan:
            found = [where(out <= math.inf, partial, math.nan) for partial in found]
        return [self.simplified(_lifted(partial)) for partial in found]

    def simplified(self, formula: Formula) -> Formula:
        """The formula in elementary rows, without what makes no difference."""
        done: dict[int, tuple[Formula, Formula]] = {}  # the first keeps its id taken

        def visit(old: Formula) -> Formula:
            if id(old) not in done:
                done[id(old)] = old, self._rebuilt(old, [visit(x) for x in old.operands])
            return done[id(old)][1]

        return visit(formula)

    def _rebuilt(self, old: Formula, operands: list[Formula]) -> Formula:
        row = old.row
        if isinstance(row, Primitive):
            if row.kind == "formula" and row.name not in REDUCTIONS:
                return self.simplified(_lifted(row.forward(*operands)))
            if row.name in REDUCTIONS and len(operands) == 1:
                return operands[0]
            shorter = self._without_neutral(row.name, operands)
        else:
            shorter = self._decided(row, operands)
        return self._unique(Formula(old.text, row, operands)) if shorter is None else shorter

    def _without_neutral(self, name: str, operands: list[Formula]) -> Formula | None:
        """What is left of a sum, product or quotient with a neutral number, or of numbers only."""
        numbers = [number_of(x) for x in operands]
        if None not in numbers:
            return self._computed(PRIMITIVES[name], operands)
        if name in ("add", "mul") and numbers[0] == NEUTRAL[name]:
            return operands[1]
        if name in NEUTRAL and numbers[1] == NEUTRAL[name]:
            return operands[0]
        if name == "mul" and -1.0 in numbers:
            return self.value("neg", [operands[1 - numbers.index(-1.0)]])
        if name == "neg" and operands[0].row is PRIMITIVES["neg"]:
            return operands[0].operands[0]  # type: ignore[no-any-return]
        return None

    def _computed(self, row: Primitive, operands: list[Formula]) -> Formula | None:
        """A row of numbers, unless it is left to NumPy because it raises."""
        try:
            return self.leaf(repr(float(row.forward(*[number_of(x) for x in operands]))))
        except (ArithmeticError, ValueError):
            return None

    def _decided(self, op: Any, operands: list[Formula]) -> Formula | None:
        """The outcome of a comparison or selection, where it is known beforehand."""
        if op in COMPARISONS:
            left, right = map(number_of, operands)
            if left is not None and right is not None:
                return self.leaf(str(COMPARISONS[op](left, right)))
            if self.finite and right is not None and math.isinf(right):
                return self.leaf(str(COMPARISONS[op](0.0, right)))
        if op == "&":
            for one, other in (operands, operands[::-1]):
                if one.row is None:  # an outcome, or a number that Python made of one
                    return one if one.text in ("False", "0.0") else other
        if op == "where":
            condition, a, b = operands
            if condition.text in BOTH:
                return a if condition.text == "True" else b
            if a is b:
                return a
            if condition.row in ("<=", ">=") and condition.operands == [b, a]:
                return self.value("maximum" if condition.row == "<=" else "minimum", [b, a])
            if self.finite:
                product = self._as_product(condition, a, b)
                if product is not None:
                    return product
        return None

    def _as_product(self, condition: Formula, a: Formula, b: Formula) -> Formula | None:
        """A choice between a finite number and 0 as a product, which NumPy computes sooner."""
        chosen, other = number_of(a), number_of(b)
        if other == 0.0 and chosen is None:
            mask = self.value("where", [condition, self.leaf("1.0"), self.leaf("0.0")])
            return self.value("mul", [mask, a])
        if chosen == 0.0 and other is None:
            return self.value("sub", [b, self.value("where", [condition, b, a])])
        return None

    def _unique(self, formula: Formula) -> Formula:
        name = formula.row.name if isinstance(formula.row, Primitive) else formula.row
        return self.known.setdefault((name, formula.text, *map(id, formula.operands)), formula)


BOTH = ("True", "False")
NEUTRAL = {"add": 0.0, "sub": 0.0, "mul": 1.0, "div": 1.0}


def number_of(formula: Formula) -> float | None:
    """The number that a formula is, or None."""
    if formula.row is not None or formula.text in BOTH:
        return None
    try:
        return float(formula.text)
    except ValueError:
        return None


def _lifted(x: Any) -> Formula:
    return x if isinstance(x, Formula) else Formula(repr(float(x)))
