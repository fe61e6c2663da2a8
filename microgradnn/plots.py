"""Plots with matplotlib (extra `plot`): figures, made without touching its global state."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from .arguments import as_list, as_number, as_numbers, check_lengths, must_be
from .engine.modes import no_grad
from .engine.value import Value
from .explaining.notation import sparkline
from .nn.layers import apply_activation, checked_activation
from .transforms import value_and_grad

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from .nn import Module

__all__ = ["activations", "curves", "decision_boundary", "sparkline", "training_curves"]

# Curves and classes differ in shape as well as in colour, for those who cannot tell the colours.
LINES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")
SEVEN = ("linear", "heaviside", "sign", "piecewise_linear", "sigmoid", "tanh", "relu")


class _History(Protocol):
    """What the training reports that is plotted; what `fit` gives has it."""

    losses: list[float]
    metrics: dict[str, list[float]]


def training_curves(history: _History) -> Figure:
    """Loss, accuracy and other metrics over the epochs, training and validation.

    >>> from microgradnn import History
    >>> history = History()
    >>> history.record(loss=1.0)
    >>> len(training_curves(history).axes)
    1
    """
    if not hasattr(history, "losses"):
        raise TypeError(f"history must be what fit gives, got {type(history).__name__}")
    curves = {"loss": history.losses, **history.metrics}
    panels = list(dict.fromkeys(name.removeprefix("validation_") for name in curves))
    figure = _figure(width=4.5 * len(panels), height=3.4)
    for place, kind in enumerate(panels):
        axes = figure.add_subplot(1, len(panels), place + 1)
        names = {"training": kind, "validation": f"validation_{kind}"}
        for (label, name), style in zip(names.items(), LINES, strict=False):
            if name in curves:
                numbers = curves[name]
                axes.plot(range(1, len(numbers) + 1), numbers, style, label=label)
        _dress(axes, "epoch", kind)
        axes.legend()
    return figure


def curves(
    series: Mapping[str, Sequence[float]],
    xs: Sequence[float] | None = None,
    xlabel: str = "step",
    ylabel: str = "loss",
    log: bool = False,
) -> Figure:
    """Several curves over the same axis: losses, weights or learning rates of runs beside others.

    `series` maps the name of each curve to its numbers, the first at step 0 or at `xs[0]`. With
    `log` the vertical axis is logarithmic.

    >>> figure = curves({"converging": [4.0, 2.0, 1.0], "diverging": [4.0, 8.0]})
    >>> [line.get_label() for line in figure.axes[0].lines]
    ['converging', 'diverging']
    """
    must_be(Mapping, series, "series", "a mapping from names to lists of numbers")
    lines = {name: as_numbers(numbers, f"series[{name!r}]") for name, numbers in series.items()}
    if not lines:
        raise ValueError("series is empty; at least one curve is needed")
    given = None if xs is None else as_numbers(xs, "xs")
    figure = _figure(width=6.0, height=3.6)
    axes = figure.add_subplot()
    for place, (name, numbers) in enumerate(lines.items()):
        across = range(len(numbers)) if given is None else given
        check_lengths(across, numbers, "xs", repr(name))
        axes.plot(across, numbers, linestyle=LINES[place % len(LINES)], label=name)
    _dress(axes, xlabel, ylabel)
    if log:
        axes.set_yscale("log")
    if len(series) > 1:
        axes.legend()
    return figure


def activations(names: Sequence[str] = SEVEN) -> Figure:
    """Activation functions (solid) and their derivatives (dashed), one panel for each.

    Both are what the engine computes. A jump is left open, with a dot where the function has a
    value of its own.

    >>> [axes.get_title() for axes in activations(["sigmoid", "tanh"]).axes]
    ['sigmoid', 'tanh']
    """
    names = [checked_activation(name) for name in as_list(names, "names")]  # type: ignore[misc]
    across = min(4, len(names))
    down = math.ceil(len(names) / across)
    figure = _figure(width=max(2.4 * across, 3.4), height=2.3 * down + 0.4)  # 3.4: the legend
    zs = [k / 40 for k in range(-120, 121)]
    for place, name in enumerate(names):
        both = value_and_grad(lambda z, name=name: apply_activation(name, z))
        values, slopes = zip(*map(both, zs), strict=True)
        axes = figure.add_subplot(down, across, place + 1, ylim=(-1.4, 2.2), title=name)
        function = _draw_with_jumps(axes, zs, values, "-", "C0")
        derivative = _draw_with_jumps(axes, zs, slopes, "--", "C3")
        _dress(axes, "z", "")
    handles = {"φ(z)": function, "its derivative φ′(z)": derivative}
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=2)
    return figure


def decision_boundary(model: Module, X: Any, y: Any, threshold: float = 0.0) -> Figure:
    """The classes that a model of two inputs gives to the points of the plane, and the data.

    `X` has two columns. A model of one output tells two classes apart, labelled 0 and 1 or −1 and
    1 in `y`, at `threshold`: 0 for a logit or a score, 0.5 for a probability. Of several outputs
    the largest wins, and labels are their indices.

    >>> from microgradnn import nn
    >>> figure = decision_boundary(nn.Neuron(2, rng=0), [[0, 0], [1, 2]], [0, 1])
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['0', '1']
    """
    from .data.tables import as_floats, as_table
    from .needs_numpy import np

    must_be(Callable, model, "model", "a network")
    as_floats(y, "y")  # Labels must be numbers, but they are shown as they are written.
    labels = np.asarray(y)
    points = as_table(X, "X")
    threshold = as_number(threshold, "threshold")
    if points.shape[1] != 2:
        raise ValueError(f"X must have two columns, got {points.shape[1]}")
    if labels.shape != (len(points),):
        raise ValueError(f"y must have {len(points)} labels, got shape {labels.shape}")
    figure = _figure(width=4.8, height=4.0)
    axes = figure.add_subplot()
    low = points.min(axis=0)
    high = points.max(axis=0)
    margin = 0.1 * (high - low).max()
    across, up = np.linspace(low - margin, high + margin, 61).T
    scores = np.array([[_scores(model, [a, b], threshold) for a in across] for b in up])
    classes = scores.shape[2]
    for place in range(classes):
        lead = scores[:, :, place] - np.delete(scores, place, axis=2).max(axis=2)
        _paint_class(axes, across, up, lead, f"C{place % 10}")
    for label in np.unique(labels):
        place = int(label) if classes > 2 else int(label > 0)
        some = points[labels == label]
        marker = MARKERS[place % len(MARKERS)]
        axes.plot(some[:, 0], some[:, 1], marker, color=f"C{place % 10}", label=str(label))
    _dress(axes, "x₁", "x₂")
    figure.legend(loc="outside right upper")
    return figure


def _paint_class(axes: Axes, across: Any, up: Any, lead: Any, colour: str) -> None:
    """Fill where a class leads before the others, and draw the line where it starts to."""
    if lead.max() > 0:
        levels = [0.0, lead.max()]
        axes.contourf(across, up, lead, levels=levels, colors=[colour], alpha=0.15)
    if lead.min() < 0 < lead.max():
        axes.contour(across, up, lead, levels=[0.0], colors="black", linewidths=1.2)


def _scores(model: Module, point: list[float], threshold: float) -> list[float]:
    """The score of each class at a point; a single output is turned into those of two classes."""
    with no_grad():
        output = model(point)
    outputs = output if isinstance(output, list) else [output]
    scores = [must_be(Value, x, "an output of model", "a Value").data for x in outputs]
    return scores if len(scores) > 1 else [threshold - scores[0], scores[0] - threshold]


def _draw_with_jumps(
    axes: Axes, xs: Sequence[float], ys: Sequence[float], style: str, colour: str
) -> Line2D:
    """A line that is interrupted where neighbours lie too far apart for a slope."""
    from .needs_numpy import np

    across = np.array(xs)
    up = np.array(ys)
    jumps = abs(np.diff(up)) > 0.25
    alone = np.flatnonzero(jumps[:-1] & jumps[1:]) + 1
    axes.plot(across[alone], up[alone], "o", color=colour, markersize=4)
    breaks = np.flatnonzero(jumps) + 1
    broken = [np.insert(line, breaks, math.nan) for line in (across, up)]
    return axes.plot(*broken, style, color=colour)[0]


def _dress(axes: Axes, xlabel: str, ylabel: str) -> None:
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.grid(alpha=0.3)


def _figure(width: float, height: float) -> Figure:
    try:
        from .figures import ShownFigure
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install 'microgradnn[plot]'") from error
    return ShownFigure(figsize=(width, height), layout="constrained")
