"""What the native machine can do: operations, their formulas, and what functions read.

The idea: a function applies one operation to all nodes of a run. Where operands and results are
stands in a *record*, one for each run; where the numbers are stands in the *context*.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..engine.formulas import Formula
from ..engine.row import PRIMITIVES
from .native_code import Code, NoFormula
from .own_rows import formula_of
from .rows import SELECTIONS, Algebra, number_of

# A run's record: the address of its function, that of the table of its operands, the number of
# nodes, and the slot of the first result. It is short, for in a deep graph there are as many
# records as nodes. Tables of operands stand below one another.
RECORD = np.dtype([("function", "i8"), ("table", "i8"), ("count", "i4"), ("result", "i4")])
TABLE, COUNT, RESULT = 1, 4, 5  # places of entries: of 64 bits, and of 32 bits
HEADER = 2  # entries before a table of terms: how many terms a node has, and the table's width

# The entries of the context: where values and gradients are, those with a number for each sample,
# of which there are COLUMNS, and the single ones. Scratch has a part for each operand, so many
# numbers APART. CHECK is 0, or NaN if some number is infinite or NaN. The last are the widths of
# the tables of operands that all runs of a side share.
VALUES, GRADIENTS, NUMBERS, NUMBER_GRADIENTS, SCRATCH, CHECK, COLUMNS, APART = range(8)
SAMPLES_WIDTH, NUMBERS_WIDTH = 8, 9


class Operation(NamedTuple):
    """What a function does: `op` is a row, or one of "copy", "dot", "sum", "link".

    It is applied to nodes with a number for each sample (`batched`), of whose operands those that
    are `shared` are single numbers; or to single numbers. `wanted` says which operands get
    gradients. They are added to what is there; where nothing is yet (`fresh`), they are stored.
    """

    op: str
    batched: bool
    wanted: tuple[bool, ...]
    shared: tuple[bool, ...] = ()
    fresh: bool = False


def formulas_of(operation: Operation, partials: bool) -> list[Formula]:
    """The value of an operation over the names x0, x1 …, or its partials, over `out` as well."""
    algebra = Algebra(finite=True)
    op, operands = operation.op, [algebra.leaf(f"x{k}") for k in range(len(operation.wanted))]
    if op == "copy":
        return [algebra.leaf("1.0") if partials else operands[0]]
    if partials:
        return algebra.partials(op, algebra.leaf("out"), operands)
    row = SELECTIONS.get(op) or PRIMITIVES[op]
    if row.kind != "custom":
        return [algebra.value(op, operands)]
    found = formula_of(row, operands)
    if found is None:
        raise NoFormula(f"the primitive {op!r} is no formula")
    return [algebra.simplified(found)]


def tables_of(code: Code, count: int, batched: bool) -> list[str]:
    """The tables of slots of the operands, in the table that all runs of a side share."""
    width = code.entry("context", SAMPLES_WIDTH if batched else NUMBERS_WIDTH)
    return _below_one_another(code, code.entry("run", TABLE, "ptr"), width, count)


def tables_of_terms(code: Code, count: int) -> tuple[list[str], str]:
    """The tables of slots in a run's own table of terms, and how many terms a node has."""
    table = code.entry("run", TABLE, "ptr")
    terms, width = (code.slot(table, place) for place in ("0", "1"))
    first = code.at(table, str(HEADER), "i32")
    return _below_one_another(code, first, width, count), terms


def _below_one_another(code: Code, first: str, width: str, count: int) -> list[str]:
    tables = [first]
    for _ in range(count - 1):
        tables.append(code.at(tables[-1], width, "i32"))
    return tables


class Function:
    """What functions have in common: where their numbers are, and the formulas."""

    values: str  # the names of what is read once
    gradients: str
    count: str
    first: str

    def __init__(self, code: Code, operation: Operation, backward: bool) -> None:
        self.code = code
        self.operation = operation
        self.backward = backward
        places = (VALUES, GRADIENTS) if operation.batched else (NUMBERS, NUMBER_GRADIENTS)
        self.values, self.gradients = (code.entry("context", x, "ptr") for x in places)
        self.count, self.first = (code.slot("%run", str(x)) for x in (COUNT, RESULT))

    def passed_on(self, names: dict[str, str], upstream: str) -> dict[int, str]:
        """Upstream times partial, by the places of the operands that want it."""
        code, computed, parts = self.code, dict[int, str](), {}
        for place, (partial, wanted) in enumerate(
            zip(self.formulas, self.operation.wanted, strict=True)
        ):
            number = number_of(partial)
            if wanted and number == 1.0:
                parts[place] = upstream
            elif wanted and number != 0.0:
                slope = code.formula(partial, computed, names)
                parts[place] = code.multiply(upstream, slope)
            elif wanted and self.operation.fresh:
                parts[place] = code.number(0.0)
        return parts

    @cached_property
    def formulas(self) -> list[Formula]:
        return formulas_of(self.operation, self.backward)

    def hand_on(self, address: str, part: str) -> None:
        if self.operation.fresh:
            self.code.store(part, address)
        else:
            self.code.add_to(address, part)
