"""Patterns in slot numbers: views, runs, and rectangles of dots."""

from __future__ import annotations

import numpy as np
import pytest

from microgradnn.compiler.patterns import (
    MOST_SINGLE_DOTS,
    affine,
    distinct_dots,
    rectangles,
    run_length,
    runs,
    shape_of_views,
    without_repetition,
)


@pytest.mark.parametrize(
    ("index", "pattern"),
    [
        ([4], (4, (1,), (0,))),
        ([4, 5, 6], (4, (3,), (1,))),
        ([9, 7, 5], (9, (3,), (-2,))),
        ([3, 3, 3], (3, (3,), (0,))),
        ([[0, 2], [10, 12], [20, 22]], (0, (3, 2), (10, 2))),
        ([[1, 1], [5, 5]], (1, (2, 2), (4, 0))),
        ([1, 2, 4], None),
        ([1, 2, 2, 4], None),  # from its first and last numbers it could be one
        ([[0, 1], [2, 4]], None),
    ],
)
def test_regular_distances_are_a_view(index: list[int], pattern: object) -> None:
    assert affine(np.array(index)) == pattern


@pytest.mark.parametrize(
    ("index", "length"),
    [
        ([1, 2, 3, 7, 8, 9], 3),
        ([5, 5, 7, 7], 2),
        ([1, 2, 9, 4, 5, 6], None),  # one run is unlike the others
        ([1, 2, 3, 7, 8, 9, 11], None),  # one is too short
        ([4, 1, 3, 2], None),
    ],
)
def test_equal_runs_are_a_view_in_two_dimensions(index: list[int], length: int | None) -> None:
    assert run_length(np.array(index)) == length


def test_the_shape_is_that_of_the_first_operand_that_needs_two_dimensions() -> None:
    plain, runs_of_two = np.arange(6), np.array([1, 2, 4, 5, 7, 8])
    assert shape_of_views([plain]) == (6,)
    assert shape_of_views([plain, runs_of_two]) == (3, 2)
    assert shape_of_views([np.array([5, 1, 4, 2, 8, 8])]) == (6,)


def test_runs_are_cut_where_numbers_do_not_follow() -> None:
    assert [run.tolist() for run in runs(np.array([3, 4, 5, 9, 8, 9]))] == [[3, 4, 5], [9], [8, 9]]
    assert runs(np.array([], np.int64)) == []


def test_axes_along_which_nothing_changes_are_dropped() -> None:
    index, letters = without_repetition(np.array([[[1, 2]], [[1, 2]]]), "mnk")
    assert (index.tolist(), letters) == ([[1, 2]], "nk")  # an axis of length 1 stays
    index, letters = without_repetition(np.array([[1, 2], [3, 4]]), "mk")
    assert (index.tolist(), letters) == ([[1, 2], [3, 4]], "mk")


def test_equal_dots_are_found_in_any_order_of_their_products() -> None:
    a = np.array([[1, 2], [2, 1], [1, 2]])
    b = np.array([[7, 5], [5, 7], [5, 7]])  # 1·7 + 2·5, the same, and 1·5 + 2·7
    dots = distinct_dots(a, b)
    assert (dots.a.tolist(), dots.b.tolist()) == ([[1, 2], [2, 1]], [[5, 7], [5, 7]])
    assert dots.which.tolist() == [1, 1, 0]
    assert dots.first.tolist() == [2, 0]


def test_dots_with_the_same_factors_on_either_side_form_a_rectangle() -> None:
    w, v, u = [1, 2], [3, 4], [5, 6]
    x, y = [7, 8], [9, 10]
    grids, rest = rectangles(np.array([w, v, u, w, v, u]), np.array([x, x, x, y, y, y]))
    assert [grid.tolist() for grid in grids] == [[[0, 3], [1, 4], [2, 5]]]
    assert rest.tolist() == []
    grids, _ = rectangles(np.array([w, v, w]), np.array([x, x, y]))  # a corner is missing
    assert [grid.tolist() for grid in grids] == [[[0], [1]], [[2]]]


def test_many_single_dots_are_no_matrices() -> None:
    for count in (MOST_SINGLE_DOTS, MOST_SINGLE_DOTS + 1):
        factors = np.arange(2 * count).reshape(count, 2)
        grids, rest = rectangles(factors, factors)
        few = count == MOST_SINGLE_DOTS
        assert (len(grids), len(rest)) == ((count, 0) if few else (0, count))
