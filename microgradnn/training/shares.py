"""What a sample counts in the loss of a batch: its own weight, times that of its class."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from .samples import Samples
from .targets import OF_CLASSES, function_of

Loss = Callable[..., Any]  # from predictions and targets to one Value


def check_takes_weights(loss: Loss) -> None:
    """TypeError if samples have weights, and a loss of the user's own takes none."""
    try:
        parameters = inspect.signature(loss).parameters
    except (TypeError, ValueError):  # it has no signature, and may take anything
        return
    kinds = {x.kind for x in parameters.values()}
    if "sample_weight" not in parameters and inspect.Parameter.VAR_KEYWORD not in kinds:
        raise TypeError(
            "sample_weight needs a loss that takes it: write loss(prediction, target, "
            "sample_weight), or take one of microgradnn.losses"
        )


def weighted(loss: Loss, predictions: Any, samples: Samples) -> Any:
    """The loss of a batch, by the weights of its samples."""
    targets = samples.y.tolist()
    if samples.weights is None:
        return loss(predictions, targets)
    return loss(predictions, targets, sample_weight=samples.weights.tolist())


def counted(loss: Loss, samples: Samples) -> Any:
    """The places of the samples that count: neither is their weight 0, nor is their class ignored.

    >>> from microgradnn import losses
    >>> loss = partial(losses.cross_entropy, ignore_index=-100)
    >>> counted(loss, Samples(np.zeros((3, 1)), np.array([1, -100, 0]))).tolist()
    [0, 2]
    """
    counts = np.ones(len(samples.X), bool) if samples.weights is None else samples.weights > 0.0
    ignored = _class_rule(loss, "ignore_index")
    if ignored is not None and samples.y.ndim == 1:
        counts = counts & (samples.y != ignored)
    places = np.flatnonzero(counts)
    if not len(places):
        raise ValueError("no sample counts: each weighs 0, or its class is ignored")
    return places


def shares(loss: Loss, samples: Samples) -> Any:
    """What each sample counts in a weighted mean, as the losses of the library have it; None if 1.

    The samples must be such as count.
    """
    weight = _class_rule(loss, "weight")
    if weight is None or samples.y.ndim > 1:  # over lists of probabilities the mean is plain
        return samples.weights
    of_classes = np.array(weight, float)[samples.y.astype(int)]
    return of_classes if samples.weights is None else samples.weights * of_classes


def without_ignored(loss: Loss) -> Loss:
    """The loss for samples of which none is ignored."""
    if not isinstance(loss, partial) or _class_rule(loss, "ignore_index") is None:
        return loss
    keywords = {name: x for name, x in loss.keywords.items() if name != "ignore_index"}
    return partial(loss.func, *loss.args, **keywords)


def _class_rule(loss: Any, name: str) -> Any:
    """What a partial of a loss of classes says by a keyword; None if nothing."""
    if isinstance(loss, partial) and function_of(loss) in OF_CLASSES:
        return loss.keywords.get(name)
    return None
