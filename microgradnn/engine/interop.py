"""How a Value meets the rest of Python: NumPy, printing, pictures, conversion, copying."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from functools import partialmethod
from typing import TYPE_CHECKING, Any, NoReturn

from .checks import as_number, check_lengths
from .row import PRIMITIVES, elementwise

MOST_DRAWN = 60  # nodes of a graph that a notebook shows as a picture

# NumPy's names for what the table calls otherwise, and for what is no row.
_ROWS = {
    **{"subtract": "sub", "multiply": "mul", "divide": "div", "power": "pow", "float_power": "pow"},
    **{"negative": "neg", "absolute": "abs", "fabs": "abs"},
    **{"arcsin": "asin", "arccos": "acos", "arctan": "atan"},
}
_OPERATORS: dict[str, Callable[..., Any]] = {
    **{"less": operator.lt, "less_equal": operator.le, "equal": operator.is_},
    **{"greater": operator.gt, "greater_equal": operator.ge, "not_equal": operator.is_not},
    **{"positive": operator.pos, "conjugate": operator.pos},
    **{"square": lambda x: x * x, "reciprocal": lambda x: 1.0 / x},
}
# What NumPy calls on each element of an object array, besides operators: rows, and what is none.
_METHODS = "sin cos tan arcsin arccos arctan sinh cosh fabs expm1 log1p".split()
_REFUSED = {"__int__": "int", "__round__": "round", "__trunc__": "math.trunc", "__invert__": "~"}
_REFUSED |= {"as_integer_ratio": "an exact ratio"}  # for which `statistics` and `fractions` ask
_REFUSED |= {
    name: f"numpy.{name}"
    for name in "log2 log10 exp2 cbrt arcsinh arccosh arctanh rint deg2rad radians rad2deg degrees "
    "hypot arctan2 fmod logical_xor".split()
}
for _name, _symbol in {
    **{"floordiv": "//", "mod": "%", "divmod": "divmod", "matmul": "@", "lshift": "<<"},
    **{"rshift": ">>", "and": "&", "or": "|", "xor": "^"},
}.items():
    _REFUSED |= {f"__{_name}__": _symbol, f"__r{_name}__": _symbol}


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
        name, into = ufunc.__name__, options.pop("out", ())
        row = PRIMITIVES.get(_ROWS.get(name, name))
        if method != "__call__" or options:
            raise TypeError(f"numpy.{name} of a Value takes no options; put Values into an array")
        if name in _OPERATORS:
            result = elementwise(_OPERATORS[name], inputs)
        elif row is not None and row.arity == len(inputs):
            result = row(*inputs)
        else:
            _refuse(self, f"numpy.{name}")
        for array in into:
            array[...] = result
        return into[0] if into else result

    def __pos__(self) -> Any:
        return self

    conjugate = __pos__  # it is real; NumPy asks for this, for a variance

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


def _refuse(_: Any, shown: str, *others: Any) -> NoReturn:
    from ..explaining.instead import instead_of

    raise TypeError(f"{shown} is not defined for a Value: {instead_of(shown)}")


def _call_row(value: Any, name: str) -> Any:
    return PRIMITIVES[_ROWS.get(name, name)](value)


for _name in _METHODS:
    setattr(Protocols, _name, partialmethod(_call_row, _name))
for _name, _shown in _REFUSED.items():
    setattr(Protocols, _name, partialmethod(_refuse, _shown))


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
