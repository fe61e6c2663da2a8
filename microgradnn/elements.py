"""What rows do that is no operation: IEEE arithmetic, a function on each element, a selection."""

from collections.abc import Callable, Sequence

from .arguments import is_array, must_be, must_be_plain
from .floats import Floats
from .typed import Any


def ieee(function: Callable[..., Any], numbers: Sequence[float]) -> list[float]:
    """Evaluate in IEEE arithmetic, where nothing raises; the function gives a number or a list."""
    results = function(*[Floats([x]) for x in numbers])
    return [*map(float, results if isinstance(results, list) else [results])]


def elementwise(function: Callable[..., Any], operands: Sequence[Any]) -> Any:
    """Call a function on each element of object arrays, which are broadcast as NumPy does."""
    import numpy as np

    # A bare Value would ask NumPy to hand the call back to it; in an array it is an element.
    boxed = [x if is_array(x) else np.array(x, dtype=object) for x in operands]
    return np.frompyfunc(function, len(boxed), 1)(*boxed)


def where(condition: Any, a: Any, b: Any) -> Any:
    """`a` where the condition holds, else `b`; the only selection that partials may use.

    On numbers and Values it picks one of the two, so the other leaves no trace in the graph. With
    an array of truths it is `np.where`; a compiled function selects for each sample.

    >>> where(2 > 1, 10.0, 20.0)
    10.0
    """
    if condition is True or condition is False:
        return a if condition else b
    if hasattr(type(condition), "_where"):
        return type(condition)._where(condition, a, b)
    must_be_plain(condition, "condition")
    kind = getattr(getattr(condition, "dtype", None), "kind", type(condition).__name__)
    if kind == "O" and is_array(condition):
        return elementwise(where, (condition, a, b))
    if kind not in ("b", "i", "u", "int") and not hasattr(type(condition), "_apply"):
        must_be(bool, condition, "condition", "a comparison such as x > 0, or an array of them")
    if is_array(condition):
        import numpy as np

        return np.where(condition, a, b)
    return a if condition else b
