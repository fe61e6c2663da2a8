"""Training: `fit` and what it reports; read `loop.py` first, then `steppers.py`."""

from .loop import History, evaluate, fit

__all__ = ["History", "evaluate", "fit"]
