"""Eager work: a GPT against its own engine, softmax against single steps, a node."""

import gc
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import test_scale
from scalar_gpt import GPT, OURS, Scalar, logsumexp_by_hand, softmax_by_hand
from timing import setting, shortest_in_turns

import microgradnn as mg
from microgradnn import Value

pytestmark = pytest.mark.bench


@pytest.mark.parametrize("collector", [True, False])
def test_gpt_step(collector: bool) -> None:
    models = {"own": GPT(Scalar), "swapped": GPT(Value), "words": GPT(Value, OURS)}
    courses = [[model.step() for _ in range(3)] for model in models.values()]
    assert np.ptp(courses, axis=0).max() < 1e-9
    steps = {name: model.step for name, model in models.items()}
    times = shortest_in_turns(steps, collector=collector)
    swapped, words = times["own"] / times["swapped"], times["own"] / times["words"]
    print(f"\n{setting()}\nGPT step, collector {'on' if collector else 'off'}:", end=" ")
    print(f"own engine {times['own'] * 1e3:.0f} ms = 1,", end=" ")
    print(f"swapped {swapped:.2f} ×, in our words {words:.2f} ×")
    if collector:
        assert swapped >= 1.9
        assert words >= 6


# ---- Softmax and logsumexp ---------------------------------------------------------------------


def repeated(work: Callable[[Any], object], function: Any) -> Callable[[], object]:
    """Five times the work, which is short."""
    return lambda: [work(function) for _ in range(5)]


@pytest.mark.parametrize("length", [27, 100])
@pytest.mark.parametrize("name", ["softmax", "logsumexp"])
def test_a_reduction_takes_at_most_twice_as_long_as_single_steps(name: str, length: int) -> None:
    by_hand = {"softmax": softmax_by_hand, "logsumexp": logsumexp_by_hand}[name]
    xs = [Value(0.37 * k % 3) for k in range(length)]
    factors = [float(k % 3) for k in range(length)]

    def backward(function: Callable[[Sequence[Any]], Any]) -> None:
        results = function(xs)
        # Of softmax, one number that depends on all results.
        (mg.dot(results, factors) if name == "softmax" else results).backward()

    ratios = []
    for what, work in {"forward": lambda f: f(xs), "with backward": backward}.items():
        steps = {
            "by hand": repeated(work, by_hand),
            "ours": repeated(work, getattr(mg, name)),
        }
        times = shortest_in_turns(steps)
        ratios.append(times["ours"] / times["by hand"])
        print(f"\n{name} of {length} Values, {what}: by hand", end=" ")
        print(f"{times['by hand'] / 5 * 1e6:.0f} µs = 1, ours takes {ratios[-1]:.2f}", end="")
    print(f"\n{setting()}")
    # Each share of a softmax depends on all logits, so there are as many derivatives as pairs.
    assert max(ratios) <= (5 if (name, length) == ("softmax", 100) else 2)


# ---- A node ------------------------------------------------------------------------------------


def chain(side: int = 100) -> test_scale.Graph:
    """y·a + b, again and again: as many nodes as the graphs of `test_scale` have."""
    a, b = Value(0.5), Value(0.25)
    y = a
    for _ in range(side**2 // 2):
        y = y * a + b
    return y, [a, b], []


def test_time_of_a_node() -> None:
    def step() -> None:
        chain()[0].backward()

    with mg.large_graph():
        seconds = shortest_in_turns({"chain": step}, 21)["chain"] / 10**4
    print(f"\n{setting()}\na node of a chain of 10⁴, recorded and differentiated", end=" ")
    print(f"under large_graph: {seconds * 1e6:.2f} µs")
    assert seconds <= 1.2e-6


@pytest.mark.parametrize("build", [chain, *test_scale.GRAPHS])
def test_bytes_of_a_node(build: Callable[..., test_scale.Graph]) -> None:
    """What a graph holds: the blocks it has asked Python for, with its numbers and leaves."""
    build(10)  # writes the kernels
    tracemalloc.start()
    root = build(100)[0]
    gc.collect()
    recorded = tracemalloc.get_traced_memory()[0] / 10**4
    root.backward()  # keeps a gradient in each node
    gc.collect()
    passed = tracemalloc.get_traced_memory()[0] / 10**4
    tracemalloc.stop()
    print(
        f"\n{setting()}\n{build.__module__}.{build.__name__}: {recorded:.0f} bytes a node,", end=" "
    )
    print(f"{passed:.0f} after a backward pass")
    assert recorded <= (150 if build is chain else 300)
    assert passed <= 300
