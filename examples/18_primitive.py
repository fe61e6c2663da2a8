"""An operation of your own: a row of value and derivative, and everything else follows.

Look at the second derivative, which nobody wrote down, and at the check by finite differences.
Needs nothing but microgradnn.
"""

import math

import microgradnn as mg

# The Gudermannian function, which links circular and hyperbolic functions; gd′ = 1/cosh.
gudermannian = mg.primitive(
    "gudermannian",
    forward=lambda x: 2 * math.atan(math.tanh(x / 2)),
    partials=[lambda out, x: 1 / mg.cosh(x)],
    symbol="gd",
)

x = mg.Value(0.8, "x")
y = gudermannian(x) * x
y.backward()
print(f"y = {y.data:.6f}, ∂y/∂x = {x.grad:.6f}")
print("second derivative", mg.grad(mg.grad(gudermannian))(0.8))
print(mg.gradcheck(gudermannian, [0.8]))
