# Kinks: where a function has no derivative
import microgradnn as mg


def slope(f, at):
    x = mg.Value(at)
    f(x).backward()
    return x.grad


step = 1e-6
functions = {
    "|x|": abs,
    "relu(x)": mg.relu,
    "maximum(x, 0)": lambda x: mg.maximum(x, 0),
    "leaky_relu(x)": mg.leaky_relu,
    "clip(x, 0, 1)": lambda x: mg.clip(x, 0, 1),
    "√(x²)": lambda x: mg.sqrt(x * x),
}
print("at 0             left    right   the engine takes")
for name, f in functions.items():
    left, right = (f(0.0) - f(-step)) / step, (f(step) - f(0.0)) / step
    print(f"{name:15} {left:6.2f}   {right:6.2f}   {slope(f, 0.0):6}")

# relu takes 0 and maximum ½, though they are the same
# function: any number between left and right would do.
# √(x²) gives nan: its derivative by x² is infinite at 0,
# and that times 0 is no number. Write abs(x) instead.
x = mg.Value(0.0, label="x")
y = mg.relu(x) + mg.maximum(x, 0)
y.backward()
y
