"""Explaining a graph: the two passes as steps, and a gradient as a sum over paths."""

from .passes import Contribution, Forward, Seed, Steps, steps
from .paths import Explanation, Path, explain

__all__ = ["Contribution", "Explanation", "Forward", "Path", "Seed", "Steps", "explain", "steps"]
