"""Formulas written for people: as text, `b·aᵇ⁻¹`, and as LaTeX."""

from __future__ import annotations

import math
import re
from typing import Any

from ..engine import table
from ..engine.formulas import ATOM, BINDING, CHOICE, POWER, PRODUCT, SIGN, Dialect, Formula
from ..engine.row import Primitive
from .symbols import lowered

# Numbers that people know by another name than their digits, as text and as LaTeX.
_NAMED = {
    math.sqrt(2.0): ("√2", r"\sqrt{2}"),
    math.sqrt(math.pi): ("√π", r"\sqrt{\pi}"),
    math.sqrt(2.0 * math.pi): ("√(2π)", r"\sqrt{2 \pi}"),
    math.log(2.0): ("log(2)", r"\log 2"),
    math.log(10.0): ("log(10)", r"\log 10"),
}


def readable(formula: Any) -> str:
    """A formula, or a number, as text.

    >>> a, b = Formula("a"), Formula("b")
    >>> readable(b * a ** (b - 1)), readable(-a / b**2), readable(1.0)
    ('b·aᵇ⁻¹', '−a / b²', '1')
    """
    if not isinstance(formula, Formula):
        return _readable_number(formula)
    return _PLACE.sub(lambda found: f"softmax{lowered(int(found[1]))}(", formula.code(READABLE))


def latex(formula: Any) -> str:
    r"""A formula, or a number, as LaTeX.

    >>> print(latex(Formula("x") / (1 + Formula("y"))))
    \frac{x}{1 + y}
    """
    return (_latex(formula) if isinstance(formula, Formula) else _latex_atom(repr(formula)))[0]


_PLACE = re.compile(r"\bsoftmax\((\d+), ")  # of the share that a softmax is


def _readable_number(x: float) -> str:
    digits = _NAMED[x][0] if x in _NAMED else f"{x + 0.0:.4g}".replace("inf", "∞")
    return digits.replace("-", "−")


_RAISED = str.maketrans("0123456789−abxy", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵃᵇˣʸ", " ")


def _readable_power(base: str, exponent: str) -> str:
    if exponent == "1":
        return base
    if set(exponent) <= set(" 0123456789−abxy"):
        return base + exponent.translate(_RAISED)
    single = re.fullmatch(r"[\w.\0]+", exponent)  # a number or a name, or what stands for one
    return f"{base}^{exponent}" if single else f"{base}^({exponent})"


READABLE: Dialect = Dialect(
    number=_readable_number,
    function=str,
    where="{1} if {0} else {2}",
    both="{0} and {1}",
    expands=False,
    signs={"-": " − ", "*": "·", "<=": " ≤ ", ">=": " ≥ "},
    power=_readable_power,
)
_LATEX_RELATIONS = {"<=": r" \le ", ">=": r" \ge ", "&": r" \text{ and } "}


def _latex(formula: Formula) -> tuple[str, int]:
    """The LaTeX of a formula, and how strongly its outermost operator binds."""
    row = formula.row
    if row is None:
        return _latex_atom(formula.text)
    texts = [_latex(x) for x in formula.operands]
    if row == "where":
        condition, a, b = [text for text, _ in texts]
        cases = rf"{a} & \text{{if }} {condition} \\ {b} & \text{{otherwise}}"
        return rf"\begin{{cases}} {cases} \end{{cases}}", CHOICE
    if isinstance(row, str):
        return _LATEX_RELATIONS.get(row, f" {row} ").join(text for text, _ in texts), CHOICE
    binding, needed = _latex_bindings(row)
    parts = [
        rf"\left({text}\right)" if inner < least else text
        for (text, inner), least in zip(texts, needed or [CHOICE] * len(texts), strict=True)
    ]
    if row.latex.endswith(r"\left({}\right)"):  # a function of a list
        parts = [", ".join(parts)]
    return row.latex.format(*parts), binding


def _latex_bindings(row: Primitive) -> tuple[int, list[int]]:
    """How strongly a row binds, and each of its operands must; no operands: however they do."""
    if row is table.div:
        return PRODUCT, []
    if row.name in BINDING:
        binding = BINDING[row.name]
        return binding, [binding, binding + 1][-(row.arity or 0) :]
    if row is table.pow or row is table.square:
        return POWER, [ATOM, CHOICE][: row.arity]
    if re.search(r"(^| |-){\d?}", row.latex):  # \log x: nothing encloses the operand
        return PRODUCT, [ATOM] * (row.arity or 0)
    return POWER if row is table.exp else ATOM, []


def _latex_atom(text: str) -> tuple[str, int]:
    try:
        number = float(text)
    except ValueError:  # a name
        return text, ATOM
    if number in _NAMED:
        return _NAMED[number][1], ATOM
    digits, _, exponent = f"{number:.4g}".replace("inf", r"\infty").partition("e")
    power = rf" \cdot 10^{{{int(exponent)}}}" if exponent else ""
    return digits + power, SIGN if number < 0 else PRODUCT if power else ATOM
