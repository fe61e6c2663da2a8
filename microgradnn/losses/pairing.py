"""How predictions meet targets, by element or by sample, and how their losses become one number."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..arguments import as_list, check_lengths
from ..engine import functions, reductions, table
from ..engine.checks import as_operand, as_operands
from ..engine.value import Value
from ..typed import Any

Check = Callable[[Any, str], None]


def by_element(
    term: Callable[[Any, Any], Any],
    prediction: Any,
    target: Any,
    reduction: str,
    checks: tuple[Check | None, Check | None] = (None, None),
) -> Any:
    """Apply a loss to each pair of elements of two equally nested lists, and reduce.

    `checks` are those of an element of the prediction and of the target.
    """
    _check_reduction(reduction)

    def walk(p: Any, t: Any, place: str) -> Any:
        if _is_list(p) or _is_list(t):
            ps = as_list(p, f"prediction{place}")
            ts = as_list(t, f"target{place}")
            check_lengths(ps, ts, f"prediction{place}", f"target{place}")
            pairs = enumerate(zip(ps, ts, strict=True))
            return [walk(x, y, f"{place}[{i}]") for i, (x, y) in pairs]
        p = as_operand(p, f"prediction{place}")
        t = as_operand(t, f"target{place}")
        for check, x, name in zip(checks, (p, t), ("prediction", "target"), strict=True):
            if check is not None and number_in(x) is not None:
                check(x, f"{name}{place}")
        return _named(term, p, t, f"prediction{place}")

    try:
        return _reduce(walk(prediction, target, ""), reduction)
    except RecursionError:
        raise ValueError("prediction is nested too deeply, or it is in itself") from None


def by_sample(
    term: Callable[[list[Any], Any], Any],
    prediction: Any,
    target: Any,
    reduction: str,
    check: Callable[[list[Any], str], list[Any]] | None = None,
) -> Any:
    """Apply a loss to the class scores of each sample and its target, and reduce over the samples.

    The loss takes the scores and the weight of each class, or a Value: the index of the only class
    that counts. A prediction that is a flat list is
    that of a single sample.
    """
    _check_reduction(reduction)
    samples = as_list(prediction, "prediction")

    def one(sample: Any, wanted: Any, place: str) -> Any:
        scores = as_operands(sample, None, f"prediction{place}")
        if check is not None:
            check(scores, f"prediction{place}")
        weights = _class_weights(wanted, len(scores), f"target{place}")
        return _named(term, scores, weights, f"prediction{place}")

    if not _is_list(samples[0]):
        return one(samples, target, "")
    targets = as_list(target, "target")
    check_lengths(samples, targets, "prediction", "target")
    pairs = enumerate(zip(samples, targets, strict=True))
    return _reduce([one(sample, wanted, f"[{i}]") for i, (sample, wanted) in pairs], reduction)


def _named(term: Callable[[Any, Any], Any], prediction: Any, target: Any, name: str) -> Any:
    """The loss of one pair; an operation outside its domain names the place in the argument."""
    try:
        return term(prediction, target)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _class_weights(target: Any, classes: int, name: str) -> Any:
    """The wanted probability of each class, from a list of them or from the index of a class.

    An index that is a Value stays as it is: which class it is may vary from sample to sample.
    """
    if _is_list(target):
        weights = as_operands(target, None, name)
        if len(weights) != classes:
            raise ValueError(f"{name} has {len(weights)} elements for {classes} classes")
        return check_distribution(weights, name)
    if isinstance(target, Value) or hasattr(target, "__index__"):
        index = number_in(target) if isinstance(target, Value) else target.__index__()
        if index is not None and index not in range(classes):
            raise ValueError(f"{name} must be a class from 0 to {classes - 1}, got {index}")
        return target if isinstance(target, Value) else [float(k == index) for k in range(classes)]
    raise TypeError(
        f"{name} must be the index of a class (an int or a Value) or a list of probabilities, "
        f"got {type(target).__name__} {target!r}"
    )


def _is_list(x: Any) -> bool:
    """Whether `x` has elements; an array of shape () is a single number."""
    return hasattr(x, "__iter__") and not isinstance(x, str) and getattr(x, "shape", 0) != ()


# ---- Reducing ----------------------------------------------------------------------------------


def _check_reduction(reduction: str) -> None:
    if not isinstance(reduction, str) or reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}")


def _reduce(terms: Any, reduction: str) -> Any:
    """The mean or the sum of nested lists of losses; a single loss stays as it is."""
    if reduction == "none" or not isinstance(terms, list):
        return terms
    flat = _flat(terms)
    total = flat[0] if len(flat) == 1 else functions.sum(flat)
    return total / len(flat) if reduction == "mean" and len(flat) > 1 else total


def _flat(terms: Any) -> list[Any]:
    return [x for term in terms for x in _flat(term)] if isinstance(terms, list) else [terms]


# ---- Probabilities -----------------------------------------------------------------------------

# As a function of probabilities a loss has infinite derivatives at 0, which a softmax that has
# underflowed multiplies by 0. As a function of the logits it has none.


def logits_behind(probabilities: list[Any]) -> list[Any] | None:
    """The logits, if the probabilities are all the results of one softmax, in whatever order."""
    operations = {getattr(p, "op", None) for p in probabilities}
    if operations != {reductions.softmax}:
        return None
    choices = [int(p.operands[0]) for p in probabilities]
    logits = probabilities[0].operands[1:]
    complete = sorted(choices) == list(range(len(logits)))
    if not complete or any(p.operands[1:] != logits for p in probabilities):
        return None
    # Logits whose data have been changed since are not those that these probabilities come from;
    # while the compiler traces, none can be.
    numbers = [number_in(z) for z in logits]
    if None not in numbers:
        shares = reductions.logsumexp.partials_on(0.0, numbers, [True] * len(numbers))
        if [repr(number_in(p)) for p in probabilities] != [repr(shares[k]) for k in choices]:
            return None
    return [logits[k] for k in choices]


def logit_behind(probability: Any) -> Any:
    """The logit, if the probability is its sigmoid, else None."""
    if getattr(probability, "op", None) is not table.sigmoid:
        return None
    (logit,) = probability.operands
    number = number_in(logit)
    same = number is None or table.sigmoid(number) == number_in(probability)
    return logit if same else None


def number_in(operand: Any) -> Any:
    """The number that an operand holds, for checks only; None while the compiler traces it."""
    return operand if isinstance(operand, float) else operand._known()


def check_probability(x: Any, name: str) -> None:
    """Refuse a prediction outside [0, 1]; NaN passes, so that the loss becomes NaN, too."""
    number = number_in(x)
    if number is not None and (number < 0.0 or number > 1.0):
        raise ValueError(f"{name} must be a probability in [0, 1], got {number}")


def check_distribution(probabilities: Any, name: str) -> list[Any]:
    """The probabilities as operands; refuse them if they do not sum to 1."""
    operands = as_operands(probabilities, None, name)
    for i, x in enumerate(operands):
        check_probability(x, f"{name}[{i}]")
    numbers = [number_in(x) for x in operands]
    total = 1.0 if None in numbers else math.fsum(numbers)
    if abs(total - 1.0) > 1e-9 and abs(total - 1.0) > (tolerance := _tolerance(numbers)):
        raise ValueError(f"{name} must sum to 1 (to {tolerance:.1g}), its sum is {total}")
    return operands


def _tolerance(numbers: list[float]) -> float:
    """How far from 1 the sum may be: by the type of float that has room for all the numbers.

    So it does not matter whether a row in float32 comes as an array, as a list or in Values.
    """
    import struct  # only now, for most sums are near enough

    for code, precision in (("e", 2.0**-10), ("f", 2.0**-23)):  # float16, float32
        try:
            kept = struct.unpack(
                f"{len(numbers)}{code}", struct.pack(f"{len(numbers)}{code}", *numbers)
            )
        except (OverflowError, struct.error):
            continue
        if list(kept) == numbers:
            return (2.0 + math.sqrt(len(numbers))) * precision
    return 1e-9
