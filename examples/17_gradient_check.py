"""A gradient check: exact derivatives beside finite differences.

Look at the columns, equal but for the last digits: those of a difference are rounded away. Needs
nothing but microgradnn.
"""

import microgradnn as mg


def f(x, y):
    """A function of two numbers that mixes a few operations."""
    return mg.sin(x) * y + mg.log(x * x + 1) / y


print(mg.gradcheck(f, [1.5, -0.7]))
