"""Data set-up: centring, scaling, one-hot codes, minibatches, splits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import MOST_UNITS, as_count, as_number
from .tables import Floats, as_array, as_table

Constant = Literal["refuse", "zero"]  # what becomes of a column that is constant


def zero_center(X: ArrayLike, reference: ArrayLike | None = None) -> Floats:
    """X minus the column means of `reference` (the training set; X itself by default).

    X has shape (samples, columns), and so has what is given back.

    Raises ValueError if X or `reference` is no table of finite numbers or their columns differ,
    TypeError if something is no number, OverflowError if numbers are too large.

    >>> zero_center([[1.0], [3.0]]).tolist()
    [[-1.0], [1.0]]
    """
    table = as_table(X, "X")
    centred = _centred(table, _reference(reference, table))
    if not np.isfinite(centred).all():
        raise OverflowError("X has numbers that are too large to be centred; scale them down first")
    return centred


def standardize(
    X: ArrayLike, reference: ArrayLike | None = None, constant: Constant = "refuse"
) -> Floats:
    """(X − mean) / standard deviation, by column, with the statistics of `reference`.

    X has shape (samples, columns), and so has what is given back. The standard deviation is that of
    the population (ddof 0). With constant="zero" a column that is constant in the reference
    becomes 0.

    Raises ValueError, which names such a column otherwise, or if X or `reference` is no table of
    finite numbers or their columns differ, TypeError if something is no number.

    >>> standardize([[1.0], [3.0]]).tolist()
    [[-1.0], [1.0]]
    """
    if not isinstance(constant, str) or constant not in ("refuse", "zero"):
        raise ValueError(f"constant must be 'refuse' or 'zero', got {constant!r}")
    table = as_table(X, "X")
    source = _reference(reference, table)
    flat = np.flatnonzero(source.max(axis=0) == source.min(axis=0))
    if flat.size and constant == "refuse":
        raise ValueError(
            f"column {flat[0]} is constant ({source[0, flat[0]]}), so it cannot be scaled; "
            "drop it, or pass constant='zero'"
        )
    exponents = _exponents(source)  # so that no square is too large or too small for a float
    table, source = np.ldexp(table, -exponents), np.ldexp(source, -exponents)
    deviation = np.sqrt(_column_means(_centred(source, source) ** 2))
    scaled: Floats = _centred(table, source) / np.where(deviation > 0, deviation, 1.0)
    scaled[:, flat] = 0.0
    return scaled


def one_hot(labels: ArrayLike, classes: int | None = None) -> Floats:
    """For each label a 1 at its class and 0 elsewhere; shape (labels, classes).

    Without `classes` there is one more than the largest label.

    Raises ValueError if the labels are no list of ints, or one is not from 0 to classes − 1,
    TypeError if `classes` is no int.

    >>> one_hot([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    indices = as_array(labels, "labels")
    if indices.ndim != 1 or indices.size == 0 or indices.dtype.kind not in "iu":
        raise ValueError(
            f"labels must be a list of ints, at least one; got {indices.dtype} of shape "
            f"{indices.shape}{_numbered(indices)}"
        )
    if classes is None:
        count = int(indices.max()) + 1
    else:
        count = as_count(classes, "classes", most=MOST_UNITS)
    for place, label in enumerate(indices):
        if not 0 <= label < count:
            raise ValueError(f"labels[{place}] must be from 0 to {count - 1}, got {label}")
    codes: Floats = (indices[:, None] == np.arange(count)).astype(float)
    return codes


def _numbered(labels: NDArray[Any]) -> str:
    """How labels of another kind become ints, for the end of an error."""
    if labels.ndim != 1 or not labels.size:
        return ""
    how = {"f": "labels.astype(int)", "b": "labels.astype(int)"}
    numbered = "names, labels = np.unique(labels, return_inverse=True)"
    return f"; write {how.get(labels.dtype.kind, numbered)}"


def batches(
    X: ArrayLike, y: ArrayLike, batch_size: int, seed: int | None = None
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Consecutive parts of X and y of `batch_size` samples (the last may be smaller).

    With a seed the samples are shuffled first.

    Raises ValueError if X and y are empty or differ in length, or `batch_size` is below 1,
    TypeError if `batch_size` or `seed` is no int.

    >>> [len(xs) for xs, ys in batches([[1], [2], [3]], [0, 1, 0], 2)]
    [2, 1]
    """
    samples, targets = _pair(X, y)
    order = np.arange(len(samples))
    size = as_count(batch_size, "batch_size")
    if seed is not None:
        np.random.default_rng(as_count(seed, "seed", least=0)).shuffle(order)
    for start in range(0, len(samples), size):
        chosen = order[start : start + size]
        yield samples[chosen], targets[chosen]


def train_test_split(
    X: ArrayLike, y: ArrayLike, test_size: float = 0.2, seed: int = 0
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Shuffle, and split into X_train, X_test, y_train, y_test; `test_size` is a share of samples.

    Raises ValueError if X and y are empty or differ in length, `test_size` is not between 0 and 1,
    or nothing would be left to train on, TypeError if `test_size` is no number or `seed` no int.

    >>> parts = train_test_split([[1], [2], [3], [4], [5]], [0, 1, 0, 1, 0])
    >>> [len(part) for part in parts]
    [4, 1, 4, 1]
    """
    samples, targets = _pair(X, y)
    if not 0.0 < as_number(test_size, "test_size") < 1.0:
        raise ValueError(f"test_size must be between 0 and 1, got {test_size}")
    held_out = math.ceil(test_size * len(samples))
    if held_out >= len(samples):
        raise ValueError(
            f"{len(samples)} samples leave none to train on with test_size={test_size}"
        )
    order = np.random.default_rng(as_count(seed, "seed", least=0)).permutation(len(samples))
    test, train = order[:held_out], order[held_out:]
    return samples[train], samples[test], targets[train], targets[test]


def _reference(reference: ArrayLike | None, table: Floats) -> Floats:
    source = table if reference is None else as_table(reference, "reference")
    if source.shape[1] != table.shape[1]:
        raise ValueError(f"X has {table.shape[1]} columns and reference has {source.shape[1]}")
    return source


def _centred(table: Floats, source: Floats) -> Floats:
    """`table` minus the column means of `source`; the second time takes what rounding left."""
    exponents = _exponents(source)  # so that no sum is too large for a float
    scaled = np.ldexp(source, -exponents)
    mean = _column_means(scaled)
    rest = np.ldexp(_column_means(scaled - mean), exponents)
    with np.errstate(over="ignore"):
        centred: Floats = (table - np.ldexp(mean, exponents)) - rest
    return centred


def _exponents(table: Floats) -> NDArray[Any]:
    """For each column the power of two just above all of its numbers."""
    return np.frexp(np.abs(table).max(axis=0))[1]  # type: ignore[no-any-return]


def _column_means(table: Floats) -> Floats:
    """Means right to the last place."""
    return np.array([math.fsum(column) / len(column) for column in table.T])


def _pair(X: ArrayLike, y: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    samples = as_array(X, "X")
    targets = as_array(y, "y")
    if samples.ndim == 0 or targets.ndim == 0 or len(samples) == 0:
        raise ValueError("X and y must be lists with at least one sample")
    if len(samples) != len(targets):
        raise ValueError(f"X has {len(samples)} samples and y has {len(targets)}")
    return samples, targets
