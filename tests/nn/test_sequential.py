"""Sequential: layers one after the other."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, losses, nn, optim

DRAWN = np.random.default_rng(5)
X = DRAWN.normal(size=(12, 3))
CLASSES = np.arange(12) % 2


def made(rng: int = 0) -> nn.Sequential:
    return nn.Sequential(
        nn.Layer(3, 4, "tanh", rng=rng),
        nn.LayerNorm(4),
        nn.Layer(4, 2, "linear", rng=rng + 1),
    )


def by_hand(state: dict[str, Any], x: Any) -> Any:
    hidden = np.tanh(x @ state["0.weight"].T + state["0.bias"])
    middle, spread = hidden.mean(axis=1, keepdims=True), hidden.var(axis=1, keepdims=True)
    hidden = (hidden - middle) / np.sqrt(spread + 1e-5) * state["1.weight"] + state["1.bias"]
    return hidden @ state["2.weight"].T + state["2.bias"]


def test_each_layer_gets_what_the_one_before_gives() -> None:
    model = made()
    state = model.state_dict()
    assert {name: array.shape for name, array in state.items()} == {
        "0.weight": (4, 3),
        "0.bias": (4,),
        "1.weight": (4,),
        "1.bias": (4,),
        "2.weight": (2, 4),
        "2.bias": (2,),
    }
    wanted = by_hand(state, X)
    got = [[y.data for y in model(x)] for x in X.tolist()]
    assert np.allclose(got, wanted, rtol=1e-13, atol=1e-14)
    assert np.allclose(mg.compile(model, example_inputs=[X[0]])(X), wanted, rtol=1e-13, atol=1e-14)


def test_a_function_is_a_layer_and_counts_as_one() -> None:
    model = nn.Sequential(nn.Layer(2, 2, "linear", rng=0), mg.softmax, nn.RMSNorm(2))
    assert list(model.state_dict()) == ["0.weight", "0.bias", "2.weight"]
    assert model(X[0][:2])[0].data == model[2](mg.softmax(model[0](X[0][:2])))[0].data
    assert repr(model) == f"Sequential({model[0]!r}, softmax, RMSNorm(2))"
    assert len(model) == 3
    assert [*model] == model.layers
    features = model[:-1]
    assert isinstance(features, nn.Sequential)
    assert features.layers == model.layers[:2]
    assert model[-1].weight[1].label == "layers.2.weight.1"  # as before it was in two of them


def test_activations_between_layers_count_as_they_do_in_pytorch() -> None:
    torch = pytest.importorskip("torch", reason="a peer, of the extra bench")
    linear, middle = torch.nn.Linear, torch.nn.LayerNorm(4)
    peer = torch.nn.Sequential(linear(3, 4), torch.nn.Tanh(), middle, linear(4, 2)).double()
    model = nn.Sequential(
        nn.Layer(3, 4, "linear"), np.tanh, nn.LayerNorm(4), nn.Layer(4, 2, "linear")
    )
    assert model.load_state_dict(peer.state_dict()) == ([], [])
    wanted = peer(torch.tensor(X)).detach().numpy()
    assert np.allclose([[y.data for y in model(x)] for x in X], wanted, rtol=1e-13, atol=1e-14)
    assert np.allclose(mg.compile(model, example_inputs=[X[0]])(X), wanted, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("compiled", [True, False])
def test_it_is_trained_eagerly_and_compiled_alike(compiled: bool) -> None:
    """One step of plain descent, against slopes of the formula by complex steps."""
    model = made()
    before = model.state_dict()

    def loss_of(state: dict[str, Any]) -> Any:
        logits = by_hand_complex(state)
        shifted = logits - logits.real.max(axis=1, keepdims=True)
        chosen = shifted[np.arange(len(X)), CLASSES]
        return (np.log(np.exp(shifted).sum(axis=1)) - chosen).mean()

    def by_hand_complex(state: dict[str, Any]) -> Any:
        hidden = np.tanh(X @ state["0.weight"].T + state["0.bias"])
        away = hidden - hidden.mean(axis=1, keepdims=True)
        hidden = away / np.sqrt((away * away).mean(axis=1, keepdims=True) + 1e-5)
        hidden = hidden * state["1.weight"] + state["1.bias"]
        return hidden @ state["2.weight"].T + state["2.bias"]

    wanted = {}
    for name, array in before.items():
        slopes = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            moved = {key: x.astype(complex) for key, x in before.items()}
            moved[name][place] += 1e-30j
            slopes[place] = loss_of(moved).imag / 1e-30
        wanted[name] = array - 0.1 * slopes
    history = mg.fit(
        model,
        X,
        CLASSES,
        loss=losses.cross_entropy,
        optimizer=optim.SGD(model.parameters(), 0.1),
        epochs=1,
        batch_size=len(X),
        progress=False,
        compiled=compiled,
    )
    assert history.compiled is compiled
    assert history.losses == pytest.approx([loss_of(before).real], rel=1e-12)
    for name, array in model.state_dict().items():
        assert array == pytest.approx(wanted[name], rel=1e-12, abs=1e-14), name


def test_names_go_on_through_sequences_and_modules_inside() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            self.body = nn.Sequential(nn.Sequential(nn.Layer(2, 2)), nn.RMSNorm(2))

        def forward(self, x: Any) -> Any:
            return self.body(x)

    assert list(Net().state_dict()) == ["body.0.0.weight", "body.0.0.bias", "body.1.weight"]
    assert made().parameters()[0].label == "layers.0.neurons.0.w.0"


def test_a_subclass_may_have_more() -> None:
    class Scaled(nn.Sequential):
        def __init__(self) -> None:
            super().__init__(nn.RMSNorm(2))
            self.scale = Value(3.0)

        def forward(self, x: Any) -> Any:
            return [self.scale * y for y in nn.Sequential.__call__(self, x)]

    assert list(Scaled().state_dict()) == ["0.weight", "scale"]
    assert Scaled()([2.0, 2.0])[1].data == pytest.approx(3.0)


def test_it_is_saved_copied_and_pickled(tmp_path: Path) -> None:
    model, other = made(0), made(8)
    model.save(tmp_path / "weights.npz")
    other.load(tmp_path / "weights.npz")
    for copied in (other, copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert [y.data for y in copied(X[0])] == [y.data for y in model(X[0])]
        assert not set(copied.parameters()) & set(model.parameters())


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([1.0], r"layers\[0\] must be a Module or a function, got float"),
        ([mg.softmax, [mg.softmax]], r"layers\[1\] .* got list; write Sequential\(\*layers\)"),
        ([nn.Layer], r"layers\[0\] must be a Module or a function, got <class .*Layer'>"),
        ([None], r"layers\[0\] must be a Module or a function, got NoneType"),
    ],
)
def test_what_is_no_layer_is_refused(layers: list[Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        nn.Sequential(*layers)
    with pytest.raises(ValueError, match="layers is empty; at least one is needed"):
        nn.Sequential()


def test_layers_of_neurons_are_drawn_as_a_network() -> None:
    model = nn.Sequential(nn.Layer(2, 3, rng=0), nn.Layer(3, 1, rng=1))
    assert "Network of 2 → 3 → 1" in mg.draw(model).svg


def test_an_error_in_sequential_says_in_which_layer() -> None:
    model = nn.Sequential(nn.Layer(2, 3, "tanh"), nn.Layer(4, 1, "linear"))
    with pytest.raises(ValueError, match="x has 3 elements, expected 4") as raised:
        model([1.0, 2.0])
    assert raised.value.__notes__ == [f"This is from layers[1] of {model!r}."]
