"""The search of a Module for its parameters, in order, and the refusal of what it cannot see."""

from __future__ import annotations

import gc
import itertools
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress

from ..engine.value import Value
from ..typed import Any
from .parts import (
    PACKAGE,
    PLAIN,
    Hidden,
    Parts,
    Searched,
    is_array_of_objects,
    is_parameter,
    parts_of,
    parts_of_state,
)

MOST_DIMENSIONS = 32  # of nested lists that become one array
_ITERATORS = frozenset(("builtins", "itertools", "_collections"))
# Where Python keeps classes that hold things of the user's. Its others, such as loggers, hold
# none, and lead through the whole program.
_HOLDERS = frozenset(("builtins", "collections", "types", "queue", "_queue", *_ITERATORS))


class _InItselfError(Exception):
    """A thing is met inside itself."""


class _Place:
    """Where the search is: inside a thing that `key` leads to from the place above."""

    def __init__(self, above: _Place | None = None, key: Any = None) -> None:
        self.above = above
        self.key = key
        self._prefix = "" if above is None else None

    def name_of(self, key: Any) -> str:
        """The name of what a key leads to from here."""
        text = _text_of(key)  # empty for the only element of an array of shape ()
        return f"{self.prefix}{text}" if text else self.prefix[:-1]

    @property
    def prefix(self) -> str:
        """How the names of what is here begin; made when it is asked for, and then kept."""
        unnamed = []
        place = self
        while place._prefix is None and place.above is not None:
            unnamed.append(place)
            place = place.above
        prefix = place._prefix or ""
        for place in reversed(unnamed):
            text = _text_of(place.key)
            prefix = place._prefix = f"{prefix}{text}." if text else prefix
        return prefix


def _text_of(key: Any) -> str:
    """A key as text, which must be the same in every run, since it becomes part of a name."""
    if type(key) in (str, int):
        return str(key)
    from enum import Enum  # only now, for hardly any program has such keys
    from numbers import Number

    parts = key if isinstance(key, tuple) else (key,)
    if not all(isinstance(part, (str, Number, Enum, type(None))) for part in parts):
        raise TypeError(
            f"the key {key!r} leads to a parameter, but makes no name that is the same in every "
            "run; use a str"
        )
    return str(key)


def _walk(
    root: Any,
    parts_of: Callable[[Any], Parts | None],
    is_end: Callable[[Any], bool],
    again: bool = False,
) -> Iterator[tuple[_Place, Any, Any, bool]]:
    """What is an end, and what has no parts, each with its place and key; in order, depth first.

    Each thing is entered once, or with `again` as often as it is met. There is no recursion, so
    depth does not matter.
    """
    entered = {id(root): root}  # things themselves, too, so that no other gets the same id
    levels = [(root, _Place(), iter(parts_of(root) or ()))]
    while levels:
        thing, place, parts = levels[-1]
        for key, item in parts:
            if type(item) in PLAIN:
                continue
            ends = is_end(item)
            inside = None if ends else parts_of(item)
            if inside is None:
                yield place, key, item, ends
            elif id(item) not in entered:
                entered[id(item)] = item
                levels.append((item, _Place(place, key), iter(inside)))
                break
            elif again:
                raise _InItselfError
        else:
            levels.pop()
            if again:
                del entered[id(thing)]


def _found_in(module: Searched) -> Iterator[tuple[_Place, Any, Value]]:
    """Each parameter once, where it is first met; at the end TypeError if one is hidden."""
    found: dict[Value, None] = {}
    others = []
    for place, key, item, is_value in _walk(module, parts_of, _is_value):
        if not is_value:
            others.append(item)
        elif item not in found and is_parameter(item):
            found[item] = None
            yield place, key, item
    if others and (any(map(_is_iterator, others)) or _hold_others(others, found)):
        raise TypeError(_complaint(module, found))


def parameters_in(module: Searched) -> list[Value]:
    """Each parameter once; TypeError if one is where it cannot be found, or has no order."""
    return [value for _, _, value in _found_in(module)]


def named_parameters_in(module: Searched) -> dict[str, Value]:
    """Each parameter once, under its first path; ValueError if two have the same name."""
    named: dict[str, Value] = {}
    for place, key, value in _found_in(module):
        _add(named, place.name_of(key), value)
    return named


def results_in(module: Searched) -> dict[str, Value]:
    """The Values that a module remembers, but that operations have made."""
    results: dict[str, Value] = {}
    for place, key, item, is_value in _walk(module, parts_of, _is_value):
        if is_value and not is_parameter(item):
            _add(results, place.name_of(key), item)
    return results


def arrays_in(module: Searched) -> dict[str, Any]:
    """The parameters as nested lists that make full arrays, under every path that leads to them.

    Where things refer to each other in a circle there is no end of paths. Then only the first way
    to each thing counts.
    """
    parameters_in(module)
    for again in (True, False):
        arrays: dict[str, Any] = {}
        with suppress(_InItselfError):
            for place, key, item, is_whole in _walk(module, parts_of_state, is_array, again):
                if is_whole:
                    _add(arrays, place.name_of(key), item)
            break
    return arrays


def modules_in(module: Searched) -> Iterator[tuple[str, Searched, dict[str, Any], bool]]:
    """A module and each inside it, once: its path, itself, its arrays, whether modules are in it.

    The arrays are those of `state_dict`, but for what stands in the modules inside.
    """
    waiting = [("", module)]
    entered = set()  # ids of what the module holds meanwhile, so that no other gets the same one
    while waiting:
        path, owner = waiting.pop()
        if id(owner) in entered:
            continue
        entered.add(id(owner))
        arrays: dict[str, Any] = {}
        inside = []
        for place, key, item, _ in _walk(owner, parts_of_state, _is_array_or_module):
            name = place.name_of(key)
            if is_array(item):
                arrays[name] = item
            elif issubclass(type(item), Searched):
                inside.append((f"{path}.{name}" if path else name, item))
        yield path, owner, arrays, bool(inside)
        waiting += reversed(inside)


def values_of(arrays: Iterable[Any]) -> set[Value]:
    """The parameters in arrays, each once."""
    return {item for *_, item, _ in _walk(list(arrays), parts_of, _is_value)}


def _is_value(item: Any) -> bool:
    return issubclass(type(item), Value)


def is_array(item: Any) -> bool:
    """Whether a thing is a parameter, or nested lists of them that make a full array."""
    return shape_of(item) is not None


def _is_array_or_module(item: Any) -> bool:
    return issubclass(type(item), Searched) or is_array(item)


def shape_of(item: Any, depth: int = 0) -> tuple[int, ...] | None:
    """The shape of the array that nested lists of parameters make; None if they make none."""
    kind = type(item)
    if issubclass(kind, Value):
        return () if is_parameter(item) else None
    if is_array_of_objects(item):
        full = item.size and all(map(is_parameter, item.flat))
        return tuple(item.shape) if full else None
    if kind not in (list, tuple, deque) or not item or depth == MOST_DIMENSIONS:
        return None
    first = shape_of(item[0], depth + 1)
    rest = itertools.islice(item, 1, None)
    alike = first is not None and all(shape_of(x, depth + 1) == first for x in rest)
    return (len(item), *first) if alike and first is not None else None


def _add(named: dict[str, Any], name: str, item: Any) -> None:
    if named.setdefault(name, item) is not item:
        raise ValueError(
            f"two parameters have the name {name!r}; rename an attribute or the key of a dict, "
            "such as one with a dot"
        )


# ---- What is hidden ----------------------------------------------------------------------------


def _is_iterator(item: Any) -> bool:
    kind = type(item)
    return issubclass(kind, Iterator) and kind.__module__ in _ITERATORS


def _hold_others(things: list[Any], found: Collection[Value]) -> bool:
    """Whether things, or what they refer to, hold a parameter that is not among those found.

    The garbage collector is asked what a thing refers to, since it knows for every kind of object
    and runs no program of the user's.
    """
    seen: set[int] = set()
    while things:
        inside: list[Any] = []
        for thing in things:
            if id(thing) in seen or type(thing) in PLAIN:
                continue
            seen.add(id(thing))
            if issubclass(type(thing), Value):
                if is_parameter(thing) and thing not in found:
                    return True
            elif is_array_of_objects(thing):
                inside += thing.ravel().tolist()
            elif _may_hold(type(thing)):
                inside += gc.get_referents(thing)
        things = inside
    return False


def _may_hold(kind: type) -> bool:
    """Whether things of a kind may hold parameters of their own."""
    module = kind.__module__.partition(".")[0]
    if issubclass(kind, type):
        return False
    if module == PACKAGE:  # An optimizer or a program holds those of the model.
        return issubclass(kind, (Searched, Hidden))
    return kind.__module__ in _HOLDERS or module not in sys.stdlib_module_names


def _complaint(module: Searched, found: Collection[Value]) -> str:
    """What is wrong with the first thing that cannot be searched, and what to do."""
    for place, key, item, is_value in _walk(module, parts_of, _is_value):
        kind = type(item).__name__
        name = f"{type(module).__name__}.{place.name_of(key)}"
        if _is_iterator(item):
            return f"{name} is a {kind}, which can be gone through only once; store a list of it"
        if is_value or not _hold_others([item], found):
            continue
        if isinstance(item, Hidden):
            return f"{name} {item.complaint}"
        if isinstance(item, (set, frozenset)):
            return f"{name} is a {kind} with Values in it, which have no order; write a list"
        return (
            f"{name} is a {kind}, which holds Values but is no Module, so they would not be "
            "trained; write it as a subclass of nn.Module, or as a list or a dict (and what is "
            "not to be trained as a function, which is not searched)"
        )
    return f"{type(module).__name__} has changed while it was searched"
