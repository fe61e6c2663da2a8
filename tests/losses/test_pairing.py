"""How predictions meet targets and losses become one number."""

from typing import Any

import pytest

from microgradnn.losses.pairing import by_element, by_sample


def difference(p: Any, t: Any) -> Any:
    return p - t


def test_elements_meet_their_targets_at_any_depth() -> None:
    prediction, target = [[5.0, 3.0], [[2.0]]], [[1.0, 2.0], [[4.0]]]
    assert by_element(difference, prediction, target, "none") == [[4.0, 1.0], [[-2.0]]]
    assert by_element(difference, prediction, target, "sum") == 3.0
    assert by_element(difference, prediction, target, "mean") == 1.0
    assert by_element(difference, 5.0, 1.0, "mean") == 4.0


def test_samples_meet_classes_or_weights() -> None:
    def both(scores: Any, weights: Any) -> Any:
        return scores[0] * 10 + weights[0]

    assert by_sample(both, [[1.0, 2.0], [3.0, 4.0]], [0, 1], "none") == [11.0, 30.0]
    assert by_sample(both, [[1.0, 2.0], [3.0, 4.0]], [0, 1], "mean") == 20.5
    assert by_sample(both, [1.0, 2.0], [0.25, 0.75], "sum") == 10.25


def test_the_place_of_what_does_not_fit_is_named() -> None:
    with pytest.raises(ValueError, match=r"prediction\[1\] has 2 elements and target\[1\] has 1"):
        by_element(difference, [[1.0], [1.0, 2.0]], [[1.0], [1.0]], "mean")
    with pytest.raises(TypeError, match=r"target\[0\]\[1\] must be a real number"):
        by_element(difference, [[1.0, 2.0]], [[1.0, "2"]], "mean")
    with pytest.raises(ValueError, match=r"target\[1\] must be a class from 0 to 1, got 2"):
        by_sample(lambda scores, weights: scores[0], [[1.0, 2.0], [3.0, 4.0]], [0, 2], "mean")
    with pytest.raises(ValueError, match="reduction must be 'mean', 'sum' or 'none', got 'max'"):
        by_element(difference, [1.0], [1.0], "max")  # type: ignore[arg-type]


def test_a_list_in_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="nested too deeply"):
        by_element(difference, endless, endless, "mean")
