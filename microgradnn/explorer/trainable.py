"""What the living page trains: model, loss, data and optimizer, checked as `fit` checks them."""

from __future__ import annotations

from typing import Any, NamedTuple

from .. import optim
from ..arguments import must_be
from ..engine.modes import Changed
from ..engine.value import Value
from ..nn import Module
from ..optim import Optimizer
from ..optim.schedules import Schedule
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

RULES = (optim.SGD, optim.Adam, optim.AdamW, optim.RMSprop)


class Trainable(NamedTuple):
    """A model with all that it is trained by; `data` and `held_out` are the samples that count."""

    model: Module
    loss: Any
    optimizer: Optimizer
    batch_loss: BatchLoss
    data: Samples
    held_out: Samples | None
    batch_size: int
    seed: int

    @property
    def place(self) -> dict[Value, int]:
        """Where in theta each parameter stands: those of the model, then those of the loss."""
        return {param: k for k, param in enumerate(self.batch_loss.params)}


def trainable(
    model: Any,
    X: Any,
    y: Any,
    *,
    loss: Any,
    optimizer: Any,
    batch_size: Any,
    validation: Any,
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
    _check_rule(optimizer)
    history = History()
    of = model, loss, optimizer, None, Metrics({})
    with Changed(records=True):
        course = Course(of, own, (data, held_out), (None, "numpy"), history)
    if not history.compiled:
        raise ValueError(
            "the page cannot train this model, which fit would train eagerly: "
            f"{history.eager_because}"
        )
    if course.held_out is not None:
        held_out = course.held_out.rows(counted(loss, course.held_out))
    batch_loss = course.stepper.batch_loss  # type: ignore[attr-defined]
    size = min(size, len(course.data.X))
    return Trainable(model, loss, optimizer, batch_loss, course.data, held_out, size, seed)


def _check_rule(optimizer: Optimizer) -> None:
    """Refuse what the page has no formulas of: rules and learning rates that are not `optim`'s."""
    kind = type(optimizer)
    if kind not in RULES:
        known = ", ".join(rule.__name__ for rule in RULES)
        raise ValueError(
            f"optimizer is a {kind.__name__}, of which the page has no formulas; give one of "
            f"{known}, or none"
        )
    if len(optimizer.sizes) > 1:
        raise ValueError(
            "optimizer has groups of parameters, but the page has one setting for all; make it "
            "from model.parameters()"
        )
    _check_rate(optimizer.learning_rates[0])


def _check_rate(rate: Any) -> None:
    """Refuse a learning rate that is a function of the user's own."""
    if not isinstance(rate, Schedule) or type(rate).__module__ != Schedule.__module__:
        name = getattr(rate, "__name__", type(rate).__name__)
        raise ValueError(
            f"lr is {name}, a function of your own, of which the page has no formula; give a "
            "number, or a learning rate of microgradnn.optim"
        )
    inner = getattr(rate, "lr", 0.0)
    if callable(inner):
        _check_rate(inner)
