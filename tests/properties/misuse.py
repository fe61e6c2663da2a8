"""What the public API is misused with: wrong kinds, sizes, ranges, hostile strings and objects."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from copy import copy
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from microgradnn import Value
from microgradnn.nn import Module
from microgradnn.optim import Optimizer


class EvilError(Exception):
    """What hostile objects raise; it may come through, for it says where it comes from."""


def _raise(*_: object) -> Any:
    raise EvilError


def evil(**methods: Any) -> Any:
    """An object with these special methods; a method that is None raises EvilError."""
    body = {f"__{name}__": _raise if m is None else m for name, m in methods.items()}
    return type("Hostile", (), body)()


def in_itself() -> list[Any]:
    inside: list[Any] = []
    inside.append(inside)
    return inside


def plain(*things: Any) -> dict[str, Callable[[], Any]]:
    """A maker of each thing, by its text."""
    return {repr(x): partial(copy, x) for x in things}


# Makers, for some can be used only once.
JUNK: dict[str, Callable[[], Any]] = {
    **plain(None, True, -1, 0, 1, 2, 7, -1.5, 0.5, 2.5, 1e308, -1e308, 1j, b"3", "3", "", "relu"),
    **plain(math.nan, math.inf, -math.inf, [], (), {}, {1: 2.0}, {1.0, 2.0}, [[]], [1.0]),
    **plain([1.0, 2.0], [[1.0], [1.0, 2.0]], [None, None], ["a", "b"], [[1.0, 2.0]]),
    **plain([math.nan, 1.0], [math.inf, 1.0], [1.0] * 9, [1j, 1.0]),
    "an int too large": lambda: 10**400,
    "hostile text": lambda: 'x"]; evil [URL="javascript:0"]</script>\0\ud800%s{0}{x}',
    "a Decimal": lambda: Decimal(2),
    "a Fraction": lambda: Fraction(1, 2),
    "a Value": lambda: Value(0.5),
    "a Value of NaN": lambda: Value(math.nan),
    "a list of Values": lambda: [Value(0.5), Value(0.25)],
    "a Value beside None": lambda: [Value(0.5), None],
    "an object": object,
    "a class": lambda: Value,
    "a function": lambda: lambda *_: "text",
    "a function that raises": lambda: _raise,
    "a generator": lambda: (x for x in "ab"),
    "an array": lambda: np.array([1.0, 2.0]),
    "an array of text": lambda: np.array(["a", "b"]),
    "an array of None": lambda: np.array([None, None]),
    "an empty array": lambda: np.array([]),
    "an array of NaN": lambda: np.array([math.nan, 1.0]),
    "a complex array": lambda: np.array([1j, 1.0]),
    "a NumPy float": lambda: np.float64(0.5),
    "a NumPy NaN": lambda: np.float64(math.nan),
    "a NumPy complex": lambda: np.complex128(1j),
    "a NumPy date": lambda: np.datetime64("2020-01-01"),
    "a list in itself": in_itself,
    "a bad float": lambda: evil(float=None),
    "a lying float": lambda: evil(float=lambda self: "3"),
    "a float of its own": lambda: evil(float=lambda self: 0.5),
    "a bad length": lambda: evil(len=None, iter=lambda self: iter([1.0, 2.0])),
    "a negative length": lambda: evil(len=lambda self: -1, getitem=lambda self, k: 1.0),
    "a bad iterator": lambda: evil(iter=None),
    "a lying iterator": lambda: evil(iter=lambda self: 3),
    "a bad comparison": lambda: evil(eq=None, lt=None, gt=None, le=None, ge=None, hash=None),
    "a bad truth": lambda: evil(bool=None),
    "a bad index": lambda: evil(index=None),
    "a bad text": lambda: evil(repr=None, str=None),
    "a bad attribute": lambda: evil(getattr=None),
}


def state(x: Any) -> Any:
    """All of a thing that may change, as something to compare."""
    if isinstance(x, Value):
        return repr((x.data, x.grad, x.label, x.op, len(x.operands), x.local_grads))
    if isinstance(x, np.ndarray):
        return (
            x.shape,
            x.dtype.str,
            [state(y) for y in x.flat] if x.dtype == object else x.tobytes(),
        )
    if isinstance(x, (Module, Optimizer)):  # a Neuron's output is only what it gave last
        return state({name: y for name, y in vars(x).items() if name != "output"})
    if isinstance(x, Mapping):
        return [(key, state(item)) for key, item in x.items()]
    if isinstance(x, (list, tuple)):
        return [state(item) for item in x]
    return repr(x) if isinstance(x, (int, float, str, type(None))) else id(x)
