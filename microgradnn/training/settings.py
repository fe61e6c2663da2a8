"""What fit is asked for, beside model and data: the settings, checked before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..arguments import as_count, as_positive, must_be
from ..compiler.back_end import check_back_end
from ..optim import Optimizer
from .accuracy import has_accuracy
from .endings import Callback


def check_way(loss: Any, optimizer: Any, compiled: Any, backend: Any) -> None:
    """Refuse what says wrongly how a step is taken."""
    check_back_end(backend)
    must_be(Callable, loss, "loss", "a function such as losses.mse_loss")
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer must be made, as optim.SGD(model.parameters(), lr=0.1); got {optimizer!r}"
        )
    if compiled not in (None, True, False):
        raise TypeError(f"compiled must be None, True or False, got {compiled!r}")


def check_numbers(epochs: Any, batch_size: Any, seed: Any, clip_grad_norm: Any) -> None:
    """Refuse numbers that are no counts, and a norm that is none."""
    as_count(epochs, "epochs")
    as_count(batch_size, "batch_size")
    as_count(seed, "seed", least=0)
    if clip_grad_norm is not None:
        as_positive(clip_grad_norm, "clip_grad_norm")


def check_patience(patience: Any, is_validated: bool) -> None:
    """Refuse a patience that is no count, or that has nothing to look at."""
    if patience is not None and as_count(patience, "patience") and not is_validated:
        raise ValueError("patience needs validation=(X, y) to look at")


def check_told(progress: bool, callbacks: Sequence[Callback]) -> None:
    """Refuse a bar that is neither wanted nor not, and callbacks that are no list of functions."""
    must_be(bool, progress, "progress", "True or False")
    for callback in must_be((list, tuple), callbacks, "callbacks", "a list of functions"):
        must_be(Callable, callback, "each of callbacks", "a function of epoch and history")


def check_metrics(metrics: Any, loss: Any) -> None:
    """Refuse what is no mapping from names to functions, and names that mean something else."""
    wanted = 'functions by their names, as {"mae": losses.l1_loss}'
    for name, function in must_be(Mapping, metrics, "metrics", wanted).items():
        must_be(str, name, "each name in metrics", "a str")
        must_be(Callable, function, f"metrics[{name!r}]", "a function of predictions and targets")
        is_taken = name in ("", "loss") or (name == "accuracy" and has_accuracy(loss))
        if is_taken or name.startswith("validation"):
            raise ValueError(
                f"metrics has the name {name!r}, by which the history keeps figures of its own; "
                "give it another"
            )
