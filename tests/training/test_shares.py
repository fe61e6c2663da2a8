"""Weights of samples and classes in fit and evaluate: repeated rows, numbers by hand, refusals."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from outputs import several

import microgradnn as mg
from microgradnn import History, Value, losses, nn, optim
from microgradnn.training.samples import checked_samples
from microgradnn.training.shares import counted, shares

ROWS = np.random.default_rng(0).normal(size=(40, 4))
CLASSES = (ROWS @ np.random.default_rng(1).normal(size=(4, 3))).argmax(axis=1)
WEIGHTS = np.random.default_rng(2).integers(0, 4, 40)
SOFT = np.where(np.eye(3)[CLASSES] == 1.0, 0.8, 0.1)


def mean_distance(prediction: Any, target: Any, sample_weight: Any = None) -> Any:
    """A loss of one's own that takes weights."""
    weights = [1.0] * len(target) if sample_weight is None else sample_weight
    terms = [w * abs(p - t) for w, p, t in zip(weights, prediction, target, strict=True)]
    return mg.sum(terms) / mg.sum(weights)


TASKS: dict[str, tuple[list[int], Any, Any]] = {
    "regression": ([5, 1], losses.mse_loss, ROWS[:, 0] * ROWS[:, 1]),
    "two outputs": ([5, 2], losses.huber_loss, ROWS[:, :2] ** 2),
    "a sum": ([5, 1], losses.half_squared_error, ROWS[:, 0] - ROWS[:, 1]),
    "logits": (
        [5, 1],
        partial(losses.binary_cross_entropy_with_logits, pos_weight=3.0),
        CLASSES % 2,
    ),
    "several labels": ([5, 3], losses.binary_cross_entropy_with_logits, np.eye(3)[CLASSES]),
    "classes": ([5, 3], losses.cross_entropy, CLASSES),
    "soft classes": ([5, 3], partial(losses.cross_entropy, weight=[1, 2, 3]), SOFT),
    "weighed classes": ([5, 3], partial(losses.cross_entropy, weight=[1, 2, 0.5]), CLASSES),
    "smoothed": ([5, 3], partial(losses.cross_entropy, label_smoothing=0.2), CLASSES),
    "ignored": ([5, 3], partial(losses.cross_entropy, ignore_index=1), CLASSES),
    "all rules": (
        [5, 3],
        partial(losses.cross_entropy, ignore_index=-9, weight=[1, 2, 3], label_smoothing=0.1),
        np.where(CLASSES == 1, -9, CLASSES),
    ),
    "one's own": ([5, 1], mean_distance, ROWS[:, 0] ** 2),
}


def trained(name: str, X: Any, y: Any, **options: Any) -> tuple[nn.Module, History, list[float]]:
    """A model after some epochs, and all figures of it."""
    sizes, loss, _ = TASKS[name]
    model = nn.MLP(4, sizes, "tanh", rng=3)
    optimizer = optim.SGD(model.parameters(), 0.05, momentum=0.5)
    history = mg.fit(
        model, X, y, loss=loss, optimizer=optimizer, epochs=4, progress=False, **options
    )
    metrics = [x for numbers in history.metrics.values() for x in numbers]
    return model, history, [*history.losses, *metrics, *(p.data for p in model.parameters())]


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_compiled_training_is_eager_training(name: str, weights: Any) -> None:
    *_, y = TASKS[name]
    figures = []
    for compiled in (True, False):
        validation = ROWS[:9], y[:9]
        *_, found = trained(
            name, ROWS, y, sample_weight=weights, batch_size=8, validation=validation,
            compiled=compiled,
        )  # fmt: skip
        figures.append(found)
    np.testing.assert_allclose(figures[0], figures[1], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("compiled", [True, False])
def test_a_weight_is_a_repetition(name: str, compiled: bool) -> None:
    """In full batches a row of weight 2 is as good as the row twice, and of weight 0 as none."""
    _, loss, y = TASKS[name]
    repeated = np.repeat(np.arange(40), WEIGHTS)
    model, _, weighed = trained(
        name, ROWS, y, sample_weight=WEIGHTS, batch_size=200, compiled=compiled
    )
    *_, again = trained(name, ROWS[repeated], y[repeated], batch_size=200, compiled=compiled)
    np.testing.assert_allclose(weighed, again, rtol=1e-9, atol=1e-12)
    error, right = mg.evaluate(model, ROWS, y, loss, sample_weight=WEIGHTS)
    wanted, share = mg.evaluate(model, ROWS[repeated], y[repeated], loss)
    assert error == pytest.approx(wanted, rel=1e-9)
    assert right == share or right == pytest.approx(share, rel=1e-12)


def test_a_step_by_hand() -> None:
    """One step on ½-weighted squares: θ − lr · Σ s·2(θx − y)x / Σ s, by NumPy."""
    x, y, s = np.array([1.0, 2.0, 3.0]), np.array([3.0, 1.0, 2.0]), np.array([0.5, 2.0, 4.0])
    model = nn.MLP(1, [1], init="zeros")
    optimizer = optim.SGD(model.parameters(), 0.1)
    history = mg.fit(
        model, x[:, None], y, loss=losses.mse_loss, optimizer=optimizer, epochs=1,
        sample_weight=s, progress=False,
    )  # fmt: skip
    assert history.losses == pytest.approx([(s * y * y).sum() / s.sum()], rel=1e-14)
    slope, offset = (p.data for p in model.parameters())
    assert slope == pytest.approx(0.1 * (s * 2 * y * x).sum() / s.sum(), rel=1e-14)
    assert offset == pytest.approx(0.1 * (s * 2 * y).sum() / s.sum(), rel=1e-14)


def test_figures_of_an_epoch_are_means_by_weight() -> None:
    """With a learning rate of 0, those of the epoch are those of all samples."""
    for name in ("classes", "regression", "several labels"):
        sizes, loss, y = TASKS[name]
        model = nn.MLP(4, sizes, "tanh", rng=3)
        history = mg.fit(
            model, ROWS, y, loss=loss, optimizer=optim.SGD(model.parameters(), 0.0), epochs=1,
            batch_size=7, sample_weight=WEIGHTS, progress=False,
        )  # fmt: skip
        error, right = mg.evaluate(model, ROWS, y, loss, sample_weight=WEIGHTS)
        assert history.losses[0] == pytest.approx(error, rel=1e-12)
        if right is not None:
            assert history.metrics["accuracy"][0] == pytest.approx(right, rel=1e-12)


def test_the_accuracy_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    model = nn.MLP(4, [5, 3], "tanh", rng=3)
    outputs = [[p.data for p in several(model(row))] for row in ROWS.tolist()]
    predicted = np.array(outputs).argmax(axis=1)
    wanted = metrics.accuracy_score(CLASSES, predicted, sample_weight=WEIGHTS)
    loss = partial(losses.cross_entropy, label_smoothing=0.1)
    _, accuracy = mg.evaluate(model, ROWS, CLASSES, loss, sample_weight=WEIGHTS)
    assert accuracy == pytest.approx(wanted, rel=1e-14)


def test_which_samples_count_and_how_much() -> None:
    X, y = np.zeros((4, 1)), np.array([0, 2, 1, 2])
    loss = partial(losses.nll_loss, weight=[1.0, 4.0, 0.5], ignore_index=0)
    samples = checked_samples(X, y, [1.0, 0.0, 2.0, 3.0])
    places = counted(loss, samples)
    assert places.tolist() == [2, 3]
    assert shares(loss, samples.rows(places)).tolist() == [8.0, 1.5]
    assert shares(losses.nll_loss, samples).tolist() == [1.0, 0.0, 2.0, 3.0]
    assert shares(losses.nll_loss, checked_samples(X, y)) is None


REFUSALS: list[tuple[dict[str, Any], Any, str]] = [
    (
        {"sample_weight": [1.0] * 39},
        ValueError,
        r"sample_weight must have shape \(40,\), .*\(39,\)",
    ),
    ({"sample_weight": np.ones((40, 1))}, ValueError, r"got shape \(40, 1\)"),
    ({"sample_weight": [1.0, -1.0] * 20}, ValueError, r"sample_weight\[1\] .* from 0 on, got -1.0"),
    ({"sample_weight": [1.0, 1.0, np.nan, 1.0] * 10}, ValueError, r"sample_weight\[2\] .* got nan"),
    ({"sample_weight": [1e308] * 40}, ValueError, "the weights in sample_weight add up to inf"),
    ({"sample_weight": [0.0] * 40}, ValueError, "the weights in sample_weight add up to 0.0"),
    ({"sample_weight": ["a"] * 40}, TypeError, "sample_weight must hold real numbers"),
    ({"sample_weight": "balanced"}, TypeError, "sample_weight"),
    (
        {"sample_weight": WEIGHTS, "loss": lambda p, t: losses.mse_loss(p, t)},
        TypeError,
        "sample_weight needs a loss that takes it: write loss",
    ),
]


@pytest.mark.parametrize(("change", "kind", "message"), REFUSALS)
def test_refusals(change: dict[str, Any], kind: Any, message: str) -> None:
    model = nn.MLP(4, [1], rng=1)
    before = [p.data for p in model.parameters()]
    options: dict[str, Any] = {"loss": losses.mse_loss, **change}
    for compiled in (None, True, False):
        with pytest.raises(kind, match=message):
            mg.fit(model, ROWS, ROWS[:, 0], progress=False, compiled=compiled, **options)
    with pytest.raises(kind, match=message):
        mg.evaluate(model, ROWS, ROWS[:, 0], **options)
    assert [p.data for p in model.parameters()] == before


@pytest.mark.parametrize("compiled", [True, False])
def test_samples_that_are_all_ignored_are_refused(compiled: bool) -> None:
    model = nn.MLP(4, [3], rng=1)
    loss = partial(losses.cross_entropy, ignore_index=1)
    with pytest.raises(ValueError, match="all are ignored"):
        mg.fit(model, ROWS, np.ones(40, int), loss=loss, compiled=compiled, progress=False)
    with pytest.raises(ValueError, match="all are ignored"):
        mg.evaluate(model, ROWS, np.ones(40, int), loss)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_batch_of_classes_that_weigh_nothing_is_refused(compiled: bool) -> None:
    model = nn.MLP(4, [3], rng=1)
    loss = partial(losses.cross_entropy, weight=[0.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="weigh nothing"):
        mg.fit(model, ROWS, CLASSES, loss=loss, batch_size=1, compiled=compiled, progress=False)


@pytest.mark.parametrize("compiled", [True, False])
def test_flags_are_classes(compiled: bool) -> None:
    loss = partial(losses.cross_entropy, weight=[1.0, 3.0])
    figures = []
    for y in (CLASSES == 1, (CLASSES == 1).astype(int)):
        model = nn.MLP(4, [2], rng=1)
        options: dict[str, Any] = {"sample_weight": WEIGHTS, "compiled": compiled, "epochs": 3}
        figures.append(mg.fit(model, ROWS, y, loss=loss, progress=False, **options).losses)
    assert figures[0] == figures[1]


def test_ignored_targets_do_not_hide_wrong_ones() -> None:
    y = np.where(CLASSES == 1, -100, CLASSES)
    y[5] = 7
    loss = partial(losses.cross_entropy, ignore_index=-100)
    with pytest.raises(ValueError, match=r"^y\[5\] must be a class from 0 to 2, got 7"):
        mg.fit(nn.MLP(4, [3], rng=1), ROWS, y, loss=loss, progress=False)
    with pytest.raises(ValueError, match=r"^y\[5\] must be a class from 0 to 2, got 7"):
        mg.evaluate(nn.MLP(4, [3], rng=1), ROWS, y, loss)


def test_weights_are_not_taken_for_those_of_a_loss_that_scales_otherwise() -> None:
    """A loss whose mean is over other weights than those has no program, and says so."""

    def squared(prediction: Any, target: Any, sample_weight: Any) -> Any:
        return losses.mse_loss(prediction, target, sample_weight=[w * w for w in sample_weight])

    model = nn.MLP(4, [1], rng=1)
    history = mg.fit(
        model, ROWS, ROWS[:, 0], loss=squared, sample_weight=WEIGHTS, epochs=2, progress=False
    )
    assert not history.compiled
    assert "neither the mean nor the sum" in history.eager_because


def test_a_value_as_a_weight_of_a_class_is_trained_eagerly() -> None:
    loss = partial(losses.cross_entropy, weight=[Value(1.0), Value(2.0), Value(0.5)])
    model = nn.MLP(4, [3], rng=1)
    history = mg.fit(model, ROWS, CLASSES, loss=loss, epochs=1, progress=False)
    assert not history.compiled
