"""Loops in JavaScript: where slots are, which functions are shared, and what they compute."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from codes import batched, uniform
from in_node import Call, in_node

from microgradnn.compiler.emit_javascript import javascript_module
from microgradnn.compiler.javascript_loops import listed, place, times
from microgradnn.compiler.rows import Algebra
from microgradnn.compiler.steps import Map, Schedule, Slots, Step
from microgradnn.engine.formulas import Formula


def module_of(steps: list[Step], inputs: int, params: int) -> str:
    """A program of these steps: inputs and params have the first slots, results come after them."""
    plan = Schedule(params, np.arange(inputs))
    plan.slot_count.update({True: inputs, False: params})
    plan.steps = steps
    for step in steps:
        kind = step.result.batched
        for slot in step.result.index.ravel().tolist():
            plan.outputs.append((kind, slot))
            plan.slot_count[kind] = max(plan.slot_count[kind], slot + 1)
    return javascript_module(plan)


def sub(result: Slots, a: Slots, b: Slots) -> Map:
    x, y = Formula("x0"), Formula("x1")
    return Map(result, "sub", Algebra(False).value("sub", [x, y]), {"x0": a, "x1": b})


def computed(directory: Path, text: str, X: Any, theta: Any) -> Any:
    (found,) = in_node(directory, [Call(text, "run", [X, theta])])
    return found.reshape(len(X), -1)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (batched(0, 1, 2, 3), batched(4, 5, 6, 7)),  # side by side
        (batched(0, 2, 4, 6), batched(7, 5, 3, 1)),  # at regular distances
        (batched(0, 0, 0, 0), batched(2, 2, 2, 2)),  # one for all
        (batched(5, 0, 6, 1), batched(1, 1, 2, 3)),  # listed
        (batched(0, 1, 2, 3), uniform(3, 1, 2, 1)),  # that samples share
        (uniform(0, 1, 2, 3), batched(5, 0, 6, 1)),
        (batched(0, 0, 3, 3), batched(1, 2, 4, 5)),  # in two dimensions
        (batched(0, 0, 3, 3), batched(1, 2, 4, 7)),  # one in two dimensions, the other listed
        (uniform(0, 2, 1, 3), uniform(3, 1, 2, 0)),
        (uniform(0, 0, 1, 1), uniform(2, 3, 2, 3)),
    ],
)
def test_operands_wherever_they_are(tmp_path: Path, a: Slots, b: Slots) -> None:
    kind = a.batched or b.batched
    result = batched(8, 9, 10, 11) if kind else uniform(4, 5, 6, 7)
    X, theta = np.arange(24.0).reshape(3, 8) ** 2, np.array([100.0, 200.0, 400.0, 800.0])
    found = computed(tmp_path, module_of([sub(result, a, b)], 8, 4), X, theta)
    x, y = (X[:, s.index] if s.batched else theta[s.index] for s in (a, b))
    assert found.tolist() == np.broadcast_to(x - y, (3, 4)).tolist()


def test_steps_of_one_formula_share_a_function(tmp_path: Path) -> None:
    """Unless their operands are of other kinds, or in no pattern."""
    steps: list[Step] = [
        sub(batched(8, 9), batched(0, 1), batched(2, 3)),
        sub(batched(10, 11, 12), batched(1, 2, 3), batched(4, 5, 6)),
        sub(batched(13), batched(9), batched(12)),
        sub(batched(14, 15), batched(0, 2), batched(1, 3)),
        sub(batched(16, 17), batched(0, 2), uniform(0, 1)),
    ]
    text = module_of(steps, 8, 4)
    assert len(re.findall(r"const f\d+ = ", text)) == 3
    found = computed(tmp_path, text, np.arange(8.0).reshape(1, 8), [1.0, 2.0, 3.0, 4.0])
    assert found.tolist() == [[-2, -2, -3, -3, -3, 1, -1, -1, -1, 0]]


def test_places_and_distances() -> None:
    assert [place(False, "3"), place(True, "0"), place(True, "3 + 2 * j")] == [
        "3",
        "U",
        "U + (3 + 2 * j) * B",
    ]
    assert [times(3, False), times(0, True), times(1, True), times(-2, True)] == [
        "3",
        "0",
        "B",
        "-2 * B",
    ]


def test_tables_are_short_where_numbers_follow_one_another() -> None:
    assert listed(range(1000)) == 'decoded("0 1*999")'
