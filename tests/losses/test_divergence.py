"""Entropy and divergence: values, gradients, bases and refusals."""

import math
from collections.abc import Sequence
from typing import Any

import mpmath as mp
import pytest

import microgradnn as mg
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


# ---- A softmax with a share of 0 -----------------------------------------------------------------

INF = math.inf
ENTROPY: Any = lambda z: losses.entropy(mg.softmax(z))  # noqa: E731
DIVERGENCE: Any = lambda a, b: losses.kl_divergence(mg.softmax(a), mg.softmax(b))  # noqa: E731
FROM_NUMBERS: Any = lambda z: losses.kl_divergence([0.0, 0.25, 0.75], mg.softmax(z))  # noqa: E731
TO_NUMBERS: Any = lambda z: losses.kl_divergence(mg.softmax(z), [0.0, 0.25, 0.75])  # noqa: E731
CLASSES: Any = lambda z: losses.categorical_cross_entropy(  # noqa: E731
    mg.softmax(z), [0.0, 0.25, 0.75]
)
SOFT: Any = lambda a, b: losses.cross_entropy(b, mg.softmax(a))  # noqa: E731

MASKED, OTHER = (-INF, 0.3, 1.0), (-INF, 0.5, -1.0)


def limits(function: Any, lists: Sequence[Sequence[float]]) -> tuple[Any, list[list[Any]]]:
    """Value and derivatives in 40 digits, −∞ as a logit so low that nothing of it is left."""
    with mp.workdps(700):
        finite = [[mp.mpf(max(z, -3000.0)) for z in zs] for zs in lists]
        step = mp.mpf(10) ** -200

        def moved(place: int, k: int, by: Any) -> Any:
            return function(
                *[[z + by * ((i, j) == (place, k)) for j, z in enumerate(zs)]
                  for i, zs in enumerate(finite)]
            )  # fmt: skip

        slopes = [
            [(moved(i, k, step) - moved(i, k, -step)) / (2 * step) for k in range(len(zs))]
            for i, zs in enumerate(finite)
        ]
        return function(*finite), slopes


def shares(zs: Sequence[Any]) -> list[Any]:
    exponentials = [mp.exp(z) for z in zs]
    return [e / mp.fsum(exponentials) for e in exponentials]


def divergence(ps: Sequence[Any], qs: Sequence[Any]) -> Any:
    return mp.fsum(p * mp.log(p / q) for p, q in zip(ps, qs, strict=True) if p)


def crossed(ps: Sequence[Any], qs: Sequence[Any]) -> Any:
    return -mp.fsum(p * mp.log(q) for p, q in zip(ps, qs, strict=True) if p)


WEIGHTS = [mp.mpf(0), mp.mpf(1) / 4, mp.mpf(3) / 4]
SMALL = [mp.mpf(10) ** -600, *WEIGHTS[1:]]


@pytest.mark.parametrize(
    ("loss", "reference", "lists"),
    [
        (ENTROPY, lambda z: crossed(shares(z), shares(z)), [(0.0, 800.0)]),
        (ENTROPY, lambda z: crossed(shares(z), shares(z)), [MASKED]),
        (ENTROPY, lambda z: crossed(shares(z), shares(z)), [(0.0, -50.0, 2.0)]),
        (DIVERGENCE, lambda a, b: divergence(shares(a), shares(b)), [MASKED, OTHER]),
        (DIVERGENCE, lambda a, b: divergence(shares(a), shares(b)), [MASKED, (0.1, 0.5, -1.0)]),
        (DIVERGENCE, lambda a, b: divergence(shares(a), shares(b)), [(0.0, 900.0), (1.0, 3.0)]),
        (DIVERGENCE, lambda a, b: divergence(shares(a), shares(b)), [(1.0, 3.0), (0.0, 900.0)]),
        (FROM_NUMBERS, lambda z: divergence(WEIGHTS, shares(z)), [MASKED]),
        (FROM_NUMBERS, lambda z: divergence(WEIGHTS, shares(z)), [(-900.0, 0.3, 1.0)]),
        (TO_NUMBERS, lambda z: divergence(shares(z), SMALL), [MASKED]),
        (CLASSES, lambda z: crossed(WEIGHTS, shares(z)), [MASKED]),
        (CLASSES, lambda z: crossed(WEIGHTS, shares(z)), [(0.0, 800.0, 0.0)]),
        (SOFT, lambda a, b: crossed(shares(a), shares(b)), [MASKED, OTHER]),
    ],
)
def test_a_share_of_zero_has_the_limit(loss: Any, reference: Any, lists: Any) -> None:
    leaves = [[Value(z) for z in zs] for zs in lists]
    out = loss(*leaves)
    out.backward()
    value, slopes = limits(reference, lists)
    assert out.data == pytest.approx(float(value), rel=1e-14, abs=1e-300)
    for zs, expected in zip(leaves, slopes, strict=True):
        scale = max(float(max(map(abs, expected))), 1e-300)
        for z, slope in zip(zs, expected, strict=True):
            assert abs(z.grad - float(slope)) <= 1e-14 * scale
    flat = [z for zs in leaves for z in zs]
    for slope in mg.gradients(out, flat, create_graph=True):
        assert all(map(math.isfinite, mg.gradients(slope, flat)))


def test_what_is_masked_in_q_alone_is_infinitely_far() -> None:
    assert DIVERGENCE([Value(0.1), 0.3, 1.0], [Value(-INF), 0.5, -1.0]).data == INF


def test_an_entropy_of_a_softmax_is_one_node_in_whatever_order() -> None:
    logits = [Value(z) for z in (0.5, -0.25, 2.0)]
    for order in ([0, 1, 2], [2, 0, 1]):
        shares_in_order = [mg.softmax(logits)[k] for k in order]
        assert losses.entropy(shares_in_order).operands == tuple([logits[k] for k in order] * 2)


def test_what_is_no_complete_softmax_is_taken_as_it_is() -> None:
    a, b = [Value(0.0), Value(0.0)], [Value(0.0), Value(0.0)]
    once, other = mg.softmax(a), mg.softmax(b)
    changed = mg.softmax(c := [Value(0.0), Value(0.0)])
    c[0].data = 5.0  # the probabilities are still those of the pass
    for p in ([once[0], once[0]], [once[0], other[1]], [once[0], 0.5], changed):
        assert losses.entropy(p).op.name == "sum"  # type: ignore[arg-type, attr-defined]
        assert losses.entropy(p).data == pytest.approx(math.log(2.0))  # type: ignore[arg-type, attr-defined]


def test_a_compiled_loss_of_a_softmax_agrees() -> None:
    weights = [Value(0.5), Value(-0.25), Value(2.0)]
    inputs = [Value(1.5), Value(-1.0)]
    logits = [w * x for w, x in zip(weights, [*inputs, inputs[0]], strict=True)]
    loss = DIVERGENCE(logits, logits[::-1]) + ENTROPY(logits)
    value, gradient = mg.compile(loss, inputs, weights).value_and_grad([[1.5, -1.0]])
    assert value == pytest.approx(loss.data, rel=1e-14)
    assert list(gradient) == pytest.approx(mg.gradients(loss, weights), rel=1e-12)
