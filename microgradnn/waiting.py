"""What is shown while a large graph is drawn: a bar, once it takes longer than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

PATIENCE = 1.0  # seconds before the bar appears


class _Bar:
    """A bar in a terminal (on the standard error output) or a notebook; it goes in the end."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.start = time.monotonic()
        self.shown: Any = None

    def move(self, done: float, words: str) -> None:
        if self.shown is None and time.monotonic() - self.start > PATIENCE:
            self.shown = _shown(self.title)
        if self.shown:
            task = self.shown.task_ids[0]
            self.shown.update(task, completed=done, words=words, refresh=True)

    def stop(self) -> None:
        if self.shown:
            self.shown.stop()


def _shown(title: str) -> Any:
    """A bar, started; False if nobody would see it, or rich is not installed."""
    if not sys.stderr.isatty() and "ipykernel" not in sys.modules:
        return False
    try:
        from .bars import bar  # isort: skip # It sees to it that importing rich changes nothing.
        from rich.console import Console
        from rich.progress import BarColumn, TimeElapsedColumn
    except ModuleNotFoundError:
        return False

    console = Console(stderr=True)
    if not sys.stderr.isatty() and not console.is_jupyter:
        return False
    columns = "{task.description}", BarColumn(), TimeElapsedColumn(), "{task.fields[words]}"
    shown = bar(*columns, console=console, transient=True)
    shown.add_task(title, total=1.0, words="")
    shown.start()
    return shown


_current: ContextVar[_Bar | None] = ContextVar("bar", default=None)


@contextmanager
def waiting(title: str) -> Iterator[None]:
    """Show how far the work inside is, as `reached` tells; work inside other work shows nothing."""
    if _current.get():
        yield
        return
    bar = _Bar(title)
    token = _current.set(bar)
    try:
        yield
    finally:
        _current.reset(token)
        bar.stop()


def reached(done: float, words: str) -> None:
    """Say what share of the work is done, from 0 to 1, and what comes next.

    >>> with waiting("drawing"):
    ...     reached(0.5, "folding")
    """
    if bar := _current.get():
        bar.move(done, words)
