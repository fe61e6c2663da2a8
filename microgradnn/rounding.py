"""How far the result of a graph may be off, because each of its nodes was rounded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

# The results of these are operands, minus operands or whole numbers, which are not rounded.
_EXACT = {"neg", "abs", "relu", "maximum", "minimum", "max", "min", "clip", "floor", "ceil"}


def rounding_of(nodes: Sequence[Any], gradients: Sequence[float]) -> float:
    """How far off a result may be: each node is rounded, and passes that on by its gradient."""
    errors = [
        (2.0**-51 * _size(node) + 5e-324) * abs(gradient)
        for node, gradient in zip(nodes, gradients, strict=True)
        if node.op and node.op.name not in _EXACT
    ]
    return float(sum(error for error in errors if error < math.inf))


def _size(node: Any) -> float:
    """The largest number that a node's operation rounds: its result, or a product of `dot`."""
    pairs = zip(node.operands, node.local_grads, strict=True) if node.op.name == "dot" else ()
    return float(max([abs(node.data), *(abs(x.data * d) for x, d in pairs if d is not None)]))
