"""A worksheet: a graph as an exercise on paper, with the numbers to fill in, and its key."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from functools import partial
from html import escape
from typing import Literal, NamedTuple

from ..arguments import must_be
from ..engine.value import Value
from .composing import Line, in_lines, lines_of, placed, size_of, surface, wrapped
from .diagram import Diagram, values_below
from .fold import MOST_BOXES
from .frames import frames
from .geometry import Geometry, Size
from .image import pdf
from .layout import lay_out
from .looks import ON_PAPER
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
Paper = Literal["A4", "Letter"]
PAPERS: dict[Paper, Size] = {
    "A4": Size(595.28, 841.89),
    "Letter": Size(612.0, 792.0),
}  # points, upright
AROUND = 24.0  # points around what is printed, more than printers need
HEADING, TEXT, LINE_HEIGHT = 18.0, 11.0, 15.0  # points: the words beside the picture
INDENT = 16.0  # points from the number of a task to its words
MOST_LINES = 12  # that a wide picture is broken into
ENOUGH = 9.0 / ON_PAPER.small  # points for a pixel of the picture that make it readable
MOST_SCALE = 1.2  # points for a pixel of the picture: a small one does not fill the page
# What a browser prints on either paper, of a page on its side or upright: points that are left for
# a picture below the tasks.
WIDE, HIGH = Size(793.0, 415.0), Size(547.0, 600.0)

_STYLE = """
@page {{ size: {turn}; margin: 8mm }}
body {{ font: 16px/1.4 Arial, "Liberation Sans", Helvetica, sans-serif; margin: 16px;
  color-scheme: light }}
h1 {{ font-size: 24px; margin: 0 0 8px }}
ol {{ margin: 0 0 16px; padding-left: 24px }}
figure {{ margin: 0 }}
svg {{ width: 100%; max-width: {widest}px; height: auto; display: block }}
@media print {{ body {{ margin: 0 }} svg {{ max-width: min(100%, {widest}px);
  max-height: {highest}pt }} }}
"""


class Sheet(NamedTuple):
    """One sheet of paper: a title, the tasks, and a picture, with its geometry."""

    title: str
    picture: str
    geometry: Geometry

    def html(self) -> str:
        """The sheet as a page to print, on its side or upright, whichever shows more."""
        found = self.fitted([WIDE, HIGH])
        style = _STYLE.format(
            turn="landscape" if found.room is WIDE else "portrait",
            highest=f"{found.room.height:g}",
            widest=round(4 / 3 * MOST_SCALE * found.size.width),
        )
        tasks = "".join(f"<li>{escape(task)}</li>\n" for task in TASKS)
        head = f"<h1>{self.title}</h1>\n<ol>\n{tasks}</ol>\n"
        body = f"{head}<figure>{found.picture}</figure>\n"
        return html_page(f"Worksheet: {self.title}", style, body)

    def pdf(self, paper: Size) -> bytes:
        """The sheet as a PDF of one page."""
        return pdf(self.svg(paper))

    def svg(self, paper: Size) -> str:
        """The whole sheet as a picture in points, on its side or upright."""
        papers = [Size(paper.height, paper.width), paper]
        words = [self._words(page) for page in papers]
        rooms = [
            Size(page.width - 2 * AROUND, page.height - top - AROUND)
            for page, (_, top) in zip(papers, words, strict=True)
        ]
        found = self.fitted(rooms)
        place = next(k for k, room in enumerate(rooms) if room is found.room)
        lines, top = words[place]
        scale = min(_scale(found.room, found.size), MOST_SCALE)
        area = Size(scale * found.size.width, scale * found.size.height)
        return surface(papers[place], [placed(found.picture, AROUND, top, area)], lines)

    def _words(self, paper: Size) -> tuple[list[Line], float]:
        """Title and tasks in lines, and where there is room below them."""
        y = AROUND + HEADING
        lines = [Line(self.title, AROUND, y, HEADING, bold=True)]
        for number, task in enumerate(TASKS, start=1):
            y += LINE_HEIGHT / 3
            for k, words in enumerate(wrapped(task, TEXT, paper.width - 2 * AROUND - INDENT)):
                y += LINE_HEIGHT
                lines += [Line(f"{number}.", AROUND, y, TEXT)] * (k == 0)
                lines.append(Line(words, AROUND + INDENT, y, TEXT))
        return lines, y + LINE_HEIGHT

    def fitted(self, rooms: Sequence[Size]) -> Fitted:
        """The picture in one of these rooms, in as few lines as let it be read."""
        found = []
        for count in range(1, MOST_LINES + 1):
            windows = lines_of(self.geometry, count)
            size = size_of(windows)
            found += [(_scale(room, size), room, size, windows) for room in rooms]
        enough = min(max(scale for scale, *_ in found), ENOUGH)
        fewest = min(len(windows) for scale, *_, windows in found if scale >= enough)
        of_these = [one for one in found if len(one[3]) == fewest]
        _, room, size, windows = max(of_these, key=lambda one: one[0])
        return Fitted(room, size, self.picture if fewest == 1 else in_lines(self.picture, windows))


class Fitted(NamedTuple):
    """The room that a picture fits best, and the picture as it is there, with its size."""

    room: Size
    size: Size
    picture: str


def _scale(room: Size, picture: Size) -> float:
    return min(room.width / picture.width, room.height / picture.height)


class Worksheet:
    """An exercise to print, and its key, which is a sheet of its own.

    Made by `worksheet`. `exercise` and `key` are the two pictures as SVG, `html` is the page of
    the exercise. What is saved, or shown in a notebook, as the exercise tells nothing of the key.
    Raises ValueError where it is saved in a form that it has not.

    >>> from microgradnn import Value, worksheet
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> sheet = worksheet(a * b)
    >>> "−6" in sheet.html, "−6" in sheet.exercise, "−6" in sheet.key
    (False, False, True)
    >>> sheet.save_key("key.txt")
    Traceback (most recent call last):
    ValueError: a key is saved as .html or .pdf, not as 'key.txt'
    """

    def __init__(self, exercise: str, key: str, geometry: Geometry) -> None:
        self.exercise = exercise
        self.key = key
        self._sheet = Sheet(TITLE, exercise, geometry)
        self._key = Sheet(KEY, key, geometry)
        self.html: str = self._sheet.html()

    def save(self, path: str | os.PathLike[str], paper: Paper = "A4") -> None:
        """Write the exercise to a file that ends in .html or .pdf, which is one page to print.

        .html fits A4 and Letter. .pdf is for the `paper` "A4" or "Letter", and needs the extra
        `image`. Raises ValueError if the name has another end or there is no such paper,
        FileNotFoundError if its directory does not exist, ImportError without the extra.

        >>> import pathlib, tempfile
        >>> from microgradnn import Value, worksheet
        >>> x = Value(3.0, label="x")
        >>> with tempfile.TemporaryDirectory() as directory:
        ...     worksheet(x * x).save(f"{directory}/square.html")
        ...     worksheet(x * x).save_key(f"{directory}/key.html")
        ...     print(*sorted(path.name for path in pathlib.Path(directory).iterdir()))
        key.html square.html
        """
        write(path, "a worksheet", _forms(self._sheet, paper))

    def save_key(self, path: str | os.PathLike[str], paper: Paper = "A4") -> None:
        """Write the key in the same way: with its numbers it lies on the exercise.

        Raises ValueError, FileNotFoundError and ImportError as `save` does, whose example has it.
        """
        write(path, "a key", _forms(self._key, paper))

    def _repr_html_(self) -> str:
        return themed(image(self.exercise))


def _forms(sheet: Sheet, paper: Paper) -> Forms:
    if must_be(str, paper, "paper", "a str") not in PAPERS:
        raise ValueError(f"paper must be {' or '.join(map(repr, PAPERS))}, got {paper!r}")
    return {".html": sheet.html().encode, ".pdf": partial(sheet.pdf, PAPERS[paper])}


def worksheet(root: Value) -> Worksheet:
    """The graph of `root` as an exercise: only the data of leaves is given.

    The gradients in the key are those of a backward pass from zero; the graph stays as it is.
    Raises TypeError if `root` is no Value, ValueError if its graph has more than 60 values.

    >>> from microgradnn import Value, worksheet
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
    exercise, key = [paint(diagram, geometry, ON_PAPER) for diagram in (blank, solved)]
    return Worksheet(exercise, key, geometry)


def _without_answers(solved: Diagram) -> Diagram:
    """The diagram with empty places for all that is to be filled in."""
    return Diagram(
        [box._replace(data="" if box.operation else box.data, grad="") for box in solved.boxes],
        [
            arrow._replace(derivative=math.nan, words="_" * 6, details="∂")
            for arrow in solved.arrows
        ],
    )
