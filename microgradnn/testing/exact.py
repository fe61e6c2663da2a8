"""The right numbers of a program, by an engine that shares nothing with those that are tried."""

from __future__ import annotations

import functools
import math
from fractions import Fraction
from typing import Any


class Exact:
    """The right numbers: fractions as far as they go, and derivatives by leaf, carried forward."""

    def __init__(self, data: Any, *pairs: tuple[Exact, Any]) -> None:
        # A leaf; or a node, from its data and the pairs of an operand and the derivative by it.
        self.data: Any = data if pairs else Fraction(data)
        self.grad: Any = 0
        self.slopes: dict[Exact, Any] = {} if pairs else {self: 1}
        for operand, local in pairs:
            for leaf, slope in operand.slopes.items():
                self.slopes[leaf] = self.slopes.get(leaf, 0) + local * slope

    def backward(self) -> None:
        """Hand the derivative by each leaf to that leaf."""
        for leaf, slope in self.slopes.items():
            leaf.grad += slope

    def __add__(self, other: Any) -> Exact:
        other = _exact(other)
        return Exact(self.data + other.data, (self, 1), (other, 1))

    def __mul__(self, other: Any) -> Exact:
        other = _exact(other)
        return Exact(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, other: Any) -> Exact:
        exponent = _exact(other)
        a, n = self.data, exponent.data
        out = a**n
        if isinstance(out, complex) or (a == 0 and n < 2):
            raise ValueError("no number, or one that has a check of its own")
        by_exponent = out * math.log(a) if exponent.slopes else 0
        return Exact(out, (self, n * out / a if a else 0), (exponent, by_exponent))

    def __neg__(self) -> Exact:
        return self * -1

    def __sub__(self, other: Any) -> Exact:
        return self + _exact(other) * -1

    def __rsub__(self, other: Any) -> Exact:
        return _exact(other) - self

    def __truediv__(self, other: Any) -> Exact:
        return self * _exact(other) ** -1

    def __rtruediv__(self, other: Any) -> Exact:
        return _exact(other) / self

    def __rpow__(self, other: Any) -> Exact:
        return _exact(other) ** self

    def __radd__(self, other: Any) -> Exact:
        return self.__add__(other)

    def __rmul__(self, other: Any) -> Exact:
        return self.__mul__(other)

    def relu(self) -> Exact:
        """max(x, 0), away from its kink."""
        if not self.data:
            raise ValueError("a kink")
        return Exact(max(self.data, 0), (self, self.data > 0))

    def tanh(self) -> Exact:
        """2σ(2x) − 1."""
        return 2 * (2 * self).sigmoid() - 1

    def sigmoid(self) -> Exact:
        """σ(x), which is 1/(1 + e⁻ˣ)."""
        out, rest = (1 / (1 + math.exp(min(sign * self.data, 700))) for sign in (-1, 1))
        return Exact(out, (self, out * rest))

    def exp(self) -> Exact:
        """eˣ."""
        return Exact(math.exp(self.data), (self, math.exp(self.data)))

    def log(self) -> Exact:
        """The natural logarithm."""
        return Exact(math.log(self.data), (self, 1 / self.data))


def _exact(x: Any) -> Exact:
    """An operand as it is; a number as one without derivatives."""
    if isinstance(x, Exact):
        return x
    constant = Exact(x)
    constant.slopes = {}
    return constant


@functools.cache  # The programs are the same for every engine, and a teacher checks many.
def right_numbers(program: str) -> dict[tuple[str, str], float]:
    """The data of every node, then the gradient of every leaf, by the node's name."""
    scope: dict[str, Any] = {"Value": Exact}
    exec(program, scope)
    nodes = {name: x for name, x in scope.items() if isinstance(x, Exact)}
    right = {(name, "data"): float(x.data) for name, x in nodes.items()}
    return right | {(name, "grad"): float(x.grad) for name, x in nodes.items() if x in x.slopes}
