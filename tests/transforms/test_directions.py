"""jvp, vjp and hvp: against numbers by hand, against the matrices, and inside each other."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import microgradnn as mg
from microgradnn import Value, grad, hessian, hvp, jacobian, jvp, vjp

A = np.array([[2.0, 1.0], [1.0, 3.0], [0.0, 1.0]])


def test_jvp_by_hand() -> None:
    assert jvp(lambda x, y: [x * y, x + y, 1.0], (2.0, 5.0), (1.0, 0.5)) == (
        [10.0, 7.0, 1.0],
        [6.0, 1.5, 0.0],
    )
    value, tangent = jvp(lambda x: A @ x, [np.array([1.0, 2.0])], [np.array([1, 10])])
    assert (value.tolist(), tangent.tolist()) == ([4.0, 7.0, 2.0], [12.0, 31.0, 10.0])
    assert jvp(lambda p: {"y": p["x"] ** 2}, ({"x": 3.0},), ({"x": 2},)) == (
        {"y": 9.0},
        {"y": 12.0},
    )
    assert jvp(lambda x: x, (3.0,), (2.0,)) == (3.0, 2.0)
    assert jvp(lambda x: 7.0, (3.0,), (2.0,)) == (7.0, 0.0)
    assert jvp(lambda x: (x * x, {"twice": 2 * x}), (3.0,), (1.0,), has_aux=True) == (
        9.0,
        6.0,
        {"twice": 6.0},
    )


def test_vjp_by_hand() -> None:
    value, back = vjp(lambda x, y: [x * y, x + y, 1.0], 2.0, 5.0)
    assert value == [10.0, 7.0, 1.0]
    assert back([1.0, 0.0, 3.0]) == (5.0, 2.0)
    assert back([1.0, 10.0, 3]) == (15.0, 12.0)  # as often as one likes
    value, back = vjp(lambda p, x: p["w"] @ x, {"w": A}, np.array([1.0, 2.0]))
    slopes, by_x = back(np.array([1.0, 0.0, 10.0]))
    assert slopes["w"].tolist() == [[1.0, 2.0], [0.0, 0.0], [10.0, 20.0]]
    assert by_x.tolist() == [2.0, 11.0]
    value, back, aux = vjp(lambda x: (x * x, [x]), 3.0, has_aux=True)
    assert (value, back(1.0), aux) == (9.0, (6.0,), [3.0])


def test_outputs_that_are_one_node_or_an_input() -> None:
    def f(x: Any) -> Any:
        y = x * x
        return [y, y, x, y + x]

    assert vjp(f, 3.0)[1]([1.0, 10.0, 100.0, 1000.0]) == (6 + 60 + 100 + 7000,)
    assert jvp(f, (3.0,), (2.0,)) == ([9.0, 9.0, 3.0, 12.0], [12.0, 12.0, 2.0, 14.0])


def test_hvp_has_the_form_of_the_gradient() -> None:
    assert hvp(lambda x: x**3, (2.0,), (5.0,)) == 60.0
    assert hvp(lambda x, y: x * x * y, (3.0, 5.0), (1.0, 0.0)) == (10.0, 6.0)
    assert hvp(lambda p: p["a"] * p["b"][0], ({"a": 2.0, "b": [3.0]},), ({"a": 1, "b": [5]},)) == {
        "a": 5.0,
        "b": [1.0],
    }


def f(x: Any) -> Any:
    """A function of an array with all kinds of dependence between its elements."""
    return np.sum(np.exp(0.3 * x) * np.tanh(x[::-1])) + mg.logsumexp(list(x)) + x[0] * x[-1] ** 2


NUMBERS = st.floats(-2, 2).map(lambda x: round(x, 3))
POINTS = st.integers(2, 4).flatmap(lambda n: st.tuples(*[st.tuples(*[NUMBERS] * n)] * 3))


def close_to(numbers: Any) -> Any:
    return pytest.approx(numbers, rel=1e-11, abs=1e-12)


@given(POINTS)
def test_products_are_those_with_the_matrices(points: Any) -> None:
    x, v, u = map(np.array, points)

    def several(x: Any) -> Any:
        return np.append(np.sin(x) * x[0], [f(x)])

    matrix, curvature = jacobian(several)(x), hessian(f)(x)
    assert jvp(several, (x,), (v,))[1] == close_to(matrix @ v)
    w = np.append(u, [1.0])
    assert vjp(several, x)[1](w)[0] == close_to(w @ matrix)
    products = {
        "hvp": hvp(f, (x,), (v,)),
        "grad of jvp": grad(lambda x: jvp(f, (x,), (v,))[1])(x),
        "jvp of grad": jvp(grad(f), (x,), (v,))[1],
        "grad of a product": grad(lambda x: grad(f)(x) @ v)(x),
        "vjp of grad": vjp(grad(f), x)[1](v)[0],
        "jvp of vjp": jvp(lambda x: vjp(f, x)[1](1.0)[0], (x,), (v,))[1],
        "vjp of jvp": vjp(lambda x: jvp(f, (x,), (v,))[1], x)[1](1.0)[0],
    }
    for product in products.values():
        assert product == close_to(curvature @ v)
    by_jvp = jvp(lambda x: jvp(f, (x,), (v,))[1], (x,), (u,))[1]
    assert by_jvp == close_to(u @ curvature @ v)
    assert curvature == close_to(curvature.T)
    step = 1e-4
    differences = (grad(f)(x + step * v) - grad(f)(x - step * v)) / (2 * step)
    assert products["hvp"] == pytest.approx(differences, rel=1e-5, abs=1e-5)


def test_derivatives_by_tangents_and_cotangents() -> None:
    def along(t: Any) -> Any:
        return jvp(lambda x, y: x * x * y, (3.0, 5.0), (t, t * t))[1]  # 30 t + 9 t²

    assert grad(along)(2.0) == 30.0 + 36.0
    assert grad(grad(along))(2.0) == 18.0
    assert grad(lambda u: vjp(lambda x: x**3, 2.0)[1](u * u)[0])(5.0) == 12.0 * 10.0
    t = Value(2.0)
    tangent = along(t)
    assert (tangent.data, mg.gradients(tangent, [t])) == (96.0, [66.0])
    (slope,) = vjp(lambda x: x**3, 2.0)[1](t)
    assert (slope.data, mg.gradients(slope, [t])) == (24.0, [12.0])
    assert type(vjp(lambda x: x**3, 2.0)[1](1.0)[0]) is float


def test_a_way_back_may_be_gone_later_and_elsewhere() -> None:
    w = Value(2.0)
    _, back = vjp(lambda x: w * x * x, 3.0)
    w.data = 100.0
    with pytest.raises(RuntimeError, match=r"has changed.*forward pass again"):
        back(1.0)
    w.data = 2.0
    (slope,) = back(1.0)
    assert mg.gradients(slope, [w]) == [6.0]
    with mg.no_grad():
        (unrecorded,) = back(1.0)
    assert unrecorded.data == 12.0
    with pytest.raises(RuntimeError, match="no_grad"):
        unrecorded.backward()
    _, back = vjp(lambda x: w * x, 3.0)
    with mg.no_grad():
        (itself,) = back(1.0)
    assert itself.data == 2.0
    with pytest.raises(RuntimeError, match="no_grad"):
        itself.backward()
    with mg.no_grad():
        _, back = vjp(lambda x: w * x * x, 3.0)
    w.data = 100.0  # nothing is computed anew
    (slope,) = back(1.0)
    assert slope.data == 12.0
    with pytest.raises(RuntimeError, match="no_grad"):
        slope.backward()


def test_inside_no_grad() -> None:
    with mg.no_grad():
        assert jvp(lambda x, y: x * x * y, (3.0, 5.0), (1.0, 0.0)) == (45.0, 30.0)
        assert vjp(lambda x: x**3, 2.0)[1](1.0) == (12.0,)
        assert hvp(lambda x: x**3, (2.0,), (1.0,)) == 12.0
        value, tangent = jvp(lambda x: x**3, (2.0,), (Value(1.0),))
        assert (type(tangent), value.data, tangent.data) == (Value, 8.0, 12.0)
        assert grad(lambda x: jvp(lambda y: x * y * y, (3.0,), (1.0,))[1])(2.0) == 6.0


def test_a_pass_forward_is_neither_recursive_nor_exponential() -> None:
    def chain(x: Any) -> Any:
        for _ in range(200):
            x = x + x  # 2²⁰⁰ paths
        for _ in range(5_000):
            x = x * 1.0
        return x

    assert jvp(chain, (1.0,), (3.0,)) == (2.0**200, 3.0 * 2.0**200)
    assert grad(lambda t: jvp(lambda x: chain(x) * x, (1.0,), (t,))[1])(0.5) == 2.0**201
    many = [1.0] * 10_000
    assert jvp(lambda xs: mg.sum(xs), (many,), (many,)) == (1e4, 1e4)


def test_infinities_are_those_of_ieee_arithmetic() -> None:
    assert jvp(mg.sqrt, (0.0,), (1.0,)) == (0.0, math.inf)
    assert math.isnan(jvp(mg.sqrt, (0.0,), (0.0,))[1])
    assert math.isnan(jvp(lambda x: x * x, (1.0,), (math.nan,))[1])
    assert vjp(mg.sqrt, 0.0)[1](-1.0) == (-math.inf,)
    slope = grad(lambda x: jvp(mg.sqrt, (x,), (1.0,))[1])(0.0)
    assert slope == -math.inf


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.ones(2), np.ones(2)), TypeError, r"primals must be a tuple .*ndarray; write \(x,\)"),
        (((1.0,), 1.0), TypeError, "tangents must be a tuple of arguments, got float"),
        (((), ()), ValueError, "primals is empty"),
        ((([],), ([],)), ValueError, "primals is empty; at least one number"),
        (((1.0,), ("1",)), TypeError, r"tangents\[0\] must be a real number, got str"),
        ((("1",), (1.0,)), TypeError, r"primals\[0\] must be a real number, got str"),
        (((1.0,), (1.0, 2.0)), ValueError, r"tangents must have the form of primals, \(number,\)"),
        ((([1.0],), (1.0,)), ValueError, r"\(\[number\],\); got \(number,\)"),
        (((np.ones(2),), ([1.0, 1.0],)), ValueError, r"\(array\(2,\),\); got \(\[number, "),
        (((1.0,), (None,)), TypeError, r"tangents\[0\] must be a real number, got NoneType"),
    ],
)
def test_wrong_tangents_are_refused_before_f_is_called(
    arguments: Any, error: type[Exception], message: str
) -> None:
    def never(*args: Any) -> Any:
        raise AssertionError("f was called")

    with pytest.raises(error, match=message):
        jvp(never, *arguments)
    with pytest.raises(error, match=message):
        hvp(never, *arguments)


def test_wrong_cotangents_and_functions_are_refused() -> None:
    _, back = vjp(lambda x: [x, x], 1.0)
    for wrong in ([1.0], (1.0, 1.0), 1.0, [[1.0], 1.0], np.ones(2)):
        with pytest.raises(ValueError, match="cotangent must have the form of the result of f, "):
            back(wrong)
    with pytest.raises(TypeError, match=r"cotangent\[1\] must be a real number, got str"):
        back([1.0, "2"])
    with pytest.raises(ValueError, match="primals is empty"):
        vjp(lambda: 1.0)
    ways: list[Callable[[Any], Any]] = [lambda f: jvp(f, (1.0,), (1.0,)), lambda f: vjp(f, 1.0)]
    for transform in ways:
        with pytest.raises(TypeError, match="f must be a function, got float"):
            transform(1.0)
        with pytest.raises(TypeError, match="the result of f must be a real number, got str"):
            transform(lambda x: "text")
    with pytest.raises(TypeError, match="the result of f must be a real number, got"):
        hvp(lambda x: [x, x], (1.0,), (1.0,))
