"""Composing: pictures and lines of text together on a surface of fixed size, a slide or a sheet."""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

from .geometry import Size
from .looks import FONTS_ON_PAPER
from .svg import text_width

INK = "#131c2b"
_FRAME = re.compile(r'width="\d+" height="\d+" viewBox="[^"]*"')


class Window(NamedTuple):
    """The part of a picture that is seen, in the picture's own units."""

    left: float
    top: float
    width: float
    height: float


class Line(NamedTuple):
    """A line of text, where it starts, on its baseline."""

    words: str
    x: float
    y: float
    size: float
    bold: bool = False


def wrapped(words: str, size: float, width: float) -> list[str]:
    """Words in lines that are no wider than that, as far as they have spaces to break at.

    >>> wrapped("one two three", 10.0, 60.0)
    ['one two', 'three']
    """
    lines = [""]
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def placed(svg: str, x: float, y: float, size: Size, window: Window) -> str:
    """A picture inside another: what is seen through a window of it, as large as `size`."""
    seen = " ".join(f"{side:.7g}" for side in window)
    place = f'x="{x:.7g}" y="{y:.7g}" width="{size.width:.7g}" height="{size.height:.7g}"'
    return _FRAME.sub(f'{place} viewBox="{seen}"', svg, count=1)


def surface(size: Size, pictures: list[str], lines: list[Line]) -> str:
    """An SVG document of placed pictures and lines of text, on white."""
    width, height = f"{size.width:g}", f"{size.height:g}"
    texts = "\n".join(map(_written, lines))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" \
viewBox="0 0 {width} {height}">
<rect width="{width}" height="{height}" fill="#ffffff"/>
{"".join(pictures)}
<g fill="{INK}" style='font-family:{FONTS_ON_PAPER}'>
{texts}
</g>
</svg>
"""


def _written(line: Line) -> str:
    weight = ' font-weight="600"' if line.bold else ""
    return (
        f'<text x="{line.x:g}" y="{line.y:g}" font-size="{line.size:g}"{weight}>'
        f"{escape(line.words)}</text>"
    )
