"""Data set-up, and Fisher's iris."""

import math
from typing import Any

import numpy as np
import pytest
from sklearn import datasets

from microgradnn import data

TABLE = np.random.default_rng(0).normal(50, 20, (200, 3))


def test_zero_center_and_standardize() -> None:
    for scaled in (data.zero_center(TABLE / 100), data.standardize(TABLE)):
        assert np.abs(scaled.mean(axis=0)).max() <= 1e-15
    shifted = data.standardize(TABLE + 1e6)  # here one subtraction of the mean is not enough
    assert np.abs(shifted.mean(axis=0)).max() <= 1e-15
    assert data.standardize(TABLE).std(axis=0) == pytest.approx([1, 1, 1], rel=1e-14)


def test_statistics_of_the_training_set_are_applied_to_the_rest() -> None:
    other = [[1.0, 2.0, 3.0]]
    expected = (other - TABLE.mean(axis=0)) / TABLE.std(axis=0)
    assert data.standardize(other, reference=TABLE) == pytest.approx(expected)
    assert data.zero_center(other, reference=TABLE) == pytest.approx(other - TABLE.mean(axis=0))


def test_a_constant_column() -> None:
    table = [[1.0, 5.0], [2.0, 5.0]]
    with pytest.raises(ValueError, match=r"column 1 is constant \(5\.0\)"):
        data.standardize(table)
    assert data.standardize(table, constant="zero").tolist() == [[-1.0, 0.0], [1.0, 0.0]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.zero_center([1.0, 2.0]), r"shape \(samples, columns\)"),
        (lambda: data.zero_center([[]]), r"shape \(samples, columns\)"),
        (lambda: data.zero_center([[1.0], [math.nan]]), "X has nan in sample 1, column 0"),
        (lambda: data.standardize([[1.0, 2.0]], reference=[[1.0], [2.0]]), "2 columns"),
        (lambda: data.standardize(TABLE, constant="keep"), "constant must be"),
        (lambda: data.one_hot([0, 3], classes=3), r"labels\[1\] must be from 0 to 2, got 3"),
        (lambda: data.one_hot([-1]), r"labels\[0\]"),
        (lambda: data.one_hot([0], classes=10**9), "classes must be at most 10,000,000"),
        (lambda: data.one_hot([0.5]), "labels must be a list of ints"),
        (lambda: list(data.batches([[1], [2]], [1], 1)), "X has 2 samples and y has 1"),
        (lambda: list(data.batches([[1]], [1], 0)), "batch_size"),
        (lambda: data.train_test_split([[1], [2]], [0, 1], test_size=1.0), "test_size"),
        (lambda: data.train_test_split([[1]], [0]), "leave none to train on"),
        (lambda: data.train_test_split([], []), "at least one sample"),
    ],
)
def test_refusals(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_one_hot() -> None:
    assert data.one_hot([7], classes=10**6).sum() == 1.0  # without a square of so many
    assert data.one_hot(np.array([2, 0]), classes=4).tolist() == [[0, 0, 1, 0], [1, 0, 0, 0]]


def test_batches_cover_every_sample_once() -> None:
    X, y = np.arange(10).reshape(10, 1), np.arange(10)
    for seed in (None, 1):
        parts = list(data.batches(X, y, 4, seed=seed))
        assert [len(xs) for xs, _ in parts] == [4, 4, 2]
        assert all((xs[:, 0] == targets).all() for xs, targets in parts)
        assert sorted(np.concatenate([targets for _, targets in parts])) == list(range(10))
    state = np.random.get_state()[1].tolist()  # type: ignore[index]
    assert [t.tolist() for _, t in data.batches(X, y, 4, seed=1)] == [
        targets.tolist() for _, targets in parts
    ]
    assert np.random.get_state()[1].tolist() == state  # type: ignore[index]


def test_train_test_split() -> None:
    X, y = np.arange(150).reshape(150, 1), np.arange(150)
    X_train, X_test, y_train, y_test = data.train_test_split(X, y, test_size=0.2, seed=3)
    assert (len(X_train), len(X_test)) == (120, 30)
    assert (X_train[:, 0] == y_train).all()
    assert sorted([*y_train, *y_test]) == list(range(150))


def test_iris_is_fishers() -> None:
    iris, reference = data.load_iris(), datasets.load_iris()
    assert iris.X.tolist() == reference.data.tolist()
    assert iris.y.tolist() == reference.target.tolist()
    assert iris.target_names == reference.target_names.tolist()
    assert iris.feature_names == reference.feature_names
