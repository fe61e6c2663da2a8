"""Graphs that tests of folding share, and short ways to fold them."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import ExitStack

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.drawing.diagram import values_below
from microgradnn.drawing.fold import Folded, FoldName, Rule, fold


def folded(root: Value, how: FoldName | Rule) -> Folded:
    return fold(values_below(root), how)


def names(root: Value, how: FoldName | Rule) -> list[str]:
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


def graph_in_blocks(rng: random.Random) -> Value:
    """A random graph whose values are recorded in blocks, some of them in each other."""
    nodes = [Value(rng.uniform(-2, 2), rng.choice(["", "a.w", "b.w.1"])) for _ in range(4)]
    for _ in range(rng.randint(5, 40)):
        with ExitStack() as stack:
            for name in rng.choices(["one", "two"], k=rng.randint(0, 3)):
                stack.enter_context(mg.block(name))
            nodes.append(mg.tanh(rng.choice(nodes) * rng.choice(nodes[-6:])))
    root: Value = mg.sum(nodes)
    return root


def recurrence(rng: random.Random) -> Value:
    """A random cell of several states, repeated; its weights are shared, some steps are read."""
    states = [Value(rng.uniform(-1, 1)) for _ in range(rng.randint(1, 3))]
    weights = [Value(rng.uniform(-1, 1), f"w{k}") for k in range(3)]
    kinds: list[Callable[[Value, Value], Value]] = [
        lambda a, b: a + b,
        lambda a, b: a * b,
        lambda a, b: mg.tanh(a),
        lambda a, b: a - b,
    ]
    plan = [(rng.choice(kinds), rng.random(), rng.random()) for _ in range(rng.randint(2, 6))]
    read = []
    for _ in range(rng.randint(4, 9)):
        values = [*states, *weights]
        for kind, one, other in plan:
            a, b = values[int(one * len(values))], values[int(other * len(values))]
            values.append(kind(a, b))
        states = [mg.sin(x) for x in values[-len(states) :]]
        if rng.random() < 0.5:
            read.append(states[0] * 0.5)
    root: Value = mg.sum([*states, *read])
    return root


def links_between(values: list[Value], home: list[int]) -> dict[int, set[int]]:
    """For each block those that it uses, when value k is in block `home[k]`."""
    number_of = {value: k for k, value in enumerate(values)}
    before: dict[int, set[int]] = {block: set() for block in home}
    for k, value in enumerate(values):
        for x in value.operands:
            if isinstance(x, Value) and home[number_of[x]] != home[k]:
                before[home[k]].add(home[number_of[x]])
    return before
