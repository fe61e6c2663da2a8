"""Hidden Values: what number they are, a function that is traced may not look at.

The idea: a program runs the same steps for all numbers, so whatever a function decides by the
number of an example would be frozen in it. A hidden Value takes part in every operation. Compared,
it gives a `Condition`, by which `mg.where` records a selection; whoever reads its number is
refused, and told in which line.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from ..arguments import as_number
from ..elements import where
from ..engine.checks import as_operand
from ..engine.recording import open_traces
from ..engine.value import Value
from ..lines import is_of_package, line_at
from .rows import REFLECTED, SELECTIONS

_LIBRARIES = (os.path.dirname(os.__file__) + os.sep, f"{os.sep}site-packages{os.sep}")

COMPUTE = "compute with the Value itself, by operators and functions such as mg.exp"
_SELECT = (
    "write mg.where(x > 0, a, b), mg.maximum, mg.minimum, mg.abs or mg.relu; for `and`, `or`, "
    "`not` and a < x < b write one mg.where in another"
)

if TYPE_CHECKING:  # for the rest of what a Value is
    _Base = Value
else:
    _Base = object


# ---- The Values ----------------------------------------------------------------------------------


class _Hidden(_Base):
    """A Value that is not to be looked at; only its private `_number` is the example's."""

    __slots__ = ()

    def _is_hidden(self) -> bool:
        return True

    def _look(self, what: str = "reads the number of a Value", instead: str = COMPUTE) -> None:
        """Refuse to be looked at."""
        if self._is_hidden():
            refuse(f"this {what} that depends on the data", instead)

    def _known(self) -> float | None:
        return None if self._is_hidden() else self._number

    @property
    def data(self) -> float:
        self._look()
        return self._number

    @data.setter
    def data(self, number: Any) -> None:
        self._look("sets the number of a Value")
        self._number = as_number(number, "data")

    @property
    def grad(self) -> float:
        self._look("reads the gradient of a Value")
        return self._grad

    @grad.setter
    def grad(self, number: Any) -> None:
        self._grad = as_number(number, "grad")

    @property
    def local_grads(self) -> tuple[float | None, ...]:
        self._look("reads derivatives of a Value")
        return super().local_grads

    def _edges(self) -> Any:
        self._look("reads derivatives of a Value")
        return super()._edges()

    def backward(self, gradient: float = 1.0) -> None:
        self._look("takes the derivatives of a Value")
        super().backward(gradient)

    def __lt__(self, other: Any) -> Any:
        return Condition("<", self, other) if self._is_hidden() else super().__lt__(other)

    def __le__(self, other: Any) -> Any:
        return Condition("<=", self, other) if self._is_hidden() else super().__le__(other)

    def __gt__(self, other: Any) -> Any:
        return Condition(">", self, other) if self._is_hidden() else super().__gt__(other)

    def __ge__(self, other: Any) -> Any:
        return Condition(">=", self, other) if self._is_hidden() else super().__ge__(other)

    def __bool__(self) -> bool:
        self._look("takes for true or false a Value", _SELECT)
        return super().__bool__()

    def __float__(self, *_: Any) -> float:
        self._look()
        return super().__float__()

    if not TYPE_CHECKING:  # a Value has no other of these either
        __int__ = __round__ = __float__

    def __format__(self, spec: str) -> str:
        if spec:
            self._look("formats as a number a Value")
        return super().__format__(spec)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(traced{label})" if self._is_hidden() else super().__repr__()

    def __reduce_ex__(self, protocol: Any) -> Any:
        self._look("copies a Value")
        return super().__reduce_ex__(protocol)


class HiddenValue(_Hidden, Value):
    """An input or a result."""

    __slots__ = ()


class _HiddenHere(_Hidden):
    """A parameter, which others have, too: it is hidden in the thread that traces, only.

    So a function that reads parameters in a thread of its own is not found out.
    """

    __slots__ = ()

    def _is_hidden(self) -> bool:
        return any(trace.is_here() for trace in open_traces)


def hidden_class(own: type[Value]) -> type[Value]:
    """The class of a parameter while it is traced."""
    return own if issubclass(own, _Hidden) else type("Value", (_HiddenHere, own), {"__slots__": ()})


# ---- Conditions ----------------------------------------------------------------------------------


class Condition:
    """A comparison with a traced Value: true for some samples, false for others.

    `mg.where` selects by it, or by several joined by `&`; nothing else can be done with it.
    """

    __slots__ = ("_comparison", "_operands")

    def __init__(self, comparison: str, x: Any, y: Any) -> None:
        operands = x, as_operand(y, "operand of a comparison")
        self._comparison = REFLECTED.get(comparison, comparison)
        self._operands = operands[::-1] if comparison in REFLECTED else operands

    @staticmethod
    def _where(condition: Condition, a: Any, b: Any) -> Any:
        if not open_traces:  # somebody has kept it
            condition._refuse()
        row = SELECTIONS[f"where {condition._comparison}"]
        return open_traces[-1]._record(row, (*condition._operands, a, b))

    def __and__(self, other: Any) -> Condition:
        return _Both(self, other)

    __rand__ = __and__

    def _refuse(self, *others: Any) -> NoReturn:
        refuse("this takes for true or false a comparison that depends on the data", _SELECT)

    if not TYPE_CHECKING:  # type checkers refuse them, since there are none
        __bool__ = __float__ = __int__ = __index__ = __eq__ = __ne__ = __hash__ = _refuse
        __lt__ = __le__ = __gt__ = __ge__ = __format__ = __str__ = __reduce_ex__ = _refuse
        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _refuse
        __rtruediv__ = __pow__ = __rpow__ = __neg__ = __pos__ = __abs__ = __round__ = _refuse
        __or__ = __ror__ = __xor__ = __rxor__ = __invert__ = _refuse
        __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _refuse

    def __getattr__(self, name: str) -> Any:
        """Of a number somebody would ask this, such as NumPy its `dtype`."""
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    def __repr__(self) -> str:
        x, y = self._operands
        return f"Condition({x!r} {self._comparison} {y!r})"


class _Both(Condition):
    """A condition, and another one that must hold as well, or is True or False."""

    __slots__ = ()

    def __init__(self, one: Condition, other: Any) -> None:
        self._comparison, self._operands = "&", (one, other)

    @staticmethod
    def _where(condition: Condition, a: Any, b: Any) -> Any:
        one, other = condition._operands
        return where(one, where(other, a, b), b)


# ---- Refusing ------------------------------------------------------------------------------------


def refuse(what: str, instead: str) -> NoReturn:
    """Raise ValueError with the line of the user's program."""
    error = ValueError(
        f"{_line()}: {what}, but a program runs the same way for all numbers; {instead}"
    )
    for trace in open_traces:
        trace.refusals.append(error)
    raise error


def _line() -> str:
    """The innermost line outside of this package, and of libraries if that can be."""
    frame: Any = sys._getframe(1)
    outside: list[Any] = []
    while frame and not (outside and frame.f_code.co_filename == _TRACING):
        if not is_of_package(frame):
            outside.append(frame)
        frame = frame.f_back
    own = [x for x in outside if not any(y in x.f_code.co_filename for y in _LIBRARIES)]
    for frame in own or outside:
        return line_at(frame)
    return "a function of this package"


_TRACING = os.path.join(os.path.dirname(__file__), "tracing.py")  # which calls the function
