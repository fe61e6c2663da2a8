"""The arrays of a program for one size of batch, and the two passes over them.

The idea: memory is taken when a batch of a new size comes, and from then on it is used again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from struct import pack
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.recording import open_traces
from ..engine.value import Value
from .emit_numpy import NumpyCode
from .steps import Schedule

Array = npt.NDArray[np.float64]

MOST_NUMBERS_AT_ONCE = 2**18  # in a buffer that stays in the processor's cache
ENOUGH_FOR_A_CALL = 2**13  # numbers, beside which the call itself does not count
LEAST_SAMPLES_AT_ONCE = 256  # parts of fewer would cost more by their number than the cache saves


def samples_at_once(schedule: Schedule) -> int:
    """How many samples a part of a large batch has, so that its numbers fit into the cache.

    Twice as many numbers may, where a step has so few slots that its calls would count.
    """
    slots = max(schedule.slot_count[True], 1)
    wanted = ENOUGH_FOR_A_CALL * (len(schedule.steps) + len(schedule.reverse))
    numbers = max(MOST_NUMBERS_AT_ONCE, min(wanted, 2 * MOST_NUMBERS_AT_ONCE))
    return max(numbers // slots, LEAST_SAMPLES_AT_ONCE)


class Arrays:
    """Buffers for `batch` samples, and the functions `forward` and `backward` that fill them."""

    def __init__(self, schedule: Schedule, code: NumpyCode, batch: int) -> None:
        names = code.allocate(batch)
        self.batch = batch
        self.ones: Array = np.ones(batch)
        buffers = {True: names["V"], False: names["U"]}
        self.outs: list[Array] = [buffers[b][slot : slot + 1] for b, slot in schedule.outputs]
        self.forward: Callable[[Array, Array], None] = names["forward"]
        self.backward: Any = names.get("backward")  # a function of the share of a sample

    def outputs(self) -> Array:
        """The outputs, a column for each; a fresh array."""
        result = np.empty((self.batch, len(self.outs)))
        for place, out in enumerate(self.outs):
            result[:, place] = out  # one number for all samples, if it is uniform
        return result

    def mean_and_gradient(self, share: float) -> tuple[float, Array]:
        """What these samples add to the mean of the single output, and to its gradient."""
        out = self.outs[0]
        total = out[0].dot(self.ones) if out.ndim == 2 else out[0] * self.batch
        return float(total) * share, self.backward(share)


def numbers_of(values: Sequence[Value]) -> Array:
    """The numbers of some Values as an array.

    >>> numbers_of([Value(1.0), Value(2.0)])
    array([1., 2.])
    """
    if open_traces:  # while a function is traced, it may not look at all of them
        return np.array([x.data for x in values], dtype=float)
    # To pack the numbers into bytes takes a quarter of the time of `np.array`.
    return np.frombuffer(bytearray(pack(f"{len(values)}d", *[x._number for x in values])))
