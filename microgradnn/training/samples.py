"""Samples: what a model is trained on or judged by, as checked arrays, and in minibatches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..data import as_floats, as_table, batches

Names = tuple[str, str]  # what errors call the samples and the targets

NAMES: Names = ("X", "y")
VALIDATION_NAMES: Names = ("validation[0]", "validation[1]")


class Samples(NamedTuple):
    """Samples X and targets y, row by row, and what errors call the two."""

    X: Any
    y: Any
    names: Names = NAMES

    def rows(self, chosen: Any) -> Samples:
        """Some of the samples, by their places or by a slice."""
        return self._replace(X=self.X[chosen], y=self.y[chosen])

    def parts(self, batch_size: int, seed: int) -> Iterator[Samples]:
        """The minibatches of an epoch: all samples, shuffled."""
        for X, y in batches(self.X, self.y, batch_size, seed):
            yield self._replace(X=X, y=y)


def checked_samples(X: Any, y: Any, names: Names = NAMES) -> Samples:
    """Samples and targets as arrays, refused where they hold anything but finite numbers."""
    samples = as_table(X, names[0])
    try:
        as_floats(y, names[1])
    except TypeError:
        _refuse_names_of_classes(y, names[1])
        raise
    targets = np.asarray(y)  # and not as floats, so that classes stay ints
    if targets.ndim == 0 or len(targets) != len(samples):
        raise ValueError(f"{names[0]} has {len(samples)} samples and {names[1]} has {targets.size}")
    if targets.dtype.kind == "f":
        as_table(targets.reshape(len(targets), -1), names[1])
    return Samples(samples, targets, names)


def _refuse_names_of_classes(y: Any, name: str) -> None:
    """TypeError that says how to number the classes, if targets are text and no numbers in text."""
    for x in np.asarray(y, dtype=object).ravel().tolist():
        if isinstance(x, (str, bytes)) and not _is_number(x):
            raise TypeError(
                f"{name} must hold real numbers, got the name {x!r}; number the classes: "
                f"names, {name} = np.unique({name}, return_inverse=True), or take "
                "microgradnn.sklearn.MLPClassifier, which trains on names"
            ) from None


def _is_number(x: str | bytes) -> bool:
    try:
        float(x)
    except ValueError:
        return False
    return True
