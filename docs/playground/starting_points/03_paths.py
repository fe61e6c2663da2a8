# One gradient, many paths
import microgradnn as mg

# Each round doubles the ways that lead from x to y.
x = mg.Value(0.1, label="x")
y = x
for _ in range(5):
    y = y * (2 - y)
y.label = "y"
y.backward()

found = mg.explain(y, x)
print(f"{found.count:,} paths, and their sum is {found.total}")
print(f"backward(): {x.grad}, in {len(mg.steps(y))} steps")

# Make it twenty rounds. There are 1,048,576 paths, and
# four times as many steps: that is why gradients are
# handed back, and not added up path by path.
