"""Copies and pickles of graphs."""

import copy
import pickle
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from outputs import single

from microgradnn import Value, nn, no_grad, primitive, topological_order
from microgradnn.engine.row import PRIMITIVES

WAYS = [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]


@pytest.mark.parametrize("duplicate", WAYS)
def test_a_copy_is_the_same_graph_of_other_nodes(duplicate: Callable[[Any], Any]) -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    y = (a * b + 1.0) * a
    y.backward()
    twin = duplicate(y)
    ours, theirs = topological_order(y), topological_order(twin)
    assert not set(ours) & set(theirs)
    for node, other in zip(ours, theirs, strict=True):
        assert (other.data, other.grad, other.label) == (node.data, node.grad, node.label)
        assert (other.op, other.local_grads) == (node.op, node.local_grads)
        assert len(other.operands) == len(node.operands)
    twin.backward()
    leaves = {node.label: node.grad for node in topological_order(twin) if not node.operands}
    assert leaves == {"a": 2 * a.grad, "b": 2 * b.grad}


@pytest.mark.parametrize("duplicate", WAYS)
def test_leaves_stay_shared(duplicate: Callable[[Any], Any]) -> None:
    model = nn.MLP(2, [3, 1], rng=0)
    out = single(model([1.0, 2.0]))
    twin, twin_out = duplicate((model, out))
    twin_out.backward()
    out.backward()
    assert [p.grad for p in twin.parameters()] == [p.grad for p in model.parameters()]
    assert not set(twin.parameters()) & set(model.parameters())


@pytest.mark.parametrize("duplicate", WAYS)
def test_deep_graphs_need_no_recursion(duplicate: Callable[[Any], Any]) -> None:
    a = Value(1.0, label="a")
    y = a
    for _ in range(5000):
        y = y * 1.0 + a
    twin = duplicate(y)
    twin.backward()
    (leaf,) = [node for node in topological_order(twin) if not node.operands]
    assert leaf.grad == 5001.0


def test_a_shallow_copy_shares_the_operands() -> None:
    a = Value(2.0)
    y = a * a
    twin = copy.copy(y)
    assert twin is not y
    assert twin.operands == y.operands == (a, a)


def test_a_row_of_ones_own_must_be_there_where_a_graph_is_loaded() -> None:
    with mock.patch.dict(PRIMITIVES):
        double = primitive("double", lambda x: x + x, [lambda out, x: 2.0])
        graph = pickle.dumps(double(Value(3.0)))
        assert pickle.loads(graph).op is double
    with pytest.raises(LookupError, match=r"'double'; define it with mg\.primitive"):
        pickle.loads(graph)


@pytest.mark.parametrize("duplicate", [copy.copy, *WAYS])
def test_what_was_not_recorded_stays_so(duplicate: Callable[[Any], Any]) -> None:
    with no_grad():
        y = Value(2.0) * 3.0
    y.label, y.grad = "y", 5.0
    twin = duplicate(y)
    assert (twin.data, twin.grad, twin.label, twin.operands) == (6.0, 5.0, "y", ())
    with pytest.raises(RuntimeError, match="computed inside no_grad"):
        twin.backward()
    later = duplicate(y * 2.0)
    later.backward()
    (leaf,) = [node for node in topological_order(later) if not node.operands]
    assert leaf.grad == 5.0 + 2.0  # what it had, and what it has received
