"""The random generators that a model holds, and where each of them is in its numbers."""

from __future__ import annotations

import random
import sys
from typing import Any

import numpy as np

from ..engine.value import Value
from .parts import PACKAGE, PLAIN, Searched, attributes_of, parts_of

_PASSED_BY = {*PLAIN, Value}  # of which a model has thousands


def generators_in(module: Searched) -> list[Any]:
    """Each generator once: in attributes, in containers there, and in objects of the user's.

    These are `random.Random`, NumPy's `Generator` and `RandomState`. Those that a whole program
    shares are left out, and so is what a function knows but does not show.
    """
    found = []
    entered = {}  # things themselves by their ids, so that no other gets the same id
    waiting: list[Any] = [module]
    while waiting:
        thing = waiting.pop()
        if id(thing) in entered or issubclass(type(thing), Value):
            continue
        entered[id(thing)] = thing
        if _is_generator(thing):
            found.append(thing)
        else:
            waiting += [item for _, item in _parts_of(thing) if type(item) not in _PASSED_BY][::-1]
    return found


def _parts_of(thing: Any) -> list[tuple[Any, Any]]:
    parts = parts_of(thing)
    if parts is not None:
        return list(parts)
    library = type(thing).__module__.partition(".")[0]
    is_users = library not in sys.stdlib_module_names and library not in (PACKAGE, "numpy")
    return attributes_of(thing) if is_users else []


def _is_generator(thing: Any) -> bool:
    if isinstance(thing, random.Random):
        # The numbers of the system's cannot be drawn again.
        return thing is not random._inst and not isinstance(thing, random.SystemRandom)
    if isinstance(thing, np.random.RandomState):
        return thing is not np.random.mtrand._rand
    return isinstance(thing, np.random.Generator)


def state_of(generator: Any) -> dict[str, Any]:
    """Where a generator is, as numbers, lists and names, which JSON can hold.

    >>> generator = random.Random(0)
    >>> state, drawn = state_of(generator), generator.random()
    >>> set_state(generator, state)
    >>> generator.random() == drawn
    True
    """
    if isinstance(generator, random.Random):
        version, numbers, left = generator.getstate()
        return {"kind": "Random", "version": version, "numbers": list(numbers), "left": left}
    if isinstance(generator, np.random.RandomState):
        return {"kind": "RandomState", **_plain(generator.get_state(legacy=False))}
    return {"kind": "Generator", **_plain(generator.bit_generator.state)}


def _plain(state: Any) -> Any:
    if isinstance(state, dict):
        return {name: _plain(x) for name, x in state.items()}
    return state.tolist() if isinstance(state, np.ndarray) else state


def set_state(generator: Any, state: dict[str, Any]) -> None:
    """Put a generator where another of its kind was."""
    state = dict(state)
    if state.pop("kind") == "Random":
        generator.setstate((state["version"], tuple(state["numbers"]), state["left"]))
    elif isinstance(generator, np.random.RandomState):
        generator.set_state(state)
    else:
        generator.bit_generator.state = state


def kind_of(state: dict[str, Any]) -> str:
    """What a generator is, for its state to be given to another of the same kind."""
    return " ".join(filter(None, [state["kind"], state.get("bit_generator")]))
