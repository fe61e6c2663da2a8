"""evaluate: the loss of a model on data, and the share of its predictions that are right."""

import math
from functools import partial
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import losses, nn
from microgradnn.training import evaluation
from microgradnn.training.accuracy import accuracy_of

SCORES = [[2.0, 1.0, 0.0], [0.0, 1.0, 2.0], [0.0, 2.0, 1.0]]  # of the classes 0, 2 and 1
LOGITS = [3.0, -2.0, 0.5, -0.5]


def echo(count: int) -> nn.MLP:
    """A model that gives what it is given."""
    model = nn.MLP(count, [count], init="zeros")
    for place, neuron in enumerate(model.layers[0].neurons):
        neuron.w[place].data = 1.0
    return model


@pytest.mark.parametrize(
    ("loss", "X", "y", "right"),
    [
        (losses.cross_entropy, SCORES, [0, 2, 0], 2 / 3),
        (losses.cross_entropy, SCORES, np.eye(3)[[0, 2, 1]], 1.0),
        (losses.nll_loss, SCORES, [1, 2, 0], 1 / 3),
        (losses.categorical_cross_entropy, [[0.75, 0.25], [0.5, 0.5]], [0, 1], 0.5),
        (losses.binary_cross_entropy, [[0.75], [0.25], [0.5]], [1, 1, 0], 2 / 3),
        (losses.binary_cross_entropy_with_logits, [[x] for x in LOGITS], [1, 0, 1, 1], 0.75),
        (losses.hinge_loss, [[x] for x in LOGITS], [1, -1, -1, 1], 0.5),
        (losses.perceptron_loss, [[x] for x in [*LOGITS, 0.0]], [1, -1, 1, -1, 1], 0.8),
        (losses.mse_loss, SCORES, SCORES, None),
    ],
)
def test_accuracy(loss: Any, X: Any, y: Any, right: float | None) -> None:
    _, accuracy = mg.evaluate(echo(len(X[0])), X, y, loss)
    assert accuracy == right
    outputs = np.array(X) if len(X[0]) > 1 else np.array(X)[:, 0]
    assert accuracy_of(loss, outputs, np.array(y), None) == right  # as programs give them


def test_the_loss_is_that_of_all_samples() -> None:
    loss, _ = mg.evaluate(echo(1), [[1.0], [2.0], [4.0]], [1.0, 1.0, 1.0], losses.mse_loss)
    assert loss == pytest.approx((0 + 1 + 9) / 3, rel=1e-15)
    loss, _ = mg.evaluate(echo(2), [[0.0, 0.0]], [1], losses.cross_entropy)
    assert loss == pytest.approx(math.log(2), rel=1e-15)


def test_nothing_is_recorded_and_nothing_changes() -> None:
    model = nn.MLP(2, [3, 1], rng=1)
    before = [(p.data, p.grad) for p in model.parameters()]
    mg.evaluate(model, [[1.0, 2.0]], [1.0], losses.mse_loss)
    assert [(p.data, p.grad) for p in model.parameters()] == before


def test_refusals() -> None:
    with pytest.raises(TypeError, match="model must be a network"):
        mg.evaluate(len, [[1.0]], [1.0], losses.mse_loss)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="loss must be a function"):
        mg.evaluate(echo(1), [[1.0]], [1.0], "mse")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="X has 1 samples and y has 2"):
        mg.evaluate(echo(1), [[1.0]], [1.0, 2.0], losses.mse_loss)


# ---- By a program --------------------------------------------------------------------------------

ROWS = np.random.default_rng(0).normal(size=(90, 3))
CLASSES = ROWS.argmax(axis=1)


def own(prediction: Any, target: Any) -> Any:
    """A loss of one's own, that asks its Values for more than numbers have."""
    return mg.mean([(p - t).exp() for p, t in zip(prediction, target, strict=True)])


@pytest.mark.parametrize(
    ("sizes", "loss", "y"),
    [
        ([4, 1], losses.mse_loss, ROWS[:, 0]),
        ([4, 2], losses.huber_loss, ROWS[:, :2]),
        ([4, 3], losses.cross_entropy, CLASSES),
        ([4, 3], partial(losses.cross_entropy, label_smoothing=0.1, weight=[1, 2, 3]), CLASSES),
        ([4, 3], partial(losses.cross_entropy, ignore_index=2), CLASSES),
        ([4, 1], losses.binary_cross_entropy_with_logits, CLASSES == 1),
        ([4, 1], losses.half_squared_error, ROWS[:, 1]),
        ([4, 1], own, ROWS[:, 0]),
    ],
)
def test_of_many_samples_the_figures_are_those_of_the_graph(
    sizes: list[int], loss: Any, y: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = nn.MLP(3, sizes, "tanh", rng=1)
    weights = np.arange(90.0)
    options: list[dict[str, Any]] = [{}, {"sample_weight": weights}] if loss is not own else [{}]
    calls: list[Any] = []

    def compile(model: nn.Module, **how: Any) -> Any:
        calls.append(model)
        return mg.compile(model, **how)

    monkeypatch.setattr(evaluation, "compile", compile)
    found = [mg.evaluate(model, ROWS, y, loss, **more) for more in options]
    assert len(calls) == len(options)
    monkeypatch.setattr(evaluation, "FEWEST_COMPILED", 91)
    for (error, right), more in zip(found, options, strict=True):
        wanted, share = mg.evaluate(model, ROWS, y, loss, **more)
        assert error == pytest.approx(wanted, rel=1e-12)
        assert right == share
    assert len(calls) == len(options)


def test_a_model_that_has_no_program_is_evaluated_all_the_same() -> None:
    model = nn.MLP(3, [2], output_activation=lambda z: z if z > 0 else 0.1 * z, rng=0)
    with pytest.raises(ValueError, match="takes for true or false"):
        mg.compile(model)
    loss, accuracy = mg.evaluate(model, ROWS, CLASSES % 2, losses.cross_entropy)
    outputs = [model(row) for row in ROWS.tolist()]
    assert loss == losses.cross_entropy(outputs, (CLASSES % 2).tolist()).data
    assert accuracy is not None


def test_errors_of_many_samples_are_those_of_the_graph() -> None:
    y = CLASSES.copy()
    y[70] = 3
    with pytest.raises(ValueError, match=r"^y\[70\] must be a class from 0 to 2, got 3"):
        mg.evaluate(nn.MLP(3, [3], rng=0), ROWS, y, losses.cross_entropy)
    model = nn.MLP(3, [1], output_activation=lambda z: mg.log(z - 1e3), rng=0)
    with pytest.raises(ValueError, match="log"):
        mg.evaluate(model, ROWS, ROWS[:, 0], losses.mse_loss)
