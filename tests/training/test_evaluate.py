"""evaluate: the loss of a model on data, and the share of its predictions that are right."""

import math
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import losses, nn
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
