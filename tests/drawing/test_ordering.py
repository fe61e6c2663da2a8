"""Ordering within columns: equals keep their order, and few lines cross."""

import random

import pytest

from microgradnn.drawing import ordering
from microgradnn.drawing.geometry import Route, Size
from microgradnn.drawing.grouping import grouped
from microgradnn.drawing.layered import arrange
from microgradnn.drawing.ordering import _crossings, _places, alike, in_order

BOX, LABEL = Size(100, 40), Size(30, 18)


def from_the_top(routes: list[Route], boxes: list[int]) -> list[int]:
    count = 1 + max(route.head for route in routes)
    places = arrange([BOX] * count, routes).boxes
    return sorted(boxes, key=lambda box: places[box].y)


def layers(*sizes: int) -> list[Route]:
    """Routes from each box of a layer to each of the next."""
    starts = [sum(sizes[:k]) for k in range(len(sizes))]
    return [
        Route(starts[k] + tail, starts[k + 1] + head, LABEL, tail)
        for k in range(len(sizes) - 1)
        for head in range(sizes[k + 1])
        for tail in range(sizes[k])
    ]


def test_the_boxes_of_a_dense_layer_stand_in_order() -> None:
    routes = layers(4, 8, 5, 1)
    assert from_the_top(routes, [*range(4)]) == [*range(4)]
    assert from_the_top(routes, [*range(4, 12)]) == [*range(4, 12)]
    assert from_the_top(routes, [*range(12, 17)]) == [*range(12, 17)]


def test_so_do_boxes_that_lead_to_different_ones_which_are_alike() -> None:
    # Four samples: 0 and 1 are used by all of 2 … 5, each of which goes through one of 6 … 9.
    shared = [Route(leaf, sample, LABEL, leaf) for sample in range(2, 6) for leaf in range(2)]
    ends = [Route(sample + 4, 10, LABEL, sample) for sample in range(2, 6)]
    routes = [*shared, *(Route(k, k + 4, LABEL) for k in range(2, 6)), *ends]
    assert from_the_top(routes, [2, 3, 4, 5]) == [2, 3, 4, 5]
    assert from_the_top(routes, [6, 7, 8, 9]) == [6, 7, 8, 9]
    assert from_the_top(routes, [0, 1]) == [0, 1]


def test_operands_of_one_box_stand_by_their_seat() -> None:
    # w₁ w₂ x₁ x₂ b, as a neuron has them, and as w₁·x₁ + w₂·x₂ + b is written.
    seats = [0, 2, 1, 3, 4]
    routes = [Route(k, 5, LABEL, seat) for k, seat in enumerate(seats)]
    assert from_the_top(routes, [*range(5)]) == [0, 2, 1, 3, 4]


def test_alike_are_boxes_of_a_column_that_lead_to_the_same_kinds() -> None:
    routes = [Route(0, 2, LABEL), Route(1, 3, LABEL), Route(2, 4, LABEL), Route(3, 4, LABEL, 1)]
    assert alike(routes, [0, 0, 2, 2, 4]) == [[2, 3], [0, 1]]
    assert alike(routes[:3], [0, 0, 2, 2, 4]) == []  # 3 leads nowhere, so 1 is unlike 0


def test_lines_do_not_cross_where_they_need_not() -> None:
    # Two chains into one box; crossing columns would follow if each had the other's order.
    routes = [Route(0, 3, LABEL), Route(1, 2, LABEL), Route(2, 4, LABEL, 1), Route(3, 4, LABEL, 0)]
    assert from_the_top(routes, [2, 3]) == [3, 2]
    assert from_the_top(routes, [0, 1]) == [0, 1]


def test_the_best_order_that_was_found_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    # Five layers of boxes, each with lines to one or two of the next: further sweeps do no harm.
    for seed in range(10):
        rng = random.Random(seed)
        layers = [range(8 * k, 8 * k + 8) for k in range(5)]
        right = {
            item: sorted({rng.choice(layers[k + 1]) for _ in range(2)})
            for k in range(4)
            for item in layers[k]
        }
        left = grouped((other, item) for item, others in right.items() for other in others)
        crossings = []
        for sweeps in range(9):
            monkeypatch.setattr(ordering, "SWEEPS", sweeps)
            found = in_order([item // 8 for item in range(40)], left, right, [], 40)
            assert sorted(map(sorted, found)) == [*map(list, layers)]
            crossings.append(_crossings(found, right, _places(found)))
        assert crossings == sorted(crossings, reverse=True)
        assert crossings[-1] < crossings[0]
