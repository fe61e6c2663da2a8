"""Places in a buffer that form a pattern: they are a view of it, and no copy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Index = npt.NDArray[np.int64]


class Affine(NamedTuple):
    """Places `start + i·strides[0] + j·strides[1] + …`: a view of a buffer, no copy."""

    start: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def affine(index: Index) -> Affine | None:
    """The pattern of places, or None.

    >>> affine(np.array([[3, 5], [4, 6]]))
    Affine(start=3, shape=(2, 2), strides=(1, 2))
    """
    flat = index.ravel()
    start, step, strides = int(flat[0]), len(flat), []
    for length in index.shape:
        step //= length
        strides.append(int(flat[step]) - start if length > 1 else 0)
    expected: Any = start
    if flat[-1] == start + sum((n - 1) * by for n, by in zip(index.shape, strides, strict=True)):
        for length, stride in zip(index.shape, strides, strict=True):
            expected = np.add.outer(expected, np.arange(length) * stride)
        if np.array_equal(expected, index):
            return Affine(start, index.shape, tuple(strides))
    return None


def split(index: Index) -> int | None:
    """How many places of the first axis form one run, if all runs are equal; else None.

    >>> split(np.array([7, 7, 7, 9, 9, 9]))
    3
    """
    differences = np.diff(index.reshape(len(index), -1)[:, 0])
    run = 1 + int(np.append(differences != differences[:1], False).argmax())
    if run == 1 or len(index) % run or affine(index.reshape(-1, run, *index.shape[1:])) is None:
        return None
    return run


def shape_of_views(indices: Iterable[Index]) -> tuple[int, ...]:
    """The shape for rows of equal number: (m, n) if that makes views of what are none, or (count,).

    >>> shape_of_views([np.array([1, 2, 3, 4]), np.array([5, 5, 7, 7])])
    (2, 2)
    """
    count = 0
    for index in indices:
        count = len(index)
        run = split(index) if affine(index) is None else None
        if run is not None:
            return count // run, run
    return (count,)


def runs(rows: Index) -> list[Index]:
    """The places, cut where they do not follow one another."""
    return np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1) if len(rows) else []
