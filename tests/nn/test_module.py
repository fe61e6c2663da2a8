"""Modules: their parameters, labels, and states as arrays and files."""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from outputs import several

import microgradnn as mg
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
    assert out == pytest.approx([v.data for v in several(model([1, 2, 3]))])


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
        (lambda s: s.update(extra=np.zeros(1)), "unexpected .'extra'"),
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


# ---- Loading what fits ---------------------------------------------------------------------------


def test_loading_says_what_was_missing_and_what_was_left_over(model: nn.MLP) -> None:
    before = model.state_dict()
    weight = before["layers.0.weight"] + 1
    given = {"extra": 1.0, "layers.0.weight": weight, "other.0": np.zeros(3)}
    loaded = model.load_state_dict(given, strict=False)
    assert loaded.missing_keys == ["layers.0.bias", "layers.1.weight", "layers.1.bias"]
    assert loaded.unexpected_keys == ["extra", "other.0"]
    missing, unexpected = loaded
    assert (missing, unexpected) == (loaded.missing_keys, loaded.unexpected_keys)
    after = model.state_dict()
    assert after["layers.0.weight"].tolist() == weight.tolist()
    for name in missing:
        assert after[name].tolist() == before[name].tolist()
    assert model.load_state_dict(before) == ([], [])
    assert model.state_dict()["layers.0.weight"].tolist() == before["layers.0.weight"].tolist()


@pytest.mark.parametrize("wrong", [np.zeros(2), [math.nan] * 3, ["a"] * 3])
def test_what_has_the_name_must_fit_though_not_strict(model: nn.MLP, wrong: Any) -> None:
    before = weights(model)
    given = {"layers.0.weight": np.zeros((3, 2)), "layers.0.bias": wrong}
    with pytest.raises(ValueError, match=r"layers\.0\.bias"):
        model.load_state_dict(given, strict=False)
    with pytest.raises(TypeError, match="strict must be True or False, got str 'no'"):
        model.load_state_dict(model.state_dict(), strict="no")  # type: ignore[arg-type]
    assert weights(model) == before


# ---- forward, or __call__ ------------------------------------------------------------------------


class Doubled(nn.Module):
    def __init__(self) -> None:
        self.weight = Value(2.0)

    def forward(self, x: Any, plus: float = 0.0) -> Any:
        return self.weight * x + plus


def test_a_module_is_called_by_its_forward() -> None:
    model = Doubled()
    assert (model(3.0).data, model(3.0, 1.0).data, model(3.0, plus=2.0).data) == (6.0, 7.0, 8.0)
    program = mg.compile(lambda xs: model(xs[0]), example_inputs=[[1.0]], params=[model.weight])
    assert program([[5.0]]).tolist() == [10.0]
    model.forward = lambda x, plus=0.0: x  # type: ignore[method-assign]
    assert model(3.0) == 3.0


def test_the_class_that_writes_last_decides() -> None:
    class Called(Doubled):
        def __call__(self, x: Any) -> Any:
            return super().__call__(x) + 1

    class Forward(Called):
        def forward(self, x: Any, plus: float = 0.0) -> Any:
            return x

    class Heir(Forward):
        pass

    class Both(nn.Module):
        def forward(self, x: Any) -> Any:
            return "forward"

        def __call__(self, x: Any) -> Any:
            return "called"

    assert Called()(3.0).data == 7.0
    assert (Forward()(3.0), Heir()(3.0), Both()(3.0)) == (3.0, 3.0, "called")


def test_a_forward_replaces_what_a_neuron_a_layer_or_a_network_does() -> None:
    class Fixed(nn.Neuron):
        def forward(self, x: Any) -> Any:
            return 1.5

    class Negative(nn.Layer):
        def forward(self, x: Any) -> Any:
            return [-y for y in nn.Layer.__call__(self, x)]

    layer, negative = nn.Layer(2, 2, rng=0), Negative(2, 2, rng=0)
    ordinary = [y.data for y in layer([1.0, 2.0])]
    assert [y.data for y in negative([1.0, 2.0])] == [-y for y in ordinary]
    layer.neurons[1] = Fixed(2)
    assert [float(f"{y:.17g}") for y in layer([1.0, 2.0])] == [ordinary[0], 1.5]


def test_a_module_that_computes_nothing_says_what_to_write() -> None:
    class Nothing(nn.Module):
        pass

    with pytest.raises(TypeError, match=r"Nothing does not say what it computes; .*def forward"):
        Nothing()(1.0)


def test_a_forward_from_beside_the_modules_counts_in_its_place() -> None:
    class Aside:
        def forward(self, x: Any) -> Any:
            return "aside"

    class First(Aside, nn.Layer):
        pass

    class Last(nn.Layer, Aside):
        pass

    assert First(1, 1)([1.0]) == "aside"  # type: ignore[comparison-overlap]
    assert Last(1, 1, "linear", init="zeros")([1.0])[0].data == 0.0
