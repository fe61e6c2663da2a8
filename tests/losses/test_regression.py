"""Losses of regression: values, gradients, limits and refusals; how elements are paired."""

from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, losses


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (losses.mse_loss([1.0, 2.0], [3.0, 2.0]), 2.0),
        (losses.mse_loss([[1.0, 2.0], [0.0, 0.0]], [[3.0, 2.0], [0.0, 2.0]]), 2.0),
        (losses.mse_loss([1.0, 2.0], [3.0, 2.0], reduction="sum"), 4.0),
        (losses.mse_loss(0.7, 1), 0.09),
        (losses.half_squared_error([2.0, -1.0], [0.0, 1.0]), 4.0),
        (losses.half_squared_error(0.7, 1), 0.045),
        (losses.l1_loss([1.0, 2.0], [2.0, 5.0]), 2.0),
        (losses.huber_loss([0.5, -3.0], [0.0, 0.0], delta=2.0, reduction="sum"), 4.125),
    ],
)
def test_values(got: float, expected: float) -> None:
    assert got == pytest.approx(expected, rel=2e-15)


def test_gradients_of_values_or_numbers_on_either_side() -> None:
    x, y = Value(0.3), Value(0.8)
    losses.mse_loss([x, 1.0], [y, 3.0]).backward()
    assert (x.grad, y.grad) == (-0.5, 0.5)


def test_huber_is_smooth_where_its_pieces_meet() -> None:
    x = Value(2.0)
    losses.huber_loss(x, 0.0, delta=2.0).backward()
    assert x.grad == 2.0


@pytest.mark.parametrize("error", [1e-20, 0.1, 1.0, 500.0])
def test_a_small_error_has_all_digits_of_huber_s_gradient(error: float) -> None:
    x = Value(error)
    loss = losses.huber_loss(x, 0.0, delta=1000.0)
    loss.backward()
    assert (loss.data, x.grad) == (0.5 * error * error, error)


def test_reduction_none_keeps_the_nesting_of_elements() -> None:
    terms = losses.mse_loss([[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]], reduction="none")
    assert terms == [[1.0, 4.0], [9.0, 16.0]]


def test_arrays_are_lists_of_numbers() -> None:
    assert losses.mse_loss(np.array([1.0, 2.0]), np.array([3.0, 2.0])) == 2.0


def test_huber_beside_its_default() -> None:
    assert losses.huber_loss([3.0], [1.0]) == 1.5
    assert losses.huber_loss([3.0], [1.0], delta=0.5) == 0.875


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: losses.mse_loss([1, 2], [1, 2, 3]),
            ValueError,
            "prediction has 2 .* target has 3",
        ),
        (lambda: losses.mse_loss([], []), ValueError, "prediction is empty"),
        (lambda: losses.mse_loss([[1], [2, 3]], [[1], [2]]), ValueError, r"prediction\[1\] has 2"),
        (
            lambda: losses.mse_loss([1.0], 1.0),
            TypeError,
            "prediction is a list, but target is a single number; write a list, too, or take",
        ),
        (lambda: losses.mse_loss(["1"], [1.0]), TypeError, r"prediction\[0\] must be a real"),
        (lambda: losses.mse_loss([1.0], [None]), TypeError, r"target\[0\] must be a real"),  # type: ignore[list-item]
        (lambda: losses.mse_loss([1.0], [1.0], reduction="avg"), ValueError, "reduction"),  # type: ignore[call-overload]
        (lambda: losses.huber_loss([1.0], [1.0], delta=0), ValueError, "delta"),
    ],
)
def test_refusals(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(("error", "curvature"), [(0.0, 1.0), (0.3, 1.0), (-0.3, 1.0), (2.0, 0.0)])
def test_the_second_derivative_of_the_huber_loss_is_1_inside(
    error: float, curvature: float
) -> None:
    assert mg.hessian(lambda p: losses.huber_loss(p, 0.5))(0.5 + error) == [[curvature]]


def test_the_second_derivative_of_squared_errors() -> None:
    assert mg.hessian(lambda p: losses.mse_loss(p, 0.5))(0.5) == [[2.0]]
    assert mg.hessian(lambda p: losses.half_squared_error(p, 0.5))(0.5) == [[1.0]]
