"""The lines of programs, as errors and nodes name them: their text, and which are our own."""

import os
import sys
from types import FrameType

_PACKAGE = os.path.dirname(__file__) + os.sep


def is_of_package(frame: FrameType) -> bool:
    """Whether the code of a frame is of this package, and not of its user."""
    return frame.f_code.co_filename.startswith(_PACKAGE)


def line_at(frame: FrameType) -> str:
    """The line that a frame is at, as "file:number: text"."""
    import linecache  # only when a line is wanted

    file, number = frame.f_code.co_filename, frame.f_lineno
    return f"{file}:{number}: {linecache.getline(file, number, frame.f_globals).strip()}"


def line_of_user() -> str:
    """The line of the user's program that is being run, as `line_at` writes it."""
    frame = sys._getframe(1)
    while frame.f_back and is_of_package(frame):
        frame = frame.f_back
    return line_at(frame)
