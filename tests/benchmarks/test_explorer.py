"""How long page and picture of a large graph take, and how large the page is."""

import random
from typing import Any

import pytest
from timing import shortest

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.drawing.layout import Route, Size, lay_out

pytestmark = pytest.mark.bench


def in_single_operations(model: nn.MLP, x: list[Any]) -> list[Any]:
    for layer in model.layers:
        sums: list[Any] = [neuron.b for neuron in layer.neurons]
        for k, neuron in enumerate(layer.neurons):
            for w, xi in zip(neuron.w, x, strict=True):
                sums[k] = sums[k] + w * xi
        x = [mg.relu(total) for total in sums]
    return x


@pytest.mark.parametrize(
    ("sizes", "rows", "is_single"),
    [([2, 16, 16, 1], 1490, False), ([64, 32, 10], 1300, False), ([64, 32, 10], 24, True)],
)
def test_a_page_of_a_hundred_thousand_values(sizes: list[int], rows: int, is_single: bool) -> None:
    rng, model = random.Random(0), nn.MLP(sizes[0], sizes[1:], rng=0)
    X: list[list[Any]] = [[rng.gauss(0, 1) for _ in range(sizes[0])] for _ in range(rows)]
    with mg.large_graph():
        outputs: list[Any] = [
            in_single_operations(model, list(map(Value, x))) if is_single else model(x) for x in X
        ]
        target: Any = [k % sizes[-1] for k in range(rows)] if sizes[-1] > 1 else [0.5] * rows
        loss = (mg.losses.cross_entropy if sizes[-1] > 1 else mg.losses.mse_loss)(outputs, target)
    assert len(mg.topological_order(loss)) > 98_000
    page = mg.explore(loss)
    seconds = shortest(lambda: mg.explore(loss), repeats=3)
    drawing = shortest(lambda: mg.draw(loss), repeats=3)
    print(f"\n{sizes} × {rows}: {seconds:.2f} s, {len(page.html):,} bytes; draw {drawing:.2f} s")
    assert seconds < 4
    assert drawing < 2
    assert len(page.html) < 2_000_000


def test_the_layout_of_forty_boxes() -> None:
    rng = random.Random(0)
    heads = [*range(1, 40), *(rng.randrange(1, 40) for _ in range(41))]
    routes = [Route(rng.randrange(head), head, Size(50, 20)) for head in heads]
    seconds = shortest(lambda: lay_out([Size(144, 79)] * 40, routes))
    print(f"\nlayout of 40 boxes: {seconds * 1e3:.0f} ms")
    assert seconds < 0.1
