"""jacobian and hessian: outputs outside, inputs inside, arrays innermost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, hessian, jacobian

A = np.array([[2.0, 1.0], [1.0, 3.0], [0.0, 1.0]])


def test_of_separate_numbers_it_is_a_list_of_lists() -> None:
    assert jacobian(lambda x, y: [x * y, x + y, 1.0])(2.0, 5.0) == [[5, 2], [1, 1], [0, 0]]
    assert jacobian(lambda x, y: x * y)(np.int64(2), Value(5.0).data) == [5.0, 2.0]
    assert jacobian(lambda x: x * x)(3.0) == [6.0]
    assert jacobian(lambda x: [x * x])(np.array(3.0)) == [[6.0]]
    assert hessian(lambda x, y: x**3 * y)(2.0, 5.0) == [[60.0, 12.0], [12.0, 0.0]]
    assert hessian(lambda x: x**3)(2.0) == [[12.0]]


def test_of_lists_it_is_a_list_of_lists() -> None:
    assert jacobian(lambda x: [x[0] * x[1], x[1]])([2.0, 5.0]) == [[5.0, 2.0], [0.0, 1.0]]
    assert jacobian(lambda x: x[0] * x[1])((2.0, 5.0)) == (5.0, 2.0)
    assert hessian(lambda x: x[0] ** 2 * x[1])([3.0, 5.0]) == [[10.0, 6.0], [6.0, 0.0]]


def test_arrays_are_innermost() -> None:
    x, ones = np.array([1.0, 2.0]), np.ones((2, 2))
    assert jacobian(lambda x: A @ x)(x).tolist() == A.tolist()
    rows = jacobian(lambda x: [x[0] * x[1], 3.0, x])(x)
    assert [row.tolist() for row in rows] == [[2.0, 1.0], [0.0, 0.0], [[1.0, 0.0], [0.0, 1.0]]]
    found = jacobian(lambda p: A @ p["w"] + p["b"])({"w": ones, "b": 0.0})
    assert found["b"].tolist() == np.ones((3, 2)).tolist()
    wanted = np.einsum("ik,jl->ijkl", A, np.eye(2))  # ∂(Aw)ᵢⱼ/∂wₖₗ
    assert found["w"].tolist() == wanted.tolist()
    curvature = hessian(lambda w: np.sum(w**3))(2 * ones)
    assert curvature.tolist() == (12 * np.eye(4)).reshape(2, 2, 2, 2).tolist()


def test_outputs_are_outside() -> None:
    found = jacobian(lambda p: {"y": (p[0] * p[1]["b"], [p[0]])})((2.0, {"b": 5.0}))
    assert found == {"y": ((5.0, {"b": 2.0}), [(1.0, {"b": 0.0})])}
    second = hessian(lambda p: p["a"] ** 2 * p["b"][0])({"a": 3.0, "b": [5.0]})
    assert second == {"a": {"a": 10.0, "b": [6.0]}, "b": [{"a": 6.0, "b": [0.0]}]}


def test_argnums() -> None:
    def f(x: Any, y: Any) -> Any:
        return [x * y * y, y]

    assert jacobian(f, 0)(2.0, 5.0) == [25.0, 0.0]
    assert jacobian(f, -1)(2.0, 5.0) == [20.0, 1.0]
    assert jacobian(f, (1, 0))(2.0, 5.0) == [(20.0, 25.0), (1.0, 0.0)]
    assert hessian(lambda x, y: x * y * y, 1)(2.0, 5.0) == 4.0
    assert hessian(lambda x, y: x * y * y, (0, -1))(2.0, 5.0) == ((0.0, 10.0), (10.0, 4.0))
    with pytest.raises(ValueError, match="argnums has 2, but there are 2 arguments"):
        jacobian(f, 2)(2.0, 5.0)
    with pytest.raises(TypeError, match="argnums must be"):
        hessian(f, "0")  # type: ignore[arg-type]


def test_if_not_all_arguments_are_numbers_it_is_by_the_first() -> None:
    def f(x: Any, c: Any) -> Any:
        return c * x[0] ** 2 * x[1]

    assert jacobian(f)([3.0, 5.0], 2.0) == [60.0, 18.0]
    assert hessian(f)([3.0, 5.0], c=2.0) == [[20.0, 12.0], [12.0, 0.0]]
    assert jacobian(lambda x, how: x * x)(3.0, "text") == 6.0
    assert hessian(lambda x, c: c[0] * x**3)(2.0, [5.0]) == 60.0
    with pytest.raises(TypeError, match="argument 0 must be a real number, got str"):
        jacobian(f)("text", 2.0)


def test_aux() -> None:
    def f(x: Any, y: Any) -> Any:
        return x * y * y, {"x": 2 * x}

    assert jacobian(f, has_aux=True)(2.0, 5.0) == ([25.0, 20.0], {"x": 4.0})
    assert hessian(f, has_aux=True)(2.0, 5.0) == ([[0.0, 10.0], [10.0, 4.0]], {"x": 4.0})
    assert hessian(f, 1, has_aux=True)(2.0, 5.0) == (4.0, {"x": 4.0})
    with pytest.raises(TypeError, match="has_aux must be True or False"):
        hessian(f, has_aux=1)  # type: ignore[call-overload]


def test_variables_outside_make_them_arrays_of_values() -> None:
    w = Value(3.0)
    found = jacobian(lambda x: w * x)(np.array([1.0, 2.0]))
    assert found.dtype == object
    assert mg.gradients(found[1, 1], [w]) == [1.0]
    twice = mg.grad(lambda t: jacobian(lambda x: [t * t * x[0], x[1]])([1.0, 2.0])[0][0])
    assert twice(5.0) == 10.0


@pytest.mark.parametrize(("inputs", "outputs"), [(2, 7), (7, 2), (1, 9), (9, 1), (3, 3)])
def test_from_whichever_side_there_are_fewer_it_is_the_same(inputs: int, outputs: int) -> None:
    generator = np.random.default_rng(inputs)
    w, x = generator.normal(size=(outputs, inputs)), generator.normal(size=inputs)
    found = jacobian(lambda x: np.tanh(w @ x))(x)
    slopes = 1 - np.tanh(w @ x) ** 2
    assert found == pytest.approx(slopes[:, None] * w, rel=1e-13, abs=1e-15)
    # ∂³/∂x³ of Σ tanh, through the Jacobian of a gradient that is in a function differentiated
    nested = mg.grad(lambda s: jacobian(lambda x: np.tanh(s * (w @ x)))(x)[0, 0])(1.0)
    z = (w @ x)[0]
    exact = w[0, 0] * (1 - np.tanh(z) ** 2) * (1 - 2 * z * np.tanh(z))
    assert nested == pytest.approx(exact, rel=1e-12)


def test_one_input_of_many_outputs_takes_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    from microgradnn.engine.derivatives import Linear

    def never(self: Any, seeds: Any) -> Any:
        raise AssertionError("a pass for each output")

    monkeypatch.setattr(Linear, "back", never)
    assert jacobian(lambda x: [k * x for k in range(50)])(2.0) == [[float(k)] for k in range(50)]
