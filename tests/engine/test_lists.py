"""Operations on lists: recorded at once, they are what the rows make of single operands."""

import math
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.engine import reductions

LOGITS = [0.3, -1.25, 700.0, 699.5, 0.3]


def parts(node: Value) -> tuple[Any, ...]:
    return repr((node.data, node.local_grads)), node.op, node.operands


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_softmax_at_once_is_that_of_its_row(count: int) -> None:
    xs = [Value(x) for x in LOGITS[:count]]
    for k, share in enumerate(mg.softmax(xs)):
        assert parts(share) == parts(Value._record(reductions.softmax, (float(k), *xs)))


def test_its_derivatives_are_those_of_exact_shares() -> None:
    """Of logits log 1, log 2, log 5 the shares are 1/8, 1/4, 5/8."""
    xs = [Value(math.log(x)) for x in (1.0, 2.0, 5.0)]
    shares = np.array([1, 2, 5]) / 8
    wanted = np.diag(shares) - np.outer(shares, shares)
    found = [mg.gradients(share, xs) for share in mg.softmax(xs)]
    assert np.allclose(found, wanted, rtol=1e-14, atol=0)


@pytest.mark.parametrize("special", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_is_left_to_the_row(special: float) -> None:
    xs = [Value(1.0), Value(special), Value(2.0)]
    for k, share in enumerate(mg.softmax(xs)):
        assert parts(share) == parts(Value._record(reductions.softmax, (float(k), *xs)))


class Own(Value):
    """A subclass, which only the row knows."""


@pytest.mark.parametrize("bias", [0.0, 0.5, 1, Value(0.25), Own(0.25)])
@pytest.mark.parametrize("inputs", ["floats", "values", "mixed", "own", "ints"])
def test_a_dot_of_lists_is_that_of_its_row(inputs: str, bias: Any) -> None:
    ws = [Value(0.5), Value(-0.25), Value(3.0)]
    kinds: dict[str, list[Any]] = {
        "floats": [1.0, 2.0, 4.0],
        "values": [Value(1.0), Value(2.0), Value(4.0)],
        "mixed": [Value(1.0), 2.0, Value(4.0)],
        "own": [Own(1.0), Own(2.0), Value(4.0)],
        "ints": [1, 2, 4],
    }
    xs = kinds[inputs]
    for left, right in ((ws, xs), (xs, ws)):
        node = mg.dot(left, right, bias)
        assert parts(node) == parts(Value._record(reductions.dot, (*left, *right, bias)))
        assert node.data == 12.0 + (bias if isinstance(bias, (int, float)) else 0.25)


def test_lists_are_as_they_were() -> None:
    ws, xs = [Value(0.5)], [Value(2.0)]
    mg.dot(ws, xs)
    mg.softmax(xs)
    assert (len(ws), len(xs)) == (1, 1)


def test_inside_no_grad_nothing_is_recorded() -> None:
    xs = [Value(1.0), Value(2.0)]
    with mg.no_grad():
        nodes = [*mg.softmax(xs), mg.dot(xs, xs), mg.sum([*xs, *xs])]
    assert all(node.operands == () and node.op is None for node in nodes)
    assert nodes[2].data == 5.0
