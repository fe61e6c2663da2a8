"""The arithmetic of a page: the formulas of the table's rows as JavaScript functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..engine.formulas import Formula, statements
from ..engine.row import PRIMITIVES, Primitive
from ..javascript import JAVASCRIPT, LACKING

MOST_WRITTEN = 12  # operands of an operation whose equation is written out

Form = tuple[Primitive, int]  # a row, and with how many operands it is called

# `sum` must be exact, as it is here.
IMPORTS = f"""\
import {{ sum, ofChosen }} from "./arithmetic.js";
import {{ {", ".join(LACKING.values())} }} from "./elementary.js";
"""


def functions(forms: Iterable[Form], is_recorded: bool) -> str:
    """A module that exports, as `functions`, one function for each of the forms, in their order.

    If all numbers are recorded, functions are called only to check equations that are written out.
    """
    listed = ",\n".join(
        "  null" if is_recorded and count > MOST_WRITTEN else f"  {_function(row, count)}"
        for row, count in forms
    )
    return f"{IMPORTS}export const functions = [\n{listed}\n];\n"


def _function(row: Primitive, count: int) -> str:
    """A row as a JavaScript function of its operands: its value, then its local derivatives."""
    if row.kind == "custom":
        return "null"
    operands = [Formula(f"x{k}") for k in range(count)]
    # The first operand of softmax says whose share is meant, and a formula needs a number there.
    # So this is the share of the first logit, and `ofChosen` in arithmetic.js puts the chosen one
    # first.
    is_choice = row is PRIMITIVES["softmax"]
    lines = _assignments(row, [0.0, *operands[1:]] if is_choice else operands)
    places = range(int(is_choice), count)
    function = (
        f"({', '.join(f'x{k}' for k in places)}) => {{ // {row.name}\n"
        + "".join(f"    const {line};\n" for line in lines)
        + f"    return [{', '.join(['out', *(f'd{k}' for k in places)])}];\n  }}"
    )
    return f"ofChosen({function})" if is_choice else function


def _assignments(row: Primitive, operands: Sequence[Any]) -> list[str]:
    """The lines that compute `out`, and `d0`, `d1` and so on, the derivatives by the operands."""
    value = row.forward(*operands) if row.kind == "formula" else row(*operands)
    derivatives = row.partials_on(Formula("out"), operands, [True] * len(operands))
    formulas: dict[str, Any] = {"out": value}
    if value.row is PRIMITIVES["sum"]:  # JavaScript's + would round after each term
        formulas = {f"term{k}": term for k, term in enumerate(value.operands)}
        formulas["out"] = Formula(f"sum({', '.join(formulas)})")
    formulas |= {f"d{k}": derivative for k, derivative in enumerate(derivatives)}
    return statements(formulas, JAVASCRIPT)
