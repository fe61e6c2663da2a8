"""Rows of many operands: sum, dot, take, max, min, logsumexp, softmax and cross-entropies."""

import functools
import itertools
import math
import operator
from collections.abc import Sequence
from typing import Any

from .row import Primitive, add_row, where
from .table import abs, exp, log, log1p, maximum, minimum

MOST_ROUNDED = 1000  # products in a dot; of more, what their rounding loses is added as well


def _add_up(*xs: float) -> float:
    try:
        return math.fsum(xs)
    except OverflowError:  # on the way or at the end: add small copies, scale back to ±inf or less
        return math.fsum([x * 2.0**-64 for x in xs]) * 2.0**64
    except ValueError:  # +inf and −inf
        return math.nan


def _add_arrays(*xs: Any) -> Any:
    return functools.reduce(operator.add, xs)


def _dot(*operands: Any) -> Any:
    n = len(operands) // 2
    weights, inputs, bias = operands[:n], operands[n:-1], operands[-1]
    terms = [*map(operator.mul, weights, inputs), bias]
    out = _add_up(*terms) if {*map(type, terms)} == {float} else sum(*terms)
    unsure = isinstance(out, float) and (n > MOST_ROUNDED or out - out != 0.0)
    if unsure and all(map(math.isfinite, operands)):
        exact = _dot_of_many(weights, inputs, bias)
        # Where products overflowed, their sum need not.
        return exact if exact - exact == 0.0 else _exact_dot(weights, inputs, bias)
    return out


def _dot_of_many(weights: Sequence[float], inputs: Sequence[float], bias: float) -> float:
    """The sum of all products and of what each lost in rounding (Dekker); NaN if one overflows."""
    import numpy as np

    with np.errstate(all="ignore"):
        both = np.array([weights, inputs])
        scaled = (2.0**27 + 1.0) * both
        high = scaled - (scaled - both)
        (w, x), (w_high, x_high), (w_low, x_low) = both, high, both - high
        products = w * x
        lost = w_high * x_high - products + w_high * x_low + w_low * x_high + w_low * x_low
    return _add_up(*products.tolist(), *lost.tolist(), bias)


def _exact_dot(weights: Sequence[float], inputs: Sequence[float], bias: float) -> float:
    from fractions import Fraction

    pairs = zip(map(Fraction, weights), map(Fraction, inputs), strict=True)
    total = functools.reduce(operator.add, (w * x for w, x in pairs), Fraction(bias))
    try:
        return float(total)
    except OverflowError:
        return math.inf if total > 0 else -math.inf


def chosen(index: Any, *xs: Any) -> Any:
    """The element at this place; for an index that is no number a selection, else NaN."""
    if not isinstance(index, float):
        hits = [(abs(index - float(k)) <= 0.0, x) for k, x in enumerate(xs)]
        return functools.reduce(lambda found, hit: where(hit[0], hit[1], found), hits, math.nan)
    if index not in range(len(xs)):
        raise ValueError(f"index must be a whole number from 0 to {len(xs) - 1}, got {index!r}")
    return xs[int(index)]


def _shares(hits: list[Any]) -> list[Any]:
    ties = _add_arrays(*hits)
    return [hit / ties for hit in hits]


class _Exponentials:
    """exp(x − max) of logits, and sums of them that keep their digits when one logit dominates."""

    def __init__(self, logits: Sequence[Any]) -> None:
        self.maximum = max(*logits)
        self.shifted = [self._below_maximum(x) for x in logits]
        self.each = [exp(shift) for shift in self.shifted]
        # Kept apart: the sum below the maximum, and that at it, which is a whole number.
        self.below = sum(*[where(e < 1.0, e, 0.0) for e in self.each])
        self.at_top = _add_arrays(*[where(e < 1.0, 0.0, e) for e in self.each])
        self.total = self.below + self.at_top

    def _below_maximum(self, x: Any) -> Any:
        top = self.maximum
        limit = where(x < top, -math.inf, where(x >= top, 0.0, x - top))
        return where(abs(top) < math.inf, x - top, limit)

    def share(self, k: int) -> Any:
        return self.each[k] / self.total

    def shares(self) -> list[Any]:
        return [e / self.total for e in self.each]

    def share_of_others(self, k: int) -> Any:
        e = self.each[k]
        return where(e < 1.0, self.total - e, self.below + (self.at_top - e)) / self.total

    def log_total(self) -> Any:
        """log Σ exp(x − max)."""
        return log1p(self.below + (self.at_top - 1.0))

    def log_sum(self) -> Any:
        return self.maximum + self.log_total()


def _sums_of_others(xs: Sequence[Any]) -> list[Any]:
    """For each x the sum of all the others, without subtracting."""
    before = [0.0, *itertools.accumulate(xs[:-1])]
    after = [0.0, *itertools.accumulate(reversed(xs[1:]))]
    return [a + b for a, b in zip(before, reversed(after), strict=True)]


def _softmax_partials(out: Any, which: Any, *logits: Any) -> list[Any]:
    exponentials, chosen = _Exponentials(logits), int(which)
    return [0.0] + [
        out * exponentials.share_of_others(k) if k == chosen else -out * exponentials.share(k)
        for k in range(len(logits))
    ]


def _cross_entropy(*operands: Any) -> Any:
    n = len(operands) // 2
    logits, targets = operands[:n], operands[n:]
    exponentials = _Exponentials(logits)
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
    exponentials = _Exponentials(logits)
    by_logits = [
        exponentials.share(k) * others - t * exponentials.share_of_others(k)
        for k, (t, others) in enumerate(zip(targets, _sums_of_others(targets), strict=True))
    ]
    log_total = exponentials.log_total()
    return by_logits + [log_total - shift for shift in exponentials.shifted]


def _cross_entropy_of_logits(*operands: Any) -> Any:
    n = len(operands) // 2
    return _cross_entropy(*operands[:n], *_Exponentials(operands[n:]).shares())


def _cross_entropy_of_logits_partials(out: Any, *operands: Any) -> list[Any]:
    # Differences are taken before the totals divide them: less is rounded of what may cancel. A
    # cost has its target as a factor from the start, so that ∞ adds nothing where that is 0, and
    # as a share, so that costs next to the largest float add up to no infinity.
    n = len(operands) // 2
    given, wanted = _Exponentials(operands[:n]), _Exponentials(operands[n:])
    s, t, shares = given.each, wanted.each, [wanted.share(k) for k in range(n)]
    costs = [where(shares[k] <= 0, 0.0, -shares[k] * given.shifted[k]) for k in range(n)]
    other_s, other_t, other_costs = map(_sums_of_others, (s, t, costs))
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
sum = add_row("sum", "Σ", _add_up, lambda out, *xs: [1.0] * len(xs),
    summary="The sum, right to the last place.", example=(0.1, 0.2, 0.3),
    words=("Σ xᵢ", "1 each"), on_arrays=_add_arrays, kind="function", keeps_partials_at_nan=True)
dot = add_row("dot", "w·x + b", _dot,
    lambda out, *wxb: [*wxb[len(wxb) // 2 : -1], *wxb[: len(wxb) // 2], 1.0],
    summary="The weighted sum of a neuron: weights, as many inputs, and the bias.",
    example=(0.5, -0.25, 1.0, 2.0, 0.1),
    words=("Σ wᵢxᵢ + b", "∂/∂wᵢ = xᵢ, ∂/∂xᵢ = wᵢ, ∂/∂b = 1"), keeps_partials_at_nan=True)
take = add_row("take", "take", chosen,
    lambda out, index, *xs:
        [0.0] + [where(abs(index - float(k)) <= 0.0, 1.0, 0.0) for k in range(len(xs))],
    summary="One of several; the first operand is its place, counted from 0.",
    example=(1.0, 5.0, 7.0), words=("xₖ, k the first operand", "1 for xₖ, else 0"))
max = add_row("max", "max", lambda *xs: functools.reduce(maximum, xs),
    lambda out, *xs: _shares([where(x >= out, 1.0, 0.0) for x in xs]),
    summary="The largest.", example=(3.0, 1.0, 2.0),
    words=("max xᵢ", "1 for the largest, 1/k each in a k-way tie, else 0"))
min = add_row("min", "min", lambda *xs: functools.reduce(minimum, xs),
    lambda out, *xs: _shares([where(x <= out, 1.0, 0.0) for x in xs]),
    summary="The smallest.", example=(3.0, 1.0, 2.0),
    words=("min xᵢ", "1 for the smallest, 1/k each in a k-way tie, else 0"))
logsumexp = add_row("logsumexp", "log Σ exp", lambda *xs: _Exponentials(xs).log_sum(),
    lambda out, *xs: _Exponentials(xs).shares(), definition=lambda *xs: log(sum(*map(exp, xs))),
    textbook=lambda out, *xs: [exp(x - out) for x in xs],
    summary="The logarithm of the sum of exponentials.", example=(1.0, 2.0, 3.0),
    words=("log Σ exp(xᵢ)", "∂/∂xᵢ = exp(xᵢ − out)"))
softmax: Primitive = add_row("softmax", "softmax",
    lambda which, *xs: _Exponentials(xs).share(int(which)), _softmax_partials,
    definition=lambda which, *xs: exp(xs[int(which)]) / sum(*map(exp, xs)),
    textbook=lambda out, which, *xs: [0.0] + [
        out * (1.0 - out) if k == int(which) else -out * softmax(float(k), *xs)
        for k in range(len(xs))],
    summary="One share of a softmax; the first operand says whose.", example=(0.0, 1.0, 2.0, 3.0),
    words=("sₖ = exp(xₖ) / Σ exp(xᵢ)", "∂/∂xₖ = sₖ·(1 − sₖ), ∂/∂xᵢ = −sₖ·sᵢ"))
cross_entropy = add_row("cross_entropy", "cross-entropy", _cross_entropy, _cross_entropy_partials,
    definition=_cross_entropy_definition, textbook=_cross_entropy_textbook,
    summary="The cross-entropy of targets, given logits.", example=(1.0, 2.0, 0.0, 1.0),
    words=("Σ tₖ·(logsumexp(x) − xₖ)",
           "∂/∂xₖ = softmax(x)ₖ·Σ tᵢ − tₖ, ∂/∂tₖ = logsumexp(x) − xₖ"))
cross_entropy_of_logits = add_row("cross_entropy_of_logits", "cross-entropy",
    _cross_entropy_of_logits, _cross_entropy_of_logits_partials,
    summary="The cross-entropy of a softmax as target, given logits; 0·∞ in it is 0.",
    example=(1.0, 2.0, 3.0, 0.0),
    words=("−Σ tₖ·log sₖ, s = softmax(x), t = softmax(y)",
           "∂/∂xₖ = sₖ − tₖ, ∂/∂yₖ = −tₖ·(log sₖ + out)"))
# fmt: on
