"""How fit takes its steps: eagerly on the recorded graph, or by compiled programs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..compiler import compile
from ..engine.derivatives import gradients
from ..engine.interop import assign
from ..engine.modes import no_grad
from ..engine.value import Value
from ..explaining.diagnosis import first_non_finite
from ..nn import Module
from ..nn.leaves import gradient_array
from ..optim import Optimizer
from ..optim.stepping import clipped
from .accuracy import Figures, Loss, accuracy_of, figures, predict
from .metrics import Metrics
from .samples import Samples
from .vain import Reach, as_loss

MOST_COMPARED = 16  # samples on which programs are held against the graph


class Eager:
    """Steps by the recorded graph: the truth that programs have to agree with."""

    def __init__(
        self,
        model: Module,
        loss: Loss,
        optimizer: Optimizer,
        clip_grad_norm: float | None,
        metrics: Metrics,
    ) -> None:
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.clip_grad_norm = clip_grad_norm
        self.metrics = metrics
        self.reach = Reach(model, optimizer)
        self.has_stepped = False

    def step(self, samples: Samples) -> Figures:
        """Take a step of the optimizer on a batch; the figures are those before it."""
        predictions = predict(self.model, samples.X)
        error = as_loss(self.loss(predictions, samples.y.tolist()))
        self.optimizer.zero_grad()
        error.backward()
        if not self.has_stepped or not any(x.grad for x in self.optimizer.parameters):
            self.reach.check(error)
            self.has_stepped = True
        try:
            if not math.isfinite(error.data):
                raise FloatingPointError(f"the loss is {error.data}; no parameter was changed")
            self._clip()
            self.optimizer.step()
        except FloatingPointError as refusal:
            reasons = filter(None, [str(refusal), first_non_finite(error)])
            raise FloatingPointError("; ".join(reasons)) from None
        self.metrics.see(predictions, samples.y)
        return error.data, accuracy_of(self.loss, predictions, samples.y)

    def _clip(self) -> None:
        """Make the norm of the gradients as small as it has been asked for."""
        if self.clip_grad_norm is not None:
            parameters = self.optimizer.parameters
            slopes = clipped(gradient_array(parameters), self.clip_grad_norm).tolist()
            for parameter, slope in zip(parameters, slopes, strict=True):
                parameter._grad = slope

    def evaluate(self, samples: Samples) -> Figures:
        """The figures of any samples."""
        with no_grad():
            predictions = self.predict(samples.X)
        self.metrics.see(predictions, samples.y)
        return figures(self.loss, predictions, samples.y)

    def predict(self, X: Any) -> list[Any]:
        """What the model gives for each sample, without a record of it."""
        return predict(self.model, X)

    def read(self) -> None:
        """Take over the weights of the model; here they never leave it."""

    def write(self) -> None:
        """Give weights and gradients back to the model."""

    def agrees(self, sample: Samples) -> bool:
        """Whether the loss of a sample is still what the model says."""
        return True


class Compiled(Eager):
    """Steps by programs for predictions and loss, made once; weights are kept in an array.

    A program is that of a single sample, so the loss of a batch must be the mean or the sum of the
    losses of its samples. This is not taken on trust: value and gradient are compared with those of
    the graph. An error says why a model has no program.
    """

    def __init__(
        self,
        model: Module,
        loss: Loss,
        optimizer: Optimizer,
        clip_grad_norm: float | None,
        metrics: Metrics,
        data: Samples,
        backend: str = "numpy",
    ) -> None:
        super().__init__(model, loss, optimizer, clip_grad_norm, metrics)
        self._place_parameters()
        size = len(data.X)
        samples = data.rows(np.linspace(0, size - 1, min(size, MOST_COMPARED)).astype(int))
        # Each sample has the target of another, for the loss of a trained model may be 0, which
        # does not show whether it is a mean or a sum.
        samples = samples._replace(y=np.roll(samples.y, 1, axis=0))
        self.backend = backend
        examples = [samples.X[0].tolist(), samples.X[-1].tolist()]
        self.predictor = compile(model, example_inputs=examples, backend=backend)
        self._compile_loss(samples)
        self.read()
        self._compare_with_graph(samples)

    def _place_parameters(self) -> None:
        """Put the parameters of the model first in the array, then what else is optimized."""
        own = self.model.parameters()
        self.params = list(dict.fromkeys([*own, *self.optimizer.parameters]))
        self.own = slice(len(own))
        place = {param: i for i, param in enumerate(self.params)}
        places = [place[param] for param in self.optimizer.parameters]
        in_a_row = places == list(range(places[0], places[0] + len(places)))
        # A slice is a view of the array, and to pick numbers from it takes longer than a copy.
        self.optimized = slice(places[0], places[-1] + 1) if in_a_row else np.array(places)

    def _compile_loss(self, samples: Samples) -> None:
        """Compile the loss of one sample as a function of its inputs and its target."""
        outputs = self.predictor(samples.X[:1]).shape[1:]
        targets = samples.y
        are_classes = outputs and targets.ndim == 1 and targets.dtype.kind in "iub"
        self.one_hot = np.eye(*outputs) if are_classes else None
        width = samples.X.shape[1]
        shape = outputs if are_classes else targets.shape[1:]

        def loss_of_sample(values: list[Value]) -> Any:
            target = np.array(values[width:], object).reshape(shape).tolist()
            return self.loss([self.model(values[:width])], [target])

        columns = self.columns(samples)
        examples = [columns[0].tolist(), columns[-1].tolist()]
        self.program = compile(
            loss_of_sample, example_inputs=examples, params=self.params, backend=self.backend
        )

    def _compare_with_graph(self, samples: Samples) -> None:
        """Refuse a program that gives another loss; find whether a batch's is a mean or a sum."""
        error = as_loss(self.loss(predict(self.model, samples.X), samples.y.tolist()))
        self.reach.check(error)
        self.is_sum = _is_sum(
            np.array([error.data, *gradients(error, self.params)]),
            np.hstack(self.program.value_and_grad(self.columns(samples), self.theta)),
            len(samples.X),
        )

    def columns(self, samples: Samples) -> Any:
        """What the program takes: the inputs of each sample, then its target, classes one-hot."""
        targets = samples.y
        if self.one_hot is not None:
            targets = self.one_hot[targets.astype(int)]
        return np.hstack([samples.X, targets.reshape(len(targets), -1)])

    def step(self, samples: Samples) -> Figures:
        try:
            columns = self.columns(samples)
            mean, gradient = self.program.value_and_grad(columns, self.theta)
            outputs = self.predictor(samples.X, self.theta[self.own])
            usable = math.isfinite(mean) and bool(np.isfinite(gradient).all())
        except (ValueError, ArithmeticError):
            usable = False
        if not usable:  # The graph knows which node is to blame, or it can do without a program.
            self.write()
            before = super().step(samples)
            self.read()
            return before
        size = len(samples.X) if self.is_sum else 1
        self.gradient = gradient * size
        if self.clip_grad_norm is not None:
            part = self.gradient[self.optimized]
            self.gradient[self.optimized] = clipped(part, self.clip_grad_norm)
        self._update()
        self.metrics.see(outputs, samples.y)
        return mean * size, accuracy_of(self.loss, outputs, samples.y)

    def _update(self) -> None:
        """Let the optimizer change the array of weights."""
        if getattr(self.optimizer.step, "__func__", None) is Optimizer.step:
            theta = self.theta[self.optimized]
            self.theta[self.optimized] = self.optimizer.update(theta, self.gradient[self.optimized])
        else:  # A step of the user's own knows the model only, and not the array.
            self.write()
            self.optimizer.step()
            self.read()

    def predict(self, X: Any) -> list[Any]:
        try:
            outputs = self.predictor(X)
        except (ValueError, ArithmeticError):
            return super().predict(X)
        return list(np.vectorize(Value, otypes=[object])(outputs).tolist())

    def read(self) -> None:
        self.theta = self.program.read_params()
        self.gradient = np.array([param._grad for param in self.params])

    def write(self) -> None:
        assign(self.params, self.theta.tolist())
        for param, slope in zip(self.params, self.gradient.tolist(), strict=True):
            param._grad = slope

    def agrees(self, sample: Samples) -> bool:
        try:
            error = self.loss(predict(self.model, sample.X), sample.y.tolist())
            compiled = self.program(self.columns(sample))[0]
        except (ValueError, ArithmeticError):
            return True  # The step on this sample will meet the same error, and explain it.
        return bool(np.isclose(compiled, error.data, rtol=1e-6, atol=1e-9, equal_nan=True))


def _is_sum(recorded: Any, compiled: Any, samples: int) -> bool:
    """Whether a batch's loss, here with its gradient, is a sum over samples; else it is a mean."""
    if samples > 1 and not recorded.any():
        raise ValueError("the loss is 0, so it cannot be told whether it is a mean or a sum")
    tolerance = 1e-9 * np.abs(recorded).max(where=np.isfinite(recorded), initial=0.0)
    for is_sum, size in ((False, 1), (True, samples)):
        if np.allclose(recorded, size * compiled, rtol=1e-9, atol=tolerance, equal_nan=True):
            return is_sum
    raise ValueError(
        "the program gives another loss than the graph: its course depends on the data, or the "
        "loss of a batch is neither the mean nor the sum of its samples' losses"
    )
