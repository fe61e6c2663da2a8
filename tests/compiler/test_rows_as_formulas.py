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
from microgradnn.engine import PRIMITIVES


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
