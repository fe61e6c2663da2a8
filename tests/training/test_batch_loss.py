"""The loss of a batch by a program of one sample: the graph's numbers, and what was taken back."""

from typing import Any

import numpy as np
import pytest
from outputs import several

from microgradnn import Value, losses, nn
from microgradnn.engine.derivatives import gradients
from microgradnn.engine.value import topological_order
from microgradnn.training.batch_loss import BatchLoss, slopes
from microgradnn.training.samples import checked_samples
from microgradnn.training.vain import Reach

ROWS = np.random.default_rng(0).normal(size=(30, 3))
CLASSES = ROWS.argmax(axis=1)


class Held:
    """An optimizer, as far as Reach looks at it."""

    def __init__(self, parameters: list[Value]) -> None:
        self.parameters = parameters


def test_figures_and_steps_are_those_of_the_graph() -> None:
    model = nn.MLP(3, [4, 3], "tanh", rng=0)
    params = model.parameters()
    reach: Any = Reach(model, params, Held(params))  # type: ignore[arg-type]
    samples = checked_samples(ROWS, CLASSES, np.arange(30.0))
    batch_loss = BatchLoss(
        model, losses.cross_entropy, params, samples.rows(slice(1, 30)), "numpy", reach
    )
    chosen = np.array([3, 8, 29, 11])
    rows = batch_loss.rows(samples).chosen(chosen)
    error, gradient, predictions = batch_loss.step(rows, np.array([p.data for p in params]))
    outputs = [several(model(x)) for x in ROWS[chosen].tolist()]
    wanted = losses.cross_entropy(outputs, CLASSES[chosen].tolist(), sample_weight=chosen.tolist())
    assert error == pytest.approx(wanted.data, rel=1e-13)
    np.testing.assert_allclose(gradient, gradients(wanted, params), rtol=1e-10, atol=1e-15)
    np.testing.assert_allclose(predictions, [[x.data for x in row] for row in outputs], rtol=1e-13)


def test_slopes_are_gradients_and_leave_no_trace() -> None:
    x, y = Value(2.0), Value(3.0)
    (x * y).backward()
    error = x * x * y
    assert slopes(error, topological_order(error), [y, x]) == gradients(error, [y, x])
    assert (x.grad, y.grad) == (3.0, 2.0)


def test_large_networks_are_compared_on_fewer_samples() -> None:
    seen = []

    def loss(prediction: Any, target: Any) -> Any:
        seen.append(len(target))
        return losses.mse_loss(prediction, target)

    for width, wanted in ((2, 16), (120, 6), (800, 4)):
        model = nn.MLP(3, [width, 1], rng=0)
        params = model.parameters()
        samples = checked_samples(ROWS, ROWS[:, 0])
        BatchLoss(model, loss, params, samples, "numpy", Reach(model, params, Held(params)))  # type: ignore[arg-type]
        assert max(seen) == wanted
        seen.clear()
