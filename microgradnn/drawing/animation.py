"""An animation for slides: a picture for each step of both passes, with its words below it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..arguments import as_positive
from ..engine.value import Value
from ..waiting import waiting
from .composing import Line, Window, placed, surface, wrapped
from .diagram import Diagram
from .drawn import geometry_of_all
from .fold import MOST_BOXES
from .frames import frames
from .geometry import Geometry, Size
from .image import gif
from .looks import MARGIN
from .picture import write
from .svg import paint

WIDTH, HEIGHT = 1280, 720  # pixels of a slide; an animation is no higher than that
AROUND = 20  # pixels around what is on it
TITLE, WORDS, LINE_HEIGHT = 26, 22, 32  # pixels: font sizes and lines of a caption
# How many pixels a pixel of the picture becomes: as many as fit. If these are too few to be read
# the picture moves behind its window, so that what the step is about is seen.
LEAST, MOST = 1.0, 2.5
AROUND_STEP = 24  # pixels of the picture around what a step is about
MOST_FRAMES = 200
LONGEST = 100.0  # seconds for a frame
LAST = 3  # times as long as the others the last frame is shown


def save_animation(values: Sequence[Value], path: str | os.PathLike[str], seconds: float) -> None:
    """Write the steps over the graph of values in topological order as an animation."""
    seconds = as_positive(seconds, "seconds")
    if not 0.02 <= seconds <= LONGEST:
        raise ValueError(f"seconds must be from 0.02 to {LONGEST:g}, got {seconds:g}")

    def made() -> bytes:
        with waiting("drawing"):
            slides = _slides(values)
            return gif(slides, [*[seconds] * (len(slides) - 1), LAST * seconds])

    write(path, "an animation of steps", {".gif": made})


def _slides(values: Sequence[Value]) -> list[str]:
    """The slides as SVG, all of one size, with everything in the same place as far as it fits."""
    shown = _frames(values)
    geometry = geometry_of_all(shown)
    captions = [_lines(frame.caption) for frame in shown]
    below = LINE_HEIGHT * max(map(len, captions)) + AROUND
    whole = Size(geometry.size.width + 2 * MARGIN, geometry.size.height + 2 * MARGIN)
    room = Size(WIDTH - 2 * AROUND, HEIGHT - below - 2 * AROUND)
    fitting = min(room.width / whole.width, room.height / whole.height, MOST)
    scale = max(fitting, LEAST)
    seen = Size(room.width / scale, min(room.height / scale, whole.height))
    size = Size(WIDTH, seen.height * scale + below + 2 * AROUND)
    slides = []
    left = top = 0.0
    for frame, lines in zip(shown, captions, strict=True):
        left, top = _moved(left, top, frame, geometry, seen, whole)
        picture = paint(frame._replace(caption=()), geometry)
        window = Window(left - MARGIN, top - MARGIN, seen.width, seen.height)
        area = Size(room.width, seen.height * scale)
        start = size.height - below
        texts = [
            Line(words, AROUND, start + LINE_HEIGHT * k, WORDS if k > 1 else TITLE, bold=k == 1)
            for k, words in enumerate(lines, start=1)
        ]
        slides.append(surface(size, [placed(picture, AROUND, AROUND, area, window)], texts))
    return slides


def _frames(values: Sequence[Value]) -> list[Diagram]:
    if len(values) > MOST_BOXES:
        raise ValueError(
            f"an animation is made of a graph of at most {MOST_BOXES} values, this has "
            f"{len(values):,}; explore(root) steps through a graph of any size"
        )
    shown = frames(values)
    if len(shown) > MOST_FRAMES:
        raise ValueError(
            f"an animation has at most {MOST_FRAMES} steps, these are {len(shown):,}; "
            "explore(root) steps through any number"
        )
    return shown


def _lines(caption: Sequence[str]) -> list[str]:
    """The caption in lines that fit: first what happens, then the sums."""
    title, *sums = filter(None, caption)
    room = WIDTH - 2 * AROUND
    return [*wrapped(title, TITLE, room)[:1], *(x for s in sums for x in wrapped(s, WORDS, room))]


def _moved(
    left: float, top: float, frame: Diagram, geometry: Geometry, seen: Size, whole: Size
) -> tuple[float, float]:
    """Where the window is in the picture: no further from where it was than this step needs."""
    about = [geometry.boxes[frame.current_box or 0]]
    if frame.current_arrow is not None:
        arrow = frame.arrows[frame.current_arrow]
        about += [geometry.boxes[arrow.head], geometry.labels[frame.current_arrow]]
    across = min(one.left for one in about), max(one.right for one in about)
    down = min(one.top for one in about), max(one.bottom for one in about)
    return (
        _along(left, *across, seen.width, whole.width),
        _along(top, *down, seen.height, whole.height),
    )


def _along(start: float, low: float, high: float, seen: float, whole: float) -> float:
    """The same along one side; what is smaller than the window stands in its middle."""
    if whole <= seen:
        return (whole - seen) / 2
    start = max(min(start, low - AROUND_STEP), high + AROUND_STEP + 2 * MARGIN - seen)
    return min(max(start, 0.0), whole - seen)
