"""What furo and Sphinx leave out for those who do not see a page or have no mouse: axe-core says.

Written pages are mended, for templates have no place for most of this.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

from .links import FOLDER as FILES

SCROLLED = 42  # columns of code that a telephone shows; lines that are longer need a scroll bar
TAG = re.compile(r"<[^>]+>")
PRE = re.compile(r"<pre>.*?</pre>", re.DOTALL)
MENDED = {
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="Sections">',
    'class="caption" role="heading"': 'class="caption" role="heading" aria-level="2"',
    '<th class="head"><p></p></th>': "<td></td>",
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
}


def reached_by_keys(code: re.Match[str]) -> str:
    """A block of code that may have to be scrolled can be reached by the key Tab."""
    longest = max(map(len, TAG.sub("", code[0]).splitlines()), default=0)
    return code[0].replace("<pre>", '<pre tabindex="0">') if longest > SCROLLED else code[0]


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
        path.write_text(PRE.sub(reached_by_keys, html), "utf-8")


def setup(app: Sphinx) -> None:
    """Add the part."""
    app.connect("build-finished", mend)
