"""Native programs beside NumPy's, NumPy written by hand and CasADi, in alternating runs."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from gpt_by_hand import gpt
from test_compiler import (
    black_scholes,
    black_scholes_by_hand,
    contracts,
    cross_entropy_by_hand,
    dense_by_hand,
    hinge_by_hand,
    irregular,
)

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import compile
from microgradnn.compiler.back_end import BackEndName
from microgradnn.compiler.tape import CONSTANT, LEAVES, Tape, record_tape

pytestmark = pytest.mark.bench
pytest.importorskip("llvmlite", reason="the native back end needs llvmlite")


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Any:
    threadpoolctl = pytest.importorskip("threadpoolctl")
    with threadpoolctl.threadpool_limits(1):
        yield


def microseconds(
    steps: dict[str, Callable[[], Any]], repeats: int = 200, calls: int = 1
) -> dict[str, float]:
    """The time of the processor for each step, a median; they take turns, of so many calls.

    After another step the numbers of this one are no longer in the cache. Where a turn is several
    calls, as in training, it is the shortest turn that counts.
    """
    times: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        step()
    for _ in range(repeats):
        for name, step in steps.items():
            start = time.process_time_ns()
            for _ in range(calls):
                step()
            times[name].append((time.process_time_ns() - start) / calls)
    chosen = statistics.median if calls == 1 else min
    return {name: chosen(found) / 1e3 for name, found in times.items()}


def ratio(name: str, steps: dict[str, Callable[[], Any]], repeats: int = 200) -> float:
    """The time of "native" over that of "by hand"."""
    found = microseconds(steps, repeats)
    shown = (f"{key} {x:.1f} µs = {x / found['by hand']:.2f}" for key, x in found.items())
    print(f"\n{name}: {'; '.join(shown)}")
    return found["native"] / found["by hand"]


def both(*what: Any) -> dict[str, Any]:
    with mg.large_graph():
        return {name: compile(*what, backend=name) for name in ("numpy", "native")}


def steps_of(programs: dict[str, Any], X: Any, theta: Any) -> dict[str, Callable[[], Any]]:
    return {
        name: lambda program=program: program.value_and_grad(X, theta)  # type: ignore[misc]
        for name, program in programs.items()
    }


# ---- Without structure ---------------------------------------------------------------------------


def by_casadi(tape: Tape) -> Callable[[np.ndarray, np.ndarray], Any]:
    """Value and gradient of a tape for one sample, by CasADi."""
    casadi = pytest.importorskip("casadi")
    inputs, params = casadi.SX.sym("x", tape.inputs), casadi.SX.sym("w", tape.params)
    nodes = [inputs[k] for k in range(tape.inputs)] + [params[k] for k in range(tape.params)]
    functions: dict[str, Callable[..., Any]] = {
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "mul": lambda a, b: a * b,
        "maximum": casadi.fmax,
        "sum": lambda *xs: casadi.sum1(casadi.vertcat(*xs)),
    }
    for node in range(len(nodes), len(tape)):
        op, operands = tape.ops[node], [nodes[x] for x in tape.operands[node]]
        if op == CONSTANT:
            nodes.append(casadi.SX(tape.numbers[node]))
        else:
            nodes.append((functions.get(op) or getattr(casadi, op))(*operands))
    out = nodes[tape.outputs[0]]
    function = casadi.Function("f", [inputs, params], [out, casadi.gradient(out, params)])
    buffer, run = function.buffer()
    result, gradient = np.zeros(1), np.zeros(tape.params)
    buffer.set_res(0, result.data)
    buffer.set_res(1, gradient.data)

    def step(X: np.ndarray, theta: np.ndarray) -> tuple[Any, Any]:
        for x in X:
            buffer.set_arg(0, x.data)
            buffer.set_arg(1, theta.data)
            run()
        return result, gradient  # which must live as long as CasADi writes into them

    return step


@pytest.mark.parametrize(("batch", "goal", "goal_without"), [(1, 8, 18), (64, 7, 20)])
def test_irregular_graph(batch: int, goal: float, goal_without: float) -> None:
    with mg.large_graph():
        graph = irregular(15_000)
        programs = both(*graph)
        programs["without libmvec"] = compile(*graph, backend="native", vector_math=False)
        tape = record_tape([graph[0]], *graph[1:])
    nodes, theta = len(tape), programs["numpy"].read_params()
    X = np.random.default_rng(1).uniform(-1, 1, (batch, 64))
    casadi = by_casadi(tape)
    steps = steps_of(programs, X, theta) | {"CasADi": lambda: casadi(X, theta)}
    found = {
        name: 1e3 * x / nodes / batch
        for name, x in microseconds(steps, 5, calls=30 if batch == 1 else 4).items()
    }
    shown = ", ".join(f"{name} {x:.1f}" for name, x in found.items())
    print(f"\nirregular, {nodes:,} nodes, B = {batch}: {shown} ns a node and sample")
    assert found["native"] <= goal
    assert found["without libmvec"] <= goal_without


def chain(count: int) -> tuple[Any, list[Value], list[Value]]:
    x, w, b = Value(0.5), Value(0.9), Value(0.1)
    out: Any = x
    for k in range(count // 2):
        out = out * w + b if k % 2 else out * w - b
    return out, [x], [w, b]


def test_chain() -> None:
    with mg.large_graph():
        programs = both(*chain(10_000))
    X, theta = np.array([[0.5]]), programs["numpy"].read_params()
    found = microseconds(steps_of(programs, X, theta), 5, calls=30)
    each = {name: x / 10 for name, x in found.items()}
    print(f"\nchain of 10⁴: {', '.join(f'{k} {x:.1f}' for k, x in each.items())} ns a node")
    assert each["native"] <= 14


@pytest.mark.parametrize("name", ["irregular", "chain"])
def test_compile_time(name: str) -> None:
    """From the tape to the first result, when the machine knows the operations."""
    with mg.large_graph():
        graph = irregular(15_000) if name == "irregular" else chain(10_000)
        made = compile(*graph, backend="native")
        X, tape = np.array([[x.data for x in graph[1]]]), made._tape
        count = sum(op not in LEAVES for op in tape.ops)
        times: dict[BackEndName, list[float]] = {"numpy": [], "native": []}
        for back_end, found in times.items():
            for _ in range(3 if back_end == "native" else 1):
                program = compile(*graph, backend=back_end)
                back = program._back_end
                program._schedules.clear()
                back.native_codes.clear()
                back.numpy_codes.clear()
                program._arrays.clear()
                start = time.process_time()
                program.value_and_grad(X)
                found.append((time.process_time() - start) / count * 1e6)
    shown = ", ".join(f"{key} {min(found):.1f}" for key, found in times.items())
    print(f"\n{name}: compiled in {shown} µs a node")
    assert min(times["native"]) <= (9 if name == "irregular" else 14)


# ---- Networks and formulas -----------------------------------------------------------------------


def test_moons() -> None:
    model, rng = nn.MLP(2, [16, 16, 1]), np.random.default_rng(0)
    x, y = rng.standard_normal((100, 2)), np.sign(rng.standard_normal((100, 1)))

    programs = both(model, losses.hinge_loss)
    steps = {"by hand": dense_by_hand(model, x, hinge_by_hand(y))}
    steps |= steps_of(programs, np.c_[x, y], programs["numpy"].read_params())
    assert ratio("moons, 100", steps) <= 0.75


@pytest.mark.parametrize("batch", [32, 256])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_digits(activation: nn.ActivationName, batch: int) -> None:
    model, rng = nn.MLP(64, [32, 10], activation=activation), np.random.default_rng(0)
    x, y = rng.uniform(0, 1, (batch, 64)), np.eye(10)[rng.integers(0, 10, batch)]

    programs = both(model, losses.cross_entropy)
    steps = {"by hand": dense_by_hand(model, x, cross_entropy_by_hand(y), activation == "tanh")}
    steps |= steps_of(programs, np.c_[x, y], programs["numpy"].read_params())
    assert ratio(f"digits, {activation}, {batch}", steps) <= 0.85


def test_black_scholes() -> None:
    programs = both(*black_scholes())
    X = contracts()
    assert np.allclose(programs["native"](X), black_scholes_by_hand(X), rtol=1e-8, atol=1e-10)
    steps: dict[str, Callable[[], Any]] = {"by hand": lambda: black_scholes_by_hand(X)}
    for name, program in programs.items():
        steps[name] = lambda program=program: program(X)  # type: ignore[misc]
    # The hand-written side has our erfc of arrays, too, which is three times as fast as Python's.
    assert ratio("Black–Scholes with five Greeks, 10⁵", steps, 5) <= 0.8


@pytest.mark.parametrize("length", [8, 16])
def test_gpt(length: int) -> None:
    out, inputs, params, by_hand, tokens = gpt(length, random.Random(0))
    programs = both(out, inputs, params)
    theta = programs["numpy"].read_params()
    found = []
    for batch in (1, 32):
        X, sample = tokens(batch)
        wanted = by_hand(theta, *sample)
        for program in programs.values():
            assert np.allclose(program.value_and_grad(X, theta)[1], wanted[1], atol=1e-10)
        steps: dict[str, Callable[[], Any]] = {
            "by hand": lambda sample=sample: by_hand(theta, *sample)  # type: ignore[misc]
        }
        steps |= steps_of(programs, X, theta)
        found.append(ratio(f"GPT of length {length}, B = {batch}", steps, 30))
    assert max(found) <= 1.2
