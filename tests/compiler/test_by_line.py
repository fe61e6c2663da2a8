"""Long programs, which run from a list of calls: they compute what the text computes."""

from __future__ import annotations

from typing import Any
from unittest import mock

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import compile, emit_numpy
from microgradnn.compiler.by_line import calls_of, define, run_through, without_calls
from microgradnn.engine import PRIMITIVES


def numpy_code_of(program: mg.Program) -> Any:
    return program._back_end.numpy_code(True, True, program._scheduled(True, True))


def both(make: Any) -> list[Any]:
    """Programs of the same graph: from the text, and from a list of calls."""
    programs = []
    for most in (10**9, 0):
        with mock.patch.object(emit_numpy, "MOST_COMPILED", most):
            programs.append(make())
    text, listed = (numpy_code_of(program) for program in programs)
    assert not text.calls
    assert listed.calls
    assert text.source == listed.source
    return programs


@pytest.mark.parametrize("samples", [1, 3, 100])
def test_a_list_of_calls_computes_what_the_text_does(samples: int) -> None:
    def make() -> mg.Program:
        model = nn.MLP(3, [4, 3], activation="tanh", rng=0)
        return compile(model, losses.cross_entropy)

    text, listed = both(make)
    X = np.random.default_rng(0).uniform(0, 1, (samples, 6))
    assert listed(X).tolist() == text(X).tolist()
    assert listed.value_and_grad(X)[1].tolist() == text.value_and_grad(X)[1].tolist()


def test_reductions_gathers_and_attention() -> None:
    xs, ws = ([Value(0.1 * k + j) for k in range(8)] for j in range(2))
    rows = [[w * x for w, x in zip(ws[k:], xs, strict=False)] for k in range(3)]
    heads = [mg.dot(mg.softmax(row[:4]), row[1:5]) for row in rows]
    out = mg.max(heads) + mg.sum([mg.dot(a[:4], b[:4]) for a in rows for b in rows])
    text, listed = both(lambda: compile(out + mg.maximum(xs[0], ws[0]), xs, ws))
    X = np.random.default_rng(0).uniform(-1, 1, (5, 8))
    (mean, gradient), (wanted, slopes) = listed.value_and_grad(X), text.value_and_grad(X)
    assert (mean, gradient.tolist()) == (wanted, slopes.tolist())
    with pytest.raises(ValueError, match="row 0"):
        listed(np.full((1, 8), np.nan))


@mock.patch.dict(PRIMITIVES)  # whose new rows are gone afterwards
def test_what_is_no_plain_call_stays_a_line() -> None:
    row = mg.primitive("own", lambda x: x + 1.0, [lambda out, x: 1.0])
    x, w = Value(1.0), Value(2.0)
    text, listed = both(lambda: compile(mg.erfc(row(x * w)) * mg.exp(x), [x], [w]))
    assert listed([[0.5], [0.25]]).tolist() == text([[0.5], [0.25]]).tolist()


def test_lines_apart_from_calls() -> None:
    lines = ["def f(X):", "copyto(v1, X[:, 0:1].T)", "# in words", "add(v1, v2)", "return v2"]
    short, calls = without_calls(lines)
    assert short == [*lines[:2], "run_through(calls[0])", lines[-1]]
    assert calls == [lines[2:4]]


def test_operands_are_names_numbers_and_words() -> None:
    names: dict[str, Any] = {"V": np.arange(6.0), "add": np.add, "maximum": np.maximum}
    define(["v1 = V[0:3]", "v2 = V[3:6]", "t1 = V.copy()", "t1[0] = 5.0"], names)
    names["i1"] = np.array([2, 0])
    run_through(calls_of(["maximum(v1, 1.0, out=v2)"], names))
    assert names["V"].tolist() == [0.0, 1.0, 2.0, 1.0, 1.0, 2.0]
    names["pair"] = names["V"][:2]
    run_through(calls_of(["V.take(i1, 0, pair, 'clip')"], names))
    assert names["V"][:2].tolist() == [2.0, 0.0]
    assert names["t1"].tolist() == [5.0, 1.0, 2.0, 3.0, 4.0, 5.0]
