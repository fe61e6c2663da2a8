"""The arrays of a native program for one size of batch, and the two passes over them.

The idea: a pass is a list of calls that is made beforehand. Each is a call of the machine, or of
NumPy's for a matrix product.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from ctypes import c_int64, c_void_p
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from .arrays import Array
from .emit_native import NativeCode
from .native_runs import Multiply, Records

Call = tuple[Callable[..., Any], tuple[Any, ...]]


class NativeArrays:
    """Buffers for `batch` samples; the last vector of samples is filled up with the first one."""

    code: NativeCode
    batch: int
    values: Array  # with a column for each sample, as their gradients
    gradients: Array
    numbers: Array  # those that are the same for all samples
    number_gradients: Array
    scratch: Array
    check: Array  # 0, until a number is met that is not finite
    seeds: Array  # the gradients of the output

    def __init__(self, code: NativeCode, batch: int) -> None:
        self.code, self.batch = code, batch
        width = code.machine.width
        columns = 0 if code.single else -(-batch // width) * width
        self.values, self.gradients = np.zeros((2, code.slots[True], columns))
        count = code.slots[False]
        padded = count + width  # where vectors write that are not full
        self.numbers, self.number_gradients = np.zeros((2, padded))
        most_operands = max((len(x.wanted) for x in code.operations), default=0)
        self.scratch, self.check = np.zeros((most_operands, padded)), np.zeros(width)
        arrays = (self.values, self.gradients, self.numbers, self.number_gradients)
        addresses = [x.ctypes.data for x in (*arrays, self.scratch, self.check)]
        widths = [code.shared_tables[batched].shape[1] for batched in (True, False)]
        self.context: npt.NDArray[np.int64] = np.array(
            [*addresses, columns, padded, *widths], np.int64
        )
        for node, number in code.runs.constants.items():
            side = self.values if code.batched[node] else self.numbers
            side[code.slot_of[node]] = number
        self.forward_calls: list[Call] = [y for x in code.forward for y in self._calls(x, False)]
        self.reverse_calls: list[Call] = [y for x in code.reverse for y in self._calls(x, True)]
        inputs, params = code.tape.inputs, code.tape.params
        self.params: Array = self.numbers[:params]
        self.inputs: Array = (
            self.numbers[params:][:inputs] if code.single else self.values[:inputs, :batch]
        )
        self.filled_up: Array = self.values[:inputs, batch:]
        leaves = len(code.runs.sides[False].leaves)
        self.gradient: Array = self.number_gradients[:params]
        self.check_calls: list[tuple[c_void_p, c_int64]] = [
            (c_void_p(x.ctypes.data), c_int64(len(x)))
            for x in (self.check, self.numbers[leaves:count], self.gradient)
        ]
        self.ones: Array = np.ones(batch)
        self.outs: list[Array] = [
            self.values[slot, :batch] if batched else self.numbers[slot : slot + 1].reshape(())
            for batched, slot in code.outputs
        ]
        self.zeros: list[Array] = [self.gradients[x] for x in code.zeros]
        batched, slot = code.outputs[0]
        self.seeds = self.gradients[slot] if batched else self.number_gradients[slot : slot + 1]

    # ---- Calls -------------------------------------------------------------------------------

    def _calls(self, item: Records | Multiply, backward: bool) -> list[Call]:
        if not isinstance(item, Multiply):
            context = self.context.ctypes.data
            address, count = item.records.ctypes.data, len(item.records)
            arguments = c_void_p(address), c_int64(count), c_void_p(context)
            return [(self.code.machine.drive, arguments)]
        return self._reverse_product(item) if backward else self._product(item)

    def _product(self, item: Multiply) -> list[Call]:
        a, b, result = self._matrices(item, self.numbers, self.values)
        return [(np.matmul, (a, b, result))]

    def _reverse_product(self, item: Multiply) -> list[Call]:
        """Upstream times the other factor, for each factor that is wanted."""
        a, b, _ = self._matrices(item, self.numbers, self.values)
        to_a, to_b, upstream = self._matrices(item, self.number_gradients, self.gradients)
        calls: list[Call] = []
        products = ((upstream, b.T, to_a), (a.T, upstream, to_b))
        for (x, y, to), wanted, fresh in zip(products, item.wanted, item.fresh, strict=True):
            if wanted:
                part = to if fresh else np.empty(to.shape)
                calls.append((np.matmul, (x, y, part)))
                if not fresh:
                    calls.append((np.add, (to, part, to)))
        return calls

    def _matrices(self, item: Multiply, numbers: Array, values: Array) -> list[Array]:
        """The two factors and the result, of values or of gradients."""
        a, b, result = item.a, item.b, item.result
        row = int(a[1, 0] - a[0, 0]) if len(a) > 1 else a.shape[1]
        left = as_strided(numbers[a[0, 0] :], a.shape, (8 * row, 8))
        flat = values if item.batched else numbers
        return [
            left,
            flat[b[0, 0] :][: b.size].reshape(len(b), -1),
            flat[result[0, 0] :][: result.size].reshape(len(result), -1),
        ]

    # ---- Passes ------------------------------------------------------------------------------

    def forward(self, X: Array, theta: Array) -> None:
        """Compute all values; FloatingPointError if one of them is not finite."""
        np.copyto(self.params, theta)
        np.copyto(self.inputs, X[0] if self.code.single else X.T)
        if self.filled_up.size:
            self.filled_up[:] = X[0][:, None]
        for call, arguments in self.forward_calls:
            call(*arguments)
        # Numbers of samples have been looked at by whatever reads them.
        self._look_at(*self.check_calls[:2])

    def outputs(self) -> Array:
        """The outputs, a column for each; a fresh array."""
        result = np.empty((self.batch, len(self.outs)))
        for place, out in enumerate(self.outs):
            result[:, place] = out
        self._look_at((c_void_p(result.ctypes.data), c_int64(result.size)))
        return result

    def mean_and_gradient(self, share: float) -> tuple[float, Array]:
        """What these samples add to the mean of the single output, and to its gradient."""
        out = self.outs[0]
        for gradients in self.zeros:
            gradients.fill(0.0)
        self.number_gradients.fill(0.0)
        if out.ndim:
            total = float(out.dot(self.ones)) * share
            self.seeds[self.batch :] = 0.0
            self.seeds[: self.batch] = share
        else:
            total = float(out) * self.batch * share
            self.seeds[0] = share * self.batch
        for call, arguments in self.reverse_calls:
            call(*arguments)
        self._look_at(self.check_calls[2])
        if not math.isfinite(total):
            raise FloatingPointError("the mean is infinite or NaN")
        return total, self.gradient.copy()

    def _look_at(self, *numbers: tuple[Any, ...]) -> None:
        for arguments in numbers:
            if self.code.machine.look(*arguments) != 0.0:
                self.check.fill(0.0)
                raise FloatingPointError("a number is infinite or NaN")
