"""Programs of a loss with the predictions beside it: numbers are those of the recorded graph."""

from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler.loss_program import LossProgram
from microgradnn.engine.derivatives import gradients

ROWS = np.random.default_rng(0).normal(size=(700, 3))  # more than a part of a batch has


def recorded(model: nn.Module, loss: Any, rows: Any) -> tuple[list[float], list[Any], Any]:
    """The losses, the predictions and the mean gradient, from graphs."""
    found, predictions, slopes = [], [], np.zeros(len(model.parameters()))
    for *x, y in rows.tolist():
        prediction = model(x)
        error = loss([prediction], [y])
        found.append(error.data)
        predictions.append([p.data for p in prediction])
        slopes += gradients(error, model.parameters())
    return found, predictions, slopes / len(rows)


def program_of(model: nn.Module, loss: Any, **options: Any) -> LossProgram:
    def loss_of_one(row: list[Value]) -> list[Value]:
        prediction = model(row[:2])
        return [loss([prediction], [row[2]]), *prediction]

    return LossProgram(loss_of_one, ROWS[:2].tolist(), model.parameters(), **options)


def squares(prediction: Any, target: Any) -> Any:
    (pair,), (y,) = prediction, target
    return (pair[0] - y) ** 2 + mg.sigmoid(pair[1])


def of_a_sigmoid(prediction: Any, target: Any) -> Any:
    """It looks behind the predictions, so they have no part in the loss."""
    (pair,), (y,) = prediction, target
    return losses.binary_cross_entropy(pair, [1.0, 0.0]) + y * y


@pytest.mark.parametrize("backend", ["numpy", "native"])
@pytest.mark.parametrize(
    ("loss", "output"), [(squares, "linear"), (of_a_sigmoid, "sigmoid"), (of_a_sigmoid, "tanh")]
)
@pytest.mark.parametrize("size", [1, 5, 700])
def test_losses_gradient_and_predictions(
    loss: Any, output: nn.ActivationName, size: int, backend: str
) -> None:
    if backend == "native":
        pytest.importorskip("llvmlite", reason="the native back end needs llvmlite")
    if output == "tanh":  # of which the loss takes a part only
        output, loss = "sigmoid", lambda p, t: losses.mse_loss(p[0][:1], t)
    model = nn.MLP(2, [4, 2], "tanh", output_activation=output, rng=3)
    program = program_of(model, loss, backend=backend)
    rows = ROWS[:size]
    wanted = recorded(model, loss, rows)
    theta = program.read_params()
    mean, gradient, predictions = program.step(rows, theta)
    assert mean == pytest.approx(np.mean(wanted[0]), rel=1e-12)
    np.testing.assert_allclose(predictions, wanted[1], rtol=1e-12)
    np.testing.assert_allclose(gradient, wanted[2], rtol=1e-10, atol=1e-14)
    found, predictions = program.losses(rows, theta)
    np.testing.assert_allclose(found, wanted[0], rtol=1e-12)
    np.testing.assert_allclose(predictions, wanted[1], rtol=1e-12)


def test_where_arrays_do_not_do_graphs_give_the_same() -> None:
    def loss(prediction: Any, target: Any) -> Any:  # the side not chosen has an infinite slope
        (pair,), (y,) = prediction, target
        return mg.where(pair[0] > 0.0, pair[0] ** 2, mg.sqrt(mg.relu(pair[0]))) + y

    model = nn.MLP(2, [2], rng=1)
    rows = ROWS[:6]
    found = program_of(model, loss).step(rows, program_of(model, loss).read_params())
    wanted = recorded(model, loss, rows)
    assert found[0] == pytest.approx(np.mean(wanted[0]), rel=1e-12)
    np.testing.assert_allclose(found[1], wanted[2], rtol=1e-12)
    np.testing.assert_allclose(found[2], wanted[1], rtol=1e-12)


def test_an_error_names_the_row() -> None:
    model = nn.MLP(2, [2], init="zeros")
    program = program_of(model, lambda p, t: mg.log(p[0][0] + t[0]))
    rows = [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]
    with pytest.raises(ValueError, match="row 1: "):
        program.step(np.array(rows), program.read_params())
