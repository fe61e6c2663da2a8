"""First gradient: a formula is written down, and one call tells how it changes with each number.

Look at the last lines: each way from the root down to a variable is a product of local
derivatives, and the gradient is the sum over all ways. Needs nothing but microgradnn.
"""

import microgradnn as mg

x, y = mg.Value(3.0, "x"), mg.Value(-2.0, "y")
z = x * y + x**2
z.label = "z"
z.backward()

print(f"z = xy + x² = {z.data:g}")
print(f"∂z/∂x = {x.grad:g}, and by hand y + 2x = {y.data + 2 * x.data:g}")
print(f"∂z/∂y = {y.grad:g}, and by hand x = {x.data:g}")
print()
print(mg.explain(z, x))
