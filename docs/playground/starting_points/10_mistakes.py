# Three wrong programs beside the right one
import microgradnn as mg

a = mg.Value(2.0, label="a")
b = mg.Value(-3.0, label="b")
c = a * b
c.label = "c"
d = c * a + c
d.label = "d"

# Open "Step through", and choose a mistake there: the
# page runs backward() with it, and marks each number that
# comes out wrong. Which graphs would not show it? Take
# away one use of c, and see.
mg.explore(d, title="Which mistakes?", mistakes=True)
