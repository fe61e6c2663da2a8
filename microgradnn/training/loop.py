"""fit: minibatch training with validation, early stopping and a progress bar."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data import as_floats, as_table, batches
from ..engine.checks import as_count, must_be
from ..nn import Module
from ..optim import Adam, Optimizer
from ..plots import sparkline
from .steppers import Compiled, Eager, Loss
from .terminal import BarColumn, MofNCompleteColumn, Progress

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Callback = Callable[[int, "History"], None]


class History:
    """What happened in training, one entry for each epoch.

    `losses` are means over the batches, weighted by their rows; `metrics` holds, where they apply,
    "accuracy", "validation loss" and "validation accuracy". `best_epoch` is the place in these
    lists with the lowest loss; `stopped` says why training ended. `compiled` is whether compiled
    programs took the steps, and if not, `eager_because` says why.
    """

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.metrics: dict[str, list[float]] = {}
        self.best_epoch = 0
        self.stopped = "all epochs done"
        self.compiled = True
        self.eager_because = ""

    def __repr__(self) -> str:
        last = {"loss": self.losses[-1:], **{k: v[-1:] for k, v in self.metrics.items()}}
        shown = ", ".join(f"{name} {x[0]:.4g}" for name, x in last.items() if x)
        how = "" if self.compiled else f"; eager: {self.eager_because}"
        return f"History({len(self.losses)} epochs, {shown}; {self.stopped}{how})"

    def __str__(self) -> str:
        """The curves as one line each, for terminals."""
        curves = {"loss": self.losses, **self.metrics}
        width = max(map(len, curves))
        lines = [
            f"{name:{width}}  {sparkline(numbers)}  {numbers[0]:.4g} → {numbers[-1]:.4g}"
            for name, numbers in curves.items()
            if numbers
        ]
        return "\n".join(lines if self.compiled else [*lines, f"eager: {self.eager_because}"])

    def run_eagerly(self, reason: str) -> None:
        """Note that steps are taken on recorded graphs, and why."""
        self.compiled, self.eager_because = False, reason

    def record(self, **entries: float | None) -> None:
        """Append the figures of one epoch."""
        for name, number in entries.items():
            if name == "loss" and number is not None:
                self.losses.append(number)
            elif number is not None:
                self.metrics.setdefault(name.replace("_", " "), []).append(number)

    def plot(self) -> Figure:
        """The curves as a matplotlib figure (needs the extra `plot`)."""
        from ..plots import training_curves

        return training_curves(self)


def fit(
    model: Module,
    X: Any,
    y: Any,
    *,
    loss: Loss,
    optimizer: Optimizer | None = None,
    epochs: int = 100,
    batch_size: int = 32,
    validation: tuple[Any, Any] | None = None,
    patience: int | None = None,
    seed: int = 0,
    progress: bool = True,
    callbacks: Sequence[Callback] = (),
    compiled: bool | None = None,
) -> History:
    """Train `model` on rows X and targets y, and give the history.

    `loss` takes the list of predictions of a batch and its targets, as those of `losses` do. The
    optimizer is Adam by default. With `validation=(X, y)` the weights of the best epoch are kept;
    `patience` is how many epochs without a better validation loss end the training. Each callback
    is called with the epoch and the history. Ctrl-C ends it after the step in progress.

    Model and loss are compiled where they can be: their course must not depend on the data, and the
    loss of a batch must be the mean or the sum over its rows. Else each batch is recorded as a
    graph, and the history says why. `compiled=False` asks for that, `compiled=True` refuses it.

    ValueError names the row and column of a NaN in the data; FloatingPointError ends training on
    an infinite or NaN gradient, before it changes a weight.

    >>> from microgradnn import losses, nn
    >>> model = nn.MLP(1, [1])
    >>> history = fit(model, [[0.0], [1.0]], [1.0, 3.0], loss=losses.mse_loss, progress=False)
    >>> history.losses[-1] < history.losses[0]
    True
    """
    must_be(Module, model, "model", "a network")
    rows, targets = _checked_data(X, y, ("X", "y"))
    held_out = None
    if validation is not None:
        if len(must_be((tuple, list), validation, "validation", "a pair (X, y)")) != 2:
            raise TypeError(f"validation must be a pair (X, y), it has {len(validation)} elements")
        held_out = _checked_data(*validation, ("validation[0]", "validation[1]"))
    _check_settings(loss, optimizer, compiled)
    as_count(epochs, "epochs")
    as_count(seed, "seed", least=0)
    for callback in must_be((list, tuple), callbacks, "callbacks", "a list of functions"):
        must_be(Callable, callback, "each of callbacks", "a function of epoch and history")
    if patience is not None and as_count(patience, "patience") and held_out is None:
        raise ValueError("patience needs validation=(X, y) to look at")
    stepper = optimizer if optimizer is not None else Adam(model.parameters(), lr=0.01)
    history, best = History(), _Best(model, patience)
    learner = Eager(model, loss, stepper)
    if compiled is False:
        history.run_eagerly("compiled=False")
    else:
        try:
            learner = Compiled(model, loss, stepper, rows, targets)
        except Exception as why:  # whatever a model or a loss of the user's own may raise
            history.run_eagerly(f"{type(why).__name__}: {why}")
    if compiled or history.compiled:  # programs skip the checks of the loss: they are made here
        learner.evaluate(rows, targets)
    with _progress_bar(progress, epochs) as show, _deferred_interrupt() as interrupted:
        for epoch in range(epochs):
            if epoch and not learner.agrees(rows[epoch % len(rows)], targets[epoch % len(rows)]):
                learner = Eager(model, loss, stepper)
                history.run_eagerly(f"model or loss have changed their course by epoch {epoch}")
            if compiled and not history.compiled:
                raise ValueError(f"the model cannot be trained compiled: {history.eager_because}")
            total, right, seen, accuracy = 0.0, 0.0, 0, None
            shuffled = batches(rows, targets, batch_size, seed=seed * 1_000_003 + epoch)
            learner.read()
            try:
                for some_rows, some_targets in shuffled:
                    error, accuracy = learner.step(some_rows, some_targets)
                    total += error * len(some_rows)
                    right += (accuracy or 0.0) * len(some_rows)
                    seen += len(some_rows)
                    if interrupted():
                        break
            finally:
                learner.write()
            history.record(loss=total / seen, accuracy=None if accuracy is None else right / seen)
            if held_out is not None:
                error, accuracy = learner.evaluate(*held_out)
                history.record(validation_loss=error, validation_accuracy=accuracy)
            best.see((history.metrics.get("validation loss") or history.losses)[-1], epoch)
            show(history)
            for callback in callbacks:
                callback(epoch, history)
            if interrupted() or best.is_stale():
                history.stopped = "interrupted" if interrupted() else "no better validation loss"
                break
    history.best_epoch = best.epoch
    if held_out is not None or interrupted():
        best.restore()
    return history


def evaluate(model: Module, X: Any, y: Any, loss: Loss) -> tuple[float, float | None]:
    """The loss on rows X and targets y, and the accuracy where the loss is one of classes.

    >>> from microgradnn import losses, nn
    >>> evaluate(nn.MLP(1, [2], init="zeros"), [[1.0]], [0], losses.cross_entropy)
    (0.6931471805599453, 1.0)
    """
    must_be(Module, model, "model", "a network")
    must_be(Callable, loss, "loss", "a function such as losses.mse_loss")
    return Eager(model, loss).evaluate(*_checked_data(X, y, ("X", "y")))


def _checked_data(X: Any, y: Any, names: tuple[str, str]) -> tuple[Any, Any]:
    rows, _ = as_table(X, names[0]), as_floats(y, names[1])
    targets = np.asarray(y)  # where classes stay ints
    if targets.ndim == 0 or len(targets) != len(rows):
        raise ValueError(f"{names[0]} has {len(rows)} rows and {names[1]} has {targets.size}")
    if targets.dtype.kind == "f":
        as_table(targets.reshape(len(targets), -1), names[1])
    return rows, targets


def _check_settings(loss: Any, optimizer: Any, compiled: Any) -> None:
    must_be(Callable, loss, "loss", "a function such as losses.mse_loss")
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer must be made, as optim.SGD(model.parameters(), lr=0.1); got {optimizer!r}"
        )
    if compiled not in (None, True, False):
        raise TypeError(f"compiled must be None, True or False, got {compiled!r}")


class _Best:
    """The weights with the lowest loss so far, and when to give up waiting for better ones."""

    def __init__(self, model: Module, patience: int | None) -> None:
        self.parameters = model.parameters()
        self.patience = patience
        self.keep(float("inf"), 0)

    def keep(self, loss: float, epoch: int) -> None:
        self.loss, self.epoch, self.waited = loss, epoch, 0
        self.weights = [parameter.data for parameter in self.parameters]

    def see(self, loss: float, epoch: int) -> None:
        self.waited += 1
        if loss < self.loss:
            self.keep(loss, epoch)

    def is_stale(self) -> bool:
        return self.patience is not None and self.waited >= self.patience

    def restore(self) -> None:
        for parameter, number in zip(self.parameters, self.weights, strict=True):
            parameter.data = number


@contextmanager
def _progress_bar(visible: bool, epochs: int) -> Iterator[Callable[[History], None]]:
    columns = "epoch", MofNCompleteColumn(), BarColumn(), "{task.fields[figures]}"
    with Progress(*columns, disable=not visible) as progress:
        task = progress.add_task("training", total=epochs, figures="")

        def show(history: History) -> None:
            figures = [f"loss {history.losses[-1]:.4f}"]
            figures += [f"{name} {numbers[-1]:.3f}" for name, numbers in history.metrics.items()]
            progress.update(task, advance=1, figures="  ".join(figures))

        yield show


@contextmanager
def _deferred_interrupt() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C raise a flag instead of an exception, so that no step is left half done."""
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed.is_set  # only the main thread receives signals
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.set())
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)
