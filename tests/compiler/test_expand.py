"""Rows of many operands, written out as formulas: their links, and the digits of their results."""

from __future__ import annotations

import inspect
import math
import sys
from typing import Any

import numpy as np
import pytest
from effort import by_profile

import microgradnn as mg
from microgradnn import Value, losses
from microgradnn.compiler import compile
from microgradnn.compiler.expand import _Template, expand
from microgradnn.compiler.tape import LINK, Tape, record_tape
from microgradnn.engine import PRIMITIVES

MOST_OPERANDS = by_profile(dev=300, ci=300, nightly=1000)


@pytest.mark.parametrize("row", ["max", "logsumexp", "cross_entropy", "cross_entropy_of_logits"])
def test_a_row_of_very_many_operands(row: str) -> None:
    """Sums in its formulas are as deep as it has operands: deeper than Python may recurse here."""
    n = MOST_OPERANDS
    x, ws, ts = Value(1.0), [Value(k % 7.0) for k in range(n)], [Value(1.0 / n) for _ in range(n)]
    logits = [w * x for w in ws]
    out = PRIMITIVES[row](*logits, *(ts if row.startswith("cross_entropy") else []))
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(min(limit, len(inspect.stack(0)) + n // 2))
    try:
        mean, gradient = compile(out, [x, *ts], ws).value_and_grad([[1.0] + [1.0 / n] * n])
    finally:
        sys.setrecursionlimit(limit)
    assert math.isclose(mean, out.data, rel_tol=1e-12)
    assert np.allclose(gradient, mg.gradients(out, ws), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("gap", [15.0, 30.0, 50.0])
def test_a_sure_prediction_keeps_its_digits(gap: float) -> None:
    """Σ exp(x − max) − 1 is about exp(−gap): gone if the 1 is subtracted last."""
    x, ws = Value(1.0), [Value(gap), Value(0.0)]
    program = compile(losses.cross_entropy([w * x for w in ws], 0), [x], ws)
    mean, gradient = program.value_and_grad([[1.0]])
    others = math.exp(-gap) / (1.0 + math.exp(-gap))
    assert math.isclose(mean, math.log1p(math.exp(-gap)), rel_tol=1e-13)
    assert np.allclose(gradient, [-others, others], rtol=1e-13, atol=0.0)


@pytest.mark.parametrize("gap", [20.0, 34.3, 40.0, 85.0])
def test_what_lies_far_below_the_largest_logit_keeps_its_digits(gap: float) -> None:
    far = math.exp(-gap) / (1.0 + math.exp(-gap))
    cases: list[tuple[Any, float, list[float]]] = [
        (mg.logsumexp, math.log1p(math.exp(-gap)), [1.0 - far, far]),
        (lambda z: losses.cross_entropy(z, 0), math.log1p(math.exp(-gap)), [-far, far]),
        (lambda z: mg.softmax(z)[1], far, [-far * (1.0 - far), far * (1.0 - far)]),
    ]
    for row, value, slopes in cases:
        logits = [Value(0.0), Value(-1.0)]
        program = compile(row(logits), [], logits)
        found, gradient = program.value_and_grad(np.empty((1, 0)), [0.0, -gap])
        assert [found, *gradient] == pytest.approx([value, *slopes], rel=1e-14, abs=0.0)
        assert program(np.empty((1, 0)), [0.0, -gap]) == pytest.approx(value, rel=1e-14, abs=0.0)


def evaluated(tape: Tape, *leaves: float) -> list[float]:
    """The numbers of all nodes, those of links being their values."""
    numbers = list(leaves)
    for node in range(len(numbers), len(tape)):
        xs = [numbers[x] for x in tape.operands[node]]
        op = tape.ops[node]
        if node in tape.numbers:
            numbers.append(tape.numbers[node])
        elif op.startswith("where"):
            holds = xs[0] < xs[1] if op == "where <" else xs[0] <= xs[1]
            numbers.append(xs[2] if holds else xs[3])
        else:
            numbers.append(xs[0] if op == LINK else PRIMITIVES[op](*xs))
    return numbers


def linked(tape: Tape, *leaves: float) -> tuple[float, list[int], list[float]]:
    """What the link at the end of a tape says: value, operands and partials."""
    numbers, operands = evaluated(tape, *leaves), tape.operands[-1]
    assert tape.ops[-1] == LINK
    count = len(operands) // 2
    return (
        numbers[operands[0]],
        list(operands[1 : count + 1]),
        [numbers[p] for p in operands[count + 1 :]],
    )


def test_a_softmax_becomes_a_link_with_its_partials_as_nodes() -> None:
    x, w = Value(0.0), Value(0.0)
    share = mg.softmax([x, w])[0]
    tape = expand(record_tape([share], [x], [w]), finite=True, links=True)
    assert "softmax" not in tape.ops
    value, operands, partials = linked(tape, 0.0, math.log(3.0))  # shares of ¼ and ¾
    assert operands == [0, 1]
    assert [value, *partials] == pytest.approx([0.25, 3 / 16, -3 / 16], rel=1e-14)


def test_a_largest_number_stays_one_operation_and_ties_share_its_partials() -> None:
    x, w = Value(2.0), Value(1.0)
    tape = expand(record_tape([mg.max([x, w, 1.0])], [x], [w]), finite=True, links=True)
    assert tape.ops.count("max") == 1
    assert linked(tape, 2.0, 1.0) == (2.0, [0, 1], [1.0, 0.0])  # none for the plain number
    assert linked(tape, 0.0, 1.0) == (1.0, [0, 1], [0.0, 0.5])


def test_without_links_the_value_alone_stands_for_the_row() -> None:
    x, w = Value(2.0), Value(1.0)
    tape = expand(record_tape([mg.logsumexp([x, w])], [x], [w]), finite=True, links=False)
    assert LINK not in tape.ops
    found = evaluated(tape, math.log(2.0), math.log(3.0))[tape.outputs[0]]
    assert math.isclose(found, math.log(5.0), rel_tol=1e-14)


def test_rows_of_one_operand_and_tapes_without_wide_rows_stay_as_they_are() -> None:
    x, w = Value(2.0), Value(1.0)
    plain = record_tape([mg.sum([x, w, x * w])], [x], [w])
    assert expand(plain, finite=True, links=True) is plain
    tape = record_tape([mg.max([x * w]) + mg.max([x, w])], [x], [w])
    wide = tape.ops.index("max")
    assert len(tape.operands[wide]) == 1
    assert expand(tape, finite=True, links=True).operands[wide] == tape.operands[wide]


def test_guards_against_infinities_vanish_from_finite_formulas_alone() -> None:
    x, w = Value(2.0), Value(1.0)
    tape = record_tape([mg.logsumexp([x, w])], [x], [w])
    finite, guarded = (expand(tape, finite, links=True) for finite in (True, False))
    assert len(finite) < len(guarded)
    assert math.inf in guarded.numbers.values()
    assert math.inf not in finite.numbers.values()


def test_a_selection_by_two_conditions_is_one_in_another() -> None:
    template = _Template("max", [None, None], finite=True)
    value, leaf = template.algebra.value, template.algebra.leaf
    x, y = leaf("x0"), leaf("x1")
    both = value("&", [value("<", [x, y]), value("<=", [y, leaf("5.0")])])
    node = template._node_of(value("where", [both, y, x]))
    found = [
        evaluated(template.tape, *leaves)[node] for leaves in ((1.0, 2.0), (1.0, 7.0), (3.0, 2.0))
    ]
    assert found == [2.0, 1.0, 3.0]
