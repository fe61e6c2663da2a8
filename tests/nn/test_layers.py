"""Neurons, layers and MLPs: what they give, what they refuse, their activations."""

import copy
import math
import random
from typing import Any

import numpy as np
import pytest
from outputs import several

import microgradnn as mg
from microgradnn import Value, nn

UNKNOWN: Any = "rulu"  # no activation


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
    assert len(several(nn.MLP(2, [3, 2])([1.0, 2.0]))) == 2
    assert isinstance(nn.Layer(2, 1)([1.0, 2.0]), list)
    model = nn.MLP(3, [4, 2], activation="tanh", rng=0)
    expected = [v.data for v in several(model([1, 2, 3]))]
    for x in ((k for k in (1, 2, 3)), np.array([1.0, 2.0, 3.0]), [Value(k) for k in (1, 2, 3)]):
        assert [v.data for v in several(model(x))] == expected


@pytest.mark.parametrize("x", [[1.0, 2.0], [1.0, 2.0, 3.0, 4.0]])
def test_wrong_number_of_inputs(x: list[float]) -> None:
    for model in (nn.MLP(3, [2]), nn.Layer(3, 2), nn.Neuron(3)):
        with pytest.raises(ValueError, match=f"x has {len(x)} elements, expected 3"):
            model(x)


def test_wrong_kinds_of_input() -> None:
    with pytest.raises(TypeError, match=r"x\[1\] must be a real number, got str"):
        nn.Neuron(2)([1.0, "2"])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="x must be a list"):
        nn.Neuron(2)(1.0)  # type: ignore[arg-type]
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
        (lambda: nn.MLP(2, [1], activation=UNKNOWN), ValueError, "'relu'"),
        (lambda: nn.MLP(2, [2, 1], activation=UNKNOWN), ValueError, "rulu"),
    ],
)
def test_wrong_arguments(build: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        build()


def test_bias_false_and_own_activation() -> None:
    model = nn.MLP(2, [2, 1], activation=lambda z: mg.leaky_relu(z, 0.2), bias=False, rng=0)
    assert len(model.parameters()) == 6
    assert list(model.state_dict()) == ["layers.0.weight", "layers.1.weight"]
    for name in ("leaky_relu", "elu", "gelu", "piecewise_linear", "linear"):
        assert isinstance(nn.Neuron(1, activation=name, bias=False)([1.0]), Value)


# ---- Programs of micrograd's users -------------------------------------------------------------


def test_nonlin_is_the_activation_linear_or_nothing() -> None:
    for made in (nn.Neuron(2, nonlin=False, rng=0), nn.Layer(2, 1, nonlin=False, rng=0).neurons[0]):
        assert (made.activation, made.nonlin) == ("linear", False)
        op = made([-1.0, 0.5]).op
    assert op
    assert op.name == "dot"
    for made in (nn.Neuron(2, nonlin=True, rng=0), nn.Layer(2, 1, rng=0).neurons[0]):
        assert (made.activation, type(made.activation), made.nonlin) == ("relu", str, True)
    assert nn.Neuron(2, "tanh", nonlin=True).activation == "tanh"
    assert nn.Neuron(2, "linear", nonlin=True).nonlin is False
    assert nn.Neuron(2, "linear", nonlin=False).activation == "linear"


@pytest.mark.parametrize(
    ("activation", "name"), [("relu", "relu"), ("tanh", "tanh"), (mg.leaky_relu, "leaky_relu")]
)
def test_nonlin_and_another_activation_contradict_each_other(activation: Any, name: str) -> None:
    message = rf"nonlin=False is .* but the activation is '{name}'; leave out one of the two"
    for build in (nn.Neuron, lambda *given, **named: nn.Layer(2, *given, **named)):
        with pytest.raises(ValueError, match=message):
            build(2, activation, nonlin=False)
        with pytest.raises(ValueError, match=message):
            build(2, activation=activation, nonlin=False)


def test_nonlin_is_a_keyword_and_a_truth_value() -> None:
    with pytest.raises(ValueError, match=r"activation must be .*; got False"):
        nn.Neuron(2, False)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="nonlin must be True or False, got int 1"):
        nn.Layer(2, 2, nonlin=1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="'rulu'"):
        nn.Neuron(2, UNKNOWN, nonlin=False)


def test_nonlin_may_be_set() -> None:
    neuron = nn.Neuron(2, "tanh")
    chosen = []
    for nonlin in (True, False, True):
        neuron.nonlin = nonlin
        chosen.append(neuron.activation)
    assert chosen == ["tanh", "linear", "relu"]
    with pytest.raises(TypeError, match="nonlin must be True or False, got NoneType"):
        neuron.nonlin = None  # type: ignore[assignment]
    assert neuron.activation == "relu"


def test_layers_chosen_in_a_loop_give_relus_but_for_the_last() -> None:
    class Network(nn.MLP):
        def __init__(self, nin: int, nouts: list[int]) -> None:
            sizes = [nin, *nouts]
            self.layers = [
                nn.Layer(sizes[i], sizes[i + 1], nonlin=i != len(nouts) - 1)
                for i in range(len(nouts))
            ]

    model = Network(3, [4, 4, 1])
    assert [layer.neurons[0].nonlin for layer in model.layers] == [True, True, False]
    assert isinstance(model([1.0, -2.0, 3.0]), Value)
    assert len(model.parameters()) == 4 * 4 + 4 * 5 + 5


def test_a_neuron_with_a_course_of_its_own_keeps_it_in_a_layer() -> None:
    class Leaky(nn.Neuron):
        def __call__(self, x: Any) -> Any:
            assert self.b is not None
            s = sum((w * xi for w, xi in zip(self.w, x, strict=True)), self.b)
            return mg.leaky_relu(s, 0.25) if self.nonlin else s

    class Wide(nn.Layer):
        def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
            super().__init__(nin, nout)
            self.neurons = [Leaky(nin, **kwargs) for _ in range(nout)]

    for nonlin, slope in ((True, 0.25), (False, 1.0)):
        layer = Wide(2, 2, nonlin=nonlin, init=lambda *_: -2.0)
        assert [y.data for y in layer([1.0, 3.0])] == [-8.0 * slope] * 2


@pytest.mark.parametrize(("nonlin", "expected"), [(True, 0.0), (False, -4.0)])
def test_a_subclass_may_make_its_weights_itself(nonlin: bool, expected: float) -> None:
    class Neuron(nn.Neuron):
        def __init__(self, nin: int, nonlin: bool = True) -> None:
            self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
            self.b = Value(0)
            self.nonlin = nonlin

        def parameters(self) -> list[Value]:
            assert self.b is not None
            return [*self.w, self.b]

    random.seed(1337)
    drawn = [random.uniform(-1, 1) for _ in range(2)]
    random.seed(1337)
    neuron = Neuron(2, nonlin=nonlin)
    assert [p.data for p in neuron.parameters()] == [*drawn, 0.0]
    neuron.w[0].data, neuron.w[1].data = -3.0, -1.0
    y = neuron([1.0, 1.0])
    y.backward()
    assert y.data == expected
    assert [p.grad for p in neuron.parameters()] == [0.0 if nonlin else 1.0] * 3
    neuron.zero_grad()
    assert [p.grad for p in neuron.parameters()] == [0.0] * 3


@pytest.mark.parametrize("kind", [list, np.array])
def test_a_batch_is_refused_with_what_to_write(kind: Any) -> None:
    batch = kind([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    for model in (nn.MLP(2, [3, 1]), nn.MLP(3, [1]), nn.Layer(2, 3), nn.Neuron(2)):
        with pytest.raises((ValueError, TypeError), match=r"a batch of 3 samples.*for row in X"):
            model(batch)


# ---- An activation that is set later -------------------------------------------------------------


def test_the_activation_of_a_layer_is_that_of_its_neurons() -> None:
    layer = nn.Layer(2, 3, "linear", init="uniform", rng=0)
    before = [y.data for y in layer([1.0, -2.0])]
    layer.activation = "tanh"
    assert [y.data for y in layer([1.0, -2.0])] == [math.tanh(x) for x in before]
    assert layer.activation == "tanh"
    layer.neurons[1].activation = mg.relu
    with pytest.raises(ValueError, match="there are different ones, so there is no one activation"):
        _ = layer.activation
    with pytest.raises(ValueError, match="did you mean 'relu'"):
        layer.activation = "reul"  # type: ignore[assignment]
    assert [neuron.activation for neuron in layer.neurons] == ["tanh", mg.relu, "tanh"]
    assert list(layer.state_dict()) == ["weight", "bias"]


def test_the_activations_of_a_network_are_those_of_its_layers() -> None:
    model = nn.MLP(2, [3, 3, 1], rng=0)
    model.activation, model.output_activation = "tanh", "sigmoid"
    assert [layer.activation for layer in model.layers] == ["tanh", "tanh", "sigmoid"]
    assert (model.activation, model.output_activation) == ("tanh", "sigmoid")
    with pytest.raises(ValueError, match="there is no layer that activation is of"):
        nn.MLP(2, [1]).activation = "tanh"


def test_a_subclass_may_have_an_activation_of_its_own() -> None:
    class Residual(nn.Layer):
        def __init__(self, size: int) -> None:
            self.activation = mg.tanh
            super().__init__(size, size, "linear", init="zeros")

        def __call__(self, x: Any) -> list[Value]:
            return [self.activation(a + b) for a, b in zip(x, super().__call__(x), strict=True)]

    layer = Residual(2)
    assert [y.data for y in layer([1.0, 2.0])] == [math.tanh(1.0), math.tanh(2.0)]
    assert layer.neurons[0].activation == "linear"
    assert copy.deepcopy(layer)([1.0, 2.0])[1].data == math.tanh(2.0)
