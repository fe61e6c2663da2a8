"""Neurons, layers, MLPs, their initial weights, and weights in files."""

import math
import os
import random
import statistics
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, nn


def test_the_neuron_of_the_lecture() -> None:
    neuron = nn.Neuron(2, activation="sigmoid")
    for weight, number in zip(neuron.w, (0.5, -0.25), strict=True):
        weight.data = number
    assert neuron.b is not None
    neuron.b.data = 0.1
    y = neuron([1, 2])
    assert f"{y.operands[0].data:.10f} {y.data:.8f}" == "0.1000000000 0.52497919"
    assert y.operands[0].op.name == "dot"


def test_outputs_and_inputs() -> None:
    assert isinstance(nn.MLP(2, [3, 1])([1.0, 2.0]), Value)
    assert len(nn.MLP(2, [3, 2])([1.0, 2.0])) == 2
    assert isinstance(nn.Layer(2, 1)([1.0, 2.0]), list)
    model = nn.MLP(3, [4, 2], activation="tanh")
    expected = [v.data for v in model([1, 2, 3])]
    for x in ((k for k in (1, 2, 3)), np.array([1.0, 2.0, 3.0]), [Value(k) for k in (1, 2, 3)]):
        assert [v.data for v in model(x)] == expected


@pytest.mark.parametrize("x", [[1.0, 2.0], [1.0, 2.0, 3.0, 4.0]])
def test_wrong_number_of_inputs(x: list[float]) -> None:
    for model in (nn.MLP(3, [2]), nn.Layer(3, 2), nn.Neuron(3)):
        with pytest.raises(ValueError, match=f"x has {len(x)} elements, expected 3"):
            model(x)


def test_wrong_kinds_of_input() -> None:
    with pytest.raises(TypeError, match=r"x\[1\] must be a real number, got str"):
        nn.Neuron(2)([1.0, "2"])
    with pytest.raises(TypeError, match="x must be a list"):
        nn.Neuron(2)(1.0)
    with pytest.raises(ValueError, match="x is empty"):
        nn.Neuron(2)([])


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: nn.Neuron(0), ValueError, "nin must be at least 1"),
        (lambda: nn.Neuron(2.0), TypeError, "nin must be an int"),  # type: ignore[arg-type]
        (lambda: nn.Neuron(10**400), ValueError, "nin must be at most 10,000,000"),
        (lambda: nn.Layer(1, 10**9), ValueError, "nout must be at most 10,000,000"),
        (lambda: nn.MLP(1, [2, 10**9]), ValueError, "nout must be at most 10,000,000"),
        (lambda: nn.Neuron(1)(np.array(1.0)), TypeError, "x must be a list"),
        (lambda: nn.MLP(2, []), ValueError, "nouts is empty"),
        (lambda: nn.MLP(2, [0]), ValueError, "nout must be at least 1"),
        (lambda: nn.MLP(2, [1], activation="rulu"), ValueError, "'relu'"),
        (lambda: nn.MLP(2, [2, 1], activation="rulu"), ValueError, "rulu"),
        (lambda: nn.MLP(2, [1], init="he"), ValueError, "init must be"),
        (lambda: nn.MLP(2, [1], rng="0"), TypeError, "rng must be"),  # type: ignore[arg-type]
        (lambda: nn.uniform(2, 1), ValueError, "low must be"),
        (lambda: nn.normal(-1), ValueError, "std must be"),
    ],
)
def test_wrong_arguments(build: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        build()


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


def test_bias_false_and_own_activation() -> None:
    model = nn.MLP(2, [2, 1], activation=lambda z: mg.leaky_relu(z, 0.2), bias=False)
    assert len(model.parameters()) == 6
    assert list(model.state_dict()) == ["layers.0.weight", "layers.1.weight"]
    for name in ("leaky_relu", "elu", "gelu", "piecewise_linear", "linear"):
        assert isinstance(nn.Neuron(1, activation=name, bias=False)([1.0]), Value)


def test_initial_weights_have_the_stated_spread() -> None:
    rng = random.Random(1)
    for fan_in, std in ((2, 1.0), (3, 0.8165)):
        draws = [nn.he_normal(fan_in, 1, rng) for _ in range(100_000)]
        assert statistics.pstdev(draws) == pytest.approx(std, rel=0.01)
        assert statistics.fmean(draws) == pytest.approx(0, abs=0.01)
    draws = [nn.xavier_uniform(2, 4, rng) for _ in range(100_000)]
    assert statistics.pstdev(draws) == pytest.approx(1 / math.sqrt(3), rel=0.01)
    assert max(map(abs, draws)) <= 1.0
    draws = [nn.uniform(2, 5)(1, 1, rng) for _ in range(1000)]
    assert 2 <= min(draws) < 2.1 < 4.9 < max(draws) <= 5


def test_weights_depend_on_the_seed_alone() -> None:
    state = random.getstate()
    first = [p.data for p in nn.MLP(2, [3, 1], rng=5).parameters()]
    assert first == [p.data for p in nn.MLP(2, [3, 1], rng=random.Random(5)).parameters()]
    assert first != [p.data for p in nn.MLP(2, [3, 1]).parameters()]
    assert random.getstate() == state


def test_zero_weights_give_equal_gradients() -> None:
    model = nn.MLP(2, [3, 1], activation="sigmoid", init="zeros")
    model([1.0, 2.0]).backward()
    assert len({tuple(w.grad for w in neuron.w) for neuron in model.layers[0].neurons}) == 1


# ---- state_dict, save, load --------------------------------------------------------------------


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
