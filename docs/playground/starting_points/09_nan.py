# Where does the NaN come from?
import microgradnn as mg

# What a length costs, and it is 0: looks harmless.
with mg.debug():
    a = mg.Value(0.0, label="a")
    b = mg.Value(0.0, label="b")
    square = a * a + b * b
    length = mg.sqrt(square)
    length.label = "length"
    cost = 3 * length + a
    cost.label = "cost"

cost.backward()
print("cost =", cost.data, "  ∂cost/∂a =", a.grad)
print(mg.first_non_finite(cost))

# The graph is shown after the pass: find where inf
# begins, and where inf × 0 makes NaN of it. A way out:
# add a small number below the root.
