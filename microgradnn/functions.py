"""Functions of lists and with defaults, built from rows: sum, mean, dot, softmax, clip, …"""

from __future__ import annotations

import builtins
import math
import os
from collections.abc import Iterable, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, TypeVar

from . import primitives
from .primitives import as_number, is_array, must_be

__all__ = ["clip", "dot", "elu", "leaky_relu", "logsumexp", "max", "mean", "min", "softmax", "sum"]


def sum(xs: Iterable[Any]) -> Any:
    """The sum Σ xᵢ, as one node; right to the last place (`math.fsum`).

    >>> sum([0.1] * 10)
    1.0
    """
    return primitives.sum(*as_list(xs, "xs"))


def mean(xs: Iterable[Any]) -> Any:
    """The arithmetic mean Σ xᵢ / n.

    >>> mean([1, 2, 6])
    3.0
    """
    items = as_list(xs, "xs")
    return primitives.sum(*items) / len(items)


def dot(ws: Iterable[Any], xs: Iterable[Any], bias: Any = 0.0) -> Any:
    """The weighted sum Σ wᵢxᵢ + bias of a neuron, as one node.

    Each product is rounded and their sum is right to the last place; of more than 1,000 products
    the rounding is added, too. Raises ValueError if the two lists differ in length.

    >>> dot([0.5, -0.25], [1, 2], bias=0.1)
    0.1
    """
    weights, inputs = as_list(ws, "ws"), as_list(xs, "xs")
    check_lengths(weights, inputs, "ws", "xs")
    return primitives.dot(*weights, *inputs, bias)


def max(xs: Iterable[Any]) -> Any:
    """The largest of the xᵢ; a k-way tie shares the derivative, 1/k each.

    >>> max([3, 1, 2])
    3.0
    """
    return primitives.max(*as_list(xs, "xs"))


def min(xs: Iterable[Any]) -> Any:
    """The smallest of the xᵢ; a k-way tie shares the derivative, 1/k each.

    >>> min([3, 1, 2])
    1.0
    """
    return primitives.min(*as_list(xs, "xs"))


def logsumexp(xs: Iterable[Any]) -> Any:
    """log Σ exp(xᵢ), which overflows for no finite xᵢ; its derivatives are softmax(xs).

    >>> logsumexp([1000, 1000])
    1000.6931471805599
    """
    return primitives.logsumexp(*as_list(xs, "xs"))


def softmax(xs: Iterable[Any]) -> list[Any]:
    """exp(xᵢ) / Σ exp(xⱼ) for each i: positive, with sum 1, the same for shifted xs.

    Each of the n results is one node with n operands. To train a classifier use
    `losses.cross_entropy` on the logits: it is one node for all.

    >>> [round(p, 8) for p in softmax([1, 2, 3])]
    [0.09003057, 0.24472847, 0.66524096]
    """
    logits = as_list(xs, "xs")
    return [primitives.softmax(float(k), *logits) for k in range(len(logits))]


def leaky_relu(x: Any, slope: Any = 0.01) -> Any:
    """x where x > 0, else slope·x; the derivative at 0 is the slope.

    >>> leaky_relu(-2.0)
    -0.02
    """
    return primitives.leaky_relu(x, slope)


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """x where x > 0, else alpha·(eˣ − 1).

    >>> elu(-1.0)
    -0.6321205588285577
    """
    return primitives.elu(x, alpha)


def clip(x: Any, low: Any, high: Any) -> Any:
    """x held between low and high; the derivative is 1 inside and at the bounds, else 0.

    >>> clip(2.5, 0, 1)
    1.0
    """
    for name, bound in (("low", low), ("high", high)):
        if not is_array(bound):
            as_operand(bound, name)
    if not is_array(low) and not is_array(high) and low > high:
        raise ValueError(f"low must not be above high, got low = {low} and high = {high}")
    return primitives.clip(x, low, high)


_Key = TypeVar("_Key")
_Item = TypeVar("_Item")
MOST = 10**7  # inputs, neurons or classes

_NO_LISTS = (str, bytes, dict, set, frozenset)  # though they can be iterated over


def as_list(xs: Any, name: str) -> list[Any]:
    """The elements of `xs`, at least one; `name` is what an error calls it."""
    if isinstance(xs, _NO_LISTS) or not hasattr(xs, "__iter__") or getattr(xs, "shape", 0) == ():
        raise TypeError(f"{name} must be a list of numbers or Values, got {type(xs).__name__}")
    items = list(xs)
    if not items:
        raise ValueError(f"{name} is empty; at least one element is needed")
    return items


def check_lengths(a: Sequence[Any], b: Sequence[Any], name_a: str, name_b: str) -> None:
    """Refuse two lists that should have the same length."""
    if len(a) != len(b):
        raise ValueError(f"{name_a} has {len(a)} elements and {name_b} has {len(b)}")


def grouped(pairs: Iterable[tuple[_Key, _Item]]) -> dict[_Key, list[_Item]]:
    """The items of each key.

    >>> grouped([("even", 2), ("odd", 3), ("even", 4)])
    {'even': [2, 4], 'odd': [3]}
    """
    found: dict[_Key, list[_Item]] = {}
    for key, item in pairs:
        found.setdefault(key, []).append(item)
    return found


def as_numbers(xs: Any, name: str) -> list[float]:
    """The elements of `xs`, at least one, as floats."""
    return [as_number(x, f"{name}[{i}]") for i, x in enumerate(as_list(xs, name))]


def as_positive(x: Any, name: str, or_zero: bool = False) -> float:
    """A finite number above 0, or from 0 on."""
    number = as_number(x, name)
    if not 0.0 <= number < math.inf or (number == 0.0 and not or_zero):
        wanted = "finite number from 0 on" if or_zero else "positive number"
        raise ValueError(f"{name} must be a {wanted}, got {number}")
    return number


def as_count(x: Any, name: str, least: int = 1, most: float = math.inf) -> int:
    """An int, one of NumPy's too, from `least` to `most`."""
    if not isinstance(x, Integral) or isinstance(x, bool):
        raise TypeError(f"{name} must be an int, got {type(x).__name__} {x!r}")
    if x < least:
        raise ValueError(f"{name} must be at least {least}, got {x}")
    if int(x) > most:
        raise ValueError(f"{name} must be at most {most:,}: memory holds no more")
    return int(x)


def as_path(path: Any) -> Path:
    """The path of a file; a number is none, though `open` takes one."""
    must_be((str, os.PathLike), path, "path", "a str or a Path")
    try:
        os.stat(path)
    except OSError:
        pass  # there is no such file, which may be right
    except ValueError as error:
        raise ValueError(f"path {path!r} is not the name of a file: {error}") from None
    return Path(path)


def as_operand(x: Any, name: str) -> Any:
    """What a row takes: a Value as it is, a number as a float."""
    return x if hasattr(type(x), "_apply") else as_number(x, name)


def as_operands(xs: Any, count: int | None, name: str) -> list[Any]:
    """The elements of `xs`, numbers as floats; exactly `count` of them, if that is given."""
    items = as_list(xs, name)
    if count not in (None, len(items)):
        raise ValueError(f"{name} has {len(items)} elements, expected {count}")
    if builtins.any(type(x) is not float and not hasattr(type(x), "_apply") for x in items):
        return [as_operand(x, f"{name}[{i}]") for i, x in enumerate(items)]
    return items
