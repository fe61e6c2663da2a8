"""Whether targets fit the loss and the model; what is wrong is said of the user's argument."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import numpy as np

from .. import losses
from ..engine.modes import no_grad
from ..engine.value import Value
from ..nn import Module
from .samples import Names, Samples

OF_CLASSES: set[Any] = {losses.cross_entropy, losses.categorical_cross_entropy, losses.nll_loss}
A_NETWORK = "a network: nn.MLP, or your own class below nn.Module, with its Values as attributes"
_OF_NUMBERS = {losses.mse_loss, losses.l1_loss, losses.huber_loss, losses.half_squared_error}
_OF_ELEMENTS = {
    *_OF_NUMBERS,
    *(losses.binary_cross_entropy, losses.binary_cross_entropy_with_logits),
    *(losses.hinge_loss, losses.perceptron_loss, losses.zero_one_loss),
}
_OURS = OF_CLASSES | _OF_ELEMENTS
_OF_PROBABILITIES = {losses.binary_cross_entropy, losses.categorical_cross_entropy}


def function_of(loss: Any) -> Any:
    """The function behind `functools.partial`s; None if it is not one of this library's.

    >>> function_of(partial(losses.huber_loss, delta=0.5)) is losses.huber_loss
    True
    """
    while isinstance(loss, partial):
        loss = loss.func
    with suppress(TypeError):  # it has no hash
        return loss if loss in _OURS else None
    return None


@contextmanager
def called(loss: Any, names: Names) -> Iterator[None]:
    """Errors of the library's losses speak of `prediction` and `target`; call those by `names`."""
    try:
        yield
    except (ValueError, TypeError) as error:
        if function_of(loss) is None or type(error) not in (ValueError, TypeError):
            raise
        text = re.sub(r"\btarget\b", names[1], str(error))
        text = re.sub(r"\bprediction\[(\d+)\]", rf"the prediction for {names[0]}[\1]", text)
        raise type(error)(text) from None


def first_prediction(model: Module, samples: Any) -> Any:
    """What the model gives for the first of samples X, as numbers."""
    try:
        with no_grad():
            prediction = model(samples[0].tolist())
    except (ValueError, TypeError) as error:
        if type(error) not in (ValueError, TypeError):
            raise
        raise type(error)(
            f"the model does not take X[0], with X of shape {samples.shape}: {error}"
        ) from error
    return _numbers(prediction)


def _numbers(prediction: Any) -> Any:
    if isinstance(prediction, (list, tuple)):
        return [_numbers(x) for x in prediction]
    return prediction.data if isinstance(prediction, Value) else prediction


def without_column(samples: Samples, model: Module, loss: Any) -> Samples:
    """Samples whose targets are no column, (samples, 1), where they are meant as a list.

    They are if a loss of this library wants one number, or one class, for each sample.
    """
    function = function_of(loss)
    if function is None or samples.y.shape[1:] != (1,):
        return samples
    outputs = np.shape(first_prediction(model, samples.X))
    is_list = outputs == () or (function in OF_CLASSES and outputs != (1,))
    return samples._replace(y=samples.y[:, 0]) if is_list else samples


# ---- Checks --------------------------------------------------------------------------------------


def check_shape(loss: Any, prediction: Any, samples: Samples) -> None:
    """ValueError if targets do not have the shape that the loss wants for such predictions."""
    function = function_of(loss)
    targets, name = samples.y, samples.names[1]
    try:
        outputs = np.shape(prediction)
    except ValueError:  # nested lists of different lengths
        return
    if function in OF_CLASSES and outputs == ():
        raise ValueError(
            f"{function.__name__} takes a number for each class, but the model gives a single one "
            "for each sample; give its last layer a neuron for each class, or take the loss "
            "binary_cross_entropy_with_logits"
        )
    fits = [(), outputs] if function in OF_CLASSES else [outputs]
    if function is not None and targets.shape[1:] not in fits:
        gives = f"{outputs[0]} numbers" if outputs else "one number"
        wanted = " or ".join(str((len(targets), *shape)) for shape in fits)
        raise ValueError(
            f"{name} has shape {targets.shape}, but the model gives {gives} for each sample, so "
            f"it must have shape {wanted}"
        )


def check_targets(loss: Any, prediction: Any, samples: Samples) -> None:
    """Let a loss of the library look at all targets, each beside the same prediction."""
    function = function_of(loss)
    if function is None or function in _OF_NUMBERS:  # which take any number
        return
    try:
        _show(loss, prediction, samples.y[distinct(samples.y)])
    except (ValueError, TypeError):  # which only names the right place when it sees all
        with called(loss, samples.names):
            _show(loss, prediction, samples.y)


def _show(loss: Any, prediction: Any, targets: Any) -> None:
    with suppress(ArithmeticError):
        loss([prediction] * len(targets), targets.tolist())


def distinct(targets: Any) -> Any:
    """The places where each target stands first.

    >>> distinct(np.array([2, 0, 2, 0, 1])).tolist()
    [0, 1, 4]
    """
    return np.sort(np.unique(targets, axis=0, return_index=True)[1])


def looks_at_predictions(loss: Any) -> bool:
    """Whether a loss may refuse predictions, too: one of probabilities, or of the user's own."""
    function = function_of(loss)
    return function is None or function in _OF_PROBABILITIES
