"""The native back end against NumPy's programs: numbers, fallbacks, threads, memory."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from properties.strategies import programs
from test_compiled_graphs import EXAMPLES, Structure, near

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import Program, compile
from microgradnn.engine.row import PRIMITIVES

pytest.importorskip("llvmlite", reason="the native back end needs llvmlite")

from microgradnn.compiler.emit_native import MOST_NUMBERS


def native_only(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program, in which NumPy's code may not be asked for."""

    def refuse(*wanted: Any) -> Any:
        raise AssertionError("NumPy was asked to compute")

    monkeypatch.setattr(program._back_end, "numpy_code", refuse)
    return program


# ---- The same numbers ----------------------------------------------------------------------------


def contributions(root: Value, leaves: list[Value]) -> np.ndarray:
    """For each leaf the sum of all |path products|: what its gradient may be off by, over 2⁻⁵²."""
    sizes = dict.fromkeys(mg.topological_order(root), 0.0)
    sizes[root] = 1.0
    for node in reversed(mg.topological_order(root)):
        for x, local in zip(node.operands, node.local_grads, strict=True):
            if local is not None:
                sizes[x] += sizes[node] * abs(local)
    return np.array([sizes.get(x, 0.0) for x in leaves])


def assert_same(build: Any, X: np.ndarray, theta: np.ndarray, vector_math: bool) -> None:
    inputs, params = list(map(Value, X[0])), list(map(Value, theta))
    out = build(inputs, params)
    size = np.maximum(contributions(out, params), 1.0)
    native = compile(out, inputs, params, backend="native", vector_math=vector_math)
    by_numpy = compile(out, inputs, params)
    for count in (1, len(X)):
        try:
            mean, gradient = by_numpy.value_and_grad(X[:count], theta)
        except (ValueError, ArithmeticError):
            continue
        ours, our_gradient = native.value_and_grad(X[:count], theta)
        finite = np.isfinite(gradient)
        assert np.isclose(ours, mean, rtol=1e-11, atol=1e-11, equal_nan=True)
        assert (np.isfinite(our_gradient) == finite).all()
        assert (np.abs(our_gradient - gradient)[finite] <= 1e-12 * size[finite]).all()


@pytest.mark.parametrize("vector_math", [True, False])
@settings(max_examples=EXAMPLES)
@given(recipe=programs(), samples=st.integers(1, 20), seed=st.integers(0, 2**32 - 1))
def test_random_graphs(vector_math: bool, recipe: Any, samples: int, seed: int) -> None:
    leaves = list(recipe.leaves)
    is_input = np.random.default_rng(seed).random(len(leaves)) < 0.5
    is_input[0] = False

    def build(inputs: list[Any], params: list[Any]) -> Any:
        xs, ps = iter(inputs), iter(params)
        nodes = [next(xs) if flag else next(ps) for flag in is_input]
        out = recipe.run(nodes, lambda row, operands: row(*operands))[-1]
        return out + mg.sum([*inputs, *params])

    xs = [x for x, flag in zip(leaves, is_input, strict=True) if flag]
    ps = [x for x, flag in zip(leaves, is_input, strict=True) if not flag]
    X = near(xs, samples, seed).reshape(samples, len(xs))
    assert_same(build, X, np.array(ps), vector_math)


@pytest.mark.parametrize("vector_math", [True, False])
@settings(max_examples=EXAMPLES)
@given(seed=st.integers(0, 2**32 - 1), samples=st.integers(1, 20))
def test_structures(vector_math: bool, seed: int, samples: int) -> None:
    structure, rng = Structure(seed), np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (samples, structure.inputs))
    assert_same(structure, X, rng.uniform(-1, 1, structure.params), vector_math)


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 5, 8, 9, 100])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_networks_run_without_numpys_code(
    activation: nn.ActivationName, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, rng = nn.MLP(5, [7, 3], activation=activation, rng=0), np.random.default_rng(0)
    X = np.c_[rng.standard_normal((batch, 5)), np.eye(3)[rng.integers(0, 3, batch)]]
    mean, gradient = compile(model, losses.cross_entropy).value_and_grad(X)
    program = native_only(compile(model, losses.cross_entropy, backend="native"), monkeypatch)
    ours, our_gradient = program.value_and_grad(X)
    assert ours == pytest.approx(mean, rel=1e-14)
    np.testing.assert_allclose(our_gradient, gradient, rtol=1e-12, atol=1e-15)
    assert program(X).mean() == pytest.approx(mean, rel=1e-14)


def test_without_vector_math_values_are_those_of_eager_evaluation() -> None:
    x, w = Value(0.7), Value(1.0)
    for row in (mg.sin, mg.tanh, mg.exp, mg.erfc, mg.expm1, mg.log1p):
        program = compile(row(x * w), [x], [w], backend="native", vector_math=False)
        numbers = np.linspace(0.1, 3.0, 7)
        assert program(numbers[:, None]).tolist() == [row(y) for y in numbers.tolist()]


def test_rows_of_a_matrix_may_share_weights() -> None:
    """A view of them would be right for the product, and wrong for adding to their gradients."""
    xs, ws = [Value(0.1 * k) for k in range(6)], [Value(0.3 - 0.1 * k) for k in range(20)]
    out = mg.sum([mg.tanh(mg.dot(ws[k : k + 6], xs)) for k in range(12)])
    X = np.random.default_rng(0).uniform(-1, 1, (9, 6))
    for rows in (1, 9):
        mean, gradient = compile(out, xs, ws).value_and_grad(X[:rows])
        ours = compile(out, xs, ws, backend="native").value_and_grad(X[:rows])
        assert ours[0] == pytest.approx(mean, rel=1e-13)
        np.testing.assert_allclose(ours[1], gradient, rtol=1e-12, atol=1e-14)


MIXED: list[Any] = [
    lambda a, b: a + b,
    lambda a, b: a * b,
    lambda a, b: mg.sin(a),
    lambda a, b: mg.tanh(b),
    lambda a, b: a * a,
]


def test_a_graph_without_structure() -> None:
    """Runs of many nodes and of one, and nodes that are several operands of one node."""
    rng = np.random.default_rng(3)
    inputs, params = ([Value(x) for x in rng.uniform(-1, 1, 8)] for _ in range(2))
    nodes = [*inputs, *params]
    for k in range(400):
        a, b = (nodes[i] for i in rng.integers(max(len(nodes) - 60, 0), len(nodes), 2))
        nodes.append(MIXED[k % len(MIXED)](a, b))
    out = mg.sum([mg.tanh(x) for x in nodes[-100:]])
    X, theta = rng.uniform(-1, 1, (50, 8)), np.array([p.data for p in params])
    for count in (1, 50):
        mean, gradient = compile(out, inputs, params).value_and_grad(X[:count], theta)
        ours = compile(out, inputs, params, backend="native").value_and_grad(X[:count], theta)
        assert ours[0] == pytest.approx(mean, rel=1e-12)
        np.testing.assert_allclose(ours[1], gradient, rtol=1e-11, atol=1e-12)


# ---- What is not finite --------------------------------------------------------------------------


def test_finite_samples_never_fall_back(monkeypatch: pytest.MonkeyPatch) -> None:
    x, w = Value(2.0), Value(3.0)
    program = native_only(compile(mg.log(x * w), [x], [w], backend="native"), monkeypatch)
    assert program.value_and_grad([[1.0], [2.0], [4.0]])[1].tolist() == [pytest.approx(1 / 3)]
    with pytest.raises(ValueError, match=r"row 1: log\(-3.0\)"):
        program([[1.0], [-1.0]])
    assert program([[1.0]]).tolist() == [pytest.approx(np.log(3.0))]  # as before


def test_an_infinity_that_a_row_hides_is_found() -> None:
    """1/∞ is 0, relu(−∞) is 0: where something looks at each number, it is seen."""
    x, w = Value(1.0), Value(1.0)
    for out in (1.0 / (1.0 + mg.exp(x * w)), mg.relu(-mg.exp(x * w)), mg.tanh(mg.exp(x * w))):
        program = compile(out, [x], [w], backend="native")
        for X in ([[800.0]], [[1.0], [800.0], [1.0]]):
            for run in (program, program.value_and_grad):
                with pytest.raises(OverflowError, match="exp"):
                    run(X)


def test_an_infinite_partial_is_as_numpys_programs_have_it() -> None:
    x, w = Value(2.0), Value(1.0)
    program = compile(mg.sqrt(x * w), [x], [w], backend="native")
    mean, gradient = program.value_and_grad([[0.0], [4.0]])
    assert (mean, np.isnan(gradient[0])) == (1.0, True)
    assert program.value_and_grad([[4.0], [4.0]]) == (2.0, np.array([1.0]))


def test_a_product_that_overflows_is_found() -> None:
    xs, ws = [Value(1.0) for _ in range(40)], [[Value(1.0) for _ in range(40)] for _ in range(8)]
    out = mg.sum([mg.relu(-mg.dot(row, xs)) for row in ws])
    program = compile(out, xs, [w for row in ws for w in row], backend="native")
    for rows in (1, 3):
        assert program(np.full((rows, 40), 1e308)).tolist() == [0.0] * rows  # as eagerly
        assert program(np.ones((rows, 40))).tolist() == [0.0] * rows


# ---- The user's own rows, the choice -------------------------------------------------------------


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes rows that are gone after the test."""

    def make(name: str, *columns: Any) -> Any:
        row = mg.primitive(name, *columns)
        monkeypatch.setitem(PRIMITIVES, name, PRIMITIVES.pop(name))
        return row

    return make


def test_a_row_of_the_users_own_is_a_formula(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cube = own("cube", lambda x: x * x * x, [lambda out, x: 3 * x * x])
    x, w = Value(2.0), Value(3.0)
    program = native_only(compile(cube(x * w), [x], [w], backend="native"), monkeypatch)
    assert program.value_and_grad([[1.0], [2.0]]) == (121.5, np.array([121.5]))


def test_a_row_of_many_operands(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def product(*xs: Any) -> Any:
        return xs[0] * xs[1] * xs[2] * xs[3] * xs[4] * xs[5]

    partials = [
        lambda out, *xs, k=k: product(*[1.0 if j == k else x for j, x in enumerate(xs)])
        for k in range(6)
    ]
    row, ws, x = (
        own("product6", product, partials),
        [Value(float(k)) for k in range(1, 7)],
        Value(1.0),
    )
    graph = mg.sum([row(*ws) * x, row(*ws[::-1])])
    program = native_only(compile(graph, [x], ws, backend="native"), monkeypatch)
    for rows in (1, 2):
        mean, gradient = program.value_and_grad([[1.0]] * rows)
        assert (mean, gradient.tolist()) == (1440.0, [1440.0 / k for k in range(1, 7)])


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("wave", math.sin),
        ("size", lambda x: x if x > 0 else -x),
        ("table", lambda x: {3.0: 5.0}.get(x, 1.0) * x),
    ],
)
def test_or_else_numpy_computes_and_the_summary_says_why(own: Any, name: str, by: Any) -> None:
    wave = own(name, by, [lambda out, x: mg.cos(x)])
    x, w = Value(2.0), Value(3.0)
    program = compile(wave(x * w), [x], [w], backend="native")
    assert program([[1.0], [2.0]]).tolist() == [by(3.0), by(6.0)]
    last = program.summary().splitlines()[-1]
    assert last.startswith(f"back end: numpy, since the primitive {name!r} is no formula")


# ---- The machine ---------------------------------------------------------------------------------


def test_nothing_is_compiled_for_operations_that_are_known() -> None:
    def program() -> Program:
        x, w = Value(2.0), Value(3.0)
        made = compile(mg.sin(x * w) + w, [x], [w], backend="native")
        made.value_and_grad([[1.0], [2.0]])
        return made

    engines = program()._back_end.native_codes[False, True].machine.engines
    before = len(engines)
    program()
    assert len(engines) == before


def test_two_programs_run_in_two_threads() -> None:
    model, X = (
        nn.MLP(3, [20, 1], activation="tanh", rng=0),
        np.random.default_rng(0).random((64, 3)),
    )
    made = [compile(model, lambda y, t: (y - t) ** 2, backend="native") for _ in range(4)]
    columns = np.c_[X, X[:, :1]]
    wanted = made[0].value_and_grad(columns)[1]
    failures: list[Any] = []

    def work(program: Program) -> None:
        for _ in range(200):
            if not np.array_equal(program.value_and_grad(columns)[1], wanted):
                failures.append(program)

    threads = [threading.Thread(target=work, args=(program,)) for program in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_memory_is_that_of_a_part_of_a_large_batch() -> None:
    x, w = Value(2.0), Value(3.0)
    out = x * w
    for _ in range(50):
        out = mg.sin(out)
    program = compile(out, [x], [w], backend="native")
    X = np.linspace(0.0, 1.0, 100_000)[:, None]
    mean, gradient = program.value_and_grad(X)
    wanted = compile(out, [x], [w]).value_and_grad(X)
    assert mean == pytest.approx(wanted[0], rel=1e-12)
    np.testing.assert_allclose(gradient, wanted[1], rtol=1e-11)
    made: Any = program._arrays.values()
    assert max(arrays.values.size for arrays in made) <= MOST_NUMBERS


def test_llvmlite_is_loaded_for_native_programs_only() -> None:
    text = (
        "import sys, microgradnn as mg\n"
        "x, w = mg.Value(1.0), mg.Value(2.0)\n"
        "mg.compile(x * w, [x], [w])\n"
        "assert 'llvmlite' not in sys.modules\n"
        "mg.compile(x * w, [x], [w], backend='native')\n"
        "assert 'llvmlite' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", text], check=True)
