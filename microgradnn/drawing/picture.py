"""A finished picture: it shows itself in notebooks and is saved to files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial
from html import unescape
from pathlib import Path

from ..arguments import as_path
from .diagram import Diagram
from .dot import digraph
from .image import pdf, png
from .notebook import first_inside

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
{body}</html>
"""
_STYLE = ":root{color-scheme:light dark}body{margin:0;overflow-x:auto}"

Forms = dict[str, Callable[[], bytes]]  # what a file holds, by the end of its name


def html_page(title: str, style: str, body: str) -> str:
    """A page of its own, of text that is HTML already."""
    return _PAGE.format(title=title, style=style, body=body)


def write(path: str | os.PathLike[str], what: str, forms: Forms) -> None:
    """Write a file in the form that its name asks for; in `what` an error says what was saved."""
    path = as_path(path)
    form = forms.get(path.suffix.lower())
    if not form:
        *most, last = forms
        known = " or ".join(filter(None, [", ".join(most), last]))
        raise ValueError(f"{what} is saved as {known}, not as {path.name!r}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"no directory {str(path.parent)!r} to save {path.name!r} in")
    path.write_bytes(form())


def _in_dot(diagram: Diagram) -> bytes:
    source: str = digraph(diagram).source
    return source.encode()


class Drawing:
    """A picture as SVG; it shows itself in notebooks."""

    def __init__(
        self,
        svg: str,
        diagram: Diagram | None = None,
        frames: Callable[[], Iterable[Drawing]] | None = None,
    ) -> None:
        self.svg = svg
        self._diagram = diagram
        self._frames = frames

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a file that ends in .svg, .html, .png or .pdf; of a graph also .dot.

        .html is a page of its own. .png and .pdf show the same picture, light; they need the
        extra `image`.
        """
        title = first_inside("title", self.svg)
        page = html_page(title, _STYLE, self.svg)
        forms: Forms = {".svg": self.svg.encode, ".html": page.encode}
        if self._diagram:
            forms[".dot"] = partial(_in_dot, self._diagram)
        forms |= {".png": partial(png, self.svg), ".pdf": partial(pdf, self.svg)}
        write(path, "this drawing", forms)

    def save_frames(self, directory: str | os.PathLike[str]) -> list[Path]:
        """Write a picture for each step of both passes, frame_0001.svg and so on, for slides.

        Everything has the same place in all of them.
        """
        if not self._frames:
            raise ValueError("steps are drawn of a graph of at most 60 values")
        directory = as_path(directory)
        directory.mkdir(exist_ok=True)
        paths = []
        for count, frame in enumerate(self._frames(), start=1):
            paths.append(directory / f"frame_{count:04}.svg")
            frame.save(paths[-1])
        return paths

    def __repr__(self) -> str:
        return f"Drawing({unescape(first_inside('title', self.svg))!r})"

    def _repr_svg_(self) -> str:
        return self.svg
