# Downhill: gradient descent and Newton's method
import microgradnn as mg


def f(x, y):
    return (x - 1) ** 2 + 10 * (y - x * x) ** 2


x, y = -1.0, 1.0
for _ in range(500):
    dx, dy = mg.grad(f, (0, 1))(x, y)
    x, y = x - 0.01 * dx, y - 0.01 * dy
print("gradient descent, 500 steps:", x, y, f(x, y))

x, y = -1.0, 1.0
for step in range(1, 4):
    dx, dy = mg.grad(f, (0, 1))(x, y)
    (xx, xy), (_, yy) = mg.hessian(f, (0, 1))(x, y)
    det = xx * yy - xy * xy
    x -= (yy * dx - xy * dy) / det
    y -= (xx * dy - xy * dx) / det
    print(f"Newton, {step}:", x, y, f(x, y))

a, b = mg.Value(x, label="x"), mg.Value(y, label="y")
valley = f(a, b)
valley.backward()
valley
