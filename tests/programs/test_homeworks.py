"""Programs in the style of homeworks: losses and networks by hand, letter by letter."""

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from complex_step import value_and_gradient

from microgradnn.engine import Value

Program = Callable[[list[Any]], Any]


def softmax(logits: list[Any]) -> list[Any]:
    largest = max(x.data for x in logits)
    powers = [(x - largest).exp() for x in logits]
    total = sum(powers)
    return [power / total for power in powers]


def assert_differentiated(program: Program, numbers: list[float], rel: float = 1e-10) -> None:
    """The value and every derivative of a program are those of the complex step."""
    parameters = [Value(x) for x in numbers]
    loss = program(parameters)
    loss.backward()
    value, gradient = value_and_gradient(program, numbers)
    assert loss.data == pytest.approx(value, rel=1e-12)
    assert [p.grad for p in parameters] == pytest.approx(gradient, rel=rel, abs=1e-14)
    assert max(map(abs, gradient)) > 1e-3


# ---- Losses ------------------------------------------------------------------------------------


def test_the_likelihood_of_a_class() -> None:
    numbers, label = [0.0, 3.0, -2.0, 1.0], 3
    logits = [Value(x) for x in numbers]
    counts = [logit.exp() for logit in logits]
    denominator = sum(counts)
    probs = [c / denominator for c in counts]
    loss = -probs[label].log()
    loss.backward()
    expected = np.exp(numbers) / np.exp(numbers).sum()
    assert [p.data for p in probs] == pytest.approx(expected, rel=1e-14)
    assert loss.data == pytest.approx(-math.log(expected[label]), rel=1e-14)
    assert [x.grad for x in logits] == pytest.approx(expected - np.eye(4)[label], rel=1e-13)


def test_the_greatest_logit_may_be_taken_off() -> None:
    numbers = [1000.0, 1001.0, 998.5]
    logits = [Value(x) for x in numbers]
    (-softmax(logits)[0].log()).backward()
    expected = np.exp(np.array(numbers) - 1001.0)
    expected /= expected.sum()
    assert [x.grad for x in logits] == pytest.approx(expected - np.eye(3)[0], rel=1e-12)


def test_a_line_through_points_of_an_array() -> None:
    """NumPy's arrays of floats times a Value are arrays of Values."""
    x = np.array([0.0, 1.0, 2.0, 3.0])
    y = np.array([1.0, 2.5, 5.5, 6.0])
    slope, offset = Value(0.5), Value(0.0)
    for _ in range(3):
        residuals = x * slope + offset - y
        loss = (residuals**2).sum() / len(x)
        slope.grad, offset.grad = 0.0, 0.0
        loss.backward()
        r = x * slope.data + offset.data - y
        assert loss.data == pytest.approx((r**2).mean(), rel=1e-14)
        assert slope.grad == pytest.approx(2 * (r * x).mean(), rel=1e-14)
        assert offset.grad == pytest.approx(2 * r.mean(), rel=1e-14)
        slope.data -= 0.1 * slope.grad
        offset.data -= 0.1 * offset.grad


# ---- Letters -----------------------------------------------------------------------------------

LETTERS = ".ab"
NAMES = ["abba", "ab", "baab", "aab"]
PAIRS = [
    (LETTERS.index(a), LETTERS.index(b))
    for name in NAMES
    for a, b in zip(f".{name}", f"{name}.", strict=True)
]


def test_a_table_of_pairs_learns_their_frequencies() -> None:
    """Trained by hand on all pairs at once; the same in NumPy."""
    random.seed(2147483647)
    W = [[Value(random.gauss(0, 1)) for _ in LETTERS] for _ in LETTERS]
    table = np.array([[w.data for w in row] for row in W])
    for _ in range(15):
        terms = [-softmax(W[a])[b].log() for a, b in PAIRS]
        parameters = [w for row in W for w in row]
        mean = sum(terms) / len(terms) + 0.01 * (sum(w**2 for w in parameters) / len(parameters))
        for w in parameters:
            w.grad = 0.0
        mean.backward()
        for w in parameters:
            w.data += -5.0 * w.grad

        probs = np.exp(table) / np.exp(table).sum(axis=1, keepdims=True)
        likelihood = -np.mean([math.log(probs[a, b]) for a, b in PAIRS])
        assert mean.data == pytest.approx(likelihood + 0.01 * (table**2).mean(), rel=1e-12)
        gradient = 0.02 * table / table.size
        for a, b in PAIRS:
            gradient[a] += (probs[a] - np.eye(3)[b]) / len(PAIRS)
        table = table - 5.0 * gradient
    assert np.array([[w.data for w in row] for row in W]) == pytest.approx(table, rel=1e-11)


def rows(flat: list[Any], height: int, width: int) -> list[list[Any]]:
    return [flat[k * width : (k + 1) * width] for k in range(height)]


def embedded(parameters: list[Any]) -> Any:
    """Two letters, looked up in a table, give the third by way of a hidden layer."""
    C, W1, W2 = rows(parameters[:6], 3, 2), rows(parameters[6:22], 4, 4), parameters[22:]
    terms = []
    for name in NAMES[:2]:
        context = [0, 0]
        for k in [*map(LETTERS.index, name), 0]:
            x = C[context[0]] + C[context[1]]
            hidden = [sum(w * xi for w, xi in zip(row, x, strict=True)).tanh() for row in W1]
            weights = rows(W2, 3, 4)
            logits = [sum(w * h for w, h in zip(row, hidden, strict=True)) for row in weights]
            terms.append(-softmax(logits)[k].log())
            context = [context[1], k]
    return sum(terms) / len(terms)


def test_a_network_with_a_table_of_letters() -> None:
    rng = random.Random(3)
    assert_differentiated(embedded, [rng.gauss(0, 0.7) for _ in range(34)])


def recurrent(parameters: list[Any]) -> Any:
    """A state of three numbers reads a name letter by letter and foretells the next."""
    by_letter, by_state, out = (rows(parameters[k : k + 9], 3, 3) for k in (0, 9, 18))
    bias = parameters[27:30]
    h: list[Any] = [0.0, 0.0, 0.0]
    loss: Any = 0.0
    for a, b in zip(".abba", "abba.", strict=True):
        x = [row[LETTERS.index(a)] for row in by_letter]
        fed_back = [sum(w * hi for w, hi in zip(row, h, strict=True)) for row in by_state]
        h = [(p + q + r).tanh() for p, q, r in zip(x, fed_back, bias, strict=True)]
        logits = [sum(w * hi for w, hi in zip(row, h, strict=True)) for row in out]
        loss += -softmax(logits)[LETTERS.index(b)].log()
    return loss / 5


def test_a_recurrent_network() -> None:
    rng = random.Random(4)
    assert_differentiated(recurrent, [rng.uniform(-1, 1) for _ in range(30)])


def test_a_recurrent_network_is_trained_with_clipped_gradients() -> None:
    rng = random.Random(5)
    numbers = [rng.uniform(-2, 2) for _ in range(30)]
    parameters = [Value(x) for x in numbers]
    for _ in range(4):
        loss = recurrent(parameters)
        for p in parameters:
            p.grad = 0
        loss.backward()
        for p in parameters:
            p.grad = max(-0.1, min(0.1, p.grad))
            p.data -= 0.5 * p.grad
        value, gradient = value_and_gradient(recurrent, numbers)
        assert loss.data == pytest.approx(value, rel=1e-11)
        assert max(map(abs, gradient)) > 0.1
        clipped = np.clip(gradient, -0.1, 0.1)
        numbers = [float(x - 0.5 * g) for x, g in zip(numbers, clipped, strict=True)]


# ---- A GPT, written with single operations -----------------------------------------------------

WIDTH, HEADS = 4, 2
PLACES = 5
SHAPES = [(3, WIDTH), (PLACES, WIDTH), *[(WIDTH, WIDTH)] * 4, (8, WIDTH), (WIDTH, 8), (3, WIDTH)]


def linear(x: list[Any], w: list[list[Any]]) -> list[Any]:
    return [sum(wi * xi for wi, xi in zip(wo, x, strict=True)) for wo in w]


def rmsnorm(x: list[Any]) -> list[Any]:
    scale = (sum(xi * xi for xi in x) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def gpt(parameters: list[Any]) -> Any:
    matrices, start = [], 0
    for height, width in SHAPES:
        matrices.append(rows(parameters[start:], height, width))
        start += height * width
    letters, places, query, key, value, out, widen, narrow, head = matrices
    keys, values, terms = [], [], []
    for place, (a, b) in enumerate(zip(".abba", "abba.", strict=True)):
        pair = zip(letters[LETTERS.index(a)], places[place], strict=True)
        x = rmsnorm([t + p for t, p in pair])
        residual, x = x, rmsnorm(x)
        q = linear(x, query)
        keys.append(linear(x, key))
        values.append(linear(x, value))
        mixed = []
        for h in range(0, WIDTH, WIDTH // HEADS):
            span = range(h, h + WIDTH // HEADS)
            scores = [sum(q[j] * k[j] for j in span) / len(span) ** 0.5 for k in keys]
            weights = softmax(scores)
            for j in span:
                mixed.append(sum(w * v[j] for w, v in zip(weights, values, strict=True)))
        x = [r + y for r, y in zip(residual, linear(mixed, out), strict=True)]
        residual, x = x, rmsnorm(x)
        x = linear([xi.relu() ** 2 for xi in linear(x, widen)], narrow)
        x = [r + y for r, y in zip(residual, x, strict=True)]
        terms.append(-softmax(linear(x, head))[LETTERS.index(b)].log())
    return (1 / len(terms)) * sum(terms)


def test_a_gpt() -> None:
    rng = random.Random(6)
    assert_differentiated(gpt, [rng.gauss(0, 0.4) for _ in range(sum(h * w for h, w in SHAPES))])
