"""Expressions that people type: read against the table's names, and never run as a program.

The idea: Python reads the text and gives its tree, in which only what is listed here is taken: what
stands elsewhere is refused at its place.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any
from unicodedata import combining, east_asian_width

from .elements import where
from .engine import functions, table
from .engine.value import Value

MOST_CHARACTERS = 2_000
MOST_SHOWN = 76  # characters of an expression around the place that an error shows
CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau, "π": math.pi, "τ": math.tau}

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Mod: operator.mod,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_OF_LISTS = {"sum", "mean", "max", "min", "logsumexp"}  # sum(x, y) is sum([x, y])
_OTHER_NAMES = {"ln": "log", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "sgn": "sign"}
_OTHER_NAMES |= {"logistic": "sigmoid", "σ": "sigmoid", "cot": "1 / tan", "sec": "1 / cos"}
_INSTEAD = {
    ast.BitXor: "write ** for powers",
    ast.MatMult: "write dot([w1, w2], [x1, x2])",
    ast.FloorDiv: "write floor(a / b)",
    ast.Attribute: "a name has no parts here",
    ast.Subscript: "give each number a name of its own: x1, x2",
    ast.IfExp: "write where(condition, a, b)",
    ast.Compare: "a comparison stands in where(a < b, …) alone, as <, <=, > or >=",
}
_ON_PAPER = {"×": "*", "·": "*", "−": "-", "÷": "/", "≤": "<=", "≥": ">=", "√": "sqrt(…)"}
_ON_PAPER |= {"²": "**2", "³": "**3"}
_FACTORS = "; write * between two factors"


class NotAnExpression(ValueError):
    """A text that is no expression, or has no value: the reason, and under the text the place."""

    def __init__(self, reason: str, text: str, start: int, end: int) -> None:
        first, last = 0, len(text)
        if last > MOST_SHOWN:
            first, last = max(0, start - MOST_SHOWN // 2), start + MOST_SHOWN // 2
        before, after = "…" * (first > 0), "…" * (last < len(text))
        shown = f"{before}{text[first:last]}{after}"
        marks = " " * _columns(before + text[first:start])
        marks += "^" * max(1, _columns(text[start : min(end, last)]))
        super().__init__(f"{reason}\n  {shown}\n  {marks}")


def _columns(text: str) -> int:
    """The columns of a terminal that a text takes: two for a Chinese letter, none for a mark."""
    wide = sum(east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(bool(combining(c)) for c in text)


def _instead(text: str, start: int) -> str:
    """What to write where Python cannot read what people write on paper, such as 2x or x²."""
    before, after = text[:start].rstrip(), text[start:]
    if after[:1] in _ON_PAPER:
        return f"; write {_ON_PAPER[after[0]]}"
    if re.match(r"[\d.]+[^\W\d]", after):  # 2x
        return _FACTORS
    if not re.match(r"\w", after) or not re.search(r"[\w)]$", before):
        return ""
    name = re.split(r"\W", before)[-1]
    return f"; write {name}(…)" if name in functions_by_name() else _FACTORS


def functions_by_name() -> dict[str, Any]:
    """What an expression may call: the rows of the table, and the functions of lists.

    >>> sorted(functions_by_name())[:4]
    ['abs', 'acos', 'acosh', 'asin']
    """
    names = [name for name in table.__all__ if name.islower()]
    found = {name: getattr(table, name) for name in names}
    more = {name: getattr(functions, name) for name in (*functions.__all__, "sum", "max", "min")}
    return {**found, **more, "abs": table.abs, "pow": table.pow, "where": where}


def evaluate(text: str, variables: Mapping[str, float]) -> tuple[Value, dict[str, Value]]:
    """The recorded graph of an expression, and the leaf of each variable, labelled by its name.

    Operators are `+ - * / ** %`, functions those of the table; `pi`, `e` and `tau` are numbers
    unless `variables` has them. NotAnExpression, a ValueError, says what else was found, or what
    has no value such as log(0), and where.

    >>> y, leaves = evaluate("w * x**2", {"w": -3.0, "x": 2.0})
    >>> y.backward()
    >>> y.data, leaves["x"].grad
    (-12.0, -12.0)
    """
    leaves = {name: Value(x, label=name) for name, x in variables.items()}
    result = _Reader(text, leaves).read()
    if not isinstance(result, Value):
        shown = f"{result:g}" if isinstance(result, float) else f"a list of {len(result)}"
        raise ValueError(f"{text.strip()} must be one number that depends on a name; it is {shown}")
    return result, leaves


def function_of(text: str, names: Sequence[str]) -> Callable[..., Any]:
    """The expression as a function of the variables, in the order of their names.

    >>> function_of("x / y", ["y", "x"])(4.0, 1.0)
    0.25
    """
    return lambda *xs: _Reader(text, dict(zip(names, xs, strict=True))).read()


class _Reader:
    """Reads one text, with the leaves of its variables."""

    def __init__(self, text: str, leaves: Mapping[str, Any]) -> None:
        self.text = text.strip()
        self.leaves = leaves
        self.used: set[str] = set()
        self.functions = functions_by_name()

    def read(self) -> Any:
        if not self.text:
            raise ValueError("the expression is empty; write one such as 'w * x + b'")
        if len(self.text) > MOST_CHARACTERS:
            raise ValueError(
                f"the expression has {len(self.text):,} characters, at most {MOST_CHARACTERS:,} "
                "are read"
            )
        try:
            result = self.value(self.tree())
        except (RecursionError, MemoryError):
            raise ValueError("the expression is nested too deeply") from None
        if unused := [name for name in self.leaves if name not in self.used]:
            raise ValueError(f"{unused[0]} has a value, but does not occur in {self.text}")
        return result

    def tree(self) -> ast.expr:
        try:
            return ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            if error.offset == 0:  # Python has read all of it, and waits for more
                end = len(self.text.rstrip())
                raise self.refused("something is missing at the end", end, end + 1) from None
            lines = self.text.split("\n")
            start = sum(len(line) + 1 for line in lines[: (error.lineno or 1) - 1])
            start += max(0, (error.offset or 1) - 1)
            reason = f"this cannot be read: {error.msg}{_instead(self.text, start)}"
            raise self.refused(reason, start, start + 1) from None
        except ValueError as error:  # such as a null byte
            raise ValueError(f"the expression cannot be read: {error}") from None

    def refused(self, reason: str, start: int, end: int) -> NotAnExpression:
        shown = "".join(c if c.isprintable() else " " for c in self.text)
        return NotAnExpression(reason, shown, start, end)

    def refusal(self, node: Any, reason: str) -> NotAnExpression:
        """An error that shows where in the text a part of it stands."""
        return self.refused(reason, self.place(node.lineno, node.col_offset), self.end(node))

    def place(self, line: int, column: int) -> int:
        """Where in the text a line's column is, which Python counts in bytes."""
        lines = self.text.split("\n")
        before = sum(len(earlier) + 1 for earlier in lines[: line - 1])
        return before + len(lines[line - 1].encode()[:column].decode(errors="ignore"))

    def end(self, node: Any) -> int:
        return self.place(node.end_lineno, node.end_col_offset)

    # ---- What may stand in an expression ---------------------------------------------------------

    def value(self, node: ast.expr) -> Any:
        """The number or Value of a part of the expression."""
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return self.number(node)
        if isinstance(node, ast.Name):
            return self.variable(node)
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            return self.chain(node)
        if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
            return self.computed(node, _UNARY[type(node.op)], [self.value(node.operand)])
        if isinstance(node, ast.Call):
            return self.call(node)
        kind = type(getattr(node, "op", node))
        hint = _INSTEAD.get(kind, "numbers, names, + - * / ** % and functions can stand in one")
        raise self.refusal(node, f"this is no part of an expression; {hint}")

    def chain(self, node: ast.expr) -> Any:
        """What x + y + z + … gives: each part is the left operand of the next, however many."""
        parts: list[ast.BinOp] = []
        while isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            parts.append(node)
            node = node.left
        result = self.value(node)
        for part in reversed(parts):
            operands = result, self.value(part.right)
            result = self.computed(part, _BINARY[type(part.op)], operands)
        return result

    def number(self, node: Any) -> float:
        try:
            number = float(node.value)
        except OverflowError:
            number = math.inf
        if number == math.inf:
            raise self.refusal(node, "this number is too large for a float")
        return number

    def variable(self, node: ast.Name) -> Any:
        if node.id in self.leaves:
            self.used.add(node.id)
            return self.leaves[node.id]
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        if node.id in self.functions:
            raise self.refusal(node, f"{node.id} is a function; write {node.id}(…)")
        if "·" in node.id:  # to Python it is a letter
            raise self.refusal(node, "write * for ·")
        raise self.refusal(node, f"{node.id} has no value; give it one: {node.id}=1")

    def call(self, node: ast.Call) -> Any:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in self.functions:
            raise self.refusal(node.func, self.unknown(node.func, name))
        if node.keywords:
            raise self.refusal(node.keywords[0], "arguments have no names here")
        arguments = [self.argument(name, place, part) for place, part in enumerate(node.args)]
        if name in _OF_LISTS and not (len(arguments) == 1 and isinstance(arguments[0], list)):
            arguments = [arguments]
        return self.computed(node, self.functions[name], arguments)

    def computed(self, node: ast.expr, f: Callable[..., Any], operands: Sequence[Any]) -> Any:
        """What an operation gives; where it has no value, its place is shown."""
        if f not in self.functions.values() and any(isinstance(x, list) for x in operands):
            raise self.refusal(node, "a list stands in the brackets of a function alone")
        try:
            return f(*operands)
        except OverflowError:
            raise self.refusal(node, "the result is too large for a float") from None
        except (ArithmeticError, TypeError, ValueError) as error:
            raise self.refusal(node, str(error)) from None

    def argument(self, name: str, place: int, node: ast.expr) -> Any:
        """An argument of a function: a number, a list of them, or the condition of `where`."""
        if isinstance(node, (ast.List, ast.Tuple)):
            return [self.value(element) for element in node.elts]
        if name == "where" and place == 0 and isinstance(node, ast.Compare):
            (compare, *more), (right, *_) = map(type, node.ops), node.comparators
            if not more and compare in _COMPARED:
                return _COMPARED[compare](self.value(node.left), self.value(right))
        return self.value(node)

    def unknown(self, node: ast.expr, name: str) -> str:
        if name in self.leaves:
            return f"{name} is a number, not a function; write {name} * (…)"
        if not name:
            is_factor = isinstance(node, (ast.Constant, ast.BinOp))
            return "only functions of the table can be called" + _FACTORS * is_factor
        if name in _OTHER_NAMES:
            return f"there is no function {name}; write {_OTHER_NAMES[name]}"
        near = get_close_matches(name, self.functions, n=1)
        hint = f"do you mean {near[0]}?" if near else "`microgradnn ops` lists them"
        return f"there is no function {name}; {hint}"
