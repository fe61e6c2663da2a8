"""What training shows in a terminal: rich's tables, and the bar that `fit` moves on."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# rich.style draws a random number when it is first imported. The state of `random` is put back, so
# that the numbers of a user's program do not depend on whether it has imported this.
_state = random.getstate()
from rich.console import Console  # noqa: E402
from rich.progress import BarColumn, MofNCompleteColumn, Progress  # noqa: E402
from rich.table import Table  # noqa: E402

random.setstate(_state)

__all__ = ["Console", "Table", "progress_bar"]


@contextmanager
def progress_bar(visible: bool, epochs: int) -> Iterator[Callable[[str], None]]:
    """A bar over the epochs; the function it gives moves it on by one, and shows figures beside it.

    >>> with progress_bar(visible=False, epochs=2) as advance:
    ...     advance("loss 0.5")
    """
    columns = "epoch", MofNCompleteColumn(), BarColumn(), "{task.fields[figures]}"
    with Progress(*columns, disable=not visible) as progress:
        task = progress.add_task("training", total=epochs, figures="")
        yield lambda figures: progress.update(task, advance=1, figures=figures)
