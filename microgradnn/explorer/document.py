"""The HTML document of a page: its template, its style, and the one script that may run in it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from string import Template

from ..explaining.notation import printable
from .assembly import assembled
from .squeezing import STYLE, squeezed

STYLES = ("page.css", "present.css", "quiz.css")


def document(
    title: str,
    modules: Sequence[str],
    made: Mapping[str, str],
    parts: Mapping[str, str],
    styles: Sequence[str] = (),
) -> str:
    """The page's HTML. The only script that may run is the one whose hash stands in its head.

    Its script is made of `modules`, and of those of `made`, which are no files; `parts` are the
    texts that the template names besides. `styles` are its style sheets, the later ones deciding.

    It is ASCII, for a host that sends it as Latin-1 would garble the rest, and change the hash.
    """
    script = "".join(c if c.isascii() else _escaped(c) for c in assembled(modules, made))
    written = Template(asset("page.html")).substitute(
        parts,
        title=escape(printable(title)),
        style="\n".join(squeezed(asset(name), STYLE) for name in [*STYLES, *styles]),
        script=script,
        hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return written.encode("ascii", "xmlcharrefreplace").decode()


def _escaped(character: str) -> str:
    """A character in a string of JavaScript: one escape for each half of UTF-16."""
    code = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{code[k : k + 4]}" for k in range(0, len(code), 4))


def asset(name: str) -> str:
    """The text of a file of this folder."""
    return resources.files(__package__).joinpath(name).read_text("utf-8")
