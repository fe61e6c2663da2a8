"""Ready-made data: the same points as scikit-learn's where it has them, and drawn by a seed."""

import inspect
import math
import pickle
import random
from typing import Any

import numpy as np
import pytest
from sklearn import datasets

import microgradnn as mg
from microgradnn import data, losses, nn, optim

MAKERS = [
    data.make_moons,
    data.make_circles,
    data.make_spirals,
    data.make_xor,
    data.make_blobs,
    data.make_line,
    data.make_sine,
]
CLASSIFYING = [data.make_moons, data.make_circles, data.make_spirals, data.make_xor]


def points(X: Any, y: Any) -> list[tuple[float, ...]]:
    """Samples as a set, whatever their order, rounded to what cos and sin give everywhere."""
    return sorted((*row.round(12).tolist(), float(t)) for row, t in zip(X + 0.0, y, strict=True))


@pytest.mark.parametrize("n", [2, 7, 200])
def test_moons_and_circles_are_scikit_learns(n: int) -> None:
    ours, theirs = data.make_moons(n, noise=0.0), datasets.make_moons(n, noise=None)
    assert points(ours.X, ours.y) == points(*theirs)
    ours = data.make_circles(n, noise=0.0, factor=0.8)
    assert points(ours.X, ours.y) == points(*datasets.make_circles(n, noise=None, factor=0.8))


@pytest.mark.parametrize("make", MAKERS)
def test_a_seed_decides_and_no_global_state_does(make: Any) -> None:
    first, again, other = make(seed=3), make(seed=3), make(seed=4)
    assert first.X.tobytes() == again.X.tobytes()
    assert first.y.tobytes() == again.y.tobytes()
    assert first.X.tobytes() != other.X.tobytes()
    before = random.getstate(), pickle.dumps(np.random.get_state())
    make()
    assert (random.getstate(), pickle.dumps(np.random.get_state())) == before


@pytest.mark.parametrize("make", MAKERS)
def test_shapes_and_names(make: Any) -> None:
    made = make(n=31)
    assert made.X.shape == (31, len(made.feature_names))
    assert made.y.shape == (31,)
    assert made.X.dtype == np.float64
    settings = inspect.signature(make).parameters
    assert [*settings][:3] == ["n", "noise", "seed"]
    assert settings["n"].default == 200


@pytest.mark.parametrize("make", [*CLASSIFYING, data.make_blobs])
def test_classes_are_ints_and_as_many_of_each(make: Any) -> None:
    made = make(n=101)
    assert made.y.dtype == np.int64
    assert sorted(np.bincount(made.y).tolist()) == [50, 51]
    assert made.target_names == ["0", "1"]
    assert (np.diff(made.y) != 0).sum() > 20  # they are shuffled


@pytest.mark.parametrize("make", CLASSIFYING)
def test_noise_has_the_deviation_that_is_asked_for(make: Any) -> None:
    """With one seed the points are drawn in one order, so what differs is the noise."""
    plain, noisy = make(20_000, noise=0.0), make(20_000, noise=0.25)
    moved = noisy.X - plain.X
    assert moved.std(axis=0) == pytest.approx([0.25, 0.25], rel=0.02)
    assert abs(moved.mean()) < 0.005
    assert abs(np.corrcoef(moved.T)[0, 1]) < 0.03
    assert abs(np.corrcoef(moved[:, 0], plain.X[:, 0])[0, 1]) < 0.03
    assert (noisy.y == plain.y).all()


@pytest.mark.parametrize(
    ("make", "f"), [(data.make_line, lambda x: 2 * x + 1), (data.make_sine, math.sin)]
)
def test_curves(make: Any, f: Any) -> None:
    exact, noisy = make(20_000, noise=0.0), make(20_000, noise=0.25)
    x = exact.X[:, 0]
    assert exact.y.tolist() == pytest.approx([f(t) for t in x.tolist()], abs=1e-12)
    assert np.diff(np.sort(x)) == pytest.approx((x.max() - x.min()) / 19_999)
    assert noisy.X.tolist() == exact.X.tolist()
    assert (noisy.y - exact.y).std() == pytest.approx(0.25, rel=0.02)
    assert (np.diff(x) < 0).sum() > 5_000  # they are shuffled


def test_spirals_turn_around_each_other() -> None:
    made = data.make_spirals(2_000, noise=0.0)
    one, other = (made.X[made.y == k] for k in (0, 1))
    radius = np.hypot(*one.T)
    assert (radius.min(), radius.max()) == pytest.approx((0.25, 2.75))
    gaps = np.hypot(*(one[:, None] - other[None]).transpose(2, 0, 1)).min(axis=1)
    assert gaps.min() > 0.4  # at the beginning of the arms, which begin half a unit from each other
    assert gaps[radius > 1].min() > 0.8


def test_xor_keeps_off_the_axes() -> None:
    made = data.make_xor(10_000, noise=0.0)
    assert (made.y == (made.X[:, 0] < 0) ^ (made.X[:, 1] < 0)).all()
    size = np.abs(made.X)
    assert (size.min(), size.max()) == pytest.approx((0.1, 1.0), abs=1e-3)
    quadrants = (made.X > 0) @ [1, 2]
    assert np.bincount(quadrants) == pytest.approx([2500] * 4, rel=0.1)


@pytest.mark.parametrize("centers", [1, 2, 5])
def test_blobs_stand_on_a_circle(centers: int) -> None:
    made = data.make_blobs(50_000, noise=0.2, centers=centers)
    for k in range(centers):
        cloud, angle = made.X[made.y == k], 2 * math.pi * k / centers
        assert cloud.mean(axis=0) == pytest.approx([math.cos(angle), math.sin(angle)], abs=0.01)
        assert cloud.std(axis=0) == pytest.approx([0.2, 0.2], rel=0.03)


@pytest.mark.parametrize(
    ("make", "settings", "message"),
    [
        (data.make_moons, {"n": 1}, r"n must be at least 2, got 1"),
        (data.make_moons, {"n": 2.5}, r"n must be"),
        (data.make_moons, {"noise": -0.1}, r"noise must be a finite number from 0 on, got -0.1"),
        (data.make_xor, {"noise": math.nan}, r"noise must be a finite number"),
        (data.make_line, {"noise": 1e200}, r"noise must be at most 1e\+100, got 1e\+200"),
        (data.make_sine, {"noise": None}, r"noise must be"),
        (data.make_moons, {"seed": -1}, r"seed must be at least 0, got -1"),
        (data.make_circles, {"factor": 1.0}, r"factor must be below 1, .*, got 1.0"),
        (data.make_blobs, {"n": 2, "centers": 3}, r"n must be at least 3, got 2"),
        (data.make_blobs, {"centers": 0}, r"centers must be .*1.*, got 0"),
    ],
)
def test_bad_settings_are_refused(make: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        make(**settings)


def test_networks_learn_them() -> None:
    """A line cannot part the spirals, and a small network can."""
    made = data.make_spirals()
    shares = []
    for model in (
        nn.MLP(2, [1], rng=0),
        nn.MLP(2, [16, 16, 1], activation="tanh", rng=0),
    ):
        history = mg.fit(
            model,
            made.X,
            made.y,
            loss=losses.binary_cross_entropy_with_logits,
            optimizer=optim.Adam(model.parameters(), lr=0.02),
            epochs=500,
            batch_size=200,
            progress=False,
        )
        shares.append(history.metrics["accuracy"][-1])
    assert shares[0] < 0.75
    assert shares[1] >= 0.99
