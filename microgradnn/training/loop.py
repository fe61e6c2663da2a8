"""fit: minibatch training with validation, early stopping and a progress bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arguments import must_be
from ..engine.modes import Changed
from ..nn import Module
from ..optim import Adam, Optimizer
from .best import Best
from .course import Course
from .history import History
from .interrupts import deferred_interrupt
from .samples import checked_samples, checked_validation, minibatches
from .settings import Callback, check_callbacks, check_counts, check_patience, check_way
from .shares import Loss
from .terminal import progress_bar
from .vain import check_optimizer, check_parameters


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
    sample_weight: Any = None,
    compiled: bool | None = None,
    backend: str = "numpy",
) -> History:
    """Train `model` on samples X and targets y, and give the history.

    `loss` takes the list of predictions of a batch and its targets, as those of `losses` do. The
    optimizer is Adam by default. With `validation=(X, y)` the weights of the best epoch are kept;
    `patience` is how many epochs without a better validation loss end the training. Each callback
    is called with the epoch and the history. Ctrl-C ends it after the step in progress.
    `sample_weight` has a number from 0 on for each sample, by which its loss counts, as in those of
    `losses`; a loss of your own takes it by this name.

    Model and loss are compiled where they can be: their course must not depend on the data, and the
    loss of a batch must be the mean or the sum over its samples. Else each batch is recorded as a
    graph, and the history says why. `compiled=False` asks for that, `compiled=True` refuses it.
    `backend` is that of `compile`: "numpy", "native" or "auto". The model has its new weights when
    somebody can look: in callbacks, at the end, and when an error comes.

    ValueError names the sample and column of a NaN in the data, and refuses what would train in
    vain: an optimizer that holds no parameter of the model, a loss that depends on none.
    FloatingPointError ends training on an infinite or NaN gradient, before it changes a weight.
    ValueError ends it, too, if model or loss are found to have become others than were compiled,
    but by a callback, and no step is kept that was taken since they were last compared.

    >>> from microgradnn import losses, nn
    >>> model = nn.MLP(1, [1], rng=0)
    >>> history = fit(model, [[0.0], [1.0]], [1.0, 3.0], loss=losses.mse_loss, progress=False)
    >>> history.losses[-1] < history.losses[0]
    True
    """
    must_be(Module, model, "model", "a network")
    data = checked_samples(X, y, sample_weight)
    held_out = checked_validation(validation)
    check_way(loss, optimizer, compiled, backend)
    check_counts(epochs, batch_size, seed)
    check_patience(patience, held_out is not None)
    check_callbacks(callbacks)
    history = History()
    best = Best(model, patience)
    optimizer = optimizer or Adam(best.parameters, lr=0.01)
    check_optimizer(best.parameters, optimizer)
    of, way = (model, loss, optimizer), (compiled, backend)
    # Inside no_grad(), too, training records.
    with (
        Changed(records=True),
        progress_bar(progress, epochs) as advance,
        deferred_interrupt() as interrupted,
        Course(of, best.parameters, (data, held_out), way, history) as course,
    ):
        for epoch in range(epochs):
            if epoch and callbacks:
                course.look_again()
            shuffle = seed * 1_000_003 + epoch
            course.train(minibatches(len(course.data.X), batch_size, shuffle), interrupted)
            course.validate()
            best.see(history.decisive_loss(), epoch, course.stepper.weights)
            advance(history.figures())
            if callbacks:
                course.show()
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
