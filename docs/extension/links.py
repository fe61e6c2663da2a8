"""Links from pages to files of the repository: each such file has a page of its own on the site."""

from __future__ import annotations

import os
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from .pages import ELSEWHERE, ROOT

FOLDER = "source"
PAGES = {ROOT / file: name for name, file in ELSEWHERE.items()}
PAGES[ROOT / "README.md"] = "index"


class LinkFiles(SphinxTransform):
    """Turns links to files outside of docs into links to the pages that show them."""

    default_priority = 5

    def apply(self, **kwargs: object) -> None:
        links = (addnodes.download_reference, addnodes.pending_xref)
        for link in list(self.document.findall(lambda node: isinstance(node, links))):
            assert isinstance(link, nodes.Element)
            if link.get("reftype") == "myst":
                self.mend(link)

    def mend(self, link: nodes.Element) -> None:
        """A link as MyST leaves it, which knows no file that is not in docs."""
        _, path = self.env.relfn2path(self.target(link), self.env.docname)
        file = Path(path)
        if file in PAGES:
            link.replace_self(page_link(link, PAGES[file], self.env.docname))
        elif file.is_dir():
            link.replace_self(link.children)
        elif file.is_file() and not file.is_relative_to(self.env.srcdir):
            shown = file.relative_to(ROOT).as_posix()
            files = vars(self.env).setdefault("files_shown", {})
            files.setdefault(self.env.docname, set()).add(shown)
            folder = os.path.dirname(self.env.docname)
            uri = os.path.relpath(f"{FOLDER}/{shown}.html", folder or ".")
            link.replace_self(nodes.reference("", "", *link.children, refuri=uri, internal=True))

    def target(self, link: nodes.Element) -> str:
        """The path that a link names, without its anchor."""
        name = str(link["reftarget"])
        return f"/{name}.md" if link.get("refdomain") == "doc" else name.partition("#")[0] or "."


def page_link(link: nodes.Element, page: str, here: str) -> nodes.Element:
    """The same link, to a page of the site."""
    return addnodes.pending_xref(
        "",
        *link.children,
        refdomain="std",
        reftype="doc",
        reftarget=f"/{page}",
        refdoc=here,
        refexplicit=True,
        refwarn=True,
    )


def pages_of_files(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The pages that show files, with the numbers of lines."""
    from sphinx.highlighting import PygmentsBridge

    highlighter = PygmentsBridge("html", "sphinx")
    for shown in sorted(set().union(*vars(app.env).get("files_shown", {}).values())):
        language = "python" if shown.endswith(".py") else "text"
        text = (ROOT / shown).read_text("utf-8")
        code = highlighter.highlight_block(text, language, linenos="inline")
        body = f"<h1><code>{escape(shown)}</code></h1>\n{code}"
        yield f"{FOLDER}/{shown}", {"title": shown, "body": body}, "page.html"


def merge(app: Sphinx, env: Any, names: set[str], other: Any) -> None:
    """What pages that were read beside these have shown."""
    vars(env).setdefault("files_shown", {}).update(vars(other).get("files_shown", {}))


def setup(app: Sphinx) -> None:
    """Add the part."""
    app.add_transform(LinkFiles)
    app.connect("html-collect-pages", pages_of_files)
    app.connect("env-merge-info", merge)
