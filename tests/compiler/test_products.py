"""Products in NumPy: the function that is called, and that it computes what einsum would."""

from __future__ import annotations

import numpy as np
import pytest
from codes import batched, code_of, ran, uniform

import microgradnn as mg
from microgradnn import Value
from microgradnn.compiler import compile
from microgradnn.compiler.products import MOST_MATRICES
from microgradnn.compiler.steps import Product, Reduce, Slots


def test_a_broadcast_view_is_no_matrix() -> None:
    """The same input in all windows: a reshaped view of it would be a copy that stays as it was."""
    xs, ws = [Value(0.5), Value(0.25)], [Value(1.0), Value(2.0), Value(3.0), Value(4.0)]
    windows = [[xs[0], xs[1]], [xs[0], xs[0]], [xs[1], xs[1]]]
    outs = [mg.dot(w, x) for w in (ws[:2], ws[2:]) for x in windows]
    program = compile(mg.sum([mg.tanh(o) for o in outs]), xs, ws)
    rng = np.random.default_rng(0)
    for X in rng.standard_normal((3, 4, 2)):
        eager = [
            np.tanh([w[0] * x[i] + w[1] * x[j] for w in ((1, 2), (3, 4)) for i, j in PAIRS]).sum()
            for x in X
        ]
        assert np.allclose(program(X), eager, rtol=1e-12)


PAIRS = ((0, 1), (0, 0), (1, 1))


@pytest.mark.parametrize(
    ("letters", "a", "b", "result", "call"),
    [
        (("mk", "kc", "mc"), uniform([0, 1], [2, 3]), batched([0], [1]), batched([4], [5]), "dot"),
        (("mc", "kc", "mk"), batched([0], [1]), batched([2], [3]), uniform([4, 5], [6, 7]), "dot"),
        (("mk", "mk", "m"), batched([0, 1], [2, 3]), batched([1, 0], [3, 2]), batched(4, 5), "add"),
        (("m", "mk", "mk"), batched(0, 1), batched([0, 1], [2, 3]), batched([4, 5], [6, 7]), "mul"),
        (("m", "", "m"), batched(0, 1), Slots(True, np.array(2)), uniform(4, 5), "dot"),
    ],
)  # fmt: skip
def test_products_are_what_einsum_says(
    letters: tuple[str, str, str], a: Slots, b: Slots, result: Slots, call: str
) -> None:
    step = Product(result, letters, a, b)
    code = code_of([step], {True: 8, False: 8})
    V, U = np.array([[1.0, 2.0], [3.0, 5.0], [7.0, 11.0], [13.0, 17.0]]), np.array([2.0, 3, 5, 7])
    found = ran(code, V, U)[not result.batched]
    buffers = {True: V, False: U}
    wanted = np.einsum(
        "{},{}->{}".format(*step.axes), buffers[a.batched][a.index], buffers[b.batched][b.index]
    )
    assert np.array(found)[result.index].tolist() == wanted.tolist()
    assert call in code.source


@pytest.mark.parametrize(
    ("operand", "result", "call"),
    [
        (batched([0, 1, 2]), batched(6), "dot"),
        (batched([0, 2], [1, 3]), batched(6, 7), "dot"),  # two rows of two slots
        (batched([0, 1], [2, 3]), batched(6, 7), "add.reduce"),  # the slots of a row are apart
        (uniform([1, 2, 3]), uniform(6), "dot"),
        (uniform([0, 2], [1, 3]), uniform(6, 7), "dot"),
    ],
)  # fmt: skip
def test_a_sum_of_rows_is_a_product_with_ones(operand: Slots, result: Slots, call: str) -> None:
    code = code_of([Reduce(result, "sum", operand)], {True: 8, False: 8})
    V, U = np.array([[1.0, 2.0], [3.0, 5.0], [7.0, 11.0], [13.0, 17.0]]), np.array([2.0, 3, 5, 7])
    found = np.array(ran(code, V, U)[not result.batched])[result.index]
    assert found.tolist() == (V if operand.batched else U)[operand.index].sum(axis=1).tolist()
    assert f"    {call}(" in code.source


def test_a_single_short_dot_is_added_up_by_a_product() -> None:
    a, b = batched([0, 1]), batched([1, 0])
    code = code_of([Product(batched(4), ("mk", "mk", "m"), a, b)], {True: 8, False: 8})
    found = ran(code, [[1.0, 2.0], [3.0, 5.0]], [])[0]
    assert found[4] == [6.0, 20.0]
    assert "dot(" in code.source


def grid(start: int, *shape: int) -> np.ndarray:
    return start + np.arange(np.prod(shape)).reshape(shape)


def again(index: np.ndarray, times: int, axis: int) -> np.ndarray:
    return np.stack([index] * times, axis)


@pytest.mark.parametrize("samples", [1, 2, MOST_MATRICES + 1])
@pytest.mark.parametrize(
    ("letters", "a", "b", "result"),
    [
        # The scores of attention: each factor is repeated along an axis of the other.
        (("mnk", "mnk", "mn"), again(grid(0, 2, 4), 3, 1), again(grid(8, 3, 4), 2, 0), (2, 3)),
        (("mn", "mnk", "nk"), grid(0, 2, 3), again(grid(8, 2, 4), 3, 1), (3, 4)),
        (("mnk", "mn", "mk"), again(grid(8, 3, 4), 2, 0), grid(0, 2, 3), (2, 4)),
        # Slots that are no view, and a stack of matrices.
        (("mk", "nk", "mn"), grid(0, 2, 4)[:, [0, 3, 1, 2]], grid(8, 3, 4)[[2, 0, 1]], (2, 3)),
        (("hmk", "hnk", "hmn"), grid(0, 2, 2, 3), grid(12, 2, 4, 3), (2, 2, 4)),
        # Sums over an axis that one factor alone has.
        (("mk", "m", "m"), again(grid(0, 3), 2, 1), grid(3, 3), (3,)),
        (("mk", "mk", "m"), again(grid(0, 3), 2, 1), grid(3, 3, 2), (3,)),
    ],
)  # fmt: skip
def test_products_of_each_sample(
    letters: tuple[str, str, str],
    a: np.ndarray,
    b: np.ndarray,
    result: tuple[int, ...],
    samples: int,
) -> None:
    count = 40
    step = Product(Slots(True, grid(count, *result)), letters, Slots(True, a), Slots(True, b))
    code = code_of([step], {True: count + int(np.prod(result)), False: 1})
    V = np.random.default_rng(0).integers(-9, 9, (count, samples)).astype(float)
    found = np.array(ran(code, V, [])[0])[step.result.index]
    assert np.array_equal(found, np.einsum("{},{}->{}".format(*step.axes), V[a], V[b]))
