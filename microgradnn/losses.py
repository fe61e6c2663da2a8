"""Errors that a network minimises; under a heading of their own, entropy and divergence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from .engine import functions, reductions, table
from .engine.checks import as_list, as_operand, as_operands, as_positive, check_lengths
from .engine.table import clip, log, log1p, maximum, relu, sign, softplus

Check = Callable[[Any, str], None]

# ---- Regression --------------------------------------------------------------------------------


def mse_loss(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """The mean squared error: the mean of (ŷ − y)² over all elements.

    >>> mse_loss([0.7], [1.0])
    0.09000000000000002
    """
    return _elementwise(lambda p, t: _square(p - t), prediction, target, reduction)


def l1_loss(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """The mean absolute error: the mean of |ŷ − y| over all elements.

    >>> l1_loss([1.0, 2.0], [2.0, 5.0])
    2.0
    """
    return _elementwise(lambda p, t: table.abs(p - t), prediction, target, reduction)


def huber_loss(prediction: Any, target: Any, delta: float = 1.0, reduction: str = "mean") -> Any:
    """½(ŷ − y)² up to an error of `delta`, then the straight line delta·(|ŷ − y| − ½·delta).

    >>> huber_loss([0.5, 3.0], [0.0, 0.0], reduction="none")
    [0.125, 2.5]
    """
    delta = as_positive(delta, "delta")

    def term(p: Any, t: Any) -> Any:
        error = table.abs(p - t)
        inner = clip(error, 0.0, delta)
        return 0.5 * _square(inner) + delta * relu(error - delta)

    return _elementwise(term, prediction, target, reduction)


def half_squared_error(prediction: Any, target: Any, reduction: str = "sum") -> Any:
    """J = ½ Σ (y − ŷ)², a sum by default; its derivative by ŷ is ŷ − y.

    >>> half_squared_error([0.7], [1.0])
    0.04500000000000001
    """
    return _elementwise(lambda p, t: 0.5 * _square(p - t), prediction, target, reduction)


# ---- Two classes -------------------------------------------------------------------------------


def binary_cross_entropy(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """−[y log p + (1 − y) log(1 − p)] for probabilities p and targets y in [0, 1].

    Exact at 0 and 1 where the mathematics is: a term whose target weight is the number 0 is
    dropped. ValueError for a p or y outside [0, 1], and for log 0.

    >>> binary_cross_entropy([0.9], [1]), binary_cross_entropy(1.0, 1)
    (0.10536051565782628, 0.0)
    """

    def term(p: Any, t: Any) -> Any:
        return 0.0 - _weighted_sum([(t, p, log), (1.0 - t, -p, log1p)])

    checks = (_check_probability, _check_target_probability)
    return _elementwise(term, prediction, target, reduction, checks)


def binary_cross_entropy_with_logits(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """Binary cross-entropy of p = σ(z) from the logits z: y softplus(−z) + (1 − y) softplus(z).

    Never overflows, and keeps its digits where the loss is small.

    >>> binary_cross_entropy_with_logits([0.0, 40.0], [1, 1], reduction="none")
    [0.6931471805599453, 4.248354255291589e-18]
    """

    def term(z: Any, t: Any) -> Any:
        return _weighted_sum([(t, -z, softplus), (1.0 - t, z, softplus)])

    checks = (None, _check_target_probability)
    return _elementwise(term, prediction, target, reduction, checks)


def hinge_loss(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """The margin loss max(0, 1 − y·s) of a score s and a label y = ±1; derivative 0 at the kink.

    >>> hinge_loss([2.0, 0.25, -1.0], [1, 1, 1], reduction="none")
    [0.0, 0.75, 2.0]
    """
    return _elementwise(lambda s, y: relu(1.0 - y * s), prediction, target, reduction, _LABELS)


def perceptron_loss(prediction: Any, target: Any, reduction: str = "sum") -> Any:
    """The perceptron criterion: the sum of −y·s over misclassified scores s, y = ±1.

    A score of 0 counts as misclassified (derivative −y), so that zero weights learn.

    >>> perceptron_loss([2.0, -3.0], [1, 1])
    3.0
    """
    return _elementwise(
        lambda s, y: clip(-(y * s), 0.0, math.inf), prediction, target, reduction, _LABELS
    )


def zero_one_loss(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """The share of scores s with the wrong sign: correct is y·s > 0, for labels y = ±1.

    Built from `sign`, so its derivative is 0 and it cannot teach a network anything.

    >>> zero_one_loss([1.0, -2.0, 3.0], [1, 1, 1])
    0.3333333333333333
    """
    return _elementwise(
        lambda s, y: 1.0 - maximum(sign(y * s), 0.0), prediction, target, reduction, _LABELS
    )


# ---- Several classes ---------------------------------------------------------------------------


def cross_entropy(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """−Σ y log softmax(z) of a row of logits z; the mean over rows.

    A target is the index of a class, or a row of probabilities. Logits never overflow, and a
    small loss keeps its digits; a logit of −inf where the target is 0 adds nothing.

    >>> cross_entropy([1.0, 2.0, 3.0], 1), cross_entropy([[40.0, 0.0]], [0])
    (1.4076059644443804, 4.248354255291589e-18)
    """

    def term(logits: list[Any], weights: list[Any]) -> Any:
        if all(type(weight) is float for weight in weights):
            return reductions.cross_entropy(*logits, *weights)
        log_total = functions.logsumexp(logits)
        return _weighted_sum(
            [(w, log_total - z, _same) for w, z in zip(weights, logits, strict=True)]
        )

    return _rowwise(term, prediction, target, reduction)


def categorical_cross_entropy(
    prediction: Any, target: Any, reduction: str = "mean", base: float | None = None
) -> Any:
    """−Σ y log p of a row of probabilities p; the mean over rows.

    A target is the index of a class, or a row of probabilities. ValueError for a row that does
    not sum to 1 (to 1e-9), and for a zero p under a non-zero y. `base` is that of the logarithm.

    >>> categorical_cross_entropy([0.3, 0.3, 0.4], [0, 0, 1])
    0.916290731874155
    >>> categorical_cross_entropy([0.5, 0.5], [0.9, 0.1], base=2)
    1.0
    """

    def term(p: list[Any], weights: list[Any]) -> Any:
        pairs = zip(weights, p, strict=True)
        return _in_base(0.0 - _weighted_sum([(w, x, log) for w, x in pairs]), base)

    return _rowwise(term, prediction, target, reduction, _check_distribution)


def nll_loss(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """−Σ y·ℓ of a row of log-probabilities ℓ; the mean over rows. Targets as in `cross_entropy`.

    >>> nll_loss([-0.5, -2.0], 1)
    2.0
    """

    def term(logs: list[Any], weights: list[Any]) -> Any:
        pairs = zip(weights, logs, strict=True)
        return 0.0 - _weighted_sum([(w, x, _same) for w, x in pairs])

    return _rowwise(term, prediction, target, reduction)


# ---- Entropy and divergence --------------------------------------------------------------------


def entropy(p: Iterable[Any], base: float | None = None) -> Any:
    """H(p) = −Σ p log p of a distribution; 0·log 0 is 0. In bits with base=2.

    >>> entropy([0.5, 0.5], base=2), entropy([1.0, 0.0])
    (1.0, 0.0)
    """
    items = _check_distribution(p, "p")
    return _in_base(functions.sum([table.entr(x) for x in items]), base)


def kl_divergence(p: Iterable[Any], q: Iterable[Any], base: float | None = None) -> Any:
    """D(p‖q) = Σ p log(p/q) of two distributions: 0 if and only if they are equal.

    >>> kl_divergence([0.5, 0.5], [0.9, 0.1])
    0.5108256237659907
    """
    ps, qs = _check_distribution(p, "p"), _check_distribution(q, "q")
    check_lengths(ps, qs, "p", "q")
    terms = [table.rel_entr(x, y) for x, y in zip(ps, qs, strict=True)]
    return _in_base(functions.sum(terms), base)


# ---- What they share ---------------------------------------------------------------------------


def _same(x: Any) -> Any:
    return x


def _square(x: Any) -> Any:
    return x * x


def _weighted_sum(parts: list[tuple[Any, Any, Callable[[Any], Any]]]) -> Any:
    """Σ w·f(x), without the terms whose weight is the number 0."""
    terms = []
    for weight, x, function in parts:
        if not isinstance(weight, (int, float)):
            terms.append(weight * function(x))
        elif weight != 0:
            terms.append(function(x) if weight == 1 else weight * function(x))
    return terms[0] if len(terms) == 1 else functions.sum(terms)


def _in_base(nats: Any, base: float | None) -> Any:
    if base is None:
        return nats
    if (number := as_positive(base, "base")) == 1.0:
        raise ValueError(f"base must be a positive number other than 1, got {base}")
    return nats / math.log(number)


def _elementwise(
    term: Callable[[Any, Any], Any],
    prediction: Any,
    target: Any,
    reduction: str,
    checks: tuple[Check | None, Check | None] = (None, None),
) -> Any:
    """Apply a loss to each pair of elements of two equally nested lists, and reduce."""
    _check_reduction(reduction)

    def walk(p: Any, t: Any, place: str) -> Any:
        if _is_list(p) or _is_list(t):
            ps, ts = as_list(p, f"prediction{place}"), as_list(t, f"target{place}")
            check_lengths(ps, ts, f"prediction{place}", f"target{place}")
            pairs = enumerate(zip(ps, ts, strict=True))
            return [walk(x, y, f"{place}[{i}]") for i, (x, y) in pairs]
        p, t = as_operand(p, f"prediction{place}"), as_operand(t, f"target{place}")
        for check, x, name in zip(checks, (p, t), ("prediction", "target"), strict=True):
            if check is not None:
                check(x, f"{name}{place}")
        return _named(term, p, t, f"prediction{place}")

    try:
        return _reduce(walk(prediction, target, ""), reduction)
    except RecursionError:
        raise ValueError("prediction is nested too deeply, or it is in itself") from None


def _rowwise(
    term: Callable[[list[Any], list[Any]], Any],
    prediction: Any,
    target: Any,
    reduction: str,
    check: Callable[[list[Any], str], list[Any]] | None = None,
) -> Any:
    """Apply a loss to each row of class scores and its target, and reduce over the rows."""
    _check_reduction(reduction)
    rows = as_list(prediction, "prediction")

    def one(row: list[Any], wanted: Any, place: str) -> Any:
        scores = as_operands(row, None, f"prediction{place}")
        if check is not None:
            check(scores, f"prediction{place}")
        weights = _class_weights(wanted, len(scores), f"target{place}")
        return _named(term, scores, weights, f"prediction{place}")

    if not _is_list(rows[0]):
        return one(rows, target, "")
    targets = as_list(target, "target")
    check_lengths(rows, targets, "prediction", "target")
    pairs = enumerate(zip(rows, targets, strict=True))
    return _reduce([one(row, wanted, f"[{i}]") for i, (row, wanted) in pairs], reduction)


def _named(term: Callable[[Any, Any], Any], prediction: Any, target: Any, name: str) -> Any:
    """The loss of one pair; an operation outside its domain names the place in the argument."""
    try:
        return term(prediction, target)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _class_weights(target: Any, classes: int, name: str) -> list[Any]:
    """A row of target probabilities, from such a row or from the index of a class."""
    if _is_list(target):
        weights = as_operands(target, None, name)
        if len(weights) != classes:
            raise ValueError(f"{name} has {len(weights)} elements for {classes} classes")
        return _check_distribution(weights, name)
    if hasattr(target, "__index__"):
        index = target.__index__()
        if not 0 <= index < classes:
            raise ValueError(f"{name} must be a class from 0 to {classes - 1}, got {index}")
        return [float(k == index) for k in range(classes)]
    raise TypeError(
        f"{name} must be the index of a class (an int) or a row of probabilities, "
        f"got {type(target).__name__} {target!r}"
    )


def _reduce(terms: Any, reduction: str) -> Any:
    if reduction == "none" or not isinstance(terms, list):
        return terms
    flat = _flat(terms)
    total = flat[0] if len(flat) == 1 else functions.sum(flat)
    return total / len(flat) if reduction == "mean" and len(flat) > 1 else total


def _flat(terms: Any) -> list[Any]:
    return [x for term in terms for x in _flat(term)] if isinstance(terms, list) else [terms]


def _is_list(x: Any) -> bool:
    return hasattr(x, "__iter__") and not isinstance(x, str) and getattr(x, "shape", 0) != ()


def _number(x: Any) -> float:
    """The number in an operand, for checks only."""
    return x if isinstance(x, float) else x.data


def _check_reduction(reduction: str) -> None:
    if not isinstance(reduction, str) or reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}")


def _check_probability(x: Any, name: str) -> None:
    number = _number(x)
    if number < 0.0 or number > 1.0:  # NaN passes, and makes the loss NaN
        raise ValueError(f"{name} must be a probability in [0, 1], got {number}")


def _check_target_probability(x: Any, name: str) -> None:
    if not 0.0 <= _number(x) <= 1.0:
        raise ValueError(f"{name} must be in [0, 1], got {_number(x)}")


def _check_label(x: Any, name: str) -> None:
    if _number(x) not in (-1.0, 1.0):
        raise ValueError(f"{name} must be a label −1 or +1, got {_number(x)}")


_LABELS = (None, _check_label)


def _check_distribution(row: Any, name: str) -> list[Any]:
    operands = as_operands(row, None, name)
    for i, x in enumerate(operands):
        _check_probability(x, f"{name}[{i}]")
    total = math.fsum(map(_number, operands))
    if abs(total - 1.0) > 1e-9:
        raise ValueError(f"{name} must sum to 1 (to 1e-9), its sum is {total}")
    return operands
