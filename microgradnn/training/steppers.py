"""How fit takes its steps: eagerly on the recorded graph, or by compiled programs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import losses
from ..compiler import compile
from ..engine.checks import must_be
from ..engine.derivatives import gradients, result_of
from ..engine.modes import no_grad
from ..engine.value import Value
from ..explaining.diagnosis import first_non_finite
from ..nn import Module
from ..optim import Optimizer

Loss = Callable[[Any, Any], Any]
Figures = tuple[float, float | None]  # the loss, and the accuracy where the loss is one of classes

COMPARED = 16  # rows on which programs are held against the graph


class Eager:
    """Steps by the recorded graph: the truth that programs have to agree with."""

    def __init__(self, model: Module, loss: Loss, optimizer: Any = None) -> None:
        self.model, self.loss, self.optimizer = model, loss, optimizer

    def step(self, rows: Any, targets: Any) -> Figures:
        """Take a step of the optimizer on a batch; the figures are those before it."""
        predictions = self.record(rows)
        error = must_be(Value, self.loss(predictions, targets.tolist()), "the loss", "one Value")
        self.optimizer.zero_grad()
        error.backward()
        try:
            if not math.isfinite(error.data):
                raise FloatingPointError(f"the loss is {error.data}; no parameter was changed")
            self.optimizer.step()
        except FloatingPointError as refusal:
            reasons = filter(None, [str(refusal), first_non_finite(error)])
            raise FloatingPointError("; ".join(reasons)) from None
        return error.data, accuracy(self.loss, predictions, targets)

    def evaluate(self, rows: Any, targets: Any) -> Figures:
        """The figures of any rows."""
        with no_grad():
            predictions = self.predict(rows)
        error = self.loss(predictions, targets.tolist())
        return result_of(error, "the loss"), accuracy(self.loss, predictions, targets)

    def record(self, rows: Any) -> list[Any]:
        return [self.model(row) for row in rows.tolist()]  # type: ignore[operator]

    def predict(self, rows: Any) -> list[Any]:
        return self.record(rows)

    def read(self) -> None:
        """Take over the weights of the model; here they never leave it."""

    def write(self) -> None:
        """Give weights and gradients back to the model."""

    def agrees(self, row: Any, target: Any) -> bool:
        """Whether the loss of a row is still what the model says."""
        return True


class Compiled(Eager):
    """Steps by programs for predictions and loss, made once; weights are kept in an array.

    A program is that of a single row, so the loss of a batch must be the mean or the sum of the
    losses of its rows. This is not taken on trust: value and gradient are compared with those of
    the graph. An error says why a model has no program.
    """

    def __init__(
        self, model: Module, loss: Loss, optimizer: Optimizer, rows: Any, targets: Any
    ) -> None:
        super().__init__(model, loss, optimizer)
        chosen = np.linspace(0, len(rows) - 1, min(len(rows), COMPARED)).astype(int)
        rows, targets = rows[chosen], np.roll(targets[chosen], 1, axis=0)  # a loss that is not 0
        own = model.parameters()
        params = list(dict.fromkeys([*own, *optimizer.parameters]))
        place = {param: i for i, param in enumerate(params)}
        self.own = slice(len(own))
        self.optimized = np.array([place[param] for param in optimizer.parameters])
        self.predictor = compile(model, example_inputs=[rows[0].tolist(), rows[-1].tolist()])
        outputs = self.predictor(rows[:1]).shape[1:]
        are_classes = outputs and targets.ndim == 1 and targets.dtype.kind in "iub"
        self.one_hot = np.eye(*outputs) if are_classes else None
        columns = self.columns(rows, targets)
        shape = outputs if are_classes else targets.shape[1:]

        def loss_of_row(values: list[Value]) -> Any:
            inputs, target = values[: rows.shape[1]], np.array(values[rows.shape[1] :], object)
            return loss([model(inputs)], [target.reshape(shape).tolist()])  # type: ignore[operator]

        examples = [columns[0].tolist(), columns[-1].tolist()]
        self.program = compile(loss_of_row, example_inputs=examples, params=params)
        self.params = params
        self.read()
        error = loss(self.record(rows), targets.tolist())
        self.is_sum = _is_sum(
            np.array([error.data, *gradients(error, params)]),
            np.hstack(self.program.value_and_grad(columns, self.theta)),
            len(rows),
        )

    def columns(self, rows: Any, targets: Any) -> Any:
        """What the program takes: the inputs of each row, then its target, classes as one-hot."""
        if self.one_hot is not None:
            targets = self.one_hot[targets.astype(int)]
        return np.hstack([rows, targets.reshape(len(rows), -1)])

    def step(self, rows: Any, targets: Any) -> Figures:
        try:
            mean, gradient = self.program.value_and_grad(self.columns(rows, targets), self.theta)
            outputs = self.predictor(rows, self.theta[self.own])
            usable = bool(np.isfinite([mean, *gradient]).all())
        except (ValueError, ArithmeticError):
            usable = False
        if not usable:  # the graph knows which node is to blame, or can do without a program
            self.write()
            figures = super().step(rows, targets)
            self.read()
            return figures
        size = len(rows) if self.is_sum else 1
        self.gradient = gradient * size
        if getattr(self.optimizer.step, "__func__", None) is Optimizer.step:
            theta, gradient = self.theta[self.optimized], self.gradient[self.optimized]
            self.theta[self.optimized] = self.optimizer.update(theta, gradient)
        else:  # a step of the user's own
            self.write()
            self.optimizer.step()
            self.read()
        return mean * size, accuracy(self.loss, outputs, targets)

    def predict(self, rows: Any) -> list[Any]:
        try:
            outputs = self.predictor(rows)
        except (ValueError, ArithmeticError):
            return super().predict(rows)
        return list(np.vectorize(Value, otypes=[object])(outputs).tolist())

    def read(self) -> None:
        self.theta = self.program.read_params()
        self.gradient = np.array([param.grad for param in self.params])

    def write(self) -> None:
        self.program.write_params(self.theta)
        for param, number in zip(self.params, self.gradient.tolist(), strict=True):
            param.grad = number

    def agrees(self, row: Any, target: Any) -> bool:
        rows, targets = row[None], target[None]
        try:
            error = self.loss(self.record(rows), targets.tolist())
            compiled = self.program(self.columns(rows, targets))[0]
        except (ValueError, ArithmeticError):
            return True  # the step will show it
        return bool(np.isclose(compiled, error.data, rtol=1e-6, atol=1e-9, equal_nan=True))


def _is_sum(recorded: Any, compiled: Any, rows: int) -> bool:
    """Whether a batch's loss, here with its gradient, is a sum over rows; else it is a mean."""
    if rows > 1 and not recorded.any():
        raise ValueError("the loss is 0, so it cannot be told whether it is a mean or a sum")
    tolerance = 1e-9 * np.abs(recorded).max(where=np.isfinite(recorded), initial=0.0)
    for is_sum, size in ((False, 1), (True, rows)):
        if np.allclose(recorded, size * compiled, rtol=1e-9, atol=tolerance, equal_nan=True):
            return is_sum
    raise ValueError(
        "the program gives another loss than the graph: its course depends on the data, or the "
        "loss of a batch is neither the mean nor the sum of its rows' losses"
    )


# ---- Accuracy ----------------------------------------------------------------------------------


def accuracy(loss: Loss, predictions: Any, targets: Any) -> float | None:
    """The share of predictions that are right, if the loss is one of classes."""
    if loss not in _RIGHT:
        return None
    if isinstance(predictions, list):
        predictions = np.vectorize(Value.item, otypes=[float])(np.array(predictions, dtype=object))
    return float(np.mean(_RIGHT[loss](predictions, targets)))


def _is_class(scores: Any, targets: Any) -> Any:
    return scores.argmax(axis=1) == (targets if targets.ndim == 1 else targets.argmax(axis=1))


# Which predictions are right, for the losses of classes.
_RIGHT: dict[Loss, Callable[[Any, Any], Any]] = {
    losses.cross_entropy: _is_class,
    losses.categorical_cross_entropy: _is_class,
    losses.nll_loss: _is_class,
    losses.binary_cross_entropy: lambda p, targets: (p > 0.5) == (targets > 0.5),
    losses.binary_cross_entropy_with_logits: lambda z, targets: (z > 0) == (targets > 0.5),
    losses.hinge_loss: lambda scores, targets: scores * targets > 0,
    losses.perceptron_loss: lambda scores, targets: scores * targets > 0,
}
