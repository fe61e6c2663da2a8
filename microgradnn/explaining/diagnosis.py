"""Where an infinity or NaN came from: the first node of a graph that made one.

It looks at one graph, after its passes. Whether a function's gradient is right at all is asked by
`engine/checking.py`, and whether a whole engine is by `testing/`.
"""

from __future__ import annotations

import math
from typing import Any

from ..engine.value import Value, topological_order


def first_non_finite(root: Value) -> str | None:
    """Say which node first made the data of `root`, or a gradient, infinite or NaN.

    None if they are finite. Call it after `backward()`, for it reads the gradients of that pass.
    Under `debug()` it also says which line of your program made the node. Raises TypeError if
    `root` is no Value.

    >>> from microgradnn import sqrt
    >>> x = Value(0.0, label="x")
    >>> y = 2 * sqrt(x)
    >>> y.backward()
    >>> first_non_finite(y)
    'the gradient became inf at sqrt(x = 0.0) = 0.0: local derivative inf, upstream 2.0, operand 1'
    """
    order = topological_order(root)
    if not math.isfinite(root.data):
        return _first_in_data(order, {root})
    for node in reversed(order):
        if not math.isfinite(node.grad):
            # What the node received was finite, or an edge above would have been reported.
            return f"the gradient became {node.grad} at {_written(node)}, a sum that overflowed"
        edges = zip(node.operands, node.local_grads, strict=True)
        for place, (operand, local_grad) in enumerate(edges, start=1):
            product = 0.0 if local_grad is None else local_grad * node.grad
            # Before any backward pass all gradients are 0, though 0 times infinity is NaN.
            if math.isfinite(product) or math.isfinite(operand.grad):
                continue
            if suspects := _non_finite((node, *node.operands)):
                return _first_in_data(order, suspects)
            return (
                f"the gradient became {product} at {_written(node)}: "
                f"local derivative {local_grad}, upstream {node.grad}, operand {place}"
            )
    return None


def _first_in_data(order: list[Value], suspects: set[Value]) -> str:
    """Follow infinite and NaN data back to the first node that made any."""
    for node in reversed(order):
        if node in suspects:
            suspects |= _non_finite(node.operands)
    first = next(node for node in order if node in suspects)
    return f"the data became {first.data} at {_written(first)}"


def _non_finite(operands: tuple[Any, ...]) -> set[Value]:
    return {x for x in operands if isinstance(x, Value) and not math.isfinite(x.data)}


def _written(node: Value) -> str:
    """The node as a call with its operands' values: `log(p = 0.0) = -inf`."""
    if node.op is None:
        return f"the leaf {node.label or 'without a label'}"
    operands = []
    for x in node.operands:
        number, label = (x.data, x.label) if isinstance(x, Value) else (x, "")
        operands.append(f"{label} = {number}" if label else f"{number}")
    listed = ", ".join(operands[:6]) + (", …" if len(operands) > 6 else "")
    name = f"{node.label} = " if node.label else ""
    made = f" (made at {node.made_at})" if node.made_at else ""
    return f"{name}{node.op.name}({listed}) = {node.data}{made}"
