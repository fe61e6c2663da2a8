"""Numbers side by side: NumPy's array of them, or, where NumPy cannot be had, one of our own.

The idea: formulas and rules are written with operators, rows and `where`, so what stands for an
array needs no more than these. `Floats` has them in IEEE arithmetic, as NumPy has, where nothing
raises; single numbers are computed with in this way, too, where Python's own arithmetic raises.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache, partial
from itertools import repeat

from .typed import Any

# Where a function is infinite, though Python's raises.
_POLES = {
    **{(name, 0.0): -math.inf for name in ("log", "log2", "log10")},
    ("log1p", -1.0): -math.inf,
    ("atanh", 1.0): math.inf,
    ("atanh", -1.0): -math.inf,
}


@cache
def numpy() -> Any:
    """The module, or None where it is not installed."""
    try:
        import numpy
    except ModuleNotFoundError:
        return None
    return numpy


def array(numbers: Sequence[Any]) -> Any:
    """The numbers as NumPy's array, or as `Floats`; of a list of pairs it has two dimensions."""
    np = numpy()
    return np.array(numbers) if np else Floats(numbers)


def without_warnings() -> AbstractContextManager[Any]:
    """A block in which NumPy, if there is one, computes with infinities and NaN in silence."""
    np = numpy()
    return np.errstate(all="ignore") if np else nullcontext()


def sum_of_squares(numbers: Any) -> float:
    """Of an array; infinite or NaN if any of them is, or if it is too large."""
    if isinstance(numbers, Floats):
        return float(sum(sum_of_squares(x) if isinstance(x, Floats) else x * x for x in numbers))
    return float(numpy().vdot(numbers, numbers))


class Floats:
    """Numbers with the arithmetic of NumPy's arrays: each by itself, and nothing raises.

    >>> x = Floats([1.0, -2.0])
    >>> x / 0.0, x > 0
    (Floats([inf, -inf]), Floats([True, False]))
    """

    __slots__ = ("numbers",)
    dtype: type = float  # by which it is known for an array

    def __init__(self, numbers: Iterable[Any]) -> None:
        self.numbers: list[Any] = [
            Floats(x) if isinstance(x, (list, tuple)) else x for x in numbers
        ]

    def __len__(self) -> int:
        return len(self.numbers)

    def __add__(self, other: Any) -> Floats:
        return _each(operator.add, self, other)

    def __radd__(self, other: Any) -> Floats:
        return _each(operator.add, other, self)

    def __sub__(self, other: Any) -> Floats:
        return _each(operator.sub, self, other)

    def __rsub__(self, other: Any) -> Floats:
        return _each(operator.sub, other, self)

    def __mul__(self, other: Any) -> Floats:
        return _each(operator.mul, self, other)

    def __rmul__(self, other: Any) -> Floats:
        return _each(operator.mul, other, self)

    def __truediv__(self, other: Any) -> Floats:
        return _each(_quotient, self, other)

    def __rtruediv__(self, other: Any) -> Floats:
        return _each(_quotient, other, self)

    def __pow__(self, other: Any) -> Floats:
        return _each(_power, self, other)

    def __rpow__(self, other: Any) -> Floats:
        return _each(_power, other, self)

    def __mod__(self, other: Any) -> Floats:
        return _each(_remainder, self, other)

    def __rmod__(self, other: Any) -> Floats:
        return _each(_remainder, other, self)

    def __and__(self, other: Any) -> Floats:
        return _each(_both, self, other)

    def __rand__(self, other: Any) -> Floats:
        return _each(_both, other, self)

    def __lt__(self, other: Any) -> Floats:
        return _each(operator.lt, self, other)

    def __le__(self, other: Any) -> Floats:
        return _each(operator.le, self, other)

    def __gt__(self, other: Any) -> Floats:
        return _each(operator.gt, self, other)

    def __ge__(self, other: Any) -> Floats:
        return _each(operator.ge, self, other)

    def __eq__(self, other: object) -> Floats:  # type: ignore[override]
        return _each(operator.eq, self, other)

    def __neg__(self) -> Floats:
        return _each(operator.neg, self)

    def __abs__(self) -> Floats:
        return _each(abs, self)

    def __float__(self) -> float:
        (number,) = self.numbers
        return float(number)

    def __int__(self) -> int:
        return int(float(self))

    def __bool__(self) -> bool:
        return bool(float(self))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.numbers)

    def __repr__(self) -> str:
        return f"Floats({self.tolist()})"

    @staticmethod
    def _apply(row: Any, operands: tuple[Any, ...]) -> Any:
        """A row of the table: its formula, or Python's function of each number."""
        if row.kind in ("operator", "formula"):
            return row.forward(*operands)
        return _each(partial(_value, row), *operands)

    @staticmethod
    def _where(condition: Floats, a: Any, b: Any) -> Floats:
        return _each(lambda holds, x, y: x if holds else y, condition, a, b)

    def __array_ufunc__(self, function: Any, method: str, *operands: Any, **_: Any) -> Floats:
        """NumPy's functions, which a formula of the user's may call."""
        return _each(lambda *xs: float(function(*xs)), *operands)

    # ---- What arrays have that rules of optimisers ask for ---------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        return len(self.numbers), *getattr(self.numbers[0], "shape", ())

    @property
    def T(self) -> Floats:
        return self if len(self.shape) == 1 else Floats(zip(*self.tolist(), strict=True))

    def tolist(self) -> list[Any]:
        return [x.tolist() if isinstance(x, Floats) else x for x in self.numbers]

    def min(self) -> Any:
        return min(self.numbers)

    def all(self) -> bool:
        return all(self.numbers)


def _each(function: Callable[..., Any], *operands: Any) -> Floats:
    """The function of each number; an operand that is a single one goes with all of the others."""
    return Floats(map(function, *[x if isinstance(x, Floats) else repeat(x) for x in operands]))


def _quotient(a: float, b: float) -> float:
    return a / b if b else a * math.copysign(math.inf, b)


def _remainder(a: float, b: float) -> float:
    return a % b if b else math.nan


def _both(a: bool, b: bool) -> bool:
    return a and b


def _power(a: float, b: float) -> float:
    try:
        out = a**b
    except ArithmeticError:
        return _infinite_power(a, b)
    return math.nan if isinstance(out, complex) else out


def _infinite_power(a: float, b: float) -> float:
    if a < 0 and b % 1:
        return math.nan
    return -math.inf if math.copysign(1.0, a) < 0 and b % 2 == 1 else math.inf


def _value(row: Any, *numbers: Any) -> Any:
    """The value of a row that Python computes, and in IEEE arithmetic where it raises."""
    try:
        return row.forward(*numbers)
    except (ValueError, ArithmeticError) as error:
        if row.name in ("floor", "ceil"):  # of an infinity, which Python's gives as an int
            return numbers[0]
        if row.name == "pow" and isinstance(error, ArithmeticError):
            return _infinite_power(*numbers)
        if isinstance(error, OverflowError):
            return math.copysign(math.inf, numbers[0]) if row.name == "sinh" else math.inf
        return _POLES.get((row.name, numbers[0]), math.nan)
