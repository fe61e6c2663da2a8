"""gradients of a graph, recorded and not."""

import math
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.engine.derivatives import has_changed_operands


def test_gradients_leaves_grad_alone() -> None:
    x, y = Value(3.0), Value(5.0)
    z = x * x * y
    x.grad = 7.0
    assert mg.gradients(z, [y, x]) == [9.0, 30.0]
    assert (x.grad, y.grad, z.grad) == (7.0, 0.0, 0.0)


def test_gradients_of_inner_nodes_and_of_what_is_not_there() -> None:
    x = Value(3.0)
    inner = x * x
    out = inner * inner + inner
    assert mg.gradients(out, [inner, x, Value(1.0), out]) == [19.0, 114.0, 0.0, 1.0]


def test_third_derivative() -> None:
    x = Value(0.7)
    derivative: Any = mg.sin(x)
    for _ in range(3):
        (derivative,) = mg.gradients(derivative, [x], create_graph=True)
    assert derivative.data == pytest.approx(-math.cos(0.7), rel=1e-15)


def test_constant_derivatives_are_values_too() -> None:
    x = Value(3.0)
    (slope,) = mg.gradients(x + 1.0, [x], create_graph=True)
    assert isinstance(slope, Value)
    assert mg.gradients(slope, [x]) == [0.0]


@pytest.mark.parametrize("edit", [lambda x, y: setattr(x, "data", 4.0), lambda x, y: swap(x, y)])
def test_create_graph_refuses_changed_data(edit: Any) -> None:
    x, y = Value(3.0), Value(2.0)
    z = x * y
    z.label = "z"
    edit(x, y)
    assert mg.gradients(z, [x, y]) == [2.0, 3.0]  # those of the recorded pass
    with pytest.raises(RuntimeError, match=r"'z' has changed.*forward pass again"):
        mg.gradients(z, [x], create_graph=True)


def swap(x: Value, y: Value) -> None:
    x.data, y.data = y.data, x.data


def test_create_graph_needs_recording() -> None:
    x = Value(3.0)
    y = x * x
    with mg.no_grad(), pytest.raises(RuntimeError, match="no_grad"):
        mg.gradients(y, [x], create_graph=True)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((3.0, [Value(1.0)]), TypeError, "output must be a Value, got float"),
        ((Value(1.0), []), ValueError, "inputs is empty"),
        ((Value(1.0), [2.0]), TypeError, r"inputs\[0\] must be a Value, got float"),
        ((Value(1.0), Value(1.0)), TypeError, "inputs must be a list"),
    ],
)
def test_wrong_arguments(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        mg.gradients(*arguments)


@pytest.mark.parametrize(
    ("function", "point", "expected"),
    [
        (lambda x: 0.0 / x, 5e-324, 0.0),
        (lambda x: 1 / x, 1e-170, -math.inf),
        (lambda x: x**0, 0.0, 0.0),
        (lambda x: mg.sqrt(x), 0.0, math.inf),
        (lambda x: mg.entr(x), 0.0, math.inf),
    ],
)
def test_partials_never_raise_recorded_or_not(function: Any, point: float, expected: float) -> None:
    x = Value(point)
    y = function(x)
    assert mg.gradients(y, [x]) == [expected]
    assert [g.data for g in mg.gradients(y, [x], create_graph=True)] == [expected]


def test_an_infinite_node_whose_operand_has_changed_is_refused() -> None:
    x = Value(0.0)
    (slope,) = mg.gradients(mg.sqrt(x), [x], create_graph=True)
    mg.gradients(slope, [x], create_graph=True)
    assert not has_changed_operands(slope)
    x.data = 1.0
    with pytest.raises(RuntimeError, match="has changed"):
        mg.gradients(slope, [x], create_graph=True)


def test_without_create_graph_a_derivative_in_a_loss_is_a_number() -> None:
    w, x = Value(2.0), Value(3.0)
    (slope,) = mg.gradients(w * x * x, [x])
    assert slope == 12.0
    (w * slope).backward()
    assert (w.grad, x.grad) == (12.0, 0.0)
