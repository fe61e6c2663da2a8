"""One sample's way through a batch: which values it is, and what they receive from the others."""

import math
import random
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value, nn, topological_order
from microgradnn.explorer import sample
from microgradnn.explorer.sample import MOST_COMPUTED, followed, received_from_others


def two_samples() -> tuple[Value, dict[str, Value]]:
    """The sum of tanh(w·x) over two samples, with all values by name."""
    w, x1, x2 = Value(0.5, "w"), Value(2.0, "x1"), Value(-1.0, "x2")
    s1, s2 = w * x1, w * x2
    y1, y2 = mg.tanh(s1), mg.tanh(s2)
    loss = y1 + y2
    named = {"w": w, "x1": x1, "x2": x2, "s1": s1, "s2": s2, "y1": y1, "y2": y2, "loss": loss}
    return loss, named


def test_a_graph_that_a_page_can_compute_is_followed_as_a_whole() -> None:
    value = Value(0.5)
    for _ in range(MOST_COMPUTED // 2 - 1):
        value = mg.tanh(value)
    order = topological_order(value)  # 4,999 operations of one operand each, and a leaf
    assert followed(order) == order
    order = topological_order(mg.tanh(mg.tanh(value)))
    assert followed(order) == order  # it depends on the leaf, and nothing in a chain looks alike


def test_the_first_of_two_samples_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    loss, named = two_samples()
    order = topological_order(loss)
    assert followed(order) == order
    monkeypatch.setattr(sample, "MOST_COMPUTED", 0)
    # s1 and s2 look alike, and so do y1 and y2. From s1 two such values lead to the loss.
    assert set(followed(order)) == {named[name] for name in ("w", "x1", "s1", "y1", "loss")}


def test_what_comes_from_the_other_sample_is_added_up() -> None:
    loss, named = two_samples()
    kept = [named[name] for name in ("w", "x1", "s1", "y1", "loss")]
    received = received_from_others(topological_order(loss), kept)
    # ∂loss/∂w by the second sample is x2 · (1 − tanh²(w·x2)).
    wanted = -1.0 * (1 - math.tanh(-0.5) ** 2)
    assert list(received) == [named["w"]]
    total, count = received[named["w"]]
    assert total == pytest.approx(wanted, rel=1e-15)
    assert count == 1
    assert received_from_others(topological_order(loss), topological_order(loss)) == {}


@pytest.mark.parametrize("outputs", [1, 3])
def test_a_sample_of_a_network_has_every_parameter_and_no_other_sample(outputs: int) -> None:
    rng, model = random.Random(0), nn.MLP(2, [8, 8, outputs], activation="tanh", rng=0)
    X: list[list[Any]] = [[Value(rng.gauss(0, 1), f"x{k}") for k in range(2)] for _ in range(200)]
    target: Any = [0.5] * outputs if outputs > 1 else 0.5
    with mg.large_graph():
        loss = mg.losses.mse_loss([model(x) for x in X], [target] * len(X))
    order = topological_order(loss)
    found = set(followed(order))
    assert found.issuperset(model.parameters())
    assert sum(found.issuperset(x) for x in X) == 1
    assert sum(not found.isdisjoint(x) for x in X) == 1
    received = received_from_others(order, followed(order))
    assert {count for x, (_, count) in received.items() if x in model.parameters()} == {199}
