"""Metrics: figures of the user's own, beside the loss, of each epoch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..engine.derivatives import result_of
from ..engine.value import Value

Metric = Callable[[Any, Any], Any]  # from predictions and targets, two arrays, to a number


class Metrics:
    """Functions by name, and the predictions and targets that they are called with.

    Predictions are collected as they are made, and each function is called once with all of them.
    """

    def __init__(self, functions: Mapping[str, Metric]) -> None:
        self.functions = functions
        self.forget()

    def forget(self) -> None:
        """Begin anew, with no samples."""
        self.predictions: list[Any] = []
        self.targets: list[Any] = []

    def see(self, predictions: Any, targets: Any) -> None:
        """Take notice of what a model gave for some samples: an array, or Values in lists."""
        if self.functions:
            self.predictions.append(as_array(predictions))
            self.targets.append(targets)

    def figures(self, prefix: str = "") -> dict[str, float]:
        """What the functions say of all that was seen since the last time."""
        if not self.functions:
            return {}
        predictions, targets = np.concatenate(self.predictions), np.concatenate(self.targets)
        self.forget()
        return {
            prefix + name: result_of(
                function(predictions.copy(), targets.copy()), f"what metrics[{name!r}] returns"
            )
            for name, function in self.functions.items()
        }


def as_array(predictions: Any) -> Any:
    """Predictions as an array of floats; (samples,) or (samples, outputs)."""
    if isinstance(predictions, np.ndarray):
        return predictions.copy()  # A program may write its next results into the same memory.
    return np.vectorize(Value.item, otypes=[float])(np.array(predictions, dtype=object))
