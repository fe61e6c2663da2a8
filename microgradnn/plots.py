"""Plots with matplotlib (extra `plot`): figures, made without touching its global state."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .training import History


def training_curves(history: History) -> Figure:
    """Loss and accuracy over the epochs, training and validation.

    >>> from microgradnn.training import History
    >>> history = History()
    >>> history.record(loss=1.0)
    >>> len(training_curves(history).axes)
    1
    """
    curves = {"loss": history.losses, **history.metrics}
    panels = [kind for kind in ("loss", "accuracy") if any(kind in name for name in curves)]
    figure = _figure(width=4.5 * len(panels), height=3.4)
    for place, kind in enumerate(panels):
        axes = figure.add_subplot(1, len(panels), place + 1)
        for name, numbers in curves.items():
            if kind in name:
                held_out = name.startswith("validation")
                label, style = ("validation", "--") if held_out else ("training", "-")
                axes.plot(range(1, len(numbers) + 1), numbers, style, label=label)
        axes.set_xlabel("epoch")
        axes.set_ylabel(kind)
        axes.grid(alpha=0.3)
        axes.legend()
    return figure


def _figure(width: float, height: float) -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install 'microgradnn[plot]'") from error
    return Figure(figsize=(width, height), layout="constrained")
