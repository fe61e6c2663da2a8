"""Painting: a diagram and its geometry become an SVG picture."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from html import escape

from .diagram import Arrow, Box, Diagram
from .geometry import ARROWHEAD, Geometry, Point, Rectangle, Route, Size

MARGIN = 18  # around the picture
PADDING = 12  # left and right of the text in a box
GAP = 16  # between the two ends of a line of text
LEAST_WIDTH = 144  # makes most boxes equally wide
HEADING, TEXT, SMALL = 14, 13, 12  # font sizes
HEADING_HEIGHT, NUMBERS_HEIGHT, LINE_HEIGHT, LABEL_HEIGHT = 30, 18, 21, 20
BELOW = 7  # the last line of a box
BELOW_PICTURE = 24  # to the caption
HALF_ARROWHEAD = 3.5  # its half height
FONTS = 'system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif'

# What is coloured: property, colour on a light surface, on a dark one.
COLOURS = {
    "surface": ("fill", "#ffffff", "#0d1420"),
    "card": ("fill", "#ffffff", "#151e2e"),
    "band": ("fill", "#eef1f6", "#222d42"),
    "leaf .band": ("fill", "#dff1ec", "#17403c"),
    "frame": ("stroke", "#a3afc2", "#4c5c78"),
    "leaf .frame": ("stroke", "#86bfb1", "#33786f"),
    "root .frame": ("stroke", "#1f2a3d", "#e6ebf4"),
    "current .frame": ("stroke", "#b3400e", "#ff9d5c"),
    "blank": ("stroke", "#7d8aa0", "#7f8da6"),
    "wire": ("stroke", "#7d8aa0", "#7f8da6"),
    "current .wire": ("stroke", "#b3400e", "#ff9d5c"),
    "tip": ("fill", "#7d8aa0", "#7f8da6"),
    "current .tip": ("fill", "#b3400e", "#ff9d5c"),
    "plus": ("stroke", "#1f6fb5", "#6cb2ee"),
    "minus": ("stroke", "#b3400e", "#ff9d5c"),
    "word": ("fill", "#131c2b", "#e6ebf4"),
    "muted": ("fill", "#566379", "#a3afc4"),
}


def box_size(box: Box) -> Size:
    """How large a box must be for what it says."""
    rest = box.heading.removeprefix(box.name)
    widths = [
        text_width(box.name, HEADING, bold=True) + text_width(rest, HEADING),
        text_width(box.numbers, SMALL),
        *(
            text_width(shown, TEXT) + GAP + text_width("grad", SMALL)
            for shown in (box.data, box.grad)
        ),
    ]
    if box.is_leaf:
        widths[0] += GAP + text_width("leaf", SMALL)
    height = HEADING_HEIGHT + NUMBERS_HEIGHT * bool(box.numbers) + 2 * LINE_HEIGHT + BELOW
    return Size(max(LEAST_WIDTH, round(max(widths)) + 2 * PADDING), height)


def route_of(arrow: Arrow) -> Route:
    """The route that an arrow needs, with room for its label."""
    width = text_width(arrow.text, SMALL)
    return Route(arrow.tail, arrow.head, Size(round(width) + 6, LABEL_HEIGHT))


def text_width(text: str, size: float, bold: bool = False) -> float:
    """About how wide a text is, rather too wide: the reader's font is not known."""
    return size * (1.12 if bold else 1.0) * sum(map(_advance, text))


def _advance(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0.0
    if character in "mwMW@%#&+<=>^~−" or unicodedata.east_asian_width(character) in "WFA":
        return 1.1
    if character in "iljtfr.,:;'|!()[] ":
        return 0.45
    return 0.8 if character.isupper() else 0.66


def room_for(captions: Sequence[Sequence[str]], picture: Size) -> Size:
    """The size of a picture with room below it for any of these captions."""
    width = max(text_width(line, TEXT) for caption in captions for line in caption)
    height = max(map(len, captions)) * LINE_HEIGHT
    return Size(max(picture.width, width), picture.height + height + BELOW_PICTURE)


def paint(diagram: Diagram, geometry: Geometry) -> str:
    """The picture as an SVG document, for a file of its own or inside a page.

    Box number k has the id `nk` and `data-node="k"`, arrow number k the id `ek` and
    `data-edge="k"`; in them `data-shows` says which text is the label, the data, the gradient or
    the local derivative. All text is escaped, and the picture refers to nothing outside itself.
    """
    courses = zip(diagram.arrows, geometry.labels, geometry.splines, strict=True)
    boxes = zip(diagram.boxes, geometry.boxes, strict=True)
    shapes = [
        _paint_arrow(k, *course, k == diagram.current_arrow) for k, course in enumerate(courses)
    ]
    for k, (box, place) in enumerate(boxes):
        kind = "leaf" if box.is_leaf else "operation"
        kind += " root" * (box is diagram.boxes[-1]) + " current" * (k == diagram.current_box)
        shapes.append(_paint_box(k, kind, box, place))
    for k, line in enumerate(diagram.caption, start=1 - len(diagram.caption)):
        shapes.append(text(0, geometry.size.height + k * LINE_HEIGHT, line, "word"))
    said = [f"{box.heading or 'leaf'}: data {box.data}, grad {box.grad}." for box in diagram.boxes]
    title = f"Computational graph {diagram.boxes[-1].heading}"
    return document("\n".join(shapes), geometry.size, title, " ".join([*said, *diagram.caption]))


def document(content: str, size: Size, title: str, description: str) -> str:
    """An SVG document of shapes, with our styles."""
    # Styles in a page reach all its pictures; a name made from the content keeps them apart.
    scope = "mg" + hashlib.sha256(content.encode()).hexdigest()[:8]
    width, height = (round(side) + 2 * MARGIN for side in size)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" class="{scope}" width="{width}" height="{height}" \
viewBox="{-MARGIN} {-MARGIN} {width} {height}" \
role="img" aria-labelledby="{scope}t" aria-describedby="{scope}d">
<title id="{scope}t">{escape(title)}</title>
<desc id="{scope}d">{escape(description)}</desc>
<style>{_style(scope)}</style>
<rect class="surface" x="{-MARGIN}" y="{-MARGIN}" width="{width}" height="{height}" rx="8"/>
{content}
</svg>
"""


def _style(scope: str) -> str:
    light = "".join(f".{scope} .{name}{{{p}:{c}}}" for name, (p, c, _) in COLOURS.items())
    dark = "".join(f".{scope} .{name}{{{p}:{c}}}" for name, (p, _, c) in COLOURS.items())
    return f"""
.{scope} text{{font:{TEXT}px {FONTS};font-variant-numeric:tabular-nums}}
.{scope} .heading{{font-size:{HEADING}px}}
.{scope} .name{{font-weight:600}}
.{scope} .small{{font-size:{SMALL}px}}
.{scope} .frame{{fill:none;stroke-width:1.2}}
.{scope} .root .frame{{stroke-width:3}}
.{scope} .current .frame{{stroke-width:3.5;stroke-dasharray:9 4}}
.{scope} .wire{{fill:none;stroke-width:1.4}}
.{scope} .current .wire{{stroke-width:2.8;stroke-dasharray:9 4}}
.{scope} .current .small{{font-weight:700}}
.{scope} .minus{{stroke-dasharray:7 5}}
{light}
@media (prefers-color-scheme:dark){{{dark}}}
"""


def _paint_arrow(
    number: int, arrow: Arrow, label: Rectangle, spline: Sequence[Point], is_current: bool
) -> str:
    start, *rest = [f"{x:.1f},{y:.1f}" for x, y in spline]
    kind = ' class="current"' if is_current else ""
    return f"""\
<g id="e{number}" data-edge="{number}"{kind}>\
<title>{escape(arrow.details or f"∂ {arrow.derivative!r}")}</title>
<path class="wire" d="M{start} C{" ".join(rest)}"/>
{_arrowhead(spline[-1])}
<rect class="surface" x="{label.left:.1f}" y="{label.top:.1f}" \
width="{label.width}" height="{label.height}"/>
{text(label.x, label.y + 4, arrow.text, "muted small", "middle", shows="local")}</g>"""


def _arrowhead(tip: Point) -> str:
    """A triangle that points to the right; a plain shape, for many programs paint no markers."""
    x, y = tip
    triangle = f"l{-ARROWHEAD},{-HALF_ARROWHEAD} v{2 * HALF_ARROWHEAD:g}z"
    return f'<path class="tip" d="M{x:.1f},{y:.1f}{triangle}"/>'


def _paint_box(number: int, kind: str, box: Box, place: Rectangle) -> str:
    # Like the frame, the band under the heading is round, but at the top only.
    band = f"M0,{HEADING_HEIGHT} V8 a8,8 0 0 1 8,-8 h{place.width - 16} a8,8 0 0 1 8,8 v22 Z"
    card = f'width="{place.width}" height="{place.height}" rx="8"'
    return f"""\
<g id="n{number}" data-node="{number}" class="{kind}" \
transform="translate({place.left:.1f} {place.top:.1f})">
<title>{escape(box.details)}</title>
<rect class="card" {card}/><path class="band" d="{band}"/>
{"".join(_texts_in(box, place))}
<rect class="frame" {card}/></g>"""


def _texts_in(box: Box, place: Rectangle) -> list[str]:
    """The lines of a box; where a number is to be filled in by hand, room for it."""
    left, right = PADDING, place.width - PADDING
    rest = escape(box.heading.removeprefix(box.name))
    texts = [
        f'<text class="word heading" data-shows="label" x="{left}" y="20">'
        f'<tspan class="name">{escape(box.name)}</tspan>{rest}</text>'
    ]
    if box.is_leaf:
        texts.append(text(right, 20, "leaf", "muted small", "end"))
    if box.numbers:
        texts.append(text(left, HEADING_HEIGHT + 15, box.numbers, "muted small"))
    for line, (word, shown) in enumerate((("data", box.data), ("grad", box.grad))):
        baseline = place.height - BELOW - 3 - (1 - line) * LINE_HEIGHT
        texts.append(text(left, baseline, word, "muted small"))
        filled = text(right, baseline, shown, "word", "end", shows=word)
        texts.append(filled if shown else _blank(right, baseline))
    return texts


def _blank(right: float, baseline: float) -> str:
    """Room to write a number in."""
    return f'<rect class="card blank" x="{right - 70}" y="{baseline - 13}" width="70" height="17"/>'


def text(x: float, y: float, words: str, looks: str, anchor: str = "start", shows: str = "") -> str:
    """Words on a line, escaped; programs find them by what they show."""
    found_by = f' data-shows="{shows}"' if shows else ""
    return (
        f'<text class="{looks}"{found_by} x="{round(x, 1):.9g}" y="{round(y, 1):.9g}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
