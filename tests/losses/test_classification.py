"""Losses of classification: values, gradients, limits and refusals."""

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
    ],
)
def test_values(got: float, expected: float) -> None:
    assert got == pytest.approx(expected, rel=2e-15)


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


def test_a_class_may_be_a_value() -> None:
    """It takes what the index as a number takes, and its own derivative is 0."""
    for loss in (losses.cross_entropy, losses.nll_loss, losses.categorical_cross_entropy):
        xs = [Value(0.25), Value(0.125), Value(0.625)]
        for c in range(3):
            target = Value(float(c))
            found, wanted = loss([xs, xs], [target, 0]), loss([xs, xs], [c, 0])
            assert found.data == pytest.approx(wanted.data, rel=1e-14)
            slopes = mg.gradients(found, [*xs, target])
            assert slopes == pytest.approx([*mg.gradients(wanted, xs), 0.0], abs=1e-14)
            assert loss(xs, target).data == pytest.approx(loss(xs, c).data, rel=1e-14)
        for wrong in (3.0, -1.0, 0.5, math.nan):
            with pytest.raises(ValueError, match=r"target\[1\] must be a class from 0 to 2"):
                loss([xs, xs], [0, Value(wrong)])
    shares = mg.softmax(xs)
    found = losses.categorical_cross_entropy(shares, Value(1.0), base=2)
    assert found.data == pytest.approx(losses.categorical_cross_entropy(shares, 1, base=2).data)


def test_binary_cross_entropy_of_a_sigmoid_is_logistic_regression() -> None:
    for y in (0.0, 1.0):
        weights = [Value(0.3), Value(-0.7)]
        p = mg.dot(weights, [1.5, 2.0]).sigmoid()
        losses.binary_cross_entropy(p, y).backward()
        expected = [(p.data - y) * x for x in (1.5, 2.0)]
        assert [w.grad for w in weights] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("z", [800.0, 40.0, -40.0, -800.0, math.inf, -math.inf])
def test_binary_cross_entropy_of_a_saturated_sigmoid(z: float) -> None:
    for y in (0.0, 1.0):
        logits = [Value(z), Value(z)]
        loss = losses.binary_cross_entropy(logits[0].sigmoid(), y)
        loss.backward()
        same = losses.binary_cross_entropy_with_logits(logits[1], y)
        same.backward()
        assert (loss.data, logits[0].grad) == (same.data, logits[1].grad)
    z_of_old = Value(0.0)
    p = z_of_old.sigmoid()
    z_of_old.data = z
    assert losses.binary_cross_entropy(p, 1).data == math.log(2.0)  # of the pass that gave p


def test_a_binary_target_that_is_a_value_is_never_dropped() -> None:
    target = Value(0.0)
    losses.binary_cross_entropy_with_logits([0.75], [target]).backward()
    assert target.grad == pytest.approx(-0.75, rel=1e-15)  # softplus(−z) − softplus(z)


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


def test_reduction_none_keeps_the_samples() -> None:
    assert losses.cross_entropy([[0.0, 0.0]] * 2, [0, 1], reduction="none") == [math.log(2)] * 2


def test_arrays_are_samples_of_logits() -> None:
    assert losses.cross_entropy(np.zeros((2, 4)), np.array([0, 3])) == math.log(4)


def test_a_small_cross_entropy_keeps_its_digits() -> None:
    small = pytest.approx(4.248354255291589e-18, rel=1e-15, abs=0.0)
    assert losses.cross_entropy([40.0, 0.0], 0) == small


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
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
    ],
)
def test_refusals(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.cross_entropy([1.0, 2.0], 0, reduction="avg"), "reduction must be"),  # type: ignore[call-overload]
        (lambda: losses.binary_cross_entropy([1.0005], [1]), r"prediction\[0\] must be a prob"),
        (lambda: losses.binary_cross_entropy([0.5], [1.0005]), r"target\[0\] must be in"),
    ],
)
def test_what_lies_just_outside_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_compiled_cross_entropy_drops_a_class_whose_target_is_the_number_0() -> None:
    row = [0.0, 1.0, 0.0, 0.5]
    program = mg.compile(
        lambda x: losses.cross_entropy(x[:3], [0.0, x[3], 1 - x[3]]), example_inputs=[row]
    )
    found = program([[-math.inf, *row[1:]]])[0]
    assert found == pytest.approx(0.5 + math.log1p(math.exp(-1.0)), rel=1e-14)
