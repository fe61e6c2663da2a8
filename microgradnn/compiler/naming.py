"""The names of arrays in generated code: views, scratch that is used again, tables of indices."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .patterns import affine
from .steps import Rows


class ArrayNames:
    """Gives names to arrays; `setup` makes them, `lines` are the statements that use them."""

    def __init__(self) -> None:
        self.tables: dict[str, Any] = {}  # arrays of indices
        self.setup: list[str] = []
        self.lines: list[str] = []
        self.named: dict[str, str] = {}  # by the expression
        self.kept: dict[tuple[Any, ...], str] = {}  # copies of rows
        self.counts: Counter[str] = Counter()
        self.scratch: dict[tuple[str, str], list[str]] = defaultdict(list)  # by shape and type
        self.used: Counter[tuple[str, str]] = Counter()  # of these, in this step

    def _name(self, prefix: str) -> str:
        self.counts[prefix] += 1
        return f"{prefix}{self.counts[prefix]}"

    def _define(self, prefix: str, expression: str) -> str:
        """A name for an expression that is evaluated once, when the arrays are allocated."""
        if expression not in self.named:
            name = self.named[expression] = self._name(prefix)
            self.setup.append(f"{name} = {expression}")
        return self.named[expression]

    def _view(self, rows: Rows) -> str | None:
        """The name of a view of these rows, if they form a pattern."""
        found = affine(rows.index)
        if found is None:
            return None
        start, shape, strides = found
        buffer = "V" if rows.batched else "U"
        prefix = buffer.lower()
        if not shape:
            return self._define(prefix, f"{buffer}[{start}, ...]")  # an array, not a number
        if len(shape) == 1 and (strides[0] > 0 or shape[0] == 1):
            step = f":{strides[0]}" if strides[0] > 1 else ""
            stop = start + max(strides[0], 1) * (shape[0] - 1) + 1
            return self._define(prefix, f"{buffer}[{start}:{stop}{step}]")
        return self._define(prefix, f"view({buffer}, {start}, {shape}, {strides})")

    def _read(self, rows: Rows) -> str:
        """An array that holds these rows: a view, or else a copy in scratch."""
        name = self._view(rows)
        if name is None:
            name = self._scratch(shape_text(rows))
            self._copy(rows, name)
        return name

    def _keep(self, rows: Rows) -> str:
        """A copy of these rows that stays, as an array of its own."""
        key = rows.batched, rows.index.shape, rows.index.tobytes()
        if key not in self.kept:
            name = self.kept[key] = self._name("x")
            self.setup.append(f"{name} = empty({shape_text(rows)})")
            self._copy(rows, name)
        return self.kept[key]

    def _copy(self, rows: Rows, into: str) -> None:
        source = self._view(rows)
        if source is not None:
            self.lines.append(f"copyto({into}, {source})")
            return
        table = self._name("i")
        self.tables[table] = np.ascontiguousarray(rows.index)
        self.lines.append(f"{'V' if rows.batched else 'U'}.take({table}, 0, {into}, 'clip')")

    def _result(self, rows: Rows) -> str:
        """The name of the rows of a result, which stand side by side."""
        name = self._view(rows)
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


def view(buffer: Any, start: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Any:
    """Rows of a buffer at regular distances, as an array of any shape."""
    row, *rest = buffer.strides
    return as_strided(
        buffer[start:], (*shape, *buffer.shape[1:]), (*[s * row for s in strides], *rest)
    )


def shape_text(rows: Rows) -> str:
    return f"({', '.join(map(str, rows.index.shape))}{', B' if rows.batched else ','})"
