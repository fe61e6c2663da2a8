"""Painting: a diagram and its geometry become an SVG picture."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from html import escape

from .diagram import Arrow, Box, Diagram, in_words
from .geometry import ARROWHEAD, Beside, Geometry, Point, Rectangle, Route, Size, curve, written
from .looks import HEADING, ON_SCREEN, SMALL, TEXT, THEMES, Lettering, document, text

PADDING = 6  # left and right of the text in a box
GAP, BETWEEN_PAIRS = 6, 9  # between the two ends of a line of text, between two pairs on a line
HEADING_HEIGHT, SECOND_HEIGHT, NUMBERS_HEIGHT = 24, 18, 15  # of lines in a box
BELOW = 4  # the last line of a box
NUMBER_HEIGHT = 20  # of a number beside a box
BLANK = 56  # how wide the room is to write a number in
WIDEST_HEADING = 104  # a wider one has the operation on a second line
OF_A_LABEL = 0.94  # of its estimated width is enough room, for nothing but a line is beside it
USUAL = "−0.1235"  # as wide as most numbers, which makes most boxes equally wide
LINE_HEIGHT, BELOW_PICTURE = 21, 24  # of a caption, and above it
HALF_ARROWHEAD = 3.5  # its half height
CORNER, LEAF_CORNER = 7, 12  # how round boxes are


def box_size(box: Box, lettering: Lettering = ON_SCREEN) -> Size:
    """How large a box must be for what it says, with the sizes of the numbers beside it."""
    beside = tuple(
        Beside(round(text_width(shown, SMALL)) + 12, NUMBER_HEIGHT, seat)
        for shown, seat in box.beside
    )
    widths = [_width_of_row(row) for row in _rows(box)]
    name = text_width(box.name, HEADING, bold=True)
    if box.is_leaf:
        widths.append(name + GAP + _width_of_number(box.data))
        return Size(round(max(widths)) + 2 * PADDING, 2 * lettering.row + BELOW, beside)
    operation = text_width(box.operation, HEADING)
    widths.append(max(name, operation) if _has_two_lines(box) else _width_of_heading(box))
    widths.append(text_width(box.numbers, SMALL))
    height = HEADING_HEIGHT + SECOND_HEIGHT * _has_two_lines(box)
    height += NUMBERS_HEIGHT * bool(box.numbers) + lettering.row * len(_rows(box)) + BELOW
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


def route_of(arrow: Arrow, lettering: Lettering = ON_SCREEN) -> Route:
    """The route that an arrow needs, with room for its label."""
    width = OF_A_LABEL * text_width(arrow.text, SMALL)
    return Route(arrow.tail, arrow.head, Size(round(width) + 3, lettering.label), arrow.seat)


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


def paint(
    diagram: Diagram, geometry: Geometry, lettering: Lettering = ON_SCREEN, inside: bool = False
) -> str:
    """The picture as an SVG document, for a file of its own or inside a page.

    Box number k has `data-node="k"`, arrow number k `data-edge="k"`; in them `data-shows` says
    which text is the label, the data, the gradient or the local derivative. All text is escaped,
    and the picture refers to nothing outside itself. `inside` a page of ours, which shows one
    picture, it has the ids `nk` and `ek`, and is as light or dark as the page.
    """
    courses = zip(diagram.arrows, geometry.labels, geometry.splines, strict=True)
    shapes = [
        _paint_arrow(_named("e", "edge", k, inside), *course, k == diagram.current_arrow)
        for k, course in enumerate(courses)
    ]
    for k in _as_read(geometry):
        box = diagram.boxes[k]
        kind = "leaf" if box.is_leaf else "operation"
        kind += " root" * (box is diagram.boxes[-1]) + " current" * (k == diagram.current_box)
        for (shown, _), (place, spline) in zip(box.beside, geometry.beside[k], strict=True):
            shapes.append(_paint_number(shown, place, spline))
        named = _named("n", "node", k, inside)
        shapes.append(_paint_box(named, kind, box, geometry.boxes[k], lettering.row))
    for k, line in enumerate(diagram.caption, start=1 - len(diagram.caption)):
        shapes.append(text(0, geometry.size.height + k * LINE_HEIGHT, line, "word"))
    title = f"Computational graph {diagram.boxes[-1].heading}".rstrip()
    # A page says the numbers by itself, since they change, and may be asked for.
    description, rules = in_words(diagram, not inside), "" if inside else THEMES
    return document("\n".join(shapes), geometry.size, title, description, lettering, rules)


def _named(letter: str, kind: str, number: int, with_id: bool) -> str:
    """The attributes by which programs find a box or an arrow."""
    return f'id="{letter}{number}" ' * with_id + f'data-{kind}="{number}"'


def _as_read(geometry: Geometry) -> list[int]:
    """The numbers of the boxes column by column, each from the top: the order of the tab key."""
    places = geometry.boxes
    return sorted(range(len(places)), key=lambda k: (places[k].column, places[k].y))


def _paint_arrow(
    named: str, arrow: Arrow, label: Rectangle, spline: Sequence[Point], is_current: bool
) -> str:
    kind = ' class="current"' if is_current else ""
    return f"""\
<g {named}{kind}>\
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


def _paint_box(named: str, kind: str, box: Box, place: Rectangle, row_height: int) -> str:
    # Leaves are coloured all over. Others have a band, round at the top only, under the heading.
    height = HEADING_HEIGHT + SECOND_HEIGHT * _has_two_lines(box)
    across = place.width - 2 * CORNER
    arcs = [f"a{CORNER},{CORNER} 0 0 1 {CORNER},{down}{CORNER}" for down in ("-", "")]
    band = f"M0,{height} V{CORNER} {arcs[0]} h{across} {arcs[1]} V{height} Z"
    corner = LEAF_CORNER if box.is_leaf else CORNER
    card = f'width="{place.width}" height="{place.height}" rx="{corner}"'
    below = "" if box.is_leaf else f'<path class="band" d="{band}"/>'
    return f"""\
<g {named} data-name="{escape(box.path)}" class="{kind}" \
transform="translate({place.left:.1f} {place.top:.1f})">
<title>{escape(box.details)}</title>
<rect class="card" {card}/>{below}
{"".join(_texts_in(box, place, row_height))}
<rect class="frame" {card}/></g>"""


def _texts_in(box: Box, place: Rectangle, row_height: int) -> list[str]:
    """The lines of a box; where a number is to be filled in by hand, room for it."""
    right = place.width - PADDING
    texts = [_heading(box)]
    if box.is_leaf:
        texts.append(text(right, 15, box.data, "word", "end", shows="data"))
    if box.numbers:
        line = HEADING_HEIGHT + SECOND_HEIGHT * _has_two_lines(box) + 12
        texts.append(text(PADDING, line, box.numbers, "muted small"))
    rows = _rows(box)
    for line, row in enumerate(rows, start=1 - len(rows)):
        baseline = place.height - BELOW - 3 + line * row_height
        between = BETWEEN_PAIRS * (len(row) - 1)
        each = (place.width - 2 * PADDING - between) / len(row)
        for k, (word, shown) in enumerate(row):
            left = PADDING + k * (each + between)
            texts.append(text(left, baseline, word, "muted small"))
            number = text(left + each, baseline, shown, "word", "end", shows=word)
            texts.append(number if shown else _blank(left + each, baseline, row_height - 2))
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


def _blank(right: float, baseline: float, height: int) -> str:
    """Room to write a number in."""
    corner = f'x="{right - BLANK}" y="{baseline + 3 - height}"'
    return f'<rect class="card blank" {corner} width="{BLANK}" height="{height}"/>'
