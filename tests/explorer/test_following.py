"""One sample's way through a batch: which values it is, and what they receive from the others."""

import math
import random
from typing import Any

import pytest
from batches import batch

import microgradnn as mg
from microgradnn import Value, nn, topological_order
from microgradnn.explorer.following import (
    MOST_COMPUTED,
    can_be_computed,
    followed,
    received_from_others,
)
from microgradnn.explorer.sample import batch_of


def test_a_graph_that_a_page_can_compute() -> None:
    value = Value(0.5)
    for _ in range(MOST_COMPUTED // 2 - 1):
        value = mg.tanh(value)
    assert can_be_computed(topological_order(value))  # 4,999 operations of one operand, and a leaf
    assert not can_be_computed(topological_order(mg.tanh(mg.tanh(value))))


def test_the_way_of_a_sample() -> None:
    w, x1, x2 = Value(0.5, "w"), 2.0, -1.0
    s1, s2 = w * x1, w * x2
    y1, y2 = mg.tanh(s1), mg.tanh(s2)
    total = y1 + y2
    loss = total / 2
    order = topological_order(loss)
    found = batch(loss)
    assert followed(order, found, found.samples[0]) == [w, s1, y1, total, loss]
    assert followed(order, found, found.samples[1]) == [w, s2, y2, total, loss]
    # ∂loss/∂w by the second sample is ½ · x2 · (1 − tanh²(w·x2)).
    received = received_from_others(order, [w, s1, y1, total, loss])
    wanted: Any = 0.5 * -1.0 * (1 - math.tanh(-0.5) ** 2)
    assert list(received) == [w]
    total, uses = received[w]  # type: ignore[assignment]
    assert uses == 1
    assert total == pytest.approx(wanted, rel=1e-15)
    assert received_from_others(order, order) == {}


@pytest.mark.parametrize("outputs", [1, 3])
def test_a_sample_of_a_network_has_every_parameter_and_no_other_sample(outputs: int) -> None:
    rng, network = random.Random(0), nn.MLP(2, [8, 8, outputs], activation="tanh", rng=0)
    X: list[list[Any]] = [[Value(rng.gauss(0, 1), f"x{k}") for k in range(2)] for _ in range(200)]
    target: Any = [0.5] * outputs if outputs > 1 else 0.5
    loss = mg.losses.mse_loss([network(x) for x in X], [target] * len(X))
    order = topological_order(loss)
    batch = batch_of(order)
    assert batch
    for k in (0, 57, 199):
        values = followed(order, batch, batch.samples[k])
        assert set(network.parameters()) <= set(values)
        assert [place for place, x in enumerate(X) if not set(values).isdisjoint(x)] == [k]
        received = received_from_others(order, values)
        assert {count for x, (_, count) in received.items() if x in network.parameters()} == {199}
