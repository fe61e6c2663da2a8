"""Trees of numbers: taken apart, put together, and refused by the place of what is wrong."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgradnn import Value
from microgradnn.transforms.trees import filled, flatten, in_words, mapped, must_match

Point = namedtuple("Point", "x y")


def arrays() -> st.SearchStrategy[Any]:
    shapes = st.lists(st.integers(0, 3), min_size=1, max_size=3)
    return shapes.map(lambda shape: np.arange(float(np.prod(shape))).reshape(shape))


def containers(trees: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(trees, max_size=3),
        st.lists(trees, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from(["a", "b", 3]), trees),
        st.builds(Point, trees, trees),
    )


TREES = st.recursive(st.floats(-9, 9) | arrays(), containers)


def equal(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return list(a) == list(b) and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and bool((a == b).all())
    return bool(a == b)


@given(TREES)
def test_a_tree_is_put_together_again(tree: Any) -> None:
    numbers: list[Any] = [-1.0]  # what is there already
    form = flatten([0.0, tree], "x", numbers)
    assert {type(x) for x in numbers} == {float}
    assert equal(filled(form, numbers), [0.0, tree])
    again: list[Any] = [-1.0]
    must_match(form, flatten(filled(form, numbers), "x", again), "a", "b")
    assert numbers == again


def test_numbers_of_all_kinds_become_floats_and_values_stay() -> None:
    v, numbers = Value(1.0), list[Any]()
    tree = [True, 2, np.float32(0.5), np.int64(3), v, np.array(4), np.array([5, 6], dtype=np.int8)]
    flatten(tree, "x", numbers)
    assert numbers == [1.0, 2.0, 0.5, 3.0, v, 4.0, 5.0, 6.0]
    assert {type(x) for x in numbers if x is not v} == {float}


def test_an_array_of_objects_is_one_of_floats_if_all_of_them_are() -> None:
    v = Value(1.0)
    form = flatten(np.array([v, 2, 3.0], dtype=object), "x", [])
    assert filled(form, [1.0, 2.0, 3.0]).dtype == float
    assert filled(form, [1.0, v, 3.0]).tolist() == [1.0, v, 3.0]
    zero = flatten(np.array(v, dtype=object), "x", [])
    assert filled(zero, [2.0]).shape == ()


def test_the_order_in_which_a_dict_was_made_does_not_matter() -> None:
    numbers, others = list[Any](), list[Any]()
    form = flatten({"b": 1.0, "a": [2.0]}, "x", numbers)
    must_match(flatten({"a": [2.0], "b": 1.0}, "x", others), form, "a", "b")
    assert numbers == others
    assert list(filled(form, numbers)) == ["b", "a"]
    assert filled(flatten(OrderedDict(z=1.0), "x", []), [5.0]) == {"z": 5.0}


def test_what_is_given_stays_as_it_is() -> None:
    inner, array = [1.0, 2.0], np.array([3.0])
    form = flatten([inner, array], "x", [])
    other = filled(form, [7.0, 8.0, 9.0])
    other[0].append(0.0)
    other[1][0] = 0.0
    assert inner == [1.0, 2.0]
    assert array.tolist() == [3.0]


@pytest.mark.parametrize(
    ("tree", "error", "message"),
    [
        ([], ValueError, "x is empty; at least one number is needed"),
        ({"a": ((), np.zeros((0, 3)))}, ValueError, "x is empty"),
        ([1.0, {"w": [2.0, "3"]}], TypeError, r"x\[1\]\['w'\]\[1\] must be a real number, got str"),
        (np.array([[1.0, "2"]], dtype=object), TypeError, r"x\[0\]\[1\] must be a real number"),
        ([np.array(["a"])], TypeError, r"x\[0\] must hold real numbers"),
        (np.array([1j]), TypeError, "x must hold real numbers, got dtype complex128"),
        ([np.ma.array([1.0], mask=[True])], TypeError, r"x\[0\] has a mask"),
        ([None], TypeError, r"x\[0\] must be a real number, got NoneType"),
        ({1.0, 2.0}, TypeError, "x must be a real number, got set"),
        ([10**400], OverflowError, r"x\[0\] is an int too large"),
    ],
)
def test_what_is_no_tree_of_numbers_is_refused(
    tree: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        flatten(tree, "x", [])


def test_endless_trees_are_refused() -> None:
    endless: list[Any] = [1.0]
    endless.append(endless)
    deep: Any = 1.0
    for _ in range(10_000):
        deep = [deep]
    for tree in (endless, deep):
        with pytest.raises(ValueError, match="x is nested too deeply, or it is in itself"):
            flatten(tree, "x", [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1.0], (1.0,)),
        ([1.0], [1.0, 1.0]),
        ([1.0], 1.0),
        ({"a": 1.0}, {"b": 1.0}),
        (np.zeros(2), [0.0, 0.0]),
        (np.zeros(4), np.zeros((2, 2))),
        (np.zeros(1), 0.0),
        (Point(1.0, 2.0), {"x": 1.0, "y": 2.0}),
    ],
)
def test_forms_that_differ_are_refused_in_words(one: Any, other: Any) -> None:
    forms = flatten(one, "x", []), flatten(other, "y", [])
    for a, b in (forms, forms[::-1]):
        with pytest.raises(ValueError, match="x must have the form of y, ") as caught:
            must_match(a, b, "x", "y")
        assert str(caught.value).endswith(f", {in_words(b)}; got {in_words(a)}")


def test_a_form_in_words() -> None:
    form = flatten([1.0, {"w": np.zeros((2, 3))}, Point(1.0, np.zeros(2))], "x", [])
    assert in_words(form) == "[number, {'w': array(2, 3)}, Point(x=number, y=array(2,))]"
    assert len(in_words(flatten([1.0] * 100, "x", []))) == 80


def test_mapped_gives_the_keys_that_lead_to_each() -> None:
    found = mapped(lambda x, path: (path, x), {"a": [1.0, (2.0,)], "b": Point(3.0, 4.0)})
    assert found == {
        "a": [(("a", 0), 1.0), ((("a", 1, 0), 2.0),)],
        "b": Point((("b", 0), 3.0), (("b", 1), 4.0)),
    }
