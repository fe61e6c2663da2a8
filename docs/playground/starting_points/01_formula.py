# A formula and its gradients
import microgradnn as mg

x = mg.Value(-2.0, label="x")
y = mg.Value(5.0, label="y")
z = mg.Value(-4.0, label="z")

f = (x + y) * z + x
f.label = "f"
f.backward()

print("f =", f.data)
print("∂f/∂x =", x.grad, "by two paths from x to f")
print("∂f/∂y =", y.grad)
print("∂f/∂z =", z.grad)

# Change a number or the formula, and run it again. What
# the program ends with is shown beside it: the last
# expression, or the Value named last.
