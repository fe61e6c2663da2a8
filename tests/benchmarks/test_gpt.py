"""The GPT of examples/14_gpt.py: compiled, against single operations recorded for each name."""

from __future__ import annotations

import functools
import gc
import itertools
import operator
import runpy
import time
from pathlib import Path
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value

pytestmark = pytest.mark.bench

EXAMPLE = Path(__file__).parents[2] / "examples" / "14_gpt.py"
STEPS = 1000


@pytest.fixture(scope="module")
def example() -> Any:
    """What the names in the example stand for."""
    threadpoolctl = pytest.importorskip("threadpoolctl")
    with threadpoolctl.threadpool_limits(1):
        yield runpy.run_path(str(EXAMPLE))


# ---- The same network by single operations ---------------------------------------------------


def added(xs: Any) -> Any:
    return functools.reduce(operator.add, xs)


def dot(ws: Any, xs: Any) -> Any:
    return added([w * x for w, x in zip(ws, xs, strict=True)])


def times(layer: Any, x: list[Any]) -> list[Any]:
    return [dot(neuron.w, x) for neuron in layer.neurons]


def plus(x: Any, y: Any) -> list[Any]:
    return [a + b for a, b in zip(x, y, strict=True)]


def normalised(x: list[Any]) -> list[Any]:
    scale = (dot(x, x) / len(x) + 1e-5) ** -0.5
    return [scale * number for number in x]


def softmax(logits: list[Any]) -> list[Any]:
    top = max(x.data for x in logits)
    powers = [(x - top).exp() for x in logits]
    total = added(powers)
    return [power / total for power in powers]


def loss_by_hand(model: Any, document: list[int]) -> Value:
    keys: list[Any] = []
    values: list[Any] = []
    costs = []
    for place, (letter, following) in enumerate(itertools.pairwise(document)):
        x = normalised(plus(model.letter.weight[letter], model.place.weight[place]))
        seen = normalised(x)
        query = times(model.query, seen)
        keys.append(times(model.key, seen))
        values.append(times(model.value, seen))
        heads = []
        for start in range(0, 16, 4):
            own = slice(start, start + 4)
            shares = softmax([dot(query[own], key[own]) / 2.0 for key in keys])
            heads += [dot(shares, column) for column in list(zip(*values, strict=True))[own]]
        x = plus(x, times(model.mix, heads))
        active = [y.relu() for y in times(model.up, normalised(x))]
        x = plus(x, times(model.down, active))
        costs.append(-softmax(times(model.head, x))[following].log())
    return added(costs) / len(costs)  # type: ignore[no-any-return]


# ---- Times -----------------------------------------------------------------------------------


def eager_step(model: Any, loss: Any, document: list[int]) -> float:
    """Seconds for the graph, the way back, and Adam's step; the collector is on."""
    optimizer = mg.optim.Adam(model.parameters(), 0.0)
    gc.collect()
    gc.freeze()  # so that it looks at this step's objects, and not at all programs
    start = time.process_time()
    optimizer.zero_grad()
    loss(document).backward()
    optimizer.step()
    taken = time.process_time() - start
    gc.unfreeze()
    return taken


def test_a_compiled_step_and_a_whole_training(example: Any) -> None:
    model, documents = example["GPT"](1), example["documents"][:STEPS]
    programs = mg.compile(model.loss, params=model.parameters())
    theta = programs.read_params()
    found = programs.value_and_grad([documents[0]])[0]
    assert found == pytest.approx(loss_by_hand(model, documents[0]).data, rel=1e-12)

    # Names of all lengths, in turn with the compiled steps on the same names.
    singly, in_words, compiled = 0.0, 0.0, 0.0
    sample = documents[:16]
    optimizer = mg.optim.Adam(model.parameters(), 0.0)
    for document in sample:
        programs.program([document])
    for document in sample:
        singly += eager_step(model, functools.partial(loss_by_hand, model), document)
        in_words += eager_step(model, model.loss, document)
        start = time.process_time()
        for _ in range(10):
            _, gradient = programs.value_and_grad([document], theta)
            optimizer.update(theta, gradient)
        compiled += (time.process_time() - start) / 10
    singly, in_words, compiled = (x / len(sample) for x in (singly, in_words, compiled))

    programs = mg.compile(model.loss, params=model.parameters())
    optimizer = mg.optim.Adam(model.parameters(), lambda step: 0.01 * (1 - step / STEPS))
    start = time.process_time()
    for document in documents:
        programs.program([document])
    compiling = time.process_time() - start
    for document in documents:
        _, gradient = programs.value_and_grad([document], theta)
        theta = optimizer.update(theta, gradient)
    total = time.process_time() - start

    names = {"single operations": singly, "words": in_words}
    print(f"\na step: compiled {compiled * 1e3:.2f} ms", end="")
    for name, eager in names.items():
        print(f"; in {name} {eager * 1e3:.1f} ms, {eager / compiled:.0f} ×", end="")
    print(
        f"\n{STEPS} steps: {total:.2f} s; to compile for {programs.lengths} {compiling:.2f} s",
        end="",
    )
    for name, eager in names.items():
        print(f"; {eager * STEPS / total:.0f} × {name}", end="")
    print()
    assert singly / compiled >= 50
    assert singly * STEPS / total >= 10
    assert total < 10
