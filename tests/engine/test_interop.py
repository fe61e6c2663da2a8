"""How a Value meets NumPy, printing, notebooks, conversion and copying."""

import copy
import math
import xml.etree.ElementTree as ElementTree
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.engine import assign
from microgradnn.engine.row import PRIMITIVES


def test_printing() -> None:
    assert repr(Value(1.5, label="a")) == "Value(data=1.5, grad=0.0, label='a')"
    assert f"{Value(1.5):.3f}|{Value(2)}" == "1.500|Value(data=2.0, grad=0.0)"
    assert repr(mg.tanh) == "<primitive tanh>"
    shown = {str(interval) for row in PRIMITIVES.values() for interval in row.domain}
    assert shown == {"(-inf, inf)", "[0, inf)", "(0, inf)", "x ≠ 0", "(-1, inf)", "[-1, 1]"}


def test_float_is_refused_with_a_hint() -> None:
    with pytest.raises(TypeError, match=r"mg\.tanh"):
        math.tanh(Value(1.0))


def test_object_arrays_work_elementwise() -> None:
    v: Any = Value(3.0)
    array = np.array([Value(1.0), Value(2.0)])
    for product in (v * array, array * v):
        assert [x.data for x in product] == [3.0, 6.0]
    matrix = np.array([[v, v], [v, 2.0]])
    assert [x.data for x in matrix @ array] == [9.0, 7.0]
    assert [x.data for x in mg.tanh(array)] == [math.tanh(1), math.tanh(2)]
    assert [x.data for x in mg.maximum(array, 1.5)] == [1.5, 2.0]
    assert [x.data for x in np.exp(array)] == [math.exp(1), math.exp(2)]


def test_ufuncs_of_a_value_are_our_functions() -> None:
    v = Value(0.5)
    assert np.exp(v).operands == (v,)
    assert np.arcsin(v).data == math.asin(0.5)
    with pytest.raises(TypeError, match="not defined for a Value"):
        np.floor(v)


def test_a_float_array_beside_a_value_is_refused_from_both_sides() -> None:
    array, v = np.array([1.0, 2.0]), Value(3.0)
    for operate in (lambda: array * v, lambda: v * array, lambda: array + v, lambda: v - array):
        with pytest.raises(TypeError, match="object array of"):
            operate()


# ---- Pictures ----------------------------------------------------------------------------------


def chain(nodes: int) -> Value:
    """A graph of so many nodes, its leaf included."""
    y = Value(1.0)
    for _ in range(nodes - 1):
        y = y + 1.0
    return y


def test_a_notebook_shows_a_small_graph_as_a_picture() -> None:
    picture = (Value(2.0, label="speed") * 3.0)._repr_svg_()
    assert picture is not None
    assert ElementTree.fromstring(picture).tag.endswith("svg")
    assert "speed" in picture
    assert picture == mg.draw(Value(2.0, label="speed") * 3.0).svg


def test_of_more_than_sixty_nodes_it_shows_the_text() -> None:
    assert chain(60)._repr_svg_() is not None
    assert chain(61)._repr_svg_() is None
    leaves = [Value(1.0) for _ in range(59)]
    assert mg.sum(leaves)._repr_svg_() is not None
    assert mg.sum([*leaves, Value(1.0)])._repr_svg_() is None
    assert mg.sum([leaves[0], 2.0] * 100)._repr_svg_() is not None  # two nodes
    y = leaves[0]
    for _ in range(59):  # 60 nodes, to which there are 2⁵⁹ ways
        y = y * y
    assert y._repr_svg_() is not None


# ---- Copies ------------------------------------------------------------------------------------


def test_a_shallow_copy_has_all_that_the_node_has() -> None:
    a = Value(2.0)
    y = a * 3.0
    y.label = "y"
    y.backward(5.0)
    for node in (a, y):
        twin = copy.copy(node)
        assert twin is not node
        for name in Value.__slots__:
            assert getattr(twin, name) is getattr(node, name)


# ---- Setting numbers ---------------------------------------------------------------------------


def test_assign_gives_each_value_its_number() -> None:
    values = [Value(0.0, label="w"), Value(0.0), Value(0.0)]
    values[0].grad = 7.0
    assign(values, [1, np.float32(0.5), True])
    assert [x.data for x in values] == [1.0, 0.5, 1.0]
    assert [type(x.data) for x in values] == [float] * 3
    assert (values[0].grad, values[0].label) == (7.0, "w")
    assign(np.array(values, dtype=object), np.array([1.5, 2.5, -0.0]))
    assert [str(x.data) for x in values] == ["1.5", "2.5", "-0.0"]
    assign([], [])


def test_assign_sets_all_or_none() -> None:
    values = [Value(1.0), Value(2.0)]
    with pytest.raises(ValueError, match="values has 2 elements and numbers has 1"):
        assign(values, [5.0])
    with pytest.raises(ValueError, match="values has 2 elements and numbers has 3"):
        assign(values, [5.0, 6.0, 7.0])
    with pytest.raises(TypeError, match=r"numbers\[1\] must be a real number, got NoneType"):
        assign(values, [5.0, None])
    assert [x.data for x in values] == [1.0, 2.0]
