"""Rows of many operands: sum, dot, take, max, min, logsumexp, softmax and cross-entropies."""

import builtins
import functools
import math
import operator
from collections.abc import Sequence

from ..elements import where
from ..sums import MOST_ROUNDED, add_arrays, add_up, dot_of_many, sums_of_others
from ..typed import Any
from .row import Primitive, add_row
from .table import abs, exp, if_above, log, log1p, maximum, minimum


def _dot(*operands: Any) -> Any:
    n = len(operands) // 2
    weights, inputs, bias = operands[:n], operands[n:-1], operands[-1]
    terms = [*map(operator.mul, weights, inputs), bias]
    out = add_up(*terms) if {*map(type, terms)} == {float} else sum(*terms)
    unsure = isinstance(out, float) and (n > MOST_ROUNDED or out - out != 0.0)
    if unsure and all(map(math.isfinite, operands)):
        return dot_of_many(weights, inputs, bias)
    return out


def chosen(index: Any, *xs: Any) -> Any:
    """The element at this place; for an index that is no number a selection, else NaN."""
    if not isinstance(index, float):
        hits = [(abs(index - float(k)) <= 0.0, x) for k, x in enumerate(xs)]
        return functools.reduce(lambda found, hit: where(hit[0], hit[1], found), hits, math.nan)
    if index not in range(len(xs)):
        raise ValueError(f"index must be a whole number from 0 to {len(xs) - 1}, got {index!r}")
    return xs[int(index)]


def _shares(hits: list[Any]) -> list[Any]:
    ties = add_arrays(*hits)
    return [hit / ties for hit in hits]


class Exponentials:
    """exp(x − max) of logits, and sums of them that keep their digits when one logit dominates."""

    def __init__(self, logits: Sequence[Any]) -> None:
        # The sum below the maximum is kept apart from that at it, which is a whole number.
        if set(map(type, logits)) == {float} and all(map(math.isfinite, logits)):  # for speed
            self.maximum: Any = builtins.max(logits)
            self.shifted: list[Any] = [x - self.maximum for x in logits]
            self.each: list[Any] = list(map(math.exp, self.shifted))
            self.below: Any = math.fsum([e for e in self.each if e < 1.0])
            self.at_top: Any = float(self.each.count(1.0))
        else:
            self.maximum = max(*logits)
            self.shifted = [self._below_maximum(x) for x in logits]
            self.each = [exp(shift) for shift in self.shifted]
            self.below = sum(*[where(e < 1.0, e, 0.0) for e in self.each])
            self.at_top = add_arrays(*[where(e < 1.0, 0.0, e) for e in self.each])
        self.total: Any = self.below + self.at_top

    def _below_maximum(self, x: Any) -> Any:
        top = self.maximum
        limit = where(x < top, -math.inf, where(x >= top, 0.0, x - top))
        return if_above(math.inf, abs(top), x - top, limit, True)

    @functools.cached_property
    def shares(self) -> list[Any]:
        return [e / self.total for e in self.each]

    def slopes(self, k: int, share: Any) -> list[Any]:
        """The derivatives of the share of k by each logit."""
        minus = -share
        slopes = [minus * s for s in self.shares]
        slopes[k] = share * self.share_of_others(k)
        return slopes

    def share_of_others(self, k: int) -> Any:
        e = self.each[k]
        return where(e < 1.0, self.total - e, self.below + (self.at_top - e)) / self.total

    def log_total(self) -> Any:
        """log Σ exp(x − max)."""
        return log1p(self.below + (self.at_top - 1.0))

    def log_sum(self) -> Any:
        return self.maximum + self.log_total()


def _softmax_partials(out: Any, which: Any, *logits: Any) -> list[Any]:
    return [0.0, *Exponentials(logits).slopes(int(which), out)]


def _cross_entropy(*operands: Any) -> Any:
    n = len(operands) // 2
    logits, targets = operands[:n], operands[n:]
    exponentials = Exponentials(logits)
    top, log_total = exponentials.maximum, exponentials.log_total()
    terms = []
    for x, shift, t in zip(logits, exponentials.shifted, targets, strict=True):
        overflows = (shift <= -math.inf) & (abs(x) < math.inf)  # though t times it may not
        term = where(overflows, t * top - t * x, t * (log_total - shift))
        terms.append(where(abs(t) <= 0, 0.0, term))  # a NaN in t stays
    return sum(*terms)


def _cross_entropy_partials(out: Any, *operands: Any) -> list[Any]:
    # softmax − target, as share·(other targets) − target·(other shares): nothing cancels.
    n = len(operands) // 2
    logits, targets = operands[:n], operands[n:]
    exponentials = Exponentials(logits)
    by_logits = [
        exponentials.shares[k] * others - t * exponentials.share_of_others(k)
        for k, (t, others) in enumerate(zip(targets, sums_of_others(targets), strict=True))
    ]
    log_total = exponentials.log_total()
    return by_logits + [log_total - shift for shift in exponentials.shifted]


def _cross_entropy_of_logits(*operands: Any) -> Any:
    n = len(operands) // 2
    return _cross_entropy(*operands[:n], *Exponentials(operands[n:]).shares)


def _cross_entropy_of_logits_partials(out: Any, *operands: Any) -> list[Any]:
    # Differences are taken before the totals divide them: less is rounded of what may cancel. A
    # cost has its target as a factor from the start, so that ∞ adds nothing where that is 0, and
    # as a share, so that costs next to the largest float add up to no infinity.
    n = len(operands) // 2
    given, wanted = Exponentials(operands[:n]), Exponentials(operands[n:])
    s, t, shares = given.each, wanted.each, [wanted.shares[k] for k in range(n)]
    costs = [-p * if_above(p, 0.0, given.shifted[k], 0.0, True) for k, p in enumerate(shares)]
    other_s, other_t, other_costs = map(sums_of_others, (s, t, costs))
    return [
        *((s[k] * other_t[k] - t[k] * other_s[k]) / given.total / wanted.total for k in range(n)),
        *(costs[k] * wanted.share_of_others(k) - shares[k] * other_costs[k] for k in range(n)),
    ]


def _cross_entropy_definition(*operands: Any) -> Any:
    n = len(operands) // 2
    logits, targets = operands[:n], operands[n:]
    return sum(*[t * (logsumexp(*logits) - x) for x, t in zip(logits, targets, strict=True)])


def _cross_entropy_textbook(out: Any, *operands: Any) -> list[Any]:
    n = len(operands) // 2
    logits, targets = operands[:n], operands[n:]
    shares = [softmax(float(k), *logits) for k in range(n)]
    by_logits = [s * sum(*targets) - t for s, t in zip(shares, targets, strict=True)]
    return by_logits + [logsumexp(*logits) - x for x in logits]


# One function gives all partials, and one all of the textbook's. `words` are value and derivative
# with indices, which a formula over given operands has not.
# fmt: off
sum: Primitive = add_row("sum", "Σ", add_up, lambda out, *xs: [1.0] * len(xs),
    summary="The sum, right to the last place.", example=(0.1, 0.2, 0.3),
    words=("Σ xᵢ", "1 each"), on_arrays=add_arrays, kind="function", keeps_partials_at_nan=True)
dot: Primitive = add_row("dot", "w·x + b", _dot,
    lambda out, *wxb: [*wxb[len(wxb) // 2 : -1], *wxb[: len(wxb) // 2], 1.0],
    summary="The weighted sum of a neuron: weights, as many inputs, and the bias.",
    example=(0.5, -0.25, 1.0, 2.0, 0.1),
    words=("Σ wᵢxᵢ + b", "∂/∂wᵢ = xᵢ, ∂/∂xᵢ = wᵢ, ∂/∂b = 1"), keeps_partials_at_nan=True)
take: Primitive = add_row("take", "take", chosen,
    lambda out, index, *xs:
        [0.0] + [if_above(0.5, abs(index - float(k)), 1.0, 0.0) for k in range(len(xs))],
    summary="One of several; the first operand is its place, counted from 0.",
    example=(1.0, 5.0, 7.0), words=("xₖ, k the first operand", "1 for xₖ, else 0"))
max: Primitive = add_row("max", "max", lambda *xs: functools.reduce(maximum, xs),
    lambda out, *xs: _shares([if_above(out, x, 0.0, 1.0) for x in xs]),
    summary="The largest.", example=(3.0, 1.0, 2.0),
    words=("max xᵢ", "1 for the largest, 1/k each in a k-way tie, else 0"))
min: Primitive = add_row("min", "min", lambda *xs: functools.reduce(minimum, xs),
    lambda out, *xs: _shares([if_above(x, out, 0.0, 1.0) for x in xs]),
    summary="The smallest.", example=(3.0, 1.0, 2.0),
    words=("min xᵢ", "1 for the smallest, 1/k each in a k-way tie, else 0"))
logsumexp: Primitive = add_row("logsumexp", "log Σ exp", lambda *xs: Exponentials(xs).log_sum(),
    lambda out, *xs: Exponentials(xs).shares, definition=lambda *xs: log(sum(*map(exp, xs))),
    textbook=lambda out, *xs: [exp(x - out) for x in xs],
    summary="The logarithm of the sum of exponentials.", example=(1.0, 2.0, 3.0),
    words=("log Σ exp(xᵢ)", "∂/∂xᵢ = exp(xᵢ − out)"))
softmax: Primitive = add_row("softmax", "softmax",
    lambda which, *xs: Exponentials(xs).shares[int(which)], _softmax_partials,
    definition=lambda which, *xs: exp(xs[int(which)]) / sum(*map(exp, xs)),
    textbook=lambda out, which, *xs: [0.0] + [
        out * (1.0 - out) if k == int(which) else -out * softmax(float(k), *xs)
        for k in range(len(xs))],
    summary="One share of a softmax; the first operand says whose.", example=(0.0, 1.0, 2.0, 3.0),
    words=("sₖ = exp(xₖ) / Σ exp(xᵢ)", "∂/∂xₖ = sₖ·(1 − sₖ), ∂/∂xᵢ = −sₖ·sᵢ"))
cross_entropy: Primitive = add_row("cross_entropy", "cross-entropy", _cross_entropy,
    _cross_entropy_partials, definition=_cross_entropy_definition, textbook=_cross_entropy_textbook,
    summary="The cross-entropy of targets, given logits.", example=(1.0, 2.0, 0.0, 1.0),
    words=("Σ tₖ·(logsumexp(x) − xₖ)",
           "∂/∂xₖ = softmax(x)ₖ·Σ tᵢ − tₖ, ∂/∂tₖ = logsumexp(x) − xₖ"))
cross_entropy_of_logits: Primitive = add_row("cross_entropy_of_logits", "cross-entropy",
    _cross_entropy_of_logits, _cross_entropy_of_logits_partials,
    summary="The cross-entropy of a softmax as target, given logits; 0·∞ in it is 0.",
    example=(1.0, 2.0, 3.0, 0.0),
    words=("−Σ tₖ·log sₖ, s = softmax(x), t = softmax(y)",
           "∂/∂xₖ = sₖ − tₖ, ∂/∂yₖ = −tₖ·(log sₖ + out)"))
# fmt: on
