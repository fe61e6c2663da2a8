"""Entropy of a distribution, and the divergence of one distribution from another."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from ..engine import functions, table
from ..engine.checks import as_positive, check_lengths
from .pairing import check_distribution


def entropy(p: Iterable[Any], base: float | None = None) -> Any:
    """H(p) = −Σ p log p of a distribution; 0·log 0 is 0. In bits with base=2.

    >>> entropy([0.5, 0.5], base=2), entropy([1.0, 0.0])
    (1.0, 0.0)
    """
    items = check_distribution(p, "p")
    return in_base(functions.sum([table.entr(x) for x in items]), base)


def kl_divergence(p: Iterable[Any], q: Iterable[Any], base: float | None = None) -> Any:
    """D(p‖q) = Σ p log(p/q) of two distributions: 0 if and only if they are equal.

    >>> kl_divergence([0.5, 0.5], [0.9, 0.1])
    0.5108256237659907
    """
    ps, qs = check_distribution(p, "p"), check_distribution(q, "q")
    check_lengths(ps, qs, "p", "q")
    terms = [table.rel_entr(x, y) for x, y in zip(ps, qs, strict=True)]
    return in_base(functions.sum(terms), base)


def in_base(nats: Any, base: float | None) -> Any:
    """A quantity in units of the logarithm to `base`, from what it is by natural logarithms."""
    if base is None:
        return nats
    if (number := as_positive(base, "base")) == 1.0:
        raise ValueError(f"base must be a positive number other than 1, got {base}")
    return nats / math.log(number)
