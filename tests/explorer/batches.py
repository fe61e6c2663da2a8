"""Batches that tests of samples share: the loss of each, and what its samples were given."""

from __future__ import annotations

import random
from typing import Any

from outputs import single

import microgradnn as mg
from microgradnn import Value, losses, nn, topological_order
from microgradnn.explorer.sample import Batch, batch_of

ROWS = [[0.5, -1.25], [2.0, 0.75], [-0.5, 3.0], [1.5, -0.25]]
TARGETS = [1.0, -1.0, -1.0, 1.0]


def batch(root: Value) -> Batch:
    found = batch_of(topological_order(root))
    assert found
    return found


def model(outputs: int = 1, activation: nn.ActivationName = "tanh") -> nn.MLP:
    return nn.MLP(2, [3, outputs], activation=activation, rng=random.Random(0))


def predictions(outputs: int = 1) -> list[Any]:
    network = model(outputs)
    return [network(row) for row in ROWS]


def by_hand() -> Value:
    """A line through points, its loss added up by Python's own `sum`, with a penalty."""
    slope, height = Value(0.5, "slope"), Value(0.25, "height")
    squares = [(slope * x + height - y) ** 2 for (x, _), y in zip(ROWS, TARGETS, strict=True)]
    return sum(squares) / len(squares) + 0.1 * (slope * slope + height * height)


def in_blocks() -> Value:
    """Samples that the program names, from 1 on; their losses are computed outside."""
    network, found = model(), []
    for k, row in enumerate(ROWS, start=1):
        with mg.block(f"sample {k}"):
            found.append(single(network(row)))
    loss: Value = mg.mean([(p - t) ** 2 for p, t in zip(found, TARGETS, strict=True)])
    return loss


def positive_weight() -> Value:
    """The samples share softplus(w), and the penalty uses w too."""
    w = Value(0.3, "w")
    positive = mg.softplus(w)
    loss: Value = losses.mse_loss([positive * x for x, _ in ROWS], TARGETS) + w * w
    return loss


LOSSES: dict[str, Any] = {
    "mse": lambda: losses.mse_loss(predictions(), TARGETS),
    "hinge": lambda: losses.hinge_loss(predictions(), TARGETS),
    "rows": lambda: losses.mse_loss(predictions(3), [[0.5, 0.25, y] for y in TARGETS]),
    "cross entropy": lambda: losses.cross_entropy(predictions(3), [0, 1, 2, 0]),
    "weighted": lambda: losses.cross_entropy(
        predictions(3), [0, 1, 2, 0], sample_weight=[4, 0, 2, 3]
    ),
    "logits": lambda: losses.binary_cross_entropy_with_logits(predictions(), [1, 0, 1, 0]),
    "by hand": by_hand,
    "blocks": in_blocks,
    "shared": positive_weight,
}
