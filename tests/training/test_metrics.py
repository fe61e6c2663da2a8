"""Metrics: which predictions and targets they are called with, when, and by what names."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import History, losses, nn, optim
from microgradnn.data import batches
from microgradnn.training.metrics import Metrics

X = np.random.default_rng(0).normal(size=(23, 3))
ONE, TWO = X[:, 0] * X[:, 1], X[:, :2] ** 2
CLASSES = (ONE > 0).astype(int)


def mae(predictions: Any, targets: Any) -> Any:
    return np.abs(predictions - targets).mean()


def r2(predictions: Any, targets: Any) -> Any:
    """What is no mean of batches."""
    left = ((targets - predictions) ** 2).sum()
    return 1 - left / ((targets - targets.mean(axis=0)) ** 2).sum()


def fit(model: nn.Module, y: Any, **options: Any) -> History:
    return mg.fit(model, X, y, **{"loss": losses.mse_loss, "progress": False, **options})


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(("outputs", "y"), [(1, ONE), (2, TWO)])
def test_figures_are_those_of_all_predictions_of_an_epoch(
    outputs: int, y: Any, compiled: bool
) -> None:
    """Each prediction is the one made before its step, in a training done by hand."""
    history = fit(
        nn.MLP(3, [4, outputs], "tanh", rng=0), y, epochs=3, batch_size=8, compiled=compiled,
        metrics={"mae": mae, "r2": r2}, validation=(X[:5], y[:5] + 1), seed=4,
    )  # fmt: skip
    model = nn.MLP(3, [4, outputs], "tanh", rng=0)
    optimizer = optim.Adam(model.parameters(), 0.01)
    plain: Callable[[list[Any]], Any] = np.vectorize(mg.Value.item, otypes=[float])
    expected: dict[str, list[float]] = {
        name: [] for name in ("mae", "r2", "validation_mae", "validation_r2")
    }
    for epoch in range(3):
        before, targets = [], []
        for rows, some in batches(X, y, 8, seed=4 * 1_000_003 + epoch):
            predictions = [model(row) for row in rows]
            before.append(plain(predictions))
            targets.append(some)
            optimizer.zero_grad()
            losses.mse_loss(predictions, some.tolist()).backward()
            optimizer.step()
        given = np.concatenate(before), np.concatenate(targets)
        held_out = plain([model(row) for row in X[:5]]), y[:5] + 1
        for prefix, pair in (("", given), ("validation_", held_out)):
            expected[f"{prefix}mae"].append(mae(*pair))
            expected[f"{prefix}r2"].append(r2(*pair))
    for name, numbers in expected.items():
        assert history.metrics[name] == pytest.approx(numbers, rel=1e-12), name
    assert list(history.metrics) == ["mae", "r2", "validation_loss", *list(expected)[2:]]


def test_what_a_function_is_given() -> None:
    seen: list[Any] = []

    def look(predictions: Any, targets: Any) -> float:
        seen.append((predictions, targets))
        return 0.0

    fit(nn.MLP(3, [2], rng=0), CLASSES, loss=losses.cross_entropy, epochs=2, metrics={"look": look})
    fit(nn.MLP(3, [1], rng=0), ONE, epochs=1, metrics={"look": look}, validation=0.2)
    own = functools.partial(fit, loss=lambda p, t: losses.mse_loss(p, t))  # looked at before
    own(nn.MLP(3, [1], rng=0), ONE, epochs=1, metrics={"look": look})
    shapes = [(p.shape, p.dtype.kind, t.shape, t.dtype.kind) for p, t in seen]
    classes = ((23, 2), "f", (23,), "i")
    assert shapes == [classes, classes, *(((n,), "f", (n,), "f") for n in (18, 5, 23))]
    assert sorted(seen[2][1]) + sorted(seen[3][1]) != sorted(ONE)
    assert sorted([*seen[2][1], *seen[3][1]]) == sorted(ONE)


def test_what_a_function_does_to_its_arrays_changes_nothing() -> None:
    def spoil(predictions: Any, targets: Any) -> float:
        predictions[:] = 7.0
        targets[:] = 7.0
        return 0.0

    runs = []
    for functions in ({}, {"mae": mae}, {"spoil": spoil, "mae": mae}):
        history = fit(
            nn.MLP(3, [4, 1], rng=0), ONE, epochs=3, metrics=functions, validation=(X[:5], ONE[:5])
        )
        runs.append((history.losses, history.metrics.pop("mae", None), history.metrics))
    assert runs[0][0] == runs[1][0] == runs[2][0]
    assert runs[1][1] == runs[2][1]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda p, t: 3, 3.0),
        (lambda p, t: np.float32(0.5), 0.5),
        (lambda p, t: mg.Value(0.25), 0.25),
        (lambda p, t: True, 1.0),
        (losses.l1_loss, None),
        (losses.huber_loss, None),
    ],
)
def test_what_a_function_may_return(function: Any, expected: float | None) -> None:
    metrics = Metrics({"one": function})
    metrics.see([mg.Value(1.0), mg.Value(2.0)], np.array([3.0, 3.0]))
    metrics.see(np.array([5.0]), np.array([5.0]))
    if expected is None:
        expected = function([1.0, 2.0, 5.0], [3.0, 3.0, 5.0])
    figures = metrics.figures("validation_")
    assert figures == {"validation_one": expected}
    assert type(figures["validation_one"]) is float


REFUSED: list[tuple[Any, str]] = [
    ([mae], r"metrics must be functions by their names, as \{.mae.: losses.l1_loss\}, got list"),
    (mae, "metrics must be functions by their names"),
    (None, "metrics must be functions by their names"),
    ({1: mae}, "each name in metrics must be a str, got int 1"),
    ({"mae": "mae"}, r"metrics\['mae'\] must be a function of predictions and targets, got str"),
    ({"loss": mae}, "metrics has the name 'loss', by which the history keeps figures of its own"),
    ({"accuracy": mae}, "metrics has the name 'accuracy'"),
    ({"validation_loss": mae}, "metrics has the name 'validation_loss'"),
    ({"validation_x": mae}, "metrics has the name 'validation_x'"),
    ({"": mae}, "metrics has the name ''"),
    ({"a": lambda p, t: "much"}, r"what metrics\['a'\] returns must be a real number, got str"),
    ({"a": lambda p, t: p}, r"what metrics\['a'\] returns must be one real number, got an array"),
    ({"a": lambda p, t: None}, r"what metrics\['a'\] returns must be .* was a return forgotten"),
]


@pytest.mark.parametrize(("metrics", "message"), REFUSED)
def test_refusals(metrics: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        fit(nn.MLP(3, [2], rng=0), CLASSES, loss=losses.cross_entropy, metrics=metrics)


def test_any_name_that_is_free_is_taken() -> None:
    names = ["accuracy", "self", "name", "a b", "loss per km"]
    history = fit(nn.MLP(3, [1], rng=0), ONE, epochs=1, metrics=dict.fromkeys(names, mae))
    assert list(history.metrics) == names
