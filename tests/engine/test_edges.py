"""Edges: whatever way a node keeps its operands in, it tells them as they were written."""

import copy
import itertools
from typing import Any

import pytest

from microgradnn import Value
from microgradnn.engine.recording import UNRECORDED
from microgradnn.engine.row import PRIMITIVES


def node_of(operands: tuple[Any, ...], local_grads: tuple[Any, ...]) -> Value:
    node: Value = Value._assembled(7.0, PRIMITIVES["sum"], operands, local_grads)
    return node


@pytest.mark.parametrize(
    "kinds", [k for n in range(1, 5) for k in itertools.product("vn", repeat=n)]
)
def test_operands_and_derivatives_come_back_in_written_order(kinds: tuple[str, ...]) -> None:
    operands = tuple(Value(float(k)) if kind == "v" else float(k) for k, kind in enumerate(kinds))
    local_grads = tuple(k + 0.5 if kind == "v" else None for k, kind in enumerate(kinds))
    node = node_of(operands, local_grads)
    assert node.operands == operands
    assert node.local_grads == local_grads
    values = [(x, d) for x, d in zip(operands, local_grads, strict=True) if d is not None]
    assert node._edges() == values
    twin = copy.copy(node)
    assert (twin.operands, twin.local_grads) == (operands, local_grads)


def test_of_one_or_two_operands_no_tuple_is_kept() -> None:
    a, b = Value(2.0), Value(3.0)
    for node, kept in (((a * b), (a, 3.0, b, 2.0)), ((a * 4.0), (a, 4.0, 4.0, None))):
        assert (node._x, node._dx, node._y, node._dy) == kept
    assert (a.exp()._x, a.exp()._y) == (a, None)


def test_a_number_that_stands_last_is_kept_beside_the_values() -> None:
    a, b = Value(2.0), Value(3.0)
    node: Value = Value._assembled(6.5, PRIMITIVES["dot"], (), ())
    node._x, node._dx, node._y, node._dy = 0.5, None, (a, b), (3.0, 2.0)
    assert node.operands == (a, b, 0.5)
    assert node.local_grads == (3.0, 2.0, None)


def test_the_operands_of_a_mode_are_kept_as_they_are() -> None:
    class Located(tuple[Any, ...]):
        line = "here"

    a = Value(2.0)
    node = node_of(Located((a, 1.0)), (1.0, None))
    assert type(node.operands) is Located
    assert node.made_at == "here"
    assert node.local_grads == (1.0, None)
    assert node_of(UNRECORDED, ()).operands is UNRECORDED


def test_what_is_traced_has_operands_but_no_derivatives() -> None:
    a = Value(2.0)
    node = node_of((a, a), ())
    assert (node.operands, node.local_grads) == ((a, a), ())
