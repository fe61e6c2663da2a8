"""fit: minibatch training with validation, early stopping and a progress bar."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..arguments import as_count, must_be
from ..compiler.back_end import check_back_end
from ..data import batches
from ..engine.interop import assign
from ..engine.modes import Changed
from ..nn import Module
from ..optim import Adam, Optimizer
from .accuracy import Loss, checked_data
from .history import History
from .steppers import Compiled, Eager
from .targets import called, check_shape, check_targets, first_prediction
from .terminal import progress_bar
from .vain import check_optimizer, check_parameters

Callback = Callable[[int, History], None]
Data = tuple[Any, Any]  # samples and targets
NAMES = "X", "y"
VALIDATION_NAMES = "validation[0]", "validation[1]"


def fit(
    model: Module,
    X: Any,
    y: Any,
    *,
    loss: Loss,
    optimizer: Optimizer | None = None,
    epochs: int = 100,
    batch_size: int = 32,
    validation: Data | None = None,
    patience: int | None = None,
    seed: int = 0,
    progress: bool = True,
    callbacks: Sequence[Callback] = (),
    compiled: bool | None = None,
    backend: str = "numpy",
) -> History:
    """Train `model` on samples X and targets y, and give the history.

    `loss` takes the list of predictions of a batch and its targets, as those of `losses` do. The
    optimizer is Adam by default. With `validation=(X, y)` the weights of the best epoch are kept;
    `patience` is how many epochs without a better validation loss end the training. Each callback
    is called with the epoch and the history. Ctrl-C ends it after the step in progress.

    Model and loss are compiled where they can be: their course must not depend on the data, and the
    loss of a batch must be the mean or the sum over its samples. Else each batch is recorded as a
    graph, and the history says why. `compiled=False` asks for that, `compiled=True` refuses it.
    `backend` is that of `compile`: "numpy", "native" or "auto".

    ValueError names the sample and column of a NaN in the data, and refuses what would train in
    vain: an optimizer that holds no parameter of the model, a loss that depends on none.
    FloatingPointError ends training on an infinite or NaN gradient, before it changes a weight.

    >>> from microgradnn import losses, nn
    >>> model = nn.MLP(1, [1], rng=0)
    >>> history = fit(model, [[0.0], [1.0]], [1.0, 3.0], loss=losses.mse_loss, progress=False)
    >>> history.losses[-1] < history.losses[0]
    True
    """
    must_be(Module, model, "model", "a network")
    data = checked_data(X, y, NAMES)
    held_out = None if validation is None else _checked_validation(validation)
    _check_settings(loss, optimizer, compiled, backend)
    as_count(epochs, "epochs")
    as_count(seed, "seed", least=0)
    for callback in must_be((list, tuple), callbacks, "callbacks", "a list of functions"):
        must_be(Callable, callback, "each of callbacks", "a function of epoch and history")
    if patience is not None and as_count(patience, "patience") and held_out is None:
        raise ValueError("patience needs validation=(X, y) to look at")
    history = History()
    best = _Best(model, patience)
    if optimizer is None:
        optimizer = Adam(best.parameters, lr=0.01)
    check_optimizer(model, optimizer)
    # Inside no_grad(), too, training records.
    with (
        Changed(records=True),
        progress_bar(progress, epochs) as advance,
        _deferred_interrupt() as interrupted,
    ):
        course = _Course((model, loss, optimizer), data, held_out, compiled, backend, history)
        for epoch in range(epochs):
            course.check(epoch)
            course.train(batches(*data, batch_size, seed=seed * 1_000_003 + epoch), interrupted)
            course.validate(held_out)
            best.see(history.decisive_loss(), epoch)
            advance(history.figures())
            for callback in callbacks:
                callback(epoch, history)
            if callbacks:
                check_parameters(model, best.parameters)
            if interrupted() or best.is_stale():
                history.stopped = "interrupted" if interrupted() else "no better validation loss"
                break
    history.best_epoch = best.epoch
    if held_out is not None or interrupted():
        best.restore()
    return history


def _checked_validation(validation: Any) -> Data:
    if len(must_be((tuple, list), validation, "validation", "a pair (X, y)")) != 2:
        raise TypeError(f"validation must be a pair (X, y), it has {len(validation)} elements")
    X, y = validation
    return checked_data(X, y, VALIDATION_NAMES)


def _check_settings(loss: Any, optimizer: Any, compiled: Any, backend: Any) -> None:
    check_back_end(backend)
    must_be(Callable, loss, "loss", "a function such as losses.mse_loss")
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer must be made, as optim.SGD(model.parameters(), lr=0.1); got {optimizer!r}"
        )
    if compiled not in (None, True, False):
        raise TypeError(f"compiled must be None, True or False, got {compiled!r}")


class _Course:
    """The epochs of a training: compiled for as long as the programs agree with the model."""

    def __init__(
        self,
        of: tuple[Module, Loss, Optimizer],
        data: Data,
        held_out: Data | None,
        compiled: bool | None,
        backend: str,
        history: History,
    ) -> None:
        self.eager = self.stepper = Eager(*of)
        self.data = data
        self.must_be_compiled = bool(compiled)
        self.history = history
        if compiled is False:
            history.run_eagerly("compiled=False")
        else:
            try:
                self.stepper = Compiled(*of, *data, backend)
            except Exception as why:  # A model or a loss of the user's own may raise anything.
                history.run_eagerly(f"{type(why).__name__}: {why}")
        self._check_targets(held_out)

    def _check_targets(self, held_out: Data | None) -> None:
        """Before the first step, refuse targets that do not fit the loss and the model."""
        loss = self.eager.loss
        prediction = first_prediction(self.eager.model, self.data[0])
        for data, names in ((self.data, NAMES), (held_out, VALIDATION_NAMES)):
            if data is not None:
                check_shape(loss, prediction, data[1], names[1])
                if data is held_out or not self.history.compiled:
                    check_targets(loss, prediction, data[1], names)
        if self.must_be_compiled or self.history.compiled:
            # Programs leave out the checks that a loss makes of its targets. They are made here.
            with called(loss, NAMES):
                self.stepper.evaluate(*self.data)

    def check(self, epoch: int) -> None:
        """Before an epoch: leave programs that no longer agree with the model, on one sample."""
        samples, targets = self.data
        place = epoch % len(samples)
        if epoch and not self.stepper.agrees(samples[place], targets[place]):
            self.stepper = self.eager
            self.history.run_eagerly(f"model or loss have changed their course by epoch {epoch}")
        if self.must_be_compiled and not self.history.compiled:
            reason = self.history.eager_because
            raise ValueError(f"the model cannot be trained compiled: {reason}")

    def train(self, parts: Iterator[Data], interrupted: Callable[[], bool]) -> None:
        """Take a step on each batch, until there is an interrupt, and record the mean figures."""
        total = 0.0
        right = 0.0
        seen = 0
        accuracy = None
        self.stepper.read()
        try:
            for samples, targets in parts:
                error, accuracy = self.stepper.step(samples, targets)
                total += error * len(samples)
                right += (accuracy or 0.0) * len(samples)
                seen += len(samples)
                if interrupted():
                    break
        finally:
            self.stepper.write()
        share = None if accuracy is None else right / seen
        self.history.record(loss=total / seen, accuracy=share)

    def validate(self, held_out: Data | None) -> None:
        """Record the figures of data that was held out, and tell the optimizer of the epoch."""
        if held_out is not None:
            error, accuracy = self.stepper.evaluate(*held_out)
            self.history.record(validation_loss=error, validation_accuracy=accuracy)
        self.eager.optimizer.see(self.history.decisive_loss())


class _Best:
    """The weights with the lowest loss so far, and when to give up waiting for better ones."""

    def __init__(self, model: Module, patience: int | None) -> None:
        self.parameters = model.parameters()
        if not self.parameters:
            raise ValueError(
                "model has no parameters, so there is nothing to train; a number becomes one as a "
                "Value: self.w = Value(0.5)"
            )
        self.patience = patience
        self.keep(float("inf"), 0)

    def keep(self, loss: float, epoch: int) -> None:
        self.loss = loss
        self.epoch = epoch
        self.waited = 0
        self.weights = [parameter.data for parameter in self.parameters]

    def see(self, loss: float, epoch: int) -> None:
        self.waited += 1
        if loss < self.loss:
            self.keep(loss, epoch)

    def is_stale(self) -> bool:
        return self.patience is not None and self.waited >= self.patience

    def restore(self) -> None:
        assign(self.parameters, self.weights)


@contextmanager
def _deferred_interrupt() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C raise a flag instead of an exception, so that no step is left half done."""
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed.is_set  # Python sends signals to the main thread only.
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.set())
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)
