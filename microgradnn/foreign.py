"""What NumPy's and Python's functions do with Values: a row, an operator, or what to write instead.

Value's methods come here when NumPy or Python asks for something that is not in the engine.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from .elements import elementwise
from .engine.row import PRIMITIVES

# NumPy's names for what the table calls otherwise.
_ROWS = {
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "power": "pow",
    "float_power": "pow",
    "negative": "neg",
    "absolute": "abs",
    "fabs": "abs",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "%": "remainder",
}
_OPERATORS: dict[str, Callable[..., Any]] = {
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.is_,
    "not_equal": operator.is_not,
    "positive": operator.pos,
    "conjugate": operator.pos,
    "reciprocal": lambda x: 1.0 / x,
}

_REST = "write x % y, which has the sign of y"
_STEPS = "its derivative is 0 wherever it has one; use .data for the number"
_BITS = "join comparisons by `and` or `or`; mg.where chooses between two Values"
_PRODUCT = "write mg.dot(ws, xs), or make object arrays of both: np.array([v, w])"
_TEST = "look at .data"

_INSTEAD = {
    **dict.fromkeys(("round", "rint"), _STEPS),
    **dict.fromkeys(("//", "floor_divide"), "write mg.floor(x / y)"),
    **dict.fromkeys(("math.trunc", "trunc"), "write mg.sign(x) * mg.floor(mg.abs(x))"),
    **dict.fromkeys(("divmod", "modf"), _REST),
    **dict.fromkeys(("&", "|", "^", "~", "bitwise_and", "bitwise_or", "logical_and"), _BITS),
    **dict.fromkeys(("logical_or", "logical_xor", "logical_not", "invert"), _BITS),
    **dict.fromkeys(("@", "matmul", "vecdot", "matvec", "vecmat"), _PRODUCT),
    **dict.fromkeys(("isnan", "isinf", "isfinite", "signbit"), _TEST),
    **dict.fromkeys(("deg2rad", "radians"), "write x * (math.pi / 180)"),
    **dict.fromkeys(("rad2deg", "degrees"), "write x * (180 / math.pi)"),
    "an exact ratio": "write mg.mean, not statistics.mean; or use .data for the number",
    "exp2": "write 2 ** x",
    "cbrt": "write mg.sign(x) * mg.abs(x) ** (1 / 3)",
    "fmod": "write mg.sign(x) * (mg.abs(x) % mg.abs(y))",
    "fmax": "write mg.maximum(x, y)",
    "fmin": "write mg.minimum(x, y)",
    "heaviside": "write mg.heaviside(x), which is ½ at 0",
}


def apply(shown: str, *operands: Any) -> Any:
    """The row that NumPy calls so; where there is none, what to write instead is said."""
    if shown == "reflected %":
        return apply("%", *reversed(operands))
    if shown == "-=":
        return _step(*operands)
    name = shown.removeprefix("numpy.")
    row = PRIMITIVES.get(_ROWS.get(name, name))
    if row is None or row.arity != len(operands):
        instead = _INSTEAD.get(name, "use .data for the number")
        raise TypeError(f"{shown} is not defined for a Value: {instead}")
    return row(*operands)


def _step(value: Any, other: Any) -> Any:
    """value − other; refused where it looks like a step of gradient descent that reaches nothing.

    `p -= lr * p.grad` steps in PyTorch. Here p would be the name of a new Value, and the parameter
    stay as it is, for only `data` is changed in place.
    """
    if value.op is None and value._grad != 0.0 and not hasattr(type(other), "_apply"):
        raise TypeError(
            "value -= number makes a new Value, and the leaf that has a gradient stays as it is; "
            "for a step write p.data -= lr * p.grad, else value = value - number"
        )
    return value - other


def call(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """NumPy's function of operands one of which is a Value, and no array that it is in."""
    name, into = ufunc.__name__, options.pop("out", ())
    if method != "__call__" or options:
        raise TypeError(f"numpy.{name} of a single Value takes no options; put it into an array")
    if name in _OPERATORS:
        result = _truths(elementwise(_OPERATORS[name], inputs))
    else:
        result = apply(f"numpy.{name}", *inputs)
    for array in into:
        if array.dtype != object and name not in _OPERATORS:
            raise TypeError(
                f"an array of {array.dtype} cannot hold the Values that numpy.{name} gives; "
                "make a new one, as array = array * value does"
            )
        array[...] = result
    return into[0] if into else result


def _truths(results: Any) -> Any:
    """An array of bools as one that chooses elements."""
    is_array = hasattr(type(results), "shape") and results.shape != ()
    return results.astype(bool) if is_array and {bool} >= set(map(type, results.flat)) else results
