"""The rows of the table as simplified formulas (compiler/rows.py)."""

from __future__ import annotations

import math
from typing import Any
from unittest import mock

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.compiler import compile
from microgradnn.compiler.rows import Algebra, kept_operand, number_of, operands_first
from microgradnn.engine import PRIMITIVES
from microgradnn.engine.formulas import PYTHON, Formula


@mock.patch.dict(PRIMITIVES)  # whose new rows are gone afterwards
def test_partials_may_be_written_with_every_operator() -> None:
    signed = mg.primitive(
        "signed", lambda x: abs(x) * x**2, [lambda out, x: 3 * abs(x) * x + 2**x - 2.0**x]
    )
    x, w = Value(2.0), Value(3.0)
    program = compile(signed(x * w), [x], [w])
    assert program.value_and_grad([[1.0], [-1.0]]) == (27.0, np.array([27.0]))


@mock.patch.dict(PRIMITIVES)  # whose new rows are gone afterwards
def test_a_partial_may_be_a_loop() -> None:
    """Each round uses the last one twice: written out, this would be 2⁴⁰ operations."""

    def newton(out: Any, x: Any) -> Any:
        root = x
        for _ in range(40):
            root = 0.5 * (root + x / root)
        return 0.5 / root

    row = mg.primitive("root_by_newton", math.sqrt, [newton])
    x, w = Value(2.0), Value(3.0)
    mean, gradient = compile(row(x * w), [x], [w]).value_and_grad([[3.0]])
    assert (mean, round(gradient[0], 12)) == (3.0, 0.5)


@mock.patch.dict(PRIMITIVES)  # whose new rows are gone afterwards
def test_partials_for_numbers_only_are_refused_with_a_hint() -> None:
    x, w = Value(2.0), Value(3.0)
    wave = mg.primitive("wave", math.sin, [lambda out, x: math.cos(x)])
    size = mg.primitive("size", abs, [lambda out, x: 1.0 if x > 0 else -1.0])
    even = mg.primitive("even", abs, [lambda out, x: mg.where(x == 0, 0.0, x / out)])
    for row, value in ((wave, math.sin(6.0)), (size, 6.0), (even, 6.0)):
        with pytest.raises(
            TypeError, match=rf"the partials of {row.name} .*where\(.*mg\.exp, not math"
        ):
            compile(row(x * w), [x], [w])
        assert compile(row(x * w), [x])([[2.0]]).tolist() == [value]  # no partials are wanted


# ---- Formulas ------------------------------------------------------------------------------------


def names(*texts: str, finite: bool = True) -> tuple[Algebra, list[Formula]]:
    algebra = Algebra(finite)
    return algebra, [algebra.leaf(text) for text in texts]


def written(formula: Formula) -> str:
    return formula.code(PYTHON._replace(expands=False))


def test_equal_formulas_are_one_object() -> None:
    algebra, (x, y) = names("x", "y")
    assert algebra.value("mul", [x, y]) is algebra.value("mul", [x, y])
    assert algebra.value("mul", [x, y]) is not algebra.value("mul", [y, x])
    assert algebra.simplified(Formula("x") * Formula("y")) is algebra.value("mul", [x, y])


def test_neutral_numbers_and_numbers_alone_disappear() -> None:
    algebra, (x, zero, one, minus) = names("x", "0.0", "1.0", "-1.0")
    for op, operands in [
        ("add", [x, zero]),
        ("add", [zero, x]),
        ("sub", [x, zero]),
        ("mul", [one, x]),
        ("div", [x, one]),
    ]:
        assert algebra.value(op, operands) is x
    assert written(algebra.value("sub", [zero, x])) == "0.0 - x"
    assert written(algebra.value("mul", [minus, x])) == "-x"
    assert algebra.value("neg", [algebra.value("neg", [x])]) is x
    assert written(algebra.value("add", [one, one])) == "2.0"
    assert written(algebra.value("div", [one, zero])) == "1.0 / 0.0"  # NumPy raises


def test_a_row_that_is_a_formula_is_written_in_elementary_rows() -> None:
    algebra, (x, zero) = names("x", "0.0")
    relu = algebra.value("relu", [x])
    assert relu.row is PRIMITIVES["maximum"]
    assert set(relu.operands) == {x, zero}


def test_partials_of_kinks_are_signs_and_masks() -> None:
    algebra, (out, a, b) = names("out", "a", "b")
    first, second = algebra.partials("maximum", out, [a, b])
    for formula, x, y, wanted in [
        (first, 2.0, 1.0, 1.0),
        (first, 1.0, 2.0, 0.0),
        (first, 1.0, 1.0, 0.5),
        (second, 2.0, 1.0, 0.0),
        (second, 1.0, 2.0, 1.0),
        (second, 1.0, 1.0, 0.5),
    ]:
        assert eval(written(formula), {"a": x, "b": y, "sign": np.sign}) == wanted
        assert "if" not in written(formula)
    (mask,) = algebra.partials("relu", out, [a])
    assert mask.row == "where"


def test_three_numbers_off_a_line_stay_a_selection() -> None:
    algebra, (x, zero, one, two, three) = names("x", "0.0", "1.0", "2.0", "3.0")
    above, below = algebra.value(">", [x, zero]), algebra.value("<", [x, zero])
    line = algebra.value("where", [above, three, algebra.value("where", [below, one, two])])
    assert written(line).count("sign(") == 1
    bent = algebra.value("where", [above, three, algebra.value("where", [below, zero, two])])
    assert "sign" not in written(bent)
    other = algebra.value("<", [x, one])  # compares with another number
    mixed = algebra.value("where", [above, three, algebra.value("where", [other, one, two])])
    assert "sign" not in written(mixed)


def test_guards_hold_where_all_numbers_are_finite() -> None:
    for finite in (True, False):
        algebra, (x, a, b, infinity) = names("x", "a", "b", "inf", finite=finite)
        guarded = algebra.value("where", [algebra.value("<", [x, infinity]), a, b])
        assert (guarded is a) == finite
    algebra, (one, two, a, b) = names("1.0", "2.0", "a", "b")
    assert algebra.value("where", [algebra.value("<", [two, one]), a, b]) is b
    assert algebra.value("where", [algebra.value("<=", [one, one]), a, b]) is a
    both = algebra.value("&", [algebra.value("<", [one, two]), algebra.value("<", [a, b])])
    assert both is algebra.value("<", [a, b])
    assert algebra.value("where", [algebra.value("<", [a, b]), one, one]) is one


def test_products_with_masks_are_for_finite_numbers() -> None:
    for finite in (True, False):
        algebra, (x, y, a, zero) = names("x", "y", "a", "0.0", finite=finite)
        chosen = algebra.value("where", [algebra.value("<", [x, y]), a, zero])
        assert (chosen.row is PRIMITIVES["mul"]) == finite


def test_partials_are_nan_beside_a_nan_unless_the_row_says_otherwise() -> None:
    algebra, (out, a, b) = names("out", "a", "b", finite=False)
    assert "nan" in written(algebra.partials("exp", out, [a])[0])
    assert [written(x) for x in algebra.partials("mul", out, [a, b])] == ["b", "a"]


def test_the_operand_that_is_kept_has_a_place() -> None:
    assert kept_operand("add", [None, 0.0]) == 0
    assert kept_operand("add", [0.0, None]) == 1
    assert kept_operand("sub", [0.0, None]) is None
    assert kept_operand("pow", [None, 1.0]) == 0
    assert kept_operand("sin", [0.0]) is None
    assert [number_of(Formula(text)) for text in ("2.5", "x", "True", "-inf")] == [
        2.5,
        None,
        None,
        -math.inf,
    ]


def test_parts_come_after_their_operands_and_once() -> None:
    x = Formula("x")
    double = x + x
    root = double * double
    done: dict[int, Formula] = {}
    order = []
    for part in operands_first(root, done, lambda formula: formula.operands):
        done[id(part)] = part
        order.append(part)
    assert order == [x, double, root]
