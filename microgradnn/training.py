"""fit: minibatch training with validation, early stopping and a progress bar."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from . import losses
from .data import as_table, batches
from .diagnosis import first_non_finite
from .modes import no_grad
from .nn import Module
from .optim import Adam, Optimizer
from .plots import sparkline
from .terminal import BarColumn, MofNCompleteColumn, Progress, TextColumn
from .value import Value

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Loss = Callable[[Any, Any], Any]
Callback = Callable[[int, "History"], None]


class History:
    """What happened in training, one entry for each epoch.

    `losses` are means over the batches, weighted by their rows; `metrics` holds, where they apply,
    "accuracy", "validation loss" and "validation accuracy". `best_epoch` is the place in these
    lists with the lowest loss; `stopped` says why training ended.
    """

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.metrics: dict[str, list[float]] = {}
        self.best_epoch = 0
        self.stopped = "all epochs done"

    def __repr__(self) -> str:
        last = {"loss": self.losses[-1:], **{k: v[-1:] for k, v in self.metrics.items()}}
        shown = ", ".join(f"{name} {x[0]:.4g}" for name, x in last.items() if x)
        return f"History({len(self.losses)} epochs, {shown}; {self.stopped})"

    def __str__(self) -> str:
        """The curves as one line each, for terminals."""
        curves = {"loss": self.losses, **self.metrics}
        width = max(map(len, curves))
        return "\n".join(
            f"{name:{width}}  {sparkline(numbers)}  {numbers[0]:.4g} → {numbers[-1]:.4g}"
            for name, numbers in curves.items()
            if numbers
        )

    def record(self, **entries: float | None) -> None:
        """Append the figures of one epoch."""
        for name, number in entries.items():
            if name == "loss" and number is not None:
                self.losses.append(number)
            elif number is not None:
                self.metrics.setdefault(name.replace("_", " "), []).append(number)

    def plot(self) -> Figure:
        """The curves as a matplotlib figure (needs the extra `plot`)."""
        from .plots import training_curves

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
) -> History:
    """Train `model` on rows X and targets y, and give the history.

    `loss` takes the list of predictions of a batch and its targets, as those of `losses` do. The
    optimizer is Adam by default. With `validation=(X, y)` the weights of the best epoch are kept;
    `patience` is how many epochs without a better validation loss end the training. Each callback
    is called with the epoch and the history. Ctrl-C ends it after the step in progress.

    ValueError names the row and column of a NaN in the data; FloatingPointError ends training on
    an infinite or NaN gradient, before it changes a weight.

    >>> from microgradnn import losses, nn
    >>> model = nn.MLP(1, [1])
    >>> history = fit(model, [[0.0], [1.0]], [1.0, 3.0], loss=losses.mse_loss, progress=False)
    >>> history.losses[-1] < history.losses[0]
    True
    """
    rows, targets = _checked_data(X, y, ("X", "y"))
    held_out = None
    if validation is not None:
        held_out = _checked_data(*validation, ("validation[0]", "validation[1]"))
    _check_settings(loss, optimizer, epochs, patience)
    if patience is not None and held_out is None:
        raise ValueError("patience needs validation=(X, y) to look at")
    stepper = optimizer if optimizer is not None else Adam(model.parameters(), lr=0.01)
    history, best, judge = History(), _Best(model, patience), _ACCURACY.get(loss)
    with _progress_bar(progress, epochs) as show, _deferred_interrupt() as interrupted:
        for epoch in range(epochs):
            total, correct, seen = 0.0, 0, 0
            shuffled = batches(rows, targets, batch_size, seed=seed * 1_000_003 + epoch)
            for some_rows, some_targets in shuffled:
                predictions = [model(row) for row in some_rows.tolist()]  # type: ignore[operator]
                error = loss(predictions, some_targets.tolist())
                stepper.zero_grad()
                error.backward()
                _step(stepper, error)
                total += error.data * len(some_rows)
                seen += len(some_rows)
                if judge is not None:
                    correct += _count_right(judge, predictions, some_targets)
                if interrupted():
                    break
            history.record(loss=total / seen, accuracy=None if judge is None else correct / seen)
            if held_out is not None:
                error, right = evaluate(model, *held_out, loss)
                history.record(validation_loss=error, validation_accuracy=right)
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


def _step(optimizer: Optimizer, error: Value) -> None:
    """Take the optimizer's step; if it refuses, say which node of the graph is to blame."""
    try:
        optimizer.step()
    except FloatingPointError as refusal:
        raise FloatingPointError(f"{refusal}; {first_non_finite(error)}") from None


def evaluate(model: Module, X: Any, y: Any, loss: Loss) -> tuple[float, float | None]:
    """The loss on rows X and targets y, and the accuracy where the loss is one of classes.

    >>> from microgradnn import losses, nn
    >>> evaluate(nn.MLP(1, [2], init="zeros"), [[1.0]], [0], losses.cross_entropy)
    (0.6931471805599453, 1.0)
    """
    rows, targets = _checked_data(X, y, ("X", "y"))
    with no_grad():
        predictions = [model(row) for row in rows.tolist()]  # type: ignore[operator]
        error = loss(predictions, targets.tolist())
    judge = _ACCURACY.get(loss)
    right = None if judge is None else _count_right(judge, predictions, targets) / len(rows)
    return error.data if isinstance(error, Value) else float(error), right


def _checked_data(X: Any, y: Any, names: tuple[str, str]) -> tuple[Any, Any]:
    rows, targets = as_table(X, names[0]), np.asarray(y)
    if targets.ndim == 0 or len(targets) != len(rows):
        raise ValueError(f"{names[0]} has {len(rows)} rows and {names[1]} has {targets.size}")
    if targets.dtype.kind == "f":
        as_table(targets.reshape(len(targets), -1), names[1])
    return rows, targets


def _check_settings(loss: Any, optimizer: Any, epochs: Any, patience: Any) -> None:
    if not callable(loss):
        raise TypeError(f"loss must be a function such as losses.mse_loss, got {loss!r}")
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer must be made, as optim.SGD(model.parameters(), lr=0.1); got {optimizer!r}"
        )
    for name, number in (("epochs", epochs), ("patience", patience)):
        if number is not None and (not isinstance(number, int) or number < 1):
            raise ValueError(f"{name} must be an int of at least 1, got {number!r}")


def _largest(scores: Any) -> int:
    numbers = [x.data for x in scores]
    return numbers.index(max(numbers))


def _class(target: Any) -> int:
    return int(target) if np.ndim(target) == 0 else int(np.argmax(target))


# Whether a prediction is right, for the losses of classes.
_ACCURACY: dict[Loss, Callable[[Any, Any], bool]] = {
    losses.cross_entropy: lambda scores, target: _largest(scores) == _class(target),
    losses.categorical_cross_entropy: lambda scores, target: _largest(scores) == _class(target),
    losses.nll_loss: lambda scores, target: _largest(scores) == _class(target),
    losses.binary_cross_entropy: lambda p, target: (p.data > 0.5) == (target > 0.5),
    losses.binary_cross_entropy_with_logits: lambda z, target: (z.data > 0) == (target > 0.5),
    losses.hinge_loss: lambda score, target: score.data * target > 0,
    losses.perceptron_loss: lambda score, target: score.data * target > 0,
}


def _count_right(judge: Callable[[Any, Any], bool], predictions: list[Any], targets: Any) -> int:
    return sum(bool(judge(p, t)) for p, t in zip(predictions, targets, strict=True))


class _Best:
    """The weights with the lowest loss so far, and when to give up waiting for better ones."""

    def __init__(self, model: Module, patience: int | None) -> None:
        self.parameters = model.parameters()
        self.patience = patience
        self.loss = float("inf")
        self.epoch = 0
        self.waited = 0
        self.weights = [parameter.data for parameter in self.parameters]

    def see(self, loss: float, epoch: int) -> None:
        self.waited += 1
        if loss < self.loss:
            self.loss, self.epoch, self.waited = loss, epoch, 0
            self.weights = [parameter.data for parameter in self.parameters]

    def is_stale(self) -> bool:
        return self.patience is not None and self.waited >= self.patience

    def restore(self) -> None:
        for parameter, number in zip(self.parameters, self.weights, strict=True):
            parameter.data = number


@contextmanager
def _progress_bar(visible: bool, epochs: int) -> Iterator[Callable[[History], None]]:
    columns = (
        TextColumn("epoch"),
        MofNCompleteColumn(),
        BarColumn(),
        TextColumn("{task.fields[figures]}"),
    )
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
