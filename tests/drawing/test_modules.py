"""Modules, as the labels of parameters tell them: their values, what lies between, two models."""

from folds import batch_loss, folded, names
from outputs import single

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.drawing.blocks import Graph
from microgradnn.drawing.modules import Modules


def test_neurons_layers_and_the_model_are_read_from_labels() -> None:
    model = nn.MLP(2, [2, 1], rng=0)
    loss = (single(model([Value(1.0, label="x1"), 2.0])) - 1) ** 2
    neurons = ["layers.0.neurons.0", "layers.0.neurons.1", "layers.1.neurons.0"]
    assert names(loss, "neuron") == ["", *neurons, "", ""]
    assert names(loss, "layer") == ["", "layers.0", "layers.1", "", ""]
    assert names(loss, "model") == ["", "model", "", ""]


def test_the_samples_of_a_batch_share_blocks() -> None:
    model = nn.MLP(2, [2, 1], rng=0)
    blocks = folded(batch_loss(model, 5), "neuron").blocks
    assert [len(block.outputs) for block in blocks if block.name] == [5, 5, 5]


def test_two_models_are_two_blocks() -> None:
    a, b = nn.MLP(2, [3, 1], rng=1), nn.MLP(2, [3, 1], rng=2)
    assert names(single(a([1.0, 2.0])) - single(b([1.0, 2.0])), "model") == ["model", "model", ""]


def test_neurons_written_out_in_single_operations_are_blocks() -> None:
    class Hand(nn.Module):
        def __init__(self) -> None:
            self.weights = [Value(0.5), Value(-0.5), Value(1.0)]
            self.offset = Value(0.1)
            self.label_parameters()

        def __call__(self, xs: list[Value]) -> Value:
            total = self.offset
            for w, x in zip(self.weights, xs, strict=True):
                total = total + w * x
            return total.tanh()

    class Net(nn.Module):
        def __init__(self) -> None:
            self.first = [Hand(), Hand(), Hand()]
            self.second = Hand()
            self.label_parameters()

        def __call__(self, xs: list[Value]) -> Value:
            return self.second([unit(xs) for unit in self.first])

    xs = [Value(1.0), Value(2.0), Value(3.0)]
    net = Net()
    found = [name for name in names(net(xs) * 2, "neuron") if name]
    assert sorted(found) == ["first.0", "first.1", "first.2", "second"]
    assert sorted(names(net(xs) * 2, "model")) == ["", "", "", "", "model"]


def test_what_lies_between_values_of_a_module_belongs_to_it() -> None:
    model = nn.MLP(2, [2, 2], output_activation="tanh", rng=0)
    hidden = model.layers[0]([Value(1.0), Value(2.0)])
    weights = mg.softmax(hidden)
    loss = mg.sum(model.layers[1](weights))
    assert names(loss, "model") == ["", "", "model", ""]
    assert names(loss, "layer") == ["", "", "layers.0", "", "", "layers.1", ""]


def test_shared_weights_in_a_chain_split_their_block() -> None:
    net = nn.MLP(1, [1, 1], rng=0)
    state: list[Value] = [Value(0.5)]
    for _ in range(3):
        state = net.layers[1](net.layers[0](state))
    blocks = [block for block in folded(state[0], "layer").blocks if block.name]
    passes = [block for block in blocks if len(block.outputs) == 1]
    assert [block.name for block in passes] == ["layers.0", "layers.1"] * 3
    shared = [block for block in blocks if len(block.outputs) == 2]
    assert [len(block.values) for block in shared] == [2, 2]  # a weight and a bias


def test_a_recurrent_network_folds_by_time() -> None:
    cell = nn.Layer(3, 2, activation="tanh", rng=0)
    state: list[Value] = [Value(0.0), Value(0.0)]
    for x in (1.0, -1.0, 0.5, 0.25):
        state = cell([*state, x])
    assert names(mg.sum(state), "model").count("model") == 1
    graph = folded(mg.sum(state), "neuron")
    steps = [block for block in graph.blocks if block.name and len(block.outputs) == 1]
    assert len(steps) == 2 * 4


def test_numbered_inputs_are_no_parameters() -> None:
    x = [Value(1.0, "x.0"), Value(2.0, "x.1")]
    hidden = nn.Layer(2, 2, rng=0)(x)
    assert names(mg.sum(hidden), "model") == ["", "", "model", ""]


def test_levels_lead_from_the_modules_that_hold_parameters_to_the_model() -> None:
    w, v, x = Value(1.0, "net.layers.0.units.2.w.5"), Value(2.0, "net.b"), Value(3.0, "x.1")
    modules = Modules(Graph([w, v, x]))
    unit, net = ("net.layers.0.units.2", 1), ("net", 1)
    assert modules.of_parameter == [unit, net, None]
    assert [level[unit] for level in modules.levels] == [
        ("net.layers.0.units.2", 1),
        ("net.layers.0", 1),
        ("net", 1),
        ("model", 1),
    ]
    assert [level[net] for level in modules.levels] == [net] + [("model", 1)] * 3


def test_the_second_value_of_a_label_belongs_to_the_second_model() -> None:
    values = [Value(1.0, "a.w"), Value(1.0, "a.b"), Value(1.0, "a.w"), Value(1.0, "a.b")]
    modules = Modules(Graph(values))
    assert modules.of_parameter == [("a", 1), ("a", 1), ("a", 2), ("a", 2)]


def test_an_operation_with_parameters_of_two_modules_belongs_to_neither() -> None:
    a, b = Value(2.0, "a.w"), Value(3.0, "b.w")
    both, own = a * b, a * 4.0
    values = [a, b, both, own, both + own]
    modules = Modules(Graph(values))
    assert modules.keys(modules.levels[0]) == [("a", 1), ("b", 1), None, ("a", 1), None]


def test_sums_and_one_activation_belong_to_the_module() -> None:
    w, x = Value(2.0, "a.w"), Value(3.0, "x")
    product = w * x
    total = product + 1.0
    activation = mg.tanh(total)
    second, negative, shifted = mg.tanh(activation), -total, activation + 1.0
    root = mg.sum([second, negative, shifted])
    values = [w, x, product, total, activation, second, negative, shifted, root]
    modules = Modules(Graph(values))
    a = ("a", 1)
    assert modules.keys(modules.levels[0]) == [a, None, a, a, a, None, None, None, None]
