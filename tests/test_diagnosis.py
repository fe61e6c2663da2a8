"""The first node that made an infinity or NaN."""

import math

import microgradnn as mg
from microgradnn import Value
from microgradnn.diagnosis import first_non_finite


def test_a_finite_graph_has_none() -> None:
    x = Value(2.0)
    y = mg.sqrt(x) * x
    y.backward()
    assert first_non_finite(y) is None


def test_data_that_overflows() -> None:
    x = Value(1e200, label="x")
    square = x * x
    square.label = "s"
    y = (square - 1) * 0.5
    assert first_non_finite(y) == "the data became inf at s = mul(x = 1e+200, x = 1e+200) = inf"


def test_a_leaf_that_was_never_finite() -> None:
    assert first_non_finite(Value(math.nan, label="x") + 1) == "the data became nan at the leaf x"


def test_a_gradient_that_overflows_on_the_way() -> None:
    x = Value(1e-200, label="x")
    y = (x * 1e200) * 1e200
    y.backward(1e10)
    assert "at mul(x = 1e-200, 1e+200) = 1.0" in str(first_non_finite(y))


def test_a_sum_of_gradients_that_overflows() -> None:
    x = Value(1e-8, label="x")
    inner = x * 1.0
    y = inner * 1e308 + inner * 1e308
    y.backward()
    assert "a sum that overflowed" in str(first_non_finite(y))
