"""Explaining a graph: the two passes as steps, a gradient as a sum over paths, where NaN came from.

Read `passes.py` first, which lists what `backward` does, step by step. `paths.py` takes a gradient
apart into the products along all ways through the graph, `diagnosis.py` looks for the first node
that is infinite or NaN, and `notation.py` is how all of them write numbers and operations.
"""

from .diagnosis import first_non_finite
from .passes import Contribution, Forward, Seed, Steps, steps
from .paths import Explanation, Path, explain

__all__ = [
    "Contribution",
    "Explanation",
    "Forward",
    "Path",
    "Seed",
    "Steps",
    "explain",
    "first_non_finite",
    "steps",
]
