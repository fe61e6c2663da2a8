"""BatchLoss: the loss of a batch, its gradient and the predictions, by a program for one sample."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..collector import large_graph
from ..compiler.arrays import Array
from ..compiler.back_end import BackEndName
from ..compiler.loss_program import LossProgram
from ..engine.value import Value, topological_order
from ..nn import Module
from .accuracy import predict
from .samples import Samples
from .shares import Loss, shares, weighted, without_ignored
from .targets import first_prediction
from .vain import Reach, as_loss

MOST_COMPARED = 16  # samples on which a program is held against the graph
FEWEST_COMPARED = 4
ENOUGH_COMPARED = 2**12  # uses of parameters, beyond which further samples take too long


class Rows(NamedTuple):
    """What a program takes of samples: the columns, and what each sample counts; None if 1."""

    columns: Any
    shares: Any

    def chosen(self, places: Any) -> Rows:
        """Some of the rows."""
        some = None if self.shares is None else self.shares[places]
        return Rows(self.columns.take(places, axis=0), some)


class BatchLoss:
    """The loss of batches as a model and a loss function have it, of samples that all count.

    A program is that of a single sample, so the loss of a batch must be the mean or the sum of the
    losses of its samples, by their weights. This is not taken on trust: the program is compared
    with the graph. An error says why a model has no program.
    """

    def __init__(
        self,
        model: Module,
        loss: Loss,
        params: list[Value],
        data: Samples,
        backend: BackEndName,
        reach: Reach,
    ) -> None:
        self.model: Module = model
        self.loss: Loss = loss
        self.params: list[Value] = params
        samples = self._compared(data)
        self.outputs: tuple[int, ...] = np.shape(first_prediction(model, samples.X))
        are_classes = self.outputs and data.y.ndim == 1 and data.y.dtype.kind in "iub"
        self.one_hot: Array | None = np.eye(self.outputs[0]) if are_classes else None
        self.target_shape: tuple[int, ...] = self.outputs if are_classes else data.y.shape[1:]
        examples = self.rows(samples).columns[[0, -1]].tolist()
        self.program: LossProgram = LossProgram(self._loss_of_one(data), examples, params, backend)
        self.is_sum: bool = False
        with large_graph():
            self._compare_with_graph(samples, reach)

    def _compared(self, data: Samples) -> Samples:
        """The samples on which the program is held against the graph.

        Each has the target of another, for the loss of a trained model may be 0, which does not
        show whether it is a mean or a sum.
        """
        most = max(FEWEST_COMPARED, min(MOST_COMPARED, ENOUGH_COMPARED // len(self.params)))
        size = len(data.X)
        samples = data.rows(np.linspace(0, size - 1, min(size, most)).astype(int))
        return samples._replace(y=np.roll(samples.y, 1, axis=0))

    def _loss_of_one(self, data: Samples) -> Any:
        """The loss of a sample times its weight, and its prediction, as a function of a row."""
        width = data.X.shape[1]
        end = width + int(np.prod(self.target_shape))
        loss = without_ignored(self.loss)

        def loss_of_one(row: list[Value]) -> list[Any]:
            prediction = self.model(row[:width])
            target = np.array(row[width:end], object).reshape(self.target_shape).tolist()
            if data.weights is None:
                error = loss([prediction], [target])
            else:
                error = row[end] * loss([prediction], [target], sample_weight=[1.0])
            return [error, *(prediction if self.outputs else [prediction])]

        return loss_of_one

    def _compare_with_graph(self, samples: Samples, reach: Reach) -> None:
        """Refuse a program that gives another loss; find whether a batch's is a mean or a sum."""
        rows = self.rows(samples)
        error = as_loss(weighted(self.loss, predict(self.model, samples.X), samples))
        order = topological_order(error)
        reach.check(set(order))
        recorded = np.array([error.data, *slopes(error, order, self.params)])
        found = np.hstack(self.program.step(rows.columns, self.program.read_params())[:2])
        if len(rows.columns) > 1 and not recorded.any():
            raise ValueError("the loss is 0, so it cannot be told whether it is a mean or a sum")
        tolerance = 1e-9 * np.abs(recorded).max(where=np.isfinite(recorded), initial=0.0)
        for self.is_sum in (False, True):
            ours = self.size_of(rows) * found
            if np.allclose(recorded, ours, rtol=1e-9, atol=tolerance, equal_nan=True):
                return
        raise ValueError(
            "the program gives another loss than the graph: its course depends on the data, or the "
            "loss of a batch is neither the mean nor the sum of its samples' losses (with weights "
            "of classes, write a functools.partial of one of microgradnn.losses)"
        )

    # ---- Batches -------------------------------------------------------------------------------

    def rows(self, samples: Samples) -> Rows:
        """What the program takes of samples: inputs, target (a class one-hot), weight."""
        targets = samples.y
        if self.one_hot is not None:
            targets = self.one_hot[targets.astype(int)]
        columns = [samples.X, targets.reshape(len(targets), -1)]
        if samples.weights is not None:
            columns.append(samples.weights[:, None])
        return Rows(np.hstack(columns), shares(self.loss, samples))

    def size_of(self, rows: Rows) -> float:
        """By how much the loss of a batch is larger than the mean over the rows of the program."""
        size = len(rows.columns)
        if self.is_sum:
            return float(size)
        return 1.0 if rows.shares is None else size / float(rows.shares.sum())

    def figures(self, rows: Rows, theta: Any) -> tuple[float, Any]:
        """The loss of a batch, and the predictions."""
        losses, predictions = self.program.losses(rows.columns, theta)
        return float(losses.mean()) * self.size_of(rows), self._shaped(predictions)

    def step(self, rows: Rows, theta: Any) -> tuple[float, Any, Any]:
        """The loss of a batch, its gradient, and the predictions."""
        mean, gradient, predictions = self.program.step(rows.columns, theta)
        size = self.size_of(rows)
        return mean * size, gradient * size, self._shaped(predictions)

    def _shaped(self, predictions: Any) -> Any:
        return predictions if self.outputs else predictions[:, 0]


def slopes(error: Value, order: list[Value], params: list[Value]) -> list[float]:
    """The gradient as training takes it, and each grad put back: quicker than `gradients`."""
    leaves = [x for x in order if x.op is None] + params
    before = [x._grad for x in leaves]
    try:
        for x in leaves:
            x._grad = 0.0
        error.backward()
        return [x._grad for x in params]
    finally:
        for x, grad in zip(leaves, before, strict=True):
            x._grad = grad
