"""LayerNorm and RMSNorm, against PyTorch's formulas in NumPy and in 50 digits."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, losses, nn, optim

Array = np.ndarray[Any, Any]
WIDTH = 5
DRAWN = np.random.default_rng(3)
X = DRAWN.normal(1.0, 2.0, (7, WIDTH))
WEIGHT, BIAS, SEED = DRAWN.normal(size=(3, WIDTH))


def layer_norm(x: Any, weight: Any, bias: Any, eps: float) -> Any:
    """As PyTorch documents it, with the biased variance; it takes arrays of mpf, too."""
    mean = x.sum(axis=-1, keepdims=True) / WIDTH
    variance = ((x - mean) ** 2).sum(axis=-1, keepdims=True) / WIDTH
    return (x - mean) / (variance + eps) ** mpmath.mpf(0.5) * weight + bias


def rms_norm(x: Any, weight: Any, bias: Any, eps: float) -> Any:
    return x / ((x * x).sum(axis=-1, keepdims=True) / WIDTH + eps) ** mpmath.mpf(0.5) * weight


def in_many_digits(array: Any) -> Array:
    digits: Array = np.vectorize(mpmath.mpf, otypes=[object])(array)
    return digits


CASES = [
    (nn.LayerNorm, layer_norm, {}, 1e-5),
    (nn.LayerNorm, layer_norm, {"eps": 0.3}, 0.3),
    (nn.RMSNorm, rms_norm, {}, np.finfo(np.float64).eps),
    (nn.RMSNorm, rms_norm, {"eps": 0.3}, 0.3),
]
cases = pytest.mark.parametrize(("kind", "formula", "options", "eps"), CASES)


def made(kind: Callable[..., Any], options: dict[str, float]) -> Any:
    layer = kind(WIDTH, **options)
    layer.load_state_dict({"weight": WEIGHT, "bias": BIAS}, strict=False)
    return layer


@cases
def test_values_are_those_of_pytorchs_formula(
    kind: Any, formula: Any, options: Any, eps: float
) -> None:
    layer = made(kind, options)
    with mpmath.workdps(50):
        wanted = formula(*map(in_many_digits, (X, WEIGHT, BIAS)), mpmath.mpf(eps)).astype(float)
    got = np.array([[y.data for y in layer(x.tolist())] for x in X])
    assert np.allclose(got, wanted, rtol=1e-13, atol=1e-14)


@cases
def test_derivatives_are_those_of_the_formula(
    kind: Any, formula: Any, options: Any, eps: float
) -> None:
    """By inputs, weights and biases, against differences of the formula in 50 digits."""
    layer = made(kind, options)
    inputs = [Value(number) for number in X[0]]
    mg.dot(SEED.tolist(), layer(inputs)).backward()
    leaves = [*inputs, *layer.parameters()]
    names = [f"{name}.{place}" for name in layer.state_dict() for place in range(WIDTH)]
    assert [name for name, _ in layer.named_parameters()] == names
    with mpmath.workdps(50):
        at = [*X[0], *WEIGHT, *BIAS]
        step = mpmath.mpf(10) ** -20

        def moved(place: int, by: Any) -> Any:
            numbers = in_many_digits(at)
            numbers[place] += by
            x, weight, bias = numbers.reshape(3, WIDTH)
            return formula(x, weight, bias, mpmath.mpf(eps)) @ in_many_digits(SEED)

        wanted = [
            float((moved(place, step) - moved(place, -step)) / (2 * step))
            for place in range(len(leaves))
        ]
    assert [leaf.grad for leaf in leaves] == pytest.approx(wanted, rel=1e-12, abs=1e-13)


@cases
def test_compiled_it_is_the_same(kind: Any, formula: Any, options: Any, eps: float) -> None:
    layer = made(kind, options)
    inputs = X[0].tolist()
    predict = mg.compile(layer, example_inputs=[inputs])
    eager = [[y.data for y in layer(x.tolist())] for x in X]
    assert np.allclose(predict(X), eager, rtol=1e-13, atol=1e-14)
    program = mg.compile(layer, losses.mse_loss, example_inputs=[inputs])
    targets = DRAWN.normal(size=X.shape)
    mean, gradient = program.value_and_grad(np.hstack([X, targets]))
    loss = mg.mean([losses.mse_loss(layer(x), y) for x, y in zip(X.tolist(), targets, strict=True)])
    assert mean == pytest.approx(loss.data, rel=1e-13)
    assert gradient == pytest.approx(mg.gradients(loss, layer.parameters()), rel=1e-12, abs=1e-14)


@cases
def test_pytorch_gives_the_same(kind: Any, formula: Any, options: Any, eps: float) -> None:
    torch = pytest.importorskip("torch", reason="a peer, of the extra bench")
    layer = made(kind, options)
    peer = getattr(torch.nn, kind.__name__)(WIDTH, dtype=torch.float64, **options)
    state = layer.state_dict()
    peer.load_state_dict({name: torch.tensor(array) for name, array in state.items()})
    inputs = torch.tensor(X[0], requires_grad=True)
    (peer(inputs) @ torch.tensor(SEED)).backward()
    own = [Value(number) for number in X[0]]
    mg.dot(SEED.tolist(), layer(own)).backward()
    assert [y.data for y in layer(own)] == pytest.approx(peer(inputs).tolist(), rel=1e-13)
    wanted = [inputs, *(getattr(peer, name) for name in state)]
    slopes = [number for array in wanted for number in array.grad.tolist()]
    assert [x.grad for x in (*own, *layer.parameters())] == pytest.approx(slopes, rel=1e-12)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_network_with_norms_is_trained(compiled: bool) -> None:
    """Two steps of plain descent are those of NumPy, with derivatives written by hand."""
    layer = nn.RMSNorm(WIDTH, eps=0.1)
    targets = DRAWN.normal(size=X.shape)
    unit = X / np.sqrt((X * X).mean(axis=1, keepdims=True) + 0.1)
    weight = np.ones(WIDTH)
    for _ in range(2):
        weight -= 0.2 * (2 * (weight * unit - targets) * unit).sum(axis=0) / X.size
    history = mg.fit(
        layer,
        X,
        targets,
        loss=losses.mse_loss,
        optimizer=optim.SGD(layer.parameters(), 0.2),
        epochs=2,
        batch_size=len(X),
        progress=False,
        compiled=compiled,
    )
    assert history.compiled is compiled
    assert layer.state_dict()["weight"] == pytest.approx(weight, rel=1e-12)


def test_weights_start_as_pytorchs_and_have_its_names_and_shapes() -> None:
    state = nn.LayerNorm(4).state_dict()
    assert {name: x.tolist() for name, x in state.items()} == {
        "weight": [1.0] * 4,
        "bias": [0.0] * 4,
    }
    assert list(nn.LayerNorm(4, bias=False).state_dict()) == ["weight"]
    assert list(nn.LayerNorm(4, 1e-5, False).state_dict()) == []
    assert {name: x.tolist() for name, x in nn.RMSNorm(4).state_dict().items()} == {
        "weight": [1.0] * 4
    }
    assert list(nn.RMSNorm(4, None, False).state_dict()) == []
    assert nn.LayerNorm(2).weight[1].label == "weight.1"  # type: ignore[index]
    assert (nn.LayerNorm(4).eps, nn.RMSNorm(4).eps) == (1e-5, np.finfo(float).eps)
    assert (repr(nn.LayerNorm(4)), repr(nn.RMSNorm(4))) == ("LayerNorm(4)", "RMSNorm(4)")


def test_without_weights_numbers_give_numbers() -> None:
    x = [3.0, 7.0]
    assert nn.LayerNorm(2, 0.0, elementwise_affine=False)(x) == [-1.0, 1.0]
    assert nn.RMSNorm(2, 0.0, elementwise_affine=False)([1.0, 7.0]) == pytest.approx([0.2, 1.4])
    assert x == [3.0, 7.0]


@pytest.mark.parametrize("kind", [nn.LayerNorm, nn.RMSNorm])
def test_what_does_not_fit_is_refused(kind: Any) -> None:
    with pytest.raises(ValueError, match="x has 3 elements, expected 2"):
        kind(2)([1.0, 2.0, 3.0])
    with pytest.raises(TypeError, match="normalized_shape must be an int, got list"):
        kind([2])
    with pytest.raises(ValueError, match="normalized_shape must be at least 1, got 0"):
        kind(0)
    with pytest.raises(ValueError, match="eps must be a finite number from 0 on"):
        kind(2, -1e-5)
    with pytest.raises(TypeError, match="elementwise_affine must be True or False, got int"):
        kind(2, 1e-5, 1)
    with pytest.raises(ZeroDivisionError, match="div"):
        kind(2, 0.0)([Value(0.0), Value(0.0)])  # without eps there is no size that 0 could have


def test_a_copy_has_weights_of_its_own() -> None:
    layer = nn.LayerNorm(2)
    other = copy.deepcopy(layer)
    other.weight[0].data = random.random() + 2  # type: ignore[index]
    assert layer.weight[0].data == 1.0  # type: ignore[index]
