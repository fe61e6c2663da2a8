"""Functions of lists and with defaults, built from rows: sum, mean, dot, softmax, clip, …"""

from collections.abc import Iterable

from .. import signatures
from ..arguments import as_flat_list, as_number, check_lengths, is_array
from ..refusals import named
from ..typed import Any
from . import reductions, table
from .checks import as_operands
from .row import Primitive

# The public names, for `import *`; `max`, `min` and `sum` would hide Python's own.
__all__ = ["clip", "dot", "elu", "leaky_relu", "logsumexp", "mean", "softmax", "take"]


def _of_list(row: Primitive, xs: Iterable[Any], *before: Any) -> Any:
    items = as_flat_list(xs, "xs")
    try:
        return row(*before, *items)
    except TypeError as error:
        raise named(error, xs=items) from None


@signatures.of_list
def sum(xs: Iterable[Any]) -> Any:
    """The sum Σ xᵢ, as one node; right to the last place (`math.fsum`). Each derivative is 1.

    >>> sum([0.1] * 10)
    1.0
    """
    return _of_list(reductions.sum, xs)


@signatures.of_list
def mean(xs: Iterable[Any]) -> Any:
    """The arithmetic mean Σ xᵢ / n; each derivative is 1/n.

    >>> mean([1, 2, 6])
    3.0
    """
    items = as_flat_list(xs, "xs")
    return sum(items) / len(items)


@signatures.weighted_sum
def dot(ws: Iterable[Any], xs: Iterable[Any], bias: Any = 0.0) -> Any:
    """The weighted sum Σ wᵢxᵢ + bias of a neuron, as one node.

    The derivatives are xᵢ by wᵢ, wᵢ by xᵢ, and 1 by the bias. Each product is rounded and their
    sum is right to the last place; of more than 1,000 products the rounding is added, too. Raises
    ValueError if the two lists differ in length.

    >>> dot([0.5, -0.25], [1, 2], bias=0.1)
    0.1
    """
    weights = ws if type(ws) is list and ws else as_flat_list(ws, "ws")
    inputs = xs if type(xs) is list and xs else as_flat_list(xs, "xs")
    check_lengths(weights, inputs, "ws", "xs")
    together = getattr(type(weights[0]), "_apply_to_lists", None)
    try:
        if together:
            return together(reductions.dot, weights, inputs, bias)
        return reductions.dot(*weights, *inputs, bias)
    except TypeError as error:
        raise named(error, ws=weights, xs=inputs, bias=bias) from None


@signatures.element_of
def take(xs: Iterable[Any], index: Any) -> Any:
    """xs[index], whole and in range; for an index that is a Value a node, with derivative 1 by it.

    Raises ValueError for an index that is not whole or out of range.

    >>> take([3, 5, 7], 1)
    5.0
    """
    if hasattr(type(index), "_apply"):
        return _of_list(reductions.take, xs, index)
    return reductions.chosen(as_number(index, "index"), *as_operands(xs, None, "xs"))


@signatures.of_list
def max(xs: Iterable[Any]) -> Any:
    """The largest of the xᵢ; a k-way tie shares the derivative, 1/k each.

    >>> max([3, 1, 2])
    3.0
    """
    return _of_list(reductions.max, xs)


@signatures.of_list
def min(xs: Iterable[Any]) -> Any:
    """The smallest of the xᵢ; a k-way tie shares the derivative, 1/k each.

    >>> min([3, 1, 2])
    1.0
    """
    return _of_list(reductions.min, xs)


@signatures.of_list
def logsumexp(xs: Iterable[Any]) -> Any:
    """log Σ exp(xᵢ), which overflows for no finite xᵢ; its derivatives are softmax(xs).

    >>> logsumexp([1000, 1000])
    1000.6931471805599
    """
    return _of_list(reductions.logsumexp, xs)


@signatures.shares_of_list
def softmax(xs: Iterable[Any]) -> list[Any]:
    """exp(xᵢ) / Σ exp(xⱼ) for each i: positive, with sum 1, the same for shifted xs.

    The derivative of the result sᵢ is sᵢ·(1 − sᵢ) by xᵢ, and −sᵢ·sⱼ by another xⱼ. Each
    result is one node; to train a classifier use `losses.cross_entropy`: one node for all.

    >>> [round(p, 8) for p in softmax([1, 2, 3])]
    [0.09003057, 0.24472847, 0.66524096]
    """
    logits = as_flat_list(xs, "xs")
    together = getattr(type(logits[0]), "_apply_to_lists", None)
    shares: list[Any] | None = together(reductions.softmax, logits) if together else None
    return shares or [_of_list(reductions.softmax, logits, float(k)) for k in range(len(logits))]


@signatures.with_slope
def leaky_relu(x: Any, slope: Any = 0.01) -> Any:
    """x where x > 0, else slope·x; the derivative is 1 or the slope, and at 0 it is the slope.

    >>> leaky_relu(-2.0)
    -0.02
    """
    try:
        return table.leaky_relu(x, slope)
    except TypeError as error:
        raise named(error, x=x, slope=slope) from None


@signatures.with_alpha
def elu(x: Any, alpha: Any = 1.0) -> Any:
    """x where x > 0, else alpha·(eˣ − 1); the derivative is 1 or alpha·eˣ, and at 0 it is alpha.

    >>> elu(-1.0)
    -0.6321205588285577
    """
    try:
        return table.elu(x, alpha)
    except TypeError as error:
        raise named(error, x=x, alpha=alpha) from None


@signatures.clipped
def clip(x: Any, low: Any, high: Any) -> Any:
    """x held between low and high; the derivative is 1 inside and at the bounds, else 0.

    Raises ValueError if low is above high.

    >>> clip(2.5, 0, 1)
    1.0
    """
    try:
        clipped = table.clip(x, low, high)
    except TypeError as error:
        raise named(error, x=x, low=low, high=high) from None
    if not is_array(low) and not is_array(high) and low > high:
        raise ValueError(f"low must not be above high, got low = {low} and high = {high}")
    return clipped
