"""How a Value meets the rest of Python: NumPy, printing, pictures, conversion, copying."""

from collections.abc import Iterable
from functools import partialmethod
from typing import Any

from .checks import as_number, check_lengths

# Methods that Python looks for, and NumPy in the elements of an object array, by what they are
# called in words; `foreign` applies a row or says what to write instead.
_FOREIGN = {"__int__": "int", "__round__": "round", "__trunc__": "math.trunc", "__invert__": "~"}
_FOREIGN["as_integer_ratio"] = "an exact ratio"  # which `statistics` and `fractions` take
_NUMPY = "sin cos tan arcsin arccos arctan sinh cosh fabs expm1 log1p log2 log10 exp2 cbrt arcsinh "
_NUMPY += "arccosh arctanh rint deg2rad radians rad2deg degrees hypot arctan2 fmod logical_xor"
_FOREIGN |= {name: f"numpy.{name}" for name in _NUMPY.split()}
_FLOORS = {"floordiv": "//", "mod": "%", "divmod": "divmod", "matmul": "@"}
_BITS = {"lshift": "<<", "rshift": ">>", "and": "&", "or": "|", "xor": "^"}
_FOREIGN |= {f"__{r}{k}__": sign for k, sign in (_FLOORS | _BITS).items() for r in ("", "r")}
_FOREIGN["__rmod__"] = "reflected %"


class Protocols:
    """The base of Value that holds what a reader of the engine need not see."""

    __slots__ = ()

    @classmethod
    def _assembled(
        cls, data: Any, op: Any, operands: Any, local_grads: Any, grad: Any = 0.0, label: str = ""
    ) -> Any:
        """A node of these parts, unchecked; kernels write these lines out instead, for speed."""
        node: Any = cls.__new__(cls)
        node._number = data
        node._grad = grad
        node.label = label
        node.op = op
        node.operands = operands
        node.local_grads = local_grads
        return node

    def __copy__(self: Any) -> Any:
        parts = self.data, self.op, self.operands, self.local_grads
        return self._assembled(*parts, self.grad, self.label)

    def _known(self: Any) -> float | None:
        """The number; None while the compiler traces, for what it is a program may not look at."""
        return self._number  # type: ignore[no-any-return]

    @property
    def grad(self: Any) -> float:
        """The derivative, by this, of what `backward()` was called on; 0.0 before."""
        return self._grad  # type: ignore[no-any-return]

    @grad.setter
    def grad(self: Any, number: Any) -> None:
        if number is None:
            raise TypeError("grad must be a real number, got None; write 0.0 or call zero_grad()")
        self._grad = as_number(number, "grad")

    @property
    def made_at(self: Any) -> str:
        """The line of the program that made this under `debug()`: "file:line: text"; else ""."""
        return getattr(self.operands, "line", "")

    def __repr__(self: Any) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data!r}, grad={self.grad!r}{label})"

    def __format__(self: Any, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def __float__(self) -> float:
        raise TypeError(
            "a Value is not converted to float silently, for its gradient would be lost: use "
            ".data for the number, or microgradnn's own function (mg.tanh, not math.tanh)"
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        from .. import foreign  # only now: who has no NumPy does not need it

        return foreign.call(ufunc, method, inputs, options)

    def __pos__(self) -> Any:
        return self

    conjugate = __pos__  # it is real; NumPy asks for this, for a variance

    def _repr_svg_(self) -> str | None:
        """What a notebook shows: the graph as a picture, or None (the text form) if it is large."""
        from ..drawing.drawn import in_notebook

        return in_notebook(self)


def _foreign(value: Any, shown: str, *others: Any) -> Any:
    from .. import foreign

    return foreign.apply(shown, value, *others)


for _name, _shown in _FOREIGN.items():
    setattr(Protocols, _name, partialmethod(_foreign, _shown))


def assign(values: Iterable[Any], numbers: Iterable[Any]) -> None:
    """Give each Value its number: all of them, or none if a number or the lengths are refused.

    >>> from microgradnn import Value
    >>> w, b = Value(0.0), Value(0.0)
    >>> assign([w, b], [1.5, -2])
    >>> w.data, b.data
    (1.5, -2.0)
    """
    targets = list(values)
    new = [x if type(x) is float else as_number(x, f"numbers[{i}]") for i, x in enumerate(numbers)]
    check_lengths(targets, new, "values", "numbers")
    for value, number in zip(targets, new, strict=True):
        value.data = number
