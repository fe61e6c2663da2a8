"""evaluate: the loss of a model on data, and how many of its predictions are right."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from .. import losses
from ..arguments import must_be
from ..engine.derivatives import result_of
from ..engine.modes import no_grad
from ..engine.value import Value
from ..nn import Module
from .samples import checked_samples
from .targets import called, check_shape, first_prediction

Loss = Callable[[Any, Any], Any]  # from predictions and targets to one Value
Figures = tuple[float, float | None]  # the loss, and the accuracy where the loss is one of classes


def evaluate(model: Module, X: Any, y: Any, loss: Loss) -> Figures:
    """The loss on samples X and targets y, and the accuracy where the loss is one of classes.

    >>> from microgradnn import losses, nn
    >>> evaluate(nn.MLP(1, [2], init="zeros"), [[1.0]], [0], losses.cross_entropy)
    (0.6931471805599453, 1.0)
    """
    must_be(Module, model, "model", "a network")
    must_be(Callable, loss, "loss", "a function such as losses.mse_loss")
    samples = checked_samples(X, y)
    check_shape(loss, first_prediction(model, samples.X), samples)
    with no_grad():
        predictions = predict(model, samples.X)
    with called(loss, samples.names):
        return figures(loss, predictions, samples.y)


def predict(model: Module, samples: Any) -> list[Any]:
    """What the model gives for each sample."""
    return [model(sample) for sample in samples.tolist()]


def figures(loss: Loss, predictions: list[Any], targets: Any) -> Figures:
    """The loss of the predictions, and their accuracy where the loss is one of classes."""
    error = loss(predictions, targets.tolist())
    return result_of(error, "the loss"), accuracy_of(loss, predictions, targets)


def accuracy_of(loss: Loss, predictions: Any, targets: Any) -> float | None:
    """The share of predictions that are right; None if the loss is not one of classes."""
    if not has_accuracy(loss):
        return None
    if isinstance(predictions, list):
        predictions = np.vectorize(Value.item, otypes=[float])(np.array(predictions, dtype=object))
    return float(np.mean(_RIGHT[loss](predictions, targets)))


def has_accuracy(loss: Any) -> bool:
    """Whether a loss is one of classes, of which predictions are right or wrong."""
    return isinstance(loss, Hashable) and loss in _RIGHT


def _is_class(scores: Any, targets: Any) -> Any:
    return scores.argmax(axis=1) == (targets if targets.ndim == 1 else targets.argmax(axis=1))


# Which predictions are right, for the losses of classes.
_RIGHT: dict[Loss, Callable[[Any, Any], Any]] = {
    losses.cross_entropy: _is_class,
    losses.categorical_cross_entropy: _is_class,
    losses.nll_loss: _is_class,
    losses.binary_cross_entropy: lambda p, targets: (p > 0.5) == (targets > 0.5),
    losses.binary_cross_entropy_with_logits: lambda z, targets: (z > 0) == (targets > 0.5),
    losses.hinge_loss: lambda scores, targets: scores * targets > 0,
    losses.perceptron_loss: lambda scores, targets: scores * targets > 0,
}
