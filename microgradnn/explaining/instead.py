"""What to write instead of an operation of Python's or NumPy's that a Value does not have."""

from __future__ import annotations

_REST = "write x - y * n with a whole number n of your own; or use .data for the number"
_STEPS = "its derivative is 0 wherever it has one; use .data for the number"
_BITS = "join comparisons by `and` or `or`; mg.where chooses between two Values"
_PRODUCT = "write mg.dot(ws, xs), or make object arrays of both: np.array([v, w])"
_TEST = "look at .data"

_INSTEAD = {
    **dict.fromkeys(("//", "round", "math.trunc", "rint", "floor_divide"), _STEPS),
    **dict.fromkeys(("floor", "ceil", "trunc"), _STEPS),
    **dict.fromkeys(("%", "divmod", "remainder", "fmod", "modf"), _REST),
    **dict.fromkeys(("&", "|", "^", "~", "bitwise_and", "bitwise_or", "logical_and"), _BITS),
    **dict.fromkeys(("logical_or", "logical_xor", "logical_not", "invert"), _BITS),
    **dict.fromkeys(("@", "matmul", "vecdot", "matvec", "vecmat"), _PRODUCT),
    **dict.fromkeys(("isnan", "isinf", "isfinite", "signbit"), _TEST),
    **dict.fromkeys(("deg2rad", "radians"), "write x * (math.pi / 180)"),
    **dict.fromkeys(("rad2deg", "degrees"), "write x * (180 / math.pi)"),
    "an exact ratio": "write mg.mean, not statistics.mean; or use .data for the number",
    "log2": "write mg.log(x) / math.log(2)",
    "log10": "write mg.log(x) / math.log(10)",
    "exp2": "write 2 ** x",
    "cbrt": "write mg.sign(x) * mg.abs(x) ** (1 / 3)",
    "hypot": "write mg.sqrt(x * x + y * y)",
    "arctan2": "write mg.atan(y / x), which is right where x > 0",
    "arcsinh": "write mg.log(x + mg.sqrt(x * x + 1))",
    "arccosh": "write mg.log(x + mg.sqrt(x * x - 1))",
    "arctanh": "write (mg.log1p(x) - mg.log1p(-x)) / 2",
    "logaddexp": "write mg.logsumexp([x, y])",
    "fmax": "write mg.maximum(x, y)",
    "fmin": "write mg.minimum(x, y)",
    "heaviside": "write mg.heaviside(x), which is ½ at 0",
}


def instead_of(operation: str) -> str:
    """What to write, in words.

    >>> instead_of("numpy.log2")
    'write mg.log(x) / math.log(2)'
    """
    return _INSTEAD.get(operation.removeprefix("numpy."), "use .data for the number")
