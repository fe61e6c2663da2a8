"""Programs with modules of their own, or of the library's layers: nonlin, and weights by seed."""

import random
from typing import Any

import numpy as np
import pytest

from microgradnn import nn
from microgradnn.engine import Value
from microgradnn.nn import init


class Module:
    def zero_grad(self) -> None:
        for p in self.parameters():
            p.grad = 0

    def parameters(self) -> list[Any]:
        return []


class Parabola(Module):
    def __init__(self) -> None:
        self.coefficients = [Value(random.uniform(-1, 1)) for _ in range(3)]

    def __call__(self, x: float) -> Any:
        return sum((c * x**k for k, c in enumerate(self.coefficients)), Value(0))

    def parameters(self) -> list[Any]:
        return self.coefficients


def test_a_module_of_ones_own() -> None:
    random.seed(1)
    model = Parabola()
    assert Module().parameters() == []
    points = np.linspace(-1.0, 1.0, 9)
    target = 0.5 - points + 2.0 * points**2
    powers = np.stack([points**0, points, points**2])
    theta = np.array([p.data for p in model.parameters()])
    for _ in range(5):
        outputs = list(map(model, points))
        loss = sum((y - t) ** 2 for y, t in zip(outputs, target, strict=True)) / len(points)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.2 * p.grad
        theta = theta - 0.2 * 2 * powers @ (theta @ powers - target) / len(points)
    assert [p.data for p in model.parameters()] == pytest.approx(theta, rel=1e-12)


class Classifier(nn.Module):
    """Built of the library's layers, with micrograd's word for "no activation"."""

    def __init__(self) -> None:
        self.hidden = nn.Layer(2, 4, nonlin=True)
        self.out = nn.Layer(4, 3, nonlin=False)

    def __call__(self, x: Any) -> Any:
        return self.out(self.hidden(x))

    def parameters(self) -> list[Any]:
        return [*self.hidden.parameters(), *self.out.parameters()]


def test_layers_with_and_without_a_nonlinearity() -> None:
    random.seed(1337)
    model = Classifier()
    theta = [p.data for p in model.parameters()]
    first, last = np.reshape(theta[:12], (4, 3)), np.reshape(theta[12:], (3, 5))
    hidden = np.maximum(first[:, :2] @ [0.5, -1.0] + first[:, 2], 0.0)
    expected = last[:, :4] @ hidden + last[:, 4]
    assert [y.data for y in model([0.5, -1.0])] == pytest.approx(expected, rel=1e-13)
    assert (hidden == 0.0).any()
    assert (hidden > 0.0).any()
    linear, rectified = (nn.Neuron(2, nonlin=nonlin)([-1.0, 0.0]) for nonlin in (False, True))
    assert linear.op
    assert rectified.op
    assert (linear.op.name, rectified.op.name) == ("dot", "relu")


def test_the_nonlinearity_is_taken_off_afterwards() -> None:
    neuron = nn.Neuron(2)
    names = ["ReLU" if neuron.nonlin else "Linear"]
    neuron.nonlin = False
    names.append("ReLU" if neuron.nonlin else "Linear")
    assert names == ["ReLU", "Linear"]
    assert neuron([-1.0, 0.0]).data == -neuron.w[0].data
    neuron.nonlin = True
    assert neuron([-1.0, 0.0]).data == max(0.0, -neuron.w[0].data)


def drawn(model: Any) -> list[float]:
    return [p.data for p in model.parameters()]


def test_pythons_random_module_decides_the_weights() -> None:
    random.seed(1337)
    one, other = nn.MLP(2, [4, 1]), nn.MLP(2, [4, 1])
    assert drawn(one) != drawn(other)
    random.seed(1337)
    assert drawn(nn.MLP(2, [4, 1])) == drawn(one)
    random.seed(1338)
    assert drawn(nn.MLP(2, [4, 1])) != drawn(one)
    assert drawn(nn.MLP(2, [4, 1], rng=7)) == drawn(nn.MLP(2, [4, 1], rng=7))


def test_micrograds_own_weights() -> None:
    random.seed(1337)
    model = nn.MLP(2, [2, 1], init=init.uniform(-1, 1))
    random.seed(1337)
    expected = []
    for nin, nout in ((2, 2), (2, 1)):
        for _ in range(nout):
            expected += [*(random.uniform(-1, 1) for _ in range(nin)), 0.0]
    assert drawn(model) == expected
