"""Arguments of users: taken, or refused by name, with what came and what to do instead."""

import math
import os
from collections.abc import Iterable, Sequence

from .typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

MOST_UNITS = 10**7  # inputs or neurons of a layer, or classes

_NO_LISTS = (str, bytes, bytearray, memoryview, dict, set, frozenset)  # though iterable
# What marks an array, or a number, that is more than numbers: an attribute of its class.
_PLAIN = "fill in or leave out what is masked, and take the plain numbers"
_MORE = {"filled": "a mask", "unit": "a unit", "units": "units", "magnitude": "a unit"}


def is_array(x: Any) -> bool:
    """Whether `x` is an ndarray with a shape, or of objects; any other of shape () is a number."""
    kind = getattr(x, "dtype", None)
    if kind is None or not (kind is float or hasattr(kind, "kind")):  # as those of other libraries
        return False
    return x.shape != () or getattr(kind, "char", "") == "O"


def must_be_plain(x: Any, name: str) -> Any:
    """`x`, unless it has a mask or a unit, which would be lost without a word."""
    for attribute, what in _MORE.items() if type(x).__dictoffset__ else ():
        if hasattr(type(x), attribute) or attribute in vars(x):
            raise TypeError(f"{name} has {what}, which would be lost: got {_short(x)}; {_PLAIN}")
    return x


def as_number(x: Any, name: str) -> float:
    """The real number `x` as a float; `name` is what an error calls it.

    Takes int, float, bool, NumPy's real scalars and 0-d arrays.

    >>> as_number("3", "data")
    Traceback (most recent call last):
        ...
    TypeError: data must be a real number, got str '3'; convert it first: float('3')
    """
    if type(x) is float:
        return x
    must_be_plain(x, name)
    if isinstance(x, (float, int)):
        try:
            return float(x)
        except OverflowError:
            raise OverflowError(f"{name} is an int too large for a float") from None
    if is_array(x):
        raise TypeError(
            f"{name} must be one real number, got an array of shape {tuple(x.shape)}; "
            "make a list or an object array: [Value(x) for x in array]"
        )
    if getattr(getattr(x, "dtype", None), "kind", "none") in "biuf":
        return float(x)
    kind = type(x).__name__
    hint = {
        "str": f"convert it first: float({_short(x)})",
        "NoneType": "was a return forgotten?",
        "complex": "use its .real and .imag",
        "Value": "a Value is already recorded; use it as it is, or its .data for the number",
        "list": "make one Value of each element",
        "tuple": "make one Value of each element",
        "Tensor": "take its numbers: x.tolist()",
    }.get(kind, "convert it first with float(...)")
    shown = _short(x) if _short(x).startswith(kind) else f"{kind} {_short(x)}"
    raise TypeError(f"{name} must be a real number, got {shown}; {hint}")


def is_numeral(text: str | bytes) -> bool:
    """Whether a text can be read as a number.

    >>> is_numeral("1e-3"), is_numeral("nan"), is_numeral("x")
    (True, True, False)
    """
    try:
        float(text)
    except ValueError:
        return False
    return True


def must_be(kind: Any, x: Any, name: str, wanted: str) -> Any:
    """`x`, which must be of a kind; `name` and `wanted` are what an error calls it and says."""
    if not isinstance(x, kind):
        raise TypeError(f"{name} must be {wanted}, got {type(x).__name__} {_short(x)}")
    return x


def _short(x: object) -> str:
    text = repr(x).replace("\n", " ")
    return text if len(text) <= 40 else text[:39] + "…"


def as_list(xs: Any, name: str) -> list[Any]:
    """The elements of `xs`, at least one; `name` is what an error calls it."""
    if type(xs) is list and xs:
        return xs.copy()
    if isinstance(xs, _NO_LISTS) or not hasattr(xs, "__iter__") or getattr(xs, "shape", 0) == ():
        raise TypeError(f"{name} must be a list of numbers or Values, got {type(xs).__name__}")
    items = list(must_be_plain(xs, name))
    if not items:
        raise ValueError(f"{name} is empty; at least one element is needed")
    return items


def as_flat_list(xs: Any, name: str) -> list[Any]:
    """The same of what must not be a table, for along which axis would its numbers be meant?"""
    if getattr(xs, "ndim", 1) > 1:
        raise TypeError(
            f"{name} must be a list of numbers or Values, got a table of shape {xs.shape}; take "
            f"row by row: [… for row in {name}]; or list({name}), for the rows as arrays"
        )
    return as_list(xs, name)


def check_lengths(a: Sequence[Any], b: Sequence[Any], name_a: str, name_b: str) -> None:
    """Refuse two lists that should have the same length."""
    if len(a) != len(b):
        raise ValueError(f"{name_a} has {len(a)} elements and {name_b} has {len(b)}")


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
    if type(x) is not int:
        from numbers import Integral  # only now, so that importing the package stays quick

        if not isinstance(x, Integral) or isinstance(x, bool):
            raise TypeError(f"{name} must be an int, got {type(x).__name__} {x!r}")
    if x < least:
        raise ValueError(f"{name} must be at least {least}, got {x}")
    if int(x) > most:
        raise ValueError(f"{name} must be at most {most:,}: memory holds no more")
    return int(x)


def as_path(path: Any) -> "Path":
    """The path of a file; a number is none, though `open` takes one."""
    from pathlib import Path  # only now: loading it is a seventh of what the package takes

    must_be((str, os.PathLike), path, "path", "a str or a Path")
    found = Path(path)
    try:
        os.stat(found)
    except OSError:
        pass  # there is no such file, which may be right
    except ValueError as error:
        reason = "it has a null character" if "\0" in str(found) else error
        raise ValueError(f"path {path!r} is not the name of a file: {reason}") from None
    return found


def assign(values: Iterable[Any], numbers: Iterable[Any]) -> None:
    """Give each Value its number: all of them, or none if a number or the lengths are refused.

    >>> from microgradnn import Value
    >>> w, b = Value(0.0), Value(0.0)
    >>> assign([w, b], [1.5, -2])
    >>> w.data, b.data
    (1.5, -2.0)
    """
    targets = list(values)
    new = [x if type(x) is float else as_number(x, f"numbers[{i}]") for i, x in enumerate(numbers)]
    check_lengths(targets, new, "values", "numbers")
    for value, number in zip(targets, new, strict=True):
        value.data = number
