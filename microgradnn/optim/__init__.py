"""Optimisers, and learning rates that change.

Read `stepping.py` first: it says what a step is. `rules.py` has the rules, each of them a
direction, `schedules.py` the learning rates, `groups.py` what only some of the parameters have.
"""

from ..missing import no_attribute
from ..typed import TYPE_CHECKING
from .rules import SGD, Adam, AdamW, RMSprop
from .schedules import (
    LearningRate,
    Schedule,
    constant,
    cosine_decay,
    exponential_decay,
    inverse_time_decay,
    one_cycle,
    reduce_on_plateau,
    step_decay,
    warmup,
)
from .stepping import Optimizer, clip_grad_norm

if not TYPE_CHECKING:  # or checkers would believe that there is every name

    def __getattr__(name):
        raise no_attribute(__name__, name)


__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "LearningRate",
    "Optimizer",
    "RMSprop",
    "Schedule",
    "clip_grad_norm",
    "constant",
    "cosine_decay",
    "exponential_decay",
    "inverse_time_decay",
    "one_cycle",
    "reduce_on_plateau",
    "step_decay",
    "warmup",
]


def __dir__() -> list[str]:
    return sorted(__all__)
