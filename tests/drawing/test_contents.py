"""What a picture of a root shows: which fold, which step, and how much is too much."""

import pytest
from drawings import chain, neuron

from microgradnn import Value
from microgradnn.drawing.contents import all_frames, contents, values_shown
from microgradnn.drawing.diagram import describe


def test_small_graphs_are_shown_whole_and_large_ones_folded() -> None:
    small, large = values_shown(chain(60), False), values_shown(chain(61), False)
    assert contents(small, "auto") == describe(small)
    assert len(contents(large, "auto").boxes) <= 60
    assert contents(large, "none") == describe(large)


def test_a_rule_names_the_blocks() -> None:
    values = values_shown(neuron(), False)
    folded = contents(values, lambda value: None if value.op else "leaves")
    assert folded.boxes[0].heading == "leaves"
    assert len(folded.boxes) == 1 + 5


def test_too_many_boxes_are_refused_before_they_are_described() -> None:
    values = values_shown(chain(31), False)
    assert len(contents(values, "none", 31).boxes) == 31
    with pytest.raises(ValueError, match="would have 31 boxes, more than 30; fold='auto' makes"):
        contents(values, "none", 30)
    with pytest.raises(ValueError, match="would have 31 boxes"):
        contents(values, lambda value: None, 30)


def test_neurons_are_opened_if_so_wanted() -> None:
    closed, opened = values_shown(neuron(), False), values_shown(neuron(), True)
    assert [value.op.name for value in closed if value.op][:2] == ["dot", "sigmoid"]
    assert [value.op.name for value in opened if value.op][:3] == ["mul", "mul", "sum"]


def test_all_frames_are_those_of_both_passes() -> None:
    a = Value(3.0, label="a")
    assert len(all_frames([a, a * a], 4)) == 4
    with pytest.raises(ValueError, match="step must be from 1 to 4, got 5"):
        all_frames([a, a * a], 5)
