"""Ordering: what stands above what in a column, so that few lines cross and equals keep order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from .geometry import Route
from .grouping import grouped

SWEEPS, MOST_IN_VAIN = 8, 3  # over all columns; those that find no better order, one after another
MOST_IN_ORDER = 3  # operands that arrive as written, the first on top; more would cross too much

Joined = dict[int, list[int]]  # the items that an item is joined to, on one side


def in_order(
    column_of: Sequence[int], left: Joined, right: Joined, kept: list[list[int]], boxes: int
) -> list[list[int]]:
    """The items of each column, from the top; the first `boxes` items are boxes.

    They stand at the mean place of those that they are joined to, to and fro; the order with fewest
    crossings is kept. In all of them the items of each list in `kept` are in the order of the list,
    and what leads into a box stands together.
    """
    columns = _first_order(column_of, left, right)
    items = range(len(column_of))
    sides = [
        [near.get(item) or far.get(item) or [item] for item in items]
        for near, far in ((left, right), (right, left))
    ]
    best, fewest, in_vain = columns, -1, 0
    for sweep in range(SWEEPS + 1):
        place = _places(columns)
        if sweep:
            joined = sides[sweep % 2]
            for column in reversed(columns) if sweep % 2 else columns:
                wishes = {item: _mean(joined[item], place) for item in column}
                column.sort(key=wishes.__getitem__)
                _update(place, column)
        for alike_ones in kept:  # are handed out their places in order
            places = sorted(map(place.__getitem__, alike_ones))
            place.update(zip(alike_ones, places, strict=True))
        columns = [sorted(column, key=place.__getitem__) for column in columns]
        for column in reversed(columns):
            _update(place, column)
            if min(column) >= boxes:  # of labels
                wishes = {item: _mean(right[item], place) for item in column}
                column.sort(key=wishes.__getitem__)
                _update(place, column)
        crossings = _crossings(columns, right, place)
        in_vain += 1
        if crossings < fewest or fewest < 0:
            best, fewest, in_vain = [[*column] for column in columns], crossings, 0
        if not fewest or in_vain == MOST_IN_VAIN:
            break
    return best


def alike(routes: Sequence[Route], column_of: Sequence[int]) -> list[list[int]]:
    """The boxes of a column that lead to the same boxes, or to such as are alike themselves.

    They are in the order of the boxes that they lead to, by their seat there, and by number.
    """
    seats = grouped((route.tail, (route.head, route.seat)) for route in routes)
    place = {route.head: (route.head, 0) for route in routes}  # the kind, and the order within
    found = []
    for _, column in sorted(grouped((-column_of[box], box) for box in seats).items()):
        kinds = grouped(
            (frozenset(place[head][0] for head, _ in seats[box]), box) for box in column
        )
        for same in kinds.values():
            first = {box: min((place[head], seat) for head, seat in seats[box]) for box in same}
            same = sorted(sorted(same), key=first.__getitem__)
            place.update((box, (min(same), k)) for k, box in enumerate(same))
            found.append(same)
    return [same for same in found if len(same) > 1]


def _first_order(column_of: Sequence[int], left: Joined, right: Joined) -> list[list[int]]:
    """The items of each column in the order in which a walk from the last boxes meets them."""
    columns: list[list[int]] = [[] for _ in range(max(column_of) + 1)]
    seen = [False] * len(column_of)
    stack = [item for item in range(len(column_of)) if item not in right]
    while stack:
        item = stack.pop()
        if not seen[item]:
            seen[item] = True
            columns[column_of[item]].append(item)
            stack += reversed(left.get(item, []))
    return columns


def _places(columns: Sequence[Sequence[int]]) -> dict[int, float]:
    """Where each item stands between the top of its column, 0, and the bottom, 1."""
    place: dict[int, float] = {}
    for column in columns:
        _update(place, column)
    return place


def _update(place: dict[int, float], column: Sequence[int]) -> None:
    step = 1 / len(column)
    for k, item in enumerate(column):
        place[item] = (k + 0.5) * step


def _mean(items: Sequence[int], places: dict[int, float]) -> float:
    if len(items) == 1:
        return places[items[0]]
    return sum(map(places.__getitem__, items)) / len(items)


def _crossings(columns: Sequence[Sequence[int]], right: Joined, place: dict[int, float]) -> int:
    """How often lines between neighbouring columns cross."""
    count = 0
    for column in columns:
        ends: list[float] = []
        for item in column:
            for end in sorted(map(place.__getitem__, right.get(item, []))):
                above = bisect_right(ends, end)
                count += len(ends) - above
                ends.insert(above, end)
    return count
