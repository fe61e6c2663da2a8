"""Single steps as code, and what it computes."""

from __future__ import annotations

from typing import Any

import numpy as np

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
