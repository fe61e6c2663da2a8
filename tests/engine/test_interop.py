"""How a Value meets NumPy, printing, notebooks, conversion and copying."""

import copy
import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.engine.row import PRIMITIVES


def test_printing() -> None:
    assert repr(Value(1.5, label="a")) == "Value(data=1.5, grad=0.0, label='a')"
    assert f"{Value(1.5):.3f}|{Value(2)}" == "1.500|Value(data=2.0, grad=0.0)"
    assert repr(mg.tanh) == "<primitive tanh>"
    shown = {str(interval) for row in PRIMITIVES.values() for interval in row.domain}
    assert shown == {
        *("(−∞, ∞)", "x ≠ 0", "[0, ∞)", "(0, ∞)", "(−1, ∞)", "[1, ∞)"),
        *("[−1, 1]", "(−1, 1)"),
    }


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
        np.rint(v)


BESIDE: dict[str, tuple[Callable[[Any, Any], Any], list[float], list[float]]] = {
    # of the array [1, 2] and the Value 3: the numbers, and the derivatives by the Value
    "a + v": (lambda a, v: a + v, [4.0, 5.0], [1.0, 1.0]),
    "v - a": (lambda a, v: v - a, [2.0, 1.0], [1.0, 1.0]),
    "a - v": (lambda a, v: a - v, [-2.0, -1.0], [-1.0, -1.0]),
    "a * v": (lambda a, v: a * v, [3.0, 6.0], [1.0, 2.0]),
    "v * a": (lambda a, v: v * a, [3.0, 6.0], [1.0, 2.0]),
    "a / v": (lambda a, v: a / v, [1 / 3, 2 / 3], [-1 / 9, -2 / 9]),
    "v ** a": (lambda a, v: v**a, [3.0, 9.0], [1.0, 6.0]),
    "a ** v": (lambda a, v: a**v, [1.0, 8.0], [0.0, 8.0 * math.log(2.0)]),
    "v % a": (lambda a, v: v % a, [0.0, 1.0], [1.0, 1.0]),
    "(5a) % v": (lambda a, v: 5 * a % v, [2.0, 1.0], [-1.0, -3.0]),
    "maximum": (lambda a, v: mg.maximum(2 * a, v), [3.0, 4.0], [1.0, 0.0]),
    "where": (lambda a, v: mg.where(a > 1, v, 0.5), [0.5, 3.0], [0.0, 1.0]),
    "clip": (lambda a, v: mg.clip(v, 0.0, a), [1.0, 2.0], [0.0, 0.0]),
    "sum": (lambda a, v: mg.sum([a, v, a]), [5.0, 7.0], [1.0, 1.0]),
    "dot": (lambda a, v: mg.dot([v, 2.0], [a, a]), [5.0, 10.0], [1.0, 2.0]),
    "np.hypot by rows": (lambda a, v: np.sqrt(a * a + v * v) ** 2, [10.0, 13.0], [6.0, 6.0]),
    "hypot": (lambda a, v: mg.hypot(4 * a - 4, v), [3.0, 5.0], [1.0, 0.6]),
    "atan2": (lambda a, v: mg.atan2(3 * a - 3, v), [0.0, math.pi / 4], [0.0, -1 / 6]),
    "np.logaddexp": (
        lambda a, v: np.logaddexp(a + 2, v),
        [3 + math.log(2.0), 4 + math.log1p(math.exp(-1.0))],
        [0.5, 1 / (1 + math.e)],
    ),
}


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize("kind", [float, np.float32, int, np.uint8, object])
def test_an_array_of_numbers_beside_a_value_gives_an_array_of_values(name: str, kind: Any) -> None:
    operate, numbers, slopes = BESIDE[name]
    v = Value(3.0)
    array = np.array([1, 2]).astype(kind)
    result = operate(array, v)
    assert (type(result), result.dtype, result.shape) == (np.ndarray, object, (2,))
    assert [getattr(x, "data", x) for x in result] == pytest.approx(numbers, rel=1e-15)
    values = [x if isinstance(x, Value) else Value(x) for x in result]
    assert [mg.gradients(x, [v])[0] for x in values] == pytest.approx(slopes, rel=1e-15)
    for node in values:
        for x in mg.topological_order(node):
            assert all(type(operand) in (float, Value) for operand in x.operands)
    assert array.tolist() == [1, 2]


def test_arrays_beside_a_value_are_broadcast_and_may_be_of_any_shape() -> None:
    v: Any = Value(3.0)
    assert (np.array([[1.0], [2.0]]) * v).shape == (2, 1)
    assert (v * np.array([[1.0], [2.0]]) + np.array([v, v, v])).shape == (2, 3)
    assert (np.array([]) * v).shape == (0,)
    assert (v * np.array([True, False]))[0].operands == (v, 1.0)
    for product in (np.array(2.0) * v, v * np.array(2)):  # of shape (): a number
        assert type(product) is Value
        assert product.operands in ((2.0, v), (v, 2.0))
    with pytest.raises(ValueError, match="shapes"):
        mg.dot([np.array([1.0, 2.0])], [np.array([v, v, v])])  # type: ignore[list-item]


def test_what_no_array_of_values_can_be_is_refused() -> None:
    v: Any = Value(3.0)
    array: Any = np.array([1.0, 2.0])
    call: Any
    for call in (
        lambda: array @ v,
        lambda: v @ array,
        lambda: array // v,
        lambda: divmod(v, array),
    ):
        with pytest.raises(TypeError, match="is not defined for a Value"):
            call()
    for junk in (np.array(["a"]), np.array([1j]), np.array(["2020"], "M8[s]")):
        for call in (lambda junk=junk: junk * v, lambda junk=junk: v * junk):
            with pytest.raises(TypeError, match="operand of mul must hold real numbers"):
                call()


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
