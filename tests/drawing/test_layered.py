"""Arranging boxes in columns: what comes where, and in which order."""

import pytest

from microgradnn.drawing.geometry import Route, Size
from microgradnn.drawing.layered import BETWEEN_BOXES, BETWEEN_COLUMNS, _spread, arrange

BOX, LABEL = Size(144, 79), Size(50, 20)


def test_columns_of_boxes_and_labels_alternate() -> None:
    arrangement = arrange([BOX] * 3, [Route(0, 1, LABEL), Route(1, 2, LABEL)])
    step = BOX.width / 2 + BETWEEN_COLUMNS + LABEL.width / 2
    xs = [place.x for place in arrangement.boxes]
    assert [x - xs[0] for x in xs] == [0.0, 2 * step, 4 * step]
    assert [place.x - xs[0] for place in arrangement.labels] == [step, 3 * step]
    assert {place.y for place in [*arrangement.boxes, *arrangement.labels]} == {BOX.height / 2}


def test_a_leaf_stands_beside_the_operation_that_uses_it() -> None:
    # 0 → 1 → 3, and 2 → 3: box 2 could stand in the first column, but its use is in the last.
    routes = [Route(0, 1, LABEL), Route(1, 3, LABEL), Route(2, 3, LABEL)]
    boxes = arrange([BOX] * 4, routes).boxes
    assert boxes[2].x == boxes[1].x > boxes[0].x


def test_labels_keep_the_order_of_operands_where_these_are_few() -> None:
    crossed = [Route(1, 2, LABEL), Route(0, 2, LABEL), Route(0, 3, LABEL), Route(1, 3, LABEL)]
    labels = arrange([BOX] * 4, crossed).labels
    assert labels[0].y < labels[1].y
    assert labels[2].y < labels[3].y


def test_routes_that_leave_a_box_run_together_up_to_where_they_part() -> None:
    chain = [Route(k, k + 1, LABEL) for k in range(4)]
    passes = arrange([BOX] * 5, [*chain, Route(0, 3, LABEL), Route(0, 4, LABEL)]).passes
    assert passes[:4] == [[]] * 4
    short, long = passes[4:]
    assert (len(short), len(long)) == (4, 6)
    assert long[:4] == short


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
    height = 10.0
    assert BETWEEN_BOXES + height == 26.0
    assert _spread(wishes, [height] * len(wishes)) == pytest.approx(middles)
