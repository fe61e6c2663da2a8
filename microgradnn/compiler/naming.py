"""The names of arrays in generated code: views, scratch memory, copies, tables of slot numbers.

The idea: everything that can be made beforehand is. A view is made once for each size of batch and
given a name, and a step that needs memory for a moment takes scratch, which later steps use again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .patterns import affine
from .steps import Slots


class ArrayNames:
    """Gives names to arrays; `setup` is the text that makes them, `lines` the text that uses them.

    The first letter of a name says what it is: u and v are views of the buffers U and V, m and g
    are these in another shape, c are uniform numbers beside batched ones, k is a number, o is ones,
    t is scratch, x a copy that stays, i a table of slot numbers, p a function.
    """

    def __init__(self) -> None:
        self.tables: dict[str, Any] = {}
        self.setup: list[str] = []
        self.lines: list[str] = []
        self.named: dict[str, str] = {}  # by the expression
        self.kept: dict[tuple[Any, ...], str] = {}  # copies that stay, by what they are copies of
        self.counts: Counter[str] = Counter()  # of names, by first letter
        self.scratch: dict[tuple[str, str], list[str]] = defaultdict(list)  # by shape and type
        self.used: Counter[tuple[str, str]] = Counter()  # how many of these this step has taken

    def _name(self, prefix: str) -> str:
        self.counts[prefix] += 1
        return f"{prefix}{self.counts[prefix]}"

    def _define(self, prefix: str, expression: str) -> str:
        """A name for an expression that is evaluated once, when the arrays are allocated."""
        if expression not in self.named:
            name = self.named[expression] = self._name(prefix)
            self.setup.append(f"{name} = {expression}")
        return self.named[expression]

    def _view(self, slots: Slots) -> str | None:
        """The name of a view of these slots, if they form a pattern."""
        if slots.index.shape == (1,):  # most of a deep graph
            slot, buffer = slots.index.item(), _buffer(slots)
            return self._define(buffer.lower(), f"{buffer}[{slot}:{slot + 1}]")
        found = affine(slots.index)
        if found is None:
            return None
        start, shape, strides = found
        buffer = _buffer(slots)
        prefix = buffer.lower()
        if not shape:
            return self._define(prefix, f"{buffer}[{start}, ...]")  # an array, not a number
        if len(shape) == 1 and (strides[0] > 0 or shape[0] == 1):
            stride = max(strides[0], 1)
            stop = start + stride * (shape[0] - 1) + 1
            by = f":{stride}" if stride > 1 else ""
            return self._define(prefix, f"{buffer}[{start}:{stop}{by}]")
        return self._define(prefix, f"view({buffer}, {start}, {shape}, {strides})")

    def _read(self, slots: Slots) -> str:
        """An array that holds these slots: a view, or else a copy in scratch."""
        name = self._view(slots)
        if name is None:
            name = self._scratch(shape_text(slots))
            self._copy(slots, name)
        return name

    def _keep(self, slots: Slots) -> str:
        """A copy of these slots that stays: whoever needs it again finds it under its name."""
        key = slots.batched, slots.index.shape, slots.index.tobytes()
        if key not in self.kept:
            name = self.kept[key] = self._name("x")
            self.setup.append(f"{name} = empty({shape_text(slots)})")
            self._copy(slots, name)
        return self.kept[key]

    def _copy(self, slots: Slots, into: str) -> None:
        source = self._view(slots)
        if source is not None:
            self.lines.append(f"copyto({into}, {source})")
            return
        table = self._name("i")
        self.tables[table] = np.ascontiguousarray(slots.index)
        # With "clip" NumPy writes into the array at once; else it would make a copy first.
        self.lines.append(f"{_buffer(slots)}.take({table}, 0, {into}, 'clip')")

    def _result(self, slots: Slots) -> str:
        """The name of the slots of a result: they stand side by side, so there is a view."""
        name = self._view(slots)
        assert name is not None
        return name

    def _scratch(self, shape: str, dtype: str = "float") -> str:
        """The name of an array that is free until the step ends."""
        kind = shape, dtype
        free = self.scratch[kind]
        self.used[kind] += 1
        if self.used[kind] > len(free):
            free.append(self._name("t"))
            self.setup.append(f"{free[-1]} = empty({shape}, {dtype})")
        return free[self.used[kind] - 1]


def _buffer(slots: Slots) -> str:
    return "V" if slots.batched else "U"


def view(buffer: Any, start: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Any:
    """Slots of a buffer at regular distances, as an array of any shape.

    >>> view(np.arange(10.0), 2, (2, 3), (4, 1))
    array([[2., 3., 4.],
           [6., 7., 8.]])
    """
    slot, *samples = buffer.strides
    return as_strided(
        buffer[start:], (*shape, *buffer.shape[1:]), (*[s * slot for s in strides], *samples)
    )


def shape_text(slots: Slots) -> str:
    """The shape of these slots as an array, as Python text; B is the number of samples."""
    return f"({', '.join(map(str, slots.index.shape))}{', B' if slots.batched else ','})"
