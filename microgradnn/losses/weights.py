"""What weighs losses: numbers or Values for samples, classes, elements; and the weighted mean."""

from __future__ import annotations

import math

from ..arguments import as_count, as_list, as_number, check_lengths
from ..engine import functions, table
from ..engine.checks import as_operand, as_operands
from ..told import Samples, tell
from ..typed import Any, Reduction


def number_in(operand: Any) -> Any:
    """The number that an operand holds, for checks only; None while the compiler traces it."""
    return operand if isinstance(operand, float) else operand._known()


def is_list(x: Any) -> bool:
    """Whether `x` has elements; an array of shape () is a single number."""
    return hasattr(x, "__iter__") and not isinstance(x, str) and getattr(x, "shape", 0) != ()


def flat(terms: Any) -> list[Any]:
    """The elements of nested lists, in order."""
    return [x for term in terms for x in flat(term)] if isinstance(terms, list) else [terms]


# ---- Arithmetic --------------------------------------------------------------------------------


def is_zero(weight: Any) -> bool:
    """Whether a weight is the number 0; what it weighs is dropped. A Value never is."""
    return isinstance(weight, float) and weight == 0.0


def product(weight: Any, x: Any) -> Any:
    """weight·x, where the number 0 drops even an infinity, and the number 1 adds no node."""
    if is_zero(weight) or is_zero(x):
        return 0.0
    return x if isinstance(weight, float) and weight == 1.0 else weight * x


def weighted(
    losses: list[Any], shares: list[Any], reduction: Reduction, samples: Samples | None = None
) -> Any:
    """The sum of losses that are weighed already, or their mean: over the sum of the `shares`."""
    total = _sum(shares)
    known = number_in(total)
    if known is not None and not 0.0 < known < math.inf:
        why = "all are ignored or weigh nothing" if known == 0.0 else "they are too large"
        raise ValueError(
            f"the weights of all samples add up to {known}: {why}; "
            "look at sample_weight, weight and ignore_index"
        )
    found = _sum(losses)
    if samples:
        kept = [k for k, loss in zip(samples.of_terms, losses, strict=True) if not is_zero(loss)]
        tell(found, samples._replace(of_terms=tuple(kept)) if len(kept) > 1 else None)
    if reduction == "sum" or (isinstance(total, float) and total == 1.0):
        return found
    return found / total


def _sum(terms: list[Any]) -> Any:
    counted = [x for x in terms if not is_zero(x)]
    return functions.sum(counted) if len(counted) > 1 else (counted or [0.0])[0]


# ---- Reading -----------------------------------------------------------------------------------


def _check(weights: list[Any], name: str) -> list[Any]:
    """Refuse weights that are negative or not finite, where they are known."""
    for i, x in enumerate(weights):
        number = number_in(x)
        if number is not None and not 0.0 <= number < math.inf:
            place = f"[{i}]" if len(weights) > 1 else ""
            raise ValueError(f"{name}{place} must be a finite number from 0 on, got {number}")
    return weights


def of_samples(sample_weight: Any, samples: int | None) -> list[Any]:
    """The weight of each sample, 1 by default; of a single sample (None) it is no list."""
    name = "sample_weight"
    if sample_weight is None:
        return [1.0] * (samples or 1)
    if samples is None:
        return _check([as_operand(sample_weight, name)], name)
    weights = as_operands(sample_weight, None, name)
    if len(weights) != samples:
        raise ValueError(f"{name} has {len(weights)} elements for {samples} samples")
    return _check(weights, name)


def of_elements_of_samples(sample_weight: Any, prediction: Any) -> list[Any]:
    """For each element of nested lists the weight of the sample that it belongs to."""
    if not isinstance(prediction, list):
        return of_samples(sample_weight, None)
    weights = of_samples(sample_weight, len(prediction))
    pairs = zip(weights, prediction, strict=True)
    return [w for w, sample in pairs for _ in flat(sample)]


def of_elements(weight: Any, prediction: Any, name: str, signed: bool = False) -> list[Any]:
    """For each element of nested lists its weight: one for all, one for each, or one a column.

    As in PyTorch, a list that is nested less deeply than the prediction serves each of its rows,
    and a list of one element all of a row.
    """
    if weight is None:
        return [1.0] * len(flat(prediction))
    spread = _spread(nested(weight, name), prediction, name)
    if not signed:
        return _check(spread, name)
    for x in spread:
        number = number_in(x)
        if number is not None and not math.isfinite(number):
            raise ValueError(f"{name} must be finite, got {number}")
    return spread


def _spread(weight: Any, prediction: Any, name: str) -> list[Any]:
    if not isinstance(weight, list):
        return [weight] * len(flat(prediction))
    if _depth(weight) > _depth(prediction):
        raise ValueError(f"{name} is nested more deeply than prediction")
    if _depth(weight) < _depth(prediction):
        return [x for row in prediction for x in _spread(weight, row, name)]
    weights = weight * len(prediction) if len(weight) == 1 else weight
    check_lengths(weights, prediction, name, "prediction")
    pairs = enumerate(zip(weights, prediction, strict=True))
    return [x for i, (w, row) in pairs for x in _spread(w, row, f"{name}[{i}]")]


def _depth(x: Any) -> int:
    depth = 0
    while isinstance(x, list):
        x, depth = x[0], depth + 1
    return depth


def nested(x: Any, name: str) -> Any:
    """Nested lists, of whatever kind, as lists of operands."""

    def walk(x: Any, name: str) -> Any:
        if not is_list(x):
            return as_operand(x, name)
        return [walk(y, f"{name}[{i}]") for i, y in enumerate(as_list(x, name))]

    try:
        return walk(x, name)
    except RecursionError:
        raise ValueError(f"{name} is nested too deeply, or it is in itself") from None


# ---- Classes -----------------------------------------------------------------------------------


class ClassWeights:
    """How the classes of a sample count: a weight for each, one to ignore, and smoothed targets."""

    def __init__(self, weight: list[Any] | None, ignored: int | None, smoothing: float) -> None:
        self.weight: list[Any] | None = weight
        self.ignored: int | None = ignored
        self.smoothing: float = smoothing

    def of(self, classes: int) -> list[Any]:
        """The weight of each class, 1 by default."""
        if self.weight is None:
            return [1.0] * classes
        if len(self.weight) != classes:
            raise ValueError(f"weight has {len(self.weight)} elements for {classes} classes")
        return self.weight

    def ignores(self, target: Any, name: str) -> bool:
        """Whether a target is the number that is ignored; a Value is not asked."""
        if self.ignored is None or hasattr(type(target), "_apply"):
            return False
        if is_list(target):
            raise ValueError(f"ignore_index is for classes, but {name} is a list of probabilities")
        return hasattr(target, "__index__") and target.__index__() == self.ignored

    def on(self, wanted: list[Any]) -> list[Any]:
        """The wanted probability of each class, smoothed, times the weight of the class."""
        even = self.smoothing / len(wanted)
        if even:
            wanted = [y * (1.0 - self.smoothing) + even for y in wanted]
        return [product(w, y) for w, y in zip(self.of(len(wanted)), wanted, strict=True)]

    def of_value(self, target: Any, weights: list[Any], loss: Any) -> tuple[Any, Any]:
        """The loss of a class that is a Value, and its weight; it may vary from sample to sample.

        So nothing here looks at its number. What is ignored counts 0 times, with the weight of
        class 0, and has the place after the last class, where its loss is finite. Any other class
        has its own place, and `take` refuses one that does not exist.
        """
        counts, place = 1.0, target
        share = 1.0 if self.weight is None else None
        if self.ignored is not None:
            counts = table.abs(table.sign(target - float(self.ignored)))
            target = target * counts
            place = target + len(weights) * (1.0 - counts)
            share = None
        if share is None:
            share = product(counts, functions.take(weights, target))
        found = product(share, loss(place, spare=self.ignored is not None))
        if self.smoothing:
            even = [product(w, self.smoothing / len(weights)) for w in weights]
            found = (1.0 - self.smoothing) * found + product(counts, loss(even))
        return found, share


NO_WEIGHTS: ClassWeights = ClassWeights(None, None, 0.0)


def class_weights(
    weight: Any, ignore_index: Any, label_smoothing: Any = 0.0
) -> ClassWeights | None:
    """The rules for classes that a user asks for, or None if there are none."""
    smoothing = as_number(label_smoothing, "label_smoothing")
    if weight is None and ignore_index is None and smoothing == 0.0:
        return None
    if not 0.0 <= smoothing <= 1.0:
        raise ValueError(f"label_smoothing must be in [0, 1], got {smoothing}")
    if ignore_index is not None:
        ignore_index = as_count(ignore_index, "ignore_index", least=-(2**53), most=2**53)
    if weight is not None:
        weight = _check(as_operands(weight, None, "weight"), "weight")
    return ClassWeights(weight, ignore_index, smoothing)
