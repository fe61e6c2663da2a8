"""The step-through page: both passes of a graph in one HTML file that works offline."""

from .page import Explorer, explore

__all__ = ["Explorer", "explore"]
