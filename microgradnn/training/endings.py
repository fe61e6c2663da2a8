"""What ends a training before all epochs are done: Ctrl-C, a callback, no more patience."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .best import Best
from .history import History

Callback = Callable[[int, History], Any]


def call(callbacks: Sequence[Callback], history: History) -> bool:
    """Call all of them; whether one has returned True, and so wants no further epoch."""
    epoch = len(history.losses) - 1
    answers = [callback(epoch, history) for callback in callbacks]
    return any(isinstance(answer, (bool, np.bool_)) and answer for answer in answers)


def reason_to_end(is_interrupted: bool, is_asked: bool, best: Best) -> str:
    """Why training ends after this epoch; empty if it does not."""
    if is_interrupted:
        return "interrupted"
    if is_asked:
        return "a callback returned True"
    return "no better validation loss" if best.is_stale() else ""
