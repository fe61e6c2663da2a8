"""Single steps as code, and what it computes; programs for several back ends."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgradnn as mg
from microgradnn import Program, Value
from microgradnn.compiler.emit_numpy import NumpyCode
from microgradnn.compiler.steps import Schedule, Slots, Step


def code_of(steps: list[Step], slots: dict[bool, int]) -> NumpyCode:
    """The code of reverse steps that have no forward pass before them."""
    plan = Schedule(params=0)
    plan.slot_count.update(slots)
    plan.seed, plan.gradient = plan.new_slots(True, 1), plan.new_slots(False, 1)
    plan.reverse = steps
    return NumpyCode(plan)


def ran(code: NumpyCode, V: Any, U: Any) -> tuple[Any, Any]:
    """The buffers after a reverse pass that began with these numbers."""
    names = code.allocate(np.shape(V)[1])
    names["V"][: len(V)] = V
    names["U"][: len(U)] = U
    names["backward"](1.0)
    return names["V"].tolist(), names["U"].tolist()


def batched(*index: Any) -> Slots:
    return Slots(True, np.array(index))


def uniform(*index: Any) -> Slots:
    return Slots(False, np.array(index))


CHOSEN = np.array([[0, 0, 1.0], [3, 2, -0.5], [1, 1, 2.0], [3, 0, 1.0]])  # a row and a column each


def program_of_choices() -> Program:
    """A program that takes a row of a table by an index of each sample, and a number of that."""
    rows = [[Value(1.0 + k + r * r) for k in range(3)] for r in range(4)]

    def f(inputs: list[Any]) -> Any:
        vector = [mg.take(column, inputs[0]) for column in zip(*rows, strict=True)]
        return mg.logsumexp(vector) * inputs[2] - mg.take(vector, inputs[1])

    params = [x for row in rows for x in row]
    program: Program = mg.compile(f, example_inputs=[[0, 0, 1.0]], params=params)
    return program
