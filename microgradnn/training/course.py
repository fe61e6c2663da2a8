"""Course: the epochs of a training, compiled for as long as programs agree with the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..nn import Module
from ..optim import Optimizer
from .accuracy import Loss
from .history import History
from .metrics import Metrics
from .samples import Samples
from .steppers import Compiled, Eager
from .targets import called, check_shape, check_targets, first_prediction


class Course:
    """What an epoch is made of: steps on all batches, validation, and looks at the programs."""

    def __init__(
        self,
        of: tuple[Module, Loss, Optimizer, float | None, Metrics],  # what a stepper is made of
        data: Samples,
        held_out: Samples | None,
        way: tuple[bool | None, str],  # `compiled` and `backend`, as fit is given them
        history: History,
    ) -> None:
        self.eager = self.stepper = Eager(*of)
        self.data = data
        self.held_out = held_out
        compiled, backend = way
        self.metrics = of[-1]
        self.must_be_compiled = bool(compiled)
        self.history = history
        if compiled is False:
            history.run_eagerly("compiled=False")
        elif history.compiled:  # A training that goes on stays eager if it has been so.
            try:
                self.stepper = Compiled(*of, data, backend)
            except Exception as why:  # A model or a loss of the user's own may raise anything.
                history.run_eagerly(f"{type(why).__name__}: {why}")
        self._check_targets()

    def _check_targets(self) -> None:
        """Before the first step, refuse targets that do not fit the loss and the model."""
        loss = self.eager.loss
        prediction = first_prediction(self.eager.model, self.data.X)
        for samples in (self.data, self.held_out):
            if samples is not None:
                check_shape(loss, prediction, samples)
                if samples is self.held_out or not self.history.compiled:
                    check_targets(loss, prediction, samples)
        if self.must_be_compiled or self.history.compiled:
            # Programs leave out the checks that a loss makes of its targets. They are made here.
            with called(loss, self.data.names):
                self.stepper.evaluate(self.data)
            self.metrics.forget()

    def check(self, epoch: int) -> None:
        """Before an epoch: leave programs that no longer agree with the model, on one sample."""
        place = epoch % len(self.data.X)
        if epoch and not self.stepper.agrees(self.data.rows(slice(place, place + 1))):
            self.stepper = self.eager
            self.history.run_eagerly(f"model or loss have changed their course by epoch {epoch}")
        if self.must_be_compiled and not self.history.compiled:
            reason = self.history.eager_because
            raise ValueError(f"the model cannot be trained compiled: {reason}")

    def train(self, parts: Iterator[Samples], interrupted: Callable[[], bool]) -> None:
        """Take a step on each batch, until there is an interrupt, and record the mean figures."""
        total = 0.0
        right = 0.0
        seen = 0
        accuracy = None
        self.stepper.read()
        try:
            for samples in parts:
                error, accuracy = self.stepper.step(samples)
                size = len(samples.X)
                total += error * size
                right += (accuracy or 0.0) * size
                seen += size
                if interrupted():
                    break
        finally:
            self.stepper.write()
        share = None if accuracy is None else right / seen
        self.history.record(loss=total / seen, accuracy=share)
        self.history.record(**self.metrics.figures())

    def validate(self) -> None:
        """Record the figures of data that was held out, and tell the optimizer of the epoch."""
        if self.held_out is not None:
            error, accuracy = self.stepper.evaluate(self.held_out)
            self.history.record(validation_loss=error, validation_accuracy=accuracy)
            self.history.record(**self.metrics.figures("validation_"))
        self.eager.optimizer.see(self.history.decisive_loss())
