# A neuron
import microgradnn as mg

# Two inputs, a weight for each, a bias; tanh is the
# activation.
x = [mg.Value(2.0, label="x1"), mg.Value(-1.0, label="x2")]
w = [mg.Value(-0.5, label="w1"), mg.Value(1.0, label="w2")]
b = mg.Value(1.5, label="b")

z = mg.dot(w, x, b)
z.label = "z"
y = mg.tanh(z)
y.label = "y"
y.backward()

for value in (*w, b):
    print(f"∂y/∂{value.label} = {value.grad:.4f}")

# Write the sum out to see its single steps:
# z = w[0] * x[0] + w[1] * x[1] + b
# Then make b larger. What happens to all gradients, and why?
