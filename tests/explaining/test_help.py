"""The help of each row: its own, complete, with an example that runs and is right."""

from __future__ import annotations

import ast
import doctest
import inspect
import pydoc
import subprocess
import sys
from typing import Any

import mpmath as mp
import pytest
from properties.references import REFERENCES, Point

import microgradnn as mg
from microgradnn.engine import PRIMITIVES, Primitive

PLAIN: Any = vars(pydoc)["plaintext"]
ROWS = list(PRIMITIVES.values())
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


@each_row
def test_every_row_has_help_of_its_own(row: Primitive) -> None:
    text = inspect.getdoc(row) or ""
    assert text != inspect.getdoc(Primitive)
    assert text.splitlines()[:2] == [row.summary, ""]
    for part in (f"    formula     {row.name}(", "    derivative  ", "    domain      ", ">>> "):
        assert part in text
    assert ("    kink        at " in text) == bool(row.kinks)
    assert max(map(len, text.splitlines())) <= 100


def test_no_two_rows_have_the_same_help() -> None:
    assert len({inspect.getdoc(row) for row in ROWS}) == len({row.summary for row in ROWS})
    assert len({row.summary for row in ROWS}) == len(ROWS)


@each_row
def test_the_example_runs_and_is_right(row: Primitive) -> None:
    text = inspect.getdoc(row) or ""
    test = doctest.DocTestParser().get_doctest(text, {}, row.name, None, None)
    calls = [example for example in test.examples if example.want]
    assert len(calls) == (2 if row.arity else 1)
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0
    call = ast.parse(calls[0].source).body[0]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    point = list(map(ast.literal_eval, call.value.args))
    with mp.workdps(50):
        exact = REFERENCES[row.name](*map(mp.mpf, point))
    assert ast.literal_eval(calls[0].want) == pytest.approx(float(exact), rel=1e-15)
    if row.arity:
        slopes = [float(Point(row, point).slope(k)) for k in range(row.arity)]
        assert ast.literal_eval(calls[1].want) == pytest.approx(slopes, rel=1e-14)


def test_help_of_a_row_and_of_the_class() -> None:
    shown = pydoc.render_doc(mg.tanh, renderer=PLAIN)
    assert "The hyperbolic tangent" in shown
    assert "derivative ∂/∂x = 1 − out² where out = tanh(x)" in " ".join(shown.split())
    assert mg.tanh.__doc__ == inspect.getdoc(mg.tanh)
    shown = pydoc.render_doc(mg.Primitive, renderer=PLAIN)
    assert "One operation: its value, its local derivatives" in shown
    assert "hyperbolic" not in shown
    assert '"custom"' in shown


def test_kinks_say_what_the_derivative_is_there() -> None:
    assert "kink        at x = 0 the derivative is 0" in str(mg.relu.__doc__)
    assert "kink        at a = 0, b = 0 the derivatives are 0.5, 0.5" in str(mg.maximum.__doc__)
    text = str(mg.piecewise_linear.__doc__)
    assert "at x = 0.5 the derivative is 0" in text
    assert "at x = −0.5 the derivative is 0" in text


def test_domains_are_named() -> None:
    assert "domain      x in (0, ∞)" in str(mg.log.__doc__)
    assert "b ≠ 0" in str(PRIMITIVES["div"].__doc__)


@pytest.mark.parametrize(
    "name",
    [
        "sum",
        "mean",
        "dot",
        "max",
        "min",
        "logsumexp",
        "softmax",
        "take",
        "leaky_relu",
        "elu",
        "clip",
    ],
)
def test_functions_of_lists_and_with_defaults_tell_their_derivatives(name: str) -> None:
    text = inspect.getdoc(getattr(mg, name)) or ""
    assert "derivative" in text
    assert ">>> " in text


def test_help_is_made_only_when_it_is_asked_for() -> None:
    program = "import sys, microgradnn; print('microgradnn.explaining.help' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.split() == [b"False"]
