"""Against micrograd 0.1.0 from PyPI: the same losses, how much sooner, and growth with size."""

import importlib
import random
from collections.abc import Callable
from typing import Any

import pytest
from sklearn.datasets import make_moons
from timing import setting, shortest, shortest_in_turns

import microgradnn as mg
from microgradnn import Value

pytestmark = pytest.mark.bench
pytest.importorskip("micrograd", reason="compares with micrograd: pip install micrograd")

# Micrograd's demonstration: two moons, a max-margin loss with L2 regularisation, SGD with a
# falling learning rate. Only the import differs between the two engines.
OURS = "from microgradnn import Value\nfrom microgradnn.nn import MLP\n"
THEIRS = "from micrograd.engine import Value\nfrom micrograd.nn import MLP\n"
PROGRAM = """
model = MLP(2, [16, 16, 1])
for p, w in zip(model.parameters(), weights):
    p.data = w

def loss():
    inputs = [list(map(Value, row)) for row in X]
    scores = list(map(model, inputs))
    margins = [(1 + -yi * score).relu() for yi, score in zip(y, scores)]
    data_loss = sum(margins) * (1.0 / len(margins))
    return data_loss + 1e-4 * sum((p * p for p in model.parameters()))

history = []
for k in range(steps):
    total = loss()
    model.zero_grad()
    total.backward()
    learning_rate = 1.0 - 0.9 * k / 100
    for p in model.parameters():
        p.data -= learning_rate * p.grad
    history.append(total.data)
"""


def moons() -> dict[str, Any]:
    X, labels = make_moons(n_samples=100, noise=0.1, random_state=1)
    rng = random.Random(1337)
    # Weights small enough that the first steps do not overshoot: chaos would hide an error.
    weights = [rng.uniform(-0.5, 0.5) for _ in range(337)]
    return {"X": X, "y": labels * 2 - 1, "weights": weights}


def losses(imports: str, steps: int) -> list[float]:
    names = {**moons(), "steps": steps}
    exec(imports + PROGRAM, names)
    return list(names["history"])


def test_the_program_runs_with_only_the_import_changed() -> None:
    ours, theirs = losses(OURS, 20), losses(THEIRS, 20)
    worst = max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
    print(f"\n20 steps, largest difference of the loss: {worst:.2e}; last loss {ours[-1]:.6f}")
    assert worst < 1e-9
    assert ours[-1] < ours[0]


def moons_step(engine: str, single: bool = False) -> Callable[[], object]:
    """One step of training on all hundred points; `single` writes each neuron with * and +."""
    value_class = importlib.import_module("micrograd.engine" if engine else "microgradnn").Value
    model = importlib.import_module(f"{engine or 'microgradnn'}.nn").MLP(2, [16, 16, 1])
    setting = moons()
    parameters = model.parameters()
    for p, w in zip(parameters, setting["weights"], strict=True):
        p.data = w

    def respond(x: Any) -> Any:
        if not single:
            return model(x)
        for place, layer in enumerate(model.layers):
            outs = []
            for neuron in layer.neurons:
                s = neuron.b
                for w, xi in zip(neuron.w, x, strict=True):
                    s = s + w * xi
                outs.append(s.relu() if place < 2 else s)
            x = outs
        return x[0]

    def step() -> None:
        scores = [respond(list(map(value_class, row))) for row in setting["X"]]
        margins = [(1 + -yi * s).relu() for yi, s in zip(setting["y"], scores, strict=True)]
        total = sum(margins) * (1.0 / len(margins)) + 1e-4 * sum(p * p for p in parameters)
        model.zero_grad()
        total.backward()
        for p in parameters:
            p.data -= 0.1 * p.grad

    return step


@pytest.mark.parametrize(("collector", "neurons", "single"), [(True, 28, 9), (False, 4.5, 1.8)])
def test_moons_step(collector: bool, neurons: float, single: float) -> None:
    """With the collector on, as everybody runs it, and off."""
    steps = {"micrograd": moons_step("micrograd"), "neurons": moons_step("")}
    steps["single"] = moons_step("", single=True)
    times = shortest_in_turns(steps, collector=collector)
    theirs = times["micrograd"]
    print(f"\n{setting()}\nmoons step, collector {'on' if collector else 'off'}:", end=" ")
    print(f"micrograd {theirs * 1e3:.0f} ms = 1, neurons {theirs / times['neurons']:.1f} ×", end="")
    print(f", single operations {theirs / times['single']:.2f} ×")
    assert theirs / times["neurons"] >= neurons
    assert theirs / times["single"] >= single


def chain(nodes: int) -> Callable[[], object]:
    def step() -> None:
        a, b = Value(0.5), Value(0.25)
        y = a
        for _ in range(nodes // 2):
            y = y * a + b
        y.backward()

    return step


def test_cost_of_a_node_hardly_grows_with_the_graph() -> None:
    small, large = shortest(chain(10**4)) / 10**4, shortest(chain(10**6), 3) / 10**6
    with mg.large_graph():
        small_uncollected = shortest(chain(10**4)) / 10**4
        large_uncollected = shortest(chain(10**6), 3) / 10**6
    growth, growth_uncollected = large / small, large_uncollected / small_uncollected
    print(f"\na node among 10⁴: {small * 1e9:.0f} ns, among 10⁶: {large * 1e9:.0f} ns", end="")
    print(f", {growth:.2f} ×; under large_graph {growth_uncollected:.2f} ×")
    assert growth <= 4
    assert growth_uncollected <= 1.5
