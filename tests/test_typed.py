"""Named tuples that load no `typing`: they are as those of typing, which checkers take them for."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import Any

import pytest

from microgradnn import typed

# Checkers hold the two to be the same; at run time one of them is ours.
OURS: Any = vars(typed)["NamedTuple"]


class Ours(OURS):  # type: ignore[misc]
    """What is told."""

    name: str
    size: int = 3
    parts: tuple[str, ...] = ()

    def twice(self) -> int:
        return 2 * int(self.size)


class Theirs(typing.NamedTuple):
    name: str
    size: int = 3
    parts: tuple[str, ...] = ()


def test_fields_defaults_and_equality_are_those_of_typing() -> None:
    assert OURS is not typing.NamedTuple
    for given in (("a",), ("a", 4), ("a", 4, ("b",))):
        ours, theirs = Ours(*given), Theirs(*given)
        assert (tuple(ours), ours._fields) == (tuple(theirs), theirs._fields)
        assert ours._asdict() == theirs._asdict()
        assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert Ours._field_defaults == Theirs._field_defaults == {"size": 3, "parts": ()}
    assert Ours("a")._replace(size=5) == Ours("a", 5)
    assert Ours("a", size=2).twice() == 4
    for wrong in ((), ("a", 1, (), 4)):
        with pytest.raises(TypeError):
            Ours(*wrong)


def test_they_are_small_and_immutable_and_travel() -> None:
    told = Ours("a")
    assert not hasattr(told, "__dict__")
    with pytest.raises(AttributeError):
        told.size = 4
    assert copy.deepcopy(told) == pickle.loads(pickle.dumps(told)) == told
    assert type(pickle.loads(pickle.dumps(told))) is Ours
    assert Ours.__doc__ == "What is told."
    assert Ours.__module__ == __name__
