"""History: the losses and metrics of a training, epoch by epoch, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..arguments import as_number, must_be
from ..explaining.notation import sparkline
from ..missing import answers
from .bookmark import Bookmark

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray


class History:
    """What happened in training, one entry for each epoch.

    `losses` are means over the batches, by the weights of their samples; `metrics` holds, where
    they apply, "accuracy", "validation_loss" and "validation_accuracy", and what `fit` was asked
    for. `weights` has an array for each epoch if `fit` was asked to keep them: the parameters after
    it, in the order of `model.parameters()`. `best_epoch` is the place in these lists with the
    lowest loss; `stopped` says why training ended. `compiled` is whether compiled programs took the
    steps, and if not, `eager_because` says why. By the `bookmark` a later `fit` goes on: it keeps
    weights, seed, patience and the states of random generators. A history can be pickled and
    copied.

    >>> from microgradnn import fit, losses, nn
    >>> model, X, y = nn.MLP(1, [1], init="zeros"), [[0.0], [1.0]], [1.0, 3.0]
    >>> history = fit(model, X, y, loss=losses.mse_loss, epochs=2, progress=False)
    >>> history
    History(2 epochs, loss 4.93; all epochs done)
    >>> print(history)
    loss  █▁  5 → 4.93
    >>> history.figures(), history.decisive_loss() == history.losses[-1]
    ('loss 4.9303', True)
    """

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.metrics: dict[str, list[float]] = {}
        self.weights: list[NDArray[np.float64]] = []
        self.best_epoch: int = 0
        self.stopped: str = "all epochs done"
        self.compiled: bool = True
        self.eager_because: str = ""
        self.bookmark: Bookmark | None = None

    if not TYPE_CHECKING:
        __getattr__ = answers("History")

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

    def figures(self) -> str:
        """The loss and the metrics of the last epoch, for the progress bar."""
        figures = [f"loss {self.losses[-1]:.4f}"]
        figures += [f"{name} {numbers[-1]:.3f}" for name, numbers in self.metrics.items()]
        return "  ".join(figures)

    def decisive_loss(self) -> float:
        """The last loss by which epochs are compared: that of validation, if there is one."""
        return (self.metrics.get("validation_loss") or self.losses)[-1]

    def run_eagerly(self, reason: str) -> None:
        """Note that steps are taken on recorded graphs, and why.

        Raises TypeError if the reason is no str.

        >>> history = History()
        >>> history.run_eagerly("compiled=False")
        >>> history.compiled, history.eager_because
        (False, 'compiled=False')
        """
        self.eager_because = must_be(str, reason, "reason", "a str")
        self.compiled = False

    def record(self, /, **entries: float | None) -> None:
        """Append the figures of one epoch by name; one that is None is left out.

        Raises TypeError if a figure is no number.

        >>> history = History()
        >>> history.record(loss=0.5, accuracy=None, validation_loss=0.6)
        >>> history.losses, history.metrics
        ([0.5], {'validation_loss': [0.6]})
        """
        figures = {name: as_number(x, name) for name, x in entries.items() if x is not None}
        for name, figure in figures.items():
            if name == "loss":
                self.losses.append(figure)
            else:
                self.metrics.setdefault(name, []).append(figure)

    def plot(self) -> Figure:
        """The curves as a matplotlib figure (needs the extra `plot`).

        >>> history = History()
        >>> history.record(loss=0.5, accuracy=0.75)
        >>> [axes.get_ylabel() for axes in history.plot().axes]
        ['loss', 'accuracy']
        """
        from ..plots import training_curves

        return training_curves(self)
