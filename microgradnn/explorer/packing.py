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
    text = json.dumps(data, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(text, 9)).decode() if data else ""
