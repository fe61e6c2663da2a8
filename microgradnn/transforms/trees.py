"""Trees of numbers, such as a list of arrays: taken apart, and put together of other numbers.

A tree, as JAX calls it, is a number or a Value, an array of them, or a list, a tuple or a dict of
trees. Its form is the same tree with the place among all its numbers instead of each: an int for a
number, an `ArrayForm` for an array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..arguments import is_array, must_be_plain
from ..engine.checks import as_operand
from ..engine.value import Value

_PLAIN, _INT = {float, Value}, {int}
Path = tuple[Any, ...]  # the keys that lead down to a number or an array


class ArrayForm:
    """Where the numbers of an array are among all, and its shape."""

    __slots__ = ("places", "shape")

    def __init__(self, places: slice, shape: tuple[int, ...]) -> None:
        self.places: slice = places
        self.shape: tuple[int, ...] = shape

    def __eq__(self, other: object) -> bool:
        alike = isinstance(other, ArrayForm) and self.places == other.places
        return alike and self.shape == other.shape  # type: ignore[attr-defined]


def mapped(f: Callable[[Any, Path], Any], tree: Any, path: Path = ()) -> Any:
    """The same containers with `f(x, path)` for each number and each array.

    >>> mapped(lambda x, path: (path, x), {"w": [1.5, 2.5], "b": 0.5})
    {'w': [(('w', 0), 1.5), (('w', 1), 2.5)], 'b': (('b',), 0.5)}
    """
    if isinstance(tree, dict):
        # In an order that does not depend on how the dict was made, so that equal ones match.
        parts = {key: mapped(f, tree[key], (*path, key)) for key in sorted(tree, key=repr)}
        return {key: parts[key] for key in tree}
    if isinstance(tree, (list, tuple)):
        items = [mapped(f, x, (*path, place)) for place, x in enumerate(tree)]
        if isinstance(tree, list):
            return items
        return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)
    return f(tree, path)


def flatten(tree: Any, name: str, numbers: list[Any]) -> Any:
    """The form of a tree, whose numbers and Values are appended to a list.

    >>> numbers = []
    >>> form = flatten([1.5, (2.5, 3)], "x", numbers)
    >>> form, numbers, filled(form, "abc")
    ([0, (1, 2)], [1.5, 2.5, 3.0], ['a', ('b', 'c')])
    """
    before = len(numbers)
    if type(tree) in _PLAIN:  # most often: there is nothing to walk through
        numbers.append(tree)
        return before
    if type(tree) is list and tree and are_plain(tree):
        numbers.extend(tree)
        return list(range(before, len(numbers)))

    def noted(x: Any, path: Path) -> Any:
        start = len(numbers)
        if not is_array(x):
            numbers.append(x if type(x) is float else as_operand(x, _named(name, path)))
            return start
        found, shape = _elements(x, name, path)
        numbers.extend(found)
        return ArrayForm(slice(start, len(numbers)), shape)

    try:
        form = mapped(noted, tree)
    except RecursionError:
        raise ValueError(f"{name} is nested too deeply, or it is in itself") from None
    if len(numbers) == before:
        raise ValueError(f"{name} is empty; at least one number is needed")
    return form


def are_plain(xs: Sequence[Any]) -> bool:
    """Whether these are floats and Values, so that there is nothing to look into or to convert."""
    return _PLAIN.issuperset(map(type, xs))


def are_places(forms: Sequence[Any]) -> bool:
    """Whether these are the places of numbers, which are one after the other."""
    return _INT.issuperset(map(type, forms))


def filled(form: Any, numbers: Sequence[Any]) -> Any:
    """The tree of this form with these in the places of its numbers."""
    if type(form) is int:
        return numbers[form]
    if type(form) is list and are_places(form):
        return [*numbers[form[0] : form[-1] + 1]] if form else []

    def back(x: Any, path: Path) -> Any:
        return numbers[x] if type(x) is int else array_of(numbers[x.places], x.shape)

    return mapped(back, form)


def array_of(numbers: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """An array of floats, or of objects if anything else is among them."""
    import numpy as np  # only where arrays are met

    array = np.empty(len(numbers), dtype=float if set(map(type, numbers)) <= {float} else object)
    array[:] = numbers
    return array.reshape(shape)


def must_match(form: Any, other: Any, name: str, name_of_other: str) -> None:
    """Refuse two forms that differ."""
    if form != other:
        found, wanted = in_words(form), in_words(other)
        raise ValueError(f"{name} must have the form of {name_of_other}, {wanted}; got {found}")


class _Word(NamedTuple):
    text: str

    def __repr__(self) -> str:
        return self.text


def in_words(form: Any) -> str:
    """A form as an error shows it.

    >>> in_words(flatten({"w": [1.5, 2.5], "b": 0.5}, "x", []))
    "{'w': [number, number], 'b': number}"
    """

    def word(x: Any, path: Path) -> _Word:
        return _Word("number" if type(x) is int else f"array{x.shape}")

    text = repr(mapped(word, form))
    return text if len(text) <= 80 else f"{text[:79]}…"


def _elements(array: Any, name: str, path: Path) -> tuple[list[Any], tuple[int, ...]]:
    import numpy as np

    from ..data.tables import as_floats  # only now: `data` takes longer to load than all of this

    plain = np.asarray(must_be_plain(array, _named(name, path)))
    if plain.dtype != object:
        return as_floats(plain, _named(name, path)).ravel().tolist(), plain.shape
    places = np.ndenumerate(plain)
    return [as_operand(x, _named(name, (*path, *at))) for at, x in places], plain.shape


def _named(name: str, path: Path) -> str:
    return name + "".join([f"[{key!r}]" for key in path])
