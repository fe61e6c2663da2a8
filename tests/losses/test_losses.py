"""Losses, entropy and divergence: values, limits, reductions and refusals."""

import math
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, losses

P, Q = [0.5, 0.5], [0.9, 0.1]


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (losses.mse_loss([1.0, 2.0], [3.0, 2.0]), 2.0),
        (losses.mse_loss([[1.0, 2.0], [0.0, 0.0]], [[3.0, 2.0], [0.0, 2.0]]), 2.0),
        (losses.mse_loss([1.0, 2.0], [3.0, 2.0], reduction="sum"), 4.0),
        (losses.mse_loss(0.7, 1), 0.09),
        (losses.half_squared_error([2.0, -1.0], [0.0, 1.0]), 4.0),
        (losses.half_squared_error(0.7, 1), 0.045),
        (losses.l1_loss([1.0, 2.0], [2.0, 5.0]), 2.0),
        (losses.huber_loss([0.5, -3.0], [0.0, 0.0], delta=2.0, reduction="sum"), 4.125),
        (losses.binary_cross_entropy([0.9, 0.1], [1, 0]), 0.1053605156578263),
        (losses.binary_cross_entropy([0.1], [1]), 2.302585092994046),
        (losses.binary_cross_entropy_with_logits([2.0], [1]), math.log1p(math.exp(-2))),
        (losses.hinge_loss([0.25, 2.0], [1, 1]), 0.375),
        (losses.perceptron_loss([2.0, -3.0, 1.0], [1, 1, -1]), 4.0),
        (losses.zero_one_loss([1.0, -2.0, 0.0, 5.0], [1, 1, 1, 1]), 0.5),
        (losses.cross_entropy([1.0, 2.0, 3.0], 2), 0.4076059644443803),
        (losses.cross_entropy([[1.0, 2.0, 3.0], [40.0, 0.0, 0.0]], [2, 0]), 0.20380298222219015),
        (losses.cross_entropy([1.0, 2.0, 3.0], [0.2, 0.5, 0.3]), 1.3076059644443803),
        (losses.categorical_cross_entropy(P, Q, base=2), 1.0),
        (losses.nll_loss([[-0.5, -2.0], [-1.0, -3.0]], [1, 0]), 1.5),
        (losses.entropy([0.9, 0.1], base=2), 0.4689955935892812),
        (losses.kl_divergence(P, Q), 0.5108256237659907),
        (losses.kl_divergence(P, Q, base=2), 0.7369655941662062),
        (losses.kl_divergence(Q, P), 0.3680642071684971),
    ],
)
def test_values(got: float, expected: float) -> None:
    assert got == pytest.approx(expected, rel=2e-15)


def test_reduction_none_keeps_the_nesting() -> None:
    terms = losses.mse_loss([[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]], reduction="none")
    assert terms == [[1.0, 4.0], [9.0, 16.0]]
    assert losses.cross_entropy([[0.0, 0.0]] * 2, [0, 1], reduction="none") == [math.log(2)] * 2


def test_arrays_are_lists_of_numbers() -> None:
    assert losses.mse_loss(np.array([1.0, 2.0]), np.array([3.0, 2.0])) == 2.0
    assert losses.cross_entropy(np.zeros((2, 4)), np.array([0, 3])) == math.log(4)


def test_gradients_of_values_or_numbers_on_either_side() -> None:
    x, y = Value(0.3), Value(0.8)
    losses.mse_loss([x, 1.0], [y, 3.0]).backward()
    assert (x.grad, y.grad) == (-0.5, 0.5)


@pytest.mark.parametrize("c", range(3))
def test_cross_entropy_derivative_is_softmax_minus_target(c: int) -> None:
    logits = [Value(z) for z in (1.0, 2.0, 3.0)]
    losses.cross_entropy(logits, c).backward()
    probabilities = mg.softmax([1.0, 2.0, 3.0])
    expected = [p - (k == c) for k, p in enumerate(probabilities)]
    assert [z.grad for z in logits] == pytest.approx(expected, rel=1e-15)


def test_cross_entropy_with_targets_that_are_values() -> None:
    def loss(*x: Any) -> Any:
        return losses.cross_entropy(list(x[:2]), [x[2], 1 - x[2]])

    assert mg.gradcheck(loss, [0.3, -1.2, 0.25]).relative_error < 1e-9
    target = Value(0.0)  # a Value is never dropped: its derivative is that of a weight
    losses.cross_entropy([1.0, 3.0], [target, 1 - target]).backward()
    assert target.grad == pytest.approx(2.0, rel=1e-15)


def test_small_losses_keep_their_digits() -> None:
    logits = [Value(40.0), Value(0.0)]
    loss = losses.cross_entropy(logits, 0)
    loss.backward()
    assert loss.data == pytest.approx(4.248354255291589e-18, rel=1e-15, abs=0.0)
    assert logits[0].grad == pytest.approx(-4.248354255291589e-18, rel=1e-15)
    assert losses.cross_entropy([1e4, -1e4], 1) == 2e4


def test_binary_cross_entropy_of_a_sigmoid_is_logistic_regression() -> None:
    for y in (0.0, 1.0):
        weights = [Value(0.3), Value(-0.7)]
        p = mg.dot(weights, [1.5, 2.0]).sigmoid()
        losses.binary_cross_entropy(p, y).backward()
        expected = [(p.data - y) * x for x in (1.5, 2.0)]
        assert [w.grad for w in weights] == pytest.approx(expected, abs=1e-12)


def test_binary_cross_entropy_at_the_ends() -> None:
    p = Value(1.0)
    loss = losses.binary_cross_entropy(p, 1)
    loss.backward()
    assert (loss.data, p.grad) == (0.0, -1.0)
    assert math.copysign(1, loss.data) == 1


def test_perceptron_learns_from_a_score_of_zero() -> None:
    score = Value(0.0)
    losses.perceptron_loss([score], [-1]).backward()
    assert score.grad == 1.0


def test_zero_one_loss_teaches_nothing() -> None:
    score = Value(-2.0)
    losses.zero_one_loss([score], [1]).backward()
    assert score.grad == 0.0


def test_huber_is_smooth_where_its_pieces_meet() -> None:
    x = Value(2.0)
    losses.huber_loss(x, 0.0, delta=2.0).backward()
    assert x.grad == 2.0


@pytest.mark.parametrize("error", [1e-20, 0.1, 1.0, 500.0])
def test_a_small_error_has_all_digits_of_huber_s_gradient(error: float) -> None:
    x = Value(error)
    loss = losses.huber_loss(x, 0.0, delta=1000.0)
    loss.backward()
    assert (loss.data, x.grad) == (0.5 * error * error, error)


def test_entropy_and_divergence_gradients_agree() -> None:
    q1, q2 = [Value(x) for x in Q], [Value(x) for x in Q]
    losses.kl_divergence(P, q1).backward()
    losses.categorical_cross_entropy(q2, P).backward()
    assert [q.grad for q in q1] == pytest.approx([q.grad for q in q2], rel=1e-15)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: losses.mse_loss([1, 2], [1, 2, 3]),
            ValueError,
            "prediction has 2 .* target has 3",
        ),
        (lambda: losses.mse_loss([], []), ValueError, "prediction is empty"),
        (lambda: losses.mse_loss([[1], [2, 3]], [[1], [2]]), ValueError, r"prediction\[1\] has 2"),
        (lambda: losses.mse_loss([1.0], 1.0), TypeError, "target must be a list"),
        (lambda: losses.mse_loss(["1"], [1.0]), TypeError, r"prediction\[0\] must be a real"),
        (lambda: losses.mse_loss([1.0], [None]), TypeError, r"target\[0\] must be a real"),
        (lambda: losses.mse_loss([1.0], [1.0], reduction="avg"), ValueError, "reduction"),
        (lambda: losses.huber_loss([1.0], [1.0], delta=0), ValueError, "delta"),
        (
            lambda: losses.binary_cross_entropy([0.5, 1.5], [1, 1]),
            ValueError,
            r"prediction\[1\].*1.5",
        ),
        (lambda: losses.binary_cross_entropy([0.5], [2]), ValueError, r"target\[0\]"),
        (lambda: losses.binary_cross_entropy([0.0], [1]), ValueError, r"prediction\[0\]: log"),
        (lambda: losses.binary_cross_entropy_with_logits([0.5], [-1]), ValueError, "target"),
        (lambda: losses.hinge_loss([0.5, 1.0], [1, 0]), ValueError, r"target\[1\].*label"),
        (lambda: losses.perceptron_loss([0.5], [2]), ValueError, "label"),
        (lambda: losses.cross_entropy([1.0, 2.0, 3.0], 3), ValueError, "from 0 to 2, got 3"),
        (lambda: losses.cross_entropy([1.0, 2.0, 3.0], -1), ValueError, "got -1"),
        (lambda: losses.cross_entropy([1.0, 2.0], 1.0), TypeError, "index of a class"),
        (lambda: losses.cross_entropy([1.0, 2.0], [0.5, 0.6]), ValueError, "sum to 1"),
        (lambda: losses.cross_entropy([1.0, 2.0], [1.0]), ValueError, "1 elements for 2 classes"),
        (lambda: losses.cross_entropy([[1.0, 2.0]], [0, 1]), ValueError, "prediction has 1"),
        (lambda: losses.cross_entropy([[]], [0]), ValueError, "empty"),
        (
            lambda: losses.categorical_cross_entropy([0.5, 0.6], 0),
            ValueError,
            "prediction must sum",
        ),
        (
            lambda: losses.categorical_cross_entropy([[0, 1]], [0]),
            ValueError,
            r"prediction\[0\]: log",
        ),
        (lambda: losses.entropy([0.5, 0.6]), ValueError, "p must sum to 1"),
        (lambda: losses.entropy([1.0], base=1), ValueError, "base"),
        (lambda: losses.kl_divergence([1.0], Q), ValueError, "p has 1 elements and q has 2"),
        (lambda: losses.kl_divergence(P, [1.0, 0.0]), ZeroDivisionError, "rel_entr"),
    ],
)
def test_refusals(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_values_beside_the_defaults() -> None:
    assert losses.huber_loss([3.0], [1.0]) == 1.5
    assert losses.huber_loss([3.0], [1.0], delta=0.5) == 0.875
    small = pytest.approx(4.248354255291589e-18, rel=1e-15, abs=0.0)
    assert losses.cross_entropy([40.0, 0.0], 0) == small
    assert losses.entropy([0.5, 0.5], base=0.5) == -1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.kl_divergence([0.5, 0.4], [0.5, 0.5]), "p must sum to 1"),
        (lambda: losses.kl_divergence([0.5, 0.5], [0.5, 0.4]), "q must sum to 1"),
        (lambda: losses.entropy([0.5, 0.5], base=0), "base must be a positive number"),
        (lambda: losses.cross_entropy([1.0, 2.0], 0, reduction="avg"), "reduction must be"),
        (lambda: losses.binary_cross_entropy([1.0005], [1]), r"prediction\[0\] must be a prob"),
        (lambda: losses.binary_cross_entropy([0.5], [1.0005]), r"target\[0\] must be in"),
    ],
)
def test_what_lies_just_outside_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
