"""Random numbers in JavaScript, against Python's and NumPy's; one process runs all of it."""

import json
import math
import random
from typing import Any

import numpy as np
import pytest
from javascript import run

from microgradnn import nn

SEEDS = [0, 1, 624, 2**31, 2**32 - 1, 2**32, 2**53 - 1, 2**64, 7**500]
SHUFFLED = [*range(20), 2**32 + 1, 2**53]
SIZES = [*range(1, 20), 31, 32, 33, 63, 64, 65, 255, 256, 257, 1000, 1797, 5000]
LAYERS: list[dict[str, Any]] = [{"nin": 30, "nout": 20}, {"nin": 20, "nout": 5}]
WITHOUT = [{**layer, "bias": False} for layer in LAYERS]
INITS: list[nn.InitializerName] = ["zeros", "uniform", "normal", "he_normal", "xavier_uniform"]
PROGRAM = f"""
import {{ initialWeights, pythonRandom, shuffled }} from "./random.js";

const drawn = (count, draw) => Array.from({{ length: count }}, draw);
const result = {{
  random: {json.dumps([*map(str, SEEDS)])}.map((text) => {{
    const rng = pythonRandom(BigInt(text));
    return drawn(700, () => [rng.random(), rng.uniform(-3, 5), rng.gauss(0, 1)]);
  }}),
  number: pythonRandom(2 ** 53 - 1).random(),
  gauss: drawn(2, (_, k) => pythonRandom(1).gauss(k, 2)),
  shuffled: {json.dumps(SHUFFLED)}.map((s) => {json.dumps(SIZES)}.map((n) => [...shuffled(n, s)])),
  negative: (() => {{ try {{ pythonRandom(-1); }} catch (error) {{ return error.message; }} }})(),
  weights: {json.dumps(INITS)}.map((name) =>
    {json.dumps([LAYERS, WITHOUT])}.map((layers) => [...initialWeights(layers, name, 5)])),
}};
"""


@pytest.fixture(scope="module")
def ran() -> dict[str, Any]:
    result: dict[str, Any] = run(PROGRAM, {})
    return result


def units(got: float, expected: float) -> float:
    return abs(got - expected) / math.ulp(expected)


@pytest.mark.parametrize("k", range(len(SEEDS)), ids=[str(seed)[:20] for seed in SEEDS])
def test_numbers_are_pythons(ran: dict[str, Any], k: int) -> None:
    rng = random.Random(SEEDS[k])
    for uniform, spread, normal in ran["random"][k]:
        assert uniform == rng.random()
        assert spread == rng.uniform(-3, 5)
        assert units(normal, rng.gauss(0.0, 1.0)) <= 3


def test_a_seed_may_be_a_number(ran: dict[str, Any]) -> None:
    assert ran["number"] == random.Random(2**53 - 1).random()


def test_a_negative_seed_is_refused(ran: dict[str, Any]) -> None:
    assert ran["negative"] == "a seed must be from 0 on, got -1"


def test_normal_numbers_have_a_mean_and_a_deviation(ran: dict[str, Any]) -> None:
    first = random.Random(1).gauss(0.0, 1.0)
    assert ran["gauss"] == pytest.approx([2 * first, 1 + 2 * first], rel=1e-15)


@pytest.mark.parametrize("k", range(len(SHUFFLED)), ids=map(str, SHUFFLED))
def test_shuffles_are_numpys(ran: dict[str, Any], k: int) -> None:
    for size, got in zip(SIZES, ran["shuffled"][k], strict=True):
        order = np.arange(size)
        np.random.default_rng(SHUFFLED[k]).shuffle(order)
        assert got == order.tolist()


@pytest.mark.parametrize("k", range(len(INITS)), ids=INITS)
def test_first_weights_are_those_of_a_network(ran: dict[str, Any], k: int) -> None:
    for bias, weights in zip((True, False), ran["weights"][k], strict=True):
        expected = nn.MLP(30, [20, 5], bias=bias, init=INITS[k], rng=5).parameters()
        assert len(weights) == len(expected)
        # Python's own functions are not always rounded to the nearest number.
        found = [units(got, p.data) for got, p in zip(weights, expected, strict=True)]
        assert max(found) <= 2
        assert found.count(0) > 0.99 * len(found)
