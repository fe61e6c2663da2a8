"""Losses of regression: how far predicted numbers are from the wanted ones."""

from __future__ import annotations

from ..arguments import as_positive
from ..engine import table
from ..engine.table import clip, relu
from ..typed import Any, Reduction
from . import signatures
from .pairing import by_element


@signatures.loss
def mse_loss(
    prediction: Any, target: Any, reduction: Reduction = "mean", *, sample_weight: Any = None
) -> Any:
    """The mean squared error: the mean of (ŷ − y)² over all elements.

    With `sample_weight`, Σ s (ŷ − y)² / Σ s.

    >>> mse_loss([0.7], [1.0]), mse_loss([1.0, 2.0], [0.0, 0.0], sample_weight=[3, 1])
    (0.09000000000000002, 1.75)
    """
    return by_element(
        lambda p, t: _square(p - t), prediction, target, reduction, sample_weight=sample_weight
    )


@signatures.loss
def l1_loss(
    prediction: Any, target: Any, reduction: Reduction = "mean", *, sample_weight: Any = None
) -> Any:
    """The mean absolute error: the mean of |ŷ − y| over all elements.

    >>> l1_loss([1.0, 2.0], [2.0, 5.0])
    2.0
    """
    return by_element(
        lambda p, t: table.abs(p - t), prediction, target, reduction, sample_weight=sample_weight
    )


@signatures.loss_with_delta
def huber_loss(
    prediction: Any,
    target: Any,
    delta: float = 1.0,
    reduction: Reduction = "mean",
    *,
    sample_weight: Any = None,
) -> Any:
    """½(ŷ − y)² up to an error of `delta`, then the straight line delta·(|ŷ − y| − ½·delta).

    >>> huber_loss([0.5, 3.0], [0.0, 0.0], reduction="none")
    [0.125, 2.5]
    """
    delta = as_positive(delta, "delta")

    def term(p: Any, t: Any) -> Any:
        error = p - t
        inner = clip(error, -delta, delta)
        return 0.5 * _square(inner) + delta * relu(table.abs(error) - delta)

    return by_element(term, prediction, target, reduction, sample_weight=sample_weight)


@signatures.loss
def half_squared_error(
    prediction: Any, target: Any, reduction: Reduction = "sum", *, sample_weight: Any = None
) -> Any:
    """J = ½ Σ (y − ŷ)², a sum by default; its derivative by ŷ is ŷ − y.

    >>> half_squared_error([0.7], [1.0])
    0.04500000000000001
    """
    return by_element(
        lambda p, t: 0.5 * _square(p - t),
        prediction,
        target,
        reduction,
        sample_weight=sample_weight,
    )


def _square(x: Any) -> Any:
    return x * x
