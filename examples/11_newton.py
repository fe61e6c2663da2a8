"""Newton's method: with an exact Hessian, six steps lead through Rosenbrock's valley.

Look at how the digits of the minimum (1, 1) come: in the last steps their number doubles each
time. The way is in newton.svg. Needs matplotlib for the picture.
"""

import matplotlib.pyplot as plt
import numpy as np

import microgradnn as mg


def valley(x, y):
    """Rosenbrock's function; its minimum is at (1, 1)."""
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


point = np.array([-1.2, 1.0])
way = [point]
for step in range(7):
    value, gradient = mg.value_and_grad(valley, argnums=(0, 1))(*point)
    print(f"step {step}: ({point[0]:+.6f}, {point[1]:+.6f})  f = {value:.3e}")
    point = point - np.linalg.solve(mg.hessian(valley)(*point), gradient)
    way.append(point)

x, y = np.meshgrid(np.linspace(-1.7, 1.7, 200), np.linspace(-3.6, 2.2, 200))
figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
axes.contour(x, y, np.log10(valley(x, y) + 1e-3), levels=12, cmap="Greys")
axes.plot(*np.transpose(way), "o-")
for step, (across, up) in enumerate(way[:5]):
    axes.annotate(str(step), (across, up), xytext=(6, 6), textcoords="offset points")
axes.set(xlabel="x", ylabel="y")
figure.savefig("newton.svg")
