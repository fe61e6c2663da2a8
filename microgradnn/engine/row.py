"""A row of the table: what it holds, and how it is called on numbers, arrays, Values, Formulas."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ..arguments import as_number, is_array, must_be_plain
from ..domains import REAL, Interval
from ..elements import elementwise, ieee
from ..refusals import said
from ..typed import Any, overload
from .recording import mode

Operand = Any  # a number, an ndarray, or an object whose class defines _apply (Value, Formula)
Partial = Callable[..., Any]


class _Help:
    """The `__doc__` of rows: the class has its own, and each row one that is made of the row."""

    def __init__(self, of_the_class: str | None) -> None:
        self.of_the_class = of_the_class

    def __get__(self, row: Primitive | None, owner: type) -> str | None:
        if row is None:
            return self.of_the_class
        from ..explaining.help import help_of  # only now, so that importing the package stays quick

        return help_of(row)


class Primitive:
    """One operation: its value, its local derivatives, and how it is written.

    `forward` maps floats to a float. `partials` holds one function `(out, *operands)` for each
    operand; for an n-ary row it is one function that returns them all. They are written with
    operators, other rows and `where`, so that numbers, arrays, Values and Formulas can all be put
    in. Where accuracy makes them unlike a textbook's, `textbook` holds the textbook's in the same
    form, and `definition` the value; these are what people are shown.

    `kind` says how other languages write the row: `"operator"` (its `code` is infix or prefix
    there too), `"function"` (NumPy, JAX and JavaScript know it by its name), `"formula"`
    (`forward` is a formula over other rows, which is what they get), or `"custom"` (made by
    `mg.primitive`: any Python function, which is called number by number).

    `help(mg.tanh)` shows all this of one row: `summary` is its first line, `example` the operands
    of its example, and `words` its value and derivative where there is no one formula for them.

    >>> from microgradnn import sigmoid
    >>> sigmoid(0.0), sigmoid.name, sigmoid.arity
    (0.5, 'sigmoid', 1)
    """

    __doc__ = _Help(__doc__)

    def __init__(
        self,
        name: str,
        symbol: str,
        forward: Callable[..., Any],
        partials: Sequence[Partial] | Partial,
        *,
        textbook: Sequence[Partial] | Partial | None = None,
        definition: Callable[..., Any] | None = None,
        summary: str = "",
        example: Sequence[float] = (),
        words: tuple[str, str] = ("", ""),
        latex: str = "",
        kind: str = "formula",
        code: str = "",
        domain: tuple[Interval, ...] = (),
        kinks: tuple[Callable[..., Any], ...] = (),
        on_arrays: Callable[..., Any] | None = None,
        keeps_partials_at_nan: bool = False,
    ) -> None:
        self.name = name
        self.symbol = symbol
        self.forward = forward
        self.partials = partials if callable(partials) else tuple(partials)
        self.textbook = textbook or self.partials
        self.definition = definition or (forward if kind == "formula" else self)
        self.arity = None if callable(partials) else len(self.partials)  # type: ignore[arg-type]
        self.summary = summary
        self.example = tuple(example)
        self.words = words
        self.latex = latex or rf"\operatorname{{{{{name}}}}}\left({{}}\right)"
        self.kind = kind
        self.code = code
        self.domain = domain or (REAL,) * (self.arity or 1)
        self.kinks = kinks
        self.on_arrays = on_arrays
        self.keeps_partials_at_nan = keeps_partials_at_nan

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> tuple[Callable[[str], Primitive], tuple[str]]:
        return _row_named, (self.name,)  # a copied or pickled graph points at the same row

    @overload
    def __call__(self, *operands: float) -> float: ...
    @overload
    def __call__(self, *operands: Any) -> Any: ...
    def __call__(self, *operands: Any) -> Any:
        """Apply the row to numbers, arrays, or operands that record (Value) or write (Formula)."""
        are_floats = True
        for operand in operands:
            if type(operand) is not float:
                apply = getattr(type(operand), "_apply", None)
                if apply is not None:
                    return apply(self, operands)
                are_floats = False
        if are_floats:
            return self.value(operands)
        if any(map(is_array, operands)):
            return self.of_arrays(operands)
        return self.value([as_number(x, f"operand of {self.name}") for x in operands])

    def value(self, numbers: Sequence[float], operands: Sequence[Operand] = ()) -> float:
        """The operation on floats; where Python's function raises, so does this, and names it.

        Operands that are infinite or NaN never raise: they follow IEEE arithmetic. `operands` are
        those that the numbers came from, for their labels.
        """
        self.check_arity(numbers)
        try:
            return self.forward(*numbers)  # type: ignore[no-any-return]
        except (ValueError, ArithmeticError) as error:
            if mode.get().lenient or not all(map(math.isfinite, numbers)):
                return ieee(self, numbers)[0]
            raise type(error)(said(self, error, numbers, operands)) from None

    def local_derivatives(
        self, out: float, numbers: Sequence[float], wanted: Sequence[bool]
    ) -> list[float | None]:
        """The derivative of `out` for each wanted operand, else None; IEEE, so it never raises."""
        if out != out and not self.keeps_partials_at_nan and any(x != x for x in numbers):
            return [math.nan if want else None for want in wanted]
        if callable(self.partials):
            derivatives = _lenient(self.partials, out, numbers)
            return [d if want else None for d, want in zip(derivatives, wanted, strict=True)]
        return [
            _lenient(partial, out, numbers)[0] if want else None
            for partial, want in zip(self.partials, wanted, strict=True)
        ]

    def partials_on(self, out: Any, operands: Sequence[Any], wanted: Sequence[bool]) -> list[Any]:
        """The partials as formulas over operands of any kind; None where not wanted."""
        if callable(self.partials):
            derivatives = self.partials(out, *operands)
            return [d if want else None for d, want in zip(derivatives, wanted, strict=True)]
        return [
            partial(out, *operands) if want else None
            for partial, want in zip(self.partials, wanted, strict=True)
        ]

    def textbook_on(self, out: Any, operands: Sequence[Any]) -> list[Any]:
        """The derivatives as a textbook writes them, for people; `partials_on` is for computing."""
        if callable(self.textbook):
            return list(self.textbook(out, *operands))
        return [derivative(out, *operands) for derivative in self.textbook]

    def of_arrays(self, operands: Sequence[Operand]) -> Any:
        """Apply the row elementwise to arrays of floats; with Values to object arrays, too."""
        name = f"operand of {self.name}"
        are_numbers = True
        for x in operands:
            if type(x) is float:
                continue
            must_be_plain(x, name)
            kind = x.dtype.kind if is_array(x) else "O" if hasattr(type(x), "_apply") else "f"
            if kind not in "biufO":
                raise TypeError(f"{name} must hold real numbers, got {x.dtype}")
            are_numbers = are_numbers and kind != "O"
        return self.array_form()(*operands) if are_numbers else elementwise(self, operands)

    def array_form(self) -> Callable[..., Any]:
        """The function of ndarrays that this row is."""
        if self.kind == "function" and self.on_arrays is None:
            import numpy as np

            return getattr(np, self.name)  # type: ignore[no-any-return]
        return self.on_arrays or self.forward

    def check_arity(self, operands: Sequence[Operand]) -> None:
        """Refuse the wrong number of operands."""
        if self.arity is not None and len(operands) != self.arity:
            wanted = f"{self.arity} operand{'s' if self.arity > 1 else ''}"
            raise TypeError(f"{self.name} takes {wanted}, got {len(operands)}")


def _lenient(partial: Partial, out: float, numbers: Sequence[float]) -> list[float]:
    try:
        derivatives = partial(out, *numbers)
    except (ValueError, ArithmeticError):
        return ieee(partial, [out, *numbers])
    return derivatives if isinstance(derivatives, list) else [derivatives]


PRIMITIVES: dict[str, Primitive] = {}


def _not_known(*operands: Any) -> Any:
    raise ValueError("of this operation only numbers are known, no formula")


# The operation of a node that a user made of a number and its local derivatives; no row.
_WORDS = ("a number", "the numbers that it was made with")
GIVEN = Primitive("given", "given", _not_known, _not_known, kind="custom", words=_WORDS)


def _row_named(name: str) -> Primitive:
    if name not in PRIMITIVES and name != GIVEN.name:
        raise LookupError(f"no primitive {name!r}; define it with mg.primitive before loading")
    return PRIMITIVES.get(name, GIVEN)


def add_row(name: str, *columns: Any, **more: Any) -> Primitive:
    PRIMITIVES[name] = Primitive(name, *columns, **more)
    return PRIMITIVES[name]
