"""Programs in the style of lectures that build an engine and a network before one's eyes."""

import random
from typing import Any

import numpy as np
import pytest
from complex_step import value_and_gradient

from microgradnn.engine import Value

# ---- A neuron, step by step --------------------------------------------------------------------

INPUTS = [1.5, -0.5, -2.0, 0.75, 4.25]  # x1, x2, w1, w2, b


def neuron(x1: Any, x2: Any, w1: Any, w2: Any, b: Any) -> dict[str, Any]:
    """Every value that such a notebook gives a name, by that name."""
    x1w1 = x1 * w1
    x2w2 = x2 * w2
    both = x1w1 + x2w2
    n = both + b
    o = n.tanh()
    names = {"x1": x1, "x2": x2, "w1": w1, "w2": w2, "b": b}
    return {**names, "x1w1": x1w1, "x2w2": x2w2, "both": both, "n": n, "o": o}


def labelled() -> dict[str, Any]:
    leaves = {
        "x1": Value(INPUTS[0], label="x1"),
        "x2": Value(INPUTS[1], label="x2"),
        "w1": Value(INPUTS[2], label="w1"),
        "w2": Value(INPUTS[3], (), "", "w2"),
        "b": Value(INPUTS[4], label="b"),
    }
    values = neuron(**leaves)
    for name, value in values.items():
        value.label = name
    return values


def leaf_grads(values: dict[str, Any]) -> list[float]:
    return [values[name].grad for name in ("x1", "x2", "w1", "w2", "b")]


EXPECTED = value_and_gradient(lambda xs: neuron(*xs)["o"], INPUTS)


def test_the_library_differentiates_the_neuron() -> None:
    values = labelled()
    values["o"].backward()
    assert values["o"].data == pytest.approx(EXPECTED[0], rel=1e-15)
    assert leaf_grads(values) == pytest.approx(EXPECTED[1], rel=1e-14)


def test_backward_by_hand_node_after_node() -> None:
    values = labelled()
    values["o"].grad = 1.0
    for name in ("o", "n", "b", "both", "x2w2", "x1w1"):
        values[name]._backward()
    assert leaf_grads(values) == pytest.approx(EXPECTED[1], rel=1e-14)
    assert values["both"].grad == values["x1w1"].grad == values["b"].grad


def ordered(root: Any) -> list[Any]:
    """A topological order as the lecture builds it."""
    order: list[Any] = []
    visited = set()

    def build(v: Any) -> None:
        if v not in visited:
            visited.add(v)
            for child in v._prev:
                build(child)
            order.append(v)

    build(root)
    return order


def test_backward_by_hand_over_a_topological_order() -> None:
    values = labelled()
    order = ordered(values["o"])
    assert set(order) == set(values.values())
    assert len(order) == 10
    values["o"].grad = 1.0
    for node in reversed(order):
        node._backward()
    assert leaf_grads(values) == pytest.approx(EXPECTED[1], rel=1e-14)


def test_what_is_used_twice_gets_both_contributions_by_hand_too() -> None:
    a = Value(3.0, label="a")
    b = a + a
    assert b._prev == {a}
    assert b._children == (a, a)
    b.grad = 1.0
    b._backward()
    assert a.grad == 2.0
    c, d = Value(-2.0), Value(5.0)
    e = (c * d) * (c + d)
    e.grad = 1.0
    for node in reversed(ordered(e)):
        node._backward()
    assert (c.grad, d.grad) == (2 * -2.0 * 5.0 + 25.0, 4.0 + 2 * -2.0 * 5.0)


def test_backward_by_hand_over_children_and_local_derivatives() -> None:
    """The loop of engines whose nodes hold their derivatives; nothing goes to plain numbers."""
    a, b = Value(-2.0), Value(0.5)
    y = (a * 3.0 + b) ** 2 * a - 1.0
    y.grad = 1.0
    order: list[Any] = []

    def build(v: Any) -> None:
        if v not in order:
            for child in v._children:
                build(child)
            order.append(v)

    build(y)
    for v in reversed(order):
        for child, local_grad in zip(v._children, v._local_grads, strict=True):
            child.grad += local_grad * v.grad
    inner = 3.0 * -2.0 + 0.5
    assert (a.grad, b.grad) == (inner**2 + 2 * inner * 3.0 * -2.0, 2 * inner * -2.0)
    assert (y._children[1].data, y._local_grads) == (1.0, (1.0, 0.0))


def by_powers(x1: Any, x2: Any, w1: Any, w2: Any, b: Any) -> Any:
    """The hyperbolic tangent, spelled out."""
    e = (2 * (x1 * w1 + x2 * w2 + b)).exp()
    return (e - 1) / (e + 1)


def test_the_hyperbolic_tangent_spelled_out() -> None:
    leaves = [Value(x) for x in INPUTS]
    o = by_powers(*leaves)
    o.grad = 1
    for node in reversed(ordered(o)):
        node._backward()
    assert o.data == pytest.approx(EXPECTED[0], rel=1e-14)
    assert [leaf.grad for leaf in leaves] == pytest.approx(EXPECTED[1], rel=1e-13)


def test_a_difference_by_hand_agrees() -> None:
    """As in such a notebook, where a function changes one number and divides by the change."""

    def difference(place: int, h: float = 1e-6) -> float:
        moved = [x + h if k == place else x for k, x in enumerate(INPUTS)]
        first = neuron(*map(Value, INPUTS))["o"].data
        second = neuron(*map(Value, moved))["o"].data
        return float(second - first) / h

    values = labelled()
    values["o"].backward()
    assert leaf_grads(values) == pytest.approx([difference(k) for k in range(5)], abs=1e-5)


def test_a_nudge_along_the_gradient_makes_it_larger() -> None:
    values = labelled()
    values["o"].backward()
    leaves = [values[name] for name in ("x1", "x2", "w1", "w2", "b")]
    moved = [x + 0.01 * slope for x, slope in zip(INPUTS, EXPECTED[1], strict=True)]
    for leaf in leaves:
        leaf.data += 0.01 * leaf.grad
    after = neuron(*leaves)["o"].data
    assert after == pytest.approx(np.tanh(moved[0] * moved[2] + moved[1] * moved[3] + moved[4]))
    assert after > values["o"].data


# ---- A network of its own ----------------------------------------------------------------------


class Neuron:
    def __init__(self, nin: int) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(random.uniform(-1, 1))

    def __call__(self, x: Any) -> Any:
        act = sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b)
        return act.tanh()

    def parameters(self) -> list[Any]:
        return [*self.w, self.b]


class Layer:
    def __init__(self, nin: int, nout: int) -> None:
        self.neurons = [Neuron(nin) for _ in range(nout)]

    def __call__(self, x: Any) -> Any:
        outs = [n(x) for n in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Any]:
        return [p for neuron in self.neurons for p in neuron.parameters()]


class MLP:
    def __init__(self, nin: int, nouts: list[int]) -> None:
        sz = [nin, *nouts]
        self.layers = [Layer(sz[i], sz[i + 1]) for i in range(len(nouts))]

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Any]:
        return [p for layer in self.layers for p in layer.parameters()]


XS = [[1.0, 3.0, -2.0], [2.5, -1.0, 0.5], [-0.5, 1.0, 2.0], [1.0, -1.5, -1.0]]
YS = [1.0, -1.0, 1.0, -1.0]


def trained_by_hand(steps: int) -> list[float]:
    """The same in NumPy, the backward pass written out."""
    random.seed(1337)
    blocks: list[Any] = []
    for nin, nout in ((3, 4), (4, 4), (4, 1)):
        numbers = [random.uniform(-1, 1) for _ in range(nout * (nin + 1))]
        blocks.append(np.reshape(numbers, (nout, nin + 1)))
    history = []
    for _ in range(steps):
        outputs = [np.array(XS)]
        for block in blocks:
            outputs.append(np.tanh(outputs[-1] @ block[:, :-1].T + block[:, -1]))
        error = outputs[-1][:, 0] - YS
        history.append(float((error**2).sum()))
        upstream = 2 * error[:, None]
        for k in (2, 1, 0):
            upstream = upstream * (1 - outputs[k + 1] ** 2)
            gradient = np.column_stack([upstream.T @ outputs[k], upstream.sum(axis=0)])
            upstream = upstream @ blocks[k][:, :-1]
            blocks[k] = blocks[k] - 0.05 * gradient
    return history


def test_a_network_of_ones_own() -> None:
    random.seed(1337)
    n = MLP(3, [4, 4, 1])
    assert len(n.parameters()) == 41
    history = []
    for _ in range(20):
        ypred = [n(x) for x in XS]
        loss = sum((yout - ygt) ** 2 for ygt, yout in zip(YS, ypred, strict=True))
        for p in n.parameters():
            p.grad = 0.0
        loss.backward()
        for p in n.parameters():
            p.data += -0.05 * p.grad
        history.append(loss.data)
    assert history == pytest.approx(trained_by_hand(20), rel=1e-11)
    assert history[-1] < history[0] / 10
