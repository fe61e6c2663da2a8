"""evaluate: the loss of a model on data, and how many of its predictions are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import ArrayLike

from ..arguments import must_be
from ..compiler import compile
from ..engine.modes import no_grad
from ..nn import Module
from .accuracy import Figures, figures, figures_of_outputs, predict
from .samples import checked_samples
from .shares import Loss, check_takes_weights
from .targets import A_NETWORK, called, check_shape, first_prediction, without_column

FEWEST_COMPILED = 64  # samples: to compile takes as long as to go through 35 to 60 of them


def evaluate(
    model: Module,
    X: ArrayLike,
    y: ArrayLike,
    loss: Loss,
    *,
    sample_weight: ArrayLike | None = None,
) -> Figures:
    """The loss on samples X and targets y, and the accuracy where the loss is one of classes.

    `sample_weight` has a number from 0 on for each sample: by these the loss is weighed, as those
    of `losses` are, and so is the accuracy, as scikit-learn's `score` is. The predictions for many
    samples are computed by a compiled program, if the model can be compiled.

    Raises ValueError if X, y or the weights do not fit each other, the loss or the model, TypeError
    if one of them is no array of numbers, or the model no `nn.Module`.

    >>> from microgradnn import losses, nn
    >>> model = nn.MLP(1, [2], init="zeros")
    >>> evaluate(model, [[1.0]], [0], losses.cross_entropy)
    (0.6931471805599453, 1.0)
    >>> evaluate(model, [[1.0], [2.0]], [0, 1], losses.cross_entropy, sample_weight=[3, 1])
    (0.6931471805599453, 0.75)
    """
    must_be(Module, model, "model", A_NETWORK)
    must_be(Callable, loss, "loss", "a function such as losses.mse_loss")
    samples = without_column(checked_samples(X, y, sample_weight), model, loss)
    if sample_weight is not None:
        check_takes_weights(loss)
    check_shape(loss, first_prediction(model, samples.X), samples)
    outputs = _outputs(model, samples.X) if len(samples.X) >= FEWEST_COMPILED else None
    with no_grad():
        predictions = predict(model, samples.X) if outputs is None else []
    with called(loss, samples.names):
        if outputs is None:
            return figures(loss, predictions, samples)
        return figures_of_outputs(loss, outputs, samples)


def _outputs(model: Module, X: Any) -> Any:
    """What a program gives for each sample; None where there is none, or it raises."""
    try:
        return compile(model, example_inputs=X[[0, -1]].tolist())(X)
    except Exception:  # A model of the user's own may raise anything, and eagerly, too.
        return None
