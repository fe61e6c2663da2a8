"""What the site needs beside Sphinx, furo and MyST; `pages.py` comes first."""

from sphinx.application import Sphinx

from . import accessible, diagrams, figures, links, maths, pages, playground, reference

PARTS = (pages, figures, links, maths, diagrams, reference, playground, accessible)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add all parts to Sphinx."""
    for part in PARTS:
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
