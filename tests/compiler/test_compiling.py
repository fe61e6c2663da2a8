"""Functions of lists of any length: a program for each, compiled when it comes."""

from __future__ import annotations

import random
import re
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Program, Programs, Value, losses, nn
from microgradnn.compiler import compile


def weights(count: int) -> list[Value]:
    return [Value(1.0 + k) for k in range(count)]


def test_each_length_has_a_program_that_is_kept() -> None:
    w = weights(4)
    lengths = []

    def f(xs: list[Any]) -> Any:
        lengths.append(len(xs))
        return mg.dot(w[: len(xs)], xs) ** 2

    programs = compile(f, params=w)
    assert isinstance(programs, Programs)
    assert programs.lengths == []
    # (1·1 + 2·1)² and (1·0 + 2·2)²: the mean is 12.5, the gradient (2·3·(1, 1) + 2·4·(0, 2)) / 2.
    mean, gradient = programs.value_and_grad([[1.0, 1.0], [0.0, 2.0]])
    assert mean == 12.5
    assert gradient.tolist() == [3.0, 11.0, 0.0, 0.0]
    assert programs([[1.0, 1.0, 1.0]]).tolist() == [36.0]
    assert programs([[1.0, 1.0, 2.0], [0.0, 0.0, 0.0]]).tolist() == [81.0, 0.0]
    assert programs.lengths == [2, 3]
    assert lengths == [2, 2, 2, 3, 3]  # twice traced and once run; at a further length once each
    assert isinstance(programs.program([[0.0, 0.0]]), Program)
    assert programs.program([[0.0, 0.0]]) is programs.program(np.ones((9, 2)))
    assert repr(programs) == "Programs(4 params, lengths [2, 3])"


def test_parameters_are_given_read_and_written() -> None:
    w = weights(2)
    programs = compile(lambda xs: mg.sum(xs) * w[0], params=w)
    assert programs.read_params().tolist() == [1.0, 2.0]
    assert programs([[3.0]], [5.0, 0.0]).tolist() == [15.0]
    assert programs.value_and_grad([[3.0, 4.0]], theta=[2.0, 0.0])[0] == 14.0
    programs.write_params([0.5, 0.25])
    assert [x.data for x in w] == [0.5, 0.25]
    assert programs([[3.0]]).tolist() == [1.5]
    with pytest.raises(ValueError, match=r"theta must have shape \(2,\), a number for each"):
        programs.write_params([1.0])
    assert [x.data for x in w] == [0.5, 0.25]


def test_a_function_may_give_a_list_as_long_as_its_own() -> None:
    programs = compile(lambda xs: [mg.sum(xs[: k + 1]) for k in range(len(xs))])
    assert programs([[1.0, 2.0, 4.0]]).tolist() == [[1.0, 3.0, 7.0]]
    assert programs([[1.0], [2.0]]).tolist() == [[1.0], [2.0]]
    with pytest.raises(ValueError, match="value_and_grad needs a single output"):
        programs.value_and_grad([[1.0]])


@pytest.mark.parametrize("X", [[], [[]], [1.0, 2.0], 3.0, [[[1.0]]]])
def test_what_is_no_batch_is_refused(X: Any) -> None:
    programs = compile(mg.sum)
    with pytest.raises((ValueError, TypeError), match="X must"):
        programs(X)
    assert programs.lengths == []


def test_a_length_that_is_refused_is_not_kept() -> None:
    w = Value(2.0)

    def f(xs: list[Any]) -> Any:
        return w * xs[0] if len(xs) < 2 or xs[0] > 0 else w

    programs = compile(f, params=[w])
    assert programs([[1.0]]).tolist() == [2.0]
    for _ in range(2):
        with pytest.raises(ValueError, match="takes for true or false"):
            programs([[1.0, 2.0]])
    assert programs.lengths == [1]


@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize("weight", [1.0, 0.0])
def test_what_something_else_decides_is_refused_at_every_length(more: int, weight: float) -> None:
    """Also where the numbers of the example are the same, and the graph alone tells."""
    calls = iter(range(100))

    def f(xs: list[Any]) -> Any:
        return xs[0] * 2.0 + (weight * (xs[0] * float(next(calls))) if len(xs) > more else 0.0)

    programs = compile(f)
    if more:
        assert programs([[3.0]]).tolist() == [6.0]
    with pytest.raises(ValueError, match="something that is no input decides"):
        programs([[3.0] * (1 + more)])


def test_selections_are_found_at_every_length() -> None:
    programs = compile(lambda xs: mg.sum([mg.where(x > 0, x, -2.0 * x) for x in xs]))
    assert programs([[3.0]]).tolist() == [3.0]
    assert programs([[3.0, -1.0], [-1.0, -1.0]]).tolist() == [5.0, 4.0]
    # A selection of numbers gives ordinary runs no Value at all.
    steps = compile(lambda xs: mg.where(xs[-1] > 0, 1.0, -1.0))
    assert steps([[3.0]]).tolist() == [1.0]
    assert steps([[3.0, -3.0], [-3.0, 3.0]]).tolist() == [-1.0, 1.0]


def test_models_and_examples_give_a_single_program() -> None:
    assert isinstance(compile(nn.MLP(2, [1])), Program)
    assert isinstance(compile(mg.sum, example_inputs=[[1.0]]), Program)
    with pytest.raises(TypeError, match=r"params\[0\]"):
        compile(mg.sum, params=[1.0])  # type: ignore[list-item]


class Bigram(nn.Module):
    """The loss of a sequence: each letter is guessed from the one before."""

    def __init__(self) -> None:
        rng = random.Random(0)
        self.letter = nn.Embedding(5, 3, rng=rng)
        self.guess = nn.Layer(3, 5, activation="linear", rng=rng)

    def loss(self, letters: list[Any]) -> Any:
        logits = [self.guess(self.letter(letter)) for letter in letters[:-1]]
        return losses.cross_entropy(logits, letters[1:])


def test_sequences_are_columns_of_indices() -> None:
    model = Bigram()
    params = model.parameters()
    programs = compile(model.loss, params=params)
    rng = np.random.default_rng(0)
    for length in (2, 4, 7):
        X = rng.integers(0, 5, (6, length))
        graphs = [model.loss(row) for row in X.tolist()]
        mean, gradient = programs.value_and_grad(X)
        assert mean == pytest.approx(np.mean([loss.data for loss in graphs]), rel=1e-13)
        slopes = np.mean([mg.gradients(loss, params) for loss in graphs], axis=0)
        np.testing.assert_allclose(gradient, slopes, atol=1e-14)
    with pytest.raises(
        ValueError, match=r"row 1: .*index must be a whole number from 0 to 4, got 5"
    ):
        programs([[0, 1], [2, 5]])


def test_a_column_of_classes_is_told_that_they_are_one_hot_here() -> None:
    program = compile(nn.MLP(2, [4, 3], rng=0), losses.cross_entropy)
    message = (
        "X must have shape (samples, 5), a column per input and target, 2 and 3 of them (a class "
        "is one-hot here, data.one_hot(y, 3); fit takes y as it is); got (20, 3)"
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        program.value_and_grad(np.zeros((20, 3)))
    with pytest.raises(ValueError, match=re.escape("a column per input and target; got (1, 2)")):
        compile(nn.MLP(2, [1]), losses.mse_loss).value_and_grad([[1.0, 2.0]])
