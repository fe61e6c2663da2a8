"""Losses of classification: of two classes by one score each, of several by one for each class."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..engine import functions, reductions
from ..engine.table import clip, log, log1p, maximum, relu, sign, softplus
from ..engine.value import Value
from ..typed import Any, Reduction
from . import signatures
from .divergence import in_base
from .pairing import by_element, by_sample
from .probabilities import check_distribution, check_probability, logit_behind, logits_behind
from .weights import class_weights, is_zero, number_in, product

# ---- Two classes -------------------------------------------------------------------------------


@signatures.weighted_loss
def binary_cross_entropy(
    prediction: Any,
    target: Any,
    reduction: Reduction = "mean",
    *,
    weight: Any = None,
    sample_weight: Any = None,
) -> Any:
    """−[y log p + (1 − y) log(1 − p)] for probabilities p and targets y in [0, 1].

    Exact at 0 and 1 where the mathematics is: a term whose target weight is the number 0 is
    dropped. ValueError for a p or y outside [0, 1], and for log 0. `weight` multiplies each loss
    and leaves the number of which it is the mean; one number, one for each element or each column.

    >>> binary_cross_entropy([0.9], [1]), binary_cross_entropy(1.0, 1)
    (0.10536051565782628, 0.0)
    >>> binary_cross_entropy([0.9, 0.9], [1, 1], weight=[3, 1])
    0.21072103131565256
    """

    def term(p: Any, t: Any) -> Any:
        if (logit := logit_behind(p)) is not None:
            return _logistic_loss(logit, t)
        return 0.0 - _weighted_sum([(t, p, log), (1.0 - t, -p, log1p)])

    checks = (check_probability, _check_target_probability)
    return by_element(term, prediction, target, reduction, checks, sample_weight, weight)


@signatures.loss_of_logits
def binary_cross_entropy_with_logits(
    prediction: Any,
    target: Any,
    reduction: Reduction = "mean",
    *,
    weight: Any = None,
    pos_weight: Any = None,
    sample_weight: Any = None,
) -> Any:
    """Binary cross-entropy of p = σ(z) from the logits z: y softplus(−z) + (1 − y) softplus(z).

    Never overflows, and keeps its digits where the loss is small. `weight` is as that of
    `binary_cross_entropy`; `pos_weight`, of the same forms, multiplies the first term only: above
    1 it makes up for positives that are rare.

    >>> binary_cross_entropy_with_logits([0.0, 40.0], [1, 1], reduction="none")
    [0.6931471805599453, 4.248354255291589e-18]
    >>> binary_cross_entropy_with_logits([0.0, 0.0], [1, 0], "none", pos_weight=2)
    [1.3862943611198906, 0.6931471805599453]
    """

    checks = (None, _check_target_probability)
    return by_element(
        _logistic_loss, prediction, target, reduction, checks, sample_weight, weight, pos_weight
    )


@signatures.loss
def hinge_loss(
    prediction: Any, target: Any, reduction: Reduction = "mean", *, sample_weight: Any = None
) -> Any:
    """The margin loss max(0, 1 − y·s) of a score s and a label y = ±1; derivative 0 at the kink.

    >>> hinge_loss([2.0, 0.25, -1.0], [1, 1, 1], reduction="none")
    [0.0, 0.75, 2.0]
    """
    return by_element(
        lambda s, y: relu(1.0 - y * s), prediction, target, reduction, _LABELS, sample_weight
    )


@signatures.loss
def perceptron_loss(
    prediction: Any, target: Any, reduction: Reduction = "sum", *, sample_weight: Any = None
) -> Any:
    """The perceptron criterion: the sum of −y·s over misclassified scores s, y = ±1.

    A score of 0 counts as misclassified (derivative −y), so that zero weights learn.

    >>> perceptron_loss([2.0, -3.0], [1, 1])
    3.0
    """

    def term(s: Any, y: Any) -> Any:
        return clip(-(y * s), 0.0, math.inf)

    return by_element(term, prediction, target, reduction, _LABELS, sample_weight)


@signatures.loss
def zero_one_loss(
    prediction: Any, target: Any, reduction: Reduction = "mean", *, sample_weight: Any = None
) -> Any:
    """The share of scores s with the wrong sign: correct is y·s > 0, for labels y = ±1.

    Built from `sign`, so its derivative is 0 and it cannot teach a network anything.

    >>> zero_one_loss([1.0, -2.0, 3.0], [1, 1, 1])
    0.3333333333333333
    """

    def term(s: Any, y: Any) -> Any:
        return 1.0 - maximum(sign(y * s), 0.0)

    return by_element(term, prediction, target, reduction, _LABELS, sample_weight)


# ---- Several classes ---------------------------------------------------------------------------


@signatures.loss_of_classes
def cross_entropy(
    prediction: Any,
    target: Any,
    reduction: Reduction = "mean",
    *,
    weight: Any = None,
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    sample_weight: Any = None,
) -> Any:
    """−Σ y log softmax(z) of the logits z of each sample; the mean over samples.

    A target is the index of a class, a number or a Value, or a list of probabilities. Logits never
    overflow, and a small loss keeps its digits; a logit of −inf where the target is 0 adds nothing.

    As in PyTorch, `weight` has one number w for each of the C classes: −Σ w y log softmax(z), and
    the mean over indices of classes is over their weights, Σ l / Σ w (over lists of probabilities
    it is the plain mean). Samples of the class `ignore_index` are left out. `label_smoothing` takes
    y (1 − ε) + ε/C for y. `sample_weight` makes it Σ s l / Σ s w, with w as before or 1. Nothing
    is ignored by default, and a mean or sum without any sample is refused.

    >>> cross_entropy([1.0, 2.0, 3.0], 1), cross_entropy([[40.0, 0.0]], [0])
    (1.4076059644443804, 4.248354255291589e-18)
    >>> cross_entropy([[0.0, 0.0], [1.0, 0.0]], [0, -100], ignore_index=-100)
    0.6931471805599453
    """
    rules = class_weights(weight, ignore_index, label_smoothing)
    return by_sample(_softmax_loss, prediction, target, reduction, None, rules, sample_weight)


@signatures.loss_of_probabilities
def categorical_cross_entropy(
    prediction: Any,
    target: Any,
    reduction: Reduction = "mean",
    base: float | None = None,
    *,
    weight: Any = None,
    ignore_index: int | None = None,
    sample_weight: Any = None,
) -> Any:
    """−Σ y log p of the probabilities p of each sample; the mean over samples.

    Targets and weights are those of `cross_entropy`. ValueError for probabilities that
    do not sum to 1 (to 1e-9), and for a zero p under a non-zero y. `base` is that of the logarithm.

    >>> categorical_cross_entropy([0.3, 0.3, 0.4], [0, 0, 1])
    0.916290731874155
    >>> categorical_cross_entropy([0.5, 0.5], [0.9, 0.1], base=2)
    1.0
    """

    def term(p: list[Any], weights: Any, spare: bool = False) -> Any:
        if logits := logits_behind(p):
            return in_base(_softmax_loss(logits, weights, spare), base)
        if isinstance(weights, Value):
            chosen = functions.take([*p, 1.0] if spare else p, weights)
            return in_base(0.0 - log(chosen), base)
        pairs = zip(weights, p, strict=True)
        return in_base(0.0 - _weighted_sum([(w, x, log) for w, x in pairs]), base)

    rules = class_weights(weight, ignore_index)
    return by_sample(term, prediction, target, reduction, check_distribution, rules, sample_weight)


@signatures.loss_of_logs
def nll_loss(
    prediction: Any,
    target: Any,
    reduction: Reduction = "mean",
    *,
    weight: Any = None,
    ignore_index: int | None = None,
    sample_weight: Any = None,
) -> Any:
    """−Σ y·ℓ of the log-probabilities ℓ of each sample; the mean over samples.

    Targets and weights are those of `cross_entropy`.

    >>> nll_loss([-0.5, -2.0], 1)
    2.0
    """

    def term(logs: list[Any], weights: Any, spare: bool = False) -> Any:
        if isinstance(weights, Value):
            return 0.0 - functions.take([*logs, 1.0] if spare else logs, weights)
        pairs = zip(weights, logs, strict=True)
        return 0.0 - _weighted_sum([(w, x, _same) for w, x in pairs])

    rules = class_weights(weight, ignore_index)
    return by_sample(term, prediction, target, reduction, None, rules, sample_weight)


# ---- What they share ---------------------------------------------------------------------------


# A class that is a Value may be `spare`, the place after the last class, where what is ignored is
# sent: its loss counts 0 times, so the list goes on with a number that makes it finite.


def _logistic_loss(z: Any, t: Any, positive: Any = None) -> Any:
    wanted = t if positive is None else product(positive, t)
    return _weighted_sum([(wanted, -z, softplus), (1.0 - t, z, softplus)])


def _softmax_loss(logits: list[Any], weights: Any, spare: bool = False) -> Any:
    if isinstance(weights, Value):
        log_total = functions.logsumexp(logits)
        return log_total - functions.take([*logits, log_total] if spare else logits, weights)
    if wanted := logits_behind(weights):
        return reductions.cross_entropy_of_logits(*logits, *wanted)
    if None not in map(number_in, weights):
        return reductions.cross_entropy(*logits, *weights)
    # Of targets that vary from sample to sample a program needs no derivatives, and these are
    # fewer steps; a logit of −inf makes it ask the graph.
    log_total = functions.logsumexp(logits)
    counted = [(w, z) for w, z in zip(weights, logits, strict=True) if not is_zero(w)]
    return functions.sum([weight * (log_total - z) for weight, z in counted])


def _same(x: Any) -> Any:
    return x


def _weighted_sum(parts: list[tuple[Any, Any, Callable[[Any], Any]]]) -> Any:
    """Σ w·f(x), without the terms whose weight is the number 0."""
    terms = []
    for weight, x, function in parts:
        if not isinstance(weight, (int, float)):
            terms.append(weight * function(x))
        elif weight != 0:
            terms.append(function(x) if weight == 1 else weight * function(x))
    if len(terms) == 1:
        return terms[0]
    return functions.sum(terms) if terms else 0.0


def _check_target_probability(x: Any, name: str) -> None:
    number = number_in(x)
    if not 0.0 <= number <= 1.0:
        hint = "; of labels −1 and +1 make (y + 1) / 2" if number == -1.0 else ""
        raise ValueError(f"{name} must be in [0, 1], got {number}{hint}")


def _check_label(x: Any, name: str) -> None:
    number = number_in(x)
    if number not in (-1.0, 1.0):
        hint = "; of 0 and 1 make 2 * y - 1" if number == 0.0 else ""
        raise ValueError(f"{name} must be a label −1 or +1, got {number}{hint}")


_LABELS = (None, _check_label)
