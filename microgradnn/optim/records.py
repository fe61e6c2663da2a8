"""Learning rates as records of their names and numbers, so that a file can hold them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..arguments import as_count, as_number, must_be
from ..typed import Any
from . import schedules
from .schedules import LearningRate, Schedule


def record_of(rate: LearningRate, name: str) -> dict[str, Any]:
    """The kind of a learning rate, its settings, and what it has seen, each by its name.

    >>> from microgradnn.optim import constant, warmup
    >>> record_of(warmup(constant(0.5), steps=4), "lr")
    {'kind': 'warmup', 'lr': {'kind': 'constant', 'lr': 0.5}, 'steps': 4}
    """
    kind = type(rate)
    if not (isinstance(rate, Schedule) and kind.__module__ == schedules.__name__):
        raise ValueError(
            f"{name} is {getattr(rate, '__qualname__', kind.__qualname__)}, a function of your "
            "own, which no file can hold; take one of optim, or pickle what it belongs to"
        )
    numbers = {
        place: record_of(x, f"{name}.{place}") if callable(x) else x
        for place, x in vars(rate).items()
    }
    return {"kind": kind.__name__, **numbers}


def rate_of(record: Any, name: str) -> Schedule:
    """The learning rate of a record; ValueError or TypeError if it is none."""
    numbers = dict(must_be(Mapping, record, name, "the record of a learning rate"))
    kind = vars(schedules).get(numbers.pop("kind", None))
    if not (isinstance(kind, type) and issubclass(kind, Schedule) and kind is not Schedule):
        raise ValueError(f"{name} must have the kind of a learning rate of optim")
    settings = {place: x for place, x in numbers.items() if not place.startswith("_")}
    if isinstance(settings.get("lr"), Mapping):
        settings["lr"] = rate_of(settings["lr"], f"{name}['lr']")
    rate: Schedule = kind(**settings)
    if vars(rate).keys() != numbers.keys():
        raise ValueError(f"{name} has {sorted(numbers)}, not {sorted(vars(rate))}")
    for place in numbers.keys() - settings.keys():
        vars(rate)[place] = _as_seen(numbers[place], vars(rate)[place], f"{name}[{place!r}]")
    return rate


def _as_seen(x: Any, first: Any, name: str) -> Any:
    """What a learning rate has seen, of the same type as it is at first."""
    if isinstance(first, int):
        return as_count(x, name, least=0)
    if math.isnan(number := as_number(x, name)):
        raise ValueError(f"{name} is NaN")
    return number
