"""fit: minibatch training with validation, early stopping and a progress bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from numpy.typing import ArrayLike

from ..arguments import must_be
from ..compiler.back_end import BackEndName
from ..engine.modes import Changed
from ..nn import Module
from ..optim import Optimizer
from .best import Best
from .course import Course
from .endings import Callback, reason_to_end
from .history import History
from .interrupts import deferred_interrupt
from .metrics import Metric, Metrics
from .resuming import Marker, terms_of
from .samples import checked_samples, minibatches
from .settings import check_metrics, check_numbers, check_patience, check_told, check_way
from .shares import Loss
from .targets import A_NETWORK
from .terminal import progress_bar
from .vain import check_optimizer
from .validation import parted


def fit(
    model: Module,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss,
    optimizer: Optimizer | None = None,
    epochs: int = 100,
    batch_size: int = 32,
    validation: tuple[ArrayLike, ArrayLike] | float | None = None,
    patience: int | None = None,
    seed: int = 0,
    progress: bool = True,
    callbacks: Sequence[Callback] = (),
    metrics: Mapping[str, Metric] = {},
    sample_weight: ArrayLike | None = None,
    clip_grad_norm: float | None = None,
    resume: History | None = None,
    compiled: bool | None = None,
    backend: BackEndName = "numpy",
    keep_weights: bool = False,
) -> History:
    """Train `model` on samples X and targets y, and give the history.

    `loss` takes the list of predictions of a batch and its targets, as those of `losses` do. The
    optimizer is Adam by default. `sample_weight` has a number from 0 on for each sample, by which
    its loss counts, as in those of `losses`; a loss of your own takes it by this name.
    `clip_grad_norm` is the largest norm that the gradients of a step may have together; larger ones
    are scaled down to it. `seed` decides how batches are shuffled.

    With `validation=(X, y)` the weights of the best epoch are kept; `patience` is how many epochs
    without a better validation loss end the training. `validation=0.2` holds out that share of the
    samples, as `data.train_test_split(X, y, 0.2, seed)` does: shuffled, classes not balanced.

    `metrics={"mae": f}` adds figures to `history.metrics`, "mae" and "validation_mae". A function
    is called once an epoch with the predictions and the targets of all samples that count, as
    arrays, in this order, which is not that of scikit-learn. Those of training are the predictions
    made before each step.

    Each callback is called with the epoch and the history; one that returns True ends the training.
    Ctrl-C ends it after the step in progress, and the epoch counts as it is.

    `resume=history` trains so many `epochs` more, and 2 + 2 are 4 to the last bit: the history, the
    shuffles, the optimizer, patience, the best weights, and random generators in attributes of the
    model go on; what draws from `random` or `numpy.random` themselves does not. Call it as before:
    other data, weights, or settings that decide the course are refused, but `patience`,
    `callbacks`, settings of the optimizer and how steps are computed may change. Where fit has put
    back the weights of the best epoch, it goes on from those of the last. `save_checkpoint` keeps
    all this in a file. A given history stays as it is.

    With `keep_weights` the history has the weights after each epoch, `history.weights`, from which
    `explore` replays the training. A training that goes on must have kept them from the start.

    Model and loss are compiled where they can be: their course must not depend on the data, and the
    loss of a batch must be the mean or the sum over its samples. Else each batch is recorded as a
    graph, and the history says why. `compiled=False` asks for that, `compiled=True` refuses it.
    `backend` is that of `compile`: "numpy", "native" or "auto". The model has its new weights when
    somebody can look: in callbacks, at the end, and when an error comes.

    Raises ValueError, which names the sample and column of a NaN in the data, and refuses what
    would train in vain: an optimizer that holds no parameter of the model, a loss that depends on
    none. It ends the training, too, if model or loss are found to have become others than were
    compiled, but by a callback, and no step is kept that was taken since they were last compared.
    Raises FloatingPointError on an infinite or NaN gradient, before it changes a weight, and
    TypeError if an argument is of another kind.

    >>> from microgradnn import losses, nn
    >>> model = nn.MLP(1, [1], rng=0)
    >>> history = fit(model, [[0.0], [1.0]], [1.0, 3.0], loss=losses.mse_loss, progress=False)
    >>> history.losses[-1] < history.losses[0]
    True
    """
    must_be(Module, model, "model", A_NETWORK)
    given = checked_samples(X, y, sample_weight)
    check_way(loss, optimizer, compiled, backend)
    check_numbers(epochs, batch_size, seed, clip_grad_norm)
    check_told(progress, callbacks)
    check_metrics(metrics, loss)
    data, held_out = parted(given, validation, seed, model, loss)
    check_patience(patience, held_out is not None)
    best = Best(model, patience)
    numbers = {"batch_size": batch_size, "seed": seed, "clip_grad_norm": clip_grad_norm}
    marker = Marker(model, optimizer, best, terms_of(data, held_out, loss, metrics, numbers))
    check_optimizer(best.parameters, marker.optimizer)
    history = marker.begin(resume, compiled, keep_weights)
    done = len(history.losses)
    of = model, loss, marker.optimizer, clip_grad_norm, Metrics(metrics)
    # Inside no_grad(), too, training records.
    with (
        Changed(records=True),
        progress_bar(progress, epochs, done) as advance,
        deferred_interrupt() as interrupted,
        Course(of, best.parameters, (data, held_out), (compiled, backend), history) as course,
    ):
        marker.return_to(history.bookmark, course)
        for epoch in range(done, done + epochs):
            shuffle = seed * 1_000_003 + epoch
            course.train(minibatches(len(course.data.X), batch_size, shuffle), interrupted)
            course.validate()
            if keep_weights:
                history.weights.append(course.stepper.weights())
            best.see(history.decisive_loss(), epoch, course.stepper.weights)
            history.best_epoch = best.epoch
            advance(history.figures())
            is_asked = bool(callbacks) and marker.show(callbacks, course, history)
            if reason := reason_to_end(interrupted(), is_asked, best):
                history.stopped = reason
                break
    history.bookmark = marker.mark(course)
    if held_out is not None or interrupted():
        best.restore()
    return history
