"""The formulas of a page: each row's value and local derivatives as a textbook writes them."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import reduce
from typing import Any

from ..engine import table
from ..engine.formulas import Formula, statements
from ..engine.row import PRIMITIVES, Primitive
from ..engine.value import Value
from ..explaining.mathml import mathml
from ..explaining.writing import latex
from ..javascript import JAVASCRIPT
from .arithmetic import IMPORTS, MOST_WRITTEN, Form

LONGEST = 300  # characters of a formula's LaTeX; nobody reads a longer one
SPECIAL = ("pow", "cross_entropy", "cross_entropy_of_logits")
MOST_PATTERNS = 30  # of numbers among the operands that have formulas of their own

Forms = Mapping[Form, int]
Pattern = list[float | None]  # the operands that are plain numbers, None for the others


def formulas(forms: Forms, values: Iterable[Value]) -> str:
    """A module that exports, as `formulas`, what the page writes of each form, in their order.

    `value` is MathML with places for the operands, `slopes` the same for each local derivative, and
    `slope` a function `(out, ...operands)` of the derivatives as they are written, so that an
    equation can be checked with the digits that it shows. Powers and cross-entropies have special
    formulas for operands that are plain numbers: x² is seen more often than xʸ.
    """
    patterns = _patterns(forms, values)
    texts = []
    for form, place in forms.items():
        special = ", ".join(
            f"{json.dumps(_key(pattern))}: {_written(*form, pattern)}"
            for pattern in patterns.get(place, [])
        )
        texts.append(
            f"  {{ general: {_written(*form, [None] * form[1])}, special: {{{special}}} }}"
        )
    listed = ",\n".join(texts)
    return f"{IMPORTS}export const formulas = [\n{listed}\n];\n"


def _patterns(forms: Forms, values: Iterable[Value]) -> dict[int, list[Pattern]]:
    """Which operands are plain numbers, and which, by the place of the form; None is a Value."""
    found: dict[int, list[Pattern]] = {}
    for value in values:
        if value.op is None or value.op.name not in SPECIAL:
            continue
        known = found.setdefault(forms[value.op, len(value.operands)], [])
        pattern = [x if isinstance(x, float) else None for x in value.operands]
        numbers = [x for x in pattern if x is not None]
        is_new = pattern not in known and len(known) < MOST_PATTERNS
        if is_new and numbers and len(pattern) <= MOST_WRITTEN and _are_exact(value.op, numbers):
            known.append(pattern)
    return found


def _are_exact(row: Primitive, numbers: Sequence[float]) -> bool:
    """Whether a formula that has these numbers in it shows them, and what is made of them, exactly.

    Exponents are shown with four digits; the weights of a cross-entropy are added up.
    """
    if row is table.pow:
        return all(float(f"{x:.4g}") == x for x in numbers)
    return set(numbers) <= {0.0, 1.0}


def _key(pattern: Pattern) -> str:
    """The pattern as JavaScript's `join` writes it."""
    return ",".join("" if x is None else repr(x).removesuffix(".0") for x in pattern)


def _mark(name: object) -> str:
    return f"\0{name}\0"


def _written(row: Primitive, count: int, pattern: Pattern) -> str:
    """What is written of one form, as an object of JavaScript."""
    if row.kind == "custom":
        return "null"
    if row.name in ("softmax", "take"):
        return _choice(row, count)
    operands = [Formula(_mark(k)) if x is None else x for k, x in enumerate(pattern)]
    slopes = _textbook(row, operands)
    if count > MOST_WRITTEN:
        return f"{{ value: [], slopes: {json.dumps([_atom(x) for x in slopes])} }}"
    shown = [_template(x) for x in slopes]
    parts = [f"value: {json.dumps(_values(row, operands))}", f"slopes: {json.dumps(shown)}"]
    if any("{" in text and not re.fullmatch(r"{\w+}", text) for text in shown):
        with suppress(TypeError):  # JavaScript has no formula for it
            parts.append(f"slope: {_function(row, operands, shown)}")
    return f"{{ {', '.join(parts)} }}"


def _textbook(row: Primitive, operands: Sequence[Any]) -> list[Any]:
    """The derivatives by the operands; None by one that is a plain number."""
    slopes = row.textbook_on(Formula(_mark("out")), operands)
    pairs = zip(slopes, operands, strict=True)
    return [slope if isinstance(x, Formula) else None for slope, x in pairs]


def _values(row: Primitive, operands: Sequence[Any]) -> list[str]:
    """How the operation is written, and what that stands for, where this can be read."""
    call = Formula("", row, [x if isinstance(x, Formula) else Formula(repr(x)) for x in operands])
    written = [call] if row.name not in ("dot", "max", "min") else []
    if row.name not in ("tanh", "max", "min", "take"):
        written.append(row.definition(*operands))
    found = [_template(x) for x in written]
    return list(dict.fromkeys(text for text in found if text))


def _template(formula: Any) -> str:
    """A formula as MathML with places for its operands; empty if it is too long to be read."""
    if formula is None:
        return ""
    for row, write in ((PRIMITIVES["sum"], _plus), (table.mul, _times), (table.sub, _minus)):
        formula = _rewritten(formula, row, write)
    text = _in_symbols(latex(formula))
    return mathml(text) if len(text) <= LONGEST else ""


def _rewritten(formula: Any, row: Primitive, write: Callable[..., Any]) -> Any:
    """The formula with something else for each use of a row: what `write` makes of its operands."""
    if not isinstance(formula, Formula) or not formula.operands:
        return formula
    operands = [_rewritten(x, row, write) for x in formula.operands]
    if formula.row is row:
        return write(*operands)
    return Formula(formula.text, formula.row, operands)


def _plus(*terms: Any) -> Any:
    """The terms with + between them, but for those that are 0 times something."""
    kept = [term for term in terms if not (_is(term, 0.0) or _is_nothing(term))]
    return reduce(operator.add, kept or terms[:1])


def _is_nothing(term: Any) -> bool:
    return isinstance(term, Formula) and term.row is table.mul and _is(term.operands[0], 0.0)


def _times(a: Any, b: Any) -> Any:
    """A product, without a factor that is 1."""
    return b if _is(a, 1.0) else a if _is(b, 1.0) else a * b


def _minus(a: Any, b: Any) -> Any:
    return a if _is(b, 0.0) else a - b


def _is(formula: Any, number: float) -> bool:
    return formula is number if not isinstance(formula, Formula) else formula.text == repr(number)


def _share(which: Formula, *logits: Any) -> Any:
    """A softmax as a formula; which share is meant has to be a number for this, not a Formula."""
    return PRIMITIVES["softmax"].forward(float(which.text), *logits)


def _in_symbols(text: str) -> str:
    r"""LaTeX with the symbols of rows for their names, and a softmax's choice as an index.

    >>> print(_in_symbols(r"\operatorname{softmax}\left(2, x, y\right)"))
    \operatorname{softmax}_{2}\left(x, y\right)
    """
    text = re.sub(r"(\\operatorname\{softmax\})\\left\((\d+), ", r"\1_{\2}\\left(", text)

    def symbol(found: re.Match[str]) -> str:
        row = PRIMITIVES.get(found[1])
        return rf"\operatorname{{{row.symbol if row else found[1]}}}"

    return re.sub(r"\\operatorname\{(\w+)\}", symbol, text)


def _atom(formula: Any) -> Any:
    """Of a long list only what is an operand, by its place, or a number is written; else None."""
    if not isinstance(formula, Formula):
        return None if formula is None else str(formula).removesuffix(".0")
    return int(formula.text.strip("\0")) if formula.text.startswith("\0") else None


def _function(row: Primitive, operands: Sequence[Any], shown: Sequence[str]) -> str:
    """The derivatives that are shown as a function of the value and the operands, in one list."""
    names = [Formula(f"x{k}") if isinstance(x, Formula) else x for k, x in enumerate(operands)]
    slopes = row.textbook_on(Formula("out"), names)
    softmax = PRIMITIVES["softmax"]
    wanted = {
        f"d{k}": _rewritten(slopes[k], softmax, _share) for k, text in enumerate(shown) if text
    }
    lines = "".join(f" const {line};" for line in statements(wanted, JAVASCRIPT))
    listed = ", ".join(f"d{k}" if text else "NaN" for k, text in enumerate(shown))
    places = ", ".join(["out", *(f"x{k}" for k in range(len(operands)))])
    return f"({places}) => {{{lines} return [{listed}]; }}"


def _choice(row: Primitive, count: int) -> str:
    """Of a softmax and `take`, whose first operand says which of the others is meant.

    `own` is the derivative by the chosen one, `other` that by any other; `share` is that other's
    own softmax.
    """
    out, share = Formula(_mark("out")), Formula(_mark("share"))
    listed = ", ".join(_mark(k) for k in range(1, count))
    call = rf"\operatorname{{{row.name}}}_{{{_mark(0)}}}\left({listed}\right)"
    value = [mathml(call)] if count <= MOST_WRITTEN else []
    slopes = [out * (1 - out), -out * share] if row.name == "softmax" else [1.0, 0.0]
    own, other = map(_template, slopes)
    return f"{{ value: {json.dumps(value)}, own: {json.dumps(own)}, other: {json.dumps(other)} }}"
