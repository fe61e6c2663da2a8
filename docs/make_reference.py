"""Makes docs/reference.md, the table of primitives for readers, from the table of primitives."""

import functools
from pathlib import Path

from microgradnn.engine.row import PRIMITIVES
from microgradnn.explaining.help import (
    derivative_texts,
    domain_texts,
    kinks,
    operand_names,
    value_text,
)
from microgradnn.explaining.notation import number

PAGE = Path(__file__).parent / "reference.md"
MEASURED = Path(__file__).parent / "accuracy.md"

HEAD = """# Reference: the primitives

Each row of the [table](../microgradnn/engine/table.py): what it is, its value, its derivatives and
the domain of its operands, as a textbook writes them; `out` is the row's own value. What is
computed gives the same, but keeps its digits where these formulas lose them or overflow: 1 − out²
of tanh is 0 from x = 19 on. *Off by* is the worst error of the value, then that of the derivatives,
[as measured](accuracy.md). Its unit is the bound that is promised, 2 units in the last place (4 for
a derivative) and what rounding the operands makes, so **1 or less is right**. `help(mg.tanh)` shows
one row, with an example.
`python docs/make_reference.py` writes this page.

| row | what it is | value | derivatives | domain | off by |
|---|---|---|---|---|---|
"""
KINKS = """
## At kinks

Where a function has no derivative, one number out of the possible ones is chosen, and always the
same. So `maximum(x, 0)` has the derivative ½ at 0, for a tie shares the derivative between the
operands and neither is special; `relu(x)` has 0 there, for a neuron that is silent learns nothing.
At the origin `hypot` and `atan2` have 0, midway between opposite directions, as `abs` has. Where a
function jumps (`floor`, `ceil`, `remainder`, `atan2` at y = 0, x < 0), it is the derivative beside
the jump.

| row | at | partial derivatives |
|---|---|---|
"""
MANY = """
## Rows of many operands

One function gives all their derivatives. `mg.sum`, `mg.dot`, … take lists.

| row | what it is | value | derivatives | off by |
|---|---|---|---|---|
"""


@functools.cache
def off_by() -> dict[str, tuple[str, str]]:
    """The worst errors of each row's value and of its derivatives, as docs/accuracy.md has them."""
    lines = [x.strip("| ").split(" | ") for x in MEASURED.read_text("utf-8").splitlines()]
    return {columns[0]: (columns[1], columns[4]) for columns in lines if len(columns) == 7}


def whole(text: str) -> str:
    """The text, which a narrow column does not break into lines."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def line(*columns: str) -> str:
    """A line of a table."""
    return "| " + " | ".join(text.replace("|", "\\|") for text in columns) + " |"


def page() -> str:
    """The text of the page."""
    fixed, many, at_kinks = [], [], []
    for row in PRIMITIVES.values():
        if row.kind == "custom":  # of a program that runs in this process, too
            continue
        value, derivatives = f"`{value_text(row)}`", [f"`{x}`" for x in derivative_texts(row)]
        columns = [row.name, row.summary, value, "<br>".join(derivatives)]
        errors = ", ".join(off_by().get(row.name, ("–",)))
        if row.arity is None:
            many.append(line(*columns, errors))
            continue
        fixed.append(line(*columns, "<br>".join(map(whole, domain_texts(row))), errors))
        for point, chosen in kinks(row):
            pairs = zip(operand_names(row), point, strict=True)
            at = ", ".join(f"{name} = {number(x)}" for name, x in pairs)
            at_kinks.append(line(row.name, at, ", ".join(map(number, chosen))))
    tables = [(HEAD, fixed), (KINKS, at_kinks), (MANY, many)]
    return "".join(head + "\n".join(lines) + "\n" for head, lines in tables)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
