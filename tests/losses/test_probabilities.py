"""Which sums of probabilities count as 1: those that their type of float can come close to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from microgradnn import Value, losses
from microgradnn.losses.probabilities import check_distribution
from microgradnn.losses.weights import number_in


def largest(p: Any) -> int:
    """The class that has the most, whose logarithm exists."""
    numbers = [getattr(x, "data", x) for x in p] if isinstance(p, list) else p.tolist()
    return numbers.index(max(numbers))


LOSSES: dict[str, Callable[[Any], Any]] = {
    "entropy": losses.entropy,
    "kl_divergence": lambda p: losses.kl_divergence(p, p),
    "categorical_cross_entropy": lambda p: losses.categorical_cross_entropy(p, largest(p)),
    "cross_entropy": lambda p: losses.cross_entropy([0.0] * len(p), p),
}


def softmax_in(kind: Any, classes: int, seed: int) -> Any:
    """Probabilities as a program in this type of float computes them."""
    logits = np.random.default_rng(seed).normal(0, 3, classes).astype(kind)
    powers = np.exp(logits - logits.max())
    return powers / powers.sum(dtype=kind)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_probabilities_in_any_float_are_taken(kind: Any, name: str) -> None:
    for classes in (2, 3, 10, 100, 1000):
        for seed in range(10):
            row = softmax_in(kind, classes, seed)
            taken = LOSSES[name](row)
            assert taken == LOSSES[name](row.tolist())
            assert taken == pytest.approx(
                LOSSES[name]([Value(float(x)) for x in row]).data, rel=1e-12
            )


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize(
    "row",
    [
        [0.1, 0.2, 0.7000001],
        [0.1, 0.2, 0.6999999],
        [0.5, 0.25],
        np.array([0.1, 0.2, 0.69999], np.float32),
        np.array([0.1, 0.2, 0.70001], np.float32),
        np.array([0.1, 0.2, 0.69], np.float16),
        np.array([0.1, 0.2, 0.71], np.float16),
        [0.5, 1 / 3],
    ],
    ids=repr,
)
def test_other_sums_are_refused(row: Any, name: str) -> None:
    with pytest.raises(ValueError, match=r"must sum to 1 \(to .*\), its sum is 0\.|1\.0"):
        LOSSES[name](row)


def test_a_sum_that_misses_one_by_a_rounding_of_float32() -> None:
    row = np.array([0.33333333, 0.33333333, 0.33333333], dtype=np.float32)
    assert losses.entropy(row) == pytest.approx(1.0986123)


def test_a_distribution_sums_to_one() -> None:
    quarter = Value(0.25)
    assert check_distribution([quarter, 0.75], "p") == [quarter, 0.75]
    assert number_in(quarter) == 0.25
    with pytest.raises(ValueError, match="p must sum to 1"):
        check_distribution([0.25, 0.5], "p")
    with pytest.raises(ValueError, match=r"p\[1\] must be a probability in \[0, 1\], got -0.5"):
        check_distribution([1.5 - 0.5, -0.5, 0.5], "p")


def test_one_flat_prediction_for_several_classes_says_what_it_is_taken_for() -> None:
    """A model of one output with labels: what comes is no list of samples, but a single one."""
    for target in ([1, 0, 1, 0], [0, 1, 2, 1]):
        with pytest.raises(ValueError, match="; a flat prediction is that of one sample"):
            losses.cross_entropy([0.5, 1.0, -1.0, 2.0], target)
    with pytest.raises(ValueError, match=r"^target\[1\] must sum to 1 \(to .*\), its sum is 2\.0$"):
        losses.cross_entropy([[0.5, 1.0], [0.5, 1.0]], [[1.0, 0.0], [1.0, 1.0]])
