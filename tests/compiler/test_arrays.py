"""Batches of several sizes, and large ones in parts."""

from __future__ import annotations

import numpy as np
import pytest

from microgradnn import Value
from microgradnn.compiler import Program, compile
from microgradnn.compiler.arrays import (
    LEAST_SAMPLES_AT_ONCE,
    MOST_NUMBERS_AT_ONCE,
    Arrays,
    numbers_of,
    samples_at_once,
)
from microgradnn.compiler.emit_numpy import NumpyCode
from microgradnn.compiler.steps import Schedule, Step


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


def test_parts_of_a_batch_are_as_large_as_the_cache_allows() -> None:
    for slots, samples in [
        (0, MOST_NUMBERS_AT_ONCE),
        (1, MOST_NUMBERS_AT_ONCE),
        (512, MOST_NUMBERS_AT_ONCE // 512),
        (MOST_NUMBERS_AT_ONCE, LEAST_SAMPLES_AT_ONCE),  # never so small that calls outweigh work
    ]:
        plan = Schedule(params=0)
        plan.new_slots(True, slots)
        assert samples_at_once(plan) == samples


def test_steps_of_few_slots_have_more_samples_at_once() -> None:
    plan = Schedule(params=0)
    slots = plan.new_slots(True, 64)
    plan.steps = [Step(slots)] * 30
    assert samples_at_once(plan) == MOST_NUMBERS_AT_ONCE // 64  # 30 calls of 8192 numbers are less
    for steps, times in [(48, 1.5), (64, 2.0), (1000, 2.0)]:
        plan.steps = [Step(slots)] * steps
        assert samples_at_once(plan) == times * MOST_NUMBERS_AT_ONCE // 64


def test_uniform_outputs_are_the_same_for_all_samples() -> None:
    x, w = Value(2.0), Value(3.0)
    assert compile([w * w, x * w], [x], [])([[1.0], [2.0]]).tolist() == [[9.0, 3.0], [9.0, 6.0]]


def test_a_part_adds_its_share_to_the_mean() -> None:
    x, w = Value(2.0), Value(3.0)
    program = compile(x * w, [x], [w])
    arrays = Arrays(program.schedule(), NumpyCode(program.schedule()), 2)
    arrays.forward(np.array([[1.0], [5.0]]), np.array([3.0]))
    mean, gradient = arrays.mean_and_gradient(0.25)  # two samples of four
    assert (mean, gradient.tolist()) == (0.25 * (3.0 + 15.0), [0.25 * (1.0 + 5.0)])


def test_numbers_of_values() -> None:
    class Weight(Value):
        """A parameter of a class of the user's own."""

    found = numbers_of([Value(0.1), Weight(-2), Value(float("inf"))])
    assert found.dtype == float
    assert found.tolist() == [0.1, -2.0, float("inf")]
    found[0] = 5.0  # it is fresh, and may be written to
    assert numbers_of([]).shape == (0,)


def test_a_function_that_is_traced_may_not_read_them() -> None:
    program, params = line()

    def of_a_program(x: list[Value]) -> Value:
        return x[0] * params[0] * float(program([[1.0]])[0])

    with pytest.raises(ValueError, match="reads the number of a Value"):
        compile(of_a_program, example_inputs=[[1.0]], params=params)
