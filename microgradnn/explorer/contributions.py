"""What each sample of a batch adds to the gradients of the values that the samples share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..engine.value import Value
from .sample import Batch

Row = dict[int, float]  # by the place of a sample; REST stands for all else
REST = -1


class Contributions(NamedTuple):
    """By shared values: what they receive from each sample, and at `REST` from all other uses.

    `direct` has what a sample's own values pass on to the shared values that they use; `whole` has
    also what comes to a value through other shared ones, such as to w through softplus(w). Either
    way a row adds up to all that the value receives in a backward pass from the root, with seed 1.
    """

    direct: dict[Value, Row]
    whole: dict[Value, Row]


def contributions(order: Sequence[Value], batch: Batch, most: int) -> Contributions:
    """The contributions of the first `most` samples; those of the others are in the rest.

    >>> from microgradnn import losses, topological_order
    >>> w = Value(2.0)
    >>> order = topological_order(losses.mse_loss([w * 1.0, w * 3.0], [0.0, 0.0], "sum"))
    >>> from .sample import batch_of
    >>> contributions(order, batch_of(order), most=2).whole[w]
    {1: 36.0, 0: 4.0}
    """
    sample_of = {
        value: k for k, sample in enumerate(batch.samples[:most]) for value in sample.members
    }
    direct: dict[Value, Row] = {value: {} for value in batch.shared}
    whole: dict[Value, Row] = {value: {} for value in batch.shared}
    gradients = dict.fromkeys(order, 0.0) | {order[-1]: 1.0}
    for value in reversed(order):
        upstream = gradients[value]
        row = whole.get(value)
        k = sample_of.get(value, REST)
        for x, local in value._edges():
            gradients[x] += local * upstream
            if x in direct:
                _add(direct[x], k, local * upstream)
                for part, gradient in ({k: upstream} if row is None else row).items():
                    _add(whole[x], part, local * gradient)
    return Contributions(direct, whole)


def _add(row: Row, part: int, product: float) -> None:
    row[part] = row.get(part, 0.0) + product
