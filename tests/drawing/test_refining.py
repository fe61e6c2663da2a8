"""Folds from coarse to fine: blocks by hand around cells, cells around modules."""

import random
from collections.abc import Sequence
from typing import Any

from folds import batch_loss, graph_in_blocks, recurrence

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.drawing.blocks import Graph, Keys, partition
from microgradnn.drawing.diagram import values_below
from microgradnn.drawing.modules import Modules
from microgradnn.drawing.nest import nests
from microgradnn.drawing.refining import MOST_CELLS, folds


def _folds(values: Sequence[Value]) -> list[Keys]:
    return [keys() for keys in folds(Graph(values))]


def names_at(values: list[Value], value: Value) -> list[str]:
    """The block of a value in each fold, from coarse to fine; "" where it is alone."""
    place = values.index(value)
    return [keys[place][0] if keys[place] else "" for keys in _folds(values)]  # type: ignore[index]


def test_without_other_blocks_there_are_the_modules_as_before() -> None:
    graph = Graph(values_below(batch_loss(nn.MLP(2, [3, 1], rng=0), 5)))
    modules = Modules(graph)
    found = _folds(graph.values)
    assert len(found) == len(modules.levels) == 3
    for keys, level in zip(found, reversed(modules.levels), strict=True):
        wanted = [key and key[0] for key in modules.keys(level)]
        assert [key and key[0] for key in keys] == wanted


def test_blocks_by_hand_lie_around_cells_and_these_around_modules() -> None:
    cell = nn.Layer(3, 2, activation="tanh", rng=0)
    state: list[Any] = [Value(0.0, "h0"), Value(0.0, "h0")]
    with mg.block("encoder"):
        for x in (1.0, -1.0, 0.5):
            state = cell([*state, x])
        with mg.block("end"):
            total = mg.sum(state) * 2.0
    root = mg.exp(total)
    values = values_below(root)
    assert names_at(values, state[0]) == [
        *("encoder", "encoder / step 3", "encoder / step 3", "encoder / step 3 / model"),
        "encoder / step 3 / neurons.0",
    ]
    assert names_at(values, total) == ["encoder", "encoder / end", "", "", ""]
    assert names_at(values, root) == [""] * 5
    weights = names_at(values, cell.neurons[0].w[0])
    assert weights == ["model", "model", "model", "model", "neurons.0"]


def test_many_cells_are_put_in_groups_first() -> None:
    w, h = Value(0.5, "w"), Value(0.1, "h0")
    for k in range(MOST_CELLS + 4):
        h = mg.tanh(w * h)
        h.label = f"h{k + 1}"
    values = values_below(h)
    assert names_at(values, h) == ["h19 … h20", "h20", ""]
    blocks = next(nests(values))
    assert blocks.names[:2] == ["h1 … h2", "h3 … h4"]
    assert blocks.names[-2:] == ["h19", "h20"]


def test_layers_of_a_network_are_no_cells() -> None:
    values = values_below(nn.MLP(2, [2, 2, 2, 2, 1], activation="tanh", rng=0)([1.0, 2.0]))
    names = {key[0] for keys in _folds(values) for key in keys if key}
    assert not any(name.startswith("step") for name in names)


def test_each_fold_cuts_the_blocks_of_the_one_before() -> None:
    """Two values that a finer fold has in one block were in one before, too, or in none."""
    for seed in range(40):
        rng = random.Random(seed)
        values = values_below([graph_in_blocks, recurrence][seed % 2](rng))
        graph = Graph(values)
        coarse: list[Any] = [None] * len(values)
        for keys in _folds(values):
            around: dict[Any, Any] = {}
            for key, outer in zip(keys, coarse, strict=True):
                if key is not None:
                    assert around.setdefault(key, outer) == outer
            coarse = keys
            assert len(partition(graph, keys).home) == len(values)
