"""Derivatives without an engine: run the same program with one number moved by a tiny imaginary."""

from __future__ import annotations

import cmath
from collections.abc import Callable, Sequence
from typing import Any

TINY = 1e-30  # nothing is subtracted, so it may be so small that its square is lost


class Complex:
    """What a program may do with a Value, done with a complex number; nothing is recorded."""

    def __init__(self, number: complex) -> None:
        self.number = complex(number)

    @property
    def data(self) -> float:
        return self.number.real

    def __add__(self, other: Any) -> Complex:
        return Complex(self.number + plain(other))

    def __sub__(self, other: Any) -> Complex:
        return Complex(self.number - plain(other))

    def __rsub__(self, other: Any) -> Complex:
        return Complex(plain(other) - self.number)

    def __mul__(self, other: Any) -> Complex:
        return Complex(self.number * plain(other))

    def __truediv__(self, other: Any) -> Complex:
        return Complex(self.number / plain(other))

    def __rtruediv__(self, other: Any) -> Complex:
        return Complex(plain(other) / self.number)

    def __pow__(self, power: float) -> Complex:
        return Complex(self.number**power)

    def __neg__(self) -> Complex:
        return Complex(-self.number)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self) -> Complex:
        return Complex(cmath.exp(self.number))

    def log(self) -> Complex:
        return Complex(cmath.log(self.number))

    def tanh(self) -> Complex:
        return Complex(cmath.tanh(self.number))

    def relu(self) -> Complex:
        return Complex(self.number if self.number.real > 0 else 0.0)


def plain(x: Any) -> complex:
    return x.number if isinstance(x, Complex) else complex(x)


def value_and_gradient(
    program: Callable[[list[Any]], Any], numbers: Sequence[float]
) -> tuple[float, list[float]]:
    """What `program` computes of the numbers, and its derivatives by them."""
    gradient, value = [], 0.0
    for place in range(len(numbers)):
        moved = [Complex(x + TINY * 1j if k == place else x) for k, x in enumerate(numbers)]
        result = program(moved).number
        gradient.append(result.imag / TINY)
        value = result.real
    return value, gradient
