"""LossProgram: the loss of each sample and, beside it, the prediction that it was computed from.

The idea: training wants both, and one forward pass has both. They are outputs of one program, of
which only the first, the loss, has a gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..collector import large_graph
from ..engine.value import Value
from .arrays import Array, Arrays
from .back_end import check_back_end
from .program import Program
from .replay import mean_by_sample, outputs_by_sample
from .tape import Tape
from .tracing import trace


class LossProgram(Program):
    """The program of a function that gives a list: the loss of a sample, then its prediction."""

    most_batch_sizes = 8  # batches, what an epoch leaves, and the parts of data held out

    def __init__(
        self,
        f: Callable[[list[Any]], Any],
        examples: Sequence[Sequence[float]],
        params: Sequence[Value],
        backend: str = "numpy",
    ) -> None:
        with large_graph():
            super().__init__(trace(f, None, params, examples), check_back_end(backend))

    def _has_gradient(self) -> bool:
        return True

    def losses(self, X: Array, theta: Array) -> tuple[Array, Array]:
        """The loss of each sample, and its prediction in a row."""
        found = self._outputs(X, theta, gradient=True)
        return found[:, 0], found[:, 1:]

    def step(self, X: Array, theta: Array) -> tuple[float, Array, Array]:
        """The mean loss, its gradient, and the predictions, a row for each sample."""
        share = 1.0 / len(X)

        def of(arrays: Arrays) -> tuple[float, Array, Array]:
            outputs = arrays.outputs()
            return (*arrays.mean_and_gradient(share), outputs[:, 1:])

        def run(finite: bool) -> tuple[float, Array, Array]:
            found = self._passes(X, theta, finite, of)
            if len(found) == 1:
                return found[0]
            means, gradients, predictions = zip(*found, strict=True)
            return sum(means), np.sum(gradients, axis=0), np.vstack(predictions)

        return self._guarded(run, _step_by_sample, X, theta)


def _step_by_sample(tape: Tape, X: Array, theta: Array) -> tuple[float, Array, Array]:
    return (*mean_by_sample(tape, X, theta), outputs_by_sample(tape, X, theta)[:, 1:])
