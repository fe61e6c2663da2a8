"""One sample's way through the graph of a batch, and what comes to it from the others."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine.derivatives import dependents
from ..engine.value import Value
from .sample import Batch, Sample

MOST_COMPUTED = 10_000  # values and operands that a page computes again when a slider moves

Received = dict[Value, tuple[float, int]]  # the sum of some contributions, and their number


def can_be_computed(order: Sequence[Value]) -> bool:
    """Whether a page can compute all of a graph again whenever a slider moves."""
    return sum(1 + len(value.operands) for value in order) <= MOST_COMPUTED


def followed(order: Sequence[Value], batch: Batch, sample: Sample) -> list[Value]:
    """A sample's values, what they share with others, and what its loss leads to, in order.

    Of the sum of all samples there is the result only, however it was added up.
    """
    below = set(sample.members)
    for value in reversed(order):
        if value in below:
            below.update(x for x in value.operands if type(x) is not float)
    above = dependents(order, sample.terms if batch.total is None else [batch.total])
    return [value for value in order if value in above or value in below]


def received_from_others(
    order: Sequence[Value], values: Sequence[Value], adders: Sequence[Value] = ()
) -> Received:
    """What the values receive, in a backward pass over the whole graph, from all other values.

    What comes through the adders of a batch comes from its total, which is among the values.
    """
    kept, adding = set(values), set(adders)
    found: Received = {}
    gradients = dict.fromkeys(order, 0.0) | {order[-1]: 1.0}
    for value in reversed(order):
        upstream, is_kept = gradients[value], value in kept or value in adding
        for x, local in value._edges():
            gradients[x] += local * upstream
            if x in kept and not is_kept:
                total, count = found.get(x, (0.0, 0))
                found[x] = total + local * upstream, count + 1
    return found
