"""An operand that writes text instead of computing; the dialect of a back end stands with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from ..signatures import Written
from ..typed import Any, NamedTuple
from . import reductions, table
from .row import Primitive

# How strongly the outermost operator of a text binds; inside a stronger one it has parentheses.
CHOICE, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)
BINDING = {"add": SUM, "sub": SUM, "mul": PRODUCT, "div": PRODUCT, "neg": SIGN}


class Formula(Written):
    """A formula over names: put it into a row and it records how the row is written.

    >>> x, y = Formula("x"), Formula("y")
    >>> (x - x * y).code(PYTHON)
    'x - x * y'
    """

    __slots__ = ("operands", "row", "text")

    def __init__(
        self, text: str, row: Primitive | str | None = None, operands: Sequence[Any] = ()
    ) -> None:
        self.text: str = text  # a name or number when `row` is None
        self.row: Primitive | str | None = row  # else the sign of a comparison, "&" or "where"
        self.operands: Sequence[Any] = operands

    @staticmethod
    def _apply(row: Primitive, operands: Sequence[Any]) -> Formula:
        row.check_arity(operands)
        return Formula("", row, [_lift(x) for x in operands])

    @staticmethod
    def _where(condition: Formula, a: Any, b: Any) -> Formula:
        return Formula("", "where", [condition, _lift(a), _lift(b)])

    def code(self, dialect: Dialect) -> str:
        """The formula as one expression of a programming language."""
        return _Writer(dialect).assign({"y": self}, share=False)[0].removeprefix("y = ")

    def __neg__(self) -> Any:
        return table.neg(self)

    def __abs__(self) -> Any:
        return table.abs(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (int, float)):
            raise TypeError("a Formula cannot be compared by ==: use <= or >= inside where")
        return self is other

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __bool__(self) -> bool:
        raise TypeError("a Formula has no truth value: use where(condition, a, b) instead of if")


for _row in (table.add, table.sub, table.mul, table.div, table.pow):
    _name = "truediv" if _row is table.div else _row.name
    setattr(Formula, f"__{_name}__", lambda x, y, row=_row: row(x, y))
    setattr(Formula, f"__r{_name}__", lambda x, y, row=_row: row(y, x))
for _name, _sign in {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "and": "&"}.items():
    setattr(Formula, f"__{_name}__", lambda x, y, sign=_sign: Formula("", sign, [x, _lift(y)]))


def _lift(x: Any) -> Formula:
    return x if isinstance(x, Formula) else Formula(repr(float(x)))


class Dialect(NamedTuple):
    """How a language writes what the rows leave open.

    `where` is a template of condition, value where it holds, value where not; `both` is one of two
    conditions that must hold. The last three are for people (`explaining/writing.py`), not code.
    """

    number: Callable[[float], str]
    function: Callable[[str], str]  # the name of the function that a row of kind "function" is
    where: str
    both: str
    expands: bool  # a row of kind "formula" is written as that formula, not by its name
    signs: Mapping[str, str]  # of Python's operators and relations, as − for -
    power: Callable[[str, str], str] | None  # None: a power is a function like any other


# Python's functions are the rows' own `forward`, handed over under the rows' names.
PYTHON: Dialect = Dialect(repr, str, "({1} if {0} else {2})", "{} and {}", True, {}, None)


def statements(formulas: dict[str, Any], dialect: Dialect) -> list[str]:
    """Assignments of formulas to names, in order; what recurs in them is computed once.

    >>> decay = table.exp(Formula("x"))
    >>> statements({"y": decay / (1 + decay)}, PYTHON)
    ['t0 = exp(x)', 'y = t0 / (1.0 + t0)']
    """
    return _Writer(dialect).assign(formulas, share=True)


class _Writer:
    """Writes formulas in one language; what recurs gets a name."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.expanded: dict[Formula, Formula] = {}
        self.distinct: dict[tuple[Any, ...], Formula] = {}
        self.uses: Counter[Formula] = Counter()
        self.names: dict[Formula, str] = {}
        self.assignments: list[str] = []

    def assign(self, formulas: dict[str, Any], share: bool) -> list[str]:
        roots = {name: self._expand(_lift(formula)) for name, formula in formulas.items()}
        if share:
            for formula in roots.values():
                self._count(formula)
        for name, formula in roots.items():
            self.assignments.append(f"{name} = {self._text(formula)[0]}")
        return self.assignments

    def _expand(self, formula: Formula) -> Formula:
        """Replace rows that are formulas over other rows by these; equal formulas become one."""
        if formula not in self.expanded:
            operands = [self._expand(x) for x in formula.operands]
            row = formula.row
            if self.dialect.expands and isinstance(row, Primitive) and row.kind == "formula":
                result = self._expand(_lift(row.forward(*operands)))
            else:
                written = Formula(formula.text, row, operands)
                result = self.distinct.setdefault((row, formula.text, *operands), written)
            self.expanded[formula] = result
        return self.expanded[formula]

    def _count(self, formula: Formula) -> None:
        self.uses[formula] += 1
        if self.uses[formula] == 1:
            for operand in formula.operands:
                self._count(operand)

    def _text(self, formula: Formula) -> tuple[str, int]:
        """The text of a formula, and how strongly its outermost operator binds."""
        if formula.row is None:
            return self._atom(formula.text)
        if formula not in self.names:
            text, binding = self._written(formula.row, formula.operands)
            if self.uses[formula] < 2:
                return text, binding
            self.names[formula] = f"t{len(self.names)}"
            self.assignments.append(f"{self.names[formula]} = {text}")
        return self.names[formula], ATOM

    def _written(self, row: Primitive | str, operands: Sequence[Formula]) -> tuple[str, int]:
        if isinstance(row, Primitive) and row.kind == "operator":
            return self._operation(row, operands)
        if row is reductions.sum and self.dialect is not PYTHON:
            return " + ".join(self._inside(x, PRODUCT) for x in operands), SUM
        if row is table.pow and self.dialect.power:
            base, exponent = operands
            return self.dialect.power(self._inside(base, ATOM), self._text(exponent)[0]), POWER
        parts = [self._text(x)[0] for x in operands]
        if isinstance(row, Primitive):
            return f"{self.dialect.function(row.name)}({', '.join(parts)})", ATOM
        if row == "where":
            enclosed = self.dialect.where.endswith(")")
            return self.dialect.where.format(*parts), ATOM if enclosed else CHOICE
        if row == "&":
            return self.dialect.both.format(*parts), CHOICE
        return self.dialect.signs.get(row, f" {row} ").join(parts), CHOICE

    def _operation(self, row: Primitive, operands: Sequence[Formula]) -> tuple[str, int]:
        binding, sign = BINDING[row.name], self.dialect.signs.get(row.code, f" {row.code} ")
        if row is table.neg:  # one more, or JavaScript would read --x
            return sign.strip() + self._inside(operands[0], binding + 1), binding
        left, right = operands
        return f"{self._inside(left, binding)}{sign}{self._inside(right, binding + 1)}", binding

    def _inside(self, formula: Formula, binding: int) -> str:
        text, inner = self._text(formula)
        return text if inner >= binding else f"({text})"

    def _atom(self, text: str) -> tuple[str, int]:
        try:
            number = self.dialect.number(float(text))
        except ValueError:  # a name
            return text, ATOM
        return number, SIGN if number.startswith(("-", "−")) else ATOM
