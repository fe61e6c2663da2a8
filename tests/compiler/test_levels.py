"""Levels: what is computed at once, what waits for company, and what stays right by it."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.compiler import compile
from microgradnn.compiler.levels import groups
from microgradnn.compiler.steps import Link, Map, Product, Reduce
from microgradnn.compiler.tape import Tape, record_tape


def found(tape: Tape) -> list[dict[str, int]]:
    """How many nodes of each operation a level has."""
    return [
        {kind[0]: len(nodes) for kind, nodes in level.items()}
        for level in groups(tape, [False] * len(tape))
    ]


def test_nodes_of_one_operation_and_level_are_a_group() -> None:
    x, y = Value(0.5), Value(0.25)
    tape = record_tape([mg.sin(x) + mg.sin(y), mg.cos(x)], [x, y], [])
    assert found(tape) == [{}, {"sin": 2, "cos": 1}, {"add": 1}]


def test_a_group_that_nobody_needs_yet_joins_the_last_that_it_may() -> None:
    x, y = Value(0.5), Value(0.25)
    deep = mg.sin(mg.cos(mg.sin(mg.cos(x))))
    tape = record_tape([deep + mg.sin(y)], [x, y], [])
    assert found(tape) == [{}, {"cos": 1}, {"sin": 1}, {"cos": 1}, {"sin": 2}, {"add": 1}]


def test_a_group_of_which_one_is_needed_stays() -> None:
    x, y = Value(0.5), Value(0.25)
    early = mg.cos(mg.sin(x))
    deep = mg.sin(mg.cos(mg.exp(early)))
    tape = record_tape([deep + mg.sin(y)], [x, y], [])
    assert found(tape)[1] == {"sin": 2}


def test_no_node_is_computed_before_its_operands() -> None:
    rng, leaves = random.Random(0), [Value(0.1 * k) for k in range(6)]
    nodes: list[Value] = list(leaves)
    for _ in range(300):
        row = rng.choice([mg.sin, mg.tanh, mg.relu])
        nodes.append(row(rng.choice(nodes[-40:]) + rng.choice(nodes)))
    tape = record_tape([mg.sum(nodes)], leaves, [])
    level_of = {
        node: level
        for level, found in enumerate(groups(tape, [False] * len(tape)))
        for same in found.values()
        for node in same
    }
    for node, level in level_of.items():
        assert all(level_of.get(x, 0) < level for x in tape.operands[node])


def triangle(xs: list[Value], ws: list[Value]) -> Any:
    """Softmaxes, dots, sums and maxima of 1, 2, … n terms, as the rows of causal attention have."""
    scores = [w * x for w, x in zip(ws, xs, strict=True)]
    parts = []
    for length in range(2, len(xs) + 1):
        shares = mg.softmax([xs[length - 1] * score for score in scores[:length]])
        attended = mg.dot(shares, [mg.sin(score) for score in scores[:length]])
        parts += [attended, mg.max(scores[:length]), mg.min(scores[:length])]
        parts += [mg.exp(mg.sum([mg.tanh(score) for score in scores[:length]]))]
        parts += [mg.logsumexp(scores[:length])]
    return mg.sum(parts)


def test_rows_of_a_triangle_are_few_steps_and_right() -> None:
    steps = {}
    for n in (6, 18):
        X, theta = np.random.default_rng(0).uniform(-1, 1, (2, 3, n))
        ws, xs = list(map(Value, theta[0].tolist())), [Value(0.5) for _ in range(n)]
        program = compile(triangle(xs, ws), xs, ws)
        made = program.schedule(finite=True).steps
        steps[n] = [sum(isinstance(x, kind) for x in made) for kind in (Product, Reduce, Link)]
        outs = [triangle(list(map(Value, row)), ws) for row in X.tolist()]
        mean, gradient = program.value_and_grad(X)
        assert math.isclose(mean, sum(out.data for out in outs) / 3, rel_tol=1e-13)
        slopes = np.mean([mg.gradients(out, ws) for out in outs], axis=0)
        assert np.allclose(gradient, slopes, rtol=1e-12, atol=1e-14)
    assert sum(steps[18]) < 2 * sum(steps[6])  # and not three times as many


def test_infinite_maxima_of_several_lengths() -> None:
    """What fills up the shorter rows has no effect, whatever the others are."""
    xs = [Value(1.0) for _ in range(4)]
    outs = [mg.max(xs[:n]) + mg.min(xs[:n]) + mg.sum(xs[:n]) for n in (2, 3, 4)]
    program = compile(outs, xs, [])
    X = np.array([[-math.inf, -math.inf, -math.inf, -1.0], [math.inf, math.inf, math.inf, 1.0]])
    wanted = [[x[:n].max() + x[:n].min() + x[:n].sum() for n in (2, 3, 4)] for x in X]
    assert program(X).tolist() == wanted
    assert any(isinstance(step, Reduce) for step in program.schedule().steps)
    assert not any(isinstance(step, Map) and step.op == "max" for step in program.schedule().steps)


@pytest.mark.parametrize("op", [mg.sum, mg.max, mg.min])
def test_two_lengths_are_two_steps(op: Any) -> None:
    xs = [Value(float(k)) for k in range(8)]
    program = compile([op(xs[:3]), op(xs[3:])], xs, [])
    assert sum(isinstance(step, Reduce) for step in program.schedule().steps) == 2
