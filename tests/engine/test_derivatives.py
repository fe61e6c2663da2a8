"""gradients, grad, value_and_grad, jacobian, hessian."""

import math
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value


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


def test_grad_as_in_jax() -> None:
    def f(x: Any, y: Any) -> Any:
        return x**2 * mg.exp(y)

    assert mg.grad(f)(3.0, 0.0) == 6.0
    assert mg.grad(f, argnums=1)(3.0, 0.0) == 9.0
    assert mg.grad(f, argnums=(1, 0))(3.0, 0.0) == (9.0, 6.0)
    assert mg.value_and_grad(f)(3.0, 0.0) == (9.0, 6.0)
    assert mg.grad(mg.grad(mg.grad(lambda x: x**4)))(2.0) == 48.0
    assert mg.grad(lambda x: 3.0)(1.0) == 0.0
    with pytest.raises(ValueError, match="argnums has 2, but there are 1 arguments"):
        mg.grad(lambda x: x, argnums=2)(1.0)
    with pytest.raises(TypeError, match="the result of f"):
        mg.grad(lambda x: "x")(1.0)


def test_nested_derivatives_are_not_confused() -> None:
    # d/dx [x · d/dy (x·y)] = d/dx x² at y = x
    assert mg.grad(lambda x: x * mg.grad(lambda y: x * y)(x))(3.0) == 6.0
    # d/dx [x · d/dy (x + y)] = 1
    assert mg.grad(lambda x: x * mg.grad(lambda y: x + y)(1.0))(1.0) == 1.0


def test_jacobian_and_hessian() -> None:
    assert mg.jacobian(lambda x, y: [x * y, x + y, 1.0])(2.0, 5.0) == [[5, 2], [1, 1], [0, 0]]
    assert mg.jacobian(lambda x, y: x * y)(2.0, 5.0) == [5.0, 2.0]
    assert mg.hessian(lambda x, y: x**3 * y)(2.0, 5.0) == [[60.0, 12.0], [12.0, 0.0]]

    def rosenbrock(x: Any, y: Any) -> Any:
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    assert mg.hessian(rosenbrock)(1.0, 1.0) == [[802.0, -400.0], [-400.0, 200.0]]


def test_second_derivatives_at_ties_of_the_maximum() -> None:
    def share(x: Any, y: Any) -> Any:
        return mg.softmax([x, y])[0]

    def loss(x: Any, y: Any) -> Any:
        return mg.losses.cross_entropy([x, y], 0)

    def lse(x: Any, y: Any) -> Any:
        return mg.logsumexp([x, y])

    assert mg.hessian(share)(0.0, 0.0) == [[0.0, 0.0], [0.0, 0.0]]
    for f, point in ((loss, (0.0, 0.0)), (lse, (0.0, 1e-300))):
        assert mg.hessian(f)(*point) == [[0.25, -0.25], [-0.25, 0.25]]


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
