"""Rows of the user's own as formulas, for back ends that cannot call Python.

The idea: a row's `forward` that is written with operators, other rows and `where` writes itself
down when it is given formulas, as the table's rows do. A few numbers then tell whether it has.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..engine.formulas import PYTHON, Formula
from ..engine.row import PRIMITIVES, Primitive
from .rows import operands_first

# Numbers that a row and its formula are put to; small whole ones are what tables are asked for.
TRIED = (0.3, 1.7, -0.6, 2.5, -2.2, 0.9, 40.0, -7.0, 0.0, 1.0, 2.0, -1.0, 3.0)


def written_out(formula: Formula) -> Formula:
    """The formula with rows of the user's own replaced by what they compute.

    ValueError where a row's `forward` is Python code that is no formula.

    >>> from ..custom import primitive
    >>> cube = primitive("third_power", lambda x: x * x * x, [lambda out, x: 3 * x * x])
    >>> written_out(cube(Formula("a")) + 1).code(PYTHON)
    'a * a * a + 1.0'
    """
    done: dict[int, Formula] = {}
    for part in operands_first(formula, done, lambda x: x.operands):
        operands = [done[id(x)] for x in part.operands]
        found: Formula | None = Formula(part.text, part.row, operands)
        if isinstance(part.row, Primitive) and part.row.kind == "custom":
            found = formula_of(part.row, operands)
            if found is None:
                raise ValueError(
                    f"{part.row.name} is a primitive of your own whose value is Python code, which "
                    "nothing but Python can run; write it as a formula: with operators, mg.where "
                    "and functions such as mg.exp, not math.exp"
                )
        assert found is not None
        done[id(part)] = found
    return done[id(formula)]


def formula_of(row: Primitive, operands: Sequence[Formula]) -> Formula | None:
    """What a row of the user's own computes from these operands, or None if it is no formula."""
    names = [Formula(f"x{k}") for k in range(len(operands))]
    try:
        found = row.forward(*operands)
        if isinstance(found, Formula) and _is_the_same(row, row.forward(*names)):
            return written_out(found)  # which may contain another one
    except Exception:  # it is Python code of the user's own, and may raise anything
        pass
    return None


def _is_the_same(row: Primitive, formula: Formula) -> bool:
    """Whether a row and its formula over x0, x1 and so on give the same for numbers of TRIED."""
    functions = {name: other.forward for name, other in PRIMITIVES.items()}
    code = written_out(formula).code(PYTHON)
    for start in range(len(TRIED)):
        numbers = [TRIED[(start + 3 * k) % len(TRIED)] for k in range(row.arity or 1)]
        operands = {f"x{k}": x for k, x in enumerate(numbers)}
        try:
            wanted = row.forward(*numbers)
        except (ArithmeticError, ValueError):  # outside of its domain
            continue
        found: Any = eval(code, {**functions, **operands})
        if not math.isclose(wanted, found, rel_tol=1e-9, abs_tol=1e-300):
            return False
    return True
