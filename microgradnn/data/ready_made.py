"""Ready-made data: Fisher's iris, and points in the plane or on a curve, drawn with a seed."""

from __future__ import annotations

import csv
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arguments import MOST_UNITS, as_count, as_positive
from ..missing import answers
from .tables import Floats

SPIRAL_TURNS = 1.25  # of each arm; neighbouring arms are about 1 apart
MOST_NOISE = 1e100  # so that no number is infinite
XOR_MARGIN = 0.1  # how far points stay from the axes, before there is noise


class Dataset(NamedTuple):
    """Features X (samples, columns), targets y, integers for classes, and what both are called.

    To make one looks at none of these, and never raises.

    >>> X, y, feature_names, target_names = make_moons(n=10)
    >>> X.shape, y.shape, feature_names, target_names
    ((10, 2), (10,), ['x1', 'x2'], ['0', '1'])
    """

    X: Floats
    y: NDArray[Any]
    feature_names: list[str]
    target_names: list[str]


if not TYPE_CHECKING:
    Dataset.__getattr__ = answers("Dataset")


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


def make_moons(n: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Two half circles of radius 1 in each other: (cos t, sin t) and (1 − cos t, ½ − sin t).

    `n` is how many points there are in both classes together, at least 2. To each coordinate
    normal noise of standard deviation `noise` is added. The seed decides noise and order. These are
    scikit-learn's moons, but for the noise that is drawn.

    Raises ValueError if `n` is below 2, or `noise` or `seed` negative, TypeError if one of them is
    no number.

    >>> moons = make_moons(noise=0.0)
    >>> moons.X.shape, sorted(set(moons.y.tolist()))
    ((200, 2), [0, 1])
    """
    upper, lower = (np.linspace(0, np.pi, size) for size in _halves(n))
    arcs = [_plane(np.cos(upper), np.sin(upper)), _plane(1 - np.cos(lower), 0.5 - np.sin(lower))]
    return _classes(arcs, noise, _generator(seed))


def make_circles(n: int = 200, noise: float = 0.1, seed: int = 0, factor: float = 0.5) -> Dataset:
    """A circle of radius 1, class 0, around one of radius `factor`, class 1.

    `factor` is in [0, 1). `n`, `noise` and `seed` are as in `make_moons`. These are scikit-learn's
    circles, but for the noise that is drawn; its factor is 0.8 by default.

    Raises ValueError if `n` is below 2, `noise` or `seed` negative, or `factor` not in [0, 1),
    TypeError if `n` or `seed` is no int.

    >>> circles = make_circles(noise=0.0)
    >>> [round(float(x), 6) for x in (circles.X[circles.y == 1] ** 2).sum(axis=1)][:2]
    [0.25, 0.25]
    """
    inner = as_positive(factor, "factor", or_zero=True)
    if inner >= 1.0:
        raise ValueError(f"factor must be below 1, the radius of the outer circle, got {inner}")
    turns = [np.linspace(0, 2 * np.pi, size, endpoint=False) for size in _halves(n)]
    rings = [
        radius * _plane(np.cos(t), np.sin(t)) for radius, t in zip((1.0, inner), turns, strict=True)
    ]
    return _classes(rings, noise, _generator(seed))


def make_spirals(n: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Two spirals that turn around each other, one for each class, their arms about 1 apart.

    Arm 0 is r·(cos t, sin t), r = t/π + ¼ for t from 0 to 2.5π, arm 1 the same on the other side of
    the origin. `n`, `noise` and `seed` are as in `make_moons`.

    Raises ValueError if `n` is below 2, or `noise` or `seed` negative, TypeError if one of them is
    no number.

    >>> spirals = make_spirals(noise=0.0)
    >>> spirals.X.shape, spirals.y.sum()
    ((200, 2), np.int64(100))
    """
    arms = []
    for side, size in zip((1.0, -1.0), _halves(n), strict=True):
        t = np.linspace(0, 2 * np.pi * SPIRAL_TURNS, size)
        arms.append(side * (t / np.pi + 0.25)[:, None] * _plane(np.cos(t), np.sin(t)))
    return _classes(arms, noise, _generator(seed))


def make_xor(n: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Points in the square from −1 to 1, class 1 where one of the two coordinates is negative.

    Before the noise is added they are at least 0.1 from the axes. `n`, `noise` and `seed` are as in
    `make_moons`.

    Raises ValueError if `n` is below 2, or `noise` or `seed` negative, TypeError if one of them is
    no number.

    >>> xor = make_xor(noise=0.0)
    >>> bool(((xor.X[:, 0] * xor.X[:, 1] < 0) == xor.y).all())
    True
    """
    rng = _generator(seed)
    same, other = (
        rng.uniform(XOR_MARGIN, 1.0, (size, 2)) * rng.choice([-1.0, 1.0], (size, 1))
        for size in _halves(n)
    )
    return _classes([same, other * [1.0, -1.0]], noise, rng)


def make_blobs(n: int = 200, noise: float = 0.3, seed: int = 0, centers: int = 2) -> Dataset:
    """Round clouds of points about centres that stand evenly on a circle of radius 1.

    Class k is the cloud about (cos 2πk/c, sin 2πk/c) of c `centers`. `noise` is the standard
    deviation of a coordinate; `n`, at least c, and `seed` are as in `make_moons`.

    Raises ValueError if `n` is below `centers`, or `noise` or `seed` negative, TypeError if `n`,
    `seed` or `centers` is no int.

    >>> sorted(set(make_blobs(centers=3).y.tolist()))
    [0, 1, 2]
    """
    count = as_count(centers, "centers", most=MOST_UNITS)
    total = as_count(n, "n", least=count)
    sizes = [(total + k) // count for k in range(count)]
    angles = 2 * np.pi * np.arange(count) / count
    points = _plane(np.cos(angles), np.sin(angles))
    clouds = [np.tile(point, (size, 1)) for point, size in zip(points, sizes, strict=True)]
    return _classes(clouds, noise, _generator(seed))


def make_line(n: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """A straight line to fit: y = 2·x + 1 with normal noise, x evenly from −1 to 1.

    `noise` is the standard deviation of y about the line; `n` and `seed` are as in `make_moons`.

    Raises ValueError if `n` is below 2, or `noise` or `seed` negative, TypeError if one of them is
    no number.

    >>> line = make_line(n=3, noise=0.0)
    >>> sorted(line.X[:, 0].tolist()), sorted(line.y.tolist())
    ([-1.0, 0.0, 1.0], [-1.0, 1.0, 3.0])
    """
    x = np.linspace(-1.0, 1.0, as_count(n, "n", least=2))
    return _curve(x, 2.0 * x + 1.0, noise, _generator(seed))


def make_sine(n: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """A period of the sine to fit: y = sin x with normal noise, x evenly from −π to π.

    `noise` is the standard deviation of y about the curve; `n` and `seed` are as in `make_moons`.

    Raises ValueError if `n` is below 2, or `noise` or `seed` negative, TypeError if one of them is
    no number.

    >>> sine = make_sine(n=5, noise=0.0)
    >>> sine.X.shape, sine.y.shape
    ((5, 1), (5,))
    """
    x = np.linspace(-np.pi, np.pi, as_count(n, "n", least=2))
    return _curve(x, np.sin(x), noise, _generator(seed))


def _halves(n: Any) -> tuple[int, int]:
    total = as_count(n, "n", least=2)
    return total // 2, total - total // 2


def _generator(seed: Any) -> np.random.Generator:
    return np.random.default_rng(as_count(seed, "seed", least=0))


def _plane(x: Floats, y: Floats) -> Floats:
    return np.stack([x, y], axis=1)


def _noise(noise: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    deviation = as_positive(noise, "noise", or_zero=True)
    if deviation > MOST_NOISE:
        raise ValueError(f"noise must be at most {MOST_NOISE:g}, got {deviation}")
    return deviation * rng.normal(size=shape)


def _classes(parts: list[Floats], noise: Any, rng: np.random.Generator) -> Dataset:
    """The points of class 0, class 1 and so on, moved by noise, in an order that is drawn."""
    X = np.concatenate(parts)
    y = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    X = X + _noise(noise, rng, X.shape)
    order = rng.permutation(len(X))
    return Dataset(X[order], y[order], ["x1", "x2"], [str(k) for k in range(len(parts))])


def _curve(x: Floats, y: Floats, noise: Any, rng: np.random.Generator) -> Dataset:
    """The points (x, y), y moved by noise, in an order that is drawn."""
    y = y + _noise(noise, rng, y.shape)
    order = rng.permutation(len(x))
    return Dataset(x[order, None], y[order], ["x"], ["y"])
