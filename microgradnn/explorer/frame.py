"""Explorer: a finished page, which can be saved, opened in a browser, and shown in a notebook."""

from __future__ import annotations

import os
import tempfile
import webbrowser
from html import escape
from pathlib import Path

from ..drawing.picture import write

NOTEBOOK_HEIGHT = 860  # pixels of the page inside a notebook


class Explorer:
    """The page as one HTML document, `html`; it shows itself in notebooks."""

    def __init__(self, html: str) -> None:
        self.html = html

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file that ends in .html; it needs nothing else."""
        write(path, "a page", dict.fromkeys((".html", ".htm"), self.html.encode))

    def open(self) -> None:
        """Show the page in a browser, from a file that is left in the temporary directory."""
        path = Path(tempfile.mkdtemp(prefix="microgradnn-")) / "explorer.html"
        self.save(path)
        webbrowser.open(path.as_uri())

    def _repr_html_(self) -> str:
        return (
            '<iframe sandbox="allow-scripts" title="Back propagation, step by step" '
            f'width="100%" height="{NOTEBOOK_HEIGHT}" style="border:0" '
            f'srcdoc="{escape(self.html)}"></iframe>'
        )
