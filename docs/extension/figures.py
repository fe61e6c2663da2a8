"""Programs of pages run when the site is built, and the graphs that they leave become live figures.

A live figure is the page of an `Explorer` in a frame, with its picture where frames are not shown.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import tempfile
import traceback
from html import escape
from pathlib import Path
from typing import Any

import blocks
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from microgradnn import Explorer

LOG = logging.getLogger(__name__)
FOLDER = "figures"
TELL = """
if (parent !== self) new ResizeObserver(() => parent.postMessage({
  width: innerWidth, height: document.documentElement.scrollHeight,
}, "*")).observe(document.body);
"""


def run(app: Sphinx, page: str) -> dict[str, Any]:
    """Run the programs of a page; what it says wrongly is a warning, which fails the build."""
    path = Path(app.env.doc2path(page))
    if page in app.config.not_run or not any(blocks.blocks_of(path.read_text("utf-8"))):
        return {}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        try:
            names, faults = blocks.run(path)
        except Exception as error:  # whatever a program raises
            calls = traceback.extract_tb(error.__traceback__)
            line = next((call.lineno for call in calls if call.filename == str(path)), None)
            names, faults = {}, [f"{path.name}, line {line}: {type(error).__name__}: {error}"]
    for fault in faults:
        LOG.warning("%s", fault, location=page, type="programs")
    return names


class LiveFigures(SphinxTransform):
    """Runs a page, and puts frames in the places of pictures that stand for an `Explorer`."""

    default_priority = 50

    def apply(self, **kwargs: object) -> None:
        names = run(self.app, self.env.docname)
        for image in list(self.document.findall(nodes.image)):
            thing = names.get(Path(image["uri"]).stem)
            if isinstance(thing, Explorer):
                image.replace_self(live_figure(self.app, image, thing))


def telling(html: str) -> str:
    """A page that tells the one around it how high it is, for the frame of a narrow window."""
    known = base64.b64encode(hashlib.sha256(TELL.encode()).digest()).decode()
    head, rule, rest = html.partition("script-src ")
    assert rule, "a page says which scripts it has"
    return f"{head}{rule}'sha256-{known}' {rest}".replace(
        "</body>", f"<script>{TELL}</script>\n</body>"
    )


def live_figure(app: Sphinx, image: nodes.image, explorer: Explorer) -> nodes.Element:
    """The frame of a page, which is saved beside the site's own."""
    name = Path(image["uri"]).stem
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.html").write_text(telling(explorer.html), "utf-8")
    here = os.path.dirname(app.env.docname) or "."
    page = os.path.relpath(f"{FOLDER}/{name}.html", here)
    picture = os.path.relpath(f"_images/{name}.svg", here)  # behind the frame until it is there
    narrow, wide = explorer._heights
    before = (
        f'<figure class="live"><div style="--narrow:{narrow}px;--wide:{wide}px">'
        f'<iframe src="{page}" style="background-image:url({picture})" '
        f'title="{escape(explorer.title)}" loading="lazy" '
        'sandbox="allow-scripts allow-downloads" allow="fullscreen *; clipboard-write *">'
        "</iframe>"
    )
    after = (
        f'</div><figcaption><a href="{page}">{escape(explorer.title)}, '
        "in full</a></figcaption></figure>"
    )
    first, last = (nodes.raw("", html, format="html") for html in (before, after))
    return nodes.inline("", "", first, image.copy(), last)


def setup(app: Sphinx) -> None:
    """Add the part."""
    app.add_config_value("not_run", {}, "env")
    app.add_transform(LiveFigures)
