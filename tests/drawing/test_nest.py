"""Blocks within blocks: what lies in what, what a picture shows, and that no cycle arises."""

import random
from graphlib import TopologicalSorter

from folds import batch_loss, graph_in_blocks, links_between, random_graph, recurrence

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.drawing.diagram import values_below
from microgradnn.drawing.nest import MOST_INSIDE, Nest, nests


def test_blocks_lie_within_blocks_and_never_make_a_cycle() -> None:
    cell = nn.Layer(3, 2, activation="tanh", rng=0)
    state: list[Value] = [Value(0.0), Value(0.0)]
    for x in (1.0, -1.0, 0.5):
        state = cell([*state, x])
    recurrent: Value = mg.sum(state)
    for root in (
        recurrent,
        batch_loss(nn.MLP(2, [3, 3, 1], rng=0), 3),
        batch_loss(nn.MLP(30, [2, 1], rng=0), 2),
    ):
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
    blocks = next(nests(values_below(nn.MLP(2, [2, 1], rng=0)([1.0, 2.0]))))
    model, first, neuron = (
        blocks.names.index(x) for x in ("model", "layers.0", "layers.0.neurons.1")
    )
    everything = frozenset(range(len(blocks.names)))
    assert list(blocks.around(neuron)) == [neuron, first, model]
    assert not blocks.toggled(everything, first) & {first, neuron}
    assert blocks.toggled(everything, model) == frozenset()
    assert blocks.toggled(frozenset({model}), neuron) == {model, neuron}


# Two values in block 1, which lies in block 0 with two more; and one that lies in none.
SMALL = Nest(["outer", "inner"], [-1, 0], [0, 1, 1, 0, -1], [frozenset(), frozenset({0})])


def test_a_value_is_in_the_outermost_block_that_is_folded() -> None:
    assert SMALL.boxes(frozenset()) == [-1, -1, -1, -1, 4]
    assert SMALL.boxes({1}) == [-1, 1, 2, -1, 4]  # unfolded inside a folded one
    assert SMALL.boxes({0}) == [0, -2, -2, 3, 4]
    assert SMALL.boxes({0, 1}) == [0, 1, 2, 3, 4]


def test_a_network_is_nested_as_its_modules_are() -> None:
    model = nn.MLP(1, [2, 1], activation="tanh", rng=0)
    values = values_below(model([Value(0.5, "x")]) * 2)
    blocks = next(nests(values))
    assert dict(zip(blocks.names, blocks.parents, strict=True)) == {
        "model": -1,
        "layers.0": 0,
        # The output layer has a single neuron, which is all of it, and no block of its own.
        "layers.1": 0,
        "layers.0.neurons.0": blocks.names.index("layers.0"),
        "layers.0.neurons.1": blocks.names.index("layers.0"),
    }
    model_, first = blocks.names.index("model"), blocks.names.index("layers.0")
    assert blocks.levels == [frozenset(), {model_}, {model_, first}]
    home_of = {value.label: blocks.home[k] for k, value in enumerate(values) if value.label}
    assert home_of["x"] == -1
    assert blocks.names[home_of["layers.0.neurons.1.w.0"]] == "layers.0.neurons.1"
    assert blocks.names[home_of["layers.1.neurons.0.b"]] == "layers.1"


def test_large_neurons_have_ranks_inside() -> None:
    def neuron(count: int) -> Nest:
        """count products, their count − 1 sums, one leaf each."""
        terms = [Value(1.0, f"unit.w.{k}") * 2.0 for k in range(count)]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return next(nests(values_below(total)))

    largest = (MOST_INSIDE + 1) // 3  # of 3 · count − 1 values
    assert neuron(largest).names == ["model"]
    large = neuron(largest + 1)
    assert large.names == ["model", "", "", ""]
    assert large.parents == [-1, 0, 0, 0]
    assert large.home.count(0) == 0  # all are leaves, products or sums
    assert sorted(large.home.count(rank) for rank in (1, 2, 3)) == [largest, *[largest + 1] * 2]
    assert large.levels == [frozenset()] * 2  # of unit and model; ranks are unfolded one by one


def test_any_blocks_may_be_unfolded_from_outside_to_inside_without_a_cycle() -> None:
    for seed in range(60):
        rng = random.Random(seed)
        values = values_below([random_graph, graph_in_blocks, recurrence][seed % 3](rng))
        for value in values:
            if not value.op and seed % 3 == 0:
                value.label = f"{rng.choice('ab')}.{rng.choice('cd')}.{rng.choice('ef')}.w"
        for blocks in nests(values):
            every = range(len(blocks.names))
            for _ in range(5):
                chosen = {block for block in every if rng.random() < 0.6}
                unfolded = {b for b in every if chosen.issuperset(blocks.around(b))}
                before = links_between(values, blocks.boxes(unfolded))
                assert len(list(TopologicalSorter(before).static_order())) == len(before)
