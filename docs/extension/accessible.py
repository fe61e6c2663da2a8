"""What furo and Sphinx leave out for those who do not see a page or have no mouse: axe-core says.

Written pages are mended, for templates have no place for most of this.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

from .links import FOLDER as FILES

MENDED = {
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="Sections">',
    'class="caption" role="heading"': 'class="caption" role="heading" aria-level="2"',
    '<th class="head"><p></p></th>': "<td></td>",
    # What a narrow window has to scroll must be reached by the key Tab.
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
    "<pre>": '<pre tabindex="0">',
}

CELL = re.compile("<td>.*?</td>", re.DOTALL)
DOT = re.compile(r"(?<=\w)\.(?=[A-Za-z_][^<>]*</span>)")


def may_break(cell: re.Match[str]) -> str:
    """Let names in a table end a line behind a dot, so that its last column is not pushed out."""
    return DOT.sub(".<wbr>", cell[0])


def mend(app: Sphinx, error: Exception | None) -> None:
    """Mend the pages when all are written."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    shown = [*app.env.found_docs, "search", "genindex"]
    for path in [*(out / f"{page}.html" for page in shown), *(out / FILES).rglob("*.html")]:
        html = path.read_text("utf-8")
        for old, new in MENDED.items():
            html = html.replace(old, new)
        path.write_text(CELL.sub(may_break, html), "utf-8")


def setup(app: Sphinx) -> None:
    """Add the part."""
    app.connect("build-finished", mend)
