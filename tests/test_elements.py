"""IEEE arithmetic, a function on each element, a selection."""

import math
from typing import Any

import numpy as np
import pytest

from microgradnn import Value
from microgradnn.elements import elementwise, ieee, where
from microgradnn.engine.formulas import Formula
from microgradnn.engine.table import mul


def test_ieee_arithmetic_never_raises() -> None:
    assert ieee(lambda a, b: a / b, [1.0, 0.0]) == [math.inf]
    assert ieee(lambda a: [a, a * 2.0], [1.0]) == [1.0, 2.0]


def test_elementwise_broadcasts() -> None:
    x = Value(2.0)
    products = elementwise(mul, [np.array([1.0, 3.0], dtype=object), x])
    assert [y.data for y in products] == [2.0, 6.0]


def test_where() -> None:
    x = Value(2.0)
    assert where(x > 1, x, None) is x
    assert where(np.bool_(False), 1.0, 2.0) == 2.0
    assert where(np.array([True, False]), 1.0, 2.0).tolist() == [1.0, 2.0]
    formula = where(Formula("x") > 0, 1.0, 2.0)
    assert (formula.row, len(formula.operands)) == ("where", 3)


@pytest.mark.parametrize("condition", [1.5, "x > 0", [True], None])
def test_what_is_no_condition_is_refused(condition: Any) -> None:
    with pytest.raises(TypeError, match=r"^condition must be a comparison such as x > 0, or an "):
        where(condition, 1.0, 2.0)
