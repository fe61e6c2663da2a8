"""What docs/micrograd.md says of micrograd and of this package, run with both."""

import ast
import importlib
import random
from pathlib import Path
from typing import Any, NamedTuple

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "micrograd.md"


class Row(NamedTuple):
    program: str
    micrograd: str
    microgradnn: str


def cells(line: str) -> list[str]:
    return [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]


ROWS = [Row(*cells(line)[:3]) for line in PAGE.read_text("utf-8").splitlines() if line[:3] == "| `"]


def result(program: str, package: str) -> str:
    """What the last expression of a program gives, or the name of the error."""
    names: dict[str, Any] = {"random": random}
    names |= vars(importlib.import_module(f"{package}.engine"))
    names |= vars(importlib.import_module(f"{package}.nn"))
    *statements, last = ast.parse(program).body
    assert isinstance(last, ast.Expr)
    try:
        exec(compile(ast.Module(statements, []), "<row>", "exec"), names)
        return repr(eval(compile(ast.Expression(last.value), "<row>", "eval"), names))
    except Exception as error:
        return type(error).__name__


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.program)
def test_a_row_is_true(row: Row) -> None:
    assert result(row.program, "microgradnn") == row.microgradnn
    pytest.importorskip("micrograd", reason="compares with micrograd: pip install micrograd")
    assert result(row.program, "micrograd") == row.micrograd


def test_each_row_shows_a_difference() -> None:
    assert len(ROWS) >= 10
    assert not [row for row in ROWS if row.micrograd == row.microgradnn]


SAME = {
    "type(MLP(2, [2, 1])([1.0, 2.0])).__name__": "'Value'",
    "Value(2.0) == Value(2.0)": "False",
    "a = Value(0.0); a.relu().backward(); a.grad + 0.0": "0.0",
    "float(Value(2.0))": "TypeError",
    "import math; math.exp(Value(2.0))": "TypeError",
    "a = Value(2.0); (a * 3).backward(); (a * 3).backward(); a.grad + 0.0": "6.0",
}


@pytest.mark.parametrize("program", SAME)
def test_what_is_said_to_be_the_same_is(program: str) -> None:
    assert result(program, "microgradnn") == SAME[program]
    pytest.importorskip("micrograd", reason="compares with micrograd: pip install micrograd")
    assert result(program, "micrograd") == SAME[program]
