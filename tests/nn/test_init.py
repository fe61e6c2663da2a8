"""Initial weights: their spread, and what they depend on."""

import importlib
import itertools
import math
import random
import statistics
import subprocess
import sys
from typing import Any

import pytest
from outputs import single

from microgradnn import nn

UNKNOWN: Any = "he"  # neither an activation nor an initializer


def test_initial_weights_have_the_stated_spread() -> None:
    rng = random.Random(1)
    for fan_in, std in ((2, 1.0), (3, 0.8165)):
        draws = [nn.he_normal(fan_in, 1, rng) for _ in range(100_000)]
        assert statistics.pstdev(draws) == pytest.approx(std, rel=0.01)
        assert statistics.fmean(draws) == pytest.approx(0, abs=0.01)
    draws = [nn.xavier_uniform(2, 4, rng) for _ in range(100_000)]
    assert statistics.pstdev(draws) == pytest.approx(1 / math.sqrt(3), rel=0.01)
    assert max(map(abs, draws)) <= 1.0
    draws = [nn.uniform(2, 5)(1, 1, rng) for _ in range(1000)]
    assert 2 <= min(draws) < 2.1 < 4.9 < max(draws) <= 5


def weights(model: nn.Module) -> list[float]:
    return [p.data for p in model.parameters()]


def test_with_a_seed_weights_depend_on_nothing_else() -> None:
    state = random.getstate()
    first = weights(nn.MLP(2, [3, 1], rng=5))
    assert first == weights(nn.MLP(2, [3, 1], rng=random.Random(5)))
    assert first != weights(nn.MLP(2, [3, 1], rng=0))
    assert weights(nn.Layer(2, 3, rng=5)) == weights(nn.MLP(2, [3], rng=5))
    assert weights(nn.Neuron(2, rng=5)) == weights(nn.MLP(2, [3], rng=5).layers[0].neurons[0])
    assert len(set(first)) == len(first) - 3  # all drawn weights differ; the four biases are 0
    assert random.getstate() == state


@pytest.mark.parametrize("rng", [None, random], ids=["none", "the module"])
def test_without_a_seed_networks_differ_and_pythons_random_decides(rng: Any) -> None:
    builds = (
        lambda: nn.Neuron(2, rng=rng),
        lambda: nn.Layer(2, 2, rng=rng),
        lambda: nn.MLP(2, [4, 1], rng=rng),
    )
    for build in builds:
        random.seed(1337)
        first, second = weights(build()), weights(build())
        assert not set(first) & set(second) - {0.0}
        random.seed(1337)
        assert [weights(build()), weights(build())] == [first, second]


@pytest.mark.parametrize("init", ["uniform", "normal", "he_normal", "xavier_uniform"])
def test_a_model_passes_one_generator_down(init: nn.InitializerName) -> None:
    """So the module `random` and a generator of the same seed draw the same, to the last weight."""
    random.seed(1337)
    generator = random.Random(1337)
    unseeded, seeded = nn.MLP(3, [5, 4, 1], init=init), nn.MLP(3, [5, 4, 1], init=init, rng=1337)
    given = nn.MLP(3, [5, 4, 1], init=init, rng=generator)
    assert weights(unseeded) == weights(seeded) == weights(given)
    assert random.gauss(0.0, 1.0) == generator.gauss(0.0, 1.0)  # None has drawn more than the other


def test_the_draws_are_those_of_micrograd() -> None:
    """Neuron by neuron its weights, all from −1 to 1; biases are 0."""
    random.seed(1337)
    expected = []
    for fan_in, fan_out in itertools.pairwise([2, 16, 16, 1]):
        for _ in range(fan_out):
            expected += [*(random.uniform(-1, 1) for _ in range(fan_in)), 0.0]
    random.seed(1337)
    assert weights(nn.MLP(2, [16, 16, 1], init="uniform")) == expected
    pytest.importorskip("micrograd", reason="compares with micrograd: pip install micrograd")
    random.seed(1337)
    theirs = importlib.import_module("micrograd.nn").MLP(2, [16, 16, 1])
    assert [p.data for p in theirs.parameters()] == expected


def test_random_is_imported_only_where_weights_are_drawn() -> None:
    text = (
        "import sys; from microgradnn import nn; assert 'random' not in sys.modules; "
        "nn.Neuron(1); assert 'random' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", text], check=True)


def test_zero_weights_give_equal_gradients() -> None:
    model = nn.MLP(2, [3, 1], activation="sigmoid", init="zeros")
    single(model([1.0, 2.0])).backward()
    assert len({tuple(w.grad for w in neuron.w) for neuron in model.layers[0].neurons}) == 1


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: nn.MLP(2, [1], init=UNKNOWN), ValueError, "init must be"),
        (lambda: nn.MLP(2, [1, 0]), ValueError, "in nouts each nout must be at least 1"),
        (lambda: nn.MLP(2, [1], output_activation=UNKNOWN), ValueError, "activation must be"),
        (lambda: nn.Layer(2, 2, "tanh", nonlin=False), ValueError, "nonlin=False is"),
        (lambda: nn.Neuron(2, nonlin=0), TypeError, "nonlin must be"),  # type: ignore[arg-type]
        (lambda: nn.MLP(2, [1], rng="0"), TypeError, "rng must be"),  # type: ignore[arg-type]
        (lambda: nn.uniform(2, 1), ValueError, "low must be"),
        (lambda: nn.normal(-1), ValueError, "std must be"),
    ],
)
def test_wrong_initial_weights(build: Any, error: type[Exception], message: str) -> None:
    state = random.getstate()
    with pytest.raises(error, match=message):
        build()
    assert random.getstate() == state
