"""Formulas as MathML, which browsers show by themselves; docutils translates them from LaTeX."""

from __future__ import annotations

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

LOG = logging.getLogger(__name__)


def visit(writer: HTML5Translator, node: nodes.Element) -> None:
    """Write a formula; what is no formula is said, and stands as it is."""
    text, as_block = node.astext(), isinstance(node, nodes.math_block)
    try:
        written = str(tex2mathml(text, as_block=as_block))
    except MathError as error:
        LOG.warning("$%s$ is no formula: %s", text, error, location=node)
        written = writer.encode(text)
    # What a narrow window has to scroll must be reached by the key Tab.
    writer.body.append(
        f'<div class="formula" tabindex="0">{written}</div>' if as_block else written
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Add the part."""
    app.add_html_math_renderer("mathml", (visit, None), (visit, None))
