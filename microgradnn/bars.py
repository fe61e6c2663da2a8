"""rich's progress bar, in a terminal as it is, and in a notebook by what every notebook has."""

import random
import time
from typing import Any

# rich.style draws a random number when it is first imported. The state of `random` is put back, so
# that the numbers of a user's program do not depend on whether it has imported this.
_state = random.getstate()
from rich.console import Console  # noqa: E402
from rich.progress import Progress, ProgressColumn, TaskID  # noqa: E402

random.setstate(_state)

BETWEEN_PICTURES = 0.1  # seconds


def bar(*columns: str | ProgressColumn, console: Console, **options: Any) -> Progress:
    """A bar on a console, with rich's columns and options."""
    kind = _InNotebook if console.is_jupyter else Progress
    return kind(*columns, console=console, **options)


class _InNotebook(Progress):
    """A bar as an output of its cell, which IPython replaces; rich's own needs ipywidgets."""

    _place: Any = None
    _shown_at = 0.0

    def start(self) -> None:
        """Show the bar below the cell."""
        if not self.disable:
            from IPython.display import display

            self._place = display(self, display_id=True)

    def update(self, task_id: TaskID, **changes: Any) -> None:
        """Change a task, and show it unless this was done a moment ago."""
        super().update(task_id, **changes)
        if time.monotonic() - self._shown_at > BETWEEN_PICTURES:
            self.refresh()

    def refresh(self) -> None:
        """Show how far the tasks are now."""
        if self._place:
            self._place.update(self)
            self._shown_at = time.monotonic()

    def stop(self) -> None:
        """Show the end, which stays with the cell, unless the bar is to leave no trace."""
        if self._place and self.live.transient:
            self._place.update({"text/plain": ""}, raw=True)
        else:
            self.refresh()
        self._place = None
