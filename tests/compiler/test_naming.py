"""The names of arrays in generated code: what is a view, what is copied, what is used again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from microgradnn.compiler.naming import ArrayNames, shape_text, view
from microgradnn.compiler.steps import Slots

GATHERED = [4, 1, 3]  # no pattern


def slots(index: Any, batched: bool = True) -> Slots:
    return Slots(batched, np.array(index))


@pytest.mark.parametrize(
    ("index", "batched", "text"),
    [
        (3, True, "v1 = V[3, ...]"),
        ([3], False, "u1 = U[3:4]"),
        ([3, 4, 5], True, "v1 = V[3:6]"),
        ([3, 5, 7], True, "v1 = V[3:8:2]"),
        ([3, 3], True, "v1 = view(V, 3, (2,), (0,))"),
        ([5, 4], False, "u1 = view(U, 5, (2,), (-1,))"),
        ([[0, 1], [4, 5]], True, "v1 = view(V, 0, (2, 2), (4, 1))"),
    ],
)
def test_a_view_is_made_beforehand(index: Any, batched: bool, text: str) -> None:
    names = ArrayNames()
    assert names._read(slots(index, batched)) == text.split()[0]
    assert (names.setup, names.lines) == ([text], [])
    buffer = np.arange(20.0).reshape(10, 2) if batched else np.arange(10.0)
    made: dict[str, Any] = {"V": buffer, "U": buffer, "view": view}
    exec(text, made)
    assert np.array_equal(made[text.split()[0]], buffer[np.array(index)])
    assert np.shares_memory(made[text.split()[0]], buffer)


def test_a_view_has_one_name() -> None:
    names = ArrayNames()
    assert [names._read(slots([1, 2])) for _ in range(2)] == ["v1", "v1"]
    assert names._result(slots([1, 2])) == "v1"
    assert len(names.setup) == 1


def test_what_is_no_view_is_copied_into_scratch() -> None:
    names = ArrayNames()
    assert names._read(slots(GATHERED)) == "t1"
    assert names.setup == ["t1 = empty((3, B), float)"]
    assert names.lines == ["V.take(i1, 0, t1, 'clip')"]
    assert names.tables["i1"].tolist() == GATHERED


def test_scratch_is_used_again_by_the_next_step() -> None:
    names = ArrayNames()
    assert [names._scratch("(3, B)") for _ in range(2)] == ["t1", "t2"]
    names.used.clear()  # the step ends
    assert [names._scratch(*kind) for kind in (("(3, B)",), ("(3, B)", "bool"))] == ["t1", "t3"]


def test_a_copy_that_stays_is_found_again() -> None:
    names = ArrayNames()
    assert names._keep(slots(GATHERED)) == "x1"
    assert names._keep(slots(GATHERED)) == "x1"
    assert len(names.lines) == 1
    assert names._keep(slots(GATHERED, batched=False)) == "x2"
    assert names.setup == ["x1 = empty((3, B))", "x2 = empty((3,))"]


def test_shapes_as_text() -> None:
    assert [shape_text(slots(x, b)) for x, b in (([1], True), ([1], False), ([[1, 2]], True))] == [
        "(1, B)",
        "(1,)",
        "(1, 2, B)",
    ]
