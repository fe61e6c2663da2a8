"""Help and completion: every public object says what it does and what it refuses."""

from __future__ import annotations

import doctest
import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

import microgradnn as mg

MODULES = ["", "losses", "optim", "nn", "data", "plots", "testing", "sklearn"]
RAISES = re.compile(r"\bRaises \w*(Error|Exception|Warning|Exit)\b|\bnever raises\b")
# What NumPy asks for, by a name that people do not call; it is the value itself.
NOT_CALLED = {"Value.conjugate"}
# Shown where it is of use: there is no room for an example in the first file that people read.
SHOWN_BY = {"topological_order": mg.Value, "Value.made_at": mg.debug}


class Public(NamedTuple):
    """A public object, or a method or property of a public class."""

    name: str
    thing: Any
    owner: type | None  # the class


def module_of(name: str) -> Any:
    return importlib.import_module(f"microgradnn.{name}" if name else "microgradnn")


def members(cls: type) -> Iterator[Public]:
    """The methods and properties that a class does not have from another public one, or Python."""
    others = [other for other in cls.__mro__[1:] if is_public(other)]
    for name in dir(cls):
        thing = inspect.getattr_static(cls, name)
        origin = next(base for base in cls.__mro__ if name in vars(base))
        is_called = inspect.isfunction(thing) or isinstance(
            thing, (property, classmethod, staticmethod)
        )
        ours = origin.__module__.startswith("microgradnn")
        inherited = any(name in dir(other) for other in others)
        if not name.startswith("_") and is_called and ours and not inherited:
            yield Public(f"{cls.__name__}.{name}", thing, cls)


def is_public(cls: type) -> bool:
    return any(getattr(module_of(module), cls.__name__, None) is cls for module in MODULES)


def public_objects() -> Iterator[Public]:
    found: set[int] = set()
    for module in map(module_of, MODULES):
        for name in dir(module) if module is mg else module.__all__:
            thing = getattr(module, name)
            has_help = inspect.isclass(thing) or callable(thing)
            is_alias = type(thing).__module__ in ("types", "typing", "collections.abc")
            if not has_help or (is_alias and not inspect.isclass(thing)) or id(thing) in found:
                continue
            found.add(id(thing))
            yield Public(name, thing, None)
            if inspect.isclass(thing):
                yield from members(thing)


OBJECTS = list(public_objects())
each_object = pytest.mark.parametrize("public", OBJECTS, ids=lambda public: public.name)


def example_of(thing: Any) -> str:
    """What the examples in a docstring run."""
    text = inspect.getdoc(thing) or ""
    return "\n".join(example.source for example in doctest.DocTestParser().get_examples(text))


def takes_arguments(public: Public) -> bool:
    thing = public.thing
    if isinstance(thing, property):
        return False
    function = getattr(thing, "__func__", thing)
    skipped = 1 if public.owner and not isinstance(thing, staticmethod) else 0
    return len(inspect.signature(function).parameters) > skipped


def test_there_are_as_many_objects_as_people_see() -> None:
    names = {public.name for public in OBJECTS}
    assert {"exp", "Value", "Value.backward", "mse_loss", "Adam", "Optimizer.step"} <= names
    assert "Adam.step" not in names  # which is Optimizer's
    assert len(OBJECTS) > 190


@each_object
def test_the_first_line_is_a_sentence(public: Public) -> None:
    text = inspect.getdoc(public.thing)
    if public.name in NOT_CALLED:
        return
    assert text
    first = text.partition("\n\n")[0]
    assert first.rstrip(".:;)`").strip()
    assert len(first) > 10


@each_object
def test_there_is_an_example(public: Public) -> None:
    if public.name in NOT_CALLED:
        return
    own = example_of(public.thing)
    if public.name in SHOWN_BY:
        own = example_of(SHOWN_BY[public.name])
        assert public.name.partition(".")[2] or public.name in own
    if public.owner and not own:
        name = public.name.partition(".")[2]
        own = example_of(public.owner)
        points_to = f"`mg.{name}`" in (inspect.getdoc(public.thing) or "")
        assert re.search(rf"\b{name}\b", own) or points_to
    assert own


@each_object
def test_there_is_a_word_on_errors(public: Public) -> None:
    if takes_arguments(public):
        assert RAISES.search(" ".join((inspect.getdoc(public.thing) or "").split()))


@pytest.mark.parametrize("name", MODULES[1:])
def test_completion_shows_the_public_names_alone(name: str) -> None:
    module = module_of(name)
    assert dir(module) == sorted(module.__all__)
    assert all(hasattr(module, public) for public in module.__all__)


def test_completion_of_the_package_shows_the_lazy_names_too() -> None:
    assert {"fit", "compile", "explore", "sum", "exp", "losses"} <= set(dir(mg))
