"""Rows of the user's own: `mg.primitive`."""

from collections.abc import Callable, Sequence
from functools import wraps

from .arguments import as_number, must_be
from .domains import Interval, as_domain
from .engine.row import GIVEN, PRIMITIVES, Partial, Primitive, add_row
from .sides import choosing
from .typed import Any

_NO_FLOATS = (int, str, bytes, complex, list, tuple, dict, set, type(None))


def primitive(
    name: str,
    forward: Callable[..., float],
    partials: Sequence[Partial],
    symbol: str = "",
    domain: tuple[Interval, ...] = (),
    *,
    textbook: Sequence[Partial] | None = None,
    summary: str = "",
) -> Primitive:
    """Add a row of your own to the table, and give it back: a function of numbers and Values.

    `forward` maps floats to a float; `partials` holds for each operand a function
    `(out, *operands)`, written with operators, other rows and `where`. (One that asks by `if` takes
    a side; `compile` refuses derivatives that are recorded from it.) `domain` is a tuple of an
    `Interval` for each: outside is an error. `textbook` holds the derivatives as people should
    read them, if the partials look otherwise; `summary` is the first line of the row's help.
    Raises ValueError for a name that is taken or no identifier, TypeError for what is no function.

    >>> import microgradnn as mg
    >>> cube = mg.primitive("cube", lambda x: x * x * x, [lambda out, x: 3 * x * x])
    >>> x = mg.Value(2.0)
    >>> mg.gradients(cube(x), [x])
    [12.0]
    """
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"name must be an identifier, got {name!r}")
    if name in PRIMITIVES or name == GIVEN.name:
        raise ValueError(f"there is a primitive {name!r} already; choose another name")
    must_be(str, symbol, "symbol", "a str")
    must_be(str, summary, "summary", "a str")
    functions = [partials] if callable(partials) else partials
    if not callable(forward) or not _are_functions(functions):
        raise TypeError("forward must be a function, and partials a list of one for each operand")
    shown = [textbook] if callable(textbook) else functions if textbook is None else textbook
    if not _are_functions(shown) or len(shown) != len(functions):
        raise TypeError("textbook must be a list of a function for each operand, as partials is")
    more = {"domain": as_domain(domain, len(functions)), "textbook": shown, "summary": summary}
    value = _giving_numbers(forward, f"what forward of {name} gives")
    slopes = [
        _giving_numbers(f, f"what partials[{k}] of {name} gives") for k, f in enumerate(functions)
    ]
    recorded = choosing(name, slopes)
    return add_row(name, symbol or name, value, recorded, kind="custom", **more)


def _giving_numbers(function: Callable[..., Any], what: str) -> Callable[..., Any]:
    """The same function, whose result is refused if it cannot be a number, such as None.

    A derivative of None would be an edge that is not there.
    """

    @wraps(function)
    def checked(*operands: Any) -> Any:
        result = function(*operands)
        return as_number(result, what) if isinstance(result, _NO_FLOATS) else result

    return checked


def _are_functions(x: Any) -> bool:
    return isinstance(x, (list, tuple)) and len(x) > 0 and all(map(callable, x))
