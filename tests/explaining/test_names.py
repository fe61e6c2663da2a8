"""Names: what each value of a graph is called, and that no two are called the same."""

from collections.abc import Sequence
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outputs import several, single

import microgradnn as mg
from microgradnn import Value, losses, nn, topological_order
from microgradnn.explaining.names import names_of


def names(root: Value) -> list[str]:
    return list(names_of(topological_order(root)).values())


def test_parameters_are_symbols_and_neurons_bear_their_numbers() -> None:
    model = nn.MLP(2, [2, 1], rng=0)
    loss = (single(model([1.0, 2.0])) - 3) ** 2
    called = names_of(topological_order(loss))
    hidden, output = model.layers[0].neurons[1], model.layers[1].neurons[0]
    assert hidden.b is not None
    assert output.b is not None
    assert [called[w] for w in [*hidden.w, hidden.b]] == ["w₂₁⁽¹⁾", "w₂₂⁽¹⁾", "b₂⁽¹⁾"]
    assert [called[w] for w in [*output.w, output.b]] == ["w₁₁⁽²⁾", "w₁₂⁽²⁾", "b₁⁽²⁾"]
    computed = [name for value, name in called.items() if value.op]
    before = ["z₁⁽¹⁾", "ReLU(z₁⁽¹⁾)", "z₂⁽¹⁾", "ReLU(z₂⁽¹⁾)"]
    assert computed == [*before, "z₁⁽²⁾", "(z₁⁽²⁾ − 3)", "loss"]
    assert hidden.w[1].label == "layers.0.neurons.1.w.1"


def test_a_neuron_by_itself_has_symbols_too() -> None:
    assert names(nn.Neuron(2, activation="tanh", rng=0)([1.0, 2.0]))[:3] == ["w₁", "w₂", "b"]
    assert names(nn.Neuron(2, activation="tanh", rng=0)([1.0, 2.0]))[-2:] == ["z", "tanh(z)"]
    # Outside a neuron nobody knows whether a user counts from 0 or from 1.
    assert names(Value(1.0, "w.1") * Value(2.0, "w.2"))[:2] == ["w.1", "w.2"]


def test_what_has_no_label_goes_by_a_short_formula_or_by_what_it_is() -> None:
    x, y = Value(0.5, "x"), Value(2.0, "y")
    assert names(x * y + 1)[2:] == ["(x × y)", "(x × y + 1)"]
    assert names((x * y + x / y).tanh().tanh())[2:] == [
        *("(x × y)", "(x ÷ y)", "sum"),
        *("tanh(sum)", "tanh₂"),
    ]
    assert names(mg.softmax([x, y])[1])[2:] == ["softmax₁"]
    assert names(mg.sigmoid(x))[1:] == ["σ(x)"]
    assert names(abs(-x))[1:] == ["(−x)", "|(−x)|"]
    assert names(Value(1.0) * Value(2.0)) == ["v1", "v2", "(v1 × v2)"]


def test_the_root_is_a_loss_where_losses_look_like_that() -> None:
    model = nn.MLP(2, [2], rng=0)
    rows = [[1.0, 2.0], [2.0, 1.0]]
    outputs = [several(model(row)) for row in rows]
    called = names(losses.cross_entropy(outputs, [0, 1]))
    assert [x for x in called if x[0] in "ls"] == ["loss₁", "loss₂", "sum", "loss"]
    assert names(losses.mse_loss(outputs, [[0.0, 1.0], [1.0, 0.0]]))[-1] == "loss"
    assert names(losses.l1_loss(outputs[0], [0.0, 1.0]))[-1] == "loss"
    assert names(outputs[0][0] - outputs[0][1])[-1] == "(z₁⁽¹⁾ − z₂⁽¹⁾)"
    x, y = Value(1.0, "x"), Value(2.0, "y")
    assert names(x**2 + y**2)[-1] == "sum"  # a square alone makes no loss
    assert names(x * x + y * y)[-1] == "sum"


def test_the_users_labels_are_kept_and_told_apart() -> None:
    h = [Value(float(k), label) for k, label in enumerate(["h", "h", "sum", "h#2"])]
    assert names(mg.sum([*h, h[0] * 2])) == ["h", "h#2", "sum", "h#2#2", "(h × 2)", "sum#2"]
    assert [value.label for value in h] == ["h", "h", "sum", "h#2"]


def test_a_label_of_blanks_is_none() -> None:
    assert names(Value(1.0, "  ") * 2) == ["v1", "(v1 × 2)"]


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_two_values_have_the_same_name(data: st.DataObject) -> None:
    labels = st.sampled_from(["", "", "", "a", "sum", "sum₂", "z₁", "v2", "h#2", "neurons.0.w.0"])
    values = [Value(0.5, data.draw(labels)) for _ in range(data.draw(st.integers(1, 5)))]
    for _ in range(data.draw(st.integers(0, 12))):
        chosen = [data.draw(st.sampled_from(values)) for _ in range(3)]
        sums = [mg.sum(chosen), mg.dot(chosen, chosen)]
        made = data.draw(st.sampled_from([*sums, chosen[0] * chosen[1], chosen[2].tanh()]))
        made.label = data.draw(labels)
        values.append(made)
    called = names_of(topological_order(mg.sum(values)))
    assert len(set(called.values())) == len(called)
    assert all(called.values())


@pytest.mark.parametrize("size", [3, 300])
def test_values_of_many_samples_are_told_apart(size: int) -> None:
    model = nn.MLP(1, [1], rng=0)
    outputs = [single(model([float(k)])) for k in range(size)]
    order: Sequence[Value] = topological_order(mg.sum(outputs))
    sums = [name for value, name in names_of(order).items() if value.op]
    numbers = count(2)
    assert sums[:-1] == ["z₁⁽¹⁾", *(f"z₁⁽¹⁾#{next(numbers)}" for _ in range(size - 1))]
