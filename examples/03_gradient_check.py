"""Trust, but check: exact gradients beside finite differences."""

import microgradnn as mg


def f(x: mg.Value, y: mg.Value) -> mg.Value:
    """A function of two numbers that mixes a few operations."""
    return mg.sin(x) * y + mg.log(x * x + 1) / y


print(mg.gradcheck(f, [1.5, -0.7]))
