"""What a network is made of, layer by layer, as a table."""

from __future__ import annotations

from typing import NamedTuple

from ..engine.value import Value
from .parts import Searched
from .search import modules_in, parameters_in, shape_of, values_of

Shapes = dict[str, tuple[int, ...] | None]  # of arrays, by their names

HEAD = ("layer", "kind", "shapes", "parameters")


class Row(NamedTuple):
    """A layer: its path, its class, the shapes of its arrays, and how many parameters are new."""

    layer: str
    kind: str
    shapes: Shapes
    parameters: int


class Outline(NamedTuple):
    """The rows of a network's layers, and the number of its parameters; shown as a table."""

    kind: str
    rows: list[Row]
    parameters: int

    def __repr__(self) -> str:
        lines = [
            HEAD,
            *((x.layer, x.kind, _written(x.shapes), f"{x.parameters:,}") for x in self.rows),
            ("total", self.kind, "", f"{self.parameters:,}"),
        ]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(_line(line, widths) for line in lines)


def outline_of(module: Searched) -> Outline:
    """A row for each module that has parameters of its own, or that has no other inside."""
    total = len(parameters_in(module))  # first, for it complains of what cannot be found
    rows = []
    counted: set[Value] = set()
    for path, owner, arrays, inside in modules_in(module):
        if arrays or not inside:
            new = values_of(arrays.values()) - counted
            shapes = {name: shape_of(array) for name, array in arrays.items()}
            rows.append(Row(path, type(owner).__name__, shapes, len(new)))
            counted |= new
    return Outline(type(module).__name__, rows, total)


def _written(shapes: Shapes) -> str:
    return ", ".join(f"{name} {shape}" for name, shape in shapes.items())


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    """The cells below each other: words to the left, and the last, which are numbers, right."""
    words = [cell.ljust(width) for cell, width in zip(cells[:-1], widths[:-1], strict=True)]
    return "  ".join([*words, cells[-1].rjust(widths[-1])])
