"""Painting: a diagram and its geometry become an SVG picture."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from html import escape

from .diagram import Arrow, Box, Diagram
from .geometry import ARROWHEAD, Beside, Geometry, Point, Rectangle, Route, Size, curve, written

MARGIN = 8  # around the picture
PADDING = 6  # left and right of the text in a box
GAP, BETWEEN_PAIRS = 6, 9  # between the two ends of a line of text, between two pairs on a line
HEADING, TEXT, SMALL = 14, 13, 12  # font sizes
HEADING_HEIGHT, SECOND_HEIGHT, NUMBERS_HEIGHT, ROW_HEIGHT = 24, 18, 15, 17  # of lines in a box
BELOW = 4  # the last line of a box
LABEL_HEIGHT, NUMBER_HEIGHT = 18, 20
WIDEST_HEADING = 104  # a wider one has the operation on a second line
OF_A_LABEL = 0.94  # of its estimated width is enough room, for nothing but a line is beside it
USUAL = "−0.1235"  # as wide as most numbers, which makes most boxes equally wide
LINE_HEIGHT, BELOW_PICTURE = 21, 24  # of a caption, and above it
HALF_ARROWHEAD = 3.5  # its half height
CORNER, LEAF_CORNER = 7, 12  # how round boxes are
FONTS = 'system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif'

# What is coloured: property, colour on a light surface, on a dark one.
COLOURS = {
    "surface": ("fill", "#ffffff", "#0d1420"),
    "card": ("fill", "#ffffff", "#151e2e"),
    "band": ("fill", "#eef1f6", "#222d42"),
    "leaf .card": ("fill", "#dff1ec", "#17403c"),
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
    """How large a box must be for what it says, with the sizes of the numbers beside it."""
    beside = tuple(
        Beside(round(text_width(shown, SMALL)) + 12, NUMBER_HEIGHT, seat)
        for shown, seat in box.beside
    )
    widths = [_width_of_row(row) for row in _rows(box)]
    name = text_width(box.name, HEADING, bold=True)
    if box.is_leaf:
        widths.append(name + GAP + _width_of_number(box.data))
        return Size(round(max(widths)) + 2 * PADDING, 2 * ROW_HEIGHT + BELOW, beside)
    operation = text_width(box.operation, HEADING)
    widths.append(max(name, operation) if _has_two_lines(box) else _width_of_heading(box))
    widths.append(text_width(box.numbers, SMALL))
    height = HEADING_HEIGHT + SECOND_HEIGHT * _has_two_lines(box)
    height += NUMBERS_HEIGHT * bool(box.numbers) + ROW_HEIGHT * len(_rows(box)) + BELOW
    return Size(round(max(widths)) + 2 * PADDING, height, beside)


def _rows(box: Box) -> list[list[tuple[str, str]]]:
    """The lines of numbers: each a word and a number, or two such pairs in the box of a block."""
    data, grad = ("data", box.data), ("grad", box.grad)
    if box.is_leaf:
        return [[grad]]
    is_single = "," not in box.data and "…" not in box.data
    return [[data, grad]] if box.is_block and is_single else [[data], [grad]]


def _width_of_row(row: Sequence[tuple[str, str]]) -> float:
    each = [text_width(word, SMALL) + GAP + _width_of_number(shown) for word, shown in row]
    return sum(each) + BETWEEN_PAIRS * (len(row) - 1)


def _width_of_number(shown: str) -> float:
    return max(text_width(shown, TEXT), text_width(USUAL, TEXT))


def _has_two_lines(box: Box) -> bool:
    """Whether name and operation stand one below the other, as they are long."""
    return bool(box.name and box.operation) and _width_of_heading(box) > WIDEST_HEADING


def _width_of_heading(box: Box) -> float:
    rest = text_width(box.heading.removeprefix(box.name), HEADING)
    return text_width(box.name, HEADING, bold=True) + rest


def route_of(arrow: Arrow) -> Route:
    """The route that an arrow needs, with room for its label."""
    width = OF_A_LABEL * text_width(arrow.text, SMALL)
    return Route(arrow.tail, arrow.head, Size(round(width) + 3, LABEL_HEIGHT), arrow.seat)


def text_width(text: str, size: float, bold: bool = False) -> float:
    """About how wide a text is, rather too wide: the reader's font is not known."""
    return size * (1.12 if bold else 1.0) * sum(map(_advance, text))


def _advance(character: str) -> float:
    kind = unicodedata.category(character)
    if unicodedata.combining(character) or kind == "Cf":
        return 0.0
    if character in "mwMW@%" or unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in "#&+<=>^~−×÷":
        return 0.85
    if character in "iljtfr.,:;'|!()[]· ⁽⁾" or kind == "No":
        return 0.43
    return 0.79 if character.isupper() else 0.64


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
    shapes = [
        _paint_arrow(k, *course, k == diagram.current_arrow) for k, course in enumerate(courses)
    ]
    for k in _as_read(geometry):
        box = diagram.boxes[k]
        kind = "leaf" if box.is_leaf else "operation"
        kind += " root" * (box is diagram.boxes[-1]) + " current" * (k == diagram.current_box)
        for (shown, _), (place, spline) in zip(box.beside, geometry.beside[k], strict=True):
            shapes.append(_paint_number(shown, place, spline))
        shapes.append(_paint_box(k, kind, box, geometry.boxes[k]))
    for k, line in enumerate(diagram.caption, start=1 - len(diagram.caption)):
        shapes.append(text(0, geometry.size.height + k * LINE_HEIGHT, line, "word"))
    said = [f"{box.heading or 'leaf'}: data {box.data}, grad {box.grad}." for box in diagram.boxes]
    title = f"Computational graph {diagram.boxes[-1].heading}"
    return document("\n".join(shapes), geometry.size, title, " ".join([*said, *diagram.caption]))


def _as_read(geometry: Geometry) -> list[int]:
    """The numbers of the boxes column by column, each from the top: the order of the tab key."""
    places = geometry.boxes
    return sorted(range(len(places)), key=lambda k: (places[k].column, places[k].y))


def document(content: str, size: Size, title: str, description: str) -> str:
    """An SVG document of shapes, with our styles."""
    # Styles in a page reach all its pictures; a name made from the content keeps them apart.
    scope = "mg" + hashlib.sha256(content.encode()).hexdigest()[:8]
    width, height = (round(side) + 2 * MARGIN for side in (size.width, size.height))
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
.{scope} .number .wire{{stroke-width:1}}
.{scope} .current .wire{{stroke-width:2.8;stroke-dasharray:9 4}}
.{scope} .current .small{{font-weight:700}}
.{scope} .minus{{stroke-dasharray:7 5}}
{light}
@media (prefers-color-scheme:dark){{{dark}}}
"""


def _paint_arrow(
    number: int, arrow: Arrow, label: Rectangle, spline: Sequence[Point], is_current: bool
) -> str:
    kind = ' class="current"' if is_current else ""
    return f"""\
<g id="e{number}" data-edge="{number}"{kind}>\
<title>{escape(arrow.details or f"∂ {arrow.derivative!r}")}</title>
<path class="wire" d="{curve(spline)}"/>
{_arrowhead(spline[-1])}
<rect class="surface" x="{label.left:.1f}" y="{label.top:.1f}" \
width="{label.width}" height="{label.height}"/>
{text(label.x, label.y + 4, arrow.text, "muted small", "middle", shows="local")}</g>"""


def _paint_number(shown: str, place: Rectangle, spline: Sequence[Point]) -> str:
    """A plain number beside its box, which is no value: it has neither gradient nor step."""
    return f"""\
<g class="number"><path class="wire" d="{curve(spline)}"/>
<rect class="band" x="{place.left:.1f}" y="{place.top:.1f}" width="{place.width}" \
height="{place.height}" rx="{place.height / 2:g}"/>
{text(place.x, place.y + 4, shown, "muted small", "middle")}</g>"""


def _arrowhead(tip: Point) -> str:
    """A triangle that points to the right; a plain shape, for many programs paint no markers."""
    triangle = f"l{-ARROWHEAD},{-HALF_ARROWHEAD} v{2 * HALF_ARROWHEAD:g}z"
    return f'<path class="tip" d="M{written(*tip)}{triangle}"/>'


def _paint_box(number: int, kind: str, box: Box, place: Rectangle) -> str:
    # Leaves are coloured all over. Others have a band, round at the top only, under the heading.
    height = HEADING_HEIGHT + SECOND_HEIGHT * _has_two_lines(box)
    across = place.width - 2 * CORNER
    arcs = [f"a{CORNER},{CORNER} 0 0 1 {CORNER},{down}{CORNER}" for down in ("-", "")]
    band = f"M0,{height} V{CORNER} {arcs[0]} h{across} {arcs[1]} V{height} Z"
    corner = LEAF_CORNER if box.is_leaf else CORNER
    card = f'width="{place.width}" height="{place.height}" rx="{corner}"'
    below = "" if box.is_leaf else f'<path class="band" d="{band}"/>'
    return f"""\
<g id="n{number}" data-node="{number}" data-name="{escape(box.path)}" class="{kind}" \
transform="translate({place.left:.1f} {place.top:.1f})">
<title>{escape(box.details)}</title>
<rect class="card" {card}/>{below}
{"".join(_texts_in(box, place))}
<rect class="frame" {card}/></g>"""


def _texts_in(box: Box, place: Rectangle) -> list[str]:
    """The lines of a box; where a number is to be filled in by hand, room for it."""
    right = place.width - PADDING
    texts = [_heading(box)]
    if box.is_leaf:
        texts.append(_number(right, 15, "data", box.data))
    if box.numbers:
        line = HEADING_HEIGHT + SECOND_HEIGHT * _has_two_lines(box) + 12
        texts.append(text(PADDING, line, box.numbers, "muted small"))
    rows = _rows(box)
    for line, row in enumerate(rows, start=1 - len(rows)):
        baseline = place.height - BELOW - 3 + line * ROW_HEIGHT
        between = BETWEEN_PAIRS * (len(row) - 1)
        each = (place.width - 2 * PADDING - between) / len(row)
        for k, (word, shown) in enumerate(row):
            left = PADDING + k * (each + between)
            texts.append(text(left, baseline, word, "muted small"))
            texts.append(_number(left + each, baseline, word, shown))
    return texts


def _heading(box: Box) -> str:
    """The name and the operation, if need be in two lines of one text."""
    rest = escape(box.heading.removeprefix(box.name))
    if _has_two_lines(box):
        sign, rest = rest[:2], rest[2:].lstrip()
        rest = f'{sign} <tspan x="{PADDING}" dy="{SECOND_HEIGHT}">{rest}</tspan>'
    baseline = 15 if box.is_leaf else 17
    name = f'<tspan class="name">{escape(box.name)}</tspan>'
    words = f'class="word heading" data-shows="label" x="{PADDING}" y="{baseline}"'
    return f"<text {words}>{name}{rest}</text>"


def _number(right: float, baseline: float, word: str, shown: str) -> str:
    filled = text(right, baseline, shown, "word", "end", shows=word)
    return filled if shown else _blank(right, baseline)


def _blank(right: float, baseline: float) -> str:
    """Room to write a number in."""
    return f'<rect class="card blank" x="{right - 56}" y="{baseline - 12}" width="56" height="15"/>'


def text(x: float, y: float, words: str, looks: str, anchor: str = "start", shows: str = "") -> str:
    """Words on a line, escaped; programs find them by what they show."""
    found_by = f' data-shows="{shows}"' if shows else ""
    return (
        f'<text class="{looks}"{found_by} x="{round(x, 1):.9g}" y="{round(y, 1):.9g}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
