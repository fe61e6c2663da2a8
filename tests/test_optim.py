"""Optimisers and schedules."""

import math
from typing import Any

import pytest

from microgradnn import Value, optim


def with_gradients(numbers: list[float], gradients: list[float]) -> list[Value]:
    parameters = [Value(x, label=f"p{i}") for i, x in enumerate(numbers)]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    return parameters


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


def test_zero_grad() -> None:
    parameters = with_gradients([1.0], [2.0])
    optim.SGD(parameters, lr=0.1).zero_grad()
    assert parameters[0].grad == 0.0


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("kind", [optim.SGD, optim.Adam])
def test_a_step_with_a_bad_gradient_changes_nothing(kind: Any, bad: float) -> None:
    parameters = with_gradients([1.0, 2.0], [0.5, bad])
    optimizer = kind(parameters, lr=0.1)
    with pytest.raises(FloatingPointError, match="gradient of p1 is"):
        optimizer.step()
    assert [p.data for p in parameters] == [1.0, 2.0]
    assert optimizer.steps == 0


@pytest.mark.parametrize("lr", [-1.0, math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("kind", [optim.SGD, optim.Adam])
def test_wrong_learning_rates(kind: Any, lr: float) -> None:
    with pytest.raises(ValueError, match="lr must be a finite number from 0 on"):
        kind([Value(1.0)], lr=lr)
    optimizer = kind([Value(1.0)], lr=lambda step: lr)
    with pytest.raises(ValueError, match="lr must be"):
        optimizer.step()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([], 0.1), ValueError, "parameters is empty"),
        (([1.0], 0.1), TypeError, r"parameters\[0\] must be a Value, got float"),
        (([Value(1.0)], "0.1"), TypeError, "lr must be a real number"),
        (([Value(1.0)], 0.1, 1.0), ValueError, "momentum"),
        (([Value(1.0)], 0.1, 0.0, -1.0), ValueError, "weight_decay"),
    ],
)
def test_wrong_arguments(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        optim.SGD(*arguments)


def test_a_step_that_overflows_changes_nothing() -> None:
    def optimizer(parameters: list[Value]) -> optim.SGD:
        return optim.SGD(parameters, lr=1e10, momentum=0.5)

    parameters = with_gradients([1.0, 2.0], [0.5, 1e300])  # the weight would be −inf
    stepper, other = optimizer(parameters), optimizer(twins := with_gradients([1.0, 2.0], [0.5, 3]))
    message = r"the step for p1, with lr .*, weight_decay 0.0, overflows to -?inf; no param"
    with pytest.raises(FloatingPointError, match=message):
        stepper.step()
    assert [p.data for p in parameters] == [1.0, 2.0]
    assert stepper.steps == 0
    parameters[1].grad = 3.0  # what is kept from step to step is as it was, too
    for _ in range(2):
        stepper.step()
        other.step()
    assert [p.data for p in parameters] == [p.data for p in twins]


def test_duplicates_are_refused() -> None:
    a = Value(1.0)
    with pytest.raises(ValueError, match="same Value twice"):
        optim.SGD([a, a], lr=0.1)


def test_schedules_drive_the_steps() -> None:
    (x,) = with_gradients([0.0], [1.0])
    optimizer = optim.SGD([x], lr=optim.step_decay(1.0, every=2))
    for _ in range(4):
        optimizer.step()
    assert x.data == -(1.0 + 1.0 + 0.5 + 0.5)
    assert optimizer.lr == 0.25


def test_schedules() -> None:
    assert optim.exponential_decay(2.0, 0.1)(10) == pytest.approx(2 / math.e)
    assert optim.inverse_time_decay(2.0, 0.1)(10) == 1.0
    assert optim.cosine_decay(1.0, 100, final=0.5)(50) == pytest.approx(0.75)
    assert optim.cosine_decay(1.0, 100, final=0.5)(1000) == 0.5
    assert optim.warmup(optim.constant(2.0), 4)(1) == 1.0
    with pytest.raises(ValueError, match="every must be at least 1"):
        optim.step_decay(1.0, every=0)
    with pytest.raises(TypeError, match="steps must be an int"):
        optim.warmup(1.0, 2.5)  # type: ignore[arg-type]


def test_what_may_be_zero() -> None:
    """A learning rate, how fast it falls, where it ends, and a norm."""
    zero = [
        *(optim.constant(0.0), optim.step_decay(0.0, 1), optim.step_decay(1.0, 2, factor=0.0)),
        *(optim.exponential_decay(0.0, 0.0), optim.inverse_time_decay(0.0, 0.0)),
        *(optim.cosine_decay(0.0, 4), optim.cosine_decay(1.0, 2, final=0.0)),
    ]
    assert [schedule(3) for schedule in zero] == [0.0] * 7
    parameters = with_gradients([1.0], [2.0])
    optim.SGD(parameters, lr=zero[0]).step()
    optim.clip_grad_norm(parameters, 0.0)
    assert (parameters[0].data, parameters[0].grad) == (1.0, 0.0)


def test_clip_grad_norm() -> None:
    parameters = with_gradients([0.0, 0.0], [3.0, 4.0])
    assert optim.clip_grad_norm(parameters, 10.0) == 5.0
    assert [p.grad for p in parameters] == [3.0, 4.0]
    optim.clip_grad_norm(parameters, 1.0)
    assert [p.grad for p in parameters] == pytest.approx([0.6, 0.8])
    parameters[1].grad = math.nan
    with pytest.raises(FloatingPointError, match="none was changed"):
        optim.clip_grad_norm(parameters, 1.0)


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
