"""What the living page trains: model, loss, data and optimizer, checked as `fit` checks them."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..arguments import must_be
from ..engine.modes import Changed
from ..engine.value import Value
from ..nn import Module
from ..optim import Optimizer
from ..training.batch_loss import BatchLoss
from ..training.best import Best
from ..training.bookmark import default_optimizer
from ..training.course import Course
from ..training.history import History
from ..training.metrics import Metrics
from ..training.samples import Samples, checked_samples
from ..training.settings import check_numbers, check_way
from ..training.shares import counted
from ..training.vain import check_optimizer
from ..training.validation import parted
from .rule_formulas import why_not


class Trainable(NamedTuple):
    """A model with all that it is trained by; `data` and `held_out` are the samples that count.

    `place` is where each parameter stands in theta: those of the model, then those of the loss.
    """

    model: Module
    loss: Any
    optimizer: Optimizer
    batch_loss: BatchLoss
    data: Samples
    held_out: Samples | None
    batch_size: int
    seed: int
    history: History | None  # with the weights of each epoch
    place: dict[Value, int]


def trainable(
    model: Any,
    X: Any,
    y: Any,
    *,
    loss: Any,
    optimizer: Any,
    batch_size: Any,
    validation: Any,
    history: Any,
    seed: Any,
) -> Trainable:
    """All of it checked, and compiled; ValueError or TypeError says what does not fit."""
    must_be(Module, model, "model", "a network")
    given = checked_samples(X, y)
    check_way(loss, optimizer, None, "numpy")
    size = len(given.X) if batch_size is None else batch_size
    check_numbers(1, size, seed, None)
    data, held_out = parted(given, validation, seed, model, loss)
    own = Best(model, None).parameters
    if optimizer is None:
        optimizer = default_optimizer(own)
    check_optimizer(own, optimizer)
    if reason := why_not(optimizer):
        raise ValueError(f"the page cannot train by this optimizer: {reason}")
    trial = History()
    of = model, loss, optimizer, None, Metrics({})
    with Changed(records=True):
        course = Course(of, own, (data, held_out), (None, "numpy"), trial)
    if not trial.compiled:
        raise ValueError(
            "the page cannot train this model, which fit would train eagerly: "
            f"{trial.eager_because}"
        )
    if course.held_out is not None:
        held_out = course.held_out.rows(counted(loss, course.held_out))
    batch_loss = course.stepper.batch_loss  # type: ignore[attr-defined]
    size = min(size, len(course.data.X))
    place = {param: k for k, param in enumerate(batch_loss.params)}
    past = _replayed(history, len(place))
    data = course.data
    return Trainable(model, loss, optimizer, batch_loss, data, held_out, size, seed, past, place)


def _replayed(history: Any, count: int) -> History | None:
    """A history that can be replayed, with so many weights in each epoch."""
    if history is None:
        return None
    checked: History = must_be(History, history, "history", "a History, as fit gives it")
    if not checked.weights:
        raise ValueError(
            "history has kept no weights to be replayed; train with fit(…, keep_weights=True)"
        )
    sizes = {len(numbers) for numbers in checked.weights}
    if sizes != {count}:
        raise ValueError(
            f"history has {sorted(sizes)[0]} weights in each epoch, but the model has {count}; "
            "give the history of this model"
        )
    return checked
