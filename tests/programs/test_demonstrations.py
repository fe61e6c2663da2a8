"""Programs for micrograd, with the import changed: the same numbers.

The numbers come from elsewhere: the small program is differentiated by complex steps, the network
is written out once more in NumPy, forwards and backwards. Where micrograd itself is installed, it
is asked as well.
"""

import importlib
import itertools
import random
from typing import Any

import numpy as np
import pytest

from microgradnn.engine import Value
from microgradnn.nn import MLP, init

# ---- The example of its README -----------------------------------------------------------------


def expression(a: Any, b: Any) -> Any:
    """What that program computes, by hand; a + b < 0 and b − a > 0, so relu gives 0 and b − a."""
    c = 4 * (a + b) + 3 - a
    d = 12 * (a * b + b**3) + (b - a)
    f = (c - d) ** 2
    return f / 2 + 10 / f


def program(a: Any, b: Any) -> Any:
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


def test_the_numbers_of_its_readme_are_right() -> None:
    a, b = Value(-4.0), Value(2.0)
    g = program(a, b)
    g.backward()
    # g is a rational function, so a complex step gives its derivative to the last digits.
    tiny = 1e-30
    by_a = expression(-4.0 + tiny * 1j, 2.0).imag / tiny
    by_b = expression(-4.0, 2.0 + tiny * 1j).imag / tiny
    expected = (expression(-4.0, 2.0), by_a, by_b)
    assert (g.data, a.grad, b.grad) == pytest.approx(expected, rel=1e-14)
    assert f"{g.data:.4f} {a.grad:.4f} {b.grad:.4f}" == "24.7041 138.8338 645.5773"


# ---- Its demonstration: two moons --------------------------------------------------------------


def two_moons(points: int, seed: int) -> tuple[list[list[float]], list[int]]:
    """Two half circles that reach into each other, with noise, and labels of −1 and +1."""
    rng = np.random.default_rng(seed)
    angles = rng.uniform(0.0, np.pi, points)
    y = np.where(np.arange(points) % 2 == 0, -1, 1)
    upper = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    lower = np.stack([1.0 - np.cos(angles), 0.5 - np.sin(angles)], axis=1)
    X = np.where(y[:, None] < 0, upper, lower) + rng.normal(0.0, 0.1, (points, 2))
    return X.tolist(), y.tolist()


def rate(k: int) -> float:
    return 1.0 - 0.9 * k / 100


def train(model: Any, value_class: Any, X: Any, y: Any, steps: int) -> list[float]:
    """The training of the demonstration: max-margin loss, L2 regularisation, gradient descent."""
    history = []
    for k in range(steps):
        inputs = [list(map(value_class, row)) for row in X]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= rate(k) * p.grad
        history.append(total.data)
    return history


def train_arrays(weights: list[float], sizes: list[int], X: Any, y: Any, steps: int) -> list[float]:
    """The same training by matrices, the backward pass written out by hand."""
    theta, X, y = np.array(weights), np.array(X), np.array(y)
    history = []
    for k in range(steps):
        layers, start = [], 0
        for fan_in, fan_out in itertools.pairwise(sizes):
            block = theta[start : start + fan_out * (fan_in + 1)].reshape(fan_out, fan_in + 1)
            layers.append(block)
            start += block.size
        outputs = [X]
        for place, block in enumerate(layers):
            z = outputs[-1] @ block[:, :-1].T + block[:, -1]
            outputs.append(z if place == len(layers) - 1 else np.maximum(z, 0.0))
        margins = 1.0 - y * outputs[-1][:, 0]
        history.append(float(np.maximum(margins, 0.0).mean() + 1e-4 * (theta @ theta)))
        upstream = (-y * (margins > 0) / len(y))[:, None]
        gradients: list[Any] = []
        for place in reversed(range(len(layers))):
            if place < len(layers) - 1:
                upstream = upstream * (outputs[place + 1] > 0)
            by_bias = upstream.sum(axis=0)
            gradients.insert(0, np.column_stack([upstream.T @ outputs[place], by_bias]).ravel())
            upstream = upstream @ layers[place][:, :-1]
        theta = theta - rate(k) * (np.concatenate(gradients) + 2e-4 * theta)
    return history


def with_small_weights(model: Any) -> tuple[Any, list[float]]:
    """So small that the first steps do not overshoot: chaos would make any difference large."""
    rng = random.Random(1337)
    weights = [rng.uniform(-0.5, 0.5) for _ in model.parameters()]
    for p, number in zip(model.parameters(), weights, strict=True):
        p.data = number
    return model, weights


def test_its_demonstration_takes_the_same_course() -> None:
    X, y = two_moons(40, seed=1)
    model, weights = with_small_weights(MLP(2, [16, 16, 1]))
    ours = train(model, Value, X, y, steps=12)
    expected = train_arrays(weights, [2, 16, 16, 1], X, y, steps=12)
    assert ours == pytest.approx(expected, rel=0.0, abs=1e-12)
    assert ours[-1] < ours[0] / 2


def test_micrograd_itself_takes_that_course() -> None:
    pytest.importorskip("micrograd", reason="compares with micrograd: pip install micrograd")
    X, y = two_moons(20, seed=1)
    histories = []
    for package in ("micrograd", "microgradnn"):
        value_class = importlib.import_module(f"{package}.engine").Value
        model, weights = with_small_weights(
            importlib.import_module(f"{package}.nn").MLP(2, [4, 4, 1])
        )
        histories.append(train(model, value_class, X, y, steps=10))
    theirs, ours = histories
    assert ours == pytest.approx(theirs, rel=0.0, abs=1e-12)
    expected = train_arrays(weights, [2, 4, 4, 1], X, y, steps=10)
    assert theirs == pytest.approx(expected, rel=0.0, abs=1e-12)


# ---- Initial weights ---------------------------------------------------------------------------


def drawn(sizes: list[int], seed: int) -> list[float]:
    """What micrograd draws: for each neuron its weights, all from −1 to 1; biases are 0."""
    random.seed(seed)
    numbers = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        for _ in range(fan_out):
            numbers += [*(random.uniform(-1, 1) for _ in range(fan_in)), 0.0]
    return numbers


def test_the_same_seed_draws_the_same_weights() -> None:
    model = MLP(2, [16, 16, 1], init=init.uniform(-1, 1), rng=random.Random(1337))
    assert [p.data for p in model.parameters()] == drawn([2, 16, 16, 1], 1337)
    assert [p.data for p in model.parameters()] != drawn([2, 16, 16, 1], 1338)


def test_micrograd_draws_these_weights() -> None:
    pytest.importorskip("micrograd", reason="compares with micrograd: pip install micrograd")
    random.seed(1337)
    theirs = importlib.import_module("micrograd.nn").MLP(2, [16, 16, 1])
    assert [p.data for p in theirs.parameters()] == drawn([2, 16, 16, 1], 1337)
