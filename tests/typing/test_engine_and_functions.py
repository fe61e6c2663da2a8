"""What checkers know of the engine: no Any in the README's programs, nor in what is like them.

Pyright and mypy read the types that `assert_type` states; run, the file shows that they are true.
"""

import math
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import microgradnn as mg
from microgradnn import Value, losses, optim

Array = NDArray[np.float64]


def is_array(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype == np.float64


def test_operators_of_a_value_give_values() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    for node in (
        assert_type(a + b, Value),
        assert_type(1 - a, Value),
        assert_type(2.0 * a, Value),
        assert_type(a / 2, Value),
        assert_type(1 / a, Value),
        assert_type(a**2, Value),
        assert_type(2**a, Value),
        assert_type(-a, Value),
        assert_type(+a, Value),
        assert_type(abs(b), Value),
        assert_type(np.float64(2.0) * a, Value),
        assert_type(a * np.int64(2), Value),
        assert_type(a.tanh().exp().sqrt().sigmoid().relu(), Value),
        assert_type(a.detach(), Value),
        assert_type(a % 2, Value),
        assert_type(2 % a, Value),
        assert_type(math.floor(a), Value),
        assert_type(math.ceil(a), Value),
    ):
        assert type(node) is Value


def test_what_a_value_holds() -> None:
    a = Value(2.0, label="a")
    (a * a).backward()
    assert type(assert_type(a.data, float)) is float
    assert type(assert_type(a.grad, float)) is float
    assert type(assert_type(a.item(), float)) is float
    assert type(assert_type(a.label, str)) is str
    assert type(assert_type(a > 1, bool)) is bool
    assert type(assert_type(f"{a:.2f}", str)) is str
    assert type(assert_type(mg.topological_order(a), list[Value])) is list


def test_rows_give_what_they_are_given() -> None:
    v, x, array, ints = Value(0.5), 0.5, np.array([0.5]), np.array([1, 2])
    for node in (
        assert_type(mg.exp(v), Value),
        assert_type(mg.maximum(v, 1.0), Value),
        assert_type(mg.maximum(1, v), Value),
        assert_type(mg.abs(v), Value),
        assert_type(mg.pow(v, 2), Value),
        assert_type(mg.clip(v, 0, 1), Value),
        assert_type(mg.leaky_relu(v), Value),
        assert_type(mg.elu(v, alpha=2.0), Value),
    ):
        assert type(node) is Value
    for number in (
        assert_type(mg.exp(x), float),
        assert_type(mg.maximum(x, 1), float),
        assert_type(mg.exp(np.float32(1.0)), float),
        assert_type(mg.clip(x, 0, 1), float),
        assert_type(mg.leaky_relu(x), float),
    ):
        assert type(number) is float
    for elements in (
        assert_type(mg.exp(array), Array),
        assert_type(mg.exp(ints), Array),
        assert_type(mg.maximum(array, 0.0), Array),
        assert_type(mg.clip(array, 0.0, 1.0), Array),
        assert_type(mg.elu(array), Array),
    ):
        assert is_array(elements)


def test_functions_of_lists() -> None:
    v = Value(0.5)
    for node in (
        assert_type(mg.sum([v, 1.0]), Value),
        assert_type(mg.mean([v, v]), Value),
        assert_type(mg.max([v, 2]), Value),
        assert_type(mg.min([v, v]), Value),
        assert_type(mg.logsumexp([v, v]), Value),
        assert_type(mg.take([v, 1.0], 0), Value),
        assert_type(mg.dot([v, v], [1, 2], 0.5), Value),
        assert_type(mg.dot([0.5, 0.5], [v, v]), Value),
    ):
        assert type(node) is Value
    for number in (
        assert_type(mg.sum([1, 2.0]), float),
        assert_type(mg.sum(x * x for x in [1.0, 2.0]), float),
        assert_type(mg.mean([1.0, np.float64(2.0)]), float),
        assert_type(mg.dot([0.5, 1], [1, 2]), float),
        assert_type(mg.take([3.0, 4.0], 1), float),
    ):
        assert type(number) is float
    assert type(assert_type(mg.softmax([v, 0.0]), list[Value])[0]) is Value
    assert type(assert_type(mg.softmax([0.5, 0.0]), list[float])[0]) is float


def test_selection_gives_one_of_the_two() -> None:
    v = Value(0.5)
    assert assert_type(mg.where(v > 0, v, 1.0), Value | float) is v
    assert assert_type(mg.where(2 > 1, 1.0, "no"), float | str) == 1.0


def test_derivatives() -> None:
    x, y = Value(3.0), Value(2.0)
    product = x * x * y
    (first,) = assert_type(mg.gradients(product, [x]), list[float])
    (graph,) = assert_type(mg.gradients(product, [x], create_graph=True), list[Value])
    assert first == graph.data == 12.0
    assert type(assert_type(mg.grad(lambda x: x * x)(3), float)) is float
    assert assert_type(mg.grad(lambda xs: xs[0] * xs[1])([2.0, 3.0]), list[float]) == [3.0, 2.0]
    found = assert_type(mg.hessian(lambda x, y: x**2 * y)(3.0, 5.0), list[list[float]])
    assert found == [[10.0, 6.0], [6.0, 0.0]]
    check = assert_type(mg.gradcheck(lambda x, y: mg.sin(x) * y, [1.0, 2.0]), mg.GradientCheck)
    assert assert_type(check.ok, bool)
    assert assert_type(mg.numerical_gradient(lambda x: x * x, [1.5]), list[float]) == [3.0]


def test_derivatives_along_a_direction() -> None:
    def f(x: Value, y: Value) -> list[Value]:
        return [x * y, x + y]

    assert_type(mg.jvp(f, (2.0, 5.0), (1.0, 0.5)), tuple[Any, Any])
    moved = mg.jvp(lambda x: (x, 3), (2.0,), (1.0,), has_aux=True)
    assert assert_type(moved, tuple[Any, Any, Any]) == (2.0, 1.0, 3)
    _, back = mg.vjp(f, 2.0, 5.0)
    assert assert_type(back([1.0, 0.0]), tuple[Any, ...]) == (5.0, 2.0)
    assert len(mg.vjp(lambda x: (x, 3), 2.0, has_aux=True)) == 3
    assert assert_type(mg.hvp(lambda x: x**3, (2.0,), (1.0,)), float) == 12.0
    found = mg.hvp(lambda xs: xs[0] ** 2 * xs[1], ([3.0, 5.0],), ([1.0, 0.0],))
    assert assert_type(found, list[float]) == [10.0, 6.0]


def test_losses_give_a_value_for_values() -> None:
    v, w = Value(0.5), Value(0.25)
    either: Value | list[Value] = v  # as what a network gives
    for node in (
        assert_type(losses.mse_loss([v], [1.0]), Value),
        assert_type(losses.mse_loss([either], [1.0]), Value),
        assert_type(losses.mse_loss([[v, w]], np.array([[1.0, 2.0]])), Value),
        assert_type(losses.huber_loss(v, 1.0, 2.0, reduction="sum"), Value),
        assert_type(losses.cross_entropy([[v, w]], [1]), Value),
        assert_type(losses.cross_entropy([v, w], 1, label_smoothing=0.1), Value),
        assert_type(losses.binary_cross_entropy([v], [1], weight=[2.0]), Value),
        assert_type(losses.binary_cross_entropy_with_logits([v], [1], pos_weight=2), Value),
        assert_type(losses.categorical_cross_entropy([0.5, v], [0, 1], base=2), Value),
        assert_type(losses.nll_loss([v, w], 1), Value),
        assert_type(losses.entropy([v, 0.5]), Value),
        assert_type(losses.kl_divergence([v, 0.5], [0.5, 0.5]), Value),
    ):
        assert type(node) is Value
    for number in (
        assert_type(losses.mse_loss([0.5], [1]), float),
        assert_type(losses.cross_entropy([[0.0, 1.0]], [1]), float),
        assert_type(losses.entropy([0.5, 0.5], base=2), float),
    ):
        assert type(number) is float


def test_optimizers_and_explanations() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = assert_type(mg.tanh(a * b) + a**2, Value)
    c.backward()
    optimizer = optim.SGD([a, b], lr=0.1)
    optimizer.step()
    assert assert_type(optimizer.lr, float) == 0.1
    assert assert_type(optim.clip_grad_norm([a, b], 1.0), float) > 1.0
    assert assert_type(optim.cosine_decay(1.0, 10)(5), float) == 0.5
    assert assert_type(mg.explain(c, a).total, float) == mg.gradients(c, [a])[0]
