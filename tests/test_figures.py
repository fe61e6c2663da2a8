"""Figures in notebooks: a picture of the right size, and what it says to those who do not see."""

import pickle
import struct

import pytest
from matplotlib.figure import Figure

from microgradnn import History, nn, plots
from microgradnn.figures import ShownFigure


def figures() -> dict[str, Figure]:
    history = History()
    history.record(loss=1.0, accuracy=0.5)
    history.record(loss=0.25, accuracy=0.75)
    neuron = nn.Neuron(2, rng=0)
    return {
        "training_curves": history.plot(),
        "curves": plots.curves({"a": [1.0, 2.0]}),
        "activations": plots.activations(["relu", "sign"]),
        "decision_boundary": plots.decision_boundary(neuron, [[0, 0], [1, 2]], [0, 1]),
    }


SAID = {
    "training_curves": "loss by epoch: training from 1 to 0.25; "
    "accuracy by epoch: training from 0.5 to 0.75",
    "curves": "loss by step: a from 1 to 2",
    "activations": "relu by z; sign by z",
    "decision_boundary": "x₂ by x₁: 0, 1",
}


@pytest.mark.parametrize("name", SAID)
def test_every_plot_is_a_picture_in_a_notebook(name: str) -> None:
    figure = figures()[name]
    assert isinstance(figure, ShownFigure)
    picture, about = figure._repr_png_()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])  # of its first chunk
    assert (width, height) == (2 * about["width"], 2 * about["height"])
    assert about["width"] == round(100 * figure.get_size_inches()[0])
    assert about["alt"] == SAID[name]


def test_a_figure_can_be_kept() -> None:
    kept = pickle.loads(pickle.dumps(figures()["curves"]))
    assert kept.in_words() == SAID["curves"]
    assert ShownFigure().in_words() == "an empty figure"
