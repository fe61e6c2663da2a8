"""Recorded derivatives, compiled: right for all numbers, whatever side they were recorded on."""

from __future__ import annotations

import copy
import itertools
import math
import pickle
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest
from properties.strategies import kinks

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.engine import topological_order
from microgradnn.engine.row import PRIMITIVES, Primitive

ROWS = [row for row in PRIMITIVES.values() if row.kind != "custom"]
Point = tuple[float, ...]

# Of one operand, of each of two, and so on: below, between, above and at the kinks of the table.
NUMBERS = {2: (-1.0, 0.0, 0.5, 2.0), 3: (-1.0, 0.5, 2.0)}
NUMBERS[1] = (-2.5, -0.5, 0.0, 0.25, 0.5, 1.0, 2.0, 3.0)


def case(row: Primitive) -> tuple[Callable[..., Any], list[Point]]:
    """A function of Values alone, and the points at which it is recorded and run."""
    if row.name == "softmax":
        return partial(row, 1.0), list(itertools.product(NUMBERS[2], repeat=2))
    if row.name == "take":
        lists = itertools.product(NUMBERS[3], repeat=2)
        return row, [(index, *xs) for xs in lists for index in (0.0, 1.0)]
    count = row.arity or (4 if row.name.startswith("cross_entropy") else 3)
    return row, list(itertools.product(NUMBERS.get(count, (-1.0, 2.0)), repeat=count))


def derivative(f: Callable[..., Any], values: Sequence[Value], places: Sequence[int]) -> Value:
    """The derivative by the operands at `places` of f, times what makes it constant nowhere."""
    out: Value = f(*values) * math.prod([0.5 * x + 0.75 for x in values])
    for place in places:
        (out,) = mg.gradients(out, [values[place]], create_graph=True)
    return out


def number_at(f: Callable[..., Any], point: Point, places: Sequence[int]) -> float | None:
    try:
        return derivative(f, [*map(Value, point)], places).data
    except (ValueError, ArithmeticError):
        return None


def is_regular(row: Primitive, point: Point) -> bool:
    """Whether a point lies inside the domain and off the kinks: there nothing may be refused."""
    pairs = zip(point, row.domain, strict=False)  # a row of many operands has one interval
    inside = all(x in interval and x not in interval[:2] for x, interval in pairs)
    return inside and all(kink(*point) for kink in kinks(row))


def check(row: Primitive, f: Callable[..., Any], points: list[Point], places: Sequence[int]) -> int:
    """Record at some of the points, run at all; give how many of the results could be compared."""
    right = {point: number_at(f, point, places) for point in points}
    compared = 0
    step = max(1, len(points) // 5)
    for place, start in enumerate(points):
        is_tie = len({*start}) == 1  # the origin is one
        if right[start] is None or (place % step and not is_tie):
            continue
        values = [*map(Value, start)]
        recorded = derivative(f, values, places)
        try:
            program = mg.compile(recorded, values)
        except (ValueError, ArithmeticError):
            assert not is_regular(row, start), (places, start)
            continue
        for point, wanted in right.items():
            if wanted is None:
                continue
            try:
                found = program([point])[0]
            except (ValueError, ArithmeticError):
                assert not is_regular(row, point), (places, start, point)
            else:
                near = pytest.approx(wanted, rel=1e-9, abs=1e-9, nan_ok=True)
                assert found == near, (places, start, point)
                compared += 1
    return compared


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_recorded_derivative_is_right_on_every_side(row: Primitive) -> None:
    f, points = case(row)
    count = len(points[0])
    single, twice = [(k,) for k in range(count)], [(k, k) for k in range(count)]
    for places in {*single, *twice, (0, count - 1), (count - 1, 0)}:
        assert check(row, f, points, places) >= len(points) / 2


@pytest.mark.parametrize("is_traced", [False, True])
@pytest.mark.parametrize("act", ["relu", "elu", "leaky_relu", "tanh"])
def test_a_differential_equation_stays_right_when_the_weights_move(
    act: Any, is_traced: bool
) -> None:
    network = nn.MLP(1, [4, 1], act, rng=0)

    def slope(x: Any) -> Any:
        return mg.jvp(lambda x: network([x]), (x,), (1.0,))[1]

    def loss(_: Any) -> Any:
        bends = [mg.jvp(slope, (x,), (1.0,))[1] for x in (-1.0, 0.25, 2.0)]
        return mg.mean([(b + slope(0.5) * network([0.3])) ** 2 for b in bends])

    weights = network.parameters()
    recorded = mg.compile(loss([]), [], weights)
    program = mg.compile(loss, example_inputs=[[]], params=weights) if is_traced else recorded
    rng = np.random.default_rng(1)
    for theta in rng.normal(size=(5, len(weights))):
        program.write_params(theta)
        network.zero_grad()
        again = loss([])
        again.backward()
        mean, gradient = program.value_and_grad(None)
        assert mean == pytest.approx(again.data)
        np.testing.assert_allclose(gradient, [w.grad for w in weights], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_choose_their_sides_too(copied: Callable[[Value], Value]) -> None:
    x = Value(2.0, label="x")
    (slope,) = mg.gradients(mg.relu(x) * x, [x], create_graph=True)
    again = copied(slope)
    (leaf,) = [y for y in topological_order(again) if y.label == "x"]
    assert mg.compile(again, [leaf])([[3.0], [-1.0]]).tolist() == [6.0, 0.0]


def test_all_back_ends_choose_a_side() -> None:
    x, slope = Value(-1.0), Value(0.5)
    (found,) = mg.gradients(mg.leaky_relu(x, slope) * x, [x], create_graph=True)
    X = [[3.0, 0.5], [-1.0, 0.25]]
    wanted = [6.0, -0.5]
    assert mg.compile(found, [x, slope])(X).tolist() == wanted
    assert mg.compile(found, [x, slope]).jacobian(X).tolist() == [[[2.0, 0.0]], [[0.5, -2.0]]]
    pytest.importorskip("llvmlite", reason="the native back end needs llvmlite")
    assert mg.compile(found, [x, slope], backend="native")(X).tolist() == wanted


def test_sides_of_what_is_neither_input_nor_parameter_are_settled() -> None:
    x, fixed = Value(2.0), Value(-1.0)
    (slope,) = mg.gradients(mg.relu(fixed) * x + mg.maximum(fixed, 0.5) * x**2, [x, fixed], True)[
        :1
    ]
    assert mg.compile(slope, [x])([[3.0]]).tolist() == [3.0]
