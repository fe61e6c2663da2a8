"""The views: which boxes and arrows a plan has, which views there are, what the page is told."""

import random
import re
from collections.abc import Callable

import pytest
from outputs import single

import microgradnn as mg
from microgradnn import Value, nn, topological_order
from microgradnn.drawing.diagram import edges_of
from microgradnn.drawing.fold import MOST_ARROWS, MOST_BOXES
from microgradnn.drawing.nest import Nest, nests
from microgradnn.explaining.names import names_of
from microgradnn.explorer import views as module
from microgradnn.explorer.views import View, _names_of_outputs, first_plan, plan, views

NOTHING: frozenset[int] = frozenset()


def four() -> list[Value]:
    """x, then a = x·x, b = tanh(a), and the root x·b."""
    x = Value(2.0, "x")
    a = x * x
    b = mg.tanh(a)
    return [x, a, b, x * b]


def test_arrows_of_single_values_are_links_and_those_of_blocks_hold_several() -> None:
    links = edges_of(four())
    blocks = Nest(["inner"], [-1], [-1, 0, 0, -1], [NOTHING])
    folded = plan(links, blocks, NOTHING)
    assert folded
    assert folded.is_folded
    assert folded.boxes == {0: [0], -1: [1, 2], 3: [3]}
    assert list(folded.boxes) == [0, -1, 3]
    found = {key: [(link.tail, link.head) for link in ls] for key, ls in folded.arrows.items()}
    assert found == {(0, -1, -1): [(0, 1), (0, 1)], (-1, 3, -1): [(2, 3)], (0, 3, 0): [(0, 3)]}
    whole = plan(links, blocks, frozenset({0}))
    assert whole
    assert not whole.is_folded
    assert list(whole.boxes.items()) == [(0, [0]), (1, [1]), (2, [2]), (3, [3])]
    assert list(whole.arrows) == [(0, 1, 0), (0, 1, 1), (1, 2, 0), (0, 3, 0), (2, 3, 1)]


def test_a_picture_with_a_cycle_is_none() -> None:
    blocks = Nest(["around"], [-1], [-1, 0, -1, 0], [NOTHING])
    assert plan(edges_of(four()), blocks, NOTHING) is None
    assert plan(edges_of(four()), blocks, frozenset({0}))


def test_a_picture_of_too_many_boxes_is_none() -> None:
    for count in (MOST_BOXES, MOST_BOXES + 1):
        values = topological_order(mg.sum([Value(1.0) for _ in range(count - 1)]))
        found = plan(edges_of(values), Nest([], [], [-1] * count, [NOTHING]), NOTHING)
        assert bool(found) == (count == MOST_BOXES)


def test_the_first_plan_is_the_finest_that_can_be_read() -> None:
    for sizes, wanted in (([2, 1], 0), ([16, 16, 1], 3)):
        values = topological_order(single(nn.MLP(2, sizes, rng=0)([1.0, 2.0])))
        links, blocks = edges_of(values), next(nests(values))
        found = first_plan(links, blocks)
        assert found
        folded = [b for b in range(len(blocks.names)) if b not in found.unfolded]
        assert len([b for b in folded if blocks.names[b].count(".") == 1]) == wanted
        assert len(found.arrows) <= MOST_ARROWS


def shown(sizes: list[int], rows: int = 1) -> tuple[Nest, list[View]]:
    rng, model = random.Random(0), nn.MLP(2, sizes, activation="tanh", rng=0)
    outputs = [model([rng.gauss(0, 1), rng.gauss(0, 1)]) for _ in range(rows)]
    loss = mg.losses.mse_loss(outputs, [0.5] * rows)
    values = topological_order(loss)
    blocks = next(nests(values))
    return blocks, views(values, list(names_of(values).values()), blocks)


def test_views_are_different_and_have_few_boxes() -> None:
    blocks, found = shown([3, 2, 1], rows=2)
    assert len({frozenset(map(tuple, view.plan.boxes.values())) for view in found}) == len(found)
    assert len({view.picture for view in found}) == len(found)
    assert all(len(view.plan.boxes) <= MOST_BOXES for view in found)
    assert not any(view.plan.is_crowded for view in found)
    unfolded = {view.plan.unfolded for view in found}
    for block in range(len(blocks.names)):  # each can be folded at the start
        assert blocks.toggled(found[0].plan.unfolded, block) in unfolded


@pytest.mark.parametrize(("name", "most"), [("MOST_VIEWS", 5), ("MOST_TRIED", 4)])
def test_there_are_no_more_views_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    _, everything = shown([3, 2, 1])
    assert len(everything) > 5
    monkeypatch.setattr(module, name, most)
    _, found = shown([3, 2, 1])
    assert [view.plan for view in found] == [view.plan for view in everything[: len(found)]]
    assert 1 < len(found) <= 5


def test_all_views_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PAINTED", 100)
    _, found = shown([3, 2, 1])
    painted = [len(view.plan.boxes) + len(view.plan.arrows) for view in found]
    assert len(painted) > 1
    assert sum(painted) <= 100
    monkeypatch.setattr(module, "MOST_PAINTED", 0)
    assert len(shown([3, 2, 1])[1]) == 1  # the first is always there


def test_the_page_is_told_what_boxes_are() -> None:
    values = four()
    blocks = Nest(["inner"], [-1], [-1, 0, 0, -1], [NOTHING, frozenset({0})])
    whole, folded = views(values, ["x", "a", "b", "root"], blocks)
    assert folded.boxes == [
        {"key": 0, "name": "x", "block": -1, "outputs": [0], "names": [None]},
        {"key": -1, "name": "inner", "block": 0, "outputs": [2], "names": ["inner"]},
        {"key": 3, "name": "root", "block": -1, "outputs": [3], "names": [None]},
    ]
    assert [(box["key"], box["block"]) for box in whole.boxes] == [(0, -1), (1, 0), (2, 0), (3, -1)]
    assert ">inner</" in folded.picture


def test_outputs_bear_the_name_of_their_block() -> None:
    x = Value(1.0)
    a, b = mg.tanh(x), mg.sin(x)
    assert _names_of_outputs("layer", [a]) == ["layer"]
    assert _names_of_outputs("layer", [x]) == [None]
    assert _names_of_outputs("layer", [a, x, b]) == ["layer[0]", None, "layer[2]"]
    assert _names_of_outputs("", [a, b]) == [None, None]
    assert _names_of_outputs("", [a]) == [None]


def test_boxes_that_are_alike_stand_in_order_in_the_page_too() -> None:
    model = nn.MLP(4, [12, 3], rng=0)
    values = topological_order(mg.losses.cross_entropy(model([0.5, -1.0, 2.0, 0.25]), 1))
    blocks = next(nests(values))
    first = views(values, list(names_of(values).values()), blocks)[0]
    heights = {
        name: float(top)
        for name, top in re.findall(
            r'data-name="([^"]*)"[^>]*translate\([\d.]+ ([\d.]+)\)', first.picture
        )
    }
    for layer, size in ((0, 12), (1, 3)):
        tops = [heights[f"layers.{layer}.neurons.{k}"] for k in range(size)]
        assert tops == sorted(tops)


def test_only_a_derivative_that_may_change_has_room_for_longer_numbers() -> None:
    x, y = Value(2.0, "x"), Value(3.0, "y")
    links_of = {"x + y": x + y, "x × y": x * y}
    widths = {}
    for name, root in links_of.items():
        values = topological_order(root)
        (view,) = views(values, list(names_of(values).values()), next(nests(values)))
        label = re.findall(r'class="surface"[^>]*width="([\d.]+)" height="18', view.picture)
        widths[name] = {float(width) for width in label}
    assert widths["x × y"] == {module.LABEL_WIDTH}
    assert max(widths["x + y"]) < module.LABEL_WIDTH / 2


@pytest.mark.parametrize(
    ("root", "least"),
    [
        (lambda: (single(nn.MLP(2, [3, 1], rng=0)([1.0, 2.0])) - 1) ** 2, 12.0),
        (lambda: mg.losses.mse_loss([nn.MLP(2, [3, 1], rng=0)([0.5, -1.25])], [1.0]), 12.0),
        (lambda: mg.losses.cross_entropy(nn.MLP(4, [8, 3], rng=0)([5.1, 3.5, 1.4, 0.2]), 0), 10.0),
    ],
    ids=["a network", "its mean loss", "neurons of a classifier"],
)
def test_a_network_can_be_read_from_the_last_row(root: Callable[[], Value], least: float) -> None:
    values = topological_order(root())
    blocks = next(nests(values))
    picture = views(values, list(names_of(values).values()), blocks)[0].picture
    width, height = map(float, re.findall(r'(?:width|height)="(\d+)"', picture)[:2])
    smallest = min(map(float, re.findall(r"(?:font|font-size):(\d+)px", picture)))
    assert smallest * min(1240 / width, 560 / height) >= least  # in a window of 1280 × 800
