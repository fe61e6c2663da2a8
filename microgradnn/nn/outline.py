"""What a network is made of, layer by layer, as a table."""

from __future__ import annotations

from collections import namedtuple

from ..engine.value import Value
from ..typed import Any
from .parts import Searched
from .search import modules_in, parameters_in, shape_of, values_of

# A layer: its path, its class, the shape of each of its arrays, and how many parameters are new.
Row = namedtuple("Row", "layer kind shapes parameters")

HEAD = Row("layer", "kind", "shapes", "parameters")


class Outline(namedtuple("Outline", "kind rows parameters")):
    """The rows of a network's layers, and the number of its parameters; shown as a table."""

    __slots__ = ()

    def __repr__(self) -> str:
        shown = [row._replace(shapes=_written(row.shapes)) for row in self.rows]
        lines = [HEAD, *shown, Row("total", self.kind, "", self.parameters)]
        columns = list(zip(*lines, strict=True))
        widths = [max(len(_counted(cell)) for cell in column) for column in columns]
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


def _written(shapes: dict[str, Any]) -> str:
    return ", ".join(f"{name} {shape}" for name, shape in shapes.items())


def _counted(cell: Any) -> str:
    return f"{cell:,}" if isinstance(cell, int) else cell


def _line(cells: Row, widths: list[int]) -> str:
    """The cells below each other: words to the left, and the last, which are numbers, right."""
    words = [cell.ljust(width) for cell, width in zip(cells[:-1], widths[:-1], strict=True)]
    return "  ".join([*words, _counted(cells[-1]).rjust(widths[-1])])
