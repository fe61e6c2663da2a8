"""Modules: their parameters, labels, and states as arrays and files."""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from microgradnn import Value, nn


def test_parameters_go_neuron_by_neuron_and_are_labelled_with_their_path() -> None:
    model = nn.MLP(2, [2, 1])
    names = [name for name, _ in model.named_parameters()]
    assert names[:4] == [
        "layers.0.neurons.0.w.0",
        "layers.0.neurons.0.w.1",
        "layers.0.neurons.0.b",
        "layers.0.neurons.1.w.0",
    ]
    assert [p.label for p in model.parameters()] == names
    assert nn.Neuron(2).w[1].label == "w.1"


def test_a_label_of_the_users_own_is_kept() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            self.first = nn.Layer(2, 2)
            self.first.neurons[0].w[0].label = "mine"
            self.second = self.first
            self.label_parameters()

    model = Tied()
    assert model.parameters()[0].label == "mine"
    assert len(model.parameters()) == 6  # a shared weight counts once


def test_state_dict_has_the_names_and_shapes_of_pytorch() -> None:
    model = nn.MLP(3, [4, 2])
    state = model.state_dict()
    shapes = {name: array.shape for name, array in state.items()}
    assert shapes == {
        "layers.0.weight": (4, 3),
        "layers.0.bias": (4,),
        "layers.1.weight": (2, 4),
        "layers.1.bias": (2,),
    }
    assert {array.dtype for array in state.values()} == {np.dtype("float64")}
    assert state["layers.0.weight"][2, 1] == model.layers[0].neurons[2].w[1].data
    hidden = np.maximum(state["layers.0.weight"] @ [1.0, 2.0, 3.0] + state["layers.0.bias"], 0)
    out = state["layers.1.weight"] @ hidden + state["layers.1.bias"]
    assert out == pytest.approx([v.data for v in model([1, 2, 3])])


def test_state_dict_of_a_module_of_ones_own() -> None:
    class Mixed(nn.Module):
        def __init__(self) -> None:
            self.scale = Value(2.0)
            self.table = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
            self.parts = [nn.Neuron(2), nn.Layer(2, 1)]
            self.note = "not a parameter"

    shapes = {name: array.shape for name, array in Mixed().state_dict().items()}
    assert shapes == {
        "scale": (),
        "table": (2, 2),
        "parts.0.w": (2,),
        "parts.0.b": (),
        "parts.1.weight": (1, 2),
        "parts.1.bias": (1,),
    }


def test_save_and_load(tmp_path: Path) -> None:
    model, other = nn.MLP(3, [4, 2], rng=1), nn.MLP(3, [4, 2], rng=2)
    model.save(tmp_path / "weights.npz")
    other.load(tmp_path / "weights.npz")
    assert [p.data for p in other.parameters()] == [p.data for p in model.parameters()]
    assert os.listdir(tmp_path) == ["weights.npz"]


@pytest.fixture
def model() -> nn.MLP:
    return nn.MLP(2, [3, 1])


def weights(model: nn.MLP) -> list[float]:
    return [p.data for p in model.parameters()]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("layers.1.bias"), "missing .'layers.1.bias'"),
        (lambda s: s.update(extra=np.zeros(1)), "unknown .'extra'"),
        (lambda s: s.update({"layers.1.weight": np.zeros((2, 3))}), r"shape \(2, 3\), expected"),
        (lambda s: s.update({"layers.1.bias": np.array([math.nan])}), "NaN"),
        (lambda s: s.update({"layers.1.bias": np.array([math.inf])}), "infinite"),
        (lambda s: s.update({"layers.1.bias": np.array(["1"])}), "real numbers"),
        (lambda s: s.update({"layers.1.bias": np.array([1j])}), "real numbers"),
    ],
)
def test_load_is_all_or_nothing(model: nn.MLP, change: Any, message: str) -> None:
    state = {name: array + 1 for name, array in model.state_dict().items()}
    change(state)
    before = weights(model)
    with pytest.raises(ValueError, match=message):
        model.load_state_dict(state)
    assert weights(model) == before
