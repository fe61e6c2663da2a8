"""The generated NumPy code: its text, its traps, and what debuggers see of it."""

from __future__ import annotations

import gc
import linecache
import math
import os
import re
import subprocess
import sys
import traceback
from unittest import mock

import numpy as np
import pytest
from codes import batched, code_of, ran

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import compile
from microgradnn.compiler.steps import Link, Reduce, Sum
from microgradnn.compiler.summary import reverse_step_in_words, step_in_words
from microgradnn.engine import PRIMITIVES


@mock.patch.dict(PRIMITIVES)  # whose new rows are gone afterwards
@pytest.mark.parametrize("name", ["cbrt", "copyto", "B", "v1", "float", "class"])
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
    model = nn.MLP(2, [3, 1], rng=0)
    one, other = (compile(model, losses.mse_loss).source for _ in range(2))
    assert one == other
    assert re.search(r"\bdot\(u\d+, v\d+, v\d+\)", one)  # a matrix product
    assert "def backward(share):" in one


def test_source_and_summary_do_not_depend_on_the_hash_seed() -> None:
    text = (
        "from microgradnn import compile, losses, nn\n"
        "program = compile(nn.MLP(3, [4, 3], activation='tanh', rng=0), losses.cross_entropy)\n"
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


# ---- The text ------------------------------------------------------------------------------------


def test_a_comment_above_its_lines_describes_each_step() -> None:
    program = compile(
        nn.MLP(2, [3], rng=0), losses.mse_loss, example_inputs=[[1.0, 2.0], [3.0, 4.0]]
    )
    lines = [line.strip() for line in program.source.splitlines()]
    plan = program.schedule(finite=True)
    words = [step_in_words(step, plan) for step in plan.steps if not isinstance(step, Link)]
    words += [reverse_step_in_words(step, plan) for step in plan.reverse]
    comments = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    assert [comment for comment in comments if comment in words] == words
    place = lines.index("# 12 multiplications and additions → matmul 3×2 + bias")
    assert re.fullmatch(r"dot\(u\d+, v\d+, v\d+\)", lines[place + 1])


def test_a_sum_whose_terms_get_shorter() -> None:
    V = np.array([[1.0], [2.0], [4.0]])
    for first in ([0, 1, 2], [2, 0, 1]):  # a view, and a copy
        terms = [np.array(first), np.array([1, 1]), np.array([2])]
        code = code_of([Sum(batched(3, 4, 5), terms)], {True: 6, False: 0})
        wanted = [[V[first[0]][0] + 2.0 + 4.0], [V[first[1]][0] + 2.0], [V[first[2]][0]]]
        assert ran(code, V, [])[0][3:6] == wanted


@pytest.mark.parametrize(("op", "wanted"), [("sum", [5.0, 11.0]), ("max", [4.0, 8.0])])
def test_a_reduction_of_gathered_slots(op: str, wanted: list[float]) -> None:
    step = Reduce(batched(4, 5), op, batched([0, 2], [3, 1]))
    code = code_of([step], {True: 6, False: 0})
    assert [x for (x,) in ran(code, [[1.0], [3.0], [4.0], [8.0]], [])[0][4:6]] == wanted


def test_few_slots_are_computed_one_by_one_instead_of_gathered() -> None:
    xs, w = [Value(0.5 + k) for k in range(9)], Value(2.0)
    pairs = [(0, 5), (1, 8), (4, 6), (2, 7), (3, 3), (7, 1)]
    for count, takes in [(3, False), (6, True)]:
        outs = [xs[i] * xs[j] for i, j in pairs[:count]]
        program = compile([*outs, w], xs, [w])
        X = np.random.default_rng(0).uniform(-1, 1, (4, 9))
        wanted = [X[:, i] * X[:, j] for i, j in pairs[:count]]
        assert np.array_equal(program(X)[:, :count], np.transpose(wanted))
        assert (".take(" in program.source) == takes


def test_what_is_the_same_for_all_samples_is_computed_once() -> None:
    xs, ws, vs = ([Value(a), Value(b)] for a, b in [(0.5, 2.0), (3.0, 4.0), (5.0, 6.0)])
    out = mg.sum([mg.sin(v * x / w) for x, w, v in zip(xs, ws, vs, strict=True)])
    program = compile(out, xs, [*vs, *ws])
    assert re.search(r"t\d = empty\(\(2, 1\), float\)", program.source)  # of 1/w
    X, w, v = (
        np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 2.0]]),
        np.array([3.0, 4.0]),
        np.array([5, 6]),
    )
    slopes = np.cos(v * X / w) * X / w
    wanted = np.concatenate([slopes.mean(axis=0), (-slopes * v / w).mean(axis=0)])
    assert np.allclose(program.value_and_grad(X)[1], wanted, rtol=1e-12)


# ---- For debuggers -------------------------------------------------------------------------------


def programs_in_linecache() -> set[str]:
    return {name for name in linecache.cache if name.startswith("<microgradnn program ")}


@mock.patch.dict(PRIMITIVES)  # whose new rows are gone afterwards
def test_a_traceback_shows_the_line_of_the_program() -> None:
    def wrong(x: float) -> float:
        if x > 5.0:
            raise LookupError("too large")
        return x

    row = mg.primitive("wrong", wrong, [lambda out, x: 1.0])
    x, w = Value(1.0), Value(1.0)
    program = compile(row(x * w), [x], [w])
    with pytest.raises(LookupError) as raised:
        program([[6.0]])
    lines = [entry.line for entry in traceback.extract_tb(raised.value.__traceback__)]
    assert any(line and "[...] = row_wrong(" in line for line in lines)


def test_lines_are_forgotten_once_there_is_another_program() -> None:
    gc.collect()
    compile(Value(2.0) * 3.0, [], [], backend="numpy")  # forgets those of other tests
    before = programs_in_linecache()
    x, w = Value(2.0), Value(3.0)
    program = compile(x * w, [x], [w], backend="numpy")
    (name,) = programs_in_linecache() - before
    assert "".join(linecache.getlines(name)) == program.source
    linecache.checkcache()  # which forgets files that have changed: this is none
    assert "".join(linecache.getlines(name)) == program.source
    del program
    gc.collect()
    assert name in linecache.cache  # Python's `checkcache` may be about to ask for it
    another = compile(Value(2.0) * 3.0, [], [], backend="numpy")
    assert name not in linecache.cache
    assert len(programs_in_linecache() - before) == 1
    assert another.source
