"""Learning rates that change."""

import copy
import math
import pickle
from typing import Any

import pytest
from given_gradients import with_gradients

from microgradnn import optim


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


RATES: list[Any] = [
    optim.constant(0.5),
    optim.step_decay(1.0, every=2, factor=0.25),
    optim.exponential_decay(1.0, 0.5),
    optim.inverse_time_decay(1.0, 0.5),
    optim.cosine_decay(1.0, 9, final=0.25),
    optim.one_cycle(1.0, 9, pct_start=0.5),
    optim.reduce_on_plateau(1.0, patience=1),
    optim.warmup(optim.reduce_on_plateau(1.0, patience=1), 3),
]


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: type(rate).__name__)
def test_a_learning_rate_shows_copies_and_pickles_as_what_it_was_made_of(rate: Any) -> None:
    for twin in (
        eval(repr(rate), vars(optim)),
        copy.deepcopy(rate),
        pickle.loads(pickle.dumps(rate)),
    ):
        assert repr(twin) == repr(rate)
        assert [twin(step) for step in range(12)] == [rate(step) for step in range(12)]
        twin.see(1.0)
    seen = copy.deepcopy(rate)
    for _ in range(3):
        seen.see(1.0)
    assert (seen(20) != rate(20)) == ("plateau" in repr(rate))
    assert copy.deepcopy(seen)(20) == pickle.loads(pickle.dumps(seen))(20) == seen(20)


def test_one_cycle() -> None:
    rate = optim.one_cycle(2.0, 10, pct_start=0.5, div_factor=4.0, final_div_factor=5.0)
    assert rate(0) == 0.5
    assert rate(2) == pytest.approx(1.25)  # half of the way up
    assert rate(4) == 2.0
    assert rate(9) == rate(100) == pytest.approx(0.1)
    down = optim.one_cycle(1.0, 3, pct_start=0.0)  # from between two steps
    assert down(0) == pytest.approx(4e-6 + (1 - 4e-6) * 0.75)
    up = optim.one_cycle(1.0, 3, pct_start=1.0)
    assert [up(step) for step in (0, 1, 2)] == pytest.approx([0.04, 0.52, 1.0])
    assert up(3) == pytest.approx(0.04 / 1e4)
    assert optim.one_cycle(1.0, 1, pct_start=1.0)(0) == 1.0
    assert optim.one_cycle(0.0, 5)(2) == 0.0
    for wrong in (-0.1, 1.5, math.nan):
        with pytest.raises(ValueError, match=r"pct_start must be in \[0, 1\], got"):
            optim.one_cycle(1.0, 10, pct_start=wrong)


def test_reduce_on_plateau() -> None:
    rate = optim.reduce_on_plateau(1.0, factor=0.5, patience=2, threshold=0.1, min_lr=0.2)
    seen = []
    for loss in [4.0, 3.7, 3.65, 3.0, *[2.9] * 3, 2.0, *[2.0] * 12]:
        rate.see(loss)
        seen.append(rate(0))
    # 3.7 and 3.65 are not a tenth below 4; three epochs after 3.0 bring nothing better.
    assert seen[:8] == [1.0] * 6 + [0.5, 0.5]
    assert seen[8:] == [0.5, 0.5, 0.25, 0.25, 0.25] + [0.2] * 7
    falling = optim.reduce_on_plateau(1.0, patience=0)
    for loss in (0.5, -1.0, -2.0):  # a loss may be negative, and is lower then
        falling.see(loss)
    assert falling(3) == 1.0
    falling.see(math.nan)
    assert falling(4) == 0.1
    low = optim.reduce_on_plateau(0.1, patience=0, min_lr=0.5)
    low.see(1.0)
    low.see(1.0)
    assert low(0) == 0.1  # a rate that is below the least is not raised


def test_what_a_function_is_told_goes_through_warmup() -> None:
    rate = optim.warmup(optim.reduce_on_plateau(1.0, patience=0), 2)
    for loss in (1.0, 1.0):
        rate.see(loss)
    assert (rate(0), rate(5)) == (0.05, 0.1)
    optim.warmup(lambda step: 1.0, 2).see(1.0)  # a function of the user's own sees nothing


def test_defaults_are_pytorchs() -> None:
    shown = "max_lr=1.0, total_steps=9, pct_start=0.3, div_factor=25.0, final_div_factor=10000.0"
    assert repr(optim.one_cycle(1.0, 9)) == f"one_cycle({shown})"
    shown = "lr=1.0, factor=0.1, patience=10, threshold=0.0001, min_lr=0.0"
    assert repr(optim.reduce_on_plateau(1.0)) == f"reduce_on_plateau({shown})"
    optim.one_cycle(1.0, 9, pct_start=1.0)
    with pytest.raises(ValueError, match="pct_start must be"):
        optim.one_cycle(1.0, 9, pct_start=1.0001)


def test_an_equal_loss_is_no_better_even_without_a_threshold() -> None:
    rate = optim.reduce_on_plateau(1.0, factor=0.5, patience=0, threshold=0.0)
    for loss in (2.0, 2.0, 1.0):
        rate.see(loss)
    assert rate(0) == 0.5


def test_a_schedule_that_has_not_been_made_is_refused() -> None:
    given = with_gradients([1.0], [1.0])
    with pytest.raises(TypeError, match=r"^lr must be made, as optim.cosine_decay\(0.1, steps=100"):
        optim.SGD(given, lr=optim.cosine_decay)  # type: ignore[arg-type]
