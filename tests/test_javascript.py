"""The functions that JavaScript lacks, run by Node, and how a text gets those that it calls."""

from __future__ import annotations

import math
import operator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from in_node import Call, in_node

import microgradnn as mg
from microgradnn.engine.formulas import Formula
from microgradnn.javascript import JAVASCRIPT, LACKING, SCRIPTS, functions_for

NUMBERS = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -2.5, 3.7, 6.1, -7.25, 27.0, 30.0, 1e-8, 1e300]
SPECIAL = [*NUMBERS, math.inf, -math.inf, math.nan]
PAIRS = [(a, b) for a in SPECIAL for b in SPECIAL]


def called(directory: Path, name: str, *operands: Any) -> Any:
    """What a function of elementary.js gives for each number, or for each pair of numbers."""
    text = (SCRIPTS / "elementary.js").read_text("utf-8")
    text += f"export const each = (...xs) => xs[0].map((_, k) => {name}(...xs.map((x) => x[k])));"
    return in_node(directory, [Call(text, "each", operands)])[0]


@pytest.mark.parametrize("function", [math.erf, math.erfc])
def test_error_functions(tmp_path: Path, function: Any) -> None:
    xs = [*np.linspace(-7, 7, 141), *NUMBERS, -math.inf, math.inf]
    found = called(tmp_path, function.__name__, xs)
    np.testing.assert_allclose(found, list(map(function, xs)), rtol=4e-15, atol=1e-300)


def test_remainder_has_the_sign_of_the_divisor(tmp_path: Path) -> None:
    pairs = [(a, b) for a in NUMBERS for b in NUMBERS if b]
    found = called(tmp_path, "remainder", *zip(*pairs, strict=True))
    wanted = [operator.mod(a, b) for a, b in pairs]
    assert found.tolist() == wanted
    assert np.signbit(found).tolist() == np.signbit(wanted).tolist()


def test_powers_of_one_are_one_as_in_ieee_arithmetic(tmp_path: Path) -> None:
    found = called(tmp_path, "power", *zip(*PAIRS, strict=True))
    with np.errstate(all="ignore"):
        wanted = np.power(*np.transpose(PAIRS))
    np.testing.assert_allclose(found, wanted, rtol=1e-14)
    assert found[PAIRS.index((1.0, math.inf))] == found[PAIRS.index((-1.0, -math.inf))] == 1.0


def test_formulas_call_what_is_right_for_all_numbers() -> None:
    x, y = Formula("x"), Formula("y")
    formulas = {x**y: "power(x, y)", mg.erf(x): "erf(x)", mg.maximum(x, y): "Math.max(x, y)"}
    assert {formula.code(JAVASCRIPT): text for formula, text in formulas.items()} == {
        text: text for text in formulas.values()
    }


def test_a_text_gets_what_it_calls_and_what_that_calls() -> None:
    assert functions_for("const y = Math.exp(x);") == ""
    text = functions_for("const y = erfc(x) + erfcx(2);")
    assert [name for name in LACKING.values() if f"function {name}(" in text] == ["erfc"]
    assert "function gaussian(x) {" in text
    assert "export" not in text
    assert "/**" not in text
