"""Batches of several sizes, and large ones in parts."""

from __future__ import annotations

import numpy as np

from microgradnn import Value
from microgradnn.compiler import Program, compile


def line() -> tuple[Program, list[Value]]:
    x, w, b = Value(2.0, "x"), Value(3.0, "w"), Value(1.0, "b")
    return compile((w * x + b) ** 2, [x], [w, b]), [w, b]


def test_a_batch_in_parts() -> None:
    program, _ = line()
    X = np.random.default_rng(0).standard_normal((100_000, 1))
    y = 3.0 * X[:, 0] + 1.0
    assert np.allclose(program(X), y**2, rtol=1e-12)
    mean, gradient = program.value_and_grad(X)
    assert np.isclose(mean, (y**2).mean(), rtol=1e-12)
    assert np.allclose(gradient, [(2 * y * X[:, 0]).mean(), (2 * y).mean()], rtol=1e-9)


def test_another_batch_size_and_back() -> None:
    program, _ = line()
    X = np.random.default_rng(0).standard_normal((9, 1))
    wanted = program(X)
    for samples in (1, 9, 3, 2, 4, 5, 6, 9):
        assert np.array_equal(program(X[:samples]), wanted[:samples])
        assert program.value_and_grad(X[:samples])[1].shape == (2,)


def test_results_are_fresh_arrays() -> None:
    program, _ = line()
    X, theta = np.array([[1.0], [2.0]]), np.array([3.0, 1.0])
    first, (_, gradient) = program(X), program.value_and_grad(X, theta)
    kept = first.copy(), gradient.copy()
    first[:], gradient[:] = 0.0, 0.0
    assert program(X).tolist() == kept[0].tolist()
    second = program.value_and_grad(X, theta)[1]
    assert second.tolist() == kept[1].tolist()
    program.value_and_grad(X + 1, theta)
    assert second.tolist() == kept[1].tolist()
    assert (X.tolist(), theta.tolist()) == ([[1.0], [2.0]], [3.0, 1.0])
