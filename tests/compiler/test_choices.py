"""Choices by an index: gathers and scatters, against NumPy by hand and against the eager rows."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.compiler import compile
from microgradnn.compiler.choices import whole
from microgradnn.compiler.steps import Map, Scatter, Take

Function = Callable[[list[Any]], Any]


def table(rows: int, columns: int) -> list[list[Value]]:
    return [[Value(1.0 + r + 0.25 * c * c) for c in range(columns)] for r in range(rows)]


def flat(rows: list[list[Value]]) -> list[Value]:
    return [x for row in rows for x in row]


def by_sample(f: Function, X: Any, params: list[Value]) -> tuple[float, Any]:
    """Mean and gradient from the eager graph of each sample, whose indices are plain numbers."""
    values, slopes = [], []
    for sample in X.tolist():
        out = f(sample)
        values.append(out.data)
        slopes.append(mg.gradients(out, params))
    return math.fsum(values) / len(X), np.mean(slopes, axis=0)


def assert_agrees(f: Function, X: Any, params: list[Value]) -> Any:
    """The program is the eager function, in both of its forms; give it."""
    X = np.asarray(X, dtype=float)
    program = compile(f, example_inputs=[X[0].tolist()], params=params)
    value, gradient = by_sample(f, X, params)
    exact = program._passes(X, program.read_params(), False, lambda a: a.mean_and_gradient(1.0))[0]
    for mean, slopes in (program.value_and_grad(X), (exact[0] / len(X), exact[1] / len(X))):
        assert mean == pytest.approx(value, rel=1e-12)
        np.testing.assert_allclose(slopes, gradient, rtol=1e-12, atol=1e-12)
    return program


def forward_steps(program: Any, kind: type) -> list[Any]:
    return [x for x in program.schedule(finite=True).steps if isinstance(x, kind)]


# ---- Tables that all samples share -----------------------------------------------------------


def test_a_table_of_parameters_is_one_gather_and_one_scatter() -> None:
    weights = table(5, 3)

    def f(tokens: list[Any]) -> Any:
        rows = [[mg.take(column, t) for column in zip(*weights, strict=True)] for t in tokens]
        return mg.sum([mg.dot(row, [1.0, 2.0, 3.0]) ** 2 for row in rows])

    X = np.random.default_rng(0).integers(0, 5, (6, 4))
    program = assert_agrees(f, X, flat(weights))
    (step,) = forward_steps(program, Take)
    assert step.table.index.shape == (3, 5)
    assert step.result.index.shape == (3, 4)
    (back,) = [x for x in program.schedule(finite=True).reverse if isinstance(x, Scatter)]
    assert back.take is step
    assert "  12 choices of one in 5 → gather from 3×5" in program.summary()
    assert "# gradient of 12 choices of one in 5\n    copyto(u" in program.source

    # By hand: rows of W by index, and each row's gradient 2·(w·c)·c added up where it came from.
    W, c = np.array([[x.data for x in row] for row in weights]), np.array([1.0, 2.0, 3.0])
    sums = W[X] @ c
    wanted = np.zeros_like(W)
    np.add.at(wanted, X, 2 * sums[..., None] * c)
    mean, gradient = program.value_and_grad(X)
    assert mean == pytest.approx((sums**2).sum() / 6, rel=1e-14)
    np.testing.assert_allclose(gradient.reshape(5, 3), wanted / 6, rtol=1e-13)


def test_indices_may_be_computed() -> None:
    xs = [Value(float(k * k)) for k in range(4)]

    def f(inputs: list[Any]) -> Any:
        return mg.take(xs, inputs[0] + 1) * inputs[1]

    assert_agrees(f, [[0, 2.0], [2, -1.0], [-1, 3.0]], xs)


def test_the_table_may_hold_numbers_and_the_same_node_twice() -> None:
    w = Value(3.0)

    def f(inputs: list[Any]) -> Any:
        return mg.take([w, 5.0 * w, w, w * w], inputs[0]) + mg.take([0.0, w, 7.0, 1.0], inputs[0])

    assert_agrees(f, [[0], [1], [2], [3], [3]], [w])
    program = compile(
        lambda x: mg.take([2.0, 4.0, 8.0], x[0]) * w, example_inputs=[[1.0]], params=[w]
    )
    assert program([[0.0], [2.0]]).tolist() == [6.0, 24.0]


# ---- Tables of the samples themselves --------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 5])
def test_each_index_with_numbers_of_its_own(count: int) -> None:
    """As the losses of a classifier take the logit of each target; singly, or all in one step."""
    weights = table(3, 2)

    def f(inputs: list[Any]) -> Any:
        losses = []
        for k in range(count):
            index, x = inputs[3 * k], inputs[3 * k + 1 : 3 * k + 3]
            logits = [mg.dot(row, x) for row in weights]
            losses.append(mg.logsumexp(logits) - mg.take(logits, index))
        return mg.sum(losses)

    rng = np.random.default_rng(count)
    X = rng.standard_normal((7, 3 * count))
    X[:, ::3] = rng.integers(0, 3, (7, count))
    program = assert_agrees(f, X, flat(weights))
    assert len(forward_steps(program, Take)) == (1 if count > 2 else count)


def test_two_indices_into_one_list_of_the_samples_numbers() -> None:
    w = Value(2.0)

    def f(inputs: list[Any]) -> Any:
        xs = [w * x for x in inputs[2:]]
        first, second = mg.take(xs, inputs[0]), mg.take(xs, inputs[1])
        return first * second

    X = [[0, 0, 1.0, 2.0, 3.0], [0, 1, 4.0, 5.0, 6.0], [2, 1, 7.0, 8.0, 9.0]]
    program = assert_agrees(f, X, [w])
    (step,) = forward_steps(program, Take)
    assert (step.table.batched, step.table.index.shape) == (True, (1, 3))
    mean, gradient = program.value_and_grad(X)
    assert mean == pytest.approx(4 * (1 + 20 + 72) / 3)
    assert gradient.tolist() == pytest.approx([4 * (1 + 20 + 72) / 3])


def test_an_index_that_is_the_same_for_all_samples() -> None:
    w, place = Value(2.0), Value(1.0)
    program = compile(
        lambda x: mg.take([w * x[0], w * x[1]], place) + mg.take([w, w * w], place),
        example_inputs=[[3.0, 5.0]],
        params=[w, place],
    )
    mean, gradient = program.value_and_grad([[3.0, 5.0], [1.0, 7.0]])
    assert mean == pytest.approx(2 * 6.0 + 4.0)
    assert gradient.tolist() == pytest.approx([6.0 + 4.0, 0.0])  # the index has derivative 0
    assert program([[3.0, 5.0]], [2.0, 0.0]).tolist() == [8.0]
    with pytest.raises(ValueError, match=r"row 0: take\(0.5, .*got 0.5"):
        program([[3.0, 5.0]], [2.0, 0.5])


def test_what_the_samples_share_is_copied_for_each_beside_what_they_do_not() -> None:
    w = Value(2.0)

    def f(inputs: list[Any]) -> Any:
        return mg.take([w, w * inputs[1], 3.0], inputs[0]) * w

    program = assert_agrees(f, [[0, 5.0], [1, 7.0], [2, 1.0], [1, -1.0]], [w])
    (take,) = forward_steps(program, Take)
    assert take.table.batched


def test_a_constant_index_needs_no_step() -> None:
    w, one = Value(2.0), Value(1.0)
    program = compile(mg.take([w, w * w], one) + Value(0.0), [], [w])
    assert forward_steps(program, Take) == []
    assert all(isinstance(x, Map) for x in program.schedule(finite=True).steps)
    assert program.value_and_grad(np.zeros((1, 0)))[1].tolist() == [4.0]


# ---- What is refused -------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [-1.0, 3.0, 0.5, 1e300, -1e-300, 2.0**63])
def test_an_index_that_is_no_place_is_refused_with_its_row(wrong: float) -> None:
    weights = table(3, 2)
    program = compile(
        lambda x: mg.sum([mg.take(column, x[0]) for column in zip(*weights, strict=True)]),
        example_inputs=[[0.0]],
        params=flat(weights),
    )
    message = (
        f"row 2: take(x0 = {wrong!r}, 1.0, 2.0, 3.0): index must be a whole number from 0 to 2"
    )
    X = [[0.0], [2.0], [wrong]]
    for call in (program, program.value_and_grad):
        with pytest.raises(ValueError, match=re.escape(message)):
            call(X)
    assert program([[0.0], [2.0]]).tolist() == [2.25, 6.25]  # and it goes on


def test_numbers_of_an_unbounded_table_are_told_apart_from_those_not_taken() -> None:
    xs = [Value(1.0), Value(math.inf), Value(math.nan)]
    program = compile(lambda x: mg.take(xs, x[0]) * 2.0, example_inputs=[[0.0]], params=xs)
    assert program.value_and_grad([[0.0]])[0] == 2.0
    assert program.value_and_grad([[0.0]])[1].tolist() == [2.0, 0.0, 0.0]
    assert program([[1.0]]).tolist() == [math.inf]
    assert math.isnan(program([[2.0]])[0])


def test_whole_numbers() -> None:
    into = np.zeros((2, 2), int)
    whole(np.array([[0.0, 2.0], [1.0, -0.0]]), 3, into)
    assert into.tolist() == [[0, 2], [1, 0]]
    for wrong in (3.0, -1.0, 0.25):
        with pytest.raises(ValueError, match="not whole, or not from 0 to 2"):
            whole(np.array([[0.0, wrong], [0.0, 0.0]]), 3, into)


def test_what_is_taken_may_be_of_both_kinds() -> None:
    """Numbers, parameters and what depends on the data, in one table; 0 in each place."""
    s = Value(1.5)
    X = np.array([[1.0, 2.0, k] for k in range(4)])
    values = {"x": X[:, 0] * 1.5, "s": np.full(4, 1.5), "0": np.zeros(4), "t": np.tanh(X[:, 1])}
    slopes = {"x": X[:, 0], "s": np.ones(4), "0": np.zeros(4), "t": np.zeros(4)}
    for order in itertools.permutations("xs0t"):

        def f(x: list[Value], order: tuple[str, ...] = order) -> Value:
            table = {"x": s * x[0], "s": s, "0": 0.0, "t": mg.tanh(x[1])}
            chosen: Value = mg.take([table[name] for name in order], x[2])  # type: ignore[misc]
            return chosen

        program = compile(f, example_inputs=[X[0].tolist()], params=[s])
        rows = range(4)
        assert np.allclose(program(X), [values[order[k]][k] for k in rows], rtol=1e-14, atol=0)
        gradient = np.mean([slopes[order[k]][k] for k in rows])
        assert np.allclose(program.value_and_grad(X)[1], gradient, rtol=1e-14, atol=0)
        with pytest.raises(ValueError, match=r"row 1: take.*whole number from 0 to 3, got 4"):
            program([[1.0, 2.0, 0.0], [1.0, 2.0, 4.0]])
