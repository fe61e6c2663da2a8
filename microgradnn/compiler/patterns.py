"""Places in a buffer that form a pattern: they are a view of it, and no copy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

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
    start = index.flat[0]
    if index.ndim == 1:
        stride = int(index[1] - start) if len(index) > 1 else 0
        if len(index) > 2 and not (index[1:] - index[:-1] == stride).all():
            return None
        return Affine(int(start), index.shape, (stride,))
    strides = []
    for axis, length in enumerate(index.shape):
        second = tuple([1 if place == axis else 0 for place in range(index.ndim)])
        strides.append(int(index[second] - start) if length > 1 else 0)
    expected = np.asarray(start)
    for length, stride in zip(index.shape, strides, strict=True):
        expected = expected[..., None] + np.arange(length) * stride
    if not np.array_equal(expected, index):
        return None
    return Affine(int(start), index.shape, tuple(strides))


def is_affine(index: Index) -> bool:
    return affine(index) is not None


def split(index: Index) -> int | None:
    """How many places of the first axis form one run, if all runs are equal; else None.

    >>> split(np.array([7, 7, 7, 9, 9, 9]))
    3
    """
    first = index.reshape(len(index), -1)[:, 0]
    differences = np.diff(first)
    breaks = np.flatnonzero(differences != differences[:1])
    if not len(breaks) or breaks[0] + 1 < 2:
        return None
    run = int(breaks[0]) + 1
    if len(index) % run or not is_affine(index.reshape(-1, run, *index.shape[1:])):
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
