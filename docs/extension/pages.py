"""Pages as Sphinx reads them: with the navigation, which would be noise on GitHub."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

from sphinx.application import Sphinx

# Pages of the repository that stand outside of docs; the page in docs only says so.
ELSEWHERE = {"changes": "CHANGELOG.md", "contributing": "CONTRIBUTING.md"}
ROOT = Path(__file__).parents[2]


def contents(names: Iterable[str], caption: str = "") -> str:
    """A list of pages for the navigation."""
    pages = [f"/{name}" for name in names]
    if not pages:
        return ""
    lines = ["", "", "```{toctree}", ":hidden:", *[f":caption: {caption}"] * bool(caption)]
    return "\n".join([*lines, "", *pages, "```", ""])


def in_chapter(app: Sphinx, chapter: str) -> list[str]:
    """The pages of a chapter, in the order in which its own page links to them; then the others."""
    patterns = app.config.chapters[chapter]
    found = {x for x in app.env.found_docs if any(fnmatch(x, pattern) for pattern in patterns)}
    text = Path(app.env.doc2path(chapter)).read_text("utf-8")
    linked = re.findall(r"\]\(([^)#:]+)\.md", text)
    in_order = [os.path.normpath(f"{os.path.dirname(chapter)}/{link}") for link in linked]
    return [x for x in dict.fromkeys([*in_order, *sorted(found)]) if x in found - {chapter}]


def add_contents(app: Sphinx, name: str, source: list[str]) -> None:
    """Put the text of a page in its place, and the navigation behind it."""
    if name in ELSEWHERE:
        text = (ROOT / ELSEWHERE[name]).read_text("utf-8")
        source[0] = re.sub(r"\]\((?![a-z]+:|#)", "](../", text)
    chapters = [x for x in app.config.chapters if x in app.env.found_docs]
    if name in chapters:
        source[0] += contents(in_chapter(app, name))
    if name == app.config.root_doc:
        placed = {x for chapter in chapters for x in [chapter, *in_chapter(app, chapter)]}
        others = app.env.found_docs - placed - {name}
        about = [x for x in dict.fromkeys([*app.config.about, *sorted(others)]) if x in others]
        source[0] += contents(chapters) + contents(about, "About")


def setup(app: Sphinx) -> None:
    """Add the part."""
    app.add_config_value("chapters", {}, "env")
    app.add_config_value("about", [], "env")
    app.connect("source-read", add_contents)
