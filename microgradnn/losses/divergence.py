"""Entropy of a distribution, and the divergence of one distribution from another."""

from __future__ import annotations

import math
from collections.abc import Iterable

from ..arguments import as_positive, check_lengths
from ..elements import where
from ..engine import functions, reductions, table
from ..typed import Any
from . import signatures
from .probabilities import check_distribution, logits_behind


@signatures.of_distribution
def entropy(p: Iterable[Any], base: float | None = None) -> Any:
    """H(p) = −Σ p log p of a distribution; 0·log 0 is 0. In bits with base=2.

    >>> entropy([0.5, 0.5], base=2), entropy([1.0, 0.0])
    (1.0, 0.0)
    """
    items = check_distribution(p, "p")
    if logits := logits_behind(items):
        return in_base(reductions.cross_entropy_of_logits(*logits, *logits), base)
    return in_base(functions.sum([table.entr(x) for x in items]), base)


@signatures.of_two_distributions
def kl_divergence(p: Iterable[Any], q: Iterable[Any], base: float | None = None) -> Any:
    """D(p‖q) = Σ p log(p/q) of two distributions: 0 if and only if they are equal.

    >>> kl_divergence([0.5, 0.5], [0.9, 0.1])
    0.5108256237659907
    """
    ps, qs = check_distribution(p, "p"), check_distribution(q, "q")
    check_lengths(ps, qs, "p", "q")
    return in_base(_divergence(ps, qs), base)


def _divergence(ps: list[Any], qs: list[Any]) -> Any:
    wanted, given = logits_behind(ps), logits_behind(qs)
    if wanted:  # the cross-entropy less the entropy
        logs = given or [_log_or_minus_infinity(q) for q in qs]
        crossed = reductions.cross_entropy_of_logits(*logs, *wanted)
        if not given:
            crossed = crossed - reductions.logsumexp(*logs)  # 0, but for how the qs are rounded
        return crossed - reductions.cross_entropy_of_logits(*wanted, *wanted)
    if given:
        return reductions.cross_entropy(*given, *ps) - functions.sum(map(table.entr, ps))
    return functions.sum([table.rel_entr(p, q) for p, q in zip(ps, qs, strict=True)])


def _log_or_minus_infinity(q: Any) -> Any:
    return where(q <= 0, -math.inf, table.log(where(q <= 0, 1.0, q)))


def in_base(nats: Any, base: float | None) -> Any:
    """A quantity in units of the logarithm to `base`, from what it is by natural logarithms."""
    if base is None:
        return nats
    if (number := as_positive(base, "base")) == 1.0:
        raise ValueError(f"base must be a positive number other than 1, got {base}")
    return nats / math.log(number)
