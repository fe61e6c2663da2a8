"""Compiled programs against eager evaluation, on random graphs of every row and structure."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from effort import by_profile
from hypothesis import given, settings
from hypothesis import strategies as st
from outputs import single
from properties.strategies import CHOOSING, ROWS, moderate_operands, programs

import microgradnn as mg
from microgradnn import Value
from microgradnn.compiler import compile
from microgradnn.engine.row import PRIMITIVES, Primitive

EXAMPLES = by_profile(dev=50, ci=120, nightly=10_000)

Build = Callable[[list[Any], list[Any]], Any]


def eager(build: Build, xs: Any, ps: Any) -> tuple[float, list[float]]:
    inputs, params = list(map(Value, xs)), list(map(Value, ps))
    out = build(inputs, params)
    return out.data, mg.gradients(out, params)


def assert_agrees(build: Build, X: np.ndarray, theta: np.ndarray) -> None:
    """Program and eager evaluation give the same; a sample that eager refuses is left out."""
    inputs, params = list(map(Value, X[0])), list(map(Value, theta))
    program = compile(build(inputs, params), inputs, params)
    accepted, values, gradients = [], [], []
    for sample in X:
        try:
            value, gradient = eager(build, sample, theta)
        except (ValueError, ArithmeticError):
            continue
        accepted.append(sample)
        values.append(value)
        gradients.append(gradient)
    for count in (len(accepted), len(accepted), 1):  # twice the same, then another number
        close(program(np.array(accepted[:count])), np.array(values[:count]))
        mean, means = program.value_and_grad(np.array(accepted[:count]), theta)
        close(mean, np.mean(values[:count]), np.abs(values[:count]).max())
        size = np.abs(gradients[:count]).max(axis=0)
        close(means, np.mean(gradients[:count], axis=0), size)


def close(ours: Any, wanted: Any, size: Any = 1.0) -> None:
    scale = np.maximum(np.abs(wanted), np.maximum(size, 1.0))
    same = (np.abs(ours - wanted) <= 1e-9 * scale) | (np.isnan(ours) & np.isnan(wanted))
    same |= ours == wanted
    assert np.all(same), (ours, wanted)


def near(xs: Sequence[float], samples: int, seed: int) -> np.ndarray:
    """The numbers, and others close to them: so close that no kink is crossed."""
    rng = np.random.default_rng(seed)
    return np.array(xs) + 1e-5 * rng.standard_normal((samples, len(xs))) * (
        np.arange(samples) > 0
    ).reshape(-1, 1)


tried: Counter[str] = Counter()  # in how many of the random graphs each thing occurred


@settings(max_examples=EXAMPLES)
@given(programs(), st.integers(1, 70), st.integers(0, 2**32 - 1))
def test_random_graphs(recipe: Any, samples: int, seed: int) -> None:
    leaves = list(recipe.leaves)
    is_input = np.random.default_rng(seed).random(len(leaves)) < 0.5
    is_input[0] = False
    tried.update({"graphs", *recipe.features()})
    batched: set[str] = set()

    def mark(row: Primitive, operands: list[Any]) -> bool:
        if True in operands:
            batched.add(f"{row.name} on a batch")
        return True in operands

    recipe.run(is_input.tolist(), mark)
    tried.update(batched)

    def build(inputs: list[Any], params: list[Any]) -> Any:
        given_inputs, given_params = iter(inputs), iter(params)
        nodes = [next(given_inputs) if flag else next(given_params) for flag in is_input]
        out = recipe.run(nodes, lambda row, operands: row(*operands))[-1]
        return out + mg.sum([*inputs, *params])  # every leaf is in the graph

    xs = [x for x, flag in zip(leaves, is_input, strict=True) if flag]
    ps = [x for x, flag in zip(leaves, is_input, strict=True) if not flag]
    assert_agrees(build, near(xs, samples, seed).reshape(samples, len(xs)), np.array(ps))


def test_nothing_was_hardly_ever_tried() -> None:
    graphs = tried["graphs"]
    if graphs < 1000:  # in fewer, one row of many may be missed by chance
        pytest.skip(f"only {graphs} random graphs were compiled in this run")
    wanted = [name for row in ROWS for name in (row.name, f"{row.name} on a batch")]
    rare = {name: tried[name] for name in wanted if tried[name] < 0.002 * graphs}
    assert not rare, f"of {graphs} graphs hardly any had these: {rare}"


@pytest.mark.parametrize("last", ["param", "both"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@settings(max_examples=max(EXAMPLES // 50, 3))
@given(st.data())
def test_every_row(row: Primitive, last: str, data: st.DataObject) -> None:
    """Operands are inputs, parameters, numbers, or both: an input plus a parameter."""
    operands = data.draw(moderate_operands(row))
    kinds = [data.draw(st.sampled_from(["input", "param", "number", "both"])) for _ in operands]
    if row.name in CHOOSING:
        kinds[0] = "number"
    kinds[-1] = last
    samples = data.draw(st.integers(1, 70))

    def build(inputs: list[Any], params: list[Any]) -> Any:
        xs, ps = iter(inputs), iter(params)
        take: dict[str, Callable[[float], Any]] = {
            "input": lambda number: next(xs),
            "param": lambda number: next(ps),
            "number": lambda number: number,
            "both": lambda number: next(xs) + next(ps),
        }
        return row(*[take[kind](x) for x, kind in zip(operands, kinds, strict=True)])

    drawn = list(zip(operands, kinds, strict=True))
    xs = [0.25 * x if kind == "both" else x for x, kind in drawn if kind in ("input", "both")]
    ps = [0.75 * x if kind == "both" else x for x, kind in drawn if kind in ("param", "both")]
    assert_agrees(build, near(xs, samples, 1).reshape(samples, len(xs)), np.array(ps))


# ---- Structures ----------------------------------------------------------------------------------


class Structure:
    """A graph with the repetition that the compiler looks for, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        rng = random.Random(seed)
        self.inputs, self.params = rng.randint(1, 6), rng.randint(1, 9)

    def __call__(self, inputs: list[Any], params: list[Any]) -> Any:
        rng = random.Random(self.seed)
        nodes = [*inputs, *params]
        for _ in range(rng.randint(1, 6)):
            kind = rng.choice(["dots", "sums", "layer", "maxima", "products", "map", "softmax"])
            nodes += [
                mg.tanh(node) for node in getattr(self, f"_{kind}")(rng, nodes, inputs, params)
            ]
        return mg.sum(nodes)

    def _dots(self, rng: random.Random, nodes: list[Any], *_leaves: Any) -> list[Any]:
        """Dots of the same factors, each in an order of its own."""
        xs = rng.choices(nodes, k=rng.randint(2, 5))
        made = []
        for _ in range(rng.randint(1, 4)):
            pairs = [(rng.choice(nodes), x) for x in xs]
            rng.shuffle(pairs)
            total: Any = rng.choice(nodes)
            for a, b in pairs:
                total = total + a * b if rng.random() < 0.7 else total - b * a
            made.append(total)
        return made

    def _sums(self, rng: random.Random, nodes: list[Any], *_leaves: Any) -> list[Any]:
        total = rng.choice(nodes)
        for _ in range(rng.randint(2, 8)):
            x = rng.choice(nodes)
            total = rng.choice([total + x, x - total, total - x, -total])
        return [total, mg.sum(rng.choices(nodes, k=rng.randint(1, 6)))]

    def _layer(
        self, rng: random.Random, nodes: list[Any], inputs: list[Any], params: list[Any]
    ) -> list[Any]:
        """Filters that slide over a window: the same weights, other inputs."""
        width = rng.randint(1, min(3, len(params)))
        filters = [rng.choices(params, k=width) for _ in range(rng.randint(1, 4))]
        places = range(max(len(inputs) - width, 0) + 1)
        windows = [[inputs[(p + k) % len(inputs)] for k in range(width)] for p in places]
        return [mg.dot(ws, xs, rng.choice(params)) for ws in filters for xs in windows]

    def _maxima(self, rng: random.Random, nodes: list[Any], *_: Any) -> list[Any]:
        xs = rng.sample(nodes, k=rng.randint(1, min(5, len(nodes))))
        return [mg.max(xs), mg.min(xs), mg.maximum(rng.choice(nodes), 0.1234), mg.logsumexp(xs)]

    def _products(self, rng: random.Random, nodes: list[Any], *_: Any) -> list[Any]:
        shared = rng.choice(nodes) * rng.choice(nodes)
        return [shared + shared * shared, shared - rng.choice(nodes), shared**2, 1.0 * shared + 0.0]

    def _map(self, rng: random.Random, nodes: list[Any], *_: Any) -> list[Any]:
        row = rng.choice([mg.exp, mg.sigmoid, mg.softplus, mg.silu, mg.gelu, mg.sin])
        return [row(mg.tanh(node)) for node in rng.choices(nodes, k=rng.randint(1, 5))]

    def _softmax(self, rng: random.Random, nodes: list[Any], *_: Any) -> list[Any]:
        logits = rng.sample(nodes, k=rng.randint(1, min(4, len(nodes))))
        return mg.softmax(logits)


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 2**32 - 1), st.integers(1, 70))
def test_structures(seed: int, samples: int) -> None:
    structure = Structure(seed)
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (samples, structure.inputs))
    assert_agrees(structure, X, rng.uniform(-1, 1, structure.params))


def test_the_structures_contain_what_the_compiler_looks_for() -> None:
    kinds: Counter[str] = Counter()
    for seed in range(60):
        structure = Structure(seed)
        inputs = [Value(0.1 * k + 0.05) for k in range(structure.inputs)]
        params = [Value(0.3 - 0.07 * k) for k in range(structure.params)]
        program = compile(structure(inputs, params), inputs, params)
        for word in ("matmul", "einsum", "reduction", "selection"):
            kinds[word] += word in program.summary()
    assert min(kinds[word] for word in ("matmul", "einsum", "reduction", "selection")) >= 10


def test_a_loss_that_contains_a_second_derivative() -> None:
    """The residual u_xx + u, with u_xx a derivative of a derivative inside the loss."""
    model = mg.nn.MLP(1, [6, 1], activation="tanh", rng=0)
    x = Value(0.3)

    def residual(x: Value) -> Any:
        u = single(model([x]))
        (slope,) = mg.gradients(u, [x], create_graph=True)
        (curvature,) = mg.gradients(slope, [x], create_graph=True)
        return (curvature + u) ** 2

    params = model.parameters()
    program = compile(residual(x), [x], params)
    X = np.linspace(-1, 1, 9).reshape(-1, 1)
    values, gradients = [], []
    for sample in X:
        out = residual(Value(sample[0]))
        values.append(out.data)
        gradients.append(mg.gradients(out, params))
    mean, gradient = program.value_and_grad(X)
    assert math.isclose(mean, np.mean(values), rel_tol=1e-9)
    close(gradient, np.mean(gradients, axis=0))


@pytest.mark.parametrize("exponent", [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 5.0, 1.5, 2.5])
def test_derivatives_of_a_power_hold_at_other_bases_than_they_were_recorded_at(
    exponent: float,
) -> None:
    """A derivative recorded at 1.25, at 0 as well, where the derivative itself exists there."""
    for order in range(1, 7):
        t = Value(1.25, label="t")
        y = t**exponent
        for _ in range(order):
            (y,) = mg.gradients(y, [t], create_graph=True)
        factor, rest = math.prod(exponent - k for k in range(order)), exponent - order
        bases = [0.75, 2.0, 3.5]
        bases += [-1.5, -2.0] if exponent == round(exponent) else []
        bases += [0.0, -0.0] if exponent >= 0 and (rest >= 0 or factor == 0) else []
        expected = [factor * base**rest if factor else 0.0 for base in bases]
        found = compile(y, [t])(np.array([[base] for base in bases]))
        assert found.ravel().tolist() == pytest.approx(expected, rel=1e-14, abs=0), order


def test_all_rows_are_compiled() -> None:
    assert {row.name for row in ROWS} == {
        name for name, row in PRIMITIVES.items() if row.kind != "custom"
    }
