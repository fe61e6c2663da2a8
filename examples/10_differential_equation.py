"""A differential equation: a network becomes its solution, with its second derivative in the loss.

u″ = −u with u(0) = 0 and u′(0) = 1 is the swing of a spring; its solution is sin. The network is
told nothing but the equation. Look at the largest error, and at differential_equation.svg: no
point of sin was ever given. Needs scipy (scikit-learn brings it), matplotlib for the picture.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy import optimize

import microgradnn as mg
from microgradnn import nn

network = nn.MLP(1, [10, 1], activation="tanh", init="xavier_uniform", rng=0)


def u(t):
    """A function with u(0) = 0 and u′(0) = 1, whatever the weights."""
    return t + t * t * network([t])


acceleration = mg.grad(mg.grad(u))  # u″


def loss(inputs):
    """How far the equation is from holding at a time, squared."""
    (t,) = inputs
    return (acceleration(t) + u(t)) ** 2


program = mg.compile(loss, example_inputs=[[1.0]], params=network.parameters())
fine = np.linspace(0, 2 * np.pi, 200)
before = [u(t).data for t in fine]
times = fine[::5, None]  # one input
found = optimize.minimize(
    lambda theta: program.value_and_grad(times, theta),
    program.read_params(),
    jac=True,
    method="BFGS",
    options={"maxiter": 2000},
)
program.write_params(found.x)
print(f"{found.nit} steps; the equation is off by {found.fun**0.5:.1e} (root of the mean square)")

solution = np.array([u(t).data for t in fine])
print(f"the largest error against sin t is {np.abs(solution - np.sin(fine)).max():.1e}")
print(f"u(π/2) = {u(np.pi / 2).data:.4f}, u(3π/2) = {u(1.5 * np.pi).data:.4f}")

figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
axes.plot(fine, before, "--", label="u, before training")
axes.plot(fine, solution, label="u, trained to be u″ = −u")
axes.plot(fine, np.sin(fine), "k:", label="sin")
axes.set(xlabel="t", ylabel="u", ylim=(-1.5, 1.5))
axes.legend()
figure.savefig("differential_equation.svg")
