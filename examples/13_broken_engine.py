"""A broken engine: what is wrong in a student's `Value`, and the smallest program that shows it.

Look at the first verdict: the fault in words, and four lines that show it. The second engine is
mended: nothing is found in it. Needs nothing but microgradnn.
"""

from microgradnn.testing import check_engine


class Student:
    """A homework: values with +, · and a backward pass that forgets something."""

    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges

    def __add__(self, other):
        other = other if isinstance(other, Student) else type(self)(other)
        return type(self)(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = other if isinstance(other, Student) else type(self)(other)
        return type(self)(self.data * other.data, [(self, other.data), (other, self.data)])

    __radd__, __rmul__ = __add__, __mul__

    def backward(self, gradient=1.0):
        self.grad = gradient
        for operand, local in self.edges:
            operand.backward(local * gradient)


class Mended(Student):
    """The same with a backward pass that adds, and visits each node once, after all that use it."""

    def backward(self, gradient=1.0):
        order, seen, waiting = [], set(), [(self, False)]
        while waiting:
            node, operands_are_done = waiting.pop()
            if operands_are_done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                waiting.append((node, True))
                waiting += [(operand, False) for operand, _ in node.edges]
        for node in order:
            if node.edges:
                node.grad = 0.0  # leaves go on adding from one pass to the next
        self.grad += gradient
        for node in reversed(order):
            for operand, local in node.edges:
                operand.grad += local * node.grad


print(check_engine(Student))
print()
print(check_engine(Mended))
