"""fit on scikit-learn's digits: compiled programs against recorded graphs, in one run."""

import time

import pytest
from sklearn.datasets import load_digits

import microgradnn as mg
from microgradnn import losses, nn, optim

pytestmark = pytest.mark.bench


def seconds(epochs: int, compiled: bool) -> float:
    X, y = load_digits(return_X_y=True)
    model = nn.MLP(64, [32, 10], rng=0)
    optimizer = optim.Adam(model.parameters(), lr=0.003)
    start = time.perf_counter()
    mg.fit(
        model, X[:1500] / 16, y[:1500], loss=losses.cross_entropy, optimizer=optimizer,
        epochs=epochs, batch_size=32, progress=False, compiled=compiled,
    )  # fmt: skip
    return time.perf_counter() - start


def test_digits() -> None:
    seconds(1, True)  # imports, and the kernels of the rows
    eager = min(seconds(1, False) for _ in range(3))
    first = min(seconds(1, True) for _ in range(5))
    further = (min(seconds(21, True) for _ in range(3)) - first) / 20
    print(f"\nfit on 1,500 digits, one epoch: {first:.3f} s, eagerly {eager:.2f} s: ", end="")
    print(f"{eager / first:.0f} ×; each further epoch {further:.4f} s: {eager / further:.0f} ×")
    assert eager / first > 6
    assert eager / further > 60
