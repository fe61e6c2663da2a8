"""How fit takes its steps: eagerly on the recorded graph, or by a compiled program."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import assign
from ..compiler.arrays import Array, numbers_of
from ..compiler.back_end import BackEndName
from ..engine.modes import no_grad
from ..engine.value import Value, topological_order
from ..explaining.diagnosis import first_non_finite
from ..nn import Module
from ..nn.leaves import gradient_array
from ..optim import Optimizer, Schedule
from ..optim.stepping import clipped
from .accuracy import Figures, accuracy_of, figures, figures_of_outputs, predict
from .batch_loss import MOST_COMPARED, BatchLoss, Rows
from .metrics import Metrics
from .samples import Samples
from .shares import Loss, counted, weighted
from .targets import looks_at_predictions
from .vain import Reach, as_loss


class Eager:
    """Steps by the recorded graph: the truth that programs have to agree with."""

    def __init__(
        self,
        model: Module,
        loss: Loss,
        optimizer: Optimizer,
        clip_grad_norm: float | None,
        metrics: Metrics,
        own: list[Value],
        data: Samples,
    ) -> None:
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.clip_grad_norm = clip_grad_norm
        self.metrics = metrics
        self.own = own  # the parameters of the model
        self.data = data
        self.reach: Reach = Reach(model, own, optimizer)
        self.has_stepped: bool = False

    def step(self, chosen: Any) -> Figures:
        """Take a step of the optimizer on some of the samples; the figures are those before it."""
        samples = self.data.rows(chosen)
        predictions = predict(self.model, samples.X)
        error = as_loss(weighted(self.loss, predictions, samples))
        self.optimizer.zero_grad()
        error.backward()
        if not self.has_stepped or not any(x.grad for x in self.optimizer.parameters):
            self.reach.check(set(topological_order(error)))
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
        return error.data, accuracy_of(self.loss, predictions, samples.y, samples.weights)

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
            predictions = predict(self.model, samples.X)
        places = counted(self.loss, samples)
        self.metrics.see([predictions[i] for i in places.tolist()], samples.y[places])
        return figures(self.loss, predictions, samples)

    def weights(self) -> Any:
        """The present weights of the model, as an array."""
        return numbers_of(self.own)

    def read(self) -> None:
        """Take over the weights of the model; here they never leave it."""

    def write(self) -> None:
        """Give weights and gradients back to the model."""

    def agrees(self, places: list[int]) -> bool:
        """Whether the loss of some samples is what the model says."""
        return True

    def known_loss(self) -> float | None:
        """The loss of the first samples; None if it might be another each time."""
        return None

    def is_kept(self) -> bool:
        """Whether there was no step since `keep`."""
        return True

    def keep(self) -> None:
        """Keep what the steps have made so far, to go back to."""

    def go_back(self) -> None:
        """Undo all steps since `keep`."""


class Compiled(Eager):
    """Steps by a program for loss and predictions, made once; the weights are kept in an array.

    `write` gives them back to the model, when somebody looks at it.
    """

    theta: Array  # the weights
    gradient: Array  # that of the last step
    optimized: slice | NDArray[np.intp]  # where in these arrays is what the optimizer trains
    is_ahead: bool  # whether the model does not have these weights yet
    kept_now: bool  # whether there was no step since `keep`
    kept: tuple[Array, Array, list[tuple[Any, dict[str, Any]]]]  # to go back to

    def __init__(self, eager: Eager, backend: BackEndName = "numpy") -> None:
        vars(self).update(vars(eager))  # what is known of the graph is known here
        self._place_parameters()
        self.batch_loss: BatchLoss = BatchLoss(
            self.model, self.loss, self.params, self.data, backend, self.reach
        )
        self.rows: Rows = self.batch_loss.rows(self.data)
        self.evaluated: tuple[Samples, Samples, Rows] | None = None  # what it was asked for last
        self.read()
        self.keep()

    def _place_parameters(self) -> None:
        """Put the parameters of the model first in the array, then what else is optimized."""
        self.params: list[Value] = list(dict.fromkeys([*self.own, *self.optimizer.parameters]))
        place = {param: i for i, param in enumerate(self.params)}
        places = [place[param] for param in self.optimizer.parameters]
        in_a_row = places == list(range(places[0], places[0] + len(places)))
        # A slice is a view of the array, and to pick numbers from it takes longer than a copy.
        self.optimized = slice(places[0], places[-1] + 1) if in_a_row else np.array(places)

    def step(self, chosen: Any) -> Figures:
        try:
            rows = self.rows.chosen(chosen)
            error, gradient, outputs = self.batch_loss.step(rows, self.theta)
            usable = math.isfinite(error) and bool(np.isfinite(gradient).all())
        except (ValueError, ArithmeticError):
            usable = False
        if not usable:  # The graph knows which node is to blame, or it can do without a program.
            self.write()
            before = super().step(chosen)
            self.read()
            return before
        self.gradient = gradient
        if self.clip_grad_norm is not None:
            part = gradient[self.optimized]
            self.gradient[self.optimized] = clipped(part, self.clip_grad_norm)
        self.is_ahead = True
        self.kept_now = False
        self._update()
        targets, weights = self.data.answers(chosen)
        self.metrics.see(outputs, targets)
        return error, accuracy_of(self.loss, outputs, targets, weights)

    def _update(self) -> None:
        """Let the optimizer change the array of weights."""
        if getattr(self.optimizer.step, "__func__", None) is Optimizer.step:
            theta = self.theta[self.optimized]
            self.theta[self.optimized] = self.optimizer.update(theta, self.gradient[self.optimized])
        else:  # A step of the user's own knows the model only, and not the array.
            self.write()
            self.optimizer.step()
            self.read()

    def evaluate(self, samples: Samples) -> Figures:
        if self.evaluated is None or self.evaluated[0] is not samples:
            some = samples.rows(counted(self.loss, samples))
            self.evaluated = samples, some, self.batch_loss.rows(some)
        _, some, rows = self.evaluated
        try:
            error, outputs = self.batch_loss.figures(rows, self.theta)
        except (ValueError, ArithmeticError):
            self.write()
            return super().evaluate(samples)
        self.metrics.see(outputs, some.y)
        if looks_at_predictions(self.loss):
            self.write()  # A loss of the user's own may have parameters, and reads them itself.
            return figures_of_outputs(self.loss, outputs, some)
        return error, accuracy_of(self.loss, outputs, some.y, some.weights)

    def weights(self) -> Any:
        return self.theta[: len(self.own)].copy()

    def read(self) -> None:
        self.theta = numbers_of(self.params)
        self.gradient = np.array([param._grad for param in self.params])
        self.is_ahead = False

    def write(self) -> None:
        if self.is_ahead:
            assign(self.params, self.theta.tolist())
            for param, slope in zip(self.params, self.gradient.tolist(), strict=True):
                param._grad = slope
            self.is_ahead = False

    def agrees(self, places: list[int]) -> bool:
        self.write()
        samples = self.data.rows(places)
        try:
            # Recorded, since losses of probabilities look behind them for more digits.
            error = weighted(self.loss, predict(self.model, samples.X), samples)
            ours = self.batch_loss.figures(self.rows.chosen(places), self.theta)[0]
        except (ValueError, ArithmeticError):
            return True  # A step on these samples meets the same error, and explains it.
        return bool(np.isclose(ours, as_loss(error).data, rtol=1e-6, atol=1e-9, equal_nan=True))

    def known_loss(self) -> float | None:
        places = range(min(len(self.data.X), MOST_COMPARED))
        try:
            return self.batch_loss.figures(self.rows.chosen(places), self.theta)[0]
        except (ValueError, ArithmeticError):
            return None

    def is_kept(self) -> bool:
        return self.kept_now

    def keep(self) -> None:
        # What a rule keeps is replaced by a step, but a learning rate that has seen losses changes.
        objects = [self.optimizer, *_schedules(self.optimizer)]
        self.kept = self.theta.copy(), self.gradient, [(x, vars(x).copy()) for x in objects]
        self.kept_now = True

    def go_back(self) -> None:
        self.theta, self.gradient, states = self.kept
        for thing, state in states:
            vars(thing).update(state)
        self.is_ahead = True
        self.write()


def _schedules(optimizer: Optimizer) -> Iterator[Schedule]:
    """The learning rates that are objects, and those that they are made of."""
    for rate in optimizer.learning_rates:
        inner: Any = rate
        while isinstance(inner, Schedule):
            yield inner
            inner = getattr(inner, "lr", None)
