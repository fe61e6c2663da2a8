"""Pictures of computational graphs, with one layout of our own: the same on every machine.

A picture is made in four stages, each of which knows nothing of the next: `diagram.py` says in
words what boxes and arrows show, `layout.py` gives them places by their sizes alone, `svg.py`
paints them, and `picture.py` shows and saves the result. Read `drawn.py` first, where `draw` calls
them in turn. `fold` makes few boxes of many, `frames` shows one step of both passes, `network`
draws a model as circles, `worksheet` makes an exercise, and `dot` writes a graph for Graphviz.
"""

from __future__ import annotations

from .dot import to_dot
from .drawn import draw, svg_of_small
from .picture import Drawing

__all__ = ["Drawing", "draw", "svg_of_small", "to_dot"]
