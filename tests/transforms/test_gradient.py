"""grad and value_and_grad of trees; aux; as scipy.optimize calls them. Numbers are by hand."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import optimize

import microgradnn as mg
from microgradnn import Value, grad, value_and_grad

Line = namedtuple("Line", "w b")
A = np.array([[2.0, 1.0], [1.0, 3.0], [0.0, 1.0]])
B = np.array([1.0, 2.0, 3.0])


def test_a_derivative_has_the_form_of_its_argument() -> None:
    assert grad(lambda x: x[0] * x[1])([2.0, 5.0]) == [5.0, 2.0]
    assert grad(lambda x: x[0] * x[1])((2, 5)) == (5.0, 2.0)
    assert grad(lambda p: p["w"] * p["b"] ** 2)({"b": 3, "w": 2}) == {"b": 12.0, "w": 9.0}
    assert grad(lambda p: p.w[0] * p.b)(Line([2.0, 7.0], 5.0)) == Line([5.0, 0.0], 2.0)
    nested = grad(lambda p: p["layers"][1][0][1] * p["scale"])
    found = nested({"layers": [([1.0, 2.0], ()), ([3.0, 4.0], 5.0)], "scale": 6.0})
    assert found == {"layers": [([0.0, 0.0], ()), ([0.0, 6.0], 0.0)], "scale": 4.0}


@pytest.mark.parametrize("kind", [float, int, np.float32, object])
def test_the_derivative_by_an_array_is_an_array(kind: Any) -> None:
    x = np.array([1, 2], dtype=kind)
    value, slopes = value_and_grad(lambda x: np.sum((A @ x - B) ** 2))(x)
    assert type(value) is float
    assert value == 3.0**2 + 5.0**2 + 1.0**2
    assert slopes.dtype == np.float64
    assert slopes.tolist() == (2 * A.T @ [3.0, 5.0, -1.0]).tolist()
    assert x.dtype == kind  # and nothing has happened to it
    assert x.tolist() == [1, 2]


def test_f_gets_an_array_of_objects_of_the_same_shape() -> None:
    got: list[Any] = []
    slopes = grad(lambda x: got.append(x) or x.sum())(np.ones((2, 3)))  # type: ignore[func-returns-value]
    assert got[0].shape == (2, 3)
    assert {type(x) for x in got[0].flat} == {Value}
    assert slopes.tolist() == [[1.0] * 3] * 2


def quadratic_by_index(x: Any) -> Any:
    return 2 * x[0] * x[0] + 3 * x[0] * x[1] + x[1] ** 2


def quadratic_by_unpacking(x: Any) -> Any:
    a, b = x
    return 2 * a * a + 3 * a * b + b * b


Q = np.array([[2.0, 1.0], [2.0, 1.0]])  # xᵀQx is the same
WAYS: dict[str, Callable[[Any], Any]] = {
    "index": quadratic_by_index,
    "unpacking": quadratic_by_unpacking,
    "x @ Q @ x": lambda x: x @ Q @ x,
    "einsum": lambda x: np.einsum("i,ij,j", x, Q, x),
    "np.sum": lambda x: np.sum(x * (Q @ x)),
    "sum()": lambda x: (np.outer(x, x) * Q).sum(),
    "slices": lambda x: 2 * x[:1] @ x[:1] + 3 * x[:1] @ x[1:] + np.sum(x[1:] ** 2),
    "mg.dot": lambda x: mg.dot(list(x), list(Q @ x)),
    "a loop": lambda x: sum(Q[i, j] * x[i] * x[j] for i in range(2) for j in range(2)),
    "an array of shape ()": lambda x: np.array(x @ Q @ x, dtype=object),
}


@pytest.mark.parametrize("name", WAYS)
def test_however_a_function_of_an_array_is_written(name: str) -> None:
    f = WAYS[name]
    value, slopes = value_and_grad(f)(np.array([3.0, -5.0]))
    assert type(value) is float
    assert (value, slopes.tolist()) == (18 - 45 + 25, [12 - 15, 9 - 10])
    assert mg.hessian(f)(np.array([3.0, -5.0])).tolist() == [[4.0, 3.0], [3.0, 2.0]]


def test_argnums_of_trees() -> None:
    def f(x: Any, y: Any, more: Any = 0.0) -> Any:
        return x[0] * y["a"] + x[1] + more

    args = [2.0, 3.0], {"a": 5.0}
    assert grad(f)(*args) == [5.0, 1.0]
    assert grad(f, 1)(*args) == grad(f, -1)(*args) == {"a": 2.0}
    assert grad(f, (1, 0))(*args) == grad(f, [-1, -2])(*args) == ({"a": 2.0}, [5.0, 1.0])
    assert grad(f, (0,))(*args, more=1.0) == ([5.0, 1.0],)
    assert value_and_grad(f, -1)(*args, more=1.0) == (14.0, {"a": 2.0})
    with pytest.raises(TypeError, match=r"argument 1\['a'\] must be a real number, got str"):
        grad(f, -1 + 2)([1.0, 2.0], {"a": "x"})
    with pytest.raises(ValueError, match="argnums has -3, but there are 2 arguments"):
        grad(f, -3)(*args)


def test_other_arguments_may_be_anything() -> None:
    model = mg.nn.Neuron(2, "linear", rng=0)
    f = grad(lambda x, model, how: model(x) if how == "call" else 0.0)
    slopes = f([1.0, 2.0], model, "call")
    assert [x.data for x in slopes] == [w.data for w in model.w]  # type: ignore[attr-defined]


def test_values_in_trees_give_values() -> None:
    x, y = Value(2.0), Value(5.0)
    value, slopes = value_and_grad(lambda p: p["x"] * p["y"] * p["y"])({"x": x, "y": y})
    assert (value.data, slopes["x"].data, slopes["y"].data) == (50.0, 25.0, 20.0)
    assert mg.gradients(slopes["y"], [x, y]) == [10.0, 4.0]
    array = grad(lambda x: x[0] ** 3)(np.array([x, 1.0], dtype=object))
    assert array.dtype == object
    assert mg.gradients(array[0], [x]) == [12.0]
    assert [z.data for z in array] == [12.0, 0.0]


def test_values_in_trees_make_values_of_constants_too() -> None:
    w = Value(2.0)
    value, (slope,) = value_and_grad(lambda xs: 3.0)([w])
    assert [type(x) for x in (value, slope)] == [Value, Value]
    with mg.no_grad():
        _, slopes = value_and_grad(lambda x: np.sum(x * x))(np.array([w, 1.0], dtype=object))
    assert [x.data for x in slopes] == [4.0, 2.0]
    with pytest.raises(RuntimeError, match="no_grad"):
        slopes[0].backward()


@pytest.mark.parametrize("result", [lambda x: [x, x], lambda x: np.array([x, x]), lambda x: (x,)])
def test_a_result_of_several_numbers_is_refused(result: Any) -> None:
    with pytest.raises(TypeError, match=r"f must be a real number, got .*jacobian"):
        grad(result)(1.0)


# ---- What f returns besides --------------------------------------------------------------------


def test_aux_comes_with_the_value_and_with_the_derivative() -> None:
    def f(x: Any) -> Any:
        return x * x, {"three": [3 * x, "text", None], "two": 2.0}

    aux = {"three": [6.0, "text", None], "two": 2.0}
    assert value_and_grad(f, has_aux=True)(2.0) == ((4.0, aux), 4.0)
    assert grad(f, has_aux=True)(2.0) == (4.0, aux)
    assert grad(f, (0,), has_aux=True)(2.0) == ((4.0,), aux)


def test_aux_may_be_arrays_and_objects() -> None:
    thing = object()
    x = np.array([1.0, 2.0])
    slopes, (twice, other, mixed, plain) = grad(
        lambda x: (x @ x, (2 * x, thing, np.array([x[0], "a"], dtype=object), x)), has_aux=True
    )(x)
    assert slopes.tolist() == [2.0, 4.0]
    assert (twice.dtype, twice.tolist()) == (np.float64, [2.0, 4.0])
    assert other is thing
    assert mixed.tolist() == [1.0, "a"]
    assert plain.tolist() == [1.0, 2.0]


def test_aux_stays_a_value_where_it_depends_on_a_variable_outside() -> None:
    w = Value(3.0)
    slope, (of_x, of_w, mixed) = grad(lambda x: (x * x, (5 * x, 5 * w, [x * w])), has_aux=True)(2.0)
    assert (slope, of_x) == (4.0, 10.0)
    assert (of_w.data, mixed[0].data) == (15.0, 6.0)
    assert mg.gradients(mixed[0], [w]) == [2.0]
    with mg.no_grad():
        _, aux = grad(lambda x: (x * x, x * w), has_aux=True)(2.0)
    assert aux.data == 6.0
    with pytest.raises(RuntimeError, match="no_grad"):
        aux.backward()


def test_aux_inside_a_function_that_is_differentiated() -> None:
    def outer(x: Any) -> Any:
        slope, aux = grad(lambda y: (x * y * y, x * x * y), has_aux=True)(3.0)
        return slope + aux  # 6x + 3x²

    assert grad(outer)(2.0) == 18.0


@pytest.mark.parametrize("result", [lambda x: x, lambda x: [x, x], lambda x: (x, x, x)])
def test_aux_needs_a_pair(result: Any) -> None:
    with pytest.raises(TypeError, match=r"has_aux needs f to return a pair \(value, aux\), got"):
        grad(result, has_aux=True)(1.0)
    with pytest.raises(TypeError, match="has_aux must be True or False, got int 1"):
        grad(result, has_aux=1)  # type: ignore[call-overload]


# ---- scipy.optimize ------------------------------------------------------------------------------


def rosenbrock(x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def squares(x: Any, a: Any, b: Any) -> Any:
    rest = a @ x - b
    return rest @ rest


START = np.array([-1.2, 1.0, 0.5])


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "CG", "SLSQP"])
def test_minimize_takes_value_and_grad_as_it_is(method: str) -> None:
    found = optimize.minimize(value_and_grad(rosenbrock), START, jac=True, method=method)
    by_hand = optimize.minimize(
        optimize.rosen, START, jac=optimize.rosen_der, method=method
    )  # the same numbers but for their last places
    assert found.success
    assert abs(found.nfev - by_hand.nfev) <= 0.2 * by_hand.nfev
    assert found.x == pytest.approx([1.0] * 3, abs=2e-3)


@pytest.mark.parametrize("method", ["Newton-CG", "trust-exact", "trust-ncg"])
def test_minimize_takes_second_derivatives(method: str) -> None:
    wide = np.array([1.2, 1.1, 1.3])
    how: dict[str, Any] = {"x0": wide, "jac": grad(rosenbrock), "method": method}
    found = optimize.minimize(rosenbrock, hess=mg.hessian(rosenbrock), **how)
    assert found.x == pytest.approx([1.0] * 3, abs=1e-4)
    if method in ("Newton-CG", "trust-ncg"):
        by_products = optimize.minimize(
            rosenbrock, hessp=lambda x, p: mg.hvp(rosenbrock, (x,), (p,)), **how
        )
        assert by_products.x == pytest.approx([1.0] * 3, abs=1e-4)


def test_further_arguments_of_minimize_are_constants() -> None:
    wanted = np.linalg.lstsq(A, B)[0]
    found = optimize.minimize(value_and_grad(squares), [0.0, 0.0], args=(A, B), jac=True)
    assert found.x == pytest.approx(wanted, abs=1e-7)
    second = optimize.minimize(
        squares,
        [0.0, 0.0],
        args=(A, B),
        jac=grad(squares),
        hess=mg.hessian(squares),
        method="trust-exact",
    )
    assert second.x == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("as_array", [np.array, list])
def test_roots_and_least_squares(as_array: Any) -> None:
    def residuals(x: Any) -> Any:
        return as_array([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0]])

    jacobian = mg.jacobian(residuals)
    start = START[:2]
    assert np.array(jacobian(start)).tolist() == [[24.0, 10.0], [-1.0, 0.0]]
    assert optimize.least_squares(residuals, start, jac=jacobian).x == pytest.approx([1.0, 1.0])
    assert optimize.root(residuals, start, jac=jacobian).x == pytest.approx([1.0, 1.0])


def test_derivatives_by_arrays_compile() -> None:
    def f(x: Any) -> Any:
        return np.sum(x**3) * x[0]

    X = np.array([[1.0, 2.0, 1.0, 0.5], [3.0, 4.0, 0.0, 1.0]])
    gradient = mg.compile(lambda xs: list(grad(f)(np.array(xs[:2]))), example_inputs=[X[0]])
    product = mg.compile(
        lambda xs: list(mg.hvp(f, (np.array(xs[:2]),), (np.array(xs[2:]),))), example_inputs=[X[0]]
    )
    for row, slopes, along in zip(X, gradient(X), product(X), strict=True):
        x, y, v, w = row
        assert slopes == pytest.approx([4 * x**3 + y**3, 3 * x * y**2], rel=1e-14)
        mixed = 3 * y**2
        assert along == pytest.approx([12 * x**2 * v + mixed * w, mixed * v + 6 * x * y * w])
