"""The chain rule: what add, multiply and a fan-out do to a gradient, on the smallest graphs.

Look at a, which is used three times: its gradient is the sum of what comes over its three edges.
The first graph is drawn into chain_rule.svg. Needs nothing but microgradnn.
"""

import microgradnn as mg

x, y, z = mg.Value(-2.0, "x"), mg.Value(5.0, "y"), mg.Value(-4.0, "z")
f = (x + y) * z
f.backward()
print(f"f = (x + y) · z = {f.data:g}")
for leaf in (x, y, z):
    print(f"∂f/∂{leaf.label} = {leaf.grad:g}")

a = mg.Value(3.0, "a")
g = a * a + a  # a is used three times: its gradient is the sum over the three edges
g.backward()
print(f"∂(a² + a)/∂a at 3 = {a.grad:g}")

mg.draw(f).save("chain_rule.svg")
