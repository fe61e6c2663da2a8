"""Patterns in arrays of slot numbers: what is a view of a buffer, and what is a matrix product.

The idea: to gather slots by their numbers is always right, but makes a copy. Numbers at regular
distances need none, and dots whose factors form a full rectangle are one product of two matrices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Index = npt.NDArray[np.int64]  # numbers of slots, or of whatever else is indexed

MOST_FILLED_UP = 1.5  # times as many numbers as rows of several lengths have, filled up
LEAST_LENGTHS = 3  # of rows, from which on they are filled up
MOST_BY_PYTHON = 64  # numbers, up to which lists are compared sooner than arrays
MOST_SINGLE_DOTS = 2  # so many are matrix products of their own; more are one step together


# ---- Views ---------------------------------------------------------------------------------------


class Affine(NamedTuple):
    """The numbers `start + i·strides[0] + j·strides[1] + …`: a view of a buffer, no copy."""

    start: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def affine(index: Index) -> Affine | None:
    """The pattern of the numbers, or None if they have none.

    >>> affine(np.array([[3, 5], [4, 6]]))
    Affine(start=3, shape=(2, 2), strides=(1, 2))
    """
    if index.size == 1:  # most of a deep graph
        return Affine(index.item(), index.shape, (0,) * index.ndim)
    is_short = index.size <= MOST_BY_PYTHON
    flat: Any = index.ravel().tolist() if is_short else index.ravel()
    start = int(flat[0])
    strides = []
    block = len(flat)  # how many numbers a step along the axis passes over
    for length in index.shape:
        block //= length
        strides.append(int(flat[block]) - start if length > 1 else 0)
    # The last number tells most patterns from others, before all are compared.
    axes = [*zip(index.shape, strides, strict=True)]
    if flat[-1] != start + sum([(length - 1) * stride for length, stride in axes]):
        return None
    expected: Any = [start] if is_short else start
    for length, stride in axes:
        steps = range(0, length * stride, stride) if stride else [0] * length
        if is_short:
            expected = [number + step for number in expected for step in steps]
        else:
            expected = np.add.outer(expected, steps)
    fits = expected == flat if is_short else np.array_equal(expected, index)
    return Affine(start, index.shape, tuple(strides)) if fits else None


def run_length(index: Index) -> int | None:
    """The length n for which `index`, cut along its first axis into runs of n, is a pattern.

    >>> run_length(np.array([7, 7, 7, 9, 9, 9]))
    3
    """
    differences = np.diff(index.reshape(len(index), -1)[:, 0])
    # The first run ends where the first difference is unlike the one before; all must be as long.
    run = 1 + int(np.append(differences != differences[:1], False).argmax())
    if run == 1 or len(index) % run or affine(index.reshape(-1, run, *index.shape[1:])) is None:
        return None
    return run


def shape_of_views(indices: Iterable[Index]) -> tuple[int, ...]:
    """The shape in which operands of one length are views, as far as that can be.

    It is (m, n) if one of them is a pattern in two dimensions only, else (count,).

    >>> shape_of_views([np.array([1, 2, 3, 4]), np.array([5, 5, 7, 7])])
    (2, 2)
    """
    count = 0
    for index in indices:
        count = len(index)
        if count == 1:
            break
        run = run_length(index) if affine(index) is None else None
        if run is not None:
            return count // run, run
    return (count,)


def runs(index: Index) -> list[Index]:
    """The numbers, cut where they do not follow one another."""
    if len(index) < 2:
        return [index] if len(index) else []
    return np.split(index, np.flatnonzero(np.diff(index) != 1) + 1)


def without_repetition(index: Index, letters: str) -> tuple[Index, str]:
    """The index without the axes along which it is constant, and the letters of the other axes.

    >>> without_repetition(np.array([[4, 4], [7, 7]]), "mk")
    (array([4, 7]), 'm')
    """
    for axis in reversed(range(index.ndim)):
        if index.shape[axis] > 1 and (index == index.take([0], axis)).all():
            index = np.take(index, 0, axis)
            letters = letters[:axis] + letters[axis + 1 :]
    return index, letters


# ---- Dots ----------------------------------------------------------------------------------------


class Dots(NamedTuple):
    """Dots without repetition: dot i is Σ a·b over the factors in `a[i]` and `b[i]`."""

    a: Index
    b: Index
    first: Index  # for each of these, the place at which it was given first
    which: Index  # for each that was given, which of these it is


def distinct_dots(a: Index, b: Index) -> Dots:
    """Sort the factors of each dot, and the dots by their factors; equal ones become one.

    The products of a dot may be added in any order. Sorted by b, and for equal b by a, dots of the
    same batched factors agree in all of b, whatever order the user wrote them in.
    """
    n = a.shape[1]
    order = np.lexsort((a, b), axis=1)
    sorted_factors = np.hstack([np.take_along_axis(x, order, 1) for x in (b, a)])
    factors, first, which = np.unique(
        sorted_factors, axis=0, return_index=True, return_inverse=True
    )
    return Dots(factors[:, n:], factors[:, :n], first, which.ravel())


def rectangles(a: Index, b: Index) -> tuple[list[Index], Index]:
    """The full rectangles of dots, as arrays of their numbers, and the dots that are in none.

    Dots with the same batched factors b are a column of a matrix product. Columns with the same
    uniform factors a, from top to bottom, stand side by side in a rectangle.

    >>> w, v, x, y = [1, 2], [3, 4], [5, 6], [7, 8]
    >>> rectangles(np.array([w, v, w, v]), np.array([x, x, y, y]))
    ([array([[0, 2],
           [1, 3]])], array([], dtype=int64))
    """
    columns: dict[bytes, list[int]] = defaultdict(list)
    for dot, factors in enumerate(b):
        columns[factors.tobytes()].append(dot)
    grids: dict[bytes, list[list[int]]] = defaultdict(list)
    for column in columns.values():
        grids[a[column].tobytes()].append(column)
    found = [np.array(grid).T for grid in grids.values()]
    alone = [grid[0, 0] for grid in found if grid.size == 1]
    if len(alone) <= MOST_SINGLE_DOTS:
        return found, np.array([], np.int64)
    return [grid for grid in found if grid.size > 1], np.array(alone)


# ---- Rows of several lengths ---------------------------------------------------------------------

Rows = tuple[Index, ...]  # whose rows they are, then tables of equal shape, with a row for each


def filled_up(parts: Sequence[Rows], filling: Callable[[int], int]) -> list[Rows]:
    """Rows of several lengths as rows of one length, where that makes far fewer tables.

    What is missing in the k-th table is `filling(k)`. At most a third of a table is filled up: so
    the rows of a triangle are few tables, and one but for the shortest of them.

    >>> longest = np.array([[1, 2, 3, 4]])
    >>> parts = [(np.array([n]), longest[:, :n]) for n in (2, 3, 4)]
    >>> filled_up(parts, lambda table: 0)[0][1].tolist()
    [[1, 2, 3, 4], [1, 2, 3, 0], [1, 2, 0, 0]]
    """
    together: list[list[Rows]] = []
    for part in sorted(parts, key=lambda part: -part[1].shape[1]):
        if together:
            rows = [*together[-1], part]
            needed = sum(len(x[0]) for x in rows) * rows[0][1].shape[1]
            if needed <= MOST_FILLED_UP * sum(x[1].size for x in rows):
                together[-1].append(part)
                continue
        together.append([part])
    found: list[Rows] = []
    for rows in together:
        found += rows if len(rows) < LEAST_LENGTHS else [_filled(rows, filling)]
    return found


def _filled(parts: list[Rows], filling: Callable[[int], int]) -> Rows:
    length = parts[0][1].shape[1]
    tables = []
    for place, narrow in enumerate(zip(*[part[1:] for part in parts], strict=True)):
        table = np.full((sum(map(len, narrow)), length), filling(place))
        start = 0
        for x in narrow:
            table[start : start + len(x), : x.shape[1]] = x
            start += len(x)
        tables.append(table)
    return np.concatenate([part[0] for part in parts]), *tables
