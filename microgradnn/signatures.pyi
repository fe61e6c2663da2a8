"""What functions give for what they are given, as type checkers and editors read it.

A Value among the operands gives a Value, numbers give a number, and an array gives an array. Each
class is the form of the functions that the decorator below it stands at.
"""

from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import Any, Generic, Literal, Protocol, TypeVar, overload

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypeVar as TypeVarWithDefault

from .engine.value import Value

Number = float | np.floating[Any] | np.integer[Any] | np.bool[bool]
Array = NDArray[np.float64]
Reduction = Literal["mean", "sum", "none"]  # of losses
Arrays = NDArray[Any]  # of numbers of whatever kind, or of objects

Arguments = Sequence[Any]
Back = Callable[[Any], tuple[Any, ...]]

class Operand(Protocol):
    """What records an operation, as Value does, or writes it, as a formula does."""

    @staticmethod
    def _apply(primitive: Any, operands: Any, /) -> Any: ...

Kind = TypeVar("Kind", bound=Operand)
Form = TypeVar("Form")
Node = TypeVar("Node")
Result = TypeVarWithDefault(
    "Result", default=Any, covariant=True
)  # of a network, which need not be told
Then = tuple[*tuple[Callable[..., Any], ...], Form]  # functions, and one after them

# ---- Rows, and functions of a list --------------------------------------------------------------

class OfList(Protocol):
    @overload
    def __call__(self, xs: Iterable[Number]) -> float: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, xs: Iterable[Value | Number]) -> Value: ...

def of_list(function: Callable[..., Any]) -> OfList: ...

class SharesOfList(Protocol):
    @overload
    def __call__(self, xs: Iterable[Number]) -> list[float]: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, xs: Iterable[Value | Number]) -> list[Value]: ...

def shares_of_list(function: Callable[..., Any]) -> SharesOfList: ...

class WeightedSum(Protocol):
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, ws: Iterable[Number], xs: Iterable[Number], bias: Number = 0.0
    ) -> float: ...
    @overload
    def __call__(
        self,
        ws: Iterable[Value | Number],
        xs: Iterable[Value | Number],
        bias: Value | Number = 0.0,
    ) -> Value: ...

def weighted_sum(function: Callable[..., Any]) -> WeightedSum: ...

class ElementOf(Protocol):
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, xs: Iterable[Number], index: Number
    ) -> float: ...
    @overload
    def __call__(self, xs: Iterable[Value | Number], index: Value | Number) -> Value: ...

def element_of(function: Callable[..., Any]) -> ElementOf: ...

# ---- Functions with defaults --------------------------------------------------------------------

class WithSlope(Protocol):
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, x: Number, slope: Number = 0.01
    ) -> float: ...
    @overload
    def __call__(self, x: Kind | Number, slope: Kind | Number = 0.01) -> Kind: ...
    @overload
    def __call__(self, x: Arrays, slope: Arrays | Number = 0.01) -> Array: ...

def with_slope(function: Callable[..., Any]) -> WithSlope: ...

class WithAlpha(Protocol):
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, x: Number, alpha: Number = 1.0
    ) -> float: ...
    @overload
    def __call__(self, x: Kind | Number, alpha: Kind | Number = 1.0) -> Kind: ...
    @overload
    def __call__(self, x: Arrays, alpha: Arrays | Number = 1.0) -> Array: ...

def with_alpha(function: Callable[..., Any]) -> WithAlpha: ...

class Clipped(Protocol):
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, x: Number, low: Number, high: Number
    ) -> float: ...
    @overload
    def __call__(self, x: Kind | Number, low: Kind | Number, high: Kind | Number) -> Kind: ...
    @overload
    def __call__(self, x: Arrays, low: Arrays | Number, high: Arrays | Number) -> Array: ...

def clipped(function: Callable[..., Any]) -> Clipped: ...

# ---- Derivatives --------------------------------------------------------------------------------

class Derivatives(Protocol):
    @overload
    def __call__(
        self, output: Value, inputs: Sequence[Value], create_graph: Literal[False] = False
    ) -> list[float]: ...
    @overload
    def __call__(
        self, output: Value, inputs: Sequence[Value], create_graph: Literal[True]
    ) -> list[Value]: ...
    @overload
    def __call__(
        self, output: Value, inputs: Sequence[Value], create_graph: bool
    ) -> list[float] | list[Value]: ...

def derivatives(function: Callable[..., Any]) -> Derivatives: ...

class Gradient(Protocol):
    """The derivative by the first argument has the form of that; an int gives a float.

    Where `f` depends on a Value besides its arguments, the numbers in it are Values.
    """

    @overload
    def __call__(self, x: float, /, *others: Any, **named: Any) -> float: ...
    @overload
    def __call__(self, x: Form, /, *others: Any, **named: Any) -> Form: ...

class GradientOf(Protocol):
    @overload
    def __call__(
        self, f: Callable[..., Any], argnums: Literal[0] = 0, has_aux: Literal[False] = False
    ) -> Gradient: ...
    @overload
    def __call__(
        self, f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
    ) -> Callable[..., Any]: ...

def gradient_of(function: Callable[..., Any]) -> GradientOf: ...

class ValueAndGradient(Protocol):
    @overload
    def __call__(self, x: float, /, *others: Any, **named: Any) -> tuple[float, float]: ...
    @overload
    def __call__(self, x: Form, /, *others: Any, **named: Any) -> tuple[Any, Form]: ...

class ValueAndGradientOf(Protocol):
    @overload
    def __call__(
        self, f: Callable[..., Any], argnums: Literal[0] = 0, has_aux: Literal[False] = False
    ) -> ValueAndGradient: ...
    @overload
    def __call__(
        self, f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
    ) -> Callable[..., Any]: ...

def value_and_gradient_of(function: Callable[..., Any]) -> ValueAndGradientOf: ...

class AlongTangents(Protocol):
    @overload
    def __call__(
        self,
        f: Callable[..., Any],
        primals: Arguments,
        tangents: Arguments,
        has_aux: Literal[False] = False,
    ) -> tuple[Any, Any]: ...
    @overload
    def __call__(
        self,
        f: Callable[..., Any],
        primals: Arguments,
        tangents: Arguments,
        has_aux: Literal[True],
    ) -> tuple[Any, Any, Any]: ...
    @overload
    def __call__(
        self, f: Callable[..., Any], primals: Arguments, tangents: Arguments, has_aux: bool
    ) -> tuple[Any, ...]: ...

def along_tangents(function: Callable[..., Any]) -> AlongTangents: ...

class WayBack(Protocol):
    @overload
    def __call__(
        self, f: Callable[..., Any], *primals: Any, has_aux: Literal[False] = False
    ) -> tuple[Any, Back]: ...
    @overload
    def __call__(
        self, f: Callable[..., Any], *primals: Any, has_aux: Literal[True]
    ) -> tuple[Any, Back, Any]: ...
    @overload
    def __call__(self, f: Callable[..., Any], *primals: Any, has_aux: bool) -> tuple[Any, ...]: ...

def way_back(function: Callable[..., Any]) -> WayBack: ...

class HessianTimes(Protocol):
    @overload
    def __call__(
        self, f: Callable[..., Any], primals: tuple[float], tangents: tuple[float]
    ) -> float: ...
    @overload
    def __call__(
        self, f: Callable[..., Any], primals: tuple[Form], tangents: Arguments
    ) -> Form: ...
    @overload
    def __call__(self, f: Callable[..., Any], primals: Arguments, tangents: Arguments) -> Any: ...

def hessian_times(function: Callable[..., Any]) -> HessianTimes: ...

class SecondDerivatives(Protocol):
    @overload
    def __call__(self, *numbers: float) -> list[list[float]]: ...
    @overload
    def __call__(self, *arguments: Any, **named: Any) -> Any: ...

class SecondDerivativesOf(Protocol):
    @overload
    def __call__(
        self, f: Callable[..., Any], argnums: None = None, has_aux: Literal[False] = False
    ) -> SecondDerivatives: ...
    @overload
    def __call__(
        self,
        f: Callable[..., Any],
        argnums: int | Sequence[int] | None = None,
        has_aux: bool = False,
    ) -> Callable[..., Any]: ...

def second_derivatives_of(function: Callable[..., Any]) -> SecondDerivativesOf: ...

# ---- Classes -------------------------------------------------------------------------------------

class Written:
    """The operators of a formula: what they give is a formula again."""

    def __add__(self, other: Any) -> Any: ...
    def __radd__(self, other: Any) -> Any: ...
    def __sub__(self, other: Any) -> Any: ...
    def __rsub__(self, other: Any) -> Any: ...
    def __mul__(self, other: Any) -> Any: ...
    def __rmul__(self, other: Any) -> Any: ...
    def __truediv__(self, other: Any) -> Any: ...
    def __rtruediv__(self, other: Any) -> Any: ...
    def __pow__(self, other: Any) -> Any: ...
    def __rpow__(self, other: Any) -> Any: ...
    def __lt__(self, other: Any) -> Any: ...
    def __le__(self, other: Any) -> Any: ...
    def __gt__(self, other: Any) -> Any: ...
    def __ge__(self, other: Any) -> Any: ...
    def __and__(self, other: Any) -> Any: ...

class OfNumbers:
    """What Python asks of numbers besides the operators of `value.py`; `foreign` answers it."""

    def __mod__(self, other: Value | Number) -> Value: ...
    def __rmod__(self, other: Number) -> Value: ...
    def __floor__(self) -> Value: ...
    def __ceil__(self) -> Value: ...

class Record(ModuleType, Generic[Node]):
    """A module that has a function for each row: it records the operation as a Node."""

    def __getattr__(self, name: str) -> Callable[..., Node]: ...

class OfRow:
    """What a row has in place of its class's; `explaining/help.py` makes it of the row."""

    def __init__(self, made_by: str, of_the_class: Any = None) -> None: ...
    def __get__(self, row: Any, owner: type) -> Any: ...
