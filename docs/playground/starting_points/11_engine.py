# An engine to repair
# A few lines that do back propagation, nearly.
# check_engine runs small programs with the class, and
# says what is wrong. Repair it until nothing is.
import microgradnn as mg


class Engine:
    def __init__(self, data, below=()):
        self.data = data
        self.grad = 0.0
        self.below = below  # operands, each with its derivative

    def __add__(self, other):
        if not isinstance(other, Engine):
            other = Engine(other)
        below = ((self, 1.0), (other, 1.0))
        return Engine(self.data + other.data, below)

    def __mul__(self, other):
        if not isinstance(other, Engine):
            other = Engine(other)
        below = ((self, other.data), (other, self.data))
        return Engine(self.data * other.data, below)

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self, upstream=1.0):
        self.grad = upstream
        for operand, local in self.below:
            operand.backward(upstream * local)


print(mg.testing.check_engine(Engine))
