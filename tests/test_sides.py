"""Derivatives of the user's own rows that choose a side."""

import copy
import itertools
import math
import pickle
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest

import microgradnn as mg
from microgradnn import Value, where
from microgradnn.engine import PRIMITIVES


@pytest.fixture(autouse=True)
def _own_rows_go_again() -> Iterator[None]:
    with mock.patch.dict(PRIMITIVES):
        yield


NUMBERS = itertools.count()  # rows are recorded by what is compiled for their names


def bent() -> Any:
    """x³ above 0, else eˣ − 1 (of which the third derivative is eˣ, and that of x³ 6)."""
    return mg.primitive(
        f"sided_bent{next(NUMBERS)}",
        lambda x: x**3 if x > 0 else math.expm1(x),
        [lambda out, x: where(x > 0, 3 * x * x, mg.exp(x))],
    )


def derivative(f: Callable[[Any], Any], x: Value, order: int) -> Any:
    out = f(x)
    for _ in range(order):
        (out,) = mg.gradients(out, [x], create_graph=True)
    return out


ABOVE: list[Callable[[float], float]] = [
    lambda x: 3 * x * x,
    lambda x: 6 * x,
    lambda x: 6.0,
    lambda x: 0.0,
    lambda x: 0.0,
]


@pytest.mark.parametrize("start", [-1.0, 0.0, 2.0])
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_every_derivative_is_right_on_both_sides(order: int, start: float) -> None:
    x = Value(start)
    found = derivative(bent(), x, order)
    points = [-3.0, -0.5, 0.25, 2.0]
    wanted = [ABOVE[order - 1](t) if t > 0 else math.exp(t) for t in points]
    assert found.data == (ABOVE[order - 1](start) if start > 0 else math.exp(start))
    program = mg.compile(found, [x])
    assert program([[t] for t in points]) == pytest.approx(wanted, rel=1e-12)
    slopes = [ABOVE[order](t) if t > 0 else math.exp(t) for t in points]
    assert program.jacobian([[t] for t in points]).ravel() == pytest.approx(slopes, rel=1e-12)
    pytest.importorskip("llvmlite", reason="the native back end needs llvmlite")
    native = mg.compile(found, [x], backend="native")
    assert native([[t] for t in points]) == pytest.approx(wanted, rel=1e-12)


def test_two_operands_and_two_conditions() -> None:
    band = mg.primitive(
        "sided_band",
        lambda x, y: x * y * y if 0 < x <= y else 0.0,
        [
            lambda out, x, y: where((x > 0) & (x <= y), y * y, 0.0),
            lambda out, x, y: where((x > 0) & (x <= y), 2 * x * y, 0.0),
        ],
    )
    points = [(1.0, 2.0), (3.0, 2.0), (-1.0, 2.0), (0.5, 3.0)]
    for start, by in itertools.product(points, itertools.product((0, 1), repeat=2)):
        values = [*map(Value, start)]
        out = band(*values) * values[0]
        for place in by:
            (out,) = mg.gradients(out, [values[place]], create_graph=True)
        # Of x²y² by the rules of school, inside the band.
        squares = {(0, 0): 1, (1, 1): 0}
        slopes = [2 * xy[squares[by]] ** 2 if by in squares else 4 * math.prod(xy) for xy in points]
        pairs = zip(points, slopes, strict=True)
        wanted = [slope if 0 < x <= y else 0.0 for (x, y), slope in pairs]
        assert mg.compile(out, values)(points).tolist() == pytest.approx(wanted)


def test_the_side_that_is_not_taken_does_not_count() -> None:
    # √x has no value below 0, and an infinite slope at 0; these are not on the chosen side.
    root = mg.primitive(
        "sided_root",
        lambda x: math.sqrt(x) if x > 1 else x,
        [lambda out, x: where(x > 1, 0.5 / out, 1.0)],
    )
    steep = mg.primitive(
        "sided_steep", lambda x: x, [lambda out, x: where(x > 1, 0.5 / mg.sqrt(x), 1.0)]
    )
    for row in (root, steep):
        for start in (-2.0, 0.0):
            x = Value(start)
            assert [derivative(row, x, order).data for order in (1, 2, 3)] == [1.0, 0.0, 0.0]
    x = Value(-2.0)
    bend = derivative(steep, x, 2)
    assert mg.compile(bend, [x])([[4.0], [-1.0]]).tolist() == [-0.25 * 4.0**-1.5, 0.0]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_copies_choose_as_well(order: int, copied: Callable[[Any], Any]) -> None:
    x = Value(-1.0)
    found, leaf = copied((derivative(bent(), x, order), x))
    assert mg.compile(found, [leaf])([[2.0]])[0] == ABOVE[order - 1](2.0)


def test_a_pickle_needs_its_users_row() -> None:
    x = Value(-1.0)
    row = bent()
    data = pickle.dumps(derivative(row, x, 2))
    for name in [name for name in PRIMITIVES if name.startswith(row.name)]:
        del PRIMITIVES[name]
    with pytest.raises(LookupError, match=f"no primitive '{row.name}'; define it with mg.prim"):
        pickle.loads(data)
    PRIMITIVES[row.name] = row  # as the program that loads it will define it
    assert pickle.loads(data).data == math.exp(-1.0)


def test_what_asks_by_if_is_right_at_its_numbers_and_refused_by_compile() -> None:
    hard = mg.primitive(
        "sided_hard", lambda x: x * x if x > 0 else 0.0, [lambda out, x: 2 * x if x > 0 else 0.0]
    )
    x, other = Value(3.0), Value(1.0)
    assert [derivative(hard, x, order).data for order in (1, 2, 3)] == [6.0, 2.0, 0.0]
    for order in (1, 2):
        with pytest.raises(ValueError, match=r"a derivative of sided_hard was recorded.*mg\.where"):
            mg.compile(derivative(hard, x, order), [x])
    slope = derivative(hard, x, 1) * other
    assert mg.compile(slope, [other])([[2.0]]).tolist() == [12.0]
    assert mg.compile(hard(x), [x])([[2.0], [-1.0]]).tolist() == [4.0, 0.0]


def test_a_row_that_chooses_nothing_makes_no_row_of_its_derivatives() -> None:
    cube = mg.primitive("sided_cube", lambda x: x**3, [lambda out, x: 3 * x * x])
    wave = mg.primitive("sided_wave", math.sin, [lambda out, x: math.cos(x)])
    before = {*PRIMITIVES}
    assert derivative(cube, Value(2.0), 2).data == 12.0
    assert wave(Value(0.0)).local_grads == (1.0,)
    assert {*PRIMITIVES} == before


def test_a_trace_selects_by_itself() -> None:
    row, fixed = bent(), Value(2.0)

    def slope(xs: Any) -> Any:
        return derivative(row, xs[0], 1) + derivative(row, fixed, 1)

    assert mg.compile(slope, example_inputs=[[-1.0]])([[2.0], [0.0]]).tolist() == [24.0, 13.0]


def test_a_partial_whose_constant_changes_is_right_and_refused() -> None:
    slope = [2.0]
    row = mg.primitive(
        "sided_changing",
        lambda x: slope[0] * x if x > 0 else 0.0,
        [lambda out, x: where(x > 0, slope[0], 0.0)],
    )
    x = Value(1.0)
    assert mg.compile(derivative(row, x, 1) * x, [x])([[3.0], [-1.0]]).tolist() == [6.0, 0.0]
    slope[0] = 5.0
    found = derivative(row, x, 1) * x
    assert (found.data, mg.gradients(found, [x])) == (5.0, [5.0])
    for again in (found, pickle.loads(pickle.dumps(found))):
        leaf = next(y for y in mg.topological_order(again) if not y.operands)
        with pytest.raises(ValueError, match="was recorded"):
            mg.compile(again, [leaf])


def test_a_partial_that_is_a_loop_is_no_longer_to_write_down_than_to_run() -> None:
    def looped(out: Any, x: Any) -> Any:
        for _ in range(60):  # as a tree it has 2⁶⁰ leaves
            x = x * 0.5 + x * 0.5
        for _ in range(2000):
            x = x + 0.0
        return where(x > 0, x, 0.0)

    row = mg.primitive("sided_loop", lambda x: x * x / 2 if x > 0 else 0.0, [looped])
    x = Value(-1.0)
    assert mg.compile(derivative(row, x, 2), [x])([[2.0], [-2.0]]).tolist() == [1.0, 0.0]


def test_pictures_and_pages_show_such_a_derivative() -> None:
    x = Value(2.0, label="x")
    bend = derivative(bent(), x, 2)
    assert "′" in mg.draw(bend).svg
    assert "′" in str(mg.steps(bend))
    assert "bent" in mg.explore(bend).html
    assert mg.explain(bend, x).total == 6.0
