"""How predictions meet targets, by element or by sample, and how their losses become one number."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ..arguments import as_list, check_lengths
from ..engine import functions
from ..engine.checks import as_operand, as_operands
from ..engine.value import Value
from ..told import Samples, tell
from ..typed import Any, Reduction
from .probabilities import check_distribution
from .weights import (
    NO_WEIGHTS,
    ClassWeights,
    flat,
    is_list,
    is_zero,
    nested,
    number_in,
    of_elements,
    of_elements_of_samples,
    of_samples,
    product,
    weighted,
)

Check = Callable[[Any, str], Any]
Checks = tuple[Check | None, Check | None]
ONE_SAMPLE = "; a flat prediction is that of one sample: for several write a list of rows"


def by_element(
    term: Callable[..., Any],
    prediction: Any,
    target: Any,
    reduction: Reduction,
    checks: Checks = (None, None),
    sample_weight: Any = None,
    weight: Any = None,
    pos_weight: Any = None,
) -> Any:
    """Apply a loss to each pair of elements of two equally nested lists, and reduce.

    `checks` are those of an element of the prediction and of the target. The mean is over the
    weights of the samples; `weight` only multiplies, and `pos_weight` goes to the loss.
    """
    _check_reduction(reduction)
    if not (sample_weight is weight is pos_weight is None):
        weights = (sample_weight, weight, pos_weight)
        return _by_weighted_element(term, prediction, target, reduction, checks, *weights)

    targets: list[Any] = []

    def walk(p: Any, t: Any, place: str) -> Any:
        if is_list(p) or is_list(t):
            try:
                ps = as_list(p, f"prediction{place}")
                ts = as_list(t, f"target{place}")
            except TypeError as error:
                raise _unlike(p, t, place) or error from None
            check_lengths(ps, ts, f"prediction{place}", f"target{place}")
            pairs = enumerate(zip(ps, ts, strict=True))
            return [walk(x, y, f"{place}[{i}]") for i, (x, y) in pairs]
        p = as_operand(p, f"prediction{place}")
        t = as_operand(t, f"target{place}")
        for check, x, name in zip(checks, (p, t), ("prediction", "target"), strict=True):
            if check is not None and number_in(x) is not None:
                check(x, f"{name}{place}")
        targets.append(t)
        return _named(term, p, t, f"prediction{place}")

    try:
        return _reduce(walk(prediction, target, ""), reduction, targets)
    except RecursionError:
        raise ValueError("prediction is nested too deeply, or it is in itself") from None


def _by_weighted_element(
    term: Callable[..., Any],
    prediction: Any,
    target: Any,
    reduction: Reduction,
    checks: Checks,
    sample_weight: Any,
    weight: Any,
    pos_weight: Any,
) -> Any:
    prediction = nested(prediction, "prediction")
    shares = of_elements_of_samples(sample_weight, prediction)
    factors = map(product, shares, of_elements(weight, prediction, "weight", signed=True))
    positive = () if pos_weight is None else (of_elements(pos_weight, prediction, "pos_weight"),)
    of_terms = zip(factors, *positive, strict=True)  # in the order in which elements are met

    def weighed(p: Any, t: Any) -> Any:
        factor, *more = next(of_terms)
        return 0.0 if is_zero(factor) else product(factor, term(p, t, *more))

    targets: list[Any] = []

    def noted(p: Any, t: Any) -> Any:
        targets.append(t)
        return weighed(p, t)

    losses = by_element(noted, prediction, target, "none", checks)
    if reduction == "none":
        return losses
    return weighted(flat(losses), shares, reduction, _samples(losses, targets))


def by_sample(
    term: Callable[..., Any],
    prediction: Any,
    target: Any,
    reduction: Reduction,
    check: Check | None = None,
    classes: ClassWeights | None = None,
    sample_weight: Any = None,
) -> Any:
    """Apply a loss to the class scores of each sample and its target, and reduce over the samples.

    The loss takes the scores and the weight of each class, or a Value: the index of the only class
    that counts. A prediction that is a flat list is that of a single sample.
    """
    _check_reduction(reduction)
    samples = as_list(prediction, "prediction")
    alone = not is_list(samples[0])
    plain = classes is None and sample_weight is None
    if plain and alone:
        return _of_sample(term, check, samples, target, "")
    targets, places = [target], [""]
    if alone:
        samples = [samples]
    else:
        targets = as_list(target, "target")
        check_lengths(samples, targets, "prediction", "target")
        places = [f"[{i}]" for i in range(len(samples))]
    if plain:
        losses = list(map(partial(_of_sample, term, check), samples, targets, places))
        return _reduce(losses, reduction, targets, are_rows=True)
    weights = of_samples(sample_weight, None if alone else len(samples))
    weighed = partial(_of_weighted_sample, term, check, classes or NO_WEIGHTS)
    found = list(map(weighed, samples, targets, places, weights))
    losses = [loss for loss, _ in found]
    if reduction == "none":
        return losses[0] if alone else losses
    shares = [share for _, share in found]
    return weighted(losses, shares, reduction, _samples(losses, targets, are_rows=True))


def _of_sample(
    term: Callable[..., Any], check: Check | None, sample: Any, target: Any, place: str
) -> Any:
    scores = as_operands(sample, None, f"prediction{place}")
    if check is not None:
        check(scores, f"prediction{place}")
    wanted = _wanted_probabilities(target, len(scores), f"target{place}")
    return _named(term, scores, wanted, f"prediction{place}")


def _of_weighted_sample(
    term: Callable[..., Any],
    check: Check | None,
    classes: ClassWeights,
    sample: Any,
    target: Any,
    place: str,
    sample_weight: Any,
) -> tuple[Any, Any]:
    """The loss of one sample times its weights, and its share in the weighted mean."""
    scores = as_operands(sample, None, f"prediction{place}")
    weights = classes.of(len(scores))
    if classes.ignores(target, f"target{place}"):
        return 0.0, 0.0
    wanted = _wanted_probabilities(target, len(scores), f"target{place}", classes.ignored)
    if is_zero(sample_weight):
        return 0.0, 0.0
    if check is not None:
        check(scores, f"prediction{place}")

    def loss(weights: Any, **how: Any) -> Any:
        return _named(partial(term, **how), scores, weights, f"prediction{place}")

    if isinstance(wanted, Value):
        found, share = classes.of_value(wanted, weights, loss)
    else:
        wanted = classes.on(wanted)
        found = 0.0 if all(map(is_zero, wanted)) else loss(wanted)
        share = 1.0 if is_list(target) else weights[target.__index__()]
    return product(sample_weight, found), product(sample_weight, share)


def _named(term: Callable[[Any, Any], Any], prediction: Any, target: Any, name: str) -> Any:
    """The loss of one pair; an operation outside its domain names the place in the argument."""
    try:
        return term(prediction, target)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _wanted_probabilities(target: Any, classes: int, name: str, ignored: int | None = None) -> Any:
    """The wanted probability of each class, from a list of them or from the index of a class.

    An index that is a Value stays as it is: which class it is may vary from sample to sample.
    """
    if is_list(target):
        weights = as_operands(target, None, name)
        if len(weights) != classes:
            raise ValueError(f"{name} has {len(weights)} elements for {classes} classes")
        try:
            return check_distribution(weights, name)
        except ValueError as error:
            raise ValueError(f"{error}{ONE_SAMPLE if name == 'target' else ''}") from None
    if isinstance(target, Value) or hasattr(target, "__index__"):
        index = number_in(target) if isinstance(target, Value) else target.__index__()
        if index is not None and index not in range(classes) and index != ignored:
            raise ValueError(f"{name} must be a class from 0 to {classes - 1}, got {index}")
        return target if isinstance(target, Value) else [float(k == index) for k in range(classes)]
    raise TypeError(
        f"{name} must be the index of a class (an int or a Value) or a list of probabilities, "
        f"got {type(target).__name__} {target!r}{_as_class(target)}"
    )


def _as_class(target: Any) -> str:
    is_whole = isinstance(target, float) and target.is_integer()
    return f"; write {int(target)}, or of an array y.astype(int)" if is_whole else ""


def _unlike(prediction: Any, target: Any, place: str) -> TypeError | None:
    """The error where one is a list and the other a number, as beside a column; else None."""
    if is_list(prediction) == is_list(target):
        return None
    if not hasattr(target if is_list(prediction) else prediction, "__float__"):
        return None
    names = ("prediction", "target")
    column, numbers = names if is_list(prediction) else reversed(names)
    one = f"where {column} is a column, take [row[0] for row in {column}], or .ravel() of an array"
    if not place:
        one = f"write a list, too, or take {column}[0] if {column} is a list of one"
    return TypeError(f"{column}{place} is a list, but {numbers}{place} is a single number; {one}")


# ---- Reducing ----------------------------------------------------------------------------------


def _check_reduction(reduction: Reduction) -> None:
    if not isinstance(reduction, str) or reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}")


def _reduce(terms: Any, reduction: Reduction, targets: list[Any], are_rows: bool = False) -> Any:
    """The mean or the sum of nested lists of losses; a single loss stays as it is."""
    if reduction == "none" or not isinstance(terms, list):
        return terms
    items = flat(terms)
    if len(items) == 1:
        return items[0]
    total = functions.sum(items)
    tell(total, _samples(terms, targets, are_rows))
    return total / len(items) if reduction == "mean" else total


def _samples(terms: Any, targets: list[Any], are_rows: bool = False) -> Samples | None:
    """Which sample each of nested losses belongs to, and the targets, one a loss or one a row."""
    if not isinstance(terms, list):
        return None
    of_terms = tuple(range(len(terms)))
    if not are_rows and len(targets) > len(terms):
        of_terms = tuple([k for k, term in enumerate(terms) for _ in flat(term)])
        elements = iter(targets)
        targets = [[next(elements) for _ in flat(term)] for term in terms]
        are_rows = True
    return Samples(of_terms, tuple(map(_as_told, targets)), are_rows)


def _as_told(target: Any) -> Any:
    """A target as a number or a tuple of numbers; None for a Value, which the graph has."""
    if type(target) is float:
        return target
    if isinstance(target, (list, tuple)):
        return tuple(map(_as_told, target))
    if is_list(target):  # an array; what can be read only once has been
        return tuple(map(_as_told, target.tolist())) if hasattr(target, "tolist") else None
    return None if isinstance(target, Value) else float(target)
