"""How a Value meets the rest of Python: NumPy, printing, conversion and copying."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .row import PRIMITIVES, elementwise

# NumPy's names for what the table calls otherwise.
_ROWS = {
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "power": "pow",
    "negative": "neg",
    "absolute": "abs",
    "fabs": "abs",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
}
_COMPARISONS = {"less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge"}


class Protocols:
    """The base of Value that holds what a reader of the engine need not see."""

    __slots__ = ()

    if TYPE_CHECKING:  # what every Value has
        data: Any
        grad: float
        label: str
        operands: Any

    @property
    def made_at(self) -> str:
        """The line of the program that made this under `debug()`: "file:line: text"; else ""."""
        return getattr(self.operands, "line", "")

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data!r}, grad={self.grad!r}{label})"

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def __float__(self) -> float:
        raise TypeError(
            "a Value is not converted to float silently, for its gradient would be lost: use "
            ".data for the number, or microgradnn's own function (mg.tanh, not math.tanh)"
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        name = _ROWS.get(ufunc.__name__, ufunc.__name__)
        if method == "__call__" and not options:
            if name in PRIMITIVES:
                return PRIMITIVES[name](*inputs)
            if name in _COMPARISONS:
                return elementwise(getattr(operator, _COMPARISONS[name]), inputs)
        raise TypeError(f"numpy.{ufunc.__name__} is not defined for a Value; use .data")

    def __copy__(self) -> Any:
        twin = object.__new__(type(self))
        for name in type(self).__slots__:  # type: ignore[var-annotated]
            setattr(twin, name, getattr(self, name))
        return twin


def assign(values: Iterable[Any], numbers: Iterable[float]) -> None:
    """Give each value its number as data; there must be as many of the one as of the other."""
    for value, number in zip(values, numbers, strict=True):
        value.data = number
