"""What belongs together: modules, ranks and parts; blocks on cycles are split, leaves settle."""

import random
from graphlib import TopologicalSorter
from typing import Any

from folds import batch_loss, folded, links_between, names, random_graph

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.drawing.blocks import (
    Graph,
    Modules,
    _on_cycles,
    by_distance,
    by_operation,
    numbered,
    partition,
    stages,
)
from microgradnn.drawing.diagram import values_below

# ---- By module ---------------------------------------------------------------------------------


def test_neurons_layers_and_the_model_are_read_from_labels() -> None:
    model = nn.MLP(2, [2, 1], rng=0)
    loss = (model([Value(1.0, label="x1"), 2.0]) - 1) ** 2
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
    assert names(a([1.0, 2.0]) - b([1.0, 2.0]), "model") == ["model", "model", ""]


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


# ---- Ranks and parts ---------------------------------------------------------------------------


def test_stages_count_how_often_the_operation_changes() -> None:
    x = Value(1.0)
    a, b = mg.tanh(x), mg.sin(x)
    c = mg.tanh(a)  # tanh after tanh is no change, so the stage stays
    d = mg.tanh(b)  # after sin it is one
    e = mg.sin(c)
    f = mg.dot([d, e], [c, x])  # the longest way has sin, tanh, dot or tanh, sin, dot
    graph = Graph(values_below(f))
    found = stages(graph, [value.op for value in graph.values])
    stage_of = dict(zip(graph.values, found, strict=True))
    assert [stage_of[value] for value in (x, a, b, c, d, e, f)] == [0, 0, 0, 0, 1, 1, 2]


def test_stages_among_some_kinds_ignore_the_other_ways() -> None:
    x = Value(1.0)
    a = mg.tanh(x)
    b = mg.sin(a)
    c = mg.tanh(b)
    graph = Graph([x, a, b, c])
    assert stages(graph, ["x", "A", "B", "A"]) == [0, 0, 1, 2]
    assert stages(graph, ["x", "A", "B", "A"], among={"A"}) == [0, 0, 1, 0]


def test_ranks_are_equal_operations_at_the_same_stage() -> None:
    x, y = Value(1.0), Value(2.0)
    a, b = mg.tanh(x), mg.tanh(y)
    c = a * b
    d = mg.tanh(c)
    graph = Graph([x, y, a, b, c, d])
    keys: Any = [None, None, None, ("kept", 0), None, None]
    tanh, mul = a.op, c.op
    assert by_operation(graph, keys) == [
        *[("", (None, 0))] * 2,
        ("", (tanh, 0)),
        ("kept", 0),
        ("", (mul, 1)),
        ("", (tanh, 2)),
    ]


def test_parts_are_cut_by_the_longest_way_to_the_root() -> None:
    x = Value(1.0)
    a = mg.tanh(x)
    b = mg.tanh(a)
    root = x + b  # x is three steps away by a and b, though it is used here as well
    found = by_distance(Graph([x, a, b, root]))
    # Distances are 3, 2, 1 and 0 of a length of 4, so these are quarters of the 20 parts.
    assert [name for name, _ in filter(None, found)] == [
        "part 5 of 20",
        "part 10 of 20",
        "part 15 of 20",
        "part 20 of 20",
    ]


# ---- From keys to blocks -----------------------------------------------------------------------


def test_what_lies_on_cycles_or_between_them_is_found() -> None:
    into, first, between, second, out = (
        {(0, 1)},
        {(1, 2), (2, 1)},
        {(2, 3), (3, 4)},
        set(),
        {(5, 6)},
    )
    second = {(4, 5), (5, 4)}
    assert _on_cycles(into | first | between | second | out) == {1, 2, 3, 4, 5}
    assert _on_cycles(into | first | {(2, 7), (8, 1)}) == {1, 2}
    assert _on_cycles(into | between | out) == set()
    assert _on_cycles(set()) == set()


def test_blocks_that_need_each_other_are_split() -> None:
    x = Value(1.0)
    a = mg.tanh(x)
    b = mg.sin(a)
    c = mg.tanh(b)
    d = mg.cos(c)
    A, B, C = ("A", 0), ("B", 0), ("C", 0)
    graph = Graph([x, a, b, c, d])
    home = partition(graph, [None, A, B, A, C]).home
    assert home == [0, 1, 2, 3, 4]  # a and c come apart, as c needs a by way of b
    home = partition(graph, [None, A, A, B, B]).home
    assert numbered(home) == [0, 1, 1, 2, 2]


def test_only_blocks_on_a_cycle_are_split() -> None:
    x = Value(1.0)
    a, p, q = mg.tanh(x), mg.exp(x), mg.exp(x)
    r = mg.sin(a)
    s = mg.tanh(r)
    values = [x, a, p, q, r, s, mg.sum([s, p, q])]
    A, P = ("A", 0), ("P", 0)
    assert numbered(partition(Graph(values), [None, A, P, P, None, A, None]).home) == [
        *(0, 1, 2, 2, 3, 4, 5)
    ]


def test_a_leaf_joins_the_block_that_alone_uses_it() -> None:
    own, shared, other = Value(1.0), Value(2.0), Value(3.0)
    a, b = own * shared, shared * other
    A, B = ("A", 0), ("B", 0)
    values = [own, shared, a, other, b, a + b]
    home, used = partition(Graph(values), [A, A, A, A, B, None])
    assert home[0] == home[2]  # used by its own block
    assert home[1] == home[3] < 0  # used by two, or by another only: these become a block
    assert used[home[2]] == {0, 1}
    assert used[home[4]] == {1, 3}


def test_blocks_of_any_keys_form_no_cycle() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        values = values_below(random_graph(rng))
        keys: Any = [rng.choice([None, ("a", 0), ("b", 0), ("c", 0)]) for _ in values]
        home = partition(Graph(values), keys).home
        order = list(TopologicalSorter(links_between(values, home)).static_order())
        assert len(order) == len(set(home))
        together: dict[int, set[Any]] = {}
        for k, block in enumerate(home):
            together.setdefault(block, set()).add(keys[k] or k)
        assert all(len(kinds) == 1 for kinds in together.values())
