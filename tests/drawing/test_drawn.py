"""`draw`: the same picture from the same program, and what it refuses."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from drawings import chain

from microgradnn import Value
from microgradnn.drawing import draw, to_dot


def test_the_same_graph_gives_the_same_picture_whatever_the_hash_seed_and_the_path() -> None:
    program = (
        "from microgradnn import Value; from microgradnn.drawing import draw, to_dot\n"
        "a, b = Value(2.0, label='a'), Value(3.0, label='b')\n"
        "c = (a * b + a) * (b - a); print(to_dot(c).source, draw(c).svg)"
    )
    pictures = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PATH": path, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed, path in (("0", os.environ["PATH"]), ("1", ""), ("2", os.environ["PATH"]))
    }
    assert len(pictures) == 1


@pytest.mark.parametrize("root", [1.0, None, [Value(1.0)], "a"])
@pytest.mark.parametrize("function", [draw, to_dot])
def test_only_a_value_is_drawn(function: Callable[[Any], object], root: object) -> None:
    with pytest.raises(TypeError, match=f"got {type(root).__name__}; pass the one Value"):
        function(root)


def test_a_picture_of_more_than_a_thousand_boxes_is_refused() -> None:
    with pytest.raises(ValueError, match="would have 1,001 boxes, more than 1,000"):
        draw(chain(1001), "none")
