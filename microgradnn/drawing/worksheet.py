"""A worksheet: a graph as an exercise on paper, with the numbers to fill in, and its key."""

from __future__ import annotations

import math
import os
import re
from functools import partial
from html import escape
from typing import NamedTuple

from ..arguments import must_be
from ..engine.value import Value
from .composing import Line, Window, placed, surface, wrapped
from .diagram import Diagram, values_below
from .fold import MOST_BOXES
from .frames import frames
from .geometry import Size
from .image import pdf
from .layout import lay_out
from .looks import MARGIN, ON_PAPER
from .notebook import image, themed
from .picture import Forms, html_page, write
from .svg import box_size, paint, route_of

TITLE = "Forward and back"
TASKS = (
    "Forward, from left to right: fill in the data of every box.",
    "On each arrow write ∂, the derivative of the box it leads to with respect to the one it "
    "comes from.",
    "Backward, from right to left: the last box has the gradient 1. A box gets, from every arrow "
    "that leaves it, the gradient at the arrow's end times ∂; add these up.",
)
KEY = "Key"
PAPERS = {"A4": Size(595.28, 841.89), "Letter": Size(612.0, 792.0)}  # points, upright
AROUND = 24.0  # points around what is printed, more than printers need
HEADING, TEXT, LINE_HEIGHT = 18.0, 11.0, 15.0  # points: the words beside the picture
MOST_SCALE = 1.2  # points for a pixel of the picture: a small one does not fill the page
# What a browser prints on either paper: what is left of the page for a picture below the tasks.
WIDE, HIGH = Size(263.0, 140.0), Size(194.0, 195.0)  # millimetres, of a page on its side or upright

_STYLE = """
@page {{ size: {turn}; margin: 8mm }}
body {{ font: 16px/1.4 Arial, "Liberation Sans", Helvetica, sans-serif; margin: 16px;
  color-scheme: light }}
h1 {{ font-size: 24px; margin: 0 0 8px }}
ol {{ margin: 0 0 16px; padding-left: 24px }}
figure {{ margin: 0 }}
svg {{ width: 100%; max-width: {widest}px; height: auto; display: block }}
@media print {{ body {{ margin: 0 }} svg {{ max-width: min(100%, {widest}px);
  max-height: {highest}mm }} }}
"""


class Sheet(NamedTuple):
    """One sheet of paper: a title, what is to be done, and a picture."""

    title: str
    tasks: tuple[str, ...]
    picture: str

    def html(self) -> str:
        """The sheet as a page to print, on its side or upright, whichever shows more."""
        size = self.size
        on_side = _scale(WIDE, size) >= _scale(HIGH, size)
        style = _STYLE.format(
            turn="landscape" if on_side else "portrait",
            highest=f"{(WIDE if on_side else HIGH).height:g}",
            widest=round(4 / 3 * MOST_SCALE * size.width),
        )
        tasks = "".join(f"<li>{escape(task)}</li>\n" for task in self.tasks)
        listed = f"<ol>\n{tasks}</ol>\n" if tasks else ""
        body = f"<h1>{self.title}</h1>\n{listed}<figure>{self.picture}</figure>\n"
        return html_page(f"Worksheet: {self.title}", style, body)

    def pdf(self, paper: Size) -> bytes:
        """The sheet as a PDF of one page."""
        return pdf(self.svg(paper))

    def svg(self, paper: Size) -> str:
        """The whole sheet as a picture in points, on its side or upright."""
        turned = Size(paper.height, paper.width)
        return max((self._on(turned), self._on(paper)), key=lambda found: found[0])[1]

    def _on(self, paper: Size) -> tuple[float, str]:
        """How large the picture gets on such a sheet, and the sheet."""
        y = AROUND + HEADING
        lines = [Line(self.title, AROUND, y, HEADING, bold=True)]
        room = paper.width - 2 * AROUND
        for number, task in enumerate(self.tasks, start=1):
            y += LINE_HEIGHT / 3
            for k, words in enumerate(wrapped(task, TEXT, room - 16)):
                y += LINE_HEIGHT
                lines += [Line(f"{number}.", AROUND, y, TEXT)] * (k == 0)
                lines.append(Line(words, AROUND + 16, y, TEXT))
        top = y + LINE_HEIGHT
        size = self.size
        scale = min(_scale(Size(room, paper.height - top - AROUND), size), MOST_SCALE)
        area = Size(scale * size.width, scale * size.height)
        window = Window(-MARGIN, -MARGIN, size.width, size.height)
        return scale, surface(paper, [placed(self.picture, AROUND, top, area, window)], lines)

    @property
    def size(self) -> Size:
        """That of the picture, in its own pixels."""
        width, height = re.findall(r'(?:width|height)="(\d+)"', self.picture)[:2]
        return Size(int(width), int(height))


def _scale(room: Size, picture: Size) -> float:
    return min(room.width / picture.width, room.height / picture.height)


class Worksheet:
    """An exercise to print, and its key, which is a sheet of its own.

    `exercise` and `key` are the two pictures as SVG, `html` is the page of the exercise. What is
    saved, or shown in a notebook, as the exercise tells nothing of the key.
    """

    def __init__(self, exercise: str, key: str) -> None:
        self.exercise, self.key = exercise, key
        self.html = self._sheet.html()

    @property
    def _sheet(self) -> Sheet:
        return Sheet(TITLE, TASKS, self.exercise)

    def save(self, path: str | os.PathLike[str], paper: str = "A4") -> None:
        """Write the exercise to a file that ends in .html or .pdf, which is one page to print.

        .html fits A4 and Letter. .pdf is for the `paper` "A4" or "Letter", and needs the extra
        `image`.
        """
        write(path, "a worksheet", _forms(self._sheet, paper))

    def save_key(self, path: str | os.PathLike[str], paper: str = "A4") -> None:
        """Write the key in the same way; its picture lies on that of the exercise."""
        write(path, "a key", _forms(Sheet(KEY, (), self.key), paper))

    def _repr_html_(self) -> str:
        return themed(image(self.exercise))


def _forms(sheet: Sheet, paper: str) -> Forms:
    if must_be(str, paper, "paper", "a str") not in PAPERS:
        raise ValueError(f"paper must be {' or '.join(map(repr, PAPERS))}, got {paper!r}")
    return {".html": sheet.html().encode, ".pdf": partial(sheet.pdf, PAPERS[paper])}


def worksheet(root: Value) -> Worksheet:
    """The graph of `root` as an exercise: only the data of leaves is given.

    The gradients in the key are those of a backward pass from zero; the graph stays as it is.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> sheet = worksheet(a * b)
    >>> "−6" in sheet.exercise, "−6" in sheet.key
    (False, True)
    """
    values = values_below(root)
    if len(values) > MOST_BOXES:
        raise ValueError(f"a worksheet has at most {MOST_BOXES} boxes, this graph {len(values):,}")
    last = frames(values)[-1]
    solved = Diagram(last.boxes, last.arrows)
    blank = _without_answers(solved)
    # An arrow has room for its derivative and for the line to write it on, so that exercise and
    # key lie one on the other.
    pairs = zip(solved.arrows, blank.arrows, strict=True)
    routes = [max(route_of(arrow, ON_PAPER) for arrow in pair) for pair in pairs]
    geometry = lay_out([box_size(box, ON_PAPER) for box in solved.boxes], routes)
    return Worksheet(paint(blank, geometry, ON_PAPER), paint(solved, geometry, ON_PAPER))


def _without_answers(solved: Diagram) -> Diagram:
    """The diagram with empty places for all that is to be filled in."""
    return Diagram(
        [box._replace(data="" if box.operation else box.data, grad="") for box in solved.boxes],
        [
            arrow._replace(derivative=math.nan, words="_" * 6, details="∂")
            for arrow in solved.arrows
        ],
    )
