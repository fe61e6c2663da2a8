"""Programs that draw a graph: they walk over `_prev`; `_op`, `label`, `data`, `grad` are shown."""

import importlib
from typing import Any

import numpy as np
import pytest
from test_lectures import labelled

from microgradnn.engine import Value


def trace(root: Any) -> tuple[set[Any], set[tuple[Any, Any]]]:
    nodes, edges = set(), set()

    def build(v: Any) -> None:
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def dot_text(root: Any) -> list[str]:
    """Boxes of values, circles of operations, and the arrows between them."""
    nodes, edges = trace(root)
    lines = []
    for n in nodes:
        lines.append(f"{id(n)} [{n.label} | data {n.data:.4f} | grad {n.grad:.4f}]")
        if n._op:
            lines.append(f"{id(n)}{n._op} ({n._op})")
            lines.append(f"{id(n)}{n._op} -> {id(n)}")
    for n1, n2 in edges:
        lines.append(f"{id(n1)} -> {id(n2)}{n2._op}")
    return lines


def test_a_picture_of_the_neuron() -> None:
    values = labelled()
    values["o"].backward()
    nodes, edges = trace(values["o"])
    assert nodes == set(values.values())
    pairs = {(a.label, b.label) for a, b in edges}
    written = "x1-x1w1 w1-x1w1 x2-x2w2 w2-x2w2 x1w1-both x2w2-both both-n b-n n-o"
    assert pairs == {tuple(pair.split("-")) for pair in written.split()}
    assert {v.label: v._op for v in nodes if v._op} == {
        "x1w1": "*",
        "x2w2": "*",
        "both": "+",
        "n": "+",
        "o": "tanh",
    }
    lines = dot_text(values["o"])
    assert len(lines) == 10 + 2 * 5 + 9
    o = values["o"]
    assert f"{id(o)} [o | data {np.tanh(0.875):.4f} | grad 1.0000]" in lines
    assert f"{id(values['n'])} -> {id(o)}tanh" in lines


def test_numbers_among_the_operands_are_leaves_of_a_picture() -> None:
    a = Value(-4.0, label="a")
    c = (2 * a + 1.0).relu() + a**3
    nodes, edges = trace(c)
    assert sorted(n._op for n in nodes) == ["", "", "", "*", "**3", "+", "+", "ReLU"]
    assert sorted(n.data for n in nodes if not n._op) == [-4.0, 1.0, 2.0]
    assert all(n1 in nodes and n2 in nodes for n1, n2 in edges)
    assert len(edges) == 8
    assert len(dot_text(c)) == 8 + 2 * 5 + 8
    constant = next(n for n in nodes if n.data == 2.0)
    assert (constant._prev, constant._op, constant.grad) == (set(), "", 0.0)


def test_levels_of_a_graph() -> None:
    """As a visualiser that places each value in a column: the longest way to a leaf."""

    def level(v: Any, known: dict[Any, int]) -> int:
        if v not in known:
            known[v] = 1 + max((level(child, known) for child in v._prev), default=-1)
        return known[v]

    values = labelled()
    known: dict[Any, int] = {}
    level(values["o"], known)
    columns = dict.fromkeys(["x1", "x2", "w1", "w2", "b"], 0)
    columns |= {"x1w1": 1, "x2w2": 1, "both": 2, "n": 3, "o": 4}
    assert {v.label: k for v, k in known.items()} == columns


def test_micrograd_agrees() -> None:
    pytest.importorskip("micrograd", reason="compares with micrograd: pip install micrograd")
    their_class = importlib.import_module("micrograd.engine").Value
    results = []
    for value_class in (their_class, Value):
        a, b, c = value_class(-1.5), value_class(2.0), value_class(0.25)
        d = ((a * b + b**3) / c - a).relu() * 0.5 + (1 - c) ** 2 + 3 / b
        d.backward()
        operations = sorted(v._op for v in trace(d)[0])
        results.append((d.data, a.grad, b.grad, c.grad))
        assert "ReLU" in operations
        assert "**3" in operations
    assert results[1] == pytest.approx(results[0], rel=1e-14)
