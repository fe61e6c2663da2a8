"""What fit is asked for, beside model and data: the settings, checked before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..arguments import as_count, must_be
from ..compiler.back_end import check_back_end
from ..optim import Optimizer
from .history import History

Callback = Callable[[int, History], None]


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


def check_counts(epochs: Any, batch_size: Any, seed: Any) -> None:
    """Refuse numbers that are no counts."""
    as_count(epochs, "epochs")
    as_count(batch_size, "batch_size")
    as_count(seed, "seed", least=0)


def check_patience(patience: Any, is_validated: bool) -> None:
    """Refuse a patience that is no count, or that has nothing to look at."""
    if patience is not None and as_count(patience, "patience") and not is_validated:
        raise ValueError("patience needs validation=(X, y) to look at")


def check_callbacks(callbacks: Sequence[Callback]) -> None:
    """Refuse callbacks that are no list of functions."""
    for callback in must_be((list, tuple), callbacks, "callbacks", "a list of functions"):
        must_be(Callable, callback, "each of callbacks", "a function of epoch and history")
