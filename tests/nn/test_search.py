"""Parameters are found wherever a Module can hold them, or where they are is refused."""

from __future__ import annotations

import collections
import copy
import dataclasses
import functools
import itertools
import logging
import pickle
import queue
import random
import threading
import types
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import microgradnn as mg
from microgradnn import Value, losses, nn, optim


class Model(nn.Module):
    """A Module with what it is given for attributes."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)


class Line(NamedTuple):
    slope: Any
    offset: Any


@dataclasses.dataclass
class Record:
    w: Any


class Slotted:
    __slots__ = ("w",)

    def __init__(self, w: Any) -> None:
        self.w = w


class Extended(list[Any]):
    pass


class WithSlots(nn.Module):
    __slots__ = ("__hidden", "open")

    def __init__(self) -> None:
        self.open, self.__hidden = Value(1.0), Value(2.0)
        self.usual = Value(3.0)


class Stack(nn.Module, list[Any]):
    pass


@dataclasses.dataclass
class DataModule(nn.Module):
    slope: Value = dataclasses.field(default_factory=lambda: Value(1.0))
    offset: Value = dataclasses.field(default_factory=lambda: Value(0.0))


class OfMappings(Mapping[str, Any]):
    def __init__(self, **items: Any) -> None:
        self.items_ = items

    def __getitem__(self, key: str) -> Any:
        return self.items_[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.items_)

    def __len__(self) -> int:
        return len(self.items_)


class Slope(nn.Module):
    """An activation with a parameter."""

    def __init__(self) -> None:
        self.a = Value(0.25)

    def __call__(self, z: Any) -> Any:
        return mg.maximum(z, self.a * z)


def values(*numbers: float) -> list[Value]:
    return [Value(x) for x in numbers]


def with_slope() -> nn.Layer:
    return nn.Layer(2, 2, activation=Slope())


def extended() -> Extended:
    items = Extended(values(1.0))
    items.extra = Value(2.0)  # type: ignore[attr-defined]
    return items


def gained() -> nn.Layer:
    layer = nn.Layer(1, 2)
    layer.gain = Value(1.0)  # type: ignore[attr-defined]
    return layer


def half_biased() -> nn.Layer:
    layer = nn.Layer(1, 2)
    layer.neurons[1].b = None
    return layer


# What a Module holds, and the names of its parameters and arrays.
FOUND: dict[str, tuple[Callable[[], nn.Module], str, str]] = {
    "dict": (lambda: Model(h={"l": Value(1.0), "r": values(2, 3)}), "h.l h.r.0 h.r.1", "h.l h.r"),
    "order of a dict": (lambda: Model(h={"b": Value(1.0), "a": Value(2.0)}), "h.b h.a", "h.b h.a"),
    "ints as keys": (lambda: Model(h={7: Value(1.0), 0: Value(2.0)}), "h.7 h.0", "h.7 h.0"),
    "pairs as keys": (lambda: Model(h={(0, 1): Value(1.0)}), "h.(0, 1)", "h.(0, 1)"),
    "a dot in a key": (lambda: Model(h={"a.b": Value(1.0)}), "h.a.b", "h.a.b"),
    "OrderedDict": (
        lambda: Model(h=collections.OrderedDict(b=Value(1.0), a=Value(2.0))),
        "h.b h.a",
        "h.b h.a",
    ),
    "defaultdict": (
        lambda: Model(h=collections.defaultdict(list, x=values(1))),
        "h.x.0",
        "h.x",
    ),
    "tuple": (lambda: Model(h=(Value(1.0), values(2))), "h.0 h.1.0", "h.0 h.1"),
    "deque": (lambda: Model(h=collections.deque(values(1, 2))), "h.0 h.1", "h"),
    "namedtuple": (lambda: Model(h=Line(*values(1, 2))), "h.slope h.offset", "h.slope h.offset"),
    "a list of one's own": (lambda: Model(h=extended()), "h.extra h.0", "h.extra h.0"),
    "object array": (
        lambda: Model(h=np.array([values(1, 2), values(3, 4)])),
        "h.0.0 h.0.1 h.1.0 h.1.1",
        "h",
    ),
    "object array of shape ()": (lambda: Model(h=np.array(Value(1.0), object)), "h", "h"),
    "array with other things": (
        lambda: Model(h=np.array([Value(1.0), 2.0, None], object)),
        "h.0",
        "h.0",
    ),
    "array with fields": (
        lambda: Model(h=np.array([(Value(1.0), 2.0)], [("a", object), ("b", float)])),
        "h.0.0",
        "h.0.0",
    ),
    "nested": (
        lambda: Model(h={"a": ({"b": [collections.deque(values(1, 2))]},)}),
        "h.a.0.b.0.0 h.a.0.b.0.1",
        "h.a.0.b",
    ),
    "uneven lists": (lambda: Model(h=[values(1), values(2, 3)]), "h.0.0 h.1.0 h.1.1", "h.0 h.1"),
    "lists of other depths": (
        lambda: Model(h=[[values(1), values(2)], [values(3, 4), values(5, 6)]]),
        "h.0.0.0 h.0.1.0 h.1.0.0 h.1.0.1 h.1.1.0 h.1.1.1",
        "h.0 h.1",
    ),
    "Modules in a dict": (
        lambda: Model(h={"a": nn.Neuron(1), "b": nn.Neuron(1, bias=False)}),
        "h.a.w.0 h.a.b h.b.w.0",
        "h.a.w h.a.b h.b.w",
    ),
    "slots": (WithSlots, "_WithSlots__hidden open usual", "_WithSlots__hidden open usual"),
    "dataclass": (DataModule, "slope offset", "slope offset"),
    "a Module that is a list": (lambda: Stack(values(1, 2)), "0 1", "0 1"),
    "activation": (
        with_slope,
        "neurons.0.activation.a neurons.0.w.0 neurons.0.w.1 neurons.0.b"
        " neurons.1.w.0 neurons.1.w.1 neurons.1.b",
        "weight bias neurons.0.activation.a neurons.1.activation.a",
    ),
    "a layer with more": (
        gained,
        "neurons.0.w.0 neurons.0.b neurons.1.w.0 neurons.1.b gain",
        "weight bias gain",
    ),
    "a layer with one bias": (
        half_biased,
        "neurons.0.w.0 neurons.0.b neurons.1.w.0",
        "neurons.0.w neurons.0.b neurons.1.w",
    ),
}


@pytest.mark.parametrize(("make", "names", "arrays"), FOUND.values(), ids=FOUND)
def test_parameters_are_found_in_order_named_and_saved(
    make: Callable[[], nn.Module], names: str, arrays: str, tmp_path: Path
) -> None:
    model = make()
    named = dict(model.named_parameters())
    expected = ["h.(0, 1)"] if names == "h.(0, 1)" else names.split()
    assert list(named) == expected
    assert list(named.values()) == model.parameters() == optim.SGD(model.parameters(), 1).parameters
    state = model.state_dict()
    assert list(state) == (["h.(0, 1)"] if names == "h.(0, 1)" else arrays.split())
    inside = [np.ravel(np.array(x, object)) for x in model.arrays_of_values().values()]
    assert {*itertools.chain(*inside)} == {*model.parameters()}
    model.save(tmp_path / "weights.npz")
    other = make()
    for parameter in other.parameters():
        parameter.data = 9.0
    other.load(tmp_path / "weights.npz")
    assert [p.data for p in other.parameters()] == [p.data for p in model.parameters()]


def in_a_queue() -> Any:
    full: Any = queue.Queue()
    full.put(Value(1.0))
    return full


class OfTheClass(nn.Module):
    w = Value(1.0)


class Mixin:
    weights = {"a": [Value(1.0)]}  # noqa: RUF012


class FromMixin(Mixin, nn.Module):
    pass


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "set": (lambda: {*values(1, 2)}, "h is a set with Values in it, which have no order; write a"),
    "frozenset": (lambda: frozenset(values(1)), "h is a frozenset with Values"),
    "set of tuples": (lambda: {(Value(1.0), Value(2.0))}, "h is a set"),
    "set of Modules": (lambda: {nn.Neuron(1)}, "h is a set"),
    "set in a dict": (lambda: {"a": [{Value(1.0)}]}, r"h\.a\.0 is a set"),
    "generator": (lambda: (Value(1.0) for _ in "ab"), "h is a generator, .* store a list of it"),
    "map": (lambda: map(Value, [1.0]), "h is a map"),
    "zip": (lambda: zip(values(1), "a", strict=True), "h is a zip"),
    "filter": (lambda: filter(None, values(1)), "h is a filter"),
    "iterator": (lambda: iter(values(1)), "h is a list_iterator"),
    "cycle": (lambda: itertools.cycle(values(1)), "h is a cycle"),
    "object": (lambda: Record(Value(1.0)), "h is a Record, which holds Values but is no Module"),
    "object with slots": (lambda: Slotted(values(1)), "h is a Slotted"),
    "object in an object": (lambda: Record(Slotted({"a": Value(1.0)})), "h is a Record"),
    "object with a Module": (lambda: Record(nn.Neuron(1)), "h is a Record"),
    "object with an array": (lambda: Record(np.array(values(1))), "h is a Record"),
    "namespace": (lambda: types.SimpleNamespace(w=Value(1.0)), "h is a SimpleNamespace"),
    "UserDict": (lambda: collections.UserDict(w=Value(1.0)), "h is a UserDict"),
    "UserList": (lambda: collections.UserList(values(1)), "h is a UserList"),
    "ChainMap": (lambda: collections.ChainMap({"a": Value(1.0)}), "h is a ChainMap"),
    "mapping proxy": (lambda: types.MappingProxyType({"a": Value(1.0)}), "h is a mappingproxy"),
    "mapping": (lambda: OfMappings(a=Value(1.0)), "h is a OfMappings"),
    "queue": (in_a_queue, "h is a Queue"),
    "key of a dict": (lambda: {Value(1.0): 2.0}, "h has a key that is or holds a Value"),
    "inside a key": (lambda: {(Value(1.0), 1): 2.0}, "h has a key that is or holds a Value"),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_searched_is_refused_by_name(make: Callable[[], Any], message: str) -> None:
    model = Model(w=Value(1.0), h=make())
    for method in (model.parameters, model.named_parameters, model.state_dict, model.zero_grad):
        with pytest.raises(TypeError, match=rf"^Model\.{message}"):
            method()


@pytest.mark.parametrize(("kind", "name"), [(OfTheClass, "w"), (FromMixin, "weights")])
def test_what_instances_share_is_refused(kind: type[nn.Module], name: str) -> None:
    with pytest.raises(TypeError, match=rf"^{kind.__name__}\.{name} .* set it in __init__"):
        kind().parameters()
    model = kind()
    setattr(model, name, Value(2.0))  # of its own
    assert len(model.parameters()) == 1


def test_an_activation_that_is_no_module_is_refused() -> None:
    class Leak:
        def __init__(self) -> None:
            self.a = Value(0.25)

        def __call__(self, z: Any) -> Any:
            return self.a * z

    with pytest.raises(TypeError, match=r"^Neuron\.activation is a Leak, which holds Values"):
        nn.MLP(2, [2, 1], activation=Leak())


def test_what_holds_no_parameters_of_its_own_is_left_alone() -> None:
    w = Value(1.0)
    with mg.no_grad():
        unrecorded = w * 2
    model = Model(
        w=[w],
        again={w},
        record=Record(w),
        functions=[functools.partial(max, Value(1.0)), lambda: w, len, [].append],
        things=[logging.getLogger(), random.Random(0), threading.Lock(), np.random.default_rng(0)],
        texts={"a", "b"},
        numbers=itertools.count(),
        results=[w * 2, unrecorded],
        last=w * 3,
        arrays=[np.zeros(3), np.array(["a", None], object)],
        rest=(None, True, b"", 1j, Path(), range(3), iter(range(3)), int, types, Ellipsis),
    )
    model.optimizer = optim.Adam(model.parameters())  # type: ignore[attr-defined]
    model.program = mg.compile(nn.MLP(1, [1]))  # type: ignore[attr-defined]
    assert list(dict(model.named_parameters())) == ["w.0"]
    assert list(model.state_dict()) == ["w"]


@pytest.mark.parametrize(
    "heads",
    [
        lambda: {"a.b": Value(1.0), "a": {"b": Value(2.0)}},
        lambda: {1: Value(1.0), "1": Value(2.0)},
        lambda: {"": Value(1.0), "0": Value(0.0), "a": {"": Value(2.0)}, "a.": Value(3.0)},
        lambda: {None: Value(1.0), "None": Value(2.0)},
    ],
)
def test_names_do_not_collide(heads: Any) -> None:
    model = Model(heads=heads())
    if "" in model.heads:  # type: ignore[attr-defined]
        model.more = {"heads": Value(0.0)}  # type: ignore[attr-defined]
        names = dict(model.named_parameters())
        assert len(names) == 5
        return
    for method in (model.named_parameters, model.state_dict, model.label_parameters):
        with pytest.raises(ValueError, match="two parameters have the name 'heads"):
            method()


def test_keys_without_a_lasting_name_are_refused() -> None:
    model = Model(heads={object(): Value(1.0)})
    assert len(model.parameters()) == 1
    with pytest.raises(TypeError, match=r"key <object .* makes no name .* use a str"):
        model.state_dict()
    assert list(dict(Model(heads={frozenset("ab"): 1.0}, w=Value(1.0)).named_parameters())) == ["w"]


# ---- Modules that refer to each other ------------------------------------------------------------


@given(st.integers(1, 6), st.data())
def test_each_parameter_has_its_first_path(count: int, data: st.DataObject) -> None:
    """Modules that hold each other in whatever way: by the definition, a depth-first search."""
    modules = [Model(w=Value(float(k))) for k in range(count)]
    for module in modules:
        module.others = data.draw(st.lists(st.sampled_from(modules), max_size=3))  # type: ignore[attr-defined]
    expected: dict[str, Value] = {}
    entered: list[Any] = []

    def search(module: Any, path: str) -> None:
        if module not in entered:
            entered.append(module)
            expected[f"{path}w"] = module.w
            for place, other in enumerate(module.others):
                search(other, f"{path}others.{place}.")

    search(modules[0], "")
    assert dict(modules[0].named_parameters()) == expected
    state = modules[0].state_dict()
    assert {*expected} <= {*state}  # where there is no circle, shared ones have their other names
    modules[0].load_state_dict({name: number + 1 for name, number in state.items()})
    assert {name: x.data - 1 for name, x in expected.items()} == {x: state[x] for x in expected}


def test_circles_and_weak_references() -> None:
    parent, child = Model(w=Value(1.0)), Model(w=Value(2.0))
    parent.child, child.parent = child, parent  # type: ignore[attr-defined]
    parent.me = parent  # type: ignore[attr-defined]
    parent.proxy, parent.ref = weakref.proxy(child), weakref.ref(child)  # type: ignore[attr-defined]
    circle: list[Any] = values(3)
    circle.append(circle)
    parent.circle = circle  # type: ignore[attr-defined]
    names = ["w", "child.w", "circle.0"]
    assert list(dict(parent.named_parameters())) == list(parent.state_dict()) == names
    assert list(child.state_dict()) == ["w", "parent.w", "parent.circle.0"]
    other = copy.copy(child)
    assert len(pickle.loads(pickle.dumps(other.parameters()))) == 3


def test_many_modules_that_all_know_each_other() -> None:
    modules = [Model(w=Value(float(k))) for k in range(6)]
    for module in modules:
        module.all = [*modules]  # type: ignore[attr-defined]
    assert len(modules[0].parameters()) == len(modules[0].state_dict()) == 6


def test_depth_does_not_matter() -> None:
    root = module = Model(w=Value(0.0))
    for k in range(10_000):
        inner = Model(w=Value(float(k)))
        module.i = inner  # type: ignore[attr-defined]
        module = inner
    nested: list[Any] = []
    innermost = nested
    for _ in range(10_000):
        innermost.append([])
        innermost = innermost[0]
    innermost.append(Value(1.0))
    root.nested = nested  # type: ignore[attr-defined]
    root.zero_grad()
    assert len(root.parameters()) == 10_002
    state = root.state_dict()
    assert len(state) == 10_002
    root.load_state_dict(state)


# ---- Weights with two names ----------------------------------------------------------------------


def test_two_numbers_for_one_weight_are_refused() -> None:
    shared = nn.Layer(1, 2)
    w = Value(0.0)
    model = Model(a=shared, b=shared, w=w, table=[w, Value(5.0)])
    state = model.state_dict()
    assert list(state) == ["a.weight", "a.bias", "b.weight", "b.bias", "w", "table"]
    state = {name: array + 1 for name, array in state.items()}
    model.load_state_dict(state)
    assert w.data == 1.0
    for name, message in (("b.weight", "a.weight and b.weight share"), ("table", "w and table")):
        wrong = {**state, name: state[name] + 1}
        with pytest.raises(ValueError, match=f"{message} .* 2.0 in|{message} .* but it is"):
            model.load_state_dict(wrong)
        assert w.data == 1.0
        np.testing.assert_equal(model.state_dict(), state)


# ---- Results -------------------------------------------------------------------------------------


class Remembering(nn.Module):
    def __init__(self) -> None:
        self.w, self.seen = Value(1.0), []  # type: ignore[var-annotated]

    def __call__(self, row: Any) -> Any:
        self.last = self.w * row[0]
        self.seen.append(self.last)
        return self.last


def test_a_module_may_remember_its_outputs() -> None:
    model = Remembering()
    state = model.state_dict()
    model([2.0])
    with mg.no_grad():
        model([3.0])
    mg.fit(model, [[1.0], [2.0]], [1.0, 2.0], loss=losses.mse_loss, epochs=1, progress=False)
    assert model.parameters() == [model.w]
    assert model.state_dict().keys() == state.keys()
