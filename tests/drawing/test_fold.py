"""Folding: what belongs together, that no cycle arises, and that the chain rule still holds."""

import random
from collections.abc import Callable
from graphlib import TopologicalSorter
from itertools import pairwise
from xml.etree import ElementTree

import pytest

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.drawing import draw
from microgradnn.drawing.diagram import Diagram, describe_folded, values_below
from microgradnn.drawing.fold import MOST_ARROWS, MOST_BOXES, Folded, Rule, fold
from microgradnn.drawing.nest import nests

SVG = "{http://www.w3.org/2000/svg}"


def folded(root: Value, how: str | Rule) -> Folded:
    return fold(values_below(root), how)


def diagram(root: Value, how: str | Rule) -> Diagram:
    return describe_folded(folded(root, how))


def names(root: Value, how: str | Rule) -> list[str]:
    return [block.name for block in folded(root, how).blocks]


def batch_loss(model: nn.MLP, rows: int, rng: random.Random | None = None) -> Value:
    rng = rng or random.Random(0)
    fan_in = len(model.layers[0].neurons[0].w)
    inputs = [[rng.gauss(0, 1) for _ in range(fan_in)] for _ in range(rows)]
    outputs = len(model.layers[-1].neurons)
    target = [0.5] * outputs if outputs > 1 else 0.5
    with mg.large_graph():
        loss: Value = mg.losses.mse_loss([model(row) for row in inputs], [target] * rows)
    return loss


# ---- The chain rule --------------------------------------------------------------------------


def random_graph(rng: random.Random) -> Value:
    """Operations on earlier values, some of which are used often; the root adds up what is left."""
    nodes = [Value(rng.uniform(-2, 2)) for _ in range(rng.randint(1, 4))]
    operations: list[Callable[[], Value]] = [
        lambda: rng.choice(nodes) + rng.choice(nodes),
        lambda: rng.choice(nodes) - rng.choice(nodes[-3:]),
        lambda: rng.choice(nodes[-4:]) * rng.choice(nodes),
        lambda: mg.tanh(rng.choice(nodes)),
        lambda: mg.sin(rng.choice(nodes[-2:])),
        lambda: mg.dot(rng.choices(nodes, k=3), rng.choices(nodes, k=3), 1.0),
    ]
    for _ in range(rng.randint(1, 40)):
        nodes.append(mg.tanh(rng.choice(operations)()))
    root: Value = mg.sum(nodes)
    return root


def gradients_over_blocks(graph: Folded) -> dict[Value, tuple[float, float]]:
    """The gradients that the chain rule gives to the outputs, and its sum of absolute products."""
    arriving: dict[Value, list[tuple[Value, float]]] = {}
    for (operand, output), derivative in graph.derivatives.items():
        arriving.setdefault(output, []).append((operand, derivative))
    root = graph.blocks[-1].outputs[-1]
    received = {root: (1.0, 1.0)}
    for output in reversed(mg.topological_order(root)):
        upstream, size = received.get(output, (0.0, 0.0))
        for operand, derivative in arriving.get(output, []):
            before = received.get(operand, (0.0, 0.0))
            products = (upstream * derivative, size * abs(derivative))
            received[operand] = (before[0] + products[0], before[1] + products[1])
    return received


def absolute_sums(root: Value) -> dict[Value, float]:
    """For each value the sum, over its paths to the root, of absolute products."""
    sums = {root: 1.0}
    for value in reversed(mg.topological_order(root)):
        for operand, local in zip(value.operands, value.local_grads, strict=True):
            if local is not None:
                sums[operand] = sums.get(operand, 0.0) + abs(local) * sums[value]
    return sums


@pytest.mark.parametrize("seed", range(10))
def test_the_chain_rule_over_blocks_gives_the_engine_s_gradients(seed: int) -> None:
    for k in range(100):
        rng = random.Random(100 * seed + k)
        root = random_graph(rng)
        colours = [None, *"abcdef"[: rng.randint(1, 6)]]
        block_of = {value: rng.choice(colours) for value in mg.topological_order(root)}
        graph = folded(root, block_of.get)
        root.backward()
        scale = absolute_sums(root)
        received = gradients_over_blocks(graph)
        outputs = [value for block in graph.blocks for value in block.outputs]
        assert set(received) == set(outputs)
        for value in outputs:
            assert abs(received[value][0] - value.grad) <= 1e-12 * scale[value]


@pytest.mark.parametrize("how", ["neuron", "layer", "model", "auto"])
def test_the_chain_rule_holds_for_a_network_at_every_zoom(how: str) -> None:
    model = nn.MLP(3, [4, 4, 2], activation="tanh")
    x = [Value(0.5), Value(-1.0), Value(2.0)]
    loss = mg.losses.mse_loss([model(x), model([x[1], x[2], x[0]])], [[1.0, 0.0], [0.0, 1.0]])
    loss.backward()
    received = gradients_over_blocks(folded(loss, how))
    assert all(received[value][0] == pytest.approx(value.grad, rel=1e-12) for value in x)


def test_blocks_are_in_topological_order_and_hold_every_value_once() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        root = random_graph(rng)
        values = mg.topological_order(root)
        block_of = {value: rng.choice([None, "a", "b"]) for value in values}
        graph = fold(values, block_of.get)
        held = [value for block in graph.blocks for value in block.values]
        assert sorted(map(id, held)) == sorted(map(id, values))
        assert root in graph.blocks[-1].outputs
        assert all(tail < head for tail, head in graph.arrows())


# ---- What belongs together -------------------------------------------------------------------


def test_neurons_layers_and_the_model_are_read_from_labels() -> None:
    model = nn.MLP(2, [2, 1])
    loss = (model([Value(1.0, label="x1"), 2.0]) - 1) ** 2
    neurons = ["layers.0.neurons.0", "layers.0.neurons.1", "layers.1.neurons.0"]
    assert names(loss, "neuron") == ["", *neurons, "", ""]
    assert names(loss, "layer") == ["", "layers.0", "layers.1", "", ""]
    assert names(loss, "model") == ["", "model", "", ""]


def test_a_box_says_what_is_inside() -> None:
    model = nn.MLP(2, [3, 1], activation="tanh")
    loss = model([1.0, 2.0])
    loss.backward()
    first, last = diagram(loss, "layer").boxes
    assert (first.heading, first.numbers) == ("layers.0", "3 dot, 3 tanh · 9 parameters")
    assert (last.heading, last.numbers) == ("layers.1", "dot · 4 parameters")
    assert (last.data, last.grad) == (f"{loss.data:.4g}".replace("-", "−"), "1")
    assert "…" in first.data
    assert "…" in first.grad


def test_arrows_carry_the_block_s_derivatives() -> None:
    neuron = nn.MLP(1, [1, 1], activation="tanh")
    x = Value(0.5, label="x")
    y = neuron([x])
    y.backward()
    (arrow,) = diagram(y, "model").arrows
    assert arrow.derivative == pytest.approx(x.grad, rel=1e-12)
    wide = nn.MLP(1, [3, 1], activation="tanh")
    to_layer, to_output = diagram(wide([Value(0.5)]), "layer").arrows
    assert to_layer.text.count(", ") == 2  # one derivative for each of three outputs
    assert to_output.text.count(", ") == 2
    many = nn.MLP(1, [4, 2], activation="tanh")
    to_layer, to_outputs = diagram(mg.sum(many([Value(0.5)])), "layer").arrows[:2]
    assert (to_layer.text, to_outputs.text) == ("∂ 4×1", "∂ 2×4")
    assert len(to_outputs.details.splitlines()) == 3


def test_the_samples_of_a_batch_share_blocks() -> None:
    model = nn.MLP(2, [2, 1])
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
    model = nn.MLP(2, [2, 2], output_activation="tanh")
    hidden = model.layers[0]([Value(1.0), Value(2.0)])
    weights = mg.softmax(hidden)
    loss = mg.sum(model.layers[1](weights))
    assert names(loss, "model") == ["", "", "model", ""]
    assert names(loss, "layer") == ["", "", "layers.0", "", "", "layers.1", ""]


def test_shared_weights_in_a_chain_split_their_block() -> None:
    net = nn.MLP(1, [1, 1])
    state: list[Value] = [Value(0.5)]
    for _ in range(3):
        state = net.layers[1](net.layers[0](state))
    blocks = [block for block in folded(state[0], "layer").blocks if block.name]
    passes = [block for block in blocks if len(block.outputs) == 1]
    assert [block.name for block in passes] == ["layers.0", "layers.1"] * 3
    shared = [block for block in blocks if len(block.outputs) == 2]
    assert [len(block.values) for block in shared] == [2, 2]  # a weight and a bias


def test_a_recurrent_network_folds_by_time() -> None:
    cell = nn.Layer(3, 2, activation="tanh")
    state: list[Value] = [Value(0.0), Value(0.0)]
    for x in (1.0, -1.0, 0.5, 0.25):
        state = cell([*state, x])
    assert names(mg.sum(state), "model").count("model") == 1
    graph = folded(mg.sum(state), "neuron")
    steps = [block for block in graph.blocks if block.name and len(block.outputs) == 1]
    assert len(steps) == 2 * 4


def test_a_function_names_the_blocks() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    root = (a * b + a).tanh()
    graph = folded(root, lambda value: "rest" if value.op else None)
    assert [block.name for block in graph.blocks] == ["", "", "rest"]
    assert graph.derivatives[a, root] == pytest.approx((1 - root.data**2) * 4)


def test_blocks_lie_within_blocks_and_never_make_a_cycle() -> None:
    cell = nn.Layer(3, 2, activation="tanh")
    state: list[Value] = [Value(0.0), Value(0.0)]
    for x in (1.0, -1.0, 0.5):
        state = cell([*state, x])
    recurrent: Value = mg.sum(state)
    for root in (recurrent, batch_loss(nn.MLP(2, [3, 3, 1]), 3), batch_loss(nn.MLP(30, [2, 1]), 2)):
        values = values_below(root)
        for blocks in nests(values):
            edges = [
                (values.index(x), k)
                for k, value in enumerate(values)
                for x in value.operands
                if isinstance(x, Value)
            ]
            for unfolded in [*blocks.levels, frozenset(range(len(blocks.names)))]:
                box = blocks.boxes(unfolded)
                links = {(box[a], box[b]) for a, b in edges if box[a] != box[b]}
                before = {b: {a for a, head in links if head == b} for b in box}
                assert len(list(TopologicalSorter(before).static_order())) == len(set(box))
            assert all(parent < block for block, parent in enumerate(blocks.parents))
            assert box == list(range(len(values)))  # all unfolded


def test_a_block_is_folded_with_all_that_lies_in_it() -> None:
    blocks = next(nests(values_below(nn.MLP(2, [2, 1])([1.0, 2.0]))))
    model, first, neuron = (
        blocks.names.index(x) for x in ("model", "layers.0", "layers.0.neurons.1")
    )
    everything = frozenset(range(len(blocks.names)))
    assert list(blocks.around(neuron)) == [neuron, first, model]
    assert not blocks.toggled(everything, first) & {first, neuron}
    assert blocks.toggled(everything, model) == frozenset()
    assert blocks.toggled(frozenset({model}), neuron) == {model, neuron}


def test_numbered_inputs_are_no_parameters() -> None:
    x = [Value(1.0, "x.0"), Value(2.0, "x.1")]
    hidden = nn.Layer(2, 2)(x)
    assert names(mg.sum(hidden), "model") == ["", "", "model", ""]


# ---- Graphs of any size draw -----------------------------------------------------------------


def boxes(root: Value, how: str | Rule = "auto") -> int:
    picture = ElementTree.fromstring(draw(root, how).svg)
    return sum(group.get("id", "").startswith("n") for group in picture.iter(f"{SVG}g"))


def test_sixty_values_stay_single() -> None:
    value = Value(0.5)
    for _ in range(59):
        value = value.tanh()
    assert boxes(value) == 60
    assert boxes(value.tanh()) == 2  # a leaf, and a row of 60 values


@pytest.mark.parametrize(
    ("sizes", "rows"), [([2, 3, 1], 20), ([2, 16, 16, 1], 10), ([64, 32, 10], 4), ([2, 70, 1], 1)]
)
def test_real_losses_fold_to_what_can_be_read(sizes: list[int], rows: int) -> None:
    graph = folded(batch_loss(nn.MLP(sizes[0], sizes[1:]), rows), "auto")
    assert len(graph.blocks) <= MOST_BOXES
    assert len(graph.arrows()) <= MOST_ARROWS


def test_the_finest_fold_that_fits_is_taken() -> None:
    assert "layers.0.neurons.0" in names(batch_loss(nn.MLP(2, [3, 1]), 20), "auto")
    assert "layers.0" in names(batch_loss(nn.MLP(2, [16, 16, 1]), 10), "auto")


def test_losses_of_a_batch_become_rows() -> None:
    headings = {
        box.heading: box.numbers for box in diagram(batch_loss(nn.MLP(2, [3, 1]), 90), "auto").boxes
    }
    assert headings["□ − 0.5"] == headings["□ × □"] == "90 values"


def test_a_graph_without_names_is_cut_into_parts() -> None:
    value = Value(0.5)
    for _ in range(200):
        value = mg.tanh(value) * 0.9
    found = names(value, "auto")
    assert found[0] == "part 1 of 20"
    assert found[-1] == "part 20 of 20"
    assert len(found) <= MOST_BOXES
    received = gradients_over_blocks(folded(value, "auto"))
    value.backward()
    assert all(received[x][0] == pytest.approx(x.grad, rel=1e-12) for x in received)


def test_a_hundred_thousand_values_fold_to_a_few_boxes() -> None:
    loss = batch_loss(nn.MLP(2, [16, 16, 1]), 1490)
    assert len(mg.topological_order(loss)) > 100_000
    assert 1 < len(names(loss, "auto")) <= 60


def test_a_fold_that_leaves_too_much_is_refused() -> None:
    value = Value(0.5)
    for _ in range(1000):
        value = value.tanh()
    with pytest.raises(ValueError, match=r"1,001 boxes, more than 1,000; fold='auto'"):
        draw(value, "none")
    with pytest.raises(ValueError, match="fold must be 'auto', 'none', 'neuron'"):
        draw(value, "neurons")


def test_the_order_of_blocks_does_not_depend_on_the_hash_seed() -> None:
    first, second = (names(batch_loss(nn.MLP(3, [4, 2]), 8), "neuron") for _ in range(2))
    assert first == second
    assert all(a <= b for a, b in pairwise(name for name in first if "layers.1" in name))
