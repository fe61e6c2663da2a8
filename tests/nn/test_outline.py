"""What `summary` says of a network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from microgradnn import Value, nn


def test_layers_are_the_rows() -> None:
    model = nn.Sequential(nn.Layer(784, 100), nn.LayerNorm(100), nn.Layer(100, 10, bias=False))
    outline = model.summary()
    assert [tuple(row) for row in outline.rows] == [
        ("0", "Layer", {"weight": (100, 784), "bias": (100,)}, 78500),
        ("1", "LayerNorm", {"weight": (100,), "bias": (100,)}, 200),
        ("2", "Layer", {"weight": (10, 100)}, 1000),
    ]
    assert (outline.kind, outline.parameters) == ("Sequential", 79700)
    assert repr(outline) == "\n".join(
        [
            "layer  kind        shapes                          parameters",
            "0      Layer       weight (100, 784), bias (100,)      78,500",
            "1      LayerNorm   weight (100,), bias (100,)             200",
            "2      Layer       weight (10, 100)                     1,000",
            "total  Sequential                                      79,700",
        ]
    )
    assert str(outline) == f"{outline}" == repr(outline)


@pytest.mark.parametrize(
    "model",
    [nn.MLP(3, [4, 2]), nn.Neuron(2), nn.Layer(2, 2), nn.Embedding(3, 2), nn.RMSNorm(3)],
)
def test_all_names_shapes_and_numbers_are_those_of_state_dict(model: nn.Module) -> None:
    outline = model.summary()
    shapes = {
        ".".join(filter(None, (row.layer, name))): shape
        for row in outline.rows
        for name, shape in row.shapes.items()
    }
    state = model.state_dict()
    assert shapes == {name: array.shape for name, array in state.items()}
    assert [row.parameters for row in outline.rows] == [
        sum(state[".".join(filter(None, (row.layer, name)))].size for name in row.shapes)
        for row in outline.rows
    ]
    assert outline.parameters == len(model.parameters())


def test_modules_of_ones_own_and_what_they_hold_themselves() -> None:
    class Plain(nn.Module):
        pass

    class Mixed(nn.Module):
        def __init__(self) -> None:
            self.parts = {"first": nn.Neuron(2), "plain": [Plain()]}
            self.scale = Value(2.0)
            self.table = np.array([[Value(1.0), Value(2.0)]])
            self.seen = self.scale * 2  # a result, and no parameter

    assert [tuple(row) for row in Mixed().summary().rows] == [
        ("", "Mixed", {"scale": (), "table": (1, 2)}, 3),
        ("parts.first", "Neuron", {"w": (2,), "b": ()}, 3),
        ("parts.plain.0", "Plain", {}, 0),
    ]


def test_a_shared_weight_counts_once() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            self.one, self.other = nn.RMSNorm(3), nn.LayerNorm(3)
            self.other.weight = self.one.weight
            self.again = self.one

    outline = Tied().summary()
    assert [(row.layer, row.parameters) for row in outline.rows] == [("one", 3), ("other", 3)]
    assert outline.parameters == 6


def test_circles_have_an_end() -> None:
    class Ring(nn.Module):
        def __init__(self) -> None:
            self.inside = nn.RMSNorm(2)
            self.own: Any = self

    assert [row.layer for row in Ring().summary().rows] == ["inside"]


def test_a_hidden_parameter_is_complained_of() -> None:
    class Hiding(nn.Module):
        def __init__(self) -> None:
            self.weights = {Value(1.0)}

    with pytest.raises(TypeError, match="have no order"):
        Hiding().summary()
