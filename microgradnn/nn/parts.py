"""What is in a thing: the attributes of a Module, the elements of a container, in their order."""

from __future__ import annotations

import sys
import types
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache, partial
from itertools import chain, count

from ..engine.recording import UNRECORDED
from ..engine.value import Value
from ..typed import Any

Parts = Iterable[tuple[Any, Any]]  # what is in a thing, each with its key

# What is not searched. A function is the place for Values that are not to be trained.
PLAIN: set[type] = {
    *(
        float,
        int,
        bool,
        str,
        bytes,
        complex,
        type(None),
        type,
        count,
        type(iter(range(0))),
        partial,
    ),
    *(types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodWrapperType),
    *(types.GetSetDescriptorType, types.MemberDescriptorType, types.WrapperDescriptorType),
    *(types.ModuleType, types.CodeType, types.FrameType, types.TracebackType),
    *(property, staticmethod, classmethod),
}
PACKAGE = __name__.partition(".")[0]


class Searched:
    """The base of what is searched by its attributes."""

    def parts_of_state(self) -> list[tuple[Any, Any]]:
        """What `state_dict` is made of: the attributes, or what reads better.

        >>> from microgradnn.nn import Neuron
        >>> [name for name, _ in Neuron(2).parts_of_state()]
        ['activation', 'w', 'b']
        """
        return attributes_of(self)


class Hidden:
    """A thing in a place that is not searched; if it holds parameters, `complaint` says so."""

    def __init__(self, thing: Any, complaint: str) -> None:
        self.thing = thing
        self.complaint = complaint


def is_parameter(x: Any) -> bool:
    """Whether `x` is a leaf, which can be trained; the result of an operation cannot."""
    return isinstance(x, Value) and not x.operands and x.op is None and x.operands is not UNRECORDED


# The type of a thing is asked, and never the thing: a weak proxy claims to be what it stands for.


def attributes_of(thing: Any) -> list[tuple[Any, Any]]:
    """The attributes of a thing with their names, those in slots first."""
    kind: Any = type(thing)
    set_slots = []
    for slot in _slots_of(kind):
        with suppress(AttributeError):  # it has not been set
            set_slots.append((slot.__name__, slot.__get__(thing)))
    return [*set_slots, *getattr(thing, "__dict__", {}).items()]


@lru_cache
def _slots_of(kind: Any) -> list[types.MemberDescriptorType]:
    owners = [vars(owner).values() for owner in reversed(kind.__mro__) if owner is not object]
    return [x for x in chain(*owners) if type(x) is types.MemberDescriptorType]


def parts_of(thing: Any) -> Parts | None:
    """What is searched in a thing; None if it is no Module and no container that has an order."""
    kind = type(thing)
    if issubclass(kind, Searched):
        return [*attributes_of(thing), *_of_classes(thing), *(_elements_of(thing) or ())]
    elements = _elements_of(thing)
    if elements is None or kind in (list, tuple, dict):
        return elements
    return [*attributes_of(thing), *elements]


def parts_of_state(thing: Any) -> Parts | None:
    """What a thing puts into `state_dict`, each with its key; None if it has no parts."""
    if not issubclass(type(thing), Searched):
        return parts_of(thing)
    return [*thing.parts_of_state(), *(_elements_of(thing) or ())]


def _elements_of(thing: Any) -> Parts | None:
    kind = type(thing)
    if issubclass(kind, dict):
        complaint = "has a key that is or holds a Value; only what keys lead to is searched"
        keys = [Hidden(key, complaint) for key in thing if type(key) not in PLAIN]
        return [*thing.items(), *(("", key) for key in keys)]
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return zip(kind._fields, thing, strict=True)
    if issubclass(kind, (list, tuple, deque)):
        return enumerate(thing)
    if is_array_of_objects(thing):
        np = sys.modules["numpy"]
        names = (".".join(map(str, place)) for place in np.ndindex(thing.shape))
        return zip(names, thing.ravel().tolist(), strict=True)
    return None


def is_array_of_objects(thing: Any) -> bool:
    """Whether a thing is an array of NumPy's whose elements are any objects."""
    array = getattr(sys.modules.get("numpy"), "ndarray", ())  # unless imported, there is none
    return issubclass(type(thing), array) and thing.dtype.hasobject


def _of_classes(module: Searched) -> Parts:
    """What the classes of a module hold, which its instances share."""
    kind: Any = type(module)
    for owner in _classes_of_users(kind):
        complaint = (
            f"is or holds a Value, but belongs to the class {owner.__name__}, so that all its "
            "instances would share it; set it in __init__, as an attribute of self"
        )
        for name, thing in vars(owner).items():
            if type(thing) not in PLAIN and name not in vars(module):
                yield name, Hidden(thing, complaint)


@lru_cache
def _classes_of_users(kind: Any) -> list[type]:
    ours = [x for x in kind.__mro__ if x.__module__.partition(".")[0] == PACKAGE]
    return [x for x in kind.__mro__ if x not in (*ours, object)]
