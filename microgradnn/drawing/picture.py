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
    """A picture as SVG, the text `svg`; made by `draw`. It shows itself in notebooks.

    Raises ValueError where it is saved in a form that it has not.

    >>> from microgradnn import Value, draw
    >>> x = Value(3.0, label="x")
    >>> picture = draw(x * x)
    >>> picture, picture.svg[:5]
    (Drawing('Computational graph x × x'), '<svg ')
    """

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
        extra `image`. An existing file is overwritten.

        Raises ValueError if the name has another end, FileNotFoundError if its directory does not
        exist, ImportError without the extra.

        >>> from microgradnn import Value, draw
        >>> x = Value(3.0, label="x")
        >>> draw(x * x).save("square.bmp")
        Traceback (most recent call last):
        ValueError: this drawing is saved as .svg, .html, .dot, .png or .pdf, not as 'square.bmp'
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

        Everything has the same place in all of them. The directory is made if it does not exist;
        the paths of the files come back. Raises ValueError if this is no graph of at most 60
        values, FileNotFoundError if there is nothing to make the directory in.

        >>> import tempfile
        >>> from microgradnn import Value, draw
        >>> x = Value(3.0, label="x")
        >>> with tempfile.TemporaryDirectory() as directory:
        ...     print(*[path.name for path in draw(x * x).save_frames(directory)])
        frame_0001.svg frame_0002.svg frame_0003.svg frame_0004.svg
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
