"""Where an infinity or NaN came from: the first node of a graph that made one."""

from __future__ import annotations

import math

from .value import Value, topological_order


def first_non_finite(root: Value) -> str | None:
    """Say which node first became infinite or NaN: going forward its data, else, going back, what
    it passed on to an operand. None if there is none; call it after `backward()`.

    >>> from microgradnn import sqrt
    >>> x = Value(0.0, label="x")
    >>> y = 2 * sqrt(x)
    >>> y.backward()
    >>> first_non_finite(y)
    'the gradient became inf at sqrt(x = 0.0) = 0.0: local derivative inf, upstream 2.0'
    """
    order = topological_order(root)
    for node in order:
        if not math.isfinite(node.data):
            return f"the data became {node.data} at {_written(node)}"
    for node in reversed(order):
        if not math.isfinite(node.grad):  # though all that it received was finite
            return f"the gradient became {node.grad} at {_written(node)}, a sum that overflowed"
        for operand, local_grad in zip(node.operands, node.local_grads, strict=True):
            if local_grad is not None and not math.isfinite(local_grad * node.grad):
                return (
                    f"the gradient became {operand.grad} at {_written(node)}: "
                    f"local derivative {local_grad}, upstream {node.grad}"
                )
    return None


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
    return f"{name}{node.op.name}({listed}) = {node.data}"
