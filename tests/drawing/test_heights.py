"""Heights: apart, in order, and as level as there is room."""

import pytest

from microgradnn.drawing.heights import heights, spread


@pytest.mark.parametrize(
    ("wishes", "middles"),
    [
        ([0.0, 100.0], [0.0, 100.0]),  # apart already
        ([0.0, 0.0], [-13.0, 13.0]),  # pushed apart, both as far
        ([0.0, 0.0, 0.0], [-26.0, 0.0, 26.0]),
        ([10.0, 0.0, 200.0], [-8.0, 18.0, 200.0]),  # the order stays
    ],
)
def test_items_lie_as_near_to_their_wishes_as_there_is_room(
    wishes: list[float], middles: list[float]
) -> None:
    assert spread(wishes, [26.0] * (len(wishes) - 1)) == pytest.approx(middles)


def test_a_heavier_item_moves_less() -> None:
    # Least squares with weights 3 and 1: 3·x² + (x + 8)² is least at x = −2.
    assert spread([0.0, 0.0], [8.0], [3.0, 1.0]) == pytest.approx([-2.0, 6.0])
    assert spread([5.0], []) == [5.0]


def test_a_chain_is_level_though_others_pull() -> None:
    # Items 0 and 1 lead through 2 and 3 into 4; 0 → 2 → 4 is a chain, 1 → 3 → 4 is not.
    columns, right = [[0, 1], [2, 3], [4]], {0: [2], 1: [3], 2: [4], 3: [4]}
    ys = heights(columns, right, {0: 2, 2: 4}, lambda a, b: 30.0, boxes=0, first_lane=5)
    assert ys[0] == pytest.approx(ys[2], abs=0.01)
    assert ys[2] == pytest.approx(ys[4], abs=0.01)
    assert ys[1] - ys[0] >= 30.0 - 1e-9


def test_what_is_not_joined_to_anything_has_a_place() -> None:
    assert heights([[0, 1]], {}, {}, lambda a, b: 10.0, boxes=2, first_lane=2) == [-5.0, 5.0]
