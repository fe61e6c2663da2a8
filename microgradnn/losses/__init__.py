"""Errors that a network minimises, and the entropy and divergence of distributions.

Every loss takes a prediction and a target, numbers or Values in flat or equally nested lists, and
gives their mean, their sum or all of them (`reduction`). `sample_weight` has a number or a Value
for each sample, which multiplies its loss; the mean is then the weighted mean, Σ s l / Σ s, and a
sample whose weight is the number 0 is left out.

Read `regression.py` first: its losses are formulas of a line. `pairing.py` says what all of them
share, and `weights.py` what weighs them; `classification.py` has the losses of classes, and
`divergence.py` what compares distributions.
"""

from ..missing import no_attribute
from ..typed import TYPE_CHECKING
from .classification import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    categorical_cross_entropy,
    cross_entropy,
    hinge_loss,
    nll_loss,
    perceptron_loss,
    zero_one_loss,
)
from .divergence import entropy, kl_divergence
from .regression import half_squared_error, huber_loss, l1_loss, mse_loss

if not TYPE_CHECKING:  # or checkers would believe that there is every name

    def __getattr__(name):
        raise no_attribute(__name__, name)


__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "categorical_cross_entropy",
    "cross_entropy",
    "entropy",
    "half_squared_error",
    "hinge_loss",
    "huber_loss",
    "kl_divergence",
    "l1_loss",
    "mse_loss",
    "nll_loss",
    "perceptron_loss",
    "zero_one_loss",
]


def __dir__() -> list[str]:
    return sorted(__all__)
