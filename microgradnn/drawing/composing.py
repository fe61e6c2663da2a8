"""Composing: pictures and lines of text together on a surface of fixed size, a slide or a sheet."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

from .geometry import Geometry, Rectangle, Size
from .looks import FONTS_ON_PAPER, MARGIN
from .svg import text_width

INK = "#131c2b"
OVERLAP, BETWEEN_LINES = 3.0, 18.0  # pixels, of a picture that stands in several lines
_FRAME = re.compile(r'width="\d+" height="\d+" viewBox="([^"]*)"')


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


def placed(svg: str, x: float, y: float, size: Size, window: Window | None = None) -> str:
    """A picture inside another, as large as `size`; with a window, what is seen through it."""
    place = f'x="{x:.7g}" y="{y:.7g}" width="{size.width:.7g}" height="{size.height:.7g}"'
    seen = " ".join(f"{side:.7g}" for side in window) if window else r"\1"
    return _FRAME.sub(rf'{place} viewBox="{seen}"', svg, count=1)


def lines_of(geometry: Geometry, count: int) -> list[Window]:
    """Windows on a picture for as many lines, one below the other, as it can be broken into.

    A line ends where an arrow is cut, but no box and no label, and is as high as what is in it.
    """
    beside = [rectangle for places in geometry.beside for rectangle, _ in places]
    everything = [*geometry.boxes, *geometry.labels, *beside]
    breaks = _breaks(everything)
    width = geometry.size.width
    wanted = [width * k / count for k in range(1, count)]
    ends = sorted({min(breaks, key=lambda x: abs(x - end)) for end in wanted if breaks})
    points = [point for spline in geometry.splines for point in spline]
    found = []
    for start, end in pairwise([-MARGIN, *ends, width + MARGIN]):
        inside = [one for one in everything if start < one.x < end]
        passing = [y for x, y in points if start <= x <= end]
        top = min([*(one.top for one in inside), *passing]) - MARGIN
        bottom = max([*(one.bottom for one in inside), *passing]) + MARGIN
        left = start - OVERLAP * (start > 0)
        found.append(Window(left, top, end + OVERLAP * (end < width) - left, bottom - top))
    return found


def _breaks(everything: Sequence[Rectangle]) -> list[float]:
    """Where a cut from top to bottom goes through none of these."""
    found, reached = [], math.inf
    for one in sorted(everything, key=lambda one: one.left):
        if one.left > reached:
            found.append((reached + one.left) / 2)
        reached = one.right if reached == math.inf else max(reached, one.right)
    return found


def size_of(windows: Sequence[Window]) -> Size:
    """The size of a picture in lines."""
    heights = sum(window.height for window in windows)
    between = BETWEEN_LINES * (len(windows) - 1)
    return Size(math.ceil(max(window.width for window in windows)), math.ceil(heights + between))


def in_lines(svg: str, windows: Sequence[Window]) -> str:
    """A picture in lines: what is seen of it through each window."""
    width, height = map(int, size_of(windows)[:2])
    title, told = (svg[svg.index(f"<{tag}>") : svg.index(f"</{tag}>")] for tag in ("title", "desc"))
    lines, y = [], 0.0
    for window in windows:
        seen = " ".join(f"{side:.7g}" for side in window)
        place = f'y="{y:.7g}" width="{window.width:.7g}" height="{window.height:.7g}"'
        lines.append(f'<svg {place} viewBox="{seen}"><use href="#whole"/></svg>')
        y += window.height + BETWEEN_LINES
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" \
viewBox="0 0 {width} {height}" role="img">
{title}</title>
{told}</desc>
<defs><g id="whole" transform="translate({-MARGIN} {-MARGIN})">{svg}</g></defs>
{"".join(lines)}
</svg>
"""


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
