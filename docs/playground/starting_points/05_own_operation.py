# An operation of your own
import math

import microgradnn as mg

# A row of the table: a name, the value, the derivative by
# each operand. The derivative is written with operators
# and other operations, so it has derivatives itself.
# `out` is the value that was computed.
bump = mg.primitive(
    "bump",
    forward=lambda x: math.exp(-x * x),
    partials=[lambda out, x: -2 * x * out],
)

x = mg.Value(0.6, label="x")
y = bump(x) * x
y.label = "y"
y.backward()

print("y =", y.data, " ∂y/∂x =", x.grad)
print("second derivative:", mg.grad(mg.grad(bump))(0.6))
print(mg.gradcheck(bump, [0.6]))

# Spoil the derivative, -2 * x, say, and look what
# gradcheck says.
