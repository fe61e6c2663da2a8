"""The table of docs/accuracy.md with its peers, on fewer points: what it says still holds."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from microgradnn.engine.row import PRIMITIVES

pytestmark = pytest.mark.bench
MAKE = Path(__file__).parents[2] / "docs" / "make_accuracy.py"


def test_peers_lose_digits_that_we_keep() -> None:
    for peer in ("torch", "jax"):
        pytest.importorskip(peer, reason="a column of the table; pip install -e '.[bench]'")
    make = runpy.run_path(str(MAKE))
    peers = [make["torch_functions"](), make["jax_functions"]()]
    for name in ("tanh", "sigmoid", "softplus", "gelu", "cross_entropy"):
        with np.errstate(all="ignore"):
            line = make["line"](PRIMITIVES[name], peers, 600)
        value, _, _, partials, *others = line.strip("| ").split(" | ")[1:]
        print(line)
        assert float(value) <= 1.0
        assert float(partials) <= 1.0
        assert all("%" in other for other in others), f"a peer has become better: {line}"
