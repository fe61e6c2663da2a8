"""The three forms in which compile takes a graph, and the graphs that it refuses."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import compile
from microgradnn.compiler.tape import record_tape
from microgradnn.compiler.tracing import first_difference, trace


def test_a_function_is_traced() -> None:
    w = Value(3.0)
    program = compile(lambda x: w * x[0] + x[1], example_inputs=[[1, 2], [3, 4]], params=[w])
    assert program([[1.0, 2.0]]).tolist() == [5.0]


def test_a_function_may_take_its_list_to_pieces() -> None:
    w = Value(3.0)

    def f(x: list[Value]) -> Value:
        x.append(x[0])
        return w * x.pop(0) + 0.5 * x.pop(0)

    assert compile(f, example_inputs=[[1, 2], [3, 4]], params=[w])([[5.0, 6.0]]).tolist() == [18.0]


@pytest.mark.parametrize(
    ("f", "difference"),
    [
        (
            lambda x, call: x[0] ** (2 if call else 3),
            "node 2 is constant 3.0 in one and constant 2.0",
        ),
        (lambda x, call: mg.sum([x[0] + 1, x[0] - 1][: 1 + call]), "and sub 0"),
        (lambda x, call: x[0] * x[0] if call else x[0] * x[0] * x[0], "node 3 is"),
        (lambda x, call: x[call], "are nodes [0]"),
        (lambda x, call: x[0] * 2.0 + call, "node 4 is constant 0.0 in one and constant 1.0 in"),
        (
            lambda x, call: x[0] if call < 2 else x[1],
            "gives [2.0] for example_inputs[0], and [1.0]",
        ),
    ],
)
@pytest.mark.parametrize("examples", [[[1.0, 2.0]], [[1.0, 2.0], [2.0, 3.0]]])
def test_a_function_that_is_another_at_the_next_call_is_refused(
    f: Any, difference: str, examples: Any
) -> None:
    calls = iter(range(100))
    with pytest.raises(ValueError, match=re.escape(difference)):
        compile(lambda x: f(x, next(calls)), example_inputs=examples)


def test_examples_must_have_one_length() -> None:
    with pytest.raises(ValueError, match="node 1 is input in one and sum 0 in the other"):
        compile(mg.sum, example_inputs=[[1.0, 2.0], [1.0]])


@pytest.mark.parametrize("nouts", [[3, 1], [3, 4]])
def test_a_model_predicts(nouts: list[int]) -> None:
    model = nn.MLP(2, nouts, activation="tanh", rng=0)
    X = np.random.default_rng(0).standard_normal((5, 2))
    wanted = [y if isinstance(y, list) else [y] for y in map(model, X)]
    found = compile(model)(X).reshape(5, -1)
    assert np.allclose(found, [[y.data for y in row] for row in wanted], rtol=1e-12)


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        (losses.mse_loss, [0.3, -2.0]),
        (losses.huber_loss, [0.3, -2.0]),
        (losses.hinge_loss, [1.0, -1.0]),
        (losses.binary_cross_entropy_with_logits, [1.0, 0.25]),
        (losses.perceptron_loss, [1.0, -1.0]),
    ],
)
def test_a_model_with_a_loss(loss: Any, targets: list[float]) -> None:
    model = nn.MLP(2, [3, 1], activation="sigmoid", rng=0)
    x = np.random.default_rng(0).standard_normal((2, 2))
    mean, gradient = compile(model, loss).value_and_grad(np.c_[x, targets])
    total = mg.mean([loss(model(row), t) for row, t in zip(x, targets, strict=True)])
    assert np.isclose(mean, total.data, rtol=1e-12)
    assert np.allclose(gradient, mg.gradients(total, model.parameters()), rtol=1e-9)


def test_classes_are_columns_of_probabilities() -> None:
    model = nn.MLP(2, [4, 3], rng=0)
    rng = np.random.default_rng(0)
    x, classes = rng.standard_normal((6, 2)), [0, 1, 2, 2, 1, 0]
    program = compile(model, losses.cross_entropy)
    mean, gradient = program.value_and_grad(np.c_[x, np.eye(3)[classes]])
    total = losses.cross_entropy([model(row) for row in x], classes)
    assert np.isclose(mean, total.data, rtol=1e-12)
    assert np.allclose(gradient, mg.gradients(total, model.parameters()), rtol=1e-9)


def test_a_module_of_the_users_own_needs_examples() -> None:
    class Line(nn.Module):
        def __init__(self) -> None:
            self.slope = Value(2.0)

        def __call__(self, x: Any) -> Any:
            return self.slope * x[0]

    with pytest.raises(TypeError, match=r"has numbers; write example_inputs=\[\[1\.0, 2\.0\]\]"):
        mg.compile(lambda xs: xs[0], example_inputs=[3.0, 4.0])
    with pytest.raises(TypeError, match="example_inputs is needed"):
        compile(Line())
    program = compile(Line(), example_inputs=[[1.0], [2.0]])
    assert program([[3.0]]).tolist() == [6.0]


def test_a_traced_graph_keeps_its_example_and_what_was_recorded() -> None:
    x, w = Value(2.0), Value(3.0)
    single = trace(w * x, [x], [w], None)
    assert (single.example, single.recorded, single.single) == ([2.0], [6.0], True)
    assert single.params == [w]
    several = trace([w * x, w + x], [x], [w], None)
    assert (several.recorded, several.single) == ([6.0, 5.0], False)


def test_columns_of_a_model_with_a_loss_are_inputs_and_targets() -> None:
    model = nn.MLP(3, [4, 2], rng=0)
    assert trace(model, None, (), None).tape.inputs == 3
    assert trace(model, losses.mse_loss, (), None).tape.inputs == 3 + 2
    assert trace(nn.MLP(3, [1]), losses.mse_loss, (), None).tape.inputs == 3 + 1


def test_labels_of_classes_are_found_where_a_loss_takes_no_others() -> None:
    """Hinge losses take −1 and 1, and cross-entropies one class of several."""
    labels = trace(nn.MLP(2, [3]), losses.hinge_loss, (), None)
    classes = trace(nn.MLP(2, [3]), losses.cross_entropy, (), None)
    assert (labels.example[2:], classes.example[2:]) == ([1.0, 1.0, 1.0], [1.0, 0.0, 0.0])


def test_tapes_that_differ_in_their_outputs_alone_are_told_apart() -> None:
    x, w = Value(1.0), Value(2.0)
    one = record_tape([x * w, x + w], [x], [w])
    other = record_tape([x * w, x + w], [x], [w])
    assert first_difference(one, other) == ""
    other.outputs = other.outputs[::-1]
    assert first_difference(one, other) == (
        "the outputs are nodes [2, 3] in one and [3, 2] in the other"
    )
    longer = record_tape([x * w, x + w, x - w], [x], [w])
    assert first_difference(one, longer) == "node 4 is missing in one and sub 0 1 in the other"


def test_how_many_inputs_a_network_takes_is_known_from_its_first_layer() -> None:
    models = [
        nn.Sequential(nn.Layer(2, 3, rng=0), nn.LayerNorm(3)),
        nn.Sequential(nn.RMSNorm(2), nn.MLP(2, [3, 1], rng=0)),
        nn.LayerNorm(2),
        nn.Sequential(nn.Sequential(nn.Layer(2, 3, rng=0))),
    ]
    x = [0.5, -1.0]
    for model in models:
        outputs = model(x)
        wanted = [y.data for y in (outputs if isinstance(outputs, list) else [outputs])]
        assert np.allclose(compile(model)([x]).ravel(), wanted, rtol=1e-14, atol=1e-14)
