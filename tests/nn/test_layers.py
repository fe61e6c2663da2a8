"""Neurons, layers and MLPs: what they give, what they refuse, their activations."""

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
    ],
)
def test_wrong_arguments(build: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        build()


def test_bias_false_and_own_activation() -> None:
    model = nn.MLP(2, [2, 1], activation=lambda z: mg.leaky_relu(z, 0.2), bias=False)
    assert len(model.parameters()) == 6
    assert list(model.state_dict()) == ["layers.0.weight", "layers.1.weight"]
    for name in ("leaky_relu", "elu", "gelu", "piecewise_linear", "linear"):
        assert isinstance(nn.Neuron(1, activation=name, bias=False)([1.0]), Value)
