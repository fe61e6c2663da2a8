"""Diagrams that GitHub draws from `mermaid` blocks, drawn by Graphviz when the site is built.

Without Graphviz the text of the diagram stands in its place.
"""

from __future__ import annotations

import re
import shutil

import graphviz
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


def svg_of(text: str) -> str:
    """The arrows of a diagram as a picture, black on nothing: the style sheet colours it."""
    graph = graphviz.Digraph(
        graph_attr={"bgcolor": "transparent", "nodesep": "0.15", "ranksep": "0.3"},
        node_attr={
            "fontname": "Helvetica",
            "shape": "box",
            "style": "rounded",
            "height": "0.3",
            "margin": "0.1,0.03",
        },
        edge_attr={"arrowsize": "0.6"},
    )
    for tail, head in re.findall(r"^\s*(\w+) --> (\w+)$", text, re.MULTILINE):
        graph.edge(tail, head)
    svg: str = graph.pipe("svg", encoding="utf-8")
    return svg[svg.index("<svg") :]


class DrawDiagrams(SphinxTransform):
    """Puts pictures in the place of diagrams."""

    default_priority = 100

    def apply(self, **kwargs: object) -> None:
        for block in list(self.document.findall(nodes.literal_block)):
            if block.get("language") != "mermaid":
                continue
            if shutil.which("dot") is None:
                block["language"] = "text"
                continue
            text = block.astext()
            start = f'<div class="diagram" role="img" aria-label="{label(text)}">'
            block.replace_self(nodes.raw("", f"{start}{svg_of(text)}</div>", format="html"))


def label(text: str) -> str:
    """What a diagram says, for those who do not see it."""
    return "; ".join(re.findall(r"\w+ --> \w+", text)).replace("-->", "imports")


def setup(app: Sphinx) -> None:
    """Add the part."""
    app.add_transform(DrawDiagrams)
