"""The names of arrays in generated code: views, scratch that is used again, tables of indices."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .patterns import Index, affine


class ArrayNames:
    """Gives names to arrays; `setup` makes them, `lines` are the statements that use them."""

    def __init__(self) -> None:
        self.tables: dict[str, Any] = {}  # arrays of indices
        self.setup: list[str] = []
        self.lines: list[str] = []
        self.named: dict[str, str] = {}  # by the expression
        self.counts: dict[str, int] = defaultdict(int)
        self.free: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.taken: list[tuple[tuple[str, str], str]] = []

    def _name(self, prefix: str) -> str:
        self.counts[prefix] += 1
        return f"{prefix}{self.counts[prefix]}"

    def _define(self, prefix: str, expression: str) -> str:
        """A name for an expression that is evaluated once, when the arrays are allocated."""
        if expression not in self.named:
            name = self.named[expression] = self._name(prefix)
            self.setup.append(f"{name} = {expression}")
        return self.named[expression]

    def _view(self, buffer: str, index: Index) -> str | None:
        """The name of a view of these rows, if they form a pattern."""
        found = affine(index)
        if found is None:
            return None
        start, shape, strides = found
        prefix = buffer.lower()
        if len(shape) == 1 and (strides[0] > 0 or shape[0] == 1):
            step = f":{strides[0]}" if strides[0] > 1 else ""
            stop = start + max(strides[0], 1) * (shape[0] - 1) + 1
            return self._define(prefix, f"{buffer}[{start}:{stop}{step}]")
        return self._define(prefix, f"view({buffer}, {start}, {shape}, {strides})")

    def _read(self, buffer: str, index: Index) -> str:
        """An array that holds these rows: a view, or else a copy in scratch."""
        name = self._view(buffer, index)
        if name is None:
            name = self._scratch(shape_text(index.shape, buffer.endswith("V")))
            self._take(buffer, index, name)
        return name

    def _take(self, buffer: str, index: Index, into: str) -> None:
        table = self._name("i")
        self.tables[table] = np.ascontiguousarray(index)
        self.lines.append(f"{buffer}.take({table}, 0, {into}, 'clip')")

    def _copy(self, buffer: str, index: Index, into: str) -> None:
        source = self._view(buffer, index)
        if source is None:
            self._take(buffer, index, into)
        else:
            self.lines.append(f"copyto({into}, {source})")

    def _rows(self, buffer: str, start: int, shape: tuple[int, ...]) -> str:
        """A view of rows that stand side by side."""
        count = int(np.prod(shape))
        name = self._view(buffer, np.arange(start, start + count).reshape(shape))
        assert name is not None
        return name

    def _scratch(self, shape: str, dtype: str = "float") -> str:
        free = self.free[shape, dtype]
        kind = "" if dtype == "float" else f", {dtype}"
        if free:
            name = free.pop()
        else:
            name = self._name("t")
            self.setup.append(f"{name} = empty({shape}{kind})")
        self.taken.append(((shape, dtype), name))
        return name

    def _release(self) -> None:
        """All scratch may be used again."""
        for key, name in reversed(self.taken):
            self.free[key].append(name)
        self.taken.clear()


def view(buffer: Any, start: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Any:
    """Rows of a buffer at regular distances, as an array of any shape."""
    row, *rest = buffer.strides
    return as_strided(
        buffer[start:], (*shape, *buffer.shape[1:]), (*[s * row for s in strides], *rest)
    )


def shape_text(shape: tuple[int, ...], batched: bool) -> str:
    return f"({', '.join(map(str, shape))}{', B' if batched else ','})"
