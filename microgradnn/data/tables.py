"""Arrays of numbers that users give: taken, or refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import as_number, must_be_plain

Floats = NDArray[np.float64]

_NUMBERS = {float, int, bool}
_HINTS = {  # for what is in an array that is not of numbers
    "U": "convert text first: np.asarray(x, dtype=float)",
    "S": "decode and convert it first: np.asarray(x, dtype=str).astype(float)",
    "M": "count the days from the first: (x - x.min()) / np.timedelta64(1, 'D')",
    "m": "divide by a unit: x / np.timedelta64(1, 's')",
    "c": "use its .real and .imag",
}


def as_table(X: ArrayLike, name: str) -> Floats:
    """X as float64, (samples, columns); ValueError names the place of a NaN or infinite number."""
    table = as_floats(X, name)
    if table.ndim != 2 or table.size == 0:
        hint = f"; a single column is np.reshape({name}, (-1, 1))" if table.ndim == 1 else ""
        raise ValueError(
            f"{name} must have shape (samples, columns), got shape {table.shape}{hint}"
        )
    bad = np.argwhere(~np.isfinite(table))
    if bad.size:
        sample, column = bad[0]
        number = table[sample, column]
        raise ValueError(f"{name} has {number} in sample {sample}, column {column}")
    return table


def as_floats(given: Any, name: str) -> Floats:
    """An array of float64; TypeError if something else than real numbers is in it."""
    if type(given) is np.ndarray and given.dtype == float:
        return given  # what programs are called with, again and again
    array = as_array(given, name)
    if array.dtype == object and array.ndim == 0:
        raise TypeError(f"{name} must be a list of numbers, got {type(given).__name__}")
    if array.dtype == object:  # each has its own kind, and an error that says it
        numbers = np.empty(array.shape)
        for place, x in np.ndenumerate(array):
            numbers[place] = as_number(x, name + "".join(f"[{k}]" for k in place))
        return numbers
    if array.dtype.kind not in "biuf":
        hint = _HINTS.get(array.dtype.kind, "take its columns of numbers")
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}; {hint}")
    return array.astype(np.float64, copy=False)


def as_array(given: Any, name: str) -> NDArray[Any]:
    """What is given as an array; refused where that would lose a mask or a unit."""
    _must_be_plain(given, name, 3)
    try:
        return np.asarray(given)
    except ValueError as error:
        raise ValueError(f"{name} must be a list of lists of equal length: {error}") from None
    except (TypeError, RuntimeError) as error:
        raise TypeError(f"{name} cannot be read as an array of numbers: {error}") from None


def _must_be_plain(given: Any, name: str, depth: int) -> None:
    """Refuse a mask or a unit in nested lists, too; lists of numbers are passed over quickly."""
    must_be_plain(given, name)
    if depth and isinstance(given, (list, tuple)) and not set(map(type, given)) <= _NUMBERS:
        for place, x in enumerate(given):
            _must_be_plain(x, f"{name}[{place}]", depth - 1)
