"""A curve by SciPy: five parameters of a damped swing, found with compiled derivatives.

Look at the parameters beside the true ones, and at the standard errors, which the same
derivatives give; the curve is in curve_by_scipy.svg. Needs scipy (scikit-learn brings it),
matplotlib for the picture.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy import optimize

import microgradnn as mg

NAMES = ["amplitude", "damping", "frequency", "phase", "rest"]
TRUE = np.array([2.0, 0.3, 2.5, 0.4, 0.5])
NOISE = 0.05


def swing(t, amplitude, damping, frequency, phase, rest):
    """Where a damped pendulum is at time t."""
    return amplitude * mg.exp(-damping * t) * mg.cos(frequency * t + phase) + rest


times = np.linspace(0, 10, 60)
seen = swing(times, *TRUE) + np.random.default_rng(0).normal(0, NOISE, len(times))

parameters = [mg.Value(1.0, name) for name in NAMES]
t = mg.Value(0.0, "t")
program = mg.compile(swing(t, *parameters), [t], parameters)
column = times[:, None]  # one input


def residuals(theta):
    """How far the curve is from each number that was seen."""
    return program(column, theta) - seen


def slopes(theta):
    """Their derivatives, by each of the five parameters."""
    return program.jacobian(column, theta, wrt="params")[:, 0]


start = [1.0, 0.1, 2.3, 0.0, 0.0]
found = optimize.least_squares(residuals, start, jac=slopes)
variance = np.sum(found.fun**2) / (len(times) - len(NAMES))
errors = np.sqrt(variance * np.diag(np.linalg.inv(found.jac.T @ found.jac)))
for name, value, error, true in zip(NAMES, found.x, errors, TRUE, strict=True):
    print(f"{name:9} {value:.4f} ± {error:.4f} (true: {true})")
print(f"{found.nfev} evaluations; noise {variance**0.5:.4f} (true: {NOISE})")

figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
fine = np.linspace(0, 10, 400)
axes.plot(times, seen, ".", label="seen")
axes.plot(fine, program(fine[:, None], found.x), label="fitted")
axes.set(xlabel="t", ylabel="deflection")
axes.legend()
figure.savefig("curve_by_scipy.svg")
