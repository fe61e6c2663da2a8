"""A worksheet: a graph as an exercise on paper, with the numbers to fill in, and its key."""

from __future__ import annotations

import math
import os

from ..engine.value import Value
from .diagram import Diagram, values_below
from .fold import MOST_BOXES
from .frames import frames
from .layout import lay_out
from .notebook import image, themed
from .picture import html_page, write
from .svg import box_size, paint, route_of

_STYLE = """
@page { size: landscape; margin: 12mm }
body { font: 16px system-ui, sans-serif; margin: 16px; color-scheme: light }
figure { margin: 0; overflow-x: auto }
svg { zoom: 1.6; max-width: 100%; height: auto }
section + section { break-before: page }
@media print { svg { max-width: 100%; max-height: 150mm } }
"""
_SHEETS = """\
<section>
<h1>Forward and back</h1>
<ol>
<li>Forward, from left to right: fill in the data of every box.</li>
<li>On each arrow write ∂, the derivative of the box it leads to with respect to the one it comes
from.</li>
<li>Backward, from right to left: the last box has the gradient 1. A box gets, from every arrow
that leaves it, the gradient at the arrow's end times ∂; add these up.</li>
</ol>
<figure>{exercise}</figure>
</section>
<section>
<h1>Key</h1>
<figure>{key}</figure>
</section>
"""


class Worksheet:
    """A page to print: the exercise, and on a second sheet its key."""

    def __init__(self, exercise: str, key: str) -> None:
        self.exercise, self.key = exercise, key
        sheets = _SHEETS.format(exercise=exercise, key=key)
        self.html = html_page("Worksheet: back propagation", _STYLE, sheets)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file that ends in .html."""
        write(path, "a worksheet", {".html": self.html.encode})

    def _repr_html_(self) -> str:
        return themed(image(self.exercise) + image(self.key))


def worksheet(root: Value) -> Worksheet:
    """The graph of `root` as an exercise: only the data of leaves is given.

    The gradients in the key are those of a backward pass from zero; the graph stays as it is.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> sheet = worksheet(a * b)
    >>> "−6" in sheet.exercise, "−6" in sheet.key
    (False, True)
    """
    values = values_below(root)
    if len(values) > MOST_BOXES:
        raise ValueError(f"a worksheet has at most {MOST_BOXES} boxes, this graph {len(values):,}")
    last = frames(values)[-1]
    solved = Diagram(last.boxes, last.arrows)
    blank = _without_answers(solved)
    # An arrow has room for its derivative and for the line to write it on, so that exercise and
    # key lie one on the other.
    pairs = zip(solved.arrows, blank.arrows, strict=True)
    geometry = lay_out([*map(box_size, solved.boxes)], [max(map(route_of, pair)) for pair in pairs])
    return Worksheet(paint(blank, geometry), paint(solved, geometry))


def _without_answers(solved: Diagram) -> Diagram:
    """The diagram with empty places for all that is to be filled in."""
    return Diagram(
        [box._replace(data="" if box.operation else box.data, grad="") for box in solved.boxes],
        [
            arrow._replace(derivative=math.nan, words="_" * 8, details="∂")
            for arrow in solved.arrows
        ],
    )
