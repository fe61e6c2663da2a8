"""The rules of optimisers, against their formulas and PyTorch."""

import math
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest
from given_gradients import with_gradients
from hypothesis import given
from hypothesis import strategies as st

from microgradnn import Value, optim


def test_sgd() -> None:
    parameters = with_gradients([1.0, 2.0], [0.5, -1.0])
    optim.SGD(parameters, lr=0.5).step()
    assert [p.data for p in parameters] == [0.75, 2.5]


def test_momentum_and_weight_decay() -> None:
    (x,) = with_gradients([1.0], [2.0])
    optimizer = optim.SGD([x], lr=0.5, momentum=0.5, weight_decay=0.5)
    optimizer.step()  # v = 2 + .5·1 = 2.5; x = 1 − 1.25
    assert x.data == -0.25
    optimizer.step()  # v = 1.25 + 2 − .125 = 3.125; x = −.25 − 1.5625
    assert x.data == -1.8125


def test_adam_adds_eps_outside_the_root() -> None:
    x = Value(1.0)
    x.grad = 2.0
    optim.Adam([x], lr=0.1, eps=0.5).step()
    assert x.data == pytest.approx(1.0 - 0.1 * 2.0 / (2.0 + 0.5), rel=1e-15)


def test_adam_by_hand() -> None:
    (x,) = with_gradients([1.0], [2.0])
    optimizer = optim.Adam([x], lr=0.1, betas=(0.5, 0.75), eps=0.0)
    optimizer.step()  # both corrected means are those of the only gradient: g/√g² = 1
    assert x.data == pytest.approx(0.9, rel=1e-15)
    x.grad = -1.0
    optimizer.step()
    m = (0.5 * (0.5 * 2.0) + 0.5 * -1.0) / (1 - 0.25)
    v = (0.75 * (0.25 * 4.0) + 0.25 * 1.0) / (1 - 0.75**2)
    assert x.data == pytest.approx(0.9 - 0.1 * m / math.sqrt(v), rel=1e-15)


def test_defaults_and_limits() -> None:
    x = Value(1.0)
    adam = optim.Adam([x])
    assert (adam.lr, adam.betas, adam.eps) == (0.001, (0.9, 0.999), 1e-8)
    adam.step()
    assert adam.steps == 1
    still = optim.Adam([x], lr=0.1, eps=0.0)  # 0/0 is no step
    still.step()
    assert x.data == 1.0
    assert optim.cosine_decay(1.0, 10)(10) == 0.0
    assert optim.warmup(1.0, 4)(9) == 1.0
    assert optim.step_decay(1.0, every=1)(2) == 0.25


# ---- What may be trained -----------------------------------------------------------------------


SIZES = st.floats(-307.0, 307.0).map(lambda power: 10.0**power)
SLOPES = st.builds(lambda size, sign: sign * size, SIZES, st.sampled_from([-1.0, 0.0, 1.0]))


@given(st.lists(SLOPES, min_size=1, max_size=8), st.sampled_from([0.0, 1e-200, 1e-8, 1e100]))
def test_adam_is_right_for_gradients_of_any_size(slopes: list[float], eps: float) -> None:
    (x,) = with_gradients([0.0], [0.0])
    optimizer = optim.Adam([x], lr=0.5, eps=eps)
    with mpmath.workdps(60):
        first, second = mpmath.mpf(0.9), mpmath.mpf(0.999)
        mean = square = place = mpmath.mpf(0)
        for step, slope in enumerate(slopes, start=1):
            x.grad = slope
            optimizer.step()
            mean = first * mean + (1 - first) * mpmath.mpf(slope)
            square = second * square + (1 - second) * mpmath.mpf(slope) ** 2
            size = mpmath.sqrt(square / (1 - second**step)) + eps
            place -= 0.5 * mean / (1 - first**step) / size if size else 0
        assert abs(x.data - place) <= 1e-9 * max(abs(place), 1e-3)


def test_adam_has_the_same_bits_as_by_the_formula() -> None:
    rng = np.random.default_rng(0)
    theta = rng.normal(size=50)
    optimizer = optim.Adam([Value(0.0) for _ in theta], lr=0.1)
    scaled = optim.Adam(optimizer.parameters, lr=0.1, eps=0.0)  # which always looks for a scale
    mean, square = np.zeros(50), np.zeros(50)
    for step in range(1, 40):
        gradient = rng.normal(size=50) * 10.0 ** rng.uniform(-60, 60, size=50)
        mean = 0.9 * mean + (1 - 0.9) * gradient
        square = 0.999 * square + (1 - 0.999) * gradient * gradient
        m, v = mean / (1 - 0.9**step), np.sqrt(square / (1 - 0.999**step))
        assert (optimizer.update(theta, gradient) == theta - 0.1 * (m / (v + 1e-8))).all()
        assert (scaled.update(theta, gradient) == theta - 0.1 * (m / v)).all()


# ---- Rules as their formulas are written, number by number ---------------------------------------


def slopes(theta: list[float]) -> list[float]:
    """The gradient of Σ k·(1 − cos(θₖ)) + θ₀θ₁/4, which changes its sign on the way."""
    along = [k * math.sin(x) for k, x in enumerate(theta, start=1)]
    return [along[0] + theta[1] / 4, along[1] + theta[0] / 4, *along[2:]]


def sgd(
    steps: int, lr: float, momentum: float = 0.0, weight_decay: float = 0.0, nesterov: bool = False
) -> list[float]:
    theta, velocity = [*START], [0.0] * len(START)
    for _ in range(steps):
        for k, g in enumerate(slopes(theta)):
            g += weight_decay * theta[k]
            velocity[k] = momentum * velocity[k] + g
            theta[k] -= lr * (g + momentum * velocity[k] if nesterov else velocity[k])
    return theta


def adam(
    steps: int,
    lr: float = 0.001,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    decoupled: bool = False,
) -> list[float]:
    theta, m, v = [*START], [0.0] * len(START), [0.0] * len(START)
    for t in range(1, steps + 1):
        for k, g in enumerate(slopes(theta)):
            if decoupled:
                theta[k] -= lr * weight_decay * theta[k]
            else:
                g += weight_decay * theta[k]
            m[k] = betas[0] * m[k] + (1 - betas[0]) * g
            v[k] = betas[1] * v[k] + (1 - betas[1]) * g**2
            mean, square = m[k] / (1 - betas[0] ** t), v[k] / (1 - betas[1] ** t)
            theta[k] -= lr * mean / (math.sqrt(square) + eps)
    return theta


def rmsprop(
    steps: int,
    lr: float = 0.01,
    alpha: float = 0.99,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    momentum: float = 0.0,
    centered: bool = False,
) -> list[float]:
    theta = [*START]
    v, mean, buffer = ([0.0] * len(START) for _ in range(3))
    for _ in range(steps):
        for k, g in enumerate(slopes(theta)):
            g += weight_decay * theta[k]
            v[k] = alpha * v[k] + (1 - alpha) * g**2
            mean[k] = alpha * mean[k] + (1 - alpha) * g
            spread = v[k] - mean[k] ** 2 if centered else v[k]
            buffer[k] = momentum * buffer[k] + g / (math.sqrt(spread) + eps)
            theta[k] -= lr * buffer[k]
    return theta


START = [1.0, -2.0, 0.5, 3.0]
AS_WRITTEN: list[tuple[Any, Any, dict[str, Any]]] = [
    (optim.SGD, sgd, {"lr": 0.1}),
    (optim.SGD, sgd, {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01}),
    (optim.SGD, sgd, {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01, "nesterov": True}),
    (optim.Adam, adam, {}),
    (optim.Adam, adam, {"lr": 0.1, "betas": (0.8, 0.99), "eps": 1e-3, "weight_decay": 0.1}),
    (optim.AdamW, partial(adam, weight_decay=0.01, decoupled=True), {}),
    (optim.AdamW, partial(adam, decoupled=True), {"lr": 0.1, "weight_decay": 0.2}),
    (optim.RMSprop, rmsprop, {}),
    (optim.RMSprop, rmsprop, {"lr": 0.02, "alpha": 0.9, "eps": 1e-4, "weight_decay": 0.1}),
    (optim.RMSprop, rmsprop, {"momentum": 0.5, "centered": True, "alpha": 0.9}),
]


@pytest.mark.parametrize(("kind", "as_written", "settings"), AS_WRITTEN)
def test_a_hundred_steps_are_those_of_the_formula(
    kind: Any, as_written: Any, settings: dict[str, Any]
) -> None:
    expected = as_written(100, **settings)
    parameters = [Value(x) for x in START]
    optimizer = kind(parameters, **settings)
    for _ in range(100):
        for p, slope in zip(parameters, slopes([p.data for p in parameters]), strict=True):
            p.grad = slope
        optimizer.step()
    assert [p.data for p in parameters] == pytest.approx(expected, rel=1e-12, abs=1e-12)
    theta = np.array(START)
    optimizer = kind(parameters, **settings)
    for _ in range(100):
        theta = optimizer.update(theta, np.array(slopes(theta.tolist())))
    assert theta.tolist() == [p.data for p in parameters]


def test_nesterov_needs_momentum() -> None:
    with pytest.raises(ValueError, match=r"nesterov needs a momentum above 0, got 0\.0"):
        optim.SGD([Value(1.0)], lr=0.1, nesterov=True)
    with pytest.raises(TypeError, match="nesterov must be True or False, got int 1"):
        optim.SGD([Value(1.0)], lr=0.1, momentum=0.5, nesterov=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("centered", [False, True])
def test_rmsprop_of_equal_gradients_and_of_none(centered: bool) -> None:
    """A variance may come out below 0 by rounding, and 0 / 0 is no step."""
    parameters = with_gradients([1.0, 2.0], [1.1, 0.0])
    optimizer = optim.RMSprop(parameters, lr=1e-9, alpha=0.3, eps=1e-6, centered=centered)
    for _ in range(200):
        optimizer.step()
    assert 0.5 < parameters[0].data < 1.0
    still = optim.RMSprop([parameters[1]], eps=0.0, centered=centered)
    still.step()
    assert parameters[1].data == 2.0


@given(st.lists(SLOPES, min_size=1, max_size=6), st.sampled_from([0.0, 1e-200, 1e-8, 1e100]))
def test_rmsprop_is_right_for_gradients_of_any_size(slopes: list[float], eps: float) -> None:
    (x,) = with_gradients([0.0], [0.0])
    optimizer = optim.RMSprop([x], lr=0.5, alpha=0.9, eps=eps)
    with mpmath.workdps(60):
        alpha, square, place = mpmath.mpf(0.9), mpmath.mpf(0), mpmath.mpf(0)
        for slope in slopes:
            x.grad = slope
            optimizer.step()
            square = alpha * square + (1 - alpha) * mpmath.mpf(slope) ** 2
            size = mpmath.sqrt(square) + eps
            place -= 0.5 * mpmath.mpf(slope) / size if size else 0
        assert abs(x.data - place) <= 1e-9 * max(abs(place), 1e-3)


@pytest.mark.parametrize("sizes", [(1e300, 1e-300, 1e-310), (1e-300, 1e300), (1e300, 1.0, 1e-300)])
def test_rmsprop_that_forgets_follows_jumps_of_any_size(sizes: tuple[float, ...]) -> None:
    (x,) = with_gradients([0.0], [0.0])
    optimizer = optim.RMSprop([x], lr=0.25, alpha=0.0, eps=0.0)  # √v is |g|
    for step, size in enumerate(sizes, start=1):
        x.grad = -size
        optimizer.step()
        assert x.data == pytest.approx(0.25 * step, rel=1e-12)
