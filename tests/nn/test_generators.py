"""Random generators of a model: which are found, and that their states survive a file."""

import json
import random
from typing import Any

import numpy as np
import pytest

from microgradnn import Value, nn
from microgradnn.nn.generators import generators_in, kind_of, set_state, state_of

KINDS = [
    *(np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937, np.random.Philox, np.random.SFC64),
]
MAKERS: list[Any] = [
    lambda: random.Random(5),
    lambda: np.random.RandomState(5),
    *(lambda kind=kind: np.random.Generator(kind(5)) for kind in KINDS),
]


def draw(generator: Any, count: int = 700) -> list[float]:
    """Numbers of both kinds, more than a generator makes at once; an odd number of normal ones."""
    normal = generator.gauss if isinstance(generator, random.Random) else generator.normal
    return [*(generator.random() for _ in range(count)), *(normal(0.0, 1.0) for _ in range(3))]


@pytest.mark.parametrize("make", MAKERS)
def test_a_state_survives_a_file(make: Any) -> None:
    generator, other = make(), make()
    draw(generator, 5)  # and so a normal number is left over
    state = json.loads(json.dumps(state_of(generator)))
    kept = json.dumps(state)
    expected = draw(generator)
    for one in (generator, other):
        set_state(one, state)
        assert draw(one) == expected
    assert json.dumps(state) == kept
    assert kind_of(state) == kind_of(state_of(make()))


def test_kinds_differ() -> None:
    assert len({kind_of(state_of(make())) for make in MAKERS}) == len(MAKERS)


class Helper:
    """An object of the user's that is no Module."""

    def __init__(self, generator: Any) -> None:
        self.generator = generator


class Slotted:
    __slots__ = ("generator",)


def test_where_generators_are_found() -> None:
    made = [make() for make in MAKERS]
    model: Any = nn.Sequential(nn.Layer(2, 3, rng=0), nn.Layer(3, 1, rng=0))
    model.first = made[0]
    model.shared = made[0]
    model.several = [made[1], (made[2], {"a": made[3]})]
    model.helper = Helper(made[4])
    model.slotted = Slotted()
    model.slotted.generator = made[5]
    model[1].inner = made[6]
    model.circle = model
    found = generators_in(model)
    assert len(found) == 7
    assert {id(x) for x in found} == {id(x) for x in made}
    again = nn.Sequential(nn.Layer(2, 3, rng=0), nn.Layer(3, 1, rng=0))
    vars(again).update(vars(model))
    assert [id(x) for x in generators_in(again)] == [id(x) for x in found]  # the order is the same


def test_what_a_whole_program_shares_is_left_alone() -> None:
    model: Any = nn.Layer(2, 1)
    hidden = random.Random(1)
    model.others = [random, np.random, random._inst, np.random.mtrand._rand, random.SystemRandom()]
    model.function = lambda x: x * hidden.random()
    model.value = Value(1.0)
    assert generators_in(model) == []
