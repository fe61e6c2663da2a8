"""The generated NumPy code: its text, its traps, and what debuggers see of it."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from unittest import mock

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import compile
from microgradnn.engine import PRIMITIVES


@mock.patch.dict(PRIMITIVES)  # whose new rows are gone afterwards
@pytest.mark.parametrize("name", ["square", "copyto", "B", "v1", "float", "class"])
def test_a_primitive_of_the_users_own_is_compiled(name: str) -> None:
    square = mg.primitive(name, lambda x: x**2, [lambda out, x: 2 * x])
    x, w = Value(2.0), Value(3.0)
    program = compile(square(x * w), [x], [w])
    mean, gradient = program.value_and_grad([[1.0], [2.0]])
    assert (mean, gradient.tolist()) == (22.5, [15.0])
    root = mg.primitive("root", math.sqrt, [lambda out, x: 0.5 / out])
    program = compile(root(x * w), [x], [w])
    assert program([[3.0], [12.0]]).tolist() == [3.0, 6.0]
    for run in (program, program.value_and_grad):
        with pytest.raises(ValueError, match=re.escape("row 1: root(-3.0): ")):
            run([[3.0], [-1.0]])


def test_a_broadcast_view_is_no_matrix() -> None:
    """The same input in all windows: a reshaped view of it would be a copy that stays as it was."""
    xs, ws = [Value(0.5), Value(0.25)], [Value(1.0), Value(2.0), Value(3.0), Value(4.0)]
    windows = [[xs[0], xs[1]], [xs[0], xs[0]], [xs[1], xs[1]]]
    outs = [mg.dot(w, x) for w in (ws[:2], ws[2:]) for x in windows]
    program = compile(mg.sum([mg.tanh(o) for o in outs]), xs, ws)
    rng = np.random.default_rng(0)
    for X in rng.standard_normal((3, 4, 2)):
        eager = [
            np.tanh([w[0] * x[i] + w[1] * x[j] for w in ((1, 2), (3, 4)) for i, j in PAIRS]).sum()
            for x in X
        ]
        assert np.allclose(program(X), eager, rtol=1e-12)


PAIRS = ((0, 1), (0, 0), (1, 1))


def test_no_function_writes_in_place_on_a_stepped_view() -> None:
    xs, ws = [Value(0.1 * k) for k in range(8)], [Value(1.0 + k) for k in range(8)]
    out = mg.sum([mg.tanh(-w * x) for w, x in zip(ws[::2], xs[::2], strict=True)])
    program = compile(out, xs, ws[::2])
    for line in program.source.splitlines():
        call = re.match(r"\s+\w+\((.*)\)$", line)
        if call and "take" not in line:
            *operands, last = call[1].replace("out=", "").split(", ")
            stepped = re.search(rf"^{re.escape(last)} = .*(view\(|::|:\d+:)", program.source, re.M)
            assert not (last in operands and stepped), line


def test_the_source_is_deterministic() -> None:
    model = nn.MLP(2, [3, 1])
    one, other = (compile(model, losses.mse_loss).source for _ in range(2))
    assert one == other
    assert re.search(r"\bdot\(u\d+, v\d+, v\d+\)", one)  # a matrix product
    assert "def backward(share):" in one


def test_source_and_summary_do_not_depend_on_the_hash_seed() -> None:
    text = (
        "from microgradnn import compile, losses, nn\n"
        "program = compile(nn.MLP(3, [4, 3], activation='tanh'), losses.cross_entropy)\n"
        "print(program.source, program.summary(), program.value_and_grad([[1, 2, 3, 0, 1, 0]]))"
    )
    one, other = (
        subprocess.run(
            [sys.executable, "-c", text],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    )
    assert one == other
    assert b"matmul" in one
