"""Tapes as runs: groups by turn and operation, sides, trees, spreads and products."""

from __future__ import annotations

from collections import Counter

import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.compiler.normalise import normalise
from microgradnn.compiler.tape import Tape, record_tape

pytest.importorskip("llvmlite", reason="the native back end needs llvmlite")

from microgradnn.compiler.native_code import NoFormula
from microgradnn.compiler.native_runs import Runs


def leaves(count: int) -> list[Value]:
    return [Value(0.5 + 0.1 * k) for k in range(count)]


def runs_of(out: Value, inputs: list[Value], params: list[Value], single: bool = False) -> Runs:
    return Runs(normalise(record_tape([out], inputs, params)), single, gradient=True)


def groups(runs: Runs, batched: bool) -> list[tuple[str, int]]:
    """The operations of one side in their order, each with the number of its nodes."""
    side, operations = runs.sides[batched], list(runs.operations)
    count = Counter(side.group_of)
    keys = sorted(side.groups, key=lambda key: key[0])
    return [(operations[key[1]][0], count[side.groups[key]]) for key in keys]


def test_nodes_of_one_level_and_operation_are_a_run() -> None:
    xs, ws = leaves(3), leaves(3)
    out = mg.exp(mg.sin(xs[0] * ws[0]) * mg.sin(xs[1] * ws[1])) * mg.cos(xs[2] * ws[2])
    wanted = [("mul", 3), ("sin", 2), ("cos", 1), ("mul", 1), ("exp", 1), ("mul", 1)]
    assert groups(runs_of(out, xs, ws), True) == wanted
    assert groups(runs_of(out, xs, ws), False) == []
    assert groups(runs_of(out, xs, ws, single=True), False) == wanted


def test_what_the_samples_share_is_computed_apart() -> None:
    xs, ws = leaves(1), leaves(2)
    runs = runs_of(mg.exp(ws[0] * ws[1]) * xs[0], xs, ws)
    assert groups(runs, False) == [("mul", 1), ("exp", 1)]
    assert groups(runs, True) == [("mul", 1)]
    (operation,) = [x for x in runs.operations if x[1]]
    assert operation == ("mul", True, (False, True), (False, True))  # the second is shared


def test_sums_of_single_numbers_are_trees() -> None:
    ws = leaves(9)
    runs = runs_of(mg.sum([mg.sin(w) for w in ws]), [], ws)
    assert groups(runs, False) == [("sin", 9), ("add", 4), ("add", 2), ("add", 1), ("add", 1)]
    xs = leaves(9)
    runs = runs_of(mg.sum([mg.sin(x * ws[0]) for x in xs]), xs, ws)
    assert groups(runs, True) == [("mul", 9), ("sin", 9), ("sum", 1)]


def test_a_rectangle_of_dots_is_a_product() -> None:
    xs, ws = leaves(3), leaves(12)
    out = mg.sum([mg.relu(mg.dot(ws[3 * k : 3 * k + 3], xs)) for k in range(4)])
    runs = runs_of(out, xs, ws)
    (product,) = runs.products
    assert (product.a.shape, product.b.shape, product.result.shape) == ((4, 3), (3, 1), (4, 1))
    assert product.wanted == (True, False)  # the inputs get no gradient
    assert groups(runs, True) == [("product", 4), ("relu", 4), ("sum", 1)]
    # For one sample a product as small as this is written out.
    single = runs_of(out, xs, ws, single=True)
    assert single.products == []
    assert groups(single, False)[0] == ("mul", 12)


def test_equal_dots_are_one() -> None:
    """Each in an order of its own, they meet after sharing only."""
    tape = Tape(2, 2)
    one, other = tape.append("dot", (2, 3, 0, 1)), tape.append("dot", (3, 2, 1, 0))
    tape.outputs = [tape.append("mul", (one, other))]
    runs = Runs(tape, False, True)
    assert runs.same == {other: one}


def test_constants_are_learnt_from_by_nobody() -> None:
    xs, ws = leaves(1), leaves(1)
    runs = runs_of(3.0 * mg.sin(xs[0] * ws[0]), xs, ws)
    assert ("mul", True, (True, False), (False, True)) in runs.operations


def test_an_operation_without_native_code_is_refused() -> None:
    tape = Tape(1, 1)
    tape.outputs = [tape.append("something else", (0, 1))]
    with pytest.raises(NoFormula, match="'something else' has no native code"):
        Runs(tape, False, True)
