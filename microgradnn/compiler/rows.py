"""Rows of the table, as formulas over elementary rows, for the compiler to put into steps.

The idea: a row is called with formulas instead of numbers, and so writes down what it computes.
That is simplified by rules that hold whatever the row (x + 0 is x; a selection between x and 0 by
their size is a maximum). So no derivative is written by hand for arrays.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Any

from ..elements import where
from ..engine.formulas import Formula
from ..engine.row import PRIMITIVES, Primitive

COMPARISONS = {"<": operator.lt, "<=": operator.le}
REFLECTED = {">": "<", ">=": "<="}  # are written with their operands exchanged

# Rows of many operands that are one row of two operands, applied again and again.
REDUCTIONS = {"sum": "add", "max": "maximum", "min": "minimum"}


def _selection(comparison: str) -> Primitive:
    holds = COMPARISONS[comparison]
    return Primitive(
        f"where {comparison}",
        "where",
        lambda x, y, a, b: where(holds(x, y), a, b),
        [
            lambda out, x, y, a, b: 0.0,
            lambda out, x, y, a, b: 0.0,
            lambda out, x, y, a, b: where(holds(x, y), 1.0, 0.0),
            lambda out, x, y, a, b: where(holds(x, y), 0.0, 1.0),
        ],
        keeps_partials_at_nan=True,
    )


# Rows of the compiler's own: `a if x < y else b`, of x, y, a and b. Their gradient goes to the
# side that is chosen, also at the boundary.
SELECTIONS = {f"where {comparison}": _selection(comparison) for comparison in COMPARISONS}

COMMUTATIVE = ("add", "mul")
NEUTRAL = {"add": 0.0, "sub": 0.0, "mul": 1.0, "div": 1.0, "pow": 1.0}  # as the second operand
OUTCOMES = ("True", "False")  # of comparisons that are known beforehand


class Algebra:
    """Writes rows as simplified formulas; equal formulas become the same object.

    With `finite` no operand is infinite or NaN: a program that runs with NumPy's flags on raises an
    error where one arises. Then guards such as `abs(x) < inf` are true, and disappear.

    All operands must come from here, too. This keeps them alive, so an id stands for one formula.

    >>> algebra = Algebra(finite=True)
    >>> algebra.value("relu", [algebra.leaf("x")]).row
    <primitive maximum>
    """

    def __init__(self, finite: bool) -> None:
        self.finite = finite
        self.leaves: dict[str, Formula] = {}
        self.values: dict[tuple[Any, ...], Formula] = {}
        self.derivatives: dict[tuple[Any, ...], list[Formula]] = {}
        # A formula and what it was simplified to, by the id of the former, which stays alive here.
        self.done: dict[int, tuple[Formula, Formula]] = {}

    def leaf(self, name: str) -> Formula:
        """The formula that is a name or a number."""
        return self.leaves.setdefault(name, Formula(name))

    def value(self, op: str, operands: Sequence[Formula]) -> Formula:
        """The value of a row; `op` may be a comparison, "&" or "where" as well."""
        if op in REFLECTED:
            op, operands = REFLECTED[op], operands[::-1]
        key = (op, *map(id, operands))
        if key not in self.values:
            row = SELECTIONS.get(op) or PRIMITIVES.get(op)
            operands = list(operands)
            shorter = self._row(row, operands) if row else self._decided(op, operands)
            self.values[key] = Formula("", row or op, operands) if shorter is None else shorter
        return self.values[key]

    def partials(self, op: str, out: Formula, operands: Sequence[Any]) -> list[Formula]:
        """The derivative of a row's value with respect to each operand.

        Beside an operand that is NaN all are NaN, unless the row says otherwise.
        """
        key = (op, *map(id, (out, *operands)))
        if key not in self.derivatives:
            row = SELECTIONS.get(op) or PRIMITIVES[op]
            try:
                found = row.partials_on(out, operands, [True] * len(operands))
            except TypeError as error:  # a row of the user's own, which need not suit arrays
                raise TypeError(
                    f"the partials of {op} work for numbers only ({error}): write them with "
                    "operators, where(condition, a, b) and functions such as mg.exp, not math.exp"
                ) from error
            if not row.keeps_partials_at_nan:
                seen = [out] if op == "take" else operands  # what is not taken does not count
                numbers = PRIMITIVES["max"](*seen) <= math.inf
                found = [where(numbers, partial, math.nan) for partial in found]
            self.derivatives[key] = list(map(self.simplified, found))
        return self.derivatives[key]

    def simplified(self, formula: Any) -> Formula:
        """The formula written anew, in elementary rows and from leaves upwards."""
        formula = formula if isinstance(formula, Formula) else Formula(repr(float(formula)))
        for old in operands_first(formula, self.done, lambda x: x.operands):
            op = old.row.name if isinstance(old.row, Primitive) else old.row
            xs = [self.done[id(x)][1] for x in old.operands]
            self.done[id(old)] = old, self.leaf(old.text) if op is None else self.value(op, xs)
        return self.done[id(formula)][1]

    def _row(self, row: Primitive, operands: list[Formula]) -> Formula | None:
        """What stands for a row that is a formula, or that makes no difference; else None."""
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
        return self._of_multiple(row.name, operands[0]) if row.name in ("neg", "abs") else None

    def _of_multiple(self, op: str, product: Formula) -> Formula | None:
        """What stands for -(c·x) and |c·x|, where c is a number; they are rounded as c·x is."""
        c = number_of(product.operands[0]) if product.row is PRIMITIVES["mul"] else None
        if c is None:
            return None
        x = product.operands[1] if op == "neg" else self.value("abs", [product.operands[1]])
        return self.value("mul", [self.leaf(repr(-c if op == "neg" else abs(c))), x])

    def _decided(self, op: str, operands: list[Formula]) -> Formula | None:
        """What stands for a comparison, a condition of two, or a selection; else None."""
        if op in COMPARISONS:
            left, right = map(number_of, operands)
            if left is None and self.finite and right is not None and math.isinf(right):
                left = 0.0  # whatever it is, it compares with an infinity as 0 does
            if left is not None and right is not None:
                return self.leaf(str(COMPARISONS[op](left, right)))
        elif op == "&":
            for one, other in (operands, operands[::-1]):
                if one.row is None:  # an outcome, or the number that Python made of one
                    return one if one.text in ("False", "0.0") else other
        else:
            return self._chosen(*operands)
        return None

    def _chosen(self, condition: Formula, a: Formula, b: Formula) -> Formula | None:
        """What stands for `a if condition else b`: a branch, a maximum, a product, a sign."""
        if condition.text in OUTCOMES:
            return a if condition.text == "True" else b
        if a is b:
            return a
        if condition.row == "<=" and condition.operands in ([a, b], [b, a]):
            return self.value("minimum" if condition.operands[0] is a else "maximum", [b, a])
        return self._without_selection(condition, a, b) if self.finite else None

    def _without_selection(self, condition: Formula, a: Formula, b: Formula) -> Formula | None:
        """A selection as arithmetic, which NumPy does faster.

        A product with a mask, which is 1 or 0, is right for finite numbers only: 0·∞ is NaN.
        """
        if_true, if_false = number_of(a), number_of(b)
        if if_true is not None and b.row == "where":
            return self._by_sign(condition, a, *b.operands)
        if if_false == 0.0 and if_true is None:
            mask = self.value("where", [condition, self.leaf("1.0"), self.leaf("0.0")])
            return self.value("mul", [mask, a])
        if if_true == 0.0 and if_false is None:
            return self.value("sub", [b, self.value("where", [condition, b, a])])
        return None

    def _by_sign(
        self, first: Formula, above: Formula, second: Formula, below: Formula, at: Formula
    ) -> Formula | None:
        """Write `above if x > y, below if x < y, at if x = y` as slope·sign(x - y) + at.

        Partials at a kink look like this: 1, 0 and ½ for a maximum, 1, -1 and 0 for abs. It needs
        three numbers on a line, and the two conditions to compare the same x and y.
        """
        opposite = first.row == second.row == "<" and first.operands == second.operands[::-1]
        upper, middle, lower = map(number_of, (above, at, below))
        if not opposite or upper is None or middle is None or lower is None:
            return None
        if upper - middle != middle - lower:
            return None
        # Either order of x and y will do. A number comes second, since x - 0 is x.
        x, y = sorted(second.operands, key=lambda x: x.text, reverse=True)
        slope = upper - middle if x is second.operands[0] else middle - upper
        scaled = self.value("mul", [self.leaf(repr(slope)), self._sign(x, y)])
        return self.value("add", [scaled, self.leaf(repr(middle))])

    def _sign(self, x: Formula, y: Formula) -> Formula:
        """sign(x - y), which is not to be replaced by the selection that the table has for it."""
        difference = self.value("sub", [x, y])
        sign = Formula("", PRIMITIVES["sign"], [difference])
        return self.values.setdefault(("sign", id(difference)), sign)


def operands_first(
    root: Formula, done: Container[int], operands: Callable[[Formula], Sequence[Formula]]
) -> Iterator[Formula]:
    """The parts of a formula, each after its operands, but for those whose ids are in `done`.

    The caller adds each part to `done`, so that it comes once. There is no recursion: a sum of a
    thousand terms is a formula a thousand operations deep.
    """
    stack = [root]
    while stack:
        waiting = [x for x in operands(stack[-1]) if id(x) not in done]
        if id(stack[-1]) in done:
            stack.pop()
        elif waiting:
            stack += reversed(waiting)
        else:
            yield stack.pop()


def number_of(formula: Formula) -> float | None:
    """The number that a formula is, or None."""
    if formula.row is not None or formula.text in OUTCOMES:
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
