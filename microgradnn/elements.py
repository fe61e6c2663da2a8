"""What NumPy does for a row: IEEE arithmetic, where nothing raises; a function on each element."""

from collections.abc import Callable, Sequence

from .arguments import is_array
from .typed import Any


def ieee(function: Callable[..., Any], numbers: Sequence[float]) -> list[float]:
    """Evaluate in IEEE arithmetic, where nothing raises: NumPy on arrays of one element."""
    import numpy as np

    with np.errstate(all="ignore"):
        results = function(*[np.array([x]) for x in numbers])
    return [float(np.ravel(r)[0]) for r in (results if isinstance(results, list) else [results])]


def elementwise(function: Callable[..., Any], operands: Sequence[Any]) -> Any:
    """Call a function on each element of object arrays, which are broadcast as NumPy does."""
    import numpy as np

    # A bare Value would ask NumPy to hand the call back to it; in an array it is an element.
    boxed = [x if is_array(x) else np.array(x, dtype=object) for x in operands]
    return np.frompyfunc(function, len(boxed), 1)(*boxed)
