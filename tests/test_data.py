"""Data set-up, and Fisher's iris."""

import datetime
import math
from array import array
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from sklearn import datasets

import microgradnn as mg
from microgradnn import Value, data

TABLE = np.random.default_rng(0).normal(50, 20, (200, 3))
UNKNOWN: Any = "keep"  # nothing that may become of a constant column


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


def exact(table: Any, reference: Any) -> list[list[mpmath.mpf]]:
    """What `standardize` should give, column by column, in 800 digits."""
    with mpmath.workdps(800):
        columns = []
        pairs = zip(np.array(table, float).T, np.array(reference, float).T, strict=True)
        for column, source in pairs:
            numbers = [mpmath.mpf(float(x)) for x in source]
            mean = mpmath.fsum(numbers) / len(numbers)
            variance = mpmath.fsum([(x - mean) ** 2 for x in numbers]) / len(numbers)
            columns.append([(mpmath.mpf(float(x)) - mean) / mpmath.sqrt(variance) for x in column])
        return columns


@pytest.mark.parametrize("power", [-323, -310, -300, -170, -160, -100, 0, 100, 150, 160, 300, 307])
def test_standardize_over_the_whole_range(power: int) -> None:
    rng = np.random.default_rng(1)
    reference = rng.uniform(-1, 1, (9, 2)) * 10.0**power + 10.0 ** (power - 1)
    other = reference[:3] * 0.75
    for table in (reference, other):
        found = data.standardize(table, reference)
        for column, expected in zip(found.T, exact(table, reference), strict=True):
            for x, y in zip(column, expected, strict=True):
                assert abs(x - y) <= 1e-15 * (1 + abs(y))


@pytest.mark.parametrize(
    "column",
    [
        *([1.7e308, 1.7e308, -1.7e308], [1e308, 1e-308], [5e-324, 0.0], [1.0, -1e-200, 0.0]),
        *(
            [1e300, 1e300 * (1 + 2**-52)],
            [-0.0, 1.0],
            [True, False],
            [10**20, 3],
            [2**70, -(2**70)],
        ),
        *(np.array([0.1, 0.2, 0.4], np.float32), np.array([0.1, 0.2], np.float16), [1e-170, 0.0]),
        np.array([-128, 127], np.int8),
    ],
    ids=repr,
)
def test_standardize_columns_of_any_kind(column: Any) -> None:
    table = [[x] for x in column]
    found = data.standardize(table)[:, 0]
    (expected,) = exact(table, table)
    for x, y in zip(found, expected, strict=True):
        assert abs(x - y) <= 1e-15 * (1 + abs(y))


def test_zero_center_of_huge_and_tiny_numbers() -> None:
    assert data.zero_center([[1e308], [1.5e308]]).tolist() == [[-2.5e307], [2.5e307]]
    assert data.zero_center([[5e-324], [1.5e-323]]).tolist() == [[-5e-324], [5e-324]]
    far = data.zero_center([[1e-170], [1e160]], [[1e-170], [3e-170]])
    assert far.tolist() == [[pytest.approx(-1e-170)], [1e160]]
    with pytest.raises(OverflowError, match=r"^X has numbers that are too large"):
        data.zero_center([[1.7e308], [1.7e308], [-1.7e308]])
    single = np.array([[0.1], [0.3]], dtype=np.float32)
    assert data.zero_center(single).dtype == np.float64


# ---- What is more, or less, than numbers ---------------------------------------------------------


class Measured:
    """As libraries of units have them: an object that can be read as an array."""

    def __init__(self, magnitude: Any) -> None:
        self.magnitude = magnitude

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.asarray(self.magnitude, dtype=dtype)

    def __float__(self) -> float:
        return float(self.magnitude)


class InMetres(np.ndarray[Any, Any]):
    unit = "m"


class Metres(float):
    units = "m"


class Frame:
    """As pandas has it."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.asarray(self.rows, dtype=dtype)

    def mask(self) -> None:
        """A method, and no mask."""


class Tensor(Frame):
    """As PyTorch has it, where it needs gradients."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


MASKED = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[False, True], [False, False]])
REFUSED: dict[str, tuple[Any, str]] = {
    "a masked array": (MASKED, "^X has a mask, which would be lost: got .* fill in"),
    "a masked array without a mask": (np.ma.array([[1.0, 2.0]]), "^X has a mask"),
    "rows with masks": ([MASKED[0], MASKED[1]], r"^X\[0\] has a mask"),
    "a masked number": ([[1.0, 2.0], [1.0, np.ma.masked]], r"^X\[1\]\[1\] has a mask"),
    "units": (np.ones((2, 2)).view(InMetres), "^X has a unit"),
    "rows with units": ([Measured([1.0, 2.0])] * 2, r"^X\[0\] has a unit"),
    "a number with a unit": ([[1.0, Measured(2.0)]] * 2, r"^X\[0\]\[1\] has a unit"),
    "a float with units": ([[1.0, 2.0], [Metres(1.0), 2.0]], r"^X\[1\]\[0\] has units"),
    "a quantity": (Measured([[1.0, 2.0]]), "^X has a unit"),
    "dates": (np.array([["2020"]], dtype="datetime64"), "count the days"),
    "durations": (np.ones((2, 2), dtype="timedelta64[s]"), "divide by a unit"),
    "Python's dates": ([[datetime.date(2020, 1, 1)]], r"^X\[0\]\[0\] must be a real number"),
    "text": ([["1", "2"]], "convert text first"),
    "text among numbers": ([[1.0, "2"]], "convert text first"),
    "bytes": ([[b"1"]], "decode"),
    "one bytes": (b"abc", "must hold real numbers"),
    "None": (None, "^X must be a list of numbers, got NoneType"),
    "None among numbers": ([[1.0, None]], r"^X\[0\]\[1\] must be a real number, got NoneType"),
    "complex": ([[1j]], "use its .real"),
    "Fractions": ([[Fraction(1, 2), 1]], r"^X\[0\]\[0\] must be .*Fraction"),
    "Decimals": ([[1, Decimal(1)]], r"^X\[0\]\[1\] must be .*Decimal"),
    "Values": ([[Value(1.0)]], r"^X\[0\]\[0\] must be .*\.data"),
    "a set": ({1.0, 2.0}, "^X must be a list of numbers, got set"),
    "a dict": ({"a": [1.0]}, "^X must be a list of numbers, got dict"),
    "a generator": ((x for x in [1.0]), "^X must be a list of numbers, got generator"),
    "a record": (np.zeros(2, dtype=[("a", float)]), "take its columns"),
    "a tensor that needs gradients": (Tensor([[1.0]]), "^X cannot be read as an array"),
    "objects in a frame": (Frame([[1.0, "a"]]), "must"),
}
TAKEN: dict[str, Any] = {
    "a frame": Frame([[1.0, 2.0], [3.0, 4.0]]),
    "a frame of objects": Frame(np.array([[1, 2.0], [np.float32(3), 4]], dtype=object)),
    "a memoryview": memoryview(np.array([[1.0, 2.0], [3.0, 4.0]])),  # type: ignore[arg-type]
    "arrays of the standard library": [array("d", [1, 2]), array("i", [3, 4])],
    "ranges": [range(1, 3), range(3, 5)],
    "float16": np.array([[1, 2], [3, 4]], dtype=np.float16),
    "long double": np.array([[1, 2], [3, 4]], dtype=np.longdouble),
    "big endian": np.array([[1, 2], [3, 4]], dtype=">f4"),
    "tuples": ((1, 2), (3, 4)),
    "frames in a list": [Frame([1.0, 2.0]), Frame([3.0, 4.0])],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_a_number_is_refused_by_name(name: str) -> None:
    given, message = REFUSED[name]
    program = mg.compile(mg.nn.Layer(2, 1, rng=0))
    take: Any
    for take in (data.zero_center, data.standardize, program):
        with pytest.raises(TypeError, match=message):
            take(given)


def test_splitting_loses_no_mask() -> None:
    call: Any
    for call in (data.batches, data.train_test_split):
        for X, y, name in ((MASKED, [0, 1], "X"), ([[1], [2]], np.ma.array([0, 1]), "y")):
            with pytest.raises(TypeError, match=f"^{name} has a mask"):
                list(call(X, y, 1 if call is data.batches else 0.5))


@pytest.mark.parametrize("name", TAKEN)
def test_what_can_be_read_as_numbers_is_taken(name: str) -> None:
    assert data.zero_center(TAKEN[name]).tolist() == [[-1.0, -1.0], [1.0, 1.0]]


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
        (lambda: data.standardize(TABLE, constant=UNKNOWN), "constant must be"),
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
