"""Data: centring, scaling, one-hot codes, minibatches, splits, and ready-made data sets.

Read `preparation.py` first; `ready_made.py` has iris and points that are drawn with a seed.

>>> moons = make_moons(n=100)
>>> standardize(moons.X).std(axis=0).round(6).tolist()
[1.0, 1.0]
"""

from .. import needs_numpy  # noqa: F401 - first, for its error is a sentence
from .preparation import batches, one_hot, standardize, train_test_split, zero_center
from .ready_made import (
    Dataset,
    load_iris,
    make_blobs,
    make_circles,
    make_line,
    make_moons,
    make_sine,
    make_spirals,
    make_xor,
)

__all__ = [
    "Dataset",
    "batches",
    "load_iris",
    "make_blobs",
    "make_circles",
    "make_line",
    "make_moons",
    "make_sine",
    "make_spirals",
    "make_xor",
    "one_hot",
    "standardize",
    "train_test_split",
    "zero_center",
]
