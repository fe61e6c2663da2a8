"""Functions of lists and with defaults."""

import math
import re
from functools import partial
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.engine import functions, reductions, table


@pytest.mark.parametrize("name", ["sum", "max", "min", "logsumexp"])
def test_a_list_becomes_one_node(name: str) -> None:
    xs = [Value(1.0), Value(2.0), Value(3.0)]
    node = getattr(functions, name)(xs)
    assert node.op is getattr(reductions, name)
    assert node.operands == tuple(xs)
    with pytest.raises(ValueError, match="xs is empty"):
        getattr(functions, name)([])
    with pytest.raises(TypeError, match="xs must be a list of numbers or Values, got float"):
        getattr(functions, name)(1.0)


def test_mean() -> None:
    xs = [Value(1.0), Value(2.0), Value(6.0)]
    assert mg.mean(xs).data == 3.0
    assert mg.gradients(mg.mean(xs), xs) == [1 / 3] * 3


def test_dot_takes_lists_of_one_length() -> None:
    w, x = [Value(0.5), Value(-0.25)], [1.0, 2.0]
    node = mg.dot(w, x, bias=0.125)
    assert (node.data, node.operands) == (0.125, (*w, *x, 0.125))
    with pytest.raises(ValueError, match="ws has 2 elements and xs has 1"):
        mg.dot(w, [1.0])


def test_a_table_is_refused_whose_axis_nobody_has_named() -> None:
    """`dot(W, x)` of a square W would be another product than NumPy's."""
    W, x = np.array([[1.0, 2.0], [3.0, 4.0]]), [1.0, 2.0]
    for call in (functions.sum, functions.mean, functions.max, functions.logsumexp):
        with pytest.raises(TypeError, match=r"xs must .* table of shape \(2, 2\); take row"):
            call(W)
    with pytest.raises(TypeError, match=r"\[… for row in xs\]; or list\(xs\), for the rows as"):
        functions.softmax(W)
    for ws, xs in ((W, x), (x, W)):
        with pytest.raises(TypeError, match="must be a list of numbers or Values, got a table"):
            functions.dot(ws, xs)
    assert [functions.dot(row, x) for row in W] == [5.0, 11.0]
    of_rows: Any = functions.sum(list(W))
    assert of_rows.tolist() == [4.0, 6.0]


def test_softmax_gives_all_shares() -> None:
    shares = mg.softmax([math.log(1.0), math.log(3.0)])
    assert shares == pytest.approx([0.25, 0.75], rel=1e-15)
    xs = [Value(0.0), Value(1.0)]
    assert [share.operands for share in mg.softmax(xs)] == [(0.0, *xs), (1.0, *xs)]


def test_take_gives_the_element_itself_or_a_node() -> None:
    xs: list[Any] = [Value(2.0), 3.0, Value(5.0)]
    assert mg.take(xs, 2) is xs[2]
    assert mg.take(xs, 1.0) == 3.0
    assert type(mg.take([1, 2], True)) is float
    index = Value(2.0)
    node = mg.take(xs, index)
    assert (node.op, node.operands) == (reductions.take, (index, *xs))
    assert mg.gradients(node * 4, [index, xs[0], xs[2]]) == [0.0, 0.0, 4.0]
    # By an index that is a Value derivatives of every order are right: (x²)³ has 30·x⁴.
    x = Value(2.0)
    cube = mg.take([x, x * x, 1.0], Value(1.0)) ** 3
    (slope,) = mg.gradients(cube, [x], create_graph=True)
    assert mg.gradients(slope, [x]) == [30.0 * 16.0]
    assert math.isnan(mg.take(xs, Value(math.nan)).data)
    with mg.no_grad():
        assert mg.take(xs, index).data == 5.0


@pytest.mark.parametrize("wrong", [3, -1, 0.5, Value(3.0), Value(-1.0), Value(1.5)])
def test_take_refuses_what_is_no_place(wrong: Any) -> None:
    with pytest.raises(ValueError, match="index must be a whole number from 0 to 2, got"):
        mg.take([1.0, Value(2.0), 3.0], wrong)
    with pytest.raises(ValueError, match="xs is empty"):
        mg.take([], wrong)


def test_differences_see_the_jump_in_an_index() -> None:
    check = mg.gradcheck(lambda a, b: mg.take([a * b, a], Value(0.0)) * a, [3.0, 4.0])
    assert check.analytic == [24.0, 9.0]
    assert check.ok
    by_index = mg.gradcheck(lambda i, a: mg.take([a, 2.0], i), [0.0, 3.0])
    assert by_index.analytic == [0.0, 1.0]
    assert math.isnan(by_index.numeric[0])  # beside a place there is nothing
    assert by_index.numeric[1] == pytest.approx(1.0)


def test_defaults_are_pytorchs() -> None:
    x = Value(-2.0)
    assert mg.leaky_relu(x).operands == (x, 0.01)
    assert mg.leaky_relu(x, 0.5).data == -1.0
    assert mg.elu(x).operands == (x, 1.0)
    assert mg.elu(x).op is table.elu
    assert mg.elu(x).data == math.expm1(-2.0)


def test_clip_checks_its_bounds() -> None:
    assert [mg.clip(x, 0, 1) for x in (-1.0, 0.5, 2.0)] == [0.0, 0.5, 1.0]
    with pytest.raises(ValueError, match="low must not be above high, got low = 2 and high = 1"):
        mg.clip(0.5, 2, 1)
    with pytest.raises(TypeError, match="high must be a real number, got str"):
        mg.clip(0.5, 0, "1")  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        *(
            (partial(getattr(mg, name), [1.0, None]), "xs[1]")
            for name in ("sum", "max", "min", "logsumexp")
        ),
        (lambda: mg.mean(["a"]), "xs[0]"),  # type: ignore[list-item]
        (lambda: mg.softmax([Value(1.0), 1j]), "xs[1]"),  # type: ignore[list-item]
        (lambda: mg.dot([1, 2], [1, [2]]), "xs[1]"),  # type: ignore[list-item]
        (lambda: mg.dot([Value(1.0), None], [1, 2]), "ws[1]"),  # type: ignore[list-item]
        (lambda: mg.dot([1], [2], None), "bias"),  # type: ignore[call-overload]
        (lambda: mg.leaky_relu("a"), "x"),  # type: ignore[call-overload]
        (lambda: mg.leaky_relu(1.0, "a"), "slope"),  # type: ignore[call-overload]
        (lambda: mg.elu(Value(1.0), None), "alpha"),  # type: ignore[call-overload]
        (lambda: mg.clip(None, 0, 1), "x"),  # type: ignore[call-overload]
        (lambda: mg.clip(1, None, 1), "low"),  # type: ignore[call-overload]
        (lambda: mg.clip(Value(1.0), 0.0, [1]), "high"),  # type: ignore[call-overload]
    ],
)
def test_what_is_refused_is_called_as_the_user_calls_it(call: Any, name: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(name)} must be a real number, got "):
        call()


def test_names_of_pythons_own_are_not_taken_by_an_import_of_all() -> None:
    assert not {"max", "min", "sum"} & set(functions.__all__)
    assert not {"abs", "pow"} & set(table.__all__)
    assert (mg.sum, mg.abs) == (functions.sum, table.abs)


def test_a_row_for_other_rows_is_no_public_name() -> None:
    assert "sigmoid_slope" not in {*table.__all__, *dir(mg)}
    assert mg.grad(mg.sigmoid)(0.0) == table.sigmoid_slope(0.0) == 0.25
