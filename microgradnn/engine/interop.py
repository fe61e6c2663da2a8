"""How a Value meets the rest of Python: NumPy, printing, pictures, conversion, copying."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .checks import as_number, check_lengths
from .row import PRIMITIVES, elementwise

MOST_DRAWN = 60  # nodes of a graph that a notebook shows as a picture

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
        op: Any
        operands: Any
        local_grads: Any

    @classmethod
    def _assembled(
        cls,
        data: float,
        op: Any,
        operands: tuple[Any, ...],
        local_grads: tuple[Any, ...],
        grad: float = 0.0,
        label: str = "",
    ) -> Any:
        """A node of these parts, unchecked; all nodes but a user's leaves are made so.

        The kernels write these lines out in place of the call, for speed.
        """
        node: Any = cls.__new__(cls)
        node._data = data
        node.grad = grad
        node.label = label
        node.op = op
        node.operands = operands
        node.local_grads = local_grads
        return node

    def __copy__(self) -> Any:
        parts = self.data, self.op, self.operands, self.local_grads
        return self._assembled(*parts, self.grad, self.label)

    def _known(self) -> float | None:
        """The number; None while the compiler traces, for what it is a program may not look at."""
        return self._data  # type: ignore[attr-defined, no-any-return]

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

    def _repr_svg_(self) -> str | None:
        """What a notebook shows: the graph as a picture, or None (the text form) if it is large."""
        from ..drawing import draw

        nodes = [self]
        for node in nodes:  # which grows
            if len(nodes) > MOST_DRAWN:
                return None
            operands = {x for x in node.operands if type(x) is not float}
            nodes += operands.difference(nodes)
        return draw(self).svg


def assign(values: Iterable[Any], numbers: Iterable[Any]) -> None:
    """Give each Value its number: all of them, or none if a number or the lengths are refused.

    >>> from microgradnn import Value
    >>> w, b = Value(0.0), Value(0.0)
    >>> assign([w, b], [1.5, -2])
    >>> w.data, b.data
    (1.5, -2.0)
    """
    targets = list(values)
    floats = [
        x if type(x) is float else as_number(x, f"numbers[{place}]")
        for place, x in enumerate(numbers)
    ]
    check_lengths(targets, floats, "values", "numbers")
    for value, number in zip(targets, floats, strict=True):
        value.data = number
