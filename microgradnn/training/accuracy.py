"""How predictions are judged: by the loss, and by the share of them that are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import losses
from ..engine.derivatives import result_of
from ..engine.value import Value
from ..nn import Module
from .samples import Samples
from .shares import Loss, counted, weighted
from .targets import function_of

Figures = tuple[float, float | None]  # the loss, and the accuracy where the loss is one of classes


def predict(model: Module, X: Any) -> list[Any]:
    """What the model gives for each sample."""
    return [model(sample) for sample in X.tolist()]


def figures(loss: Loss, predictions: list[Any], samples: Samples) -> Figures:
    """The loss of the predictions, and their accuracy where the loss is one of classes."""
    error = result_of(weighted(loss, predictions, samples), "the loss")
    places = counted(loss, samples)
    right = accuracy_of(loss, [predictions[i] for i in places.tolist()], *samples.answers(places))
    return error, right


def figures_of_outputs(loss: Loss, outputs: Any, samples: Samples) -> Figures:
    """The same of predictions that a program gives, in an array."""
    values = outputs
    if function_of(loss) is None:  # a loss of the user's own may call methods of Values
        values = np.vectorize(Value, otypes=[object])(outputs)
    error = result_of(weighted(loss, values.tolist(), samples), "the loss")
    places = counted(loss, samples)
    return error, accuracy_of(loss, outputs[places], *samples.answers(places))


def accuracy_of(loss: Loss, predictions: Any, targets: Any, weights: Any) -> float | None:
    """The share of predictions that are right, by weight; None if the loss is not one of classes.

    Where there are several answers to a sample, each counts as much.
    """
    is_right = _RIGHT.get(function_of(loss))
    if is_right is None:
        return None
    if isinstance(predictions, list):
        predictions = np.vectorize(Value.item, otypes=[float])(np.array(predictions, dtype=object))
    right = is_right(predictions, targets)
    if weights is None:
        return float(right.mean())
    return float(np.average(right.reshape(len(right), -1).mean(axis=1), weights=weights))


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
