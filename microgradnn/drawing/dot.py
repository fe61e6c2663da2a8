"""The graph in the DOT language, for Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .diagram import Diagram, describe, values_below

if TYPE_CHECKING:
    import graphviz

    from ..engine.value import Value


def to_dot(root: Value) -> graphviz.Digraph:
    """The graph that `root` was computed by, for Graphviz.

    One box per value, from left to right, with its label and operation, data and gradient; one
    edge per operand, with the local derivative. Boxes are called n0, n1, … in topological order.

    >>> from microgradnn import Value
    >>> a = Value(3.0, label="a")
    >>> to_dot(a * a).source.count("n0 -> n1")
    2
    """
    return digraph(describe(values_below(root)))


def digraph(diagram: Diagram) -> graphviz.Digraph:
    """A diagram in the DOT language."""
    from graphviz import Digraph, nohtml

    graph = Digraph(
        graph_attr={"rankdir": "LR"},
        node_attr={"shape": "box", "style": "rounded,filled", "fillcolor": "white"},
    )
    for k, box in enumerate(diagram.boxes):
        looks = {"fillcolor": "#e6f4f1" if box.is_leaf else "white"}
        looks |= {"penwidth": "2.5"} if box is diagram.boxes[-1] else {}
        lines = [box.heading, box.numbers, f"data {box.data}", f"grad {box.grad}"]
        label = r"\n".join(_escape(line) for line in lines if line)
        graph.node(f"n{k}", nohtml(label), **looks)
    for arrow in diagram.arrows:
        graph.edge(f"n{arrow.tail}", f"n{arrow.head}", arrow.text)
    return graph


def _escape(line: str) -> str:
    """Text in which Graphviz sees neither escape sequences (\\N) nor entities (&lt;)."""
    return line.replace("\\", r"\\").replace("&", "&amp;")


def render(diagram: Diagram, form: str) -> bytes:
    """A diagram as Graphviz paints it, in the format of a file: "png" or "pdf"."""
    from graphviz import ExecutableNotFound

    try:
        rendered: bytes = digraph(diagram).pipe(format=form)
    except ExecutableNotFound:
        raise RuntimeError(
            f"a .{form} file is made by the program dot, which is not installed: "
            "apt-get install graphviz, or brew install graphviz, or winget install graphviz"
        ) from None
    return rendered
