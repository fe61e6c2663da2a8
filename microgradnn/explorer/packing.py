"""Numbers and data as the page's JSON has them."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any


def finite(x: float) -> float | str:
    """A number as JSON has it, else the text that JavaScript's Number() understands."""
    return x if x - x == 0 else {"inf": "Infinity", "-inf": "-Infinity"}.get(str(x), "NaN")


def packed(data: Any) -> str:
    """JSON, compressed, for pictures of the same boxes are much alike."""
    return _compressed(json.dumps(data, separators=(",", ":")).encode()) if data else ""


def packed_numbers(numbers: Any) -> dict[str, Any]:
    """An array of numbers in the shortest type that holds each of them exactly.

    >>> import numpy as np
    >>> [packed_numbers(np.array(x))["type"] for x in ([0.0, 255.0], [-1.0], [0.5], [0.1])]
    ['u1', 'i1', 'f4', 'f8']
    """
    import numpy as np

    array = np.asarray(numbers, float)
    for kind in ("u1", "i1", "u2", "i2", "i4", "f4"):
        with np.errstate(all="ignore"):
            short = array.astype(f"<{kind}")
        same = short.astype(float)
        if np.array_equal(same, array) and np.array_equal(np.signbit(same), np.signbit(array)):
            return {"type": kind, "bytes": _compressed(short.tobytes())}
    return {"type": "f8", "bytes": _compressed(array.astype("<f8").tobytes())}


def _compressed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 9)).decode()
