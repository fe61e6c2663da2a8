"""The program for JAX against NumPy's: graphs, networks, kinks, and batches spread over devices."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from codes import CHOSEN, program_of_choices
from hypothesis import given, settings
from hypothesis import strategies as st
from properties.strategies import programs
from test_compiled_graphs import EXAMPLES, Structure, near
from test_conformance import CASES, agrees, evaluate, leaves_of

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import Program, compile
from microgradnn.engine.formulas import Formula
from microgradnn.engine.row import PRIMITIVES


def test_without_jax_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)
    monkeypatch.delitem(sys.modules, "microgradnn.compiler.emit_jax", raising=False)
    with pytest.raises(ImportError, match=r"pip install 'microgradnn\[jax\]'"):
        line().to_jax()


def line() -> Program:
    x, w, b = Value(2.0), Value(3.0), Value(1.0)
    return compile((w * x + b) ** 2, [x], [w, b])


@pytest.fixture(scope="module")
def jax() -> Iterator[Any]:
    jax = pytest.importorskip("jax", reason="pip install 'microgradnn[jax]'")
    with jax.enable_x64(True):
        yield jax


def assert_same(jax: Any, program: Program, X: Any) -> None:
    """Mean and gradient of JAX's program are NumPy's, but for roundings."""
    theta = program.read_params()
    mean, gradient = jax.jit(program.to_jax())(X, theta)
    assert mean.dtype == gradient.dtype == np.float64
    wanted, wanted_gradient = program.value_and_grad(X, theta)
    np.testing.assert_allclose(mean, wanted, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(gradient, wanted_gradient, rtol=1e-12, atol=1e-12)


def test_formulas_are_written_for_jax(jax: Any) -> None:
    from microgradnn.compiler.emit_jax import JAX

    x, y = Formula("x"), Formula("y")
    zero = "float64(0.0)"
    held = mg.maximum(mg.relu(x), math.inf)
    assert held.code(JAX) == f"row_maximum(where(x <= {zero}, {zero}, x), float64(inf))"
    both = mg.where((x > 0) & (y < 1), mg.minimum(x, y), 0.0)
    signs = f"(x > {zero}) & (y < float64(1.0))"
    assert both.code(JAX) == f"where({signs}, row_minimum(x, y), {zero})"


# ---- The same as NumPy's -------------------------------------------------------------------------


@settings(max_examples=EXAMPLES // 10)
@given(recipe=programs(), samples=st.integers(1, 9), seed=st.integers(0, 2**32 - 1))
def test_random_graphs(jax: Any, recipe: Any, samples: int, seed: int) -> None:
    leaves = list(map(Value, recipe.leaves))
    inputs, params = leaves[1::2], leaves[::2]
    out = recipe.run(leaves, lambda row, operands: row(*operands))[-1]
    program = compile(out + mg.sum(leaves), inputs, params)
    X = near([x.data for x in inputs], samples, seed).reshape(samples, len(inputs))
    assert_same(jax, program, X)


@settings(max_examples=EXAMPLES // 25)
@given(seed=st.integers(0, 2**32 - 1), samples=st.integers(1, 9))
def test_structures(jax: Any, seed: int, samples: int) -> None:
    structure, rng = Structure(seed), np.random.default_rng(seed)
    inputs = list(map(Value, rng.uniform(-1, 1, structure.inputs)))
    params = list(map(Value, rng.uniform(-1, 1, structure.params)))
    program = compile(structure(inputs, params), inputs, params)
    assert_same(jax, program, rng.uniform(-1, 1, (samples, structure.inputs)))


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
def test_networks(jax: Any, activation: nn.ActivationName) -> None:
    rng, model = np.random.default_rng(0), nn.MLP(8, [6, 4], activation=activation, rng=0)
    X = np.c_[rng.standard_normal((30, 8)), np.eye(4)[rng.integers(0, 4, 30)]]
    assert_same(jax, compile(model, losses.cross_entropy), X)


def test_kinks_saturation_and_infinities(jax: Any) -> None:
    """The conformance table as one program, each case with parameters of its own."""
    x, terms, params, wanted = Value(1.0), list[Value](), list[Value](), list[tuple[Any, ...]]()
    for case in CASES:
        grads = case["expected_grads"]
        numbers = map(float, [*case["inputs"].values(), *(grads or {}).values()])
        subnormal = any(0.0 < abs(number) < sys.float_info.min for number in numbers)  # 0 for XLA
        if case["expected_error"] or subnormal:
            continue
        leaves = leaves_of(case)
        terms.append(x * evaluate(case, leaves))
        params += leaves.values()
        ulps = max(case["tol_ulp_grad"], 4000)
        wanted += [(case["id"], grads[name], ulps) for name in leaves]
    terms += [0.0 * param for param in params]  # not every formula uses all of its leaves
    program = compile(mg.sum(terms), [x], params)
    _, gradient = jax.jit(program.to_jax())(np.ones((1, 1)), program.read_params())
    found = zip(gradient.tolist(), wanted, strict=True)
    assert [case for got, case in found if not agrees(got, *case[1:])] == []
    assert len(params) > 250


@pytest.mark.parametrize("name", ["cbrt", "float64", "x0", "y0", "class"])
def test_a_primitive_of_the_users_own(jax: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    square = mg.primitive(name, lambda x: x**2, [lambda out, x: 2 * x])
    monkeypatch.setitem(PRIMITIVES, name, PRIMITIVES.pop(name))  # gone afterwards
    x, w = Value(2.0), Value(3.0)
    assert_same(jax, compile(square(x * w), [x], [w]), [[1.0], [2.0]])


# ---- What comes and goes -------------------------------------------------------------------------


def test_choices_by_an_index(jax: Any) -> None:
    program = program_of_choices()
    assert_same(jax, program, CHOSEN)
    mean, _ = jax.jit(program.to_jax())(np.array([[4.0, 0.0, 1.0]]), program.read_params())
    assert math.isnan(mean)  # of what is no place, as of all that is outside a domain


def test_float32_is_never_computed_in(jax: Any) -> None:
    x, w = Value(2.0), Value(3.0)
    program = compile(mg.exp(x) * w, [x], [w])
    function, X, theta = program.to_jax(), np.array([[0.1]], np.float32), np.ones(1, np.float32)
    mean, gradient = function(X, theta)
    assert mean.dtype == gradient.dtype == np.float64
    np.testing.assert_allclose(mean, np.exp(np.float64(np.float32(0.1))), rtol=1e-15)
    with jax.enable_x64(False):
        for refused in (program.to_jax, lambda: function(X, theta)):
            with pytest.raises(RuntimeError, match="jax_enable_x64"):
                refused()


def test_wrong_shapes_are_refused(jax: Any) -> None:
    function = line().to_jax()
    for X, theta in [((2, 2), 2), ((2, 1), 3), ((2,), 2), ((0, 1), 2)]:
        with pytest.raises(ValueError, match=r"shapes \(samples, 1\) and \(2,\); got "):
            function(np.ones(X), np.ones(theta))


def test_several_outputs_have_no_gradient(jax: Any) -> None:
    x, w = Value(2.0), Value(3.0)
    with pytest.raises(ValueError, match="needs a single output and params"):
        compile([x * w, x + w], [x], [w]).to_jax()


def test_outside_the_domain_there_is_no_error_but_no_number(jax: Any) -> None:
    x, w = Value(2.0), Value(3.0)
    program = compile(mg.log(w * x), [x], [w])
    mean, _ = program.to_jax()(np.array([[-1.0], [1.0]]), np.array([3.0]))
    assert np.isnan(mean)
    with pytest.raises(ValueError, match="row 0: log"):
        program.value_and_grad([[-1.0], [1.0]])


# ---- Several devices -----------------------------------------------------------------------------


def test_a_batch_on_eight_devices_is_reduced_once(jax: Any) -> None:
    here = Path(__file__).parent
    printed = subprocess.run(
        [sys.executable, here / "devices.py"],
        env={
            **os.environ,
            "XLA_FLAGS": "--xla_force_host_platform_device_count=8",
            "JAX_PLATFORMS": "cpu",
            "JAX_ENABLE_X64": "1",
            "PYTHONPATH": os.pathsep.join([str(here.parents[1]), str(here.parent)]),
        },
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    assert printed == "8 devices\n"
