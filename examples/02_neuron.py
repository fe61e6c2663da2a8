"""A neuron, drawn: its error, the gradient of every weight, and the picture of all that.

Look at neuron.svg: each box holds a value and its gradient, each arrow a local derivative. Needs
nothing but microgradnn.
"""

import microgradnn as mg

w1, w2, b = mg.Value(0.5, "w1"), mg.Value(-0.25, "w2"), mg.Value(0.1, "b")
y = mg.dot([w1, w2], [1, 2], b).sigmoid()
error = (1 - y) ** 2
error.backward()
mg.draw(error).save("neuron.svg")
