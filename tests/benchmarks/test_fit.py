"""fit against scikit-learn's networks, a PyTorch loop, and recorded graphs, in one run.

One thread: OPENBLAS_NUM_THREADS=1 has to be set before Python starts.
"""

from collections.abc import Callable
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris
from sklearn.neural_network import MLPClassifier, MLPRegressor
from timing import setting, shortest_in_turns

import microgradnn as mg
from microgradnn import losses, nn, optim
from microgradnn.data import standardize

pytestmark = [pytest.mark.bench, pytest.mark.filterwarnings("ignore:Stochastic Optimizer")]


class Task(NamedTuple):
    """Data, a network for it, and how it is trained."""

    load: Any
    hidden: tuple[int, ...]
    outputs: int
    loss: Any
    batch_size: int

    def data(self) -> tuple[Any, Any]:
        X, y = self.load(return_X_y=True)
        scaled = standardize(X, constant="zero")
        return scaled, (y - y.mean()) / y.std() if self.loss is losses.mse_loss else y

    def ours(self, epochs: int, compiled: bool = True) -> None:
        X, y = self.data()
        model = nn.MLP(X.shape[1], [*self.hidden, self.outputs], rng=0)
        optimizer = optim.Adam(model.parameters(), lr=0.001)
        mg.fit(
            model, X, y, loss=self.loss, optimizer=optimizer, epochs=epochs,
            batch_size=self.batch_size, progress=False, compiled=compiled,
        )  # fmt: skip

    def scikit_learn(self, epochs: int) -> None:
        kind = MLPRegressor if self.loss is losses.mse_loss else MLPClassifier
        network = kind(
            hidden_layer_sizes=self.hidden, batch_size=self.batch_size, max_iter=epochs, tol=0.0,
            n_iter_no_change=epochs + 1, random_state=0,
        )  # fmt: skip
        network.fit(*self.data())

    def torch(self, epochs: int) -> None:
        """The loop as people write it, but without a DataLoader, which would be slower."""
        import torch

        torch.set_num_threads(1)
        X, y = (torch.tensor(x) for x in self.data())
        layers: list[Any] = []
        sizes = [X.shape[1], *self.hidden, self.outputs]
        for nin, nout in pairwise(sizes):
            layers += [torch.nn.Linear(nin, nout, dtype=torch.float64), torch.nn.ReLU()]
        model = torch.nn.Sequential(*layers[:-1])
        optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
        loss: Any = torch.nn.CrossEntropyLoss()
        if self.outputs == 1:
            is_mse = self.loss is losses.mse_loss
            loss = torch.nn.MSELoss() if is_mse else torch.nn.BCEWithLogitsLoss()
            y = y.double()[:, None]
        for _ in range(epochs):
            order = torch.randperm(len(X))
            total = 0.0
            for start in range(0, len(X), self.batch_size):
                chosen = order[start : start + self.batch_size]
                optimizer.zero_grad()
                error = loss(model(X[chosen]), y[chosen])
                error.backward()
                optimizer.step()
                total += error.item() * len(chosen)


BINARY = losses.binary_cross_entropy_with_logits
TASKS = {
    "digits (100,) by 200": Task(load_digits, (100,), 10, losses.cross_entropy, 200),
    "digits (32,) by 32": Task(load_digits, (32,), 10, losses.cross_entropy, 32),
    "breast cancer (64, 32) by 32": Task(load_breast_cancer, (64, 32), 1, BINARY, 32),
    "iris (16,) by 32": Task(load_iris, (16,), 3, losses.cross_entropy, 32),
    "iris (100,) by 150": Task(load_iris, (100,), 3, losses.cross_entropy, 150),
    "diabetes (50,) by 32": Task(load_diabetes, (50,), 1, losses.mse_loss, 32),
}
# The time of 20 and of 200 epochs by that of scikit-learn, at most. Of 20 epochs of iris in full
# batches, 20 steps in 12 ms, most is setting up.
BOUNDS = {
    "digits (100,) by 200": (3.0, 1.5),
    "digits (32,) by 32": (2.0, 1.5),
    "breast cancer (64, 32) by 32": (3.0, 1.5),
    "iris (16,) by 32": (3.0, 2.0),
    "iris (100,) by 150": (5.0, 2.0),
    "diabetes (50,) by 32": (3.0, 1.5),
}


@pytest.mark.parametrize("epochs", [20, 200])
@pytest.mark.parametrize("name", TASKS)
def test_against_scikit_learn_and_torch(name: str, epochs: int) -> None:
    task = TASKS[name]
    runs: dict[str, Callable[[], object]] = {
        "microgradnn": lambda: task.ours(epochs),
        "scikit-learn": lambda: task.scikit_learn(epochs),
    }
    if find_spec("torch"):
        runs["torch"] = lambda: task.torch(epochs)
    times = shortest_in_turns(runs, repeats=5 if epochs == 20 else 2)
    ours = times["microgradnn"]
    shown = ", ".join(f"{name} {x * 1e3:.0f} ms ({ours / x:.2f})" for name, x in times.items())
    print(f"\n{name}, {epochs} epochs: {shown}; {setting()}")
    assert ours / times["scikit-learn"] < BOUNDS[name][epochs == 200]


def test_against_recorded_graphs() -> None:
    """One epoch of digits, and each further one."""
    task = TASKS["digits (32,) by 32"]
    times = shortest_in_turns(
        {
            "eager": lambda: task.ours(1, compiled=False),
            "first": lambda: task.ours(1),
            "21": lambda: task.ours(21),
        },
        repeats=3,
    )
    eager, first, further = times["eager"], times["first"], (times["21"] - times["first"]) / 20
    print(f"\nfit on 1,797 digits, one epoch: {first:.3f} s, eagerly {eager:.2f} s: ", end="")
    print(f"{eager / first:.0f} ×; each further epoch {further:.4f} s: {eager / further:.0f} ×")
    assert eager / first > 10
    assert eager / further > 60


def test_evaluate() -> None:
    """The digits, with what compiling takes, and what scikit-learn takes to score them."""
    task = TASKS["digits (100,) by 200"]
    X, y = task.data()
    model = nn.MLP(64, [100, 10], rng=0)
    network = MLPClassifier((100,), max_iter=1).fit(X, y)
    times = shortest_in_turns(
        {
            "ours": lambda: mg.evaluate(model, X, y, task.loss),
            "scikit-learn": lambda: network.score(X, y),
        }
    )
    print(f"\nevaluate 1,797 digits: {times['ours'] * 1e3:.0f} ms", end="; ")
    print(f"scikit-learn scores them in {times['scikit-learn'] * 1e3:.1f} ms")
    assert times["ours"] < 0.3
    assert np.isfinite(mg.evaluate(model, X, y, task.loss)[0])
