"""rich, for progress bars and tables, imported without a change of the global random state."""

import random

# rich.style draws a random number when it is first imported; nobody's program should notice.
_state = random.getstate()
from rich.console import Console  # noqa: E402
from rich.progress import BarColumn, MofNCompleteColumn, Progress  # noqa: E402
from rich.table import Table  # noqa: E402

random.setstate(_state)

__all__ = ["BarColumn", "Console", "MofNCompleteColumn", "Progress", "Table"]
