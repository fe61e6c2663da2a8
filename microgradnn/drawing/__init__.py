"""Pictures of computational graphs: `draw` paints one, `to_dot` hands one to Graphviz."""

from __future__ import annotations

import os
from pathlib import Path

from ..value import Value
from .diagram import Diagram, describe, values_below
from .dot import digraph, to_dot
from .layout import lay_out
from .svg import box_size, edge_of, paint

__all__ = ["Drawing", "draw", "to_dot"]

MOST_BOXES = 60


class Drawing:
    """A picture of a graph; it shows itself in notebooks."""

    def __init__(self, diagram: Diagram) -> None:
        boxes, arrows = diagram
        self._diagram = diagram
        self.svg = paint(diagram, lay_out([*map(box_size, boxes)], [*map(edge_of, arrows)]))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file that ends in .svg, or the graph to one that ends in .dot."""
        path = Path(path)
        ending = path.suffix.lower()
        if ending not in (".svg", ".dot"):
            raise ValueError(f"a drawing is saved as .svg or .dot, not as {path.name!r}")
        if not path.parent.is_dir():
            raise FileNotFoundError(f"no directory {str(path.parent)!r} to save {path.name!r} in")
        text = self.svg if ending == ".svg" else digraph(self._diagram).source
        path.write_text(text, encoding="utf-8", newline="\n")

    def _repr_svg_(self) -> str:
        return self.svg


def draw(root: Value) -> Drawing:
    """A picture of the graph that `root` was computed by.

    One box per value, with its label and operation, data and gradient (`·` before a backward
    pass); one arrow per operand, with the local derivative ∂.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> drawing = draw(a * b + a)
    >>> drawing.svg.count("<title>∂")
    4
    """
    values = values_below(root)
    if len(values) > MOST_BOXES:
        raise ValueError(
            f"this graph has {len(values):,} values; a picture shows at most {MOST_BOXES} boxes: "
            "draw a Value further down, which was computed from fewer"
        )
    return Drawing(describe(values))
