"""Initial weights: their spread, and what they depend on."""

import math
import random
import statistics
from typing import Any

import pytest

from microgradnn import nn


def test_initial_weights_have_the_stated_spread() -> None:
    rng = random.Random(1)
    for fan_in, std in ((2, 1.0), (3, 0.8165)):
        draws = [nn.he_normal(fan_in, 1, rng) for _ in range(100_000)]
        assert statistics.pstdev(draws) == pytest.approx(std, rel=0.01)
        assert statistics.fmean(draws) == pytest.approx(0, abs=0.01)
    draws = [nn.xavier_uniform(2, 4, rng) for _ in range(100_000)]
    assert statistics.pstdev(draws) == pytest.approx(1 / math.sqrt(3), rel=0.01)
    assert max(map(abs, draws)) <= 1.0
    draws = [nn.uniform(2, 5)(1, 1, rng) for _ in range(1000)]
    assert 2 <= min(draws) < 2.1 < 4.9 < max(draws) <= 5


def test_weights_depend_on_the_seed_alone() -> None:
    state = random.getstate()
    first = [p.data for p in nn.MLP(2, [3, 1], rng=5).parameters()]
    assert first == [p.data for p in nn.MLP(2, [3, 1], rng=random.Random(5)).parameters()]
    assert first != [p.data for p in nn.MLP(2, [3, 1]).parameters()]
    assert random.getstate() == state


def test_zero_weights_give_equal_gradients() -> None:
    model = nn.MLP(2, [3, 1], activation="sigmoid", init="zeros")
    model([1.0, 2.0]).backward()
    assert len({tuple(w.grad for w in neuron.w) for neuron in model.layers[0].neurons}) == 1


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: nn.MLP(2, [1], init="he"), ValueError, "init must be"),
        (lambda: nn.MLP(2, [1], rng="0"), TypeError, "rng must be"),  # type: ignore[arg-type]
        (lambda: nn.uniform(2, 1), ValueError, "low must be"),
        (lambda: nn.normal(-1), ValueError, "std must be"),
    ],
)
def test_wrong_initial_weights(build: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        build()
