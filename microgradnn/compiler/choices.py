"""The NumPy back end's gathers and scatters: what is read, and where a gradient goes, by an index.

The idea: a table lies flat, and the *position* of a choice in it is found once, by whole numbers.
The forward pass reads the slots at these positions; the reverse pass counts them, each with the
gradient as its weight.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .naming import ArrayNames, shape_text
from .steps import Scatter, Slots, Take


class ChoiceCode(ArrayNames):
    """Writes the lines of a Take and of a Scatter."""

    def _take(self, step: Take) -> None:
        """Read the chosen slots; in a batched table the numbers of each sample stand apart."""
        positions, shape = self._positions(step)
        slots = self._scratch(shape, "intp")
        table = self._name("i")
        self.tables[table] = step.table.index.ravel()
        self.lines.append(f"{table}.take({positions}, None, {slots}, 'clip')")
        source, axis = "U", "0"
        if step.table.batched:
            self._for_each_sample(slots, slots)
            source, axis = self._define("v", "V.reshape(-1)"), "None"
        result = self._result(step.result)
        self.lines.append(f"{source}.take({slots}, {axis}, {result}, 'clip')")

    def _scatter(self, step: Scatter) -> None:
        """Add up what each number of the table receives; those of each sample apart, if batched."""
        positions, shape = self._positions(step.take)
        size = str(step.result.index.size)
        if step.result.batched:
            positions = self._for_each_sample(positions, self._scratch(shape, "intp"))
            size += " * B"
        gradient, result = self._read(step.gradient), self._result(step.result)
        count = f"bincount({positions}.ravel(), {gradient}.ravel(), {size})"
        self.lines.append(f"copyto({result}, {count}.reshape({result}.shape))")

    def _for_each_sample(self, places: str, into: str) -> str:
        """Places among slots become those in a flat buffer that has B numbers a slot."""
        self.lines.append(f"multiply({places}, B, {into})")
        self.lines.append(f"add({into}, {self._define('i', 'arange(B)')}, {into})")
        return into

    def _positions(self, step: Take) -> tuple[str, str]:
        """The name and the shape of an array that says where in the flat table the choices are."""
        rows, n = step.table.index.shape
        shared = step.result.index.ndim == 2
        batched = step.result.batched
        shape = shape_text(Slots(batched, step.result.index))
        key = "positions", shape, rows, n, batched, step.index.index.tobytes()
        if key not in self.kept:
            chosen = self._whole(step.index, n, batched)
            start = np.arange(rows)[:, None] * n if shared else np.arange(rows) * n
            starts, name = self._name("i"), self._name("i")
            self.tables[starts] = start[..., None] if batched else start
            self.setup.append(f"{name} = empty({shape}, intp)")
            self.lines.append(f"add({starts}, {chosen}, {name})")
            self.kept[key] = name
        return self.kept[key], shape

    def _whole(self, index: Slots, n: int, batched: bool) -> str:
        """The name of an array of indices as whole numbers, below n."""
        key = "whole", n, batched, index.batched, index.index.tobytes()
        if key not in self.kept:
            numbers = self._read(index)
            if batched and not index.batched:
                numbers = f"{numbers}[..., None]"
            name = self.kept[key] = self._name("i")
            shape = shape_text(Slots(batched, index.index))
            self.setup.append(f"{name} = empty({shape}, intp)")
            self.lines.append(f"whole({numbers}, {n}, {name})")
        return self.kept[key]


def whole(index: Any, count: int, into: Any) -> None:
    """Copy indices to whole numbers. ValueError for one that is not whole or not below `count`.

    >>> whole(np.array([0.0, 1.5]), 3, np.zeros(2, int))
    Traceback (most recent call last):
    ValueError: an index is not whole, or not from 0 to 2
    """
    np.copyto(into, index, casting="unsafe")
    if (into != index).any() or into.min() < 0 or into.max() >= count:
        raise ValueError(f"an index is not whole, or not from 0 to {count - 1}")
