"""Probabilities and distributions: refused if they are none, and the logits that they come from."""

from __future__ import annotations

import math

from ..engine import reductions, table
from ..engine.checks import as_operands
from ..typed import Any
from .weights import number_in

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


def check_probability(x: Any, name: str) -> None:
    """Refuse a prediction outside [0, 1]; NaN passes, so that the loss becomes NaN, too."""
    number = number_in(x)
    if number is not None and (number < 0.0 or number > 1.0):
        hint = "; losses of logits are cross_entropy and binary_cross_entropy_with_logits"
        hint = hint if name.startswith("prediction") else ""
        raise ValueError(f"{name} must be a probability in [0, 1], got {number}{hint}")


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
