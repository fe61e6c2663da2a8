"""Data set-up: centring, scaling, one-hot codes, minibatches, splits, and Fisher's iris."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arguments import MOST_UNITS, as_count, as_number, must_be_plain

Floats = NDArray[np.float64]

_NUMBERS = {float, int, bool}
_HINTS = {  # for what is in an array that is not of numbers
    "U": "convert text first: np.asarray(x, dtype=float)",
    "S": "decode and convert it first: np.asarray(x, dtype=str).astype(float)",
    "M": "count the days from the first: (x - x.min()) / np.timedelta64(1, 'D')",
    "m": "divide by a unit: x / np.timedelta64(1, 's')",
    "c": "use its .real and .imag",
}


def zero_center(X: ArrayLike, reference: ArrayLike | None = None) -> Floats:
    """X minus the column means of `reference` (the training set; X itself by default).

    X has shape (samples, columns).

    >>> zero_center([[1.0], [3.0]]).tolist()
    [[-1.0], [1.0]]
    """
    table = as_table(X, "X")
    centred = _centred(table, _reference(reference, table))
    if not np.isfinite(centred).all():
        raise OverflowError("X has numbers that are too large to be centred; scale them down first")
    return centred


def standardize(
    X: ArrayLike, reference: ArrayLike | None = None, constant: str = "refuse"
) -> Floats:
    """(X − mean) / standard deviation, by column, with the statistics of `reference`.

    The standard deviation is that of the population (ddof 0). ValueError names a column that is
    constant in the reference; with constant="zero" such a column becomes 0.

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

    >>> one_hot([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    indices = _array(labels, "labels")
    if indices.ndim != 1 or indices.size == 0 or indices.dtype.kind not in "iu":
        raise ValueError(
            f"labels must be a list of ints, at least one; got {indices.dtype} of shape "
            f"{indices.shape}"
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


def batches(
    X: ArrayLike, y: ArrayLike, batch_size: int, seed: int | None = None
) -> Iterator[tuple[Any, Any]]:
    """Consecutive parts of X and y of `batch_size` samples (the last may be smaller).

    With a seed the samples are shuffled first.

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
) -> tuple[Any, Any, Any, Any]:
    """Shuffle, and split into X_train, X_test, y_train, y_test; `test_size` is a share of samples.

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


class Dataset(NamedTuple):
    """Features X (samples, columns), integer classes y, and what both are called."""

    X: Floats
    y: NDArray[np.int64]
    feature_names: list[str]
    target_names: list[str]


def load_iris() -> Dataset:
    """Fisher's iris: 150 flowers of three species, four measures in cm.

    Source: R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of
    Eugenics 7, 1936; the numbers are those of the article (as scikit-learn ships them, too).

    >>> iris = load_iris()
    >>> iris.X.shape, iris.target_names
    ((150, 4), ['setosa', 'versicolor', 'virginica'])
    """
    text = resources.files("microgradnn").joinpath("datasets/iris.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    header, *flowers = csv.reader(lines)
    species = list(dict.fromkeys(flower[-1] for flower in flowers))
    X = np.array([[float(x) for x in flower[:-1]] for flower in flowers])
    y = np.array([species.index(flower[-1]) for flower in flowers])
    return Dataset(X, y, header[:-1], species)


def as_table(X: ArrayLike, name: str) -> Floats:
    """X as float64, (samples, columns); ValueError names the place of a NaN or infinite number."""
    table = as_floats(X, name)
    if table.ndim != 2 or table.size == 0:
        raise ValueError(f"{name} must have shape (samples, columns), got shape {table.shape}")
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
    array = _array(given, name)
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


def _array(given: Any, name: str) -> NDArray[Any]:
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


def _pair(X: ArrayLike, y: ArrayLike) -> tuple[Any, Any]:
    samples = _array(X, "X")
    targets = _array(y, "y")
    if samples.ndim == 0 or targets.ndim == 0 or len(samples) == 0:
        raise ValueError("X and y must be lists with at least one sample")
    if len(samples) != len(targets):
        raise ValueError(f"X has {len(samples)} samples and y has {len(targets)}")
    return samples, targets
