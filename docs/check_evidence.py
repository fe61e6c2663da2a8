"""Prints the figures of lesson 4 that come from many trials: what speaks for the lesson's guess.

Which weights of the 2-3-1 network have the gradient that the lecture prints, for the three students
and for other targets, and what would their numerical gradients be? It takes half a minute:

    python docs/check_evidence.py
"""

from typing import Any

import numpy as np
from scipy.optimize import root
from scipy.special import expit as σ

import microgradnn as mg

ANALYTIC = np.array([
    -7.10752569e-03, -6.30194393e-03, -4.96392693e-03,
    -6.55946985e-04, 7.57595604e-05, -1.11297012e-03,
    -8.81243100e-03, -4.45550176e-03, -1.93471142e-02,
])  # fmt: skip
UNITS = 10.0 ** (np.floor(np.log10(abs(ANALYTIC))) - 8)  # of the last printed digits
BEYOND = np.array([1, 1, 0, -2, -7, 0, -2, 0, -1])  # the numerical ones, less these, in units
RATIO, ε = 1.982496961022777e-09, 1e-4
X = np.array([[0.3, 1.0], [0.5, 0.2], [1.0, 0.4]])
Y = np.array([0.75, 0.82, 0.93])


def cost(*w: float) -> float:
    a = σ(X @ np.reshape(w[:6], (2, 3)))
    return float(0.5 * np.sum((Y - σ(a @ w[6:])) ** 2))


def gradient(w: Any, y: Any = Y) -> Any:
    a = σ(X @ w[:6].reshape(2, 3))
    ŷ = σ(a @ w[6:])
    δ3 = -(y - ŷ) * ŷ * (1 - ŷ)
    δ2 = δ3[:, None] * w[6:] * a * (1 - a)
    return np.concatenate([(X.T @ δ2).ravel(), a.T @ δ3])


def solutions(y: Any, rng: np.random.Generator, starts: int) -> list[Any]:
    """Weights that have the printed gradient, found from random starts, near ones and far ones."""
    found: list[Any] = []
    for k in range(starts):
        start = (1, 2, 4)[k % 3] * rng.normal(size=9)
        w = root(lambda w: 1e3 * (gradient(w, y) - ANALYTIC), start, tol=1e-13).x
        solves = abs(gradient(w, y) - ANALYTIC).max() < 1e-12 and abs(w).max() < 50
        if solves and not any(np.allclose(w, other, atol=1e-4) for other in found):
            found.append(w)
    return found


def errors(w: Any, y: Any = Y, h: float = 1e-3) -> Any:
    """Those of the central differences but for rounding: ε²/6 times the third derivatives."""
    beside = [gradient(w + s, y) + gradient(w - s, y) for s in h * np.eye(9)]
    return ε**2 / 6 * np.diag(beside - 2 * gradient(w, y)) / h**2


def ratio(w: Any, y: Any = Y) -> float:
    return float(np.linalg.norm(errors(w, y)) / np.linalg.norm(2 * ANALYTIC))


def components_right(w: Any, y: Any) -> int:
    """How many of the nine numerical ones could be printed, of rounded weights and with noise."""
    return int(np.sum(abs(errors(w, y) - BEYOND * UNITS) <= UNITS + 2e-13))


def main() -> None:
    rng = np.random.default_rng(5)
    mine = solutions(Y, rng, 2100)
    print(f"The three students: {len(mine)} solutions from 2,100 starts")
    for w in mine:
        ratios, fifths = [], []
        for near in w + 1e-9 * rng.uniform(-1, 1, (300, 9)):  # the same, but for rounding
            numerical = mg.numerical_gradient(cost, list(near), eps=ε)
            ratios.append(mg.relative_error(gradient(near).tolist(), numerical))
            fifths.append((numerical[4] - gradient(near)[4]) / UNITS[4])
        fifth = f"{errors(w)[4] / UNITS[4]:.1f} ± {np.std(fifths):.1f} units"
        print(
            f"  ratio {ratio(w):.4e} ± {np.std(ratios):.1e}, the fifth differs by {fifth}", end=", "
        )
        print(f"{components_right(w, Y)} of the 9 components are right")
    others = [(y, solutions(y, rng, 40)) for y in rng.uniform(0.6, 0.98, (60, 3))]
    found = [(y, w) for y, several in others for w in several]
    ratios = [ratio(w, y) for y, w in found]
    closest = min(abs(x / RATIO - 1) for x in ratios)
    right = max(components_right(w, y) for y, w in found)
    print(f"60 other sets of targets: {sum(bool(several) for _, several in others)} have solutions")
    print(f"  {len(found)} in all, ratios from {min(ratios):.1e} to {max(ratios):.1e}")
    print(f"  the closest is off by {closest:.1%}; at most {right} of the 9 components are right")


if __name__ == "__main__":
    main()
