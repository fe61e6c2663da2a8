"""Program.jacobian: against numbers by hand, closed forms, and eager gradients by sample."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from outputs import several
from scipy import optimize
from test_compiled_graphs import Structure

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.compiler import Program, compile, jacobians
from microgradnn.compiler.arrays import samples_at_once
from microgradnn.engine.derivatives import Linear
from microgradnn.engine.row import PRIMITIVES


def assert_agrees(
    f: Callable[[list[Any]], Any],
    X: Any,
    params: list[Value] | None = None,
    tolerance: float = 1e-12,
) -> None:
    """Both Jacobians are those of the eager graph of each sample."""
    X, params = np.asarray(X, dtype=float), params or []
    program = compile(f, example_inputs=[X[0].tolist()], params=params)
    found = {"inputs": program.jacobian(X)}
    if params:
        found["params"] = program.jacobian(X, wrt="params")
    for place, sample in enumerate(X.tolist()):
        inputs = [Value(x) for x in sample]
        result = f(inputs)
        for by, slopes in found.items():
            leaves = inputs if by == "inputs" else params
            wanted = [
                mg.gradients(y, leaves) if isinstance(y, Value) else [0.0] * len(leaves)
                for y in (result if isinstance(result, list) else [result])
            ]
            np.testing.assert_allclose(slopes[place], wanted, rtol=tolerance, atol=tolerance)


def line() -> tuple[Program, list[Value]]:
    x, y, w, b = Value(2.0), Value(5.0), Value(3.0), Value(1.0)
    return compile([w * x * y + b, x + b, Value(7.0)], [x, y], [w, b]), [w, b]


def test_by_hand() -> None:
    program, (w, _) = line()
    X = [[2.0, 5.0], [1.0, 10.0]]
    assert program.jacobian(X).tolist() == [
        [[15.0, 6.0], [1.0, 0.0], [0.0, 0.0]],
        [[30.0, 3.0], [1.0, 0.0], [0.0, 0.0]],
    ]
    assert program.jacobian(X, wrt="params").tolist() == [[[10.0, 1.0], [0.0, 1.0], [0.0, 0.0]]] * 2
    assert program.jacobian(X, [4.0, 0.0])[:, 0].tolist() == [[20.0, 8.0], [40.0, 4.0]]
    w.data = 4.0  # the parameters' present data are taken
    assert program.jacobian(X)[:, 0].tolist() == [[20.0, 8.0], [40.0, 4.0]]
    x, v = Value(2.0), Value(3.0)
    alone = compile(v * x**2, [x], [v])
    assert alone.jacobian([[1.0], [5.0]]).tolist() == [[[6.0]], [[30.0]]]
    assert alone.jacobian([[1.0], [5.0]], wrt="params").tolist() == [[[1.0]], [[25.0]]]


def test_what_comes_is_fresh() -> None:
    program, _ = line()
    first = program.jacobian([[2.0, 5.0]])
    kept = first.copy()
    program.jacobian([[1.0, 1.0]])[:] = 0.0
    assert (first == kept).all()


def test_the_greeks_of_an_option() -> None:
    """Black and Scholes, whose derivatives by price, volatility and time have closed forms."""
    normal = NormalDist()

    def price(x: list[Any]) -> Any:
        spot, volatility, years = x
        spread = volatility * mg.sqrt(years)
        d = mg.log(spot / 100.0) / spread + spread / 2
        above, below = (mg.erfc(-z / math.sqrt(2)) / 2 for z in (d, d - spread))
        return spot * above - 100.0 * below

    X = np.random.default_rng(0).uniform([80, 0.1, 0.2], [120, 0.5, 3.0], (50, 3))
    program = compile(price, example_inputs=[[100.0, 0.2, 1.0]])
    for (spot, volatility, years), slopes in zip(X.tolist(), program.jacobian(X), strict=True):
        spread = volatility * math.sqrt(years)
        d = math.log(spot / 100.0) / spread + spread / 2
        density = spot * normal.pdf(d)
        vega = density * math.sqrt(years)
        theta = density * volatility / (2 * math.sqrt(years))
        assert slopes[0] == pytest.approx([normal.cdf(d), vega, theta], rel=1e-11)


ROWS = [name for name, row in PRIMITIVES.items() if row.kind != "custom"]


@pytest.mark.parametrize("name", ROWS)
def test_every_row(name: str) -> None:
    row = PRIMITIVES[name]
    X = np.random.default_rng(1).uniform(0.1, 0.9, (6, row.arity or (5 if name == "dot" else 4)))
    if name == "acosh":
        X += 1.0
    if name == "take":
        X[:, 0] = [0, 1, 2, 1, 0, 2]
    if name.startswith("cross_entropy"):
        X[:, :2] = [0.25, 0.75]
    assert_agrees(lambda xs: row(1.0, *xs) if name == "softmax" else row(*xs), X)


@pytest.mark.parametrize("seed", range(8))
def test_graphs_with_repetition(seed: int) -> None:
    structure = Structure(seed)
    params = [Value(0.3 - 0.07 * k) for k in range(structure.params)]
    X = np.random.default_rng(seed).uniform(-1, 1, (5, structure.inputs))
    assert_agrees(lambda xs: [structure(xs, params), xs[0] * params[0]], X, params, 1e-11)


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu"])
def test_networks(activation: nn.ActivationName) -> None:
    model = nn.MLP(3, [8, 4], activation=activation, rng=0)
    X = np.random.default_rng(2).normal(size=(7, 3))
    assert_agrees(lambda xs: mg.softmax(several(model(xs))), X, model.parameters())
    program = compile(model)
    assert program.jacobian(X).shape == (7, 4, 3)
    assert program.jacobian(X, wrt="params").shape == (7, 4, len(model.parameters()))


def test_a_network_is_products_of_matrices() -> None:
    program = compile(nn.MLP(16, [12, 8], activation="tanh", rng=0))
    X = np.random.default_rng(3).normal(size=(4, 16))
    program.jacobian(X)
    made: Any = program._jacobians["inputs"].derivatives
    summary = made.summary()
    assert "matmul 12×16" in summary
    assert re.search(r"^[\d,]+ operations on scalars → \d\d? on arrays", summary)


def test_a_batch_of_several_parts() -> None:
    program, _ = line()
    program.jacobian([[1.0, 1.0]])
    made: Any = program._jacobians["inputs"].derivatives
    most = samples_at_once(made.schedule(finite=True))
    X = np.random.default_rng(4).normal(size=(2 * most + 3, 2))
    found = program.jacobian(X)
    assert found[:, 0].tolist() == (3.0 * X[:, ::-1]).tolist()


# ---- Where values or derivatives are not finite --------------------------------------------------


def test_what_is_outside_a_domain_is_the_error_of_the_program() -> None:
    program = compile(lambda x: mg.log(x[0]), example_inputs=[[1.0]])
    program.jacobian([[2.0]])
    with pytest.raises(ValueError, match=r"row 1: log\(x0 = -1.0\)"):
        program.jacobian([[1.0], [-1.0]])  # though 1/x is finite there
    with pytest.raises(ValueError, match="X has a NaN in row 0"):
        program.jacobian([[math.nan]])


def test_infinite_derivatives_are_no_errors() -> None:
    for x0 in (0.0, 1.0):  # the example, too
        program = compile(lambda x: mg.sqrt(x[0]), example_inputs=[[x0]])
        assert program.jacobian([[0.0], [4.0]]).tolist() == [[[math.inf]], [[0.25]]]


def test_the_side_that_is_not_chosen_does_not_count() -> None:
    def f(x: list[Any]) -> Any:
        return mg.where(x[0] > 0, mg.sqrt(mg.abs(x[0])) * x[1], x[1] * x[1])

    assert_agrees(f, [[0.0, 1.0], [4.0, 2.0], [-1.0, 3.0]])
    assert_agrees(f, [[4.0, 2.0], [0.0, 1.0], [-1.0, 3.0]])


def test_parameters_that_have_moved_outside_a_domain() -> None:
    x, w = Value(2.0), Value(1.0)
    program = compile(mg.log(w) * x, [x], [w])
    w.data = -1.0
    assert program.jacobian([[3.0]], [2.0], wrt="params").tolist() == [[[1.5]]]
    with pytest.raises(ValueError, match="row 0: log"):
        program.jacobian([[3.0]], wrt="params")


def test_a_program_that_would_be_wrong_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(Linear):
        def rows(self, outputs: Any) -> list[list[Any]]:
            return [[1.0, 1.0]] * len(outputs)

    program, _ = line()
    monkeypatch.setattr(jacobians, "Linear", Wrong)
    with pytest.raises(ValueError, match=r"outputs\[0\] was recorded as 15.0, and the program"):
        program.jacobian([[2.0, 5.0]])
    monkeypatch.undo()
    assert program.jacobian([[2.0, 5.0]])[0, 0].tolist() == [15.0, 6.0]


@pytest.mark.parametrize(
    ("wrt", "error", "message"),
    [
        ("x", ValueError, "wrt must be 'inputs' or 'params', got 'x'"),
        (0, TypeError, "wrt must be 'inputs' or 'params', got int 0"),
        ("params", ValueError, "wrt is 'params', and this program has none"),
    ],
)
def test_by_what_else_is_refused(wrt: Any, error: type[Exception], message: str) -> None:
    x = Value(2.0)
    with pytest.raises(error, match=re.escape(message)):
        compile(x * x, [x]).jacobian([[1.0]], wrt=wrt)


# ---- Without inputs ------------------------------------------------------------------------------


def valley() -> Program:
    x, y = Value(-1.2), Value(1.0)
    return compile((1 - x) ** 2 + 100 * (y - x**2) ** 2, [], [x, y])


def test_a_program_without_inputs_takes_none() -> None:
    x, y = Value(3.0), Value(5.0)
    program = compile(x * x * y, [], [x, y])
    assert program(None).tolist() == [45.0]
    assert program(None, [1.0, 2.0]).tolist() == [2.0]
    mean, gradient = program.value_and_grad(None, [1.0, 2.0])
    assert (mean, gradient.tolist()) == (2.0, [4.0, 1.0])
    assert program.jacobian(None, [1.0, 2.0], wrt="params").tolist() == [[[4.0, 1.0]]]
    with pytest.raises(ValueError, match="wrt is 'inputs', and this program has none"):
        program.jacobian(None)
    with pytest.raises(TypeError, match="X must be a list of numbers, got NoneType"):
        line()[0](None)


def test_minimize_takes_a_program_without_inputs() -> None:
    program = valley()
    found = optimize.minimize(lambda t: program.value_and_grad(None, t), [-1.2, 1.0], jac=True)
    assert found.success
    assert found.x == pytest.approx([1.0, 1.0], abs=1e-5)


def test_least_squares_take_jacobians_of_a_program() -> None:
    t = np.linspace(0.0, 2.0, 21)
    y = 2.5 * np.exp(-1.3 * t) + 0.5
    a, b, c, x = Value(1.0), Value(1.0), Value(0.0), Value(0.0)
    program = compile(a * mg.exp(-b * x) + c, [x], [a, b, c])
    fit = optimize.least_squares(
        lambda theta: program(t[:, None], theta) - y,
        [1.0, 1.0, 0.0],
        jac=lambda theta: program.jacobian(t[:, None], theta, wrt="params")[:, 0],
    )
    assert fit.x == pytest.approx([2.5, 1.3, 0.5], rel=1e-8)


def test_programs_of_any_length_have_jacobians() -> None:
    w = [Value(2.0), Value(3.0), Value(4.0)]
    programs = compile(lambda xs: mg.dot(w[: len(xs)], xs), params=w)
    assert programs.jacobian([[1.0, 5.0]]).tolist() == [[[2.0, 3.0]]]
    assert programs.jacobian([[1.0, 5.0]], wrt="params").tolist() == [[[1.0, 5.0, 0.0]]]
