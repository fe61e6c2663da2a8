"""The machine's functions against the table: each row, for single numbers and for samples."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from properties.strategies import ROWS, moderate_operands

import microgradnn as mg
from microgradnn import Value
from microgradnn.engine.formulas import Formula
from microgradnn.engine.row import PRIMITIVES, Primitive

pytest.importorskip("llvmlite", reason="the native back end needs llvmlite")

from microgradnn.compiler.emit_native import NativeCode
from microgradnn.compiler.native_arrays import NativeArrays
from microgradnn.compiler.native_code import Code, NoFormula
from microgradnn.compiler.native_machine import Machine, machine
from microgradnn.compiler.native_operations import Operation
from microgradnn.compiler.rows import SELECTIONS
from microgradnn.compiler.tape import Tape

NARROW = [row for row in ROWS if row.arity is not None]


def run(op: str, operands: list[list[float]], vector_math: bool) -> tuple[Any, Any]:
    """A row of many parameters at once: its values and, by each operand, its derivatives.

    The nodes are added up, so that each has the upstream gradient 1.
    """
    count, arity = len(operands), len(operands[0])
    tape = Tape(0, count * arity)
    nodes = [tape.append(op, tuple(range(arity * k, arity * (k + 1)))) for k in range(count)]
    tape.outputs = [nodes[0]] if count == 1 else [tape.append("sum", tuple(nodes))]
    code = NativeCode(tape, True, True, vector_math)
    arrays = NativeArrays(code, 1)
    arrays.forward(np.empty((1, 0)), np.ravel(operands))
    _, gradient = arrays.mean_and_gradient(1.0)
    return arrays.numbers[code.slot_of[nodes]], gradient.reshape(count, arity)


def run_on_samples(op: str, operands: list[list[float]], vector_math: bool) -> tuple[Any, Any]:
    """The same for one node, with a sample for each list of operands: inputs plus parameters 0."""
    count, arity = len(operands), len(operands[0])
    tape = Tape(arity, arity)
    shifted = [tape.append("add", (arity + k, k)) for k in range(arity)]
    node = tape.append(op, tuple(shifted))
    tape.outputs = [node]
    code = NativeCode(tape, False, True, vector_math)
    arrays = NativeArrays(code, count)
    arrays.forward(np.array(operands), np.zeros(arity))
    arrays.mean_and_gradient(1.0)
    gradients = arrays.gradients[code.slot_of[shifted], :count]
    return arrays.values[code.slot_of[node], :count], gradients.T


@pytest.mark.parametrize("vector_math", [True, False])
@pytest.mark.parametrize("row", NARROW, ids=lambda row: row.name)
@settings(max_examples=5)
@given(st.data())
def test_every_row(row: Primitive, vector_math: bool, data: st.DataObject) -> None:
    count = data.draw(st.sampled_from([1, 3, 9]))
    operands = [list(map(float, data.draw(moderate_operands(row)))) for _ in range(count)]
    values = [row.value(xs) for xs in operands]
    wanted = [
        row.local_derivatives(out, xs, [True] * len(xs))
        for out, xs in zip(values, operands, strict=True)
    ]
    for found in (run, run_on_samples):
        ours, partials = found(row.name, operands, vector_math)
        np.testing.assert_allclose(ours, values, rtol=2e-15, atol=1e-300)
        np.testing.assert_allclose(partials, np.array(wanted), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("op", SELECTIONS)
def test_selections(op: str) -> None:
    numbers = [[1.0, 2.0, 3.0, 4.0], [2.0, 1.0, 3.0, 4.0], [1.0, 1.0, 3.0, 4.0]]
    first = {"where <": [True, False, False], "where <=": [True, False, True]}[op]
    for found in (run, run_on_samples):
        values, partials = found(op, numbers, True)
        assert values.tolist() == [3.0 if x else 4.0 for x in first]
        assert partials[:, 2:].tolist() == [[x, 1.0 - x] for x in map(float, first)]


@pytest.mark.parametrize("samples", [0, 3])
def test_gradients_go_through_a_link_and_not_through_its_value(samples: int) -> None:
    """But through the value, too, where something else uses it."""
    tape = Tape(1, 1)
    shifted = tape.append("add", (1, 0)) if samples else 1
    value, partial = tape.append("sin", (shifted,)), tape.append("exp", (shifted,))
    link = tape.append("link", (value, shifted, partial))
    tape.outputs = [tape.append("add", (link, tape.append("mul", (value, value))))]
    code = NativeCode(tape, not samples, True, False)
    arrays = NativeArrays(code, max(samples, 1))
    arrays.forward(np.zeros((max(samples, 1), 1)), np.array([0.5]))
    mean, gradient = arrays.mean_and_gradient(1.0 / max(samples, 1))
    assert mean == pytest.approx(math.sin(0.5) + math.sin(0.5) ** 2)
    by_hand = math.exp(0.5) + 2.0 * math.sin(0.5) * math.cos(0.5)
    assert gradient.tolist() == [pytest.approx(by_hand)]


def test_kinks_are_the_tables() -> None:
    for name, at, partials in [
        ("abs", [0.0], [0.0]),
        ("relu", [0.0], [0.0]),
        ("maximum", [2.0, 2.0], [0.5, 0.5]),
        ("sign", [0.0], [0.0]),
        ("clip", [1.0, 0.0, 1.0], [1.0, 0.0, 0.0]),
    ]:
        for found in (run, run_on_samples):
            value, slopes = found(name, [at], True)
            assert value.tolist() == [PRIMITIVES[name].value(at)]
            assert slopes.tolist() == [partials]


def test_an_operation_is_compiled_once() -> None:
    made = machine(True)
    assert made is machine(True)
    assert made is not machine(False)
    operations = [(Operation("mul", False, (True, True)), backward) for backward in (False, True)]
    made.learn(operations)
    before = len(made.engines)
    made.learn(operations * 2)
    assert len(made.engines) == before


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_a_look_finds_what_is_not_finite_wherever_it_is(bad: float) -> None:
    look = machine(True).look
    for count in (0, 1, 7, 8, 9, 16, 19):
        numbers = np.full(count + 1, 1e308)
        numbers[count] = bad  # behind those that are looked at
        assert look(numbers.ctypes.data, count) == 0.0
        for place in range(count):
            numbers[:count] = -1e308
            numbers[place] = bad
            assert look(numbers.ctypes.data, count) != 0.0


def test_without_vector_functions_none_are_called() -> None:
    assert Machine(False).vector_names == {}
    code = Code("f", 4, {}, {"sin"})
    names = {"x": "%x"}
    code.formula(mg.sin(Formula("x")), {}, names)
    assert sum("call double @sin(double" in line for line in code.lines) == 4
    code = Code("f", 4, {"sin": "_ZGVdN4v_sin"}, {"sin"})
    code.formula(mg.sin(Formula("x")), {}, names)
    calls = [line for line in code.lines if "call" in line]
    assert calls == ["  %t1 = call <4 x double> @_ZGVdN4v_sin(<4 x double> %x)"]


def test_a_function_that_is_nowhere_is_refused_and_not_called() -> None:
    with pytest.raises(NoFormula, match="'cosh' is no function of the C library"):
        Code("f", 4, {}, {"sin"}).formula(mg.cosh(Formula("x")), {}, {"x": "%x"})


def test_equal_parts_of_a_formula_are_computed_once() -> None:
    x = Formula("x")
    square = x * x
    code = Code("f", 4, {}, ())
    code.formula(square + square, {}, {"x": "%x"})
    assert [line.split(" = ")[1].split()[0] for line in code.lines[2:]] == ["fmul", "fadd"]


def test_libmvec_is_right_to_four_units_in_the_last_place() -> None:
    """Of these functions, here; docs/accuracy.md has the worst errors of the rows themselves."""
    x, w = Value(0.5), Value(1.0)
    for row in (mg.exp, mg.log, mg.sin, mg.cos, mg.tanh, mg.erf, mg.erfc, mg.log1p, mg.expm1):
        numbers = np.linspace(0.01, 3.0, 1001)
        program = mg.compile(row(x * w), [x], [w], backend="native")
        wanted = np.array([row(y) for y in numbers.tolist()])
        ulps = np.abs(program(numbers[:, None]) - wanted) / np.spacing(np.abs(wanted))
        assert ulps.max() <= 4
        assert math.isfinite(ulps.max())


@pytest.mark.parametrize("vector_math", [True, False])
@pytest.mark.parametrize("row", [mg.atan2, mg.hypot, mg.floor, mg.ceil], ids=repr)
def test_lengths_angles_and_whole_numbers_of_every_size(row: Any, vector_math: bool) -> None:
    """Signs of zeros, too; libmvec's are right to four units in the last place."""
    special = [0.0, -0.0, 0.5, -0.5, -1.0, 3.5, 5e-324, -1e-310, 1e-200, -1e200, 2.0**52 + 0.5]
    pairs = np.array(list(itertools.product(special, repeat=2)))
    random = np.random.default_rng(15).standard_normal((1001, 2))
    X = np.concatenate([pairs, random, 1e-170 * random, 1e170 * random])[:, : row.arity]
    leaves = [Value(0.5), Value(0.25)][: row.arity]
    found = mg.compile(row(*leaves), leaves, backend="native", vector_math=vector_math)(X)
    wanted = np.array([row(*numbers) for numbers in X.tolist()])
    assert (np.signbit(found) == np.signbit(wanted)).all()
    assert (np.abs(found - wanted) <= 4 * np.spacing(np.abs(wanted))).all()
