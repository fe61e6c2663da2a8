"""Arranging boxes in columns: what comes where, and what is on a level."""

from microgradnn.drawing.geometry import Beside, Route, Size
from microgradnn.drawing.layered import GAP_LEVEL, TOGETHER, arrange

BOX, LABEL = Size(144, 79), Size(50, 20)


def test_columns_of_boxes_and_labels_alternate() -> None:
    arrangement = arrange([BOX] * 3, [Route(0, 1, LABEL), Route(1, 2, LABEL)])
    assert [place.column for place in arrangement.boxes] == [0, 2, 4]
    assert [place.column for place in arrangement.labels] == [1, 3]
    lefts = [place.left for place in arrangement.labels]
    rights = [place.right for place in arrangement.boxes]
    assert [a - b for a, b in zip(lefts, rights, strict=False)] == [GAP_LEVEL] * 2


def test_a_leaf_stands_beside_the_operation_that_uses_it() -> None:
    # 0 → 1 → 3, and 2 → 3: box 2 could stand in the first column, but its use is in the last.
    routes = [Route(0, 1, LABEL), Route(1, 3, LABEL), Route(2, 3, LABEL)]
    boxes = arrange([BOX, Size(300, 79), Size(100, 38), BOX], routes).boxes
    assert boxes[2].column == boxes[1].column > boxes[0].column
    assert boxes[2].right == boxes[1].right


def test_a_chain_is_on_one_line_whatever_comes_in_between() -> None:
    # 0 → 2 → 4 → 6, and each of them has a leaf, of another height, besides.
    steps = [Route(0, 2, LABEL), Route(2, 4, LABEL, 1), Route(4, 6, LABEL)]
    leaves = [Route(1, 2, LABEL, 1), Route(3, 4, LABEL), Route(5, 6, LABEL, 1)]
    sizes = [BOX, Size(90, 38), BOX, Size(90, 200), BOX, Size(90, 38), Size(144, 95)]
    arrangement = arrange(sizes, [*steps, *leaves])
    chain = [arrangement.boxes[k].y for k in (2, 4, 6)]
    labels = [label.y for label in arrangement.labels[1:3]]
    assert max(chain + labels) - min(chain + labels) < 0.01
    assert arrangement.boxes[3].y < chain[0] < arrangement.boxes[5].y


def test_what_is_used_by_the_same_box_stands_closer_together() -> None:
    routes = [*(Route(k, 4, LABEL) for k in (0, 1)), *(Route(k, 5, LABEL) for k in (2, 3))]
    routes += [Route(4, 6, LABEL), Route(5, 6, LABEL)]
    boxes = arrange([BOX] * 7, routes).boxes
    gaps = [boxes[k + 1].top - boxes[k].bottom for k in range(3)]
    assert gaps[0] == gaps[2] == TOGETHER < gaps[1]


def test_labels_keep_the_order_of_operands_where_these_are_few() -> None:
    crossed = [Route(1, 2, LABEL), Route(0, 2, LABEL, 1), Route(0, 3, LABEL), Route(1, 3, LABEL, 1)]
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


def test_what_stands_beside_a_box_is_among_its_labels_at_its_seat() -> None:
    numbers = (Beside(20, 20, 1), Beside(20, 20, 3))
    neuron = BOX._replace(beside=numbers)
    arrangement = arrange([BOX, BOX, neuron], [Route(0, 2, LABEL, 0), Route(1, 2, LABEL, 2)])
    first, second = arrangement.beside[2]
    assert {first.column, second.column} == {label.column for label in arrangement.labels}
    order = [arrangement.labels[0].y, first.y, arrangement.labels[1].y, second.y]
    assert order == sorted(order)
    assert arrangement.beside[:2] == [[], []]


def test_numbers_have_room_beside_a_box_in_the_first_column() -> None:
    alone = arrange([BOX._replace(beside=(Beside(20, 20, 0),))], [])
    assert alone.beside[0][0].right < alone.boxes[0].left
    assert alone.beside[0][0].left == 0.0
