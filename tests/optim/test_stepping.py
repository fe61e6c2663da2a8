"""Steps: what is refused, learning rates, states, copies; clipping."""

import copy
import math
import pickle
from typing import Any

import mpmath
import numpy as np
import pytest
from given_gradients import with_gradients

from microgradnn import Value, nn, optim
from microgradnn.optim.stepping import clipped


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


def test_schedules_drive_the_steps() -> None:
    (x,) = with_gradients([0.0], [1.0])
    optimizer = optim.SGD([x], lr=optim.step_decay(1.0, every=2))
    for _ in range(4):
        optimizer.step()
    assert x.data == -(1.0 + 1.0 + 0.5 + 0.5)
    assert optimizer.lr == 0.25


def test_clip_grad_norm() -> None:
    parameters = with_gradients([0.0, 0.0], [3.0, 4.0])
    assert optim.clip_grad_norm(parameters, 10.0) == 5.0
    assert [p.grad for p in parameters] == [3.0, 4.0]
    optim.clip_grad_norm(parameters, 1.0)
    assert [p.grad for p in parameters] == pytest.approx([0.6, 0.8])
    parameters[1].grad = math.nan
    with pytest.raises(FloatingPointError, match="none was changed"):
        optim.clip_grad_norm(parameters, 1.0)


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


def test_clipping_at_the_ends_of_the_range() -> None:
    for size, limit in [(1e200, 1.0), (1e200, 1e-200), (1e-200, 1e-250), (1.0, 1e-300)]:
        parameters = with_gradients([0.0, 0.0], [3 * size, 4 * size])
        assert optim.clip_grad_norm(parameters, limit) == pytest.approx(5 * size, rel=1e-12)
        assert [p.grad / limit for p in parameters] == pytest.approx([0.6, 0.8], rel=1e-12)


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e-10, 1.0, 1e10, 1e160, 1e300])
@pytest.mark.parametrize("share", [1e-300, 1e-9, 0.5, 0.999])
def test_arrays_are_clipped_as_gradients_of_values_are(scale: float, share: float) -> None:
    slopes = (np.random.default_rng(0).normal(size=50) * scale).tolist()
    limit = max(share * math.hypot(*slopes), 1e-320)
    parameters = with_gradients([0.0] * 50, slopes)
    optim.clip_grad_norm(parameters, limit)
    shorter = clipped(np.array(slopes), limit)
    assert shorter == pytest.approx([p.grad for p in parameters], rel=1e-15, abs=1e-323)
    with mpmath.workdps(40):
        length = mpmath.norm([mpmath.mpf(x) for x in slopes])
        exact = [float(mpmath.mpf(x) * limit / length) for x in slopes]
    assert shorter == pytest.approx(exact, rel=1e-15, abs=1e-323)


def test_what_is_short_or_broken_is_left_as_it_is() -> None:
    for slopes in ([3.0, 4.0], [0.0, 0.0], [math.nan, 1.0], [math.inf, 1.0], [-math.inf, math.nan]):
        given = np.array(slopes)
        assert clipped(given, 5.0) is given
    assert clipped(np.array([3.0, 4.0]), 4.999).tolist() != [3.0, 4.0]
    with pytest.raises(FloatingPointError, match="the norm of the gradients is infinite"):
        clipped(np.full(9, 1e308), 5.0)


def test_settings_may_be_set_to_whole_numbers() -> None:
    (x,) = with_gradients([1.0], [1e-170])
    optimizer = optim.Adam([x], lr=0.5)
    optimizer.eps = 0
    optimizer.weight_decay = 0
    optimizer.step()
    assert x.data == 0.5
    x.grad = 1.7e308
    sgd = optim.SGD([x], lr=1e308)
    sgd.weight_decay = 2
    with pytest.raises(FloatingPointError, match=r"with lr 1e\+308, weight_decay 2, overflows"):
        sgd.step()


# ---- States and copies ---------------------------------------------------------------------------


MAKE: list[Any] = [
    lambda p: optim.SGD(p, lr=optim.cosine_decay(0.1, 9), momentum=0.9, nesterov=True),
    lambda p: optim.Adam(p, lr=optim.warmup(0.1, 5), weight_decay=0.1),
    lambda p: optim.AdamW([{"params": p[:1]}, {"params": p[1:], "betas": (0.5, 0.9)}], lr=0.1),
    lambda p: optim.RMSprop([{"params": p[:2], "centered": True}, {"params": p[2:]}], momentum=0.5),
]
BATCHES = np.random.default_rng(0).normal(size=(8, 3)) * [1.0, 1.0, 1e200]


def trained(optimizer: Any, batches: Any) -> Any:
    for gradient in batches:
        for parameter, slope in zip(optimizer.parameters, gradient.tolist(), strict=True):
            parameter.grad = slope
        optimizer.step()
    return [p.data for p in optimizer.parameters]


@pytest.mark.parametrize("make", MAKE)
@pytest.mark.parametrize("steps", [0, 4])
def test_a_state_goes_on_bit_for_bit(make: Any, steps: int) -> None:
    optimizer = make([Value(x) for x in (1.0, 2.0, 3.0)])
    trained(optimizer, BATCHES[:steps])
    other = make([Value(p.data) for p in optimizer.parameters])
    other.lr = 0.5  # what is loaded says otherwise
    other.load_state_dict(pickle.loads(pickle.dumps(optimizer.state_dict())))
    twins = [other, pickle.loads(pickle.dumps(optimizer)), copy.deepcopy(optimizer)]
    expected = trained(optimizer, BATCHES[steps:])
    for twin in twins:
        assert twin.steps == steps
        assert trained(twin, BATCHES[steps:]) == expected


def test_a_state_is_a_copy() -> None:
    parameters = with_gradients([1.0, 2.0], [0.5, 0.5])
    optimizer = optim.SGD(parameters, lr=optim.reduce_on_plateau(1.0, patience=0), momentum=0.5)
    optimizer.step()
    state = optimizer.state_dict()
    other = optim.SGD(parameters, lr=0.1)
    other.load_state_dict(state)
    for loss in (1.0, 1.0):
        optimizer.see(loss)
    assert (optimizer.lr, other.lr) == (0.1, 1.0)
    state["velocity"][:] = 9.0
    state["learning_rates"][0].see(0.1)
    state["learning_rates"][0].see(0.1)
    assert (other.lr, other.velocity.tolist()) == (1.0, [0.5, 0.5])  # type: ignore[union-attr]
    assert optimizer.velocity.tolist() == [0.5, 0.5]  # type: ignore[union-attr]


def test_a_model_and_its_optimizer_stay_together() -> None:
    model = nn.MLP(2, [1], rng=0)
    pair = model, optim.Adam(model.parameters())
    for twin, optimizer in (copy.deepcopy(pair), pickle.loads(pickle.dumps(pair))):
        assert [*map(id, twin.parameters())] == [*map(id, optimizer.parameters)]
        assert twin.parameters()[0] is not model.parameters()[0]


def test_a_state_that_does_not_fit_is_refused_and_changes_nothing() -> None:
    parameters = with_gradients([1.0, 2.0], [0.5, 0.5])
    optimizer = optim.Adam(parameters)
    optimizer.step()
    good, before = optimizer.state_dict(), repr(optimizer.state_dict())
    optimizer.load_state_dict({**good, "steps": np.array(1), "eps": np.float64(1e-8)})
    assert repr(optimizer.state_dict()) == before
    few = optim.Adam(parameters[:1]).state_dict()
    wrong: list[tuple[Any, str]] = [
        (None, "state must be what state_dict gives, got NoneType"),
        ({}, r"state has \[\] and this optimizer \["),
        (optim.SGD(parameters, 0.1).state_dict(), "must be that of an optimizer of the same kind"),
        (few, r"for groups of \[1\] parameters, here are \[2\]"),
        ({**good, "steps": -1}, r"state\['steps'\] must be at least 0"),
        ({**good, "steps": 1.5}, r"state\['steps'\] must be an int"),
        ({**good, "eps": -1.0}, r"state\['eps'\] must be a finite number from 0"),
        ({**good, "betas": (0.5, 1.0)}, r"state\['betas'\]\[1\] must be in \[0, 1\)"),
        ({**good, "mean": np.zeros(3)}, r"state\['mean'\] has the shape \(3,\) for 2 parameters"),
        ({**good, "mean": np.zeros((2, 2))}, r"state\['mean'\] must be a real number, got list"),
        ({**good, "mean": np.array([1.0, math.nan])}, r"state\['mean'\] must be finite, got nan"),
        ({**good, "square": "x"}, r"state\['square'\] must be a real number, got str"),
        ({**good, "learning_rates": []}, r"state\['learning_rates'\] is empty"),
        ({**good, "learning_rates": [0.1, 0.1]}, "has 2 elements and groups has 1"),
        ({**good, "learning_rates": [-0.1]}, "must be a finite number from 0"),
    ]
    for state, message in wrong:
        with pytest.raises((TypeError, ValueError), match=message):
            optimizer.load_state_dict(state)
        assert repr(optimizer.state_dict()) == before


def test_all_groups_see_a_loss_and_a_shared_schedule_sees_it_once() -> None:
    a, b = Value(1.0), Value(2.0)
    optimizer = optim.SGD([{"params": [a]}, {"params": [b]}], lr=optim.reduce_on_plateau(1.0))
    for _ in range(11):
        optimizer.see(0.5)
    assert optimizer.lr == 1.0  # the best, and then ten that are no better
    optimizer.see(0.5)
    assert optimizer.lr == 0.1
    with pytest.raises(TypeError, match="loss must be a real number"):
        optimizer.see("0.5")  # type: ignore[arg-type]
    optim.SGD([a], lr=lambda step: 0.1).see(1.0)


def test_update_takes_a_number_for_each_parameter() -> None:
    optimizer = optim.SGD([Value(1.0), Value(2.0)], lr=0.5)
    assert optimizer.update([1.0, 2.0], [2.0, 4.0]).tolist() == [0.0, 0.0]  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^parameters has 2 elements and gradient has 1$"):
        optimizer.update(np.array([1.0, 2.0]), np.array([2.0]))
    with pytest.raises(TypeError, match=r"^theta must be a list of numbers or Values, got float$"):
        optimizer.update(1.0, np.array([2.0, 4.0]))  # type: ignore[arg-type]
    assert optimizer.steps == 1
