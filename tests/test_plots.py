"""Plots: figures that show what they were given, and the sparkline."""

import math
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure

import microgradnn as mg
from microgradnn import nn, plots


def render(figure: Figure) -> None:
    """Draw it, so that a warning about the layout or a missing glyph is an error here."""
    figure.canvas.draw()


def set_weights(module: nn.Module, numbers: list[float]) -> None:
    for parameter, number in zip(module.parameters(), numbers, strict=True):
        parameter.data = number


def test_curves_differ_in_shape_as_well_as_in_colour() -> None:
    figure = plots.curves({str(k): [k, 1.0, 2.0] for k in range(5)}, log=True)
    render(figure)
    (axes,) = figure.axes
    assert len({(line.get_linestyle(), line.is_dashed()) for line in axes.lines}) >= 4
    assert len({str(line.get_color()) for line in axes.lines}) == 5
    assert axes.get_yscale() == "log"


def test_curves_over_given_places() -> None:
    (axes,) = plots.curves({"H": [0.0, 1.0, 0.0]}, xs=[0.0, 0.5, 1.0]).axes
    assert axes.lines[0].get_xdata() == pytest.approx([0.0, 0.5, 1.0])
    assert axes.get_legend() is None  # a single curve needs no key
    with pytest.raises(ValueError, match="xs has 2 elements and 'H' has 3"):
        plots.curves({"H": [0.0, 1.0, 0.0]}, xs=[0.0, 1.0])


@pytest.mark.parametrize("name", plots.SEVEN)
def test_activations_are_those_of_the_engine(name: nn.ActivationName) -> None:
    figure = plots.activations([name])
    render(figure)
    function, slope = (line for line in figure.axes[0].lines if line.get_linestyle() != "None")
    assert (function.get_linestyle(), slope.get_linestyle()) == ("-", "--")
    neuron = nn.Neuron(1, activation=name, bias=False, init=lambda *_: 1.0)
    for z in (-3.0, -0.25, 0.75, 3.0):
        (k,) = np.flatnonzero(np.isclose(np.asarray(function.get_xdata(), dtype=float), z))
        assert np.asarray(function.get_ydata())[k] == neuron([z]).data
        x = mg.Value(z)
        (k,) = np.flatnonzero(np.isclose(np.asarray(slope.get_xdata(), dtype=float), z))
        assert np.asarray(slope.get_ydata())[k] == mg.gradients(neuron([x]), [x])[0]


def test_a_jump_is_left_open_and_has_a_dot() -> None:
    lines = plots.activations(["heaviside"]).axes[0].lines
    dots = [np.asarray(line.get_xydata()).tolist() for line in lines if line.get_marker() == "o"]
    assert dots == [[[0.0, 0.5]], []]
    (step, _) = (line for line in lines if line.get_linestyle() != "None")
    heights = np.asarray(step.get_ydata(), dtype=float)
    assert all(abs(b - a) < 0.1 for a, b in pairwise(heights) if not math.isnan(b - a))


def test_activations_refuse_what_is_none() -> None:
    with pytest.raises(ValueError, match="names is empty"):
        plots.activations([])
    with pytest.raises(ValueError, match=r"activation must be a function or a name .* got 'bent'"):
        plots.activations(["bent"])  # type: ignore[list-item]


def boundary_heights(figure: Figure) -> list[float]:
    """The x₂ of all points of all boundary lines."""
    (axes,) = figure.axes
    lines = [c for c in axes.collections if isinstance(c, ContourSet) and not c.filled]
    points = [np.asarray(path.vertices) for line in lines for path in line.get_paths()]
    return [float(height) for some in points for height in some[:, 1]]


def test_boundary_of_one_output() -> None:
    model = nn.Neuron(2, activation="linear", rng=0)
    set_weights(model, [0.0, 1.0, -0.5])  # the score is x₂ − 0.5
    X, y = [[0.0, 0.0], [1.0, 1.0]], [-1, 1]
    figure = plots.decision_boundary(model, X, y)
    render(figure)
    assert boundary_heights(figure) == pytest.approx([0.5] * len(boundary_heights(figure)))
    figure = plots.decision_boundary(model, X, y, threshold=0.25)
    assert boundary_heights(figure) == pytest.approx([0.75] * len(boundary_heights(figure)))


def test_boundary_of_several_outputs() -> None:
    model = nn.MLP(2, [3], rng=0)
    set_weights(model, [0, 0, 0, 0, 1, -0.5, 0, 2, -2])  # scores 0, x₂ − 0.5, 2x₂ − 2
    figure = plots.decision_boundary(model, [[0.0, 0.0], [1.0, 1.0], [0.0, 2.0]], [0, 1, 2])
    render(figure)
    assert {round(height, 6) for height in boundary_heights(figure)} == {0.5, 1.5}
    markers = {line.get_marker() for line in figure.axes[0].lines}
    assert len(markers) == 3


def test_boundary_where_one_class_wins_everywhere() -> None:
    model = nn.Neuron(2, activation="linear", init="zeros")
    set_weights(model, [0.0, 0.0, 1.0])
    figure = plots.decision_boundary(model, [[0.0, 0.0], [1.0, 1.0]], [0, 1])
    render(figure)
    assert boundary_heights(figure) == []


def test_boundary_records_nothing_and_changes_nothing() -> None:
    model = nn.MLP(2, [2, 1], rng=0)
    before = [(w.data, w.grad) for w in model.parameters()]
    plots.decision_boundary(model, [[0.0, 0.0], [1.0, 1.0]], [0, 1])
    assert [(w.data, w.grad) for w in model.parameters()] == before


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([[1.0, 2.0, 3.0]], [0], "X must have two columns, got 3"),
        ([[1.0, 2.0]], [0, 1], "y must have 1 labels"),
        ([[1.0, math.nan]], [0], "X has nan in sample 0, column 1"),
    ],
)
def test_boundary_refuses(X: Any, y: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plots.decision_boundary(nn.Neuron(2, rng=0), X, y)


def test_history_is_drawn() -> None:
    history = mg.History()
    for k in range(3):
        history.record(loss=1.0 / (k + 1), accuracy=0.5, validation_loss=1.0)
    figure = history.plot()
    render(figure)
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy"]
    assert [line.get_linestyle() for line in figure.axes[0].lines] == ["-", "--"]


def test_each_metric_has_a_panel_of_its_own() -> None:
    history = mg.History()
    for k in range(3):
        history.record(
            loss=1.0 / (k + 1), **{"loss per km": 2.0, "validation_loss per km": 3.0 + k}
        )
    figure = history.plot()
    render(figure)
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "loss per km"]
    curves = ([[1.0, 0.5, 1 / 3]], [[2.0, 2.0, 2.0], [3.0, 4.0, 5.0]])
    labels = ["training", "validation"]
    for axes, expected in zip(figure.axes, curves, strict=True):
        assert [line.get_label() for line in axes.lines] == labels[: len(expected)]
        assert [np.asarray(line.get_ydata()).tolist() for line in axes.lines] == expected


def test_sparkline() -> None:
    assert plots.sparkline([3.0]) == "▁"
    assert plots.sparkline([2, 2, 2]) == "▁▁▁"
    assert plots.sparkline([0.0, math.inf, 1.0, math.nan]) == "▁×█×"
    assert plots.sparkline([math.inf]) == "×"
    assert plots.sparkline([1e308, 5e-324, 0.0]) == "█▁▁"


def test_a_long_sparkline_keeps_both_ends() -> None:
    line = plots.sparkline(range(1000), width=10)
    assert (len(line), line[0], line[-1]) == (10, "▁", "█")


def test_sparkline_refuses() -> None:
    with pytest.raises(ValueError, match="numbers is empty"):
        plots.sparkline([])
    with pytest.raises(TypeError, match=r"numbers\[1\] must be a real number"):
        plots.sparkline([1.0, "2"])  # type: ignore[list-item]


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "microgradnn.figures", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install 'microgradnn\[plot\]'"):
        plots.activations()
