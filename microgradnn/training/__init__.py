"""Training: `fit` teaches a model its samples, `evaluate` says how well it has learnt them.

Read `loop.py` first: what a training is, and what ends it; then `course.py`: what happens in an
epoch. `steppers.py` has the two ways to take a step, on the recorded graph and by compiled
programs; `history.py` what `fit` reports, `accuracy.py` how predictions are judged, `bookmark.py`
from where a training goes on, and `terminal.py` what is shown meanwhile.
"""

from .. import needs_numpy  # noqa: F401 - first, for its error is a sentence
from .checkpoint import load_checkpoint, save_checkpoint
from .evaluation import evaluate
from .history import History
from .loop import fit

__all__ = ["History", "evaluate", "fit", "load_checkpoint", "save_checkpoint"]
