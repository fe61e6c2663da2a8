"""What type checkers know of networks and training.

`mypy tests` reads these lines, and pytest runs them. No program of a user's ends in `Any` here, so
that an editor completes `y.backward`, and tells a list from a Value.
"""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, assert_type

import numpy as np
import pytest
from numpy.typing import NDArray

import microgradnn as mg
from microgradnn import Value, data, losses, nn, optim
from microgradnn.nn.activations import checked_activation
from microgradnn.nn.init import as_initializer
from microgradnn.testing import Fault, Report, check_engine

X, Y = [[0.5, -1.0], [1.0, 2.0]], [1.0, 0.0]


def test_what_networks_give() -> None:
    neuron, layer, model = nn.Neuron(2, rng=0), nn.Layer(2, 3), nn.MLP(2, [3, 1])
    assert_type(neuron, nn.Neuron)
    assert_type(neuron([0.5, -1.0]), Value)
    assert_type(neuron.w, list[Value])
    assert_type(neuron.b, Value | None)
    assert_type(neuron.output, float | None)
    assert_type(layer([0.5, -1.0]), list[Value])
    assert_type(layer.neurons, list[nn.Neuron])
    assert_type(model([0.5, -1.0]), Value | list[Value])
    assert_type(model.layers[0].neurons[0], nn.Neuron)
    assert_type(model.parameters(), list[Value])
    assert_type(model.state_dict(), dict[str, NDArray[np.float64]])
    assert_type(model.summary().parameters, int)
    assert_type(model.load_state_dict(model.state_dict()).missing_keys, list[str])
    assert_type(nn.Embedding(3, 2)(1), list[Value])


def test_what_they_take() -> None:
    model = nn.MLP(3, [2])
    row = np.array([1.0, 2.0, 3.0])
    mixed: list[Value | float] = [Value(1.0), 2.0, 3]
    for x in ([1, 2, 3], (1.0, 2.0, 3.0), [Value(1.0)] * 3, mixed, row, row.astype("float32")):
        assert len(nn.Layer(3, 2)(x)) == 2
    assert_type(nn.Layer(2, 1)(nn.Layer(3, 2)(row)), list[Value])
    assert isinstance(model(row), list)


def test_a_sequence_gives_what_its_last_layer_gives() -> None:
    body = nn.Sequential(nn.Layer(2, 3), nn.LayerNorm(3), mg.softmax, nn.Layer(3, 1, "linear"))
    assert_type(body, nn.Sequential[list[Value]])
    assert_type(body([1.0, 2.0]), list[Value])
    assert_type(nn.Sequential(body, nn.RMSNorm(1))([1.0, 2.0]), list[Value])
    assert_type(nn.Sequential(body, nn.Neuron(1))([1.0, 2.0]), Value)
    assert_type(nn.Sequential(body, nn.MLP(1, [1]))([1.0, 2.0]), Value | list[Value])
    two = (body, nn.Sequential(body, nn.MLP(1, [1])))
    assert_type([model.parameters() for model in two], list[list[Value]])
    # A function of numbers or Values is given Values, which no type says.
    assert_type(nn.Sequential(body, mg.softmax)([1.0, 2.0]), Any)
    layers: list[nn.Module] = [nn.Layer(2, 3), nn.Layer(3, 1)]
    assert_type(nn.Sequential(*layers)([1.0, 2.0]), Any)

    class Own(nn.Module):
        def __init__(self, body: nn.Sequential) -> None:
            self.body = body

        def forward(self, x: list[float]) -> Any:
            return self.body(x)

    assert_type(nn.Sequential(Own(body))([1.0, 2.0]), Any)


def test_how_one_value_is_told_from_a_list() -> None:
    y = nn.MLP(2, [3, 1], rng=0)([0.5, -1.0])
    assert isinstance(y, Value)
    assert_type(y, Value)
    assert_type((y - 1.0) ** 2, Value)
    logits = nn.MLP(2, [3, 2], rng=0)([0.5, -1.0])
    assert isinstance(logits, list)
    assert_type(logits, list[Value])
    assert_type(logits[0], Value)


OF_NUMBERS: list[Callable[..., Any]]
OF_NUMBERS = [losses.mse_loss, losses.l1_loss, losses.huber_loss, losses.half_squared_error]


def test_losses_take_what_networks_give() -> None:
    model, classifier = nn.MLP(2, [3, 1]), nn.MLP(2, [3, 2])
    predictions = [model(x) for x in X]
    assert_type(predictions, list[Value | list[Value]])
    loss: Value = losses.mse_loss(predictions, Y)
    loss.backward()
    for function in OF_NUMBERS:
        assert isinstance(function(predictions, Y), Value)
    assert isinstance(losses.binary_cross_entropy_with_logits(predictions, Y), Value)
    assert isinstance(losses.hinge_loss([model(x) for x in X], [1, -1]), Value)
    assert isinstance(losses.cross_entropy([classifier(x) for x in X], [1, 0]), Value)
    assert isinstance(losses.mse_loss(model(X[0]), 1.0), Value)
    assert isinstance(losses.cross_entropy(classifier(X[0]), 1), Value)


def test_the_programs_of_the_readme() -> None:
    model = nn.MLP(2, [16, 16, 1], rng=0)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    loss: Value = losses.mse_loss([model([0.5, -1.0])], [1.0])
    loss.backward()
    optimizer.step()
    iris = data.load_iris()
    assert_type(iris.X, NDArray[np.float64])
    assert_type(iris.feature_names, list[str])
    model = nn.MLP(4, [8, 3], rng=0)
    scaled = data.standardize(iris.X)
    assert_type(scaled, NDArray[np.float64])
    history = mg.fit(model, scaled, iris.y, loss=losses.cross_entropy, epochs=2, progress=False)
    assert_type(history, mg.History)
    assert_type(history.compiled, bool)
    assert_type(history.losses, list[float])
    assert_type(history.metrics["accuracy"][-1], float)
    assert_type(history.best_epoch, int)
    assert_type(history.stopped, str)
    assert_type(history.weights, list[NDArray[np.float64]])
    error, accuracy = mg.evaluate(model, scaled, iris.y, losses.cross_entropy)
    assert_type(error, float)
    assert_type(accuracy, float | None)


def test_grading_an_engine() -> None:
    pytest.importorskip("hypothesis")
    report = check_engine(Value)
    assert_type(report, Report)
    assert_type(report.faults, list[Fault])
    assert_type(report.ok, bool)


def test_a_module_of_ones_own() -> None:
    class Line(nn.Module):
        def __init__(self) -> None:
            self.slope, self.offset = Value(1.0), Value(0.0)

        def __call__(self, x: list[float]) -> Value:
            return self.slope * x[0] + self.offset

    assert_type(Line()([2.0]), Value)
    assert_type([name for name, _ in Line().named_parameters()], list[str])
    assert mg.fit(Line(), X, Y, loss=losses.mse_loss, epochs=1, progress=False).losses


def test_activations_are_names_or_functions() -> None:
    nn.Neuron(2, mg.tanh), nn.Neuron(2, lambda x: x * x), nn.Neuron(2, Value.relu)
    name: nn.ActivationName = "gelu"
    chosen: nn.Activation = name
    initial: nn.InitializerName = "normal"
    nn.Layer(2, 2, chosen, init=initial), nn.Layer(2, 2, init=nn.uniform(0, 1))
    with pytest.raises(ValueError, match="'reul'"):
        nn.MLP(2, [1], activation="reul")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="init must be"):
        nn.MLP(2, [1], init="he")  # type: ignore[arg-type]


def names_in(alias: str) -> list[str]:
    """The names of a `Literal` in the source, which only type checkers have."""
    source = Path(nn.__file__).with_name("choices.py").read_text("utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == alias:
            literal: Any = node.value
            if isinstance(literal, ast.Subscript):
                return [str(x) for x in ast.literal_eval(literal.slice)]
    raise AssertionError(alias)


def test_the_names_are_such_as_there_are() -> None:
    names = names_in("ActivationName")
    assert len(set(names)) == len(names)
    for name in names:
        assert checked_activation(name) == name  # type: ignore[arg-type]
    names = names_in("InitializerName")
    with pytest.raises(ValueError, match=f"init must be a function or one of {', '.join(names)};"):
        as_initializer("he")  # type: ignore[arg-type]


def test_settings_are_names() -> None:
    backend: Literal["numpy", "native", "auto"] = "numpy"
    mg.fit(nn.MLP(2, [1]), X, Y, loss=losses.mse_loss, epochs=1, progress=False, backend=backend)
    with pytest.raises(ValueError, match="constant must be 'refuse' or 'zero'"):
        data.standardize(X, constant="keep")  # type: ignore[arg-type]
