"""LayerNorm and RMSNorm: what a layer gives, brought to one size whatever it was."""

from __future__ import annotations

from ..arguments import MOST_UNITS, as_count, as_positive, must_be
from ..engine.checks import as_operands
from ..engine.functions import dot, mean
from ..engine.table import sqrt
from ..engine.value import Value
from ..typed import Any
from .choices import Inputs
from .module import Module

EPSILON = 2.0**-52  # the distance from 1 to the next float


class LayerNorm(Module):
    """yᵢ = wᵢ·(xᵢ − m) / √(v + eps) + bᵢ, with mean m and variance v of the numbers in x.

    v is the mean of (xᵢ − m)². The weights w start at 1 and the bias b at 0. Without `bias` there
    is no b, and without `elementwise_affine` neither w nor b. It takes `normalized_shape` numbers
    or Values, and gives as many.

    Raises ValueError if `eps` is negative or x has another length, TypeError if something is no
    number, and ZeroDivisionError if all numbers are the same and `eps` is 0.

    >>> LayerNorm(2, eps=0.0)([3.0, 7.0])
    [Value(data=-1.0, grad=0.0), Value(data=1.0, grad=0.0)]
    """

    def __init__(
        self,
        normalized_shape: int,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
    ) -> None:
        self.normalized_shape: int = as_count(normalized_shape, "normalized_shape", most=MOST_UNITS)
        self.eps: float = as_positive(eps, "eps", or_zero=True)
        affine = must_be(bool, elementwise_affine, "elementwise_affine", "True or False")
        ones = [Value(1.0) for _ in range(normalized_shape)]
        self.weight: list[Value] | None = ones if affine else None
        zeros = [Value(0.0) for _ in range(normalized_shape)]
        self.bias: list[Value] | None = zeros if affine and bias else None
        self.label_parameters()

    def __call__(self, x: Inputs) -> list[Any]:
        numbers = as_operands(x, self.normalized_shape, "x")
        middle = mean(numbers)
        y = _of_size_one([number - middle for number in numbers], self.eps)
        y = _times(self.weight, y)
        return y if self.bias is None else [a + b for a, b in zip(y, self.bias, strict=True)]

    def __repr__(self) -> str:
        return f"LayerNorm({self.normalized_shape})"


class RMSNorm(Module):
    """yᵢ = wᵢ·xᵢ / √(mean of all xⱼ² + eps).

    The weights w start at 1; without `elementwise_affine` there are none. An `eps` of None is
    2⁻⁵², the distance from 1 to the next number. It takes `normalized_shape` numbers or Values, and
    gives as many.

    Raises ValueError if `eps` is negative or x has another length, TypeError if something is no
    number, and ZeroDivisionError if all numbers are 0 and `eps` is, too.

    >>> RMSNorm(2, eps=0.0)([1.0, 7.0])
    [Value(data=0.2, grad=0.0), Value(data=1.4000000000000001, grad=0.0)]
    """

    def __init__(
        self, normalized_shape: int, eps: float | None = None, elementwise_affine: bool = True
    ) -> None:
        self.normalized_shape: int = as_count(normalized_shape, "normalized_shape", most=MOST_UNITS)
        self.eps: float = EPSILON if eps is None else as_positive(eps, "eps", or_zero=True)
        affine = must_be(bool, elementwise_affine, "elementwise_affine", "True or False")
        ones = [Value(1.0) for _ in range(normalized_shape)]
        self.weight: list[Value] | None = ones if affine else None
        self.label_parameters()

    def __call__(self, x: Inputs) -> list[Any]:
        numbers = as_operands(x, self.normalized_shape, "x")
        return _times(self.weight, _of_size_one(numbers, self.eps))

    def __repr__(self) -> str:
        return f"RMSNorm({self.normalized_shape})"


def _of_size_one(numbers: list[Any], eps: float) -> list[Any]:
    """The numbers, divided by the root of the mean of their squares."""
    scale = 1.0 / sqrt(dot(numbers, numbers) / len(numbers) + eps)
    return [scale * number for number in numbers]


def _times(weight: list[Value] | None, numbers: list[Any]) -> list[Any]:
    return numbers if weight is None else [w * x for w, x in zip(weight, numbers, strict=True)]
