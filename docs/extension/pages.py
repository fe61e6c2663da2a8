"""Pages as Sphinx reads them: with the navigation, which would be noise on GitHub."""

from __future__ import annotations

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
    lines = ["", "", "```{toctree}", ":hidden:", *[f":caption: {caption}"] * bool(caption)]
    return "\n".join([*lines, "", *(f"/{name}" for name in names), "```", ""])


def in_chapter(app: Sphinx, chapter: str) -> list[str]:
    """The pages of a chapter, in the order of its patterns."""
    patterns = app.config.chapters[chapter]
    found = sorted(app.env.found_docs - {chapter})
    return list(dict.fromkeys(x for pattern in patterns for x in found if fnmatch(x, pattern)))


def add_contents(app: Sphinx, name: str, source: list[str]) -> None:
    """Put the text of a page in its place, and the navigation behind it."""
    if name in ELSEWHERE:
        text = (ROOT / ELSEWHERE[name]).read_text("utf-8")
        source[0] = re.sub(r"\]\((?![a-z]+:|#)", "](../", text)
    chapters = app.config.chapters
    if name in chapters:
        source[0] += contents(in_chapter(app, name))
    if name == app.config.root_doc:
        placed = {x for chapter in chapters for x in [chapter, *in_chapter(app, chapter)]}
        others = sorted(app.env.found_docs - placed - {name})
        source[0] += contents([x for x in chapters if x in app.env.found_docs])
        source[0] += contents(others, "About")


def setup(app: Sphinx) -> None:
    """Add the part."""
    app.add_config_value("chapters", {}, "env")
    app.connect("source-read", add_contents)
