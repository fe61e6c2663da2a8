"""rich's progress bar, in a terminal as it is, and in a notebook by what every notebook has."""

import io
import random
import time
from typing import Any

# rich.style draws a random number when it is first imported. The state of `random` is put back, so
# that the numbers of a user's program do not depend on whether it has imported this.
_state = random.getstate()
try:
    from rich.console import Console
    from rich.progress import Progress, ProgressColumn, TaskID
    from rich.theme import Theme
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        "tables and progress bars need rich, which is not installed: pip install rich", name="rich"
    ) from None

random.setstate(_state)

BETWEEN_PICTURES = 0.1  # seconds
WIDTH = 110  # characters of a line in a notebook, about

# Words have the colour of the notebook's own, for rich's green cannot be read on a dark ground.
_WORDS = Theme(dict.fromkeys(["progress.download", "progress.remaining", "progress.elapsed"], ""))
_AS_IN_A_TERMINAL = '<pre style="white-space: pre; overflow-x: auto; margin: 0">{code}</pre>'


def bar(*columns: str | ProgressColumn, console: Console, **options: Any) -> Progress:
    """A bar on a console, with rich's columns and options."""
    kind = _InNotebook if console.is_jupyter else Progress
    return kind(*columns, console=console, **options)


class _InNotebook(Progress):
    """A bar as an output of its cell, which IPython replaces; rich's own needs ipywidgets."""

    _place: Any = None
    _shown_at = 0.0

    def _repr_mimebundle_(self, *_: Any, **__: Any) -> dict[str, str]:
        """What is shown: in colours, and for those that have none, where the rest is left empty."""
        return {
            "text/html": self._printed("truecolor").export_html(
                inline_styles=True, code_format=_AS_IN_A_TERMINAL
            ),
            "text/plain": self._printed(None).export_text(),
        }

    def _printed(self, colours: str | None) -> Console:
        options: dict[str, Any] = {"color_system": colours, "width": WIDTH, "theme": _WORDS}
        console = Console(file=io.StringIO(), record=True, force_jupyter=False, **options)
        console.print(self.get_renderable())
        return console

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
