# Derivatives of derivatives
import microgradnn as mg

x = mg.Value(0.5, label="x")
y = mg.sin(x) * x
y.label = "y"

# With create_graph a gradient is a Value, and has a graph
# of its own.
(slope,) = mg.gradients(y, [x], create_graph=True)
(bend,) = mg.gradients(slope, [x], create_graph=True)
print("y  =", y.data)
print("y′ =", slope.data)
print("y″ =", bend.data)


# The same as functions, as far as you like.
def f(x):
    return mg.sin(x) * x


for order in range(6):
    print(f"derivative {order}:", f(0.5))
    f = mg.grad(f)

print("of two variables:", mg.hessian(lambda a, b: a * a * b)(2.0, 3.0))
slope
