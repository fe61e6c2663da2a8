"""Best: the weights with the lowest loss so far, and when to give up waiting for better ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arguments import assign
from ..compiler.arrays import Array, numbers_of
from ..engine.value import Value
from ..nn import Module
from .bookmark import Bookmark


class Best:
    """The weights of the epoch with the lowest loss, and the epochs since then."""

    def __init__(self, model: Module, patience: int | None) -> None:
        self.parameters: list[Value] = model.parameters()
        if not self.parameters:
            raise ValueError(
                "model has no parameters, so there is nothing to train; a number becomes one as a "
                "Value: self.w = Value(0.5)"
            )
        self.patience: int | None = patience
        self.loss: float = float("inf")
        self.epoch: int = 0
        self.waited: int = 0
        self.weights: Array = numbers_of(self.parameters)

    def see(self, loss: float, epoch: int, weights: Callable[[], Any]) -> None:
        """Look at the loss of an epoch, and at its weights if they are better."""
        self.waited += 1
        if loss < self.loss:
            self.loss = loss
            self.epoch = epoch
            self.waited = 0
            self.weights = weights()

    def go_on(self, bookmark: Bookmark, epoch: int) -> None:
        """Take over the best that a training has found so far, in that epoch."""
        self.loss = bookmark.best_loss
        self.epoch = epoch
        self.waited = bookmark.waited
        self.weights = bookmark.best_weights

    def is_stale(self) -> bool:
        """Whether as many epochs as the patience allows have brought nothing better."""
        return self.patience is not None and self.waited >= self.patience

    def restore(self) -> None:
        """Give the best weights back to the model."""
        assign(self.parameters, self.weights.tolist())
