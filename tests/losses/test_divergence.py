"""Entropy and divergence: values, gradients, bases and refusals."""

from typing import Any

import pytest

from microgradnn import Value, losses

P, Q = [0.5, 0.5], [0.9, 0.1]


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (losses.entropy([0.9, 0.1], base=2), 0.4689955935892812),
        (losses.kl_divergence(P, Q), 0.5108256237659907),
        (losses.kl_divergence(P, Q, base=2), 0.7369655941662062),
        (losses.kl_divergence(Q, P), 0.3680642071684971),
    ],
)
def test_values(got: float, expected: float) -> None:
    assert got == pytest.approx(expected, rel=2e-15)


def test_entropy_and_divergence_gradients_agree() -> None:
    q1, q2 = [Value(x) for x in Q], [Value(x) for x in Q]
    losses.kl_divergence(P, q1).backward()
    losses.categorical_cross_entropy(q2, P).backward()
    assert [q.grad for q in q1] == pytest.approx([q.grad for q in q2], rel=1e-15)


def test_a_base_below_1_turns_the_sign() -> None:
    assert losses.entropy([0.5, 0.5], base=0.5) == -1.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: losses.entropy([0.5, 0.6]), ValueError, "p must sum to 1"),
        (lambda: losses.entropy([1.0], base=1), ValueError, "base"),
        (lambda: losses.kl_divergence([1.0], Q), ValueError, "p has 1 elements and q has 2"),
        (lambda: losses.kl_divergence(P, [1.0, 0.0]), ZeroDivisionError, "rel_entr"),
    ],
)
def test_refusals(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.kl_divergence([0.5, 0.4], [0.5, 0.5]), "p must sum to 1"),
        (lambda: losses.kl_divergence([0.5, 0.5], [0.5, 0.4]), "q must sum to 1"),
        (lambda: losses.entropy([0.5, 0.5], base=0), "base must be a positive number"),
    ],
)
def test_what_lies_just_outside_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
