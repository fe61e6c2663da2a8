"""fit: what it learns, what it refuses, when it stops."""

import math
import os
import re
import signal
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import History, Value, losses, nn, optim
from microgradnn.data import load_iris, standardize

IRIS = load_iris()
X, Y = standardize(IRIS.X), IRIS.y
LINE = ([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])


def quiet(model: nn.Module, X: Any, y: Any, **options: Any) -> History:
    return mg.fit(model, X, y, progress=False, **options)


def test_it_learns_a_line() -> None:
    model = nn.MLP(1, [1], rng=0)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    quiet(model, *LINE, loss=losses.mse_loss, optimizer=optimizer, epochs=300)
    slope, offset = (p.data for p in model.parameters())
    assert (slope, offset) == pytest.approx((2.0, 1.0), abs=1e-4)


def test_it_learns_iris_and_says_so() -> None:
    model = nn.MLP(4, [8, 3], rng=0)
    history = quiet(model, X, Y, loss=losses.cross_entropy, epochs=20)
    assert history.losses[-1] < 0.5 * history.losses[0]
    assert history.metrics["accuracy"][-1] > 0.9
    loss, accuracy = mg.evaluate(model, X, Y, losses.cross_entropy)
    assert loss < 0.5
    assert accuracy is not None
    assert accuracy > 0.9
    assert "20 epochs" in repr(history)
    loss_line, accuracy_line = str(history).splitlines()
    assert loss_line.startswith("loss      █")
    assert loss_line.endswith(f"→ {history.losses[-1]:.4g}")
    assert accuracy_line.startswith("accuracy  ▁")


def test_the_same_seed_gives_the_same_bits() -> None:
    runs = []
    for seed in (1, 1, 2):
        model = nn.MLP(4, [3], rng=0)
        runs.append(quiet(model, X, Y, loss=losses.cross_entropy, epochs=2, seed=seed).losses)
    assert runs[0] == runs[1] != runs[2]


def test_early_stopping_restores_the_best_weights() -> None:
    model = nn.MLP(1, [1], init="zeros")
    seen: list[tuple[float, list[float]]] = []

    def remember(epoch: int, history: History) -> None:
        weights = [p.data for p in model.parameters()]
        seen.append((history.metrics["validation_loss"][-1], weights))

    history = quiet(
        model,
        *LINE,
        loss=losses.mse_loss,
        optimizer=optim.SGD(model.parameters(), lr=0.05),
        validation=([[1.0]], [2.0]),  # training passes it by on its way to 3
        patience=3,
        epochs=200,
        callbacks=[remember],
    )
    best = min(range(len(seen)), key=lambda i: seen[i][0])
    assert history.best_epoch == best
    assert len(history.losses) == best + 4
    assert history.stopped == "no better validation loss"
    assert [p.data for p in model.parameters()] == seen[best][1]


def test_ctrl_c_ends_after_the_step_in_progress() -> None:
    model = nn.MLP(1, [1], rng=0)
    before = signal.getsignal(signal.SIGINT)

    def press(epoch: int, history: History) -> None:
        if epoch == 3:
            os.kill(os.getpid(), signal.SIGINT)

    history = quiet(model, *LINE, loss=losses.mse_loss, epochs=100, callbacks=[press])
    assert history.stopped == "interrupted"
    assert 4 <= len(history.losses) <= 5
    assert signal.getsignal(signal.SIGINT) is before


def broken(prediction: Any, target: Any) -> Any:
    return mg.sum([mg.sqrt(p * p) for p in prediction])  # 0 · ∞ at 0


@pytest.mark.parametrize("compiled", [None, False])
def test_a_bad_gradient_stops_before_it_changes_a_weight(compiled: bool | None) -> None:
    model = nn.MLP(1, [1], init="zeros")
    with pytest.raises(FloatingPointError) as raised:
        quiet(model, *LINE, loss=broken, compiled=compiled)
    assert "layers.0.neurons.0.w.0 is nan; no parameter was changed" in str(raised.value)
    assert "at sqrt(0.0) = 0.0: local derivative inf, upstream 1.0" in str(raised.value)
    assert [p.data for p in model.parameters()] == [0.0, 0.0]


@pytest.mark.parametrize("compiled", [None, False])
def test_an_infinite_loss_stops_though_its_gradient_is_finite(compiled: bool | None) -> None:
    model = nn.MLP(1, [1], rng=3)
    before = [p.data for p in model.parameters()]

    def hopeless(prediction: Any, target: Any) -> Any:
        return losses.mse_loss(prediction, target) + math.inf

    with pytest.raises(FloatingPointError, match="the loss is inf; no parameter was changed; the"):
        quiet(model, *LINE, loss=hopeless, compiled=compiled)
    assert [p.data for p in model.parameters()] == before


@pytest.mark.parametrize("compiled", [True, False])
def test_a_gradient_that_is_infinite_from_the_start_is_named(compiled: bool) -> None:
    model = nn.MLP(1, [1], init="zeros")
    model.parameters()[1].data = 1e200  # its square is infinite, its derivative is not
    with pytest.raises(FloatingPointError, match=r"the data became inf at mul\(-?1e\+200"):
        quiet(model, *LINE, loss=losses.mse_loss, compiled=compiled)


def test_a_step_too_far_fails_alike_in_both_ways() -> None:
    failures = []
    for compiled in (True, False):
        model = nn.MLP(1, [2, 1], "linear", rng=0)
        optimizer = optim.SGD(model.parameters(), lr=1e40)
        with pytest.raises(FloatingPointError) as raised:
            quiet(model, *LINE, loss=losses.mse_loss, optimizer=optimizer, compiled=compiled)
        assert optimizer.steps > 0
        words = re.sub(r"\d\.\d+", "#", str(raised.value))  # the last digits may differ
        failures.append((words, [p.data for p in model.parameters()]))
    assert failures[0][0] == failures[1][0]
    assert failures[0][1] == pytest.approx(failures[1][1], rel=1e-12)
    assert "no parameter was changed; the data became -inf at dot(layers.1" in words
    assert all(math.isfinite(p.data) for p in model.parameters())


REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"X": [[0.0], [math.nan], [2.0]]}, "X has nan in sample 1, column 0"),
    ({"y": [1.0, math.inf, 2.0]}, "y has inf in sample 1"),
    ({"y": [1.0]}, "X has 3 samples and y has 1"),
    ({"X": [[0.0, 1.0]] * 3}, r"take X\[0\], with X of shape \(3, 2\): x has 2 .*, expected 1"),
    ({"y": [[1.0, 2.0]] * 3}, r"y has shape \(3, 2\), but the model gives one number"),
    ({"model": [2], "y": [[1.0], [2.0], [3.0]]}, r"y has shape \(3, 1\), .* have shape \(3, 2\)"),
    ({"model": [2]}, r"y has shape \(3,\), but the model gives 2 numbers .* have shape \(3, 2\)"),
    (
        {"model": [2], "loss": losses.cross_entropy, "y": [[0.5, 0.4, 0.1]] * 3},
        r"y has shape \(3, 3\), .* gives 2 numbers .* must have shape \(3,\) or \(3, 2\)",
    ),
    ({"validation": ([[1.0]], [[1.0, 2.0]])}, r"validation\[1\] has shape \(1, 2\), but the model"),
    (
        {"loss": losses.hinge_loss, "y": [1, -1, 1], "validation": ([[1.0]], [5])},
        r"^validation\[1\]\[0\] must be a label",
    ),
    *(
        (
            {"y": y},
            r"^y must hold real numbers, got the name b?.a.; number .* = np\.unique\(y, return",
        )
        for y in (["a", "b", "c"], np.array(["a", "b", "a"], object), [["a"], ["b"], ["a"]])
    ),
    (
        {"y": [b"a", b"b", b"b"]},
        "got the name b.a.; number the classes: names, y = .*MLPClassifier",
    ),
    ({"y": [0, "a", "b"]}, "got the name .a.; number the classes"),
    ({"y": ["1", "2.5", "nan"]}, r"y must hold real numbers, .* convert text first: np.asarray"),
    ({"y": [1.0, None, 2.0]}, r"y\[1\] must be a real number, got NoneType"),
    (
        {"validation": ([[1.0]], ["a"])},
        r"^validation\[1\] must hold real numbers, got the name .a.; number the classes",
    ),
    *(({"clip_grad_norm": x}, "clip_grad_norm must be a positive number, got") for x in (0, -1.0)),
    ({"clip_grad_norm": math.nan}, "clip_grad_norm must be a positive number, got nan"),
    ({"clip_grad_norm": math.inf}, "clip_grad_norm must be a positive number, got inf"),
    ({"clip_grad_norm": "1"}, "clip_grad_norm must be a real number, got str"),
    ({"loss": losses.hinge_loss, "y": [1, -1, 3]}, r"^y\[2\] must be a label −1 or \+1, got 3.0"),
    ({"loss": losses.binary_cross_entropy_with_logits, "y": [1, 0, 3]}, r"must be in \[0, 1\]"),
    ({"loss": losses.cross_entropy, "y": [0, 1, 1]}, "cross_entropy takes a number for each class"),
    ({"model": [2], "loss": losses.cross_entropy, "y": [0, 1, 2]}, r"^y\[2\] .* 0 to 1, got 2"),
    ({"model": [2], "loss": losses.cross_entropy, "y": [0, -1, 1]}, "from 0 to 1, got -1"),
    ({"model": [2], "loss": losses.cross_entropy, "y": [0.0, 1.0, 1.0]}, "index of a class"),
    ({"model": [2], "loss": losses.cross_entropy, "y": [[0.5, 0.6]] * 3}, "must sum to 1"),
    ({"loss": losses.binary_cross_entropy, "X": [[9.0]] * 3}, r"a probability in \[0, 1\]"),
    ({"epochs": 0}, "epochs must be"),
    ({"batch_size": 0}, "batch_size must be"),
    ({"patience": 3}, "patience needs validation"),
    ({"patience": 0}, "patience must be"),
    ({"validation": ([[1.0], [2.0]], [1.0])}, r"validation\[0\] has 2 samples and validation\[1\]"),
    ({"validation": ([[math.nan]], [1.0])}, r"validation\[0\] has nan in sample 0"),
    ({"loss": "mse"}, "loss must be a function"),
    ({"optimizer": optim.SGD}, "optimizer must be made"),
    ({"compiled": "yes"}, "compiled must be None, True or False, got 'yes'"),
]


@pytest.mark.parametrize("compiled", [None, True, False])
@pytest.mark.parametrize(("change", "message"), REFUSALS)
def test_refusals(change: dict[str, Any], message: str, compiled: bool | None) -> None:
    options = {"X": LINE[0], "y": LINE[1], "loss": losses.mse_loss, "compiled": compiled, **change}
    model = nn.MLP(1, options.pop("model", [1]), rng=1)
    before = [p.data for p in model.parameters()]
    with pytest.raises((ValueError, TypeError), match=message):
        quiet(model, **options)
    assert [p.data for p in model.parameters()] == before


def test_a_model_of_ones_own() -> None:
    class Power(nn.Module):
        def __init__(self) -> None:
            self.exponent = Value(1.0)

        def __call__(self, row: Any) -> Any:
            return row[0] ** self.exponent

    model = Power()
    rows = np.array([[0.5], [1.5], [2.0]])
    quiet(model, rows, rows[:, 0] ** 2.5, loss=losses.mse_loss, epochs=400)
    assert model.exponent.data == pytest.approx(2.5, abs=0.01)


@pytest.mark.parametrize("compiled", [True, False])
def test_fit_tells_the_optimizer_the_loss_of_each_epoch(compiled: bool) -> None:
    X, y = [[0.0], [1.0]], [1.0, 3.0]
    held_out = [[2.0]], [0.0]  # what is learned makes this worse from the start
    for validation, falls in ((None, False), (held_out, True)):
        model = nn.MLP(1, [1], rng=0)
        model.layers[0].neurons[0].w[0].data = 0.0
        rate = optim.reduce_on_plateau(0.1, factor=0.5, patience=1)
        optimizer = optim.SGD(model.parameters(), lr=rate)
        rates: list[float] = []
        quiet(
            model, X, y, loss=losses.mse_loss, optimizer=optimizer, epochs=5, batch_size=2,
            validation=validation, compiled=compiled,
            callbacks=[lambda *_, o=optimizer, r=rates: r.append(o.lr)],
        )  # fmt: skip
        assert rates == ([0.1, 0.1, 0.05, 0.05, 0.025] if falls else [0.1] * 5)


@pytest.mark.parametrize("loss", [losses.mse_loss, losses.cross_entropy, losses.hinge_loss])
def test_a_column_of_targets_is_a_list_of_them(loss: Any) -> None:
    """As pandas gives it for `frame[["price"]]`."""
    X = np.random.default_rng(0).normal(size=(20, 2))
    y = np.where(X[:, 0] > 0, 1, -1 if loss is losses.hinge_loss else 0)
    column, found = y[:, None], []
    for targets, held_out in ((y, (X, y)), (column, (X, column)), (column, 0.2), (y, 0.2)):
        model = nn.MLP(2, [3, 2] if loss is losses.cross_entropy else [3, 1], rng=0)
        history = mg.fit(
            model, X, targets, loss=loss, epochs=3, validation=held_out, progress=False
        )
        found.append((history.losses, history.metrics, mg.evaluate(model, X, targets, loss)))
    assert found[0] == found[1]
    assert found[2] == found[3]


def test_a_column_stays_one_where_a_loss_of_ones_own_is_given_it() -> None:
    seen = []

    def loss(predictions: Any, targets: Any) -> Any:
        seen.append(targets[0])
        return losses.mse_loss(predictions, [row[0] for row in targets])

    model = nn.MLP(1, [1], rng=0)
    mg.fit(model, [[1.0], [2.0]], [[1.0], [3.0]], loss=loss, epochs=1, progress=False)
    assert all(isinstance(target, list) for target in seen)
