"""Items under their keys: the one loop that folding and layout have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

_Key = TypeVar("_Key")
_Item = TypeVar("_Item")


def grouped(pairs: Iterable[tuple[_Key, _Item]]) -> dict[_Key, list[_Item]]:
    """The items of each key, both in the order in which they come.

    >>> grouped([("even", 2), ("odd", 3), ("even", 4)])
    {'even': [2, 4], 'odd': [3]}
    """
    found: dict[_Key, list[_Item]] = {}
    for key, item in pairs:
        if key in found:
            found[key].append(item)
        else:
            found[key] = [item]
    return found
