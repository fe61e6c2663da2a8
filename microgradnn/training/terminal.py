"""What training shows in a terminal: rich's tables, and the bar that `fit` moves on."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..bars import bar  # isort: skip # It sees to it that importing rich changes nothing.
from rich import get_console
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

__all__ = ["Console", "Table", "progress_bar"]


class _TimeLeft(TimeRemainingColumn):
    """The time that the epochs to come will take, as long as there are any."""

    def render(self, task: Task) -> Text:
        known = task.time_remaining is not None and not task.fields["has_ended"]
        return super().render(task).append(" left") if known else Text()


@contextmanager
def progress_bar(visible: bool, epochs: int, done: int = 0) -> Iterator[Callable[[str], None]]:
    """A bar over the epochs; the function it gives moves it on by one, and shows figures beside it.

    `done` epochs have been there before. In a terminal or a notebook the time left is shown, too.

    >>> with progress_bar(visible=False, epochs=2) as advance:
    ...     advance("loss 0.5")
    """
    if not visible:  # an invisible bar of rich 13.0 leaves an empty line
        yield lambda figures: None
        return
    console = get_console()
    is_live = console.is_terminal or console.is_jupyter
    columns: list[str | ProgressColumn] = ["epoch", MofNCompleteColumn(), BarColumn()]
    columns += [*[_TimeLeft()] * is_live, "{task.fields[figures]}"]
    # The speed is that of all epochs so far: one alone may take longer than rich looks back.
    with bar(*columns, console=console, speed_estimate_period=math.inf) as progress:
        task = progress.add_task(
            "training", total=done + epochs, completed=done, figures="", has_ended=False
        )
        try:
            yield lambda figures: progress.update(task, advance=1, figures=figures)
        finally:
            progress.update(task, has_ended=True)
