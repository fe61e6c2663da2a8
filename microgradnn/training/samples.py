"""Samples: what a model is trained on or judged by, as checked arrays, and in minibatches."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..arguments import is_numeral
from ..data.tables import as_floats, as_table

Names = tuple[str, str]  # what errors call the samples and the targets

NAMES: Names = ("X", "y")
VALIDATION_NAMES: Names = ("validation[0]", "validation[1]")


class Samples(NamedTuple):
    """Samples X and targets y, row by row, what each of them weighs, and what errors call them."""

    X: Any
    y: Any
    weights: Any = None  # None if all weigh the same
    names: Names = NAMES

    def rows(self, chosen: Any) -> Samples:
        """Some of the samples, by their places."""
        weights = None if self.weights is None else self.weights[chosen]
        return self._replace(X=self.X[chosen], y=self.y[chosen], weights=weights)

    def answers(self, chosen: Any) -> tuple[Any, Any]:
        """The targets of some samples, and their weights."""
        return self.y[chosen], None if self.weights is None else self.weights[chosen]

    def weight_of(self, chosen: Any) -> float:
        """What some of the samples weigh together: by default 1 each."""
        return len(chosen) if self.weights is None else float(self.weights[chosen].sum())


def minibatches(size: int, batch_size: int, seed: int) -> Iterator[Any]:
    """The places of an epoch's samples, shuffled and cut into batches.

    >>> [len(chosen) for chosen in minibatches(5, 2, seed=0)]
    [2, 2, 1]
    """
    order = np.arange(size)
    np.random.default_rng(seed).shuffle(order)
    for start in range(0, len(order), batch_size):
        yield order[start : start + batch_size]


def checked_samples(X: Any, y: Any, sample_weight: Any = None, names: Names = NAMES) -> Samples:
    """Samples and targets as arrays, refused where they hold anything but finite numbers."""
    samples = as_table(X, names[0])
    try:
        as_floats(y, names[1])
    except TypeError:
        _refuse_names_of_classes(y, names[1])
        raise
    targets = np.asarray(y)  # and not as floats, so that classes stay ints
    if targets.dtype == object:  # as pandas has it where a column once held something else
        targets = np.array(targets.tolist())
    if targets.ndim == 0 or len(targets) != len(samples):
        raise ValueError(f"{names[0]} has {len(samples)} samples and {names[1]} has {targets.size}")
    if targets.dtype.kind == "f":
        as_table(targets.reshape(len(targets), -1), names[1])
    weights = None if sample_weight is None else _checked_weights(sample_weight, len(samples))
    return Samples(samples, targets, weights, names)


def _checked_weights(sample_weight: Any, size: int) -> Any:
    weights = as_floats(sample_weight, "sample_weight")
    if weights.shape != (size,):
        raise ValueError(
            f"sample_weight must have shape ({size},), a number for each sample; "
            f"got shape {weights.shape}"
        )
    for place in np.flatnonzero(~((weights >= 0.0) & (weights < math.inf))).tolist():
        raise ValueError(
            f"sample_weight[{place}] must be a finite number from 0 on, got {weights[place]}"
        )
    with np.errstate(over="ignore"):
        total = weights.sum()
    if not 0.0 < total < math.inf:
        raise ValueError(f"the weights in sample_weight add up to {total}")
    return weights


def _refuse_names_of_classes(y: Any, name: str) -> None:
    """TypeError that says how to number the classes, if targets are text and no numbers in text."""
    for x in np.asarray(y, dtype=object).ravel().tolist():
        if isinstance(x, (str, bytes)) and not is_numeral(x):
            raise TypeError(
                f"{name} must hold real numbers, got the name {x!r}; number the classes: "
                f"names, {name} = np.unique({name}, return_inverse=True), or take "
                "microgradnn.sklearn.MLPClassifier, which trains on names"
            ) from None
