"""Course: the epochs of a training, compiled for as long as programs agree with the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..compiler.back_end import BackEndName
from ..engine.value import Value
from ..nn import Module
from ..optim import Optimizer
from .history import History
from .metrics import Metrics
from .samples import Samples
from .shares import Loss, check_takes_weights, counted
from .steppers import Compiled, Eager
from .targets import called, check_shape, check_targets, first_prediction, looks_at_predictions

COMPARED_AT_THE_END = 4  # samples


class Course:
    """What an epoch is made of: steps on all batches, validation, and looks at the program.

    It is a block. Behind it the model has the weights that were trained, or ValueError says that
    the program was not the model, and then it has those from when it was.
    """

    def __init__(
        self,
        of: tuple[Module, Loss, Optimizer, float | None, Metrics],  # what a stepper is made of
        own: list[Value],  # the parameters of the model
        data: tuple[Samples, Samples | None],  # to be trained on, and held out
        way: tuple[bool | None, BackEndName],  # `compiled` and `backend`, as fit is given them
        history: History,
    ) -> None:
        loss = of[1]
        all_data, held_out = data
        self.held_out: Samples | None = held_out
        if self.held_out and all_data.weights is not None and self.held_out.weights is None:
            # A loss that takes weights gets them.
            self.held_out = self.held_out._replace(weights=np.ones(len(self.held_out.X)))
        self.history: History = history
        self.metrics: Metrics = of[-1]
        self._check(of[0], loss, all_data)
        self.data: Samples = all_data.rows(counted(loss, all_data))
        self.eager: Eager = Eager(*of, own, self.data)
        self.stepper: Eager = self.eager
        self.trusted_until: int = len(history.losses)  # epochs
        self.must_be_compiled: bool = bool(way[0])
        if way[0] is False:
            history.run_eagerly("compiled=False")
        elif history.compiled:  # A training that goes on stays eager if it has been so.
            try:
                self.stepper = Compiled(self.eager, way[1])
            except Exception as why:  # A model or a loss of the user's own may raise anything.
                history.run_eagerly(f"{type(why).__name__}: {why}")
        if looks_at_predictions(loss) and (self.must_be_compiled or history.compiled):
            # A program leaves out the checks that a loss makes of predictions. They are made here.
            with called(loss, all_data.names):
                self.stepper.evaluate(all_data)
            self.metrics.forget()
        self._check_compiled()

    def _check(self, model: Module, loss: Loss, data: Samples) -> None:
        """Before the first step, refuse targets that do not fit the loss and the model."""
        if data.weights is not None:
            check_takes_weights(loss)
        prediction = first_prediction(model, data.X)
        for samples in (data, self.held_out):
            if samples is not None:
                check_shape(loss, prediction, samples)
                check_targets(loss, prediction, samples)

    def _check_compiled(self) -> None:
        if self.must_be_compiled and not self.history.compiled:
            reason = self.history.eager_because
            raise ValueError(f"the model cannot be trained compiled: {reason}")

    def __enter__(self) -> Course:
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None or isinstance(error, Exception):
            self._confirm(COMPARED_AT_THE_END, error)
        else:  # such as the end of Python, which nothing may hide
            self.stepper.write()

    # ---- Epochs --------------------------------------------------------------------------------

    def train(self, batches: Iterator[Any], interrupted: Callable[[], bool]) -> None:
        """Take a step on each batch, until there is an interrupt, and record the mean figures."""
        self._check_compiled()
        total = 0.0
        right = 0.0
        seen = 0.0
        accuracy = None
        for chosen in batches:
            error, accuracy = self.stepper.step(chosen)
            weight = self.data.weight_of(chosen)
            total += error * weight
            right += (accuracy or 0.0) * weight
            seen += weight
            if interrupted():
                break
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

    # ---- Looks ---------------------------------------------------------------------------------

    def show(self) -> None:
        """Bring the model up to date for whoever looks at it between two epochs."""
        self._confirm(1)

    def look_again(self) -> None:
        """Take over what a callback has set, and leave a program that is no longer the model."""
        epoch = len(self.history.losses)
        self.stepper.read()
        if self.stepper.agrees(self._places(1)):
            self.stepper.keep()
            return
        self.stepper = self.eager
        self.history.run_eagerly(f"model or loss have changed their course by epoch {epoch}")

    def _confirm(self, count: int, error: Exception | None = None) -> None:
        """Refuse the steps since the last look, if the program is no longer the model."""
        self.stepper.write()
        if self.stepper.is_kept():
            return
        if not self.stepper.agrees(self._places(count)):
            self.stepper.go_back()
            raise ValueError(
                f"model or loss have changed their course after epoch {self.trusted_until}, and "
                "the program that was compiled before has not; so no later step was kept. Train "
                "with compiled=False, or change them in a callback, after which this is noticed"
            ) from error
        self.stepper.keep()
        self.trusted_until = len(self.history.losses)

    def _places(self, count: int) -> list[int]:
        """The places of some samples, others in each epoch."""
        size, epoch = len(self.data.X), len(self.history.losses)
        return sorted({(epoch + k * size // count) % size for k in range(count)})
