"""Derivatives of derivatives: Newton's method on Rosenbrock's valley, with an exact Hessian."""

import numpy as np

import microgradnn as mg


def valley(x: mg.Value, y: mg.Value) -> mg.Value:
    """Rosenbrock's function; its minimum is at (1, 1)."""
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


point = np.array([-1.2, 1.0])
for step in range(7):
    value, gradient = mg.value_and_grad(valley, argnums=(0, 1))(*point)
    print(f"step {step}: ({point[0]:+.6f}, {point[1]:+.6f})  f = {value:.3e}")
    point = point - np.linalg.solve(mg.hessian(valley)(*point), gradient)
