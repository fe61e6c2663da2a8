"""Where samples may begin: sums as programs spell them, blocks, and what losses tell."""

from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value, losses, topological_order
from microgradnn.explorer.claims import claims, sum_of

A = [Value(float(k)) for k in range(5)]


def _terms(value: Value) -> list[Value]:
    found = sum_of(value)
    return found.terms if found else []


def in_a_loop(terms: list[Any], left: bool) -> Any:
    total = terms[0]
    for x in terms[1:]:
        total = total + x if left else x + total
    return total


@pytest.mark.parametrize(
    "spelled",
    [mg.sum, sum, lambda xs: in_a_loop(xs, True), lambda xs: in_a_loop(list(reversed(xs)), False)],
)
def test_sums_are_found_however_they_are_spelled(spelled: Any) -> None:
    squares = [a * a for a in A]
    assert _terms(spelled(squares)) == squares


@pytest.mark.parametrize("spelled", [mg.sum, sum, lambda xs: in_a_loop(xs, True)])
def test_terms_that_are_sums_themselves_stay_whole(spelled: Any) -> None:
    additions = [a + 2.0 for a in A]
    assert _terms(spelled(additions)) == additions


def test_what_is_added_twice_is_no_sum_of_samples() -> None:
    assert _terms(A[0] + A[1]) == A[:2]
    assert _terms(A[0] + A[0]) == []
    assert _terms(A[0] * A[1]) == []


def test_the_surest_claims_come_first() -> None:
    w = Value(0.5)
    with mg.block("Sample 7"):
        first = w * 1.0
    with mg.block("part"), mg.block("sample-3"):
        second = w * 2.0
    loss = losses.mse_loss([first, second], [0.0, 1.0]) + 0.1 * w * w
    kinds = [claim.kind for claim in claims(topological_order(loss))]
    assert kinds[:2] == ["block", "loss"]
    assert set(kinds[2:]) == {"sum"}
    claim = next(claims(topological_order(loss)))
    assert claim.numbers == [3, 7]
    assert [x.data for (x,) in claim.starts] == [0.0, 0.25]  # (2w − 1)² and (w − 0)²


def test_a_penalty_does_not_hide_a_sum() -> None:
    w = Value(0.5)
    squares = [(w * x - 1.0) ** 2 for x in (1.0, 2.0, 3.0)]
    loss = mg.sqrt(mg.sum(squares) / 3) * 2.0 + 0.1 * w * w
    assert squares in [[x for (x,) in claim.starts] for claim in claims(topological_order(loss))]
