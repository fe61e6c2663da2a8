"""One sample's way through the graph of a batch, for a page that cannot hold the whole graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..engine.derivatives import dependents
from ..engine.value import Value

MOST_COMPUTED = 10_000  # values and operands that a page computes again when a slider moves

Received = dict[Value, tuple[float, int]]  # the sum of some contributions, and their number


def followed(order: Sequence[Value]) -> list[Value]:
    """The values that a page follows: all, or where they are too many, one sample's.

    Samples are not marked as such. But a batch holds many values that look alike, because the same
    operation computes them at the same depth. A value with as many of such as possible on its way
    to the root stands for its sample, and the page follows all that depends on it. Those of them
    that look like others belong to this sample alone, so all that they were computed from is
    followed too, parameters included. The mean over the batch looks like nothing else; the rest of
    what it was computed from, which is the other samples, is left out.
    """
    if sum(1 + len(value.operands) for value in order) <= MOST_COMPUTED:
        return list(order)
    alike = _alike(order)
    above = dependents(order, [_start(order, alike)])
    below = _all_below(order, above & alike)
    return [value for value in order if value in above or value in below]


def _alike(order: Sequence[Value]) -> set[Value]:
    """The values that the same operation computes at the same depth as another value.

    The depth of a value is the number of values on the longest way to it.
    """
    depth: dict[Value, int] = {}
    for value in order:
        below = (depth[x] for x in value.operands if type(x) is not float)
        depth[value] = max(below, default=0) + 1
    counts = Counter((value.op, depth[value]) for value in order)
    return {value for value in order if value.op and counts[value.op, depth[value]] > 1}


def _start(order: Sequence[Value], alike: set[Value]) -> Value:
    """The value with most of those that look alike on its way to the root, itself among them."""
    most = dict.fromkeys(order, 0)
    for value in reversed(order):
        for x in value.operands:
            if type(x) is not float and x.op:
                most[x] = max(most[x], most[value] + (x in alike))
    return max(order, key=lambda value: (value in alike, most[value]))


def _all_below(order: Sequence[Value], values: set[Value]) -> set[Value]:
    """The values, and all that they were computed from."""
    found = set(values)
    for value in reversed(order):
        if value in found:
            found.update(x for x in value.operands if type(x) is not float)
    return found


def received_from_others(order: Sequence[Value], values: Sequence[Value]) -> Received:
    """What the values receive, in a backward pass over the whole graph, from all other values."""
    kept = set(values)
    found: Received = {}
    gradients = dict.fromkeys(order, 0.0) | {order[-1]: 1.0}
    for value in reversed(order):
        upstream, is_kept = gradients[value], value in kept
        for x, local in zip(value.operands, value.local_grads, strict=True):
            if local is None:
                continue
            gradients[x] += local * upstream
            if x in kept and not is_kept:
                total, count = found.get(x, (0.0, 0))
                found[x] = total + local * upstream, count + 1
    return found
