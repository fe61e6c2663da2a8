"""What the package is held against: mpmath for values and slopes, Fractions, finite differences."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath as mp

from microgradnn.engine.row import PRIMITIVES, Primitive

Real = Any  # mpmath is untyped

# ---- Values: each row from its definition, in as many digits as the context is set to ----------


def _power(a: Real, b: Real) -> Real:
    return mp.inf if a == 0 and b < 0 else mp.power(a, b)


def _remainder(a: Real, b: Real) -> Real:
    return a - b * mp.floor(a / b)


def _erfc(x: Real) -> Real:
    return mp.erfc(x) if abs(x) < 1e6 else mp.mpf(0 if x > 0 else 2)  # mpmath's cannot go further


def _entr(p: Real) -> Real:
    return -p * mp.log(p) if p else mp.mpf(0)


def _exponentials(*xs: Real) -> list[Real]:
    """exp(x − max); what is far below all digits that anyone asks for is 0, to save time."""
    return [mp.exp(x - max(xs)) if x - max(xs) > -10_000 else mp.mpf(0) for x in xs]


def _logsumexp(*xs: Real) -> Real:
    return max(xs) + mp.log(mp.fsum(_exponentials(*xs)))


def _softmax(which: Real, *xs: Real) -> Real:
    exponentials = _exponentials(*xs)
    return exponentials[int(which)] / mp.fsum(exponentials)


def _cross_entropy(*operands: Real) -> Real:
    logits, targets = operands[: len(operands) // 2], operands[len(operands) // 2 :]
    return _logsumexp(*logits) * mp.fsum(targets) - mp.fdot(targets, logits)


def _cross_entropy_of_logits(*operands: Real) -> Real:
    logits, wanted = operands[: len(operands) // 2], operands[len(operands) // 2 :]
    exponentials = _exponentials(*wanted)
    shares = [e / mp.fsum(exponentials) for e in exponentials]
    return _cross_entropy(*logits, *shares)


def _dot(*operands: Real) -> Real:
    n = len(operands) // 2
    return mp.fdot(operands[:n], operands[n:-1]) + operands[-1]


REFERENCES: dict[str, Callable[..., Real]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
    "div": lambda a, b: a / b,
    "pow": _power,
    "remainder": _remainder,
    "square": lambda x: x**2,
    "log2": lambda x: mp.log(x, 2),
    "logaddexp": _logsumexp,
    "abs": lambda x: mp.fabs(x),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "sigmoid_slope": lambda x: 1 / (2 + mp.exp(x) + mp.exp(-x)),
    "logsigmoid": lambda x: -mp.log1p(mp.exp(-x)),
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    "relu": lambda x: max(x, mp.mpf(0)),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * mp.expm1(x),
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "gelu": lambda x: x * _erfc(-x / mp.sqrt(2)) / 2,
    "heaviside": lambda x: (mp.sign(x) + 1) / 2,
    "piecewise_linear": lambda x: min(max(x + mp.mpf(0.5), mp.mpf(0)), mp.mpf(1)),
    "erfc": _erfc,
    "entr": _entr,
    "xlogy": lambda x, y: x * mp.log(y) if x else mp.mpf(0),
    "rel_entr": lambda p, q: p * mp.log(p / q) if p else mp.mpf(0),
    "maximum": max,
    "minimum": min,
    "clip": lambda x, low, high: min(max(x, low), high),
    "where_greater": lambda p, q, x, y: p if x > y else q,
    "sum": lambda *xs: mp.fsum(xs),
    "dot": _dot,
    "max": lambda *xs: max(xs),
    "min": lambda *xs: min(xs),
    "logsumexp": _logsumexp,
    "softmax": _softmax,
    "take": lambda index, *xs: xs[int(index)],
    "cross_entropy": _cross_entropy,
    "cross_entropy_of_logits": _cross_entropy_of_logits,
}
# A row that mpmath knows by the same name needs no line above.
REFERENCES |= {
    name: getattr(mp, name) for name in PRIMITIVES if name not in REFERENCES and hasattr(mp, name)
}


# ---- Slopes: differences of the values, in so many digits that nothing is lost -----------------


class Point:
    """The exact value of a row at some floats, and its derivatives there.

    A derivative is a central difference with a step 2⁻¹⁰⁰ times the smallest operand. What it
    neglects is the square of that; and the digits suffice to see even a derivative as small as a
    double can be (2⁻¹⁰⁷⁴) in the difference of two values of ordinary size.

    >>> from microgradnn.engine import table
    >>> mp.nstr(Point(table.mul, [3.0, 5.0]).slope(0), 30)
    '5.0'
    """

    def __init__(self, row: Primitive, operands: Sequence[float]) -> None:
        self.function = REFERENCES[row.name]
        self.operands = operands
        exponents = [0, *(math.frexp(x)[1] for x in operands if x)]
        self.step_bits = 100 - min(exponents)
        if row.name == "remainder":  # a step by the divisor, times the quotient, crosses no jump
            self.step_bits += 2200
        self.bits = max(exponents) + 2 * self.step_bits + 1074 + 60

    def value(self) -> Real:
        with mp.workprec(self.bits):
            if self.function is mp.atan2 and self.operands[0] == 0.0:  # mpmath has no −0
                side, ahead = (math.copysign(1.0, x) for x in self.operands)
                return side * (mp.pi if ahead < 0 else 0)
            return self._shifted({})

    def slope(self, i: int) -> Real:
        """The derivative with respect to operand i."""
        with mp.workprec(self.bits):
            step = mp.ldexp(1, -self.step_bits)
            return (self._shifted({i: step}) - self._shifted({i: -step})) / (2 * step)

    def curvature(self, i: int, j: int) -> Real:
        """The second derivative with respect to operands i and j."""
        with mp.workprec(self.bits):
            h = mp.ldexp(1, -self.step_bits)
            if i == j:
                above, below = self._shifted({i: h}), self._shifted({i: -h})
                return (above - 2 * self._shifted({}) + below) / h**2
            with_it = self._shifted({i: h, j: h}) - self._shifted({i: -h, j: h})
            without = self._shifted({i: h, j: -h}) - self._shifted({i: -h, j: -h})
            return (with_it - without) / (4 * h**2)

    def _shifted(self, steps: dict[int, Real]) -> Real:
        return self.function(*(mp.mpf(x) + steps.get(i, 0) for i, x in enumerate(self.operands)))


# ---- Exact: polynomials with integer coefficients, over fractions ------------------------------


@dataclass(frozen=True)
class Dual:
    """A fraction and its derivatives with respect to each leaf, by the product rule alone."""

    value: Fraction
    slopes: tuple[Fraction, ...]

    def __add__(self, other: Dual) -> Dual:
        slopes = tuple(p + q for p, q in zip(self.slopes, other.slopes, strict=True))
        return Dual(self.value + other.value, slopes)

    def __mul__(self, other: Dual) -> Dual:
        pairs = zip(self.slopes, other.slopes, strict=True)
        slopes = tuple(p * other.value + self.value * q for p, q in pairs)
        return Dual(self.value * other.value, slopes)

    def __neg__(self) -> Dual:
        return Dual(-self.value, tuple(-p for p in self.slopes))


def _exact_sum(first: Dual, *others: Dual) -> Dual:
    for x in others:
        first = first + x
    return first


def _exact_dot(*operands: Dual) -> Dual:
    n = len(operands) // 2
    products = [w * x for w, x in zip(operands[:n], operands[n:-1], strict=True)]
    return _exact_sum(*products, operands[-1])


EXACT: dict[str, Callable[..., Dual]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a + -b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
    "sum": _exact_sum,
    "dot": _exact_dot,
}


def duals(leaves: Sequence[float]) -> list[Dual]:
    """The leaves as dual numbers: each has slope 1 with respect to itself."""
    unit = [[Fraction(i == j) for i in range(len(leaves))] for j in range(len(leaves))]
    return [Dual(Fraction(x), tuple(row)) for x, row in zip(leaves, unit, strict=True)]


# ---- Numeric: what a student would do on plain floats ------------------------------------------

CUBE_ROOT = sys.float_info.epsilon ** (1 / 3)  # the step that balances truncation and rounding


def steps(point: Sequence[float]) -> list[float]:
    """The step for each coordinate, ∛ε·max(1, |x|)."""
    return [CUBE_ROOT * max(1.0, abs(x)) for x in point]


def central_differences(
    f: Callable[[Sequence[float]], float], point: Sequence[float], widen: float = 1.0
) -> list[float]:
    """(f(x + h) − f(x − h)) / 2h for each coordinate, h being `widen` times the usual step."""
    differences = []
    for i, step in enumerate(steps(point)):
        above, below = list(point), list(point)
        above[i] += widen * step
        below[i] -= widen * step
        differences.append((f(above) - f(below)) / (above[i] - below[i]))
    return differences
