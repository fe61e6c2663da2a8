"""Numbers and data as the page's JSON has them."""

import base64
import json
import math
import zlib

from microgradnn.explorer.packing import finite, packed


def test_numbers_that_json_lacks_are_texts() -> None:
    assert [finite(x) for x in (1.5, math.inf, -math.inf, math.nan)] == [
        *(1.5, "Infinity", "-Infinity", "NaN")
    ]


def test_what_is_packed_can_be_unpacked() -> None:
    data = [{"a": [1, 2.5, None]}, "é"]
    assert json.loads(zlib.decompress(base64.b64decode(packed(data)))) == data
    assert packed([]) == ""
