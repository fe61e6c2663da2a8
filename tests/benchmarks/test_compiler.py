"""Compiled graphs against NumPy written by hand, in alternating runs; run with one BLAS thread."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from timing import shortest

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import compile

pytestmark = pytest.mark.bench

Step = Callable[[], Any]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Any:
    threadpoolctl = pytest.importorskip("threadpoolctl")
    with threadpoolctl.threadpool_limits(1):
        yield


def seconds(steps: Sequence[Step], repeats: int = 200) -> list[float]:
    """The median time of each step; they take turns, so that all meet the same machine."""
    times: list[list[float]] = [[] for _ in steps]
    for step in steps:
        step()
    for _ in range(repeats):
        for step, found in zip(steps, times, strict=True):
            start = time.perf_counter()
            step()
            found.append(time.perf_counter() - start)
    return list(map(statistics.median, times))


def report(name: str, ours: Step, by_hand: Step, repeats: int = 200) -> float:
    mine, theirs = seconds([ours, by_hand], repeats)
    ratio = mine / theirs
    print(f"\n{name}: {mine * 1e6:.1f} µs, by hand {theirs * 1e6:.1f} µs: {ratio:.2f} ×")
    return ratio


# ---- Dense networks ------------------------------------------------------------------------------


def dense_by_hand(
    model: Any, x: np.ndarray, loss: Callable[[np.ndarray], Any], tanh: bool = False
) -> Callable[[], tuple[float, list[Any]]]:
    """Loss and gradient of an MLP as one writes them with NumPy; `loss` gives its derivative."""
    arrays = list(model.state_dict().values())
    layers = list(zip(arrays[::2], arrays[1::2], strict=True))

    def step() -> tuple[float, list[Any]]:
        kept, h = [], x
        for place, (w, b) in enumerate(layers):
            kept.append(h)
            h = h @ w.T + b
            if place < len(layers) - 1:
                h = np.tanh(h) if tanh else np.maximum(h, 0.0)
        value, g = loss(h)
        gradients = []
        for (w, _), h in zip(reversed(layers), reversed(kept), strict=True):
            gradients.append((g.T @ h, g.sum(axis=0)))
            if h is not x:
                g = g @ w
                g *= 1.0 - h * h if tanh else h > 0.0
        return value, gradients

    return step


def hinge_by_hand(y: np.ndarray) -> Callable[[np.ndarray], Any]:
    """The mean hinge loss of scores, with its derivative, for `dense_by_hand`."""

    def hinge(s: np.ndarray) -> Any:
        margin = 1.0 - y * s
        return np.maximum(margin, 0.0).mean(), -(y * (margin > 0.0)) / len(y)

    return hinge


def cross_entropy_by_hand(y: np.ndarray) -> Callable[[np.ndarray], Any]:
    """The mean cross-entropy of logits, with its derivative; y has a row of 0 and 1 a sample."""

    def cross_entropy(z: np.ndarray) -> Any:
        z = z - z.max(axis=1, keepdims=True)
        e = np.exp(z)
        total = e.sum(axis=1, keepdims=True)
        return (np.log(total[:, 0]) - (y * z).sum(axis=1)).mean(), (e / total - y) / len(y)

    return cross_entropy


def flat(gradients: list[Any]) -> np.ndarray:
    return np.concatenate([np.c_[w, b].ravel() for w, b in reversed(gradients)])


def test_moons() -> None:
    model, rng = nn.MLP(2, [16, 16, 1], rng=0), np.random.default_rng(0)
    x, y = rng.standard_normal((100, 2)), np.sign(rng.standard_normal((100, 1)))

    program, by_hand = compile(model, losses.hinge_loss), dense_by_hand(model, x, hinge_by_hand(y))
    X, theta = np.c_[x, y], program.read_params()
    assert np.allclose(program.value_and_grad(X, theta)[1], flat(by_hand()[1]), rtol=1e-9)
    assert report("moons, 100", lambda: program.value_and_grad(X, theta), by_hand) <= 1.0


@pytest.mark.parametrize(
    ("activation", "batch", "goal"), [("relu", 32, 1.15), ("relu", 256, 1.05), ("tanh", 32, 1.2)]
)
def test_digits(activation: nn.ActivationName, batch: int, goal: float) -> None:
    model, rng = nn.MLP(64, [32, 10], activation=activation, rng=0), np.random.default_rng(0)
    x, y = rng.uniform(0, 1, (batch, 64)), np.eye(10)[rng.integers(0, 10, batch)]

    program = compile(model, losses.cross_entropy)
    by_hand = dense_by_hand(model, x, cross_entropy_by_hand(y), activation == "tanh")
    X, theta = np.c_[x, y], program.read_params()
    assert np.allclose(program.value_and_grad(X, theta)[1], flat(by_hand()[1]), rtol=1e-9)
    name = f"digits, {activation}, {batch}"
    assert report(name, lambda: program.value_and_grad(X, theta), by_hand) <= goal


# ---- Other structures, written as scalar loops ---------------------------------------------------


def leaves(count: int, rng: random.Random, size: float = 0.5) -> list[Value]:
    return [Value(rng.uniform(-size, size)) for _ in range(count)]


def compiled(out: Any, inputs: list[Value], params: list[Value], batch: int) -> Any:
    program = compile(out, inputs, params)
    X = np.random.default_rng(1).uniform(-1, 1, (batch, len(inputs)))
    theta = program.read_params()
    return X, theta, lambda: program.value_and_grad(X, theta)


def test_convolution() -> None:
    rng, size, filters, batch = random.Random(0), 12, 8, 32
    image, weights = leaves(size * size, rng), leaves(filters * 9, rng)
    outs = [
        mg.relu(
            mg.sum([weights[9 * f + 3 * i + j] * image[size * (r + i) + c + j]
                    for i in range(3) for j in range(3)])
        )
        for f in range(filters) for r in range(size - 2) for c in range(size - 2)
    ]  # fmt: skip
    X, theta, ours = compiled(mg.sum([o * o for o in outs]), image, weights, batch)
    w = theta.reshape(filters, 9)

    def by_hand() -> Any:
        windows = np.lib.stride_tricks.sliding_window_view(
            X.reshape(-1, size, size), (3, 3), (1, 2)
        )
        columns = windows.reshape(-1, 9)
        h = np.maximum(columns @ w.T, 0.0)
        g = 2.0 * h * (h > 0.0) / batch
        return (h * h).sum() / batch, g.T @ columns

    assert np.allclose(ours()[1], by_hand()[1].ravel(), rtol=1e-9)
    assert report("convolution", ours, by_hand) <= 2


def test_recurrent_network() -> None:
    rng, steps, hidden, batch = random.Random(0), 12, 16, 32
    series = leaves(steps * 4, rng)
    wx, wh, b = leaves(hidden * 4, rng), leaves(hidden * hidden, rng, 0.2), leaves(hidden, rng)
    state: list[Any] = [0.0] * hidden
    for t in range(steps):
        x = series[4 * t : 4 * t + 4]
        state = [
            mg.tanh(
                mg.sum([wx[4 * j + k] * x[k] for k in range(4)])
                + mg.sum([wh[hidden * j + k] * state[k] for k in range(hidden)])
                + b[j]
            )
            for j in range(hidden)
        ]
    X, theta, ours = compiled(mg.sum([s * s for s in state]), series, [*wx, *wh, *b], batch)
    ends = np.cumsum([0, len(wx), len(wh), len(b)])
    parts = [theta[start:end] for start, end in pairwise(ends)]

    def by_hand() -> Any:
        U, W, c = parts[0].reshape(hidden, 4), parts[1].reshape(hidden, hidden), parts[2]
        x, states = X.reshape(batch, steps, 4), [np.zeros((batch, hidden))]
        for t in range(steps):
            states.append(np.tanh(x[:, t] @ U.T + states[-1] @ W.T + c))
        g = 2.0 * states[-1] / batch
        gU, gW, gc = np.zeros_like(U), np.zeros_like(W), np.zeros_like(c)
        for t in range(steps - 1, -1, -1):
            g = g * (1.0 - states[t + 1] * states[t + 1])
            gU += g.T @ x[:, t]
            gW += g.T @ states[t]
            gc += g.sum(axis=0)
            g = g @ W
        return (states[-1] ** 2).sum() / batch, np.concatenate([gU.ravel(), gW.ravel(), gc])

    assert np.allclose(ours()[1], by_hand()[1], rtol=1e-8)
    assert report("RNN of 12 steps", ours, by_hand) <= 2


@pytest.mark.parametrize(
    ("causal", "batch", "goal"), [(False, 32, 1.6), (True, 32, 2.3), (True, 1, 2.6)]
)
def test_attention_head(causal: bool, batch: int, goal: float) -> None:
    rng, length, width = random.Random(0), 8, 8
    tokens = [leaves(width, rng) for _ in range(length)]
    matrices = [[leaves(width, rng) for _ in range(width)] for _ in range(3)]
    q, k, v = ([[mg.dot(row, x) for row in m] for x in tokens] for m in matrices)
    outs: list[Any] = []
    for i in range(length):
        seen = range(i + 1 if causal else length)
        shares = mg.softmax([mg.dot(q[i], k[j]) / width**0.5 for j in seen])
        outs += [mg.dot(shares, [v[j][d] for j in seen]) for d in range(width)]
    params = [w for m in matrices for row in m for w in row]
    inputs = [x for token in tokens for x in token]
    X, theta, ours = compiled(mg.sum([o * o for o in outs]), inputs, params, batch)

    mask = np.triu(np.full((length, length), -np.inf), 1)

    def by_hand() -> Any:
        wq, wk, wv = theta.reshape(3, width, width)
        x = X.reshape(batch, length, width)
        q, k, v = x @ wq.T, x @ wk.T, x @ wv.T
        scores = q @ k.transpose(0, 2, 1) / width**0.5
        if causal:
            scores += mask
        e = np.exp(scores - scores.max(axis=2, keepdims=True))
        p = e / e.sum(axis=2, keepdims=True)
        o = p @ v
        go = 2.0 * o / batch
        gp, gv = go @ v.transpose(0, 2, 1), p.transpose(0, 2, 1) @ go
        gs = p * (gp - (gp * p).sum(axis=2, keepdims=True)) / width**0.5
        gq, gk = gs @ k, gs.transpose(0, 2, 1) @ q
        flat_x = x.reshape(-1, width)
        parts = [g.reshape(-1, width).T @ flat_x for g in (gq, gk, gv)]
        return (o * o).sum() / batch, np.concatenate([part.ravel() for part in parts])

    assert np.allclose(ours()[1], by_hand()[1], rtol=1e-8)
    name = f"{'causal ' * causal}attention head, {batch}"
    assert report(name, ours, by_hand) <= goal


# ---- Without structure ---------------------------------------------------------------------------


def irregular(count: int, window: int = 2000) -> tuple[Any, list[Value], list[Value]]:
    """A random graph: each node of two of the last ones, within a window, at times of any."""
    rng = random.Random(0)
    inputs, params = leaves(64, rng, 1.0), leaves(64, rng, 1.0)
    nodes: list[Any] = [*inputs, *params]
    used: set[Value] = set()
    unary = (mg.sin, mg.cos, mg.tanh, mg.tanh)
    for _ in range(count):
        low = max(0, len(nodes) - window) if rng.random() < 0.9 else 0
        a, b = (nodes[rng.randrange(low, len(nodes))] for _ in range(2))
        kind = rng.randrange(10)
        if kind < 6:
            made = (a + b, a + b, a * b, a * b, a - b, mg.maximum(a, b))[kind]
            used.update((a, b))
        else:
            made = unary[kind - 6](a)
            used.add(a)
        nodes.append(mg.sin(made) if abs(made.data) > 4 else made)
    return mg.sum([mg.tanh(x) for x in nodes[128:] if x not in used]), inputs, params


def test_irregular_graph() -> None:
    with mg.large_graph():
        out, inputs, params = irregular(15_000)
    nodes = len(mg.topological_order(out))
    compile_time = shortest(lambda: compile(out, inputs, params), 3) / nodes
    program = compile(out, inputs, params)
    print(f"\nirregular: compiled in {compile_time * 1e6:.1f} µs a node", end="")
    found = []
    for batch in (1, 64):
        X = np.random.default_rng(1).uniform(-1, 1, (batch, 64))
        theta = program.read_params()
        (median,) = seconds([partial(program.value_and_grad, X, theta)], 30)
        found.append(median / nodes / batch)
        print(f"; {found[-1] * 1e9:.1f} ns a node and sample at B = {batch}", end="")
    print()
    assert found[0] <= 200e-9
    assert found[1] <= 22e-9
    assert compile_time <= 20e-6


def test_compile_time_of_a_chain() -> None:
    x, w = Value(0.5), Value(0.3)
    y: Any = x
    with mg.large_graph():
        for k in range(5_000):
            y = mg.sin(y * w) if k % 2 else mg.tanh(y + w)
    each = shortest(lambda: compile(y, [x], [w]), 3) / 10_000
    print(f"\nchain of 10⁴ operations: compiled in {each * 1e6:.1f} µs a node")
    assert each <= 150e-6


def test_reading_parameters() -> None:
    program = compile(nn.MLP(64, [32, 10]))
    (median,) = seconds([program.read_params])
    print(f"\n2,410 parameters read in {median * 1e6:.1f} µs")
    assert median <= 100e-6


def test_compile_time_of_a_layered_graph() -> None:
    """Operations one by one, as `w * x + …` makes them."""
    rng = random.Random(0)
    x, weights = leaves(64, rng), [leaves(65, rng) for _ in range(32)]
    with mg.large_graph():
        hidden = []
        for row in weights:
            total: Any = row[64]
            for w, xi in zip(row, x, strict=False):
                total = total + w * xi
            hidden.append(mg.relu(total))
        out = mg.sum([h * h for h in hidden])
    nodes = len(mg.topological_order(out))
    params = [w for row in weights for w in row]
    each = shortest(lambda: compile(out, x, params), 5) / nodes
    print(f"\nlayered graph of {nodes:,} nodes: compiled in {each * 1e6:.1f} µs a node")
    assert each <= 7e-6


def test_a_million_nodes() -> None:
    with mg.large_graph():
        # Less deep than wide: in a deep one the rounding of each step grows beyond all bounds.
        out, inputs, params = irregular(1_000_000, window=1_000_000)
        start = time.perf_counter()
        program = compile(out, inputs, params)
        elapsed = time.perf_counter() - start
    print(f"\n10⁶ nodes: compiled in {elapsed:.1f} s")
    program.value_and_grad(np.zeros((1, 64)))
    assert elapsed <= 40


# ---- A formula -----------------------------------------------------------------------------------


def normal_cdf(x: Any) -> Any:
    return 0.5 * mg.erfc(-x * 0.5**0.5)


def black_scholes() -> tuple[list[Any], list[Value]]:
    """The price and its five Greeks, the latter by differentiating the recorded graph."""
    S, K, T, r, sigma = leaf = [Value(x) for x in (100.0, 95.0, 0.7, 0.03, 0.2)]
    root = mg.sqrt(T)
    d1 = (mg.log(S / K) + (r + 0.5 * sigma**2) * T) / (sigma * root)
    price = S * normal_cdf(d1) - K * mg.exp(-r * T) * normal_cdf(d1 - sigma * root)
    first = mg.gradients(price, [S, sigma, T, r], create_graph=True)
    return [price, *first, *mg.gradients(first[0], [S], create_graph=True)], leaf


def black_scholes_by_hand(X: np.ndarray) -> np.ndarray:
    S, K, T, r, sigma = np.ascontiguousarray(X.T)
    root, erfc = np.sqrt(T), mg.erfc.array_form()
    d1 = (np.log(S / K) + (r + 0.5 * sigma**2) * T) / (sigma * root)
    d2 = d1 - sigma * root
    n1, n2 = 0.5 * erfc(-d1 * 0.5**0.5), 0.5 * erfc(-d2 * 0.5**0.5)
    density = np.exp(-0.5 * d1 * d1) / np.sqrt(2 * np.pi)
    discounted = K * np.exp(-r * T)
    theta = S * density * sigma / (2 * root) + r * discounted * n2
    return np.stack(
        [S * n1 - discounted * n2, n1, S * density * root, theta, T * discounted * n2,
         density / (S * sigma * root)],
        axis=1,
    )  # fmt: skip


def contracts() -> np.ndarray:
    low, high = np.array([[80, 80, 0.1, 0.01, 0.1], [120, 120, 2.0, 0.05, 0.4]])
    return np.random.default_rng(0).uniform(low, high, (100_000, 5))


def test_black_scholes() -> None:
    program, X = compile(*black_scholes()), contracts()
    assert np.allclose(program(X), black_scholes_by_hand(X), rtol=1e-8, atol=1e-10)
    by_hand = partial(black_scholes_by_hand, X)
    assert report("Black–Scholes, 10⁵", lambda: program(X), by_hand, 5) <= 2
