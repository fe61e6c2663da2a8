"""Optimisers and schedules."""

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import microgradnn as mg
from microgradnn import Value, nn, optim


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


# ---- What may be trained -----------------------------------------------------------------------


def test_only_leaves_are_trained_and_what_to_write_is_said() -> None:
    model, a = nn.MLP(2, [2, 1], rng=0), Value(1.0, label="a")
    result = a * 2
    result.label = "c"
    with mg.no_grad():
        unrecorded = a * 2
    refused: list[tuple[Any, str]] = [
        (model, r"got MLP; write model\.parameters\(\)"),
        (model.parameters, r"got a function; is a \(\) missing"),
        (model.named_parameters(), r"\[0\] must be a Value, got tuple; .* named_parameters"),
        ({"a": a}, r"got dict; write list\(the_dict\.values\(\)\)"),
        (a, r"got Value; write \[parameter\]"),
        ({a}, "must be a list .*, got set"),
        ([a, result], r"parameters\[1\], 'c', is the result of mul and no leaf"),
        ([unrecorded], r"\[0\] is a result computed in no_grad\(\) and no leaf"),
        ([model, model], r"\[0\] must be a Value, got MLP; write \[\*a"),
        ([[a]], "got list; write one flat list"),
        (np.array([[a]]), r"got ndarray; write array\.ravel"),
        ([{"params": [a]}], "got dict; make an optimizer for each group"),
        (iter([]), "parameters is empty"),
        ([a, a], "same Value twice"),
    ]
    for parameters, message in refused:
        with pytest.raises((TypeError, ValueError), match=message):
            optim.SGD(parameters, lr=0.1)
    assert optim.SGD((x for x in [a]), lr=0.1).parameters == [a]
    assert optim.SGD(np.array([a]), lr=0.1).parameters == [a]


@pytest.mark.parametrize("kind", [optim.SGD, optim.Adam])
def test_gradients_of_other_kinds_are_floats_or_refused(kind: Any) -> None:
    def stepped(*gradients: Any) -> list[float]:
        parameters = with_gradients([1.0] * len(gradients), [0.0] * len(gradients))
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        optimizer = kind(parameters, lr=0.3)
        optimizer.step()
        optimizer.step()
        assert all(type(p.data) is float for p in parameters)
        return [p.data for p in parameters]

    tenth = np.float32(0.1)
    plain = stepped(float(tenth), 2.0)
    for kinds in [(tenth, 2.0), (tenth, np.float32(2.0)), (tenth, 2), (np.array(tenth), 2.0)]:
        assert stepped(*kinds) == plain
    others: list[Any] = [None, np.array([1.0, 2.0]), "1.0", 1j, Value(1.0), [1.0]]
    for wrong in others:
        parameters = with_gradients([1.0, 2.0], [0.5, 0.5])
        try:
            parameters[1].grad = wrong
        except TypeError:  # which may be refused at once
            continue
        optimizer = kind(parameters, lr=0.1)
        if type(parameters[1].grad) is float:  # or taken for no gradient yet
            continue
        for act in (optimizer.step, lambda p=parameters: optim.clip_grad_norm(p, 0.1)):
            with pytest.raises(TypeError, match="the gradient of p1 "):
                act()
        assert ([p.data for p in parameters], optimizer.steps) == ([1.0, 2.0], 0)


def test_the_learning_rate_can_be_set() -> None:
    (x,) = with_gradients([0.0], [1.0])
    optimizer = optim.SGD([x], lr=1.0)
    rates: list[Any] = [0.5, np.float32(0.25), 0, lambda step: 10.0 * step]
    for rate in rates:
        optimizer.lr = rate
        optimizer.step()
    assert x.data == -(0.5 + 0.25 + 30.0)
    assert optimizer.lr == 40.0
    for wrong in (-1.0, math.nan, "x", None, Value(1.0)):
        with pytest.raises((ValueError, TypeError), match="lr must be"):
            optimizer.lr = wrong  # type: ignore[assignment]
    assert optimizer.lr == 40.0


# ---- Gradients of any size ---------------------------------------------------------------------


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


def test_clipping_at_the_ends_of_the_range() -> None:
    for size, limit in [(1e200, 1.0), (1e200, 1e-200), (1e-200, 1e-250), (1.0, 1e-300)]:
        parameters = with_gradients([0.0, 0.0], [3 * size, 4 * size])
        assert optim.clip_grad_norm(parameters, limit) == pytest.approx(5 * size, rel=1e-12)
        assert [p.grad / limit for p in parameters] == pytest.approx([0.6, 0.8], rel=1e-12)
