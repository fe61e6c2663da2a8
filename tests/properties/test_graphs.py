"""Random graphs: backward, `gradients` and copies, against differences, mpmath and fractions."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microgradnn.engine.row import Primitive

from .oracles import (
    check_against_mpmath,
    check_copies,
    check_finite_differences,
    check_integers,
    check_passes,
    check_recorded_gradients,
    differentiate,
)
from .strategies import ROWS, Program, integer_programs, programs

tried: Counter[str] = Counter()  # in how many of the random graphs of this run each thing occurred


def count(program: Program) -> None:
    nodes, grads = differentiate(program)
    tried.update({"graphs", *program.features()} | ({"a gradient"} if any(grads) else set()))
    tried.update({f"a gradient through {node.op.name}" for node in nodes if node.op and node.grad})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@settings(max_examples=min(settings().max_examples, 2000))  # for each operation
@given(st.data())
def test_graphs_around_each_operation(row: Primitive, data: st.DataObject) -> None:
    program = data.draw(programs(around=row))
    count(program)
    check_finite_differences(program)
    check_against_mpmath(program)


@given(programs())
def test_backward_agrees_with_finite_differences(program: Program) -> None:
    count(program)
    check_finite_differences(program)


@given(programs())
def test_backward_agrees_with_mpmath(program: Program) -> None:
    count(program)
    check_against_mpmath(program)


@given(integer_programs())
def test_graphs_of_integers_are_exact(program: Program) -> None:
    check_integers(program)


@given(programs())
def test_gradients_and_a_second_backward(program: Program) -> None:
    count(program)
    check_passes(program)


@given(programs())
def test_recorded_gradients_are_the_same_numbers(program: Program) -> None:
    count(program)
    check_recorded_gradients(program)


@given(programs())
def test_copies_keep_numbers_and_structure(program: Program) -> None:
    count(program)
    check_copies(program)


def test_nothing_was_hardly_ever_tried() -> None:
    graphs = tried["graphs"]
    if graphs < len(ROWS) * min(settings().max_examples, 2000):
        pytest.skip(f"only {graphs} random graphs were tried: not all tests of this file were run")
    wanted = {
        "a gradient": 0.8,
        "a node used again": 0.4,
        "a node twice in one operation": 0.2,
        "a plain number": 0.2,
    }
    wanted |= {row.name: 0.015 for row in ROWS}
    wanted |= {f"a gradient through {row.name}": 0.01 for row in ROWS}
    rare = {name: tried[name] / graphs for name in wanted if tried[name] < wanted[name] * graphs}
    assert not rare, f"of {graphs} graphs hardly any had these: {rare}"
