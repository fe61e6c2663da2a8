"""Learning rates as records: they come back as they were, or are refused."""

import json
import math
from typing import Any

import pytest

from microgradnn import optim
from microgradnn.optim import schedules
from microgradnn.optim.records import rate_of, record_of

SEEN = optim.reduce_on_plateau(0.5, factor=0.25, patience=0)
for _loss in (3.0, 4.0, 2.0, 5.0):
    SEEN.see(_loss)
RATES: list[optim.LearningRate] = [
    optim.constant(0.1),
    optim.step_decay(0.1, every=3),
    optim.exponential_decay(0.1, 0.2),
    optim.inverse_time_decay(0.1, 0.2),
    optim.cosine_decay(0.1, 7, final=0.01),
    optim.one_cycle(0.1, 7, pct_start=0.4),
    optim.reduce_on_plateau(0.1),
    SEEN,
    optim.warmup(0.1, 3),
    optim.warmup(optim.warmup(optim.cosine_decay(0.1, 7), 4), 3),
    optim.warmup(SEEN, 3),
]


def test_every_learning_rate_is_tried() -> None:
    public = {x for x in vars(optim).values() if isinstance(x, type)}
    kinds = {x for x in public if issubclass(x, optim.Schedule)} - {optim.Schedule}
    assert {type(rate) for rate in RATES} == kinds


@pytest.mark.parametrize("rate", RATES, ids=repr)
def test_a_record_is_the_learning_rate(rate: Any) -> None:
    record = record_of(rate, "lr")
    again = rate_of(json.loads(json.dumps(record)), "lr")
    assert repr(again) == repr(rate)
    assert record_of(again, "lr") == record
    for step in range(9):
        assert again(step) == rate(step)
    for loss in (5.0, 1.0, 1.0, 1.0):
        again.see(loss)
    assert record_of(rate, "lr") == record  # it is not the same object


def test_what_has_been_seen_is_kept() -> None:
    again = rate_of(record_of(SEEN, "lr"), "lr")
    assert again(0) == 0.5 * 0.25 * 0.25
    again.see(1.9)  # better than the best so far, 2
    assert again(0) == 0.5 * 0.25 * 0.25
    again.see(1.95)
    assert again(0) == 0.5 * 0.25**3
    assert record_of(optim.reduce_on_plateau(0.1), "lr")["_best"] == math.inf


class Own(optim.Schedule):
    """A learning rate of one's own."""

    def __call__(self, step: int) -> float:
        return 1.0


class constant(optim.constant):
    """One of one's own by the name of one of ours."""


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        (lambda step: 0.1, r"^the rate is .*<lambda>, a function of your own, which no file"),
        (Own(), "^the rate is Own, a function of your own"),
        (constant(0.1), "^the rate is constant, a function of your own"),
        (optim.warmup(math.sqrt, 3), r"^the rate\.lr is sqrt, a function of your own"),
    ],
)
def test_learning_rates_of_ones_own_are_refused(rate: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        record_of(rate, "the rate")


PLATEAU = record_of(optim.reduce_on_plateau(0.1), "lr")


RECORDS: list[Any] = [
    *(None, 0.1, "constant", [], {}, {"kind": "constant"}, {"lr": 0.1}),
    *({"kind": kind, "lr": 0.1} for kind in ("Schedule", "math", "as_rate", "Own", None)),
    *({"kind": "constant", "lr": x} for x in (-1.0, math.nan, math.inf)),
    *({"kind": "constant", "lr": x} for x in ("0.1", None)),
    {"kind": "constant", "lr": 0.1, "steps": 3},
    {"kind": "constant", "lr": 0.1, "_rate": 3.0},
    {"kind": "constant", "lr": 0.1, "": 3.0},
    {"kind": "warmup", "lr": {"kind": "constant"}, "steps": 3},
    {k: x for k, x in PLATEAU.items() if k != "_rate"},
]
RATES_SEEN: list[Any] = [math.nan, "0.1", None, [0.1], {}]
RECORDS += [{**PLATEAU, "_rate": x} for x in RATES_SEEN]
RECORDS += [{**PLATEAU, "_waited": x} for x in (-1, 1.5, True, None)]


@pytest.mark.parametrize("record", RECORDS, ids=repr)
def test_other_records_are_refused(record: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        rate_of(record, "lr")


def test_every_kind_stands_in_one_file() -> None:
    assert {type(rate).__module__ for rate in RATES} == {schedules.__name__}
