"""Training that would change nothing is refused, in both ways to take a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import History, Value, losses, nn, optim

X, Y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
EITHER_WAY = pytest.mark.parametrize("compiled", [None, False])


class Line(nn.Module):
    """w·x + b, or what `call` makes of the model and x."""

    def __init__(self, call: Callable[[Any, Any], Any] | None = None, **more: Any) -> None:
        self.w, self.b = Value(0.5), Value(0.0)
        self.call = call or (lambda self, x: self.w * x + self.b)
        vars(self).update(more)

    def __call__(self, row: Any) -> Any:
        return self.call(self, row[0])


def fit(model: nn.Module, compiled: bool | None, **options: Any) -> History:
    settings = {"loss": losses.mse_loss, "epochs": 2, "progress": False, **options}
    return mg.fit(model, X, Y, compiled=compiled, **settings)


def new_values(model: Any, x: Any) -> Any:
    model.w = Value(model.w.data)
    return model.w * x


def without_recording(model: Any, x: Any) -> Any:
    with mg.no_grad():
        return model.w * x


def unrecorded_loss(prediction: Any, target: Any) -> Any:
    with mg.no_grad():
        return losses.mse_loss(prediction, target)


NO_PARAMETER = "the loss depends on no parameter that the optimizer holds"
VAIN: dict[str, tuple[Callable[[], nn.Module], Any, str]] = {
    "numbers": (lambda: Line(w=0.5, b=0.0), losses.mse_loss, "model has no parameters, .* Value"),
    "data": (lambda: Line(lambda m, x: m.w.data * x), losses.mse_loss, "one Value, got float; no"),
    "detach": (lambda: Line(lambda m, x: m.w.detach() * x), losses.mse_loss, NO_PARAMETER),
    "copies": (lambda: Line(lambda m, x: Value(m.w.data) * x), losses.mse_loss, NO_PARAMETER),
    "new Values": (lambda: Line(new_values), losses.mse_loss, NO_PARAMETER),
    "no_grad in the model": (lambda: Line(without_recording), losses.mse_loss, NO_PARAMETER),
    "no_grad in the loss": (Line, unrecorded_loss, r"computed inside no_grad\(\)"),
    "a number": (Line, lambda p, t: losses.mse_loss(p, t).data, "must be one Value, got float"),  # type: ignore[attr-defined]
    "a NumPy number": (Line, lambda p, t: np.float64(1.0), "must be one Value, got float64"),
    "a new Value": (Line, lambda p, t: Value(losses.mse_loss(p, t).data), NO_PARAMETER),  # type: ignore[attr-defined]
    "nothing": (Line, lambda p, t: None, "got NoneType; was a return forgotten"),
    "a list": (Line, lambda p, t: [a - b for a, b in zip(p, t)], "got list; reduce it"),  # noqa: B905
    "a result": (
        lambda: Line(lambda m, x: m.v[0] * x + m.b, v=[Value(1.0) * 0.1]),
        losses.mse_loss,
        r"depends on v\.0, a result of mul from before the training",
    ),
    "only a result": (
        lambda: Line(lambda m, x: m.v * x, v=Value(1.0) * 0.1),
        losses.mse_loss,
        "depends on v, a result of mul",
    ),
}


@EITHER_WAY
@pytest.mark.parametrize(("make", "loss", "message"), VAIN.values(), ids=VAIN)
def test_what_cannot_train_is_refused(
    make: Callable[[], nn.Module], loss: Any, message: str, compiled: bool | None
) -> None:
    model = make()
    before = [p.data for p in model.parameters()]
    with pytest.raises((ValueError, TypeError, RuntimeError), match=message):
        fit(model, compiled, loss=loss)
    assert [p.data for p in model.parameters()] == before


@EITHER_WAY
def test_an_optimizer_must_hold_what_is_trained(compiled: bool | None) -> None:
    model = Line()
    with pytest.raises(ValueError, match="optimizer holds no parameter of the model"):
        fit(model, compiled, optimizer=optim.SGD(Line().parameters(), lr=0.1))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    model.w = Value(1.0)
    with pytest.raises(ValueError, match="holds 1 parameters that neither the model nor the loss"):
        fit(model, compiled, optimizer=optimizer)
    model.b = Value(0.0)
    with pytest.raises(ValueError, match="optimizer holds no parameter of the model"):
        fit(model, compiled, optimizer=optimizer)


@EITHER_WAY
def test_a_callback_may_not_replace_parameters(compiled: bool | None) -> None:
    model = Line()

    def replace(epoch: int, history: History) -> None:
        model.w = Value(model.w.data)

    with pytest.raises(ValueError, match=r"a callback has replaced .* set their \.data instead"):
        fit(model, compiled, callbacks=[replace])


def remember(model: Any, x: Any) -> Any:
    model.last = model.w * x + model.b
    return model.last


WORKS: dict[str, tuple[Callable[[], nn.Module], Callable[[Any], list[Value]]]] = {
    "usual": (Line, lambda m: m.parameters()),
    "some of the parameters": (Line, lambda m: [m.b]),
    "an unused parameter": (lambda: Line(lambda m, x: m.b + x), lambda m: m.parameters()),
    "those of two models": (Line, lambda m: [*m.parameters(), *Line().parameters()]),
    "remembered outputs": (lambda: Line(remember, last=Value(1.0) * 2), lambda m: m.parameters()),
}


@EITHER_WAY
@pytest.mark.parametrize(("make", "held"), WORKS.values(), ids=WORKS)
def test_what_does_train_is_trained(
    make: Callable[[], Any], held: Callable[[Any], list[Value]], compiled: bool | None
) -> None:
    model = make()
    parameters = held(model)
    history = fit(model, compiled, optimizer=optim.SGD(parameters, lr=0.1))
    assert history.losses[1] < history.losses[0]
    assert model.b.data != 0.0
    # That unused parameters are compiled, with gradient 0, is tested with the compiler.
    unused = [p for p in parameters if p is not model.b and make is not Line]
    assert all(p.grad == 0.0 for p in unused if p is model.w and "last" not in vars(model))


@EITHER_WAY
def test_inside_no_grad_it_trains_too(compiled: bool | None) -> None:
    runs = []
    for block in (mg.no_grad, mg.large_graph):
        model = Line()
        with block():
            runs.append(fit(model, compiled).losses)
            assert (model.w * 2).op is None or block is mg.large_graph
    assert runs[0] == runs[1]


def test_gradients_of_exactly_zero_are_allowed() -> None:
    model = nn.MLP(1, [1], output_activation="heaviside", init="zeros")
    fit(model, False)
    assert [p.data for p in model.parameters()] == [0.0, 0.0]


def test_evaluate_speaks_of_its_own_arguments() -> None:
    with pytest.raises(ValueError, match=r"^y has shape \(3, 2\), but the model gives one number"):
        mg.evaluate(Line(), X, [[1.0, 2.0]] * 3, losses.mse_loss)
    with pytest.raises(ValueError, match=r"^y\[1\] must be a label"):
        mg.evaluate(Line(), X, [1, 5, 1], losses.hinge_loss)
    with pytest.raises(ValueError, match=r"^the prediction for X\[2\] must be a probability"):
        mg.evaluate(Line(b=Value(0.5)), X, [1, 1, 1], losses.binary_cross_entropy)
