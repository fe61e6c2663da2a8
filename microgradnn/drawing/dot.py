"""The graph in the DOT language, for Graphviz."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..collector import large_graph
from .contents import all_frames, check_options, contents, values_shown
from .diagram import Arrow, Box, Diagram
from .fold import Rule

if TYPE_CHECKING:
    import graphviz

    from ..engine.value import Value

CURRENT = {"color": "#b3400e", "penwidth": "3.5"}  # what a step is about


def to_dot(
    root: Value, fold: str | Rule = "none", step: int | None = None, *, open_neurons: bool = False
) -> graphviz.Digraph:
    """The graph that `root` was computed by, for Graphviz.

    One box per value, from left to right, with its label and operation, data and gradient; one
    edge per operand, with the local derivative. Boxes are called n0, n1, … in topological order.
    `fold`, `step` and `open_neurons` are those of `draw`, but nothing is folded unless asked for.

    >>> from microgradnn import Value
    >>> a = Value(3.0, label="a")
    >>> to_dot(a * a).source.count("n0 -> n1")
    2
    """
    check_options(fold, step)
    with large_graph():
        values = values_shown(root, open_neurons)
        if step is not None:
            return digraph(all_frames(values, step)[step - 1])
        return digraph(contents(values, fold))


def digraph(diagram: Diagram) -> graphviz.Digraph:
    """A diagram in the DOT language."""
    try:
        from graphviz import Digraph, nohtml
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "a graph in the DOT language is made by graphviz, which is not installed: "
            "pip install graphviz",
            name="graphviz",
        ) from None
    graph = Digraph(
        graph_attr={"rankdir": "LR", **_caption(diagram.caption)},
        node_attr={"shape": "box", "style": "rounded,filled", "fillcolor": "white"},
    )
    for k, box in enumerate(diagram.boxes):
        looks = {"fillcolor": "#e6f4f1" if box.is_leaf else "white"}
        looks |= {"penwidth": "2.5"} if box is diagram.boxes[-1] else {}
        looks |= CURRENT | {"style": "rounded,filled,dashed"} if k == diagram.current_box else {}
        graph.node(f"n{k}", nohtml(_label(box)), **looks)
    for k, arrow in enumerate(diagram.arrows):
        looks = CURRENT | {"style": "dashed"} if k == diagram.current_arrow else {}
        graph.edge(*_ends(arrow), arrow.text, **looks)
    return graph


def _ends(arrow: Arrow) -> tuple[str, str]:
    return f"n{arrow.tail}", f"n{arrow.head}"


def _label(box: Box) -> str:
    lines = [box.heading, box.numbers, f"data {box.data}", f"grad {box.grad}"]
    return r"\n".join(_escape(line) for line in lines if line)


def _caption(lines: Sequence[str]) -> dict[str, str]:
    """Attributes that put lines below the graph; each ends in Graphviz's mark for "to the left"."""
    from graphviz import nohtml

    if not lines:
        return {}
    text = "".join(rf"{_escape(line)}\l" for line in lines)
    return {"label": nohtml(text), "labelloc": "b", "labeljust": "l"}


def _escape(line: str) -> str:
    """Text in which Graphviz sees neither escape sequences (\\N) nor entities (&lt;)."""
    return line.replace("\\", r"\\").replace("&", "&amp;")
