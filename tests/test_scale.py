"""Graphs of 10⁴ to 10⁶ nodes, by profile: built, read, copied, drawn, freed."""

from __future__ import annotations

import copy
import gc
import math
import os
import pickle
import random
import subprocess
import sys
import sysconfig
import tracemalloc
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from effort import by_profile
from outputs import single

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.explaining.passes import Contribution, Forward
from microgradnn.sums import MOST_ROUNDED

SIDE = by_profile(dev=100, ci=316, nightly=1000)
NODES = SIDE * SIDE
STATM = Path("/proc/self/statm")

Graph = tuple[Value, list[Value], list[float]]  # a root, its leaves, and their derivatives


def chain(side: int = SIDE) -> Graph:
    x = y = Value(1.0, label="x")
    for k in range(side**2):
        y = y * (0.5 if k % 2 else 2.0)
    return y, [x], [2.0 if side % 2 else 1.0]


def addends(side: int = SIDE) -> Graph:
    leaves = [Value(k / side**2) for k in range(side**2)]
    return mg.sum(leaves), leaves, [1.0] * side**2


def products(side: int = SIDE) -> Graph:
    half = side**2 // 2
    ws, xs = [Value(k / half) for k in range(half)], [Value(1.0 - k / half) for k in range(half)]
    return mg.dot(ws, xs), ws + xs, [x.data for x in xs + ws]


def fan_out(side: int = SIDE) -> Graph:
    x, numbers = Value(0.5, label="x"), [k / side**2 for k in range(side**2)]
    return mg.sum([x * number for number in numbers]), [x], [math.fsum(numbers)]


def lattice(side: int = SIDE) -> Graph:
    """Each node is the maximum of two neighbours that are equal, so that each gets one half.

    A gradient is then the probability that a walk from the root, which goes up or left by the toss
    of a coin, leaves the lattice at this place.
    """
    top, left = [Value(1.0) for _ in range(side)], [Value(1.0) for _ in range(side)]
    row = top
    for node in left:
        following = []
        for above in row:
            node = mg.maximum(node, above)
            following.append(node)
        row = following
    tosses = range(2 * side - 1, side - 1, -1)
    return row[-1], top + left, [math.comb(n - 1, side - 1) / 2**n for n in tosses] * 2


GRAPHS: list[Callable[..., Graph]] = [chain, addends, products, fan_out, lattice]
each_graph = pytest.mark.parametrize("build", GRAPHS)


def assert_gradients(leaves: list[Value], derivatives: list[float]) -> None:
    for leaf, derivative in zip(leaves, derivatives, strict=True):
        assert math.isclose(leaf.grad, derivative, rel_tol=1e-12)


def values_alive() -> int:
    return sum(type(x) is Value for x in gc.get_objects())


@each_graph
def test_build_differentiate_and_delete(build: Callable[..., Graph]) -> None:
    before = values_alive()
    with mg.large_graph():
        root, leaves, derivatives = build()
        assert NODES <= values_alive() - before == len(mg.topological_order(root))
        root.backward()
        assert_gradients(leaves, derivatives)
        del root, leaves
        assert values_alive() == before  # without the collector


@each_graph
@pytest.mark.parametrize("way", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies(build: Callable[..., Graph], way: Callable[[Any], Any]) -> None:
    with mg.large_graph():
        root, leaves, derivatives = build()
        twin, twins = way((root, leaves))
        del root, leaves
        twin.backward()
        assert_gradients(twins, derivatives)


@each_graph
def test_a_picture_is_folded(build: Callable[..., Graph]) -> None:
    drawing = mg.draw(build()[0])
    assert len(drawing.svg) < 200_000
    assert drawing._diagram
    assert 2 <= len(drawing._diagram.boxes) <= 60


@each_graph
def test_steps_are_made_one_by_one(build: Callable[..., Graph]) -> None:
    with mg.large_graph():
        root, _, _ = build()
        steps = mg.steps(root)
        assert repr(steps) == f"<{len(steps):,} steps>"
        assert isinstance(next(iter(steps)), Forward)
        tracemalloc.start()
        (last,) = deque(steps, maxlen=1)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert isinstance(last, Contribution)
        root.backward()
        assert last.after == last.operand.grad
        # Kept are only the gradients that wait to be passed on: of a line of the lattice, or of
        # all leaves. Each takes at most 150 bytes, and what walks over the steps a little more.
        waiting = 2 * SIDE if build in (chain, lattice) else NODES
        assert peak < 150 * waiting + 10_000


# Without the global lock each object of Python is larger by 16 bytes, its lock and second count.
LIMIT = 400 if sysconfig.get_config_var("Py_GIL_DISABLED") else 300


@pytest.mark.skipif(not STATM.exists(), reason="reads the resident memory from Linux's /proc")
@each_graph
def test_a_node_takes_at_most_300_bytes(build: Callable[..., Graph]) -> None:
    side = max(SIDE, 316)  # of fewer nodes, whole pages would blur the size
    program = f"""
import mmap
import numpy  # which a dot of many operands loads
from test_scale import *
{build.__name__}(10)  # compiles the kernels
pages = int(STATM.read_text().split()[1])
graph = {build.__name__}({side})
print((int(STATM.read_text().split()[1]) - pages) * mmap.PAGESIZE / {side**2})
"""
    output = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parent,
        env={**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536"},  # what is freed goes back
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert 80 < float(output) <= LIMIT


# ---- Sums that are right to the last place -----------------------------------------------------

TERMS = NODES if SIDE == 1000 else 10_000  # fewer, for exact integers are slow
UNIT = 2**2148  # of which every product of two floats is a multiple


def exact_sum(*columns: list[float]) -> int:
    """The sum of the products of each row, in units of 1 / UNIT."""
    total = 0
    for row in zip(*columns, strict=True):
        ratios = [x.as_integer_ratio() for x in row]
        total += math.prod(n for n, _ in ratios) * (UNIT // math.prod(d for _, d in ratios))
    return total


def error(got: float, exact: int) -> float:
    """In units of the last place."""
    return abs(exact_sum([got]) - exact) / exact_sum([math.ulp(got)])


def cancelling(rng: random.Random, count: int) -> list[float]:
    """Numbers of all sizes; those of the second half cancel the first, but for the last digit."""
    numbers = [rng.gauss(0, 1) * 2.0 ** rng.randint(-300, 300) for _ in range(count // 2)]
    return numbers + [-x * (1 + rng.randint(1, 3) * 2**-52) for x in numbers]


def test_a_sum_is_right_to_the_last_place() -> None:
    rng = random.Random(0)
    for numbers in (
        *([rng.uniform(0, 1) for _ in range(TERMS)], cancelling(rng, TERMS)),
        *([1e308] * TERMS + [-1e308] * TERMS + [1.0], [5e-324, -1e-323] * TERMS),
    ):
        exact = exact_sum(numbers)
        rng.shuffle(numbers)
        assert error(mg.sum(numbers), exact) <= 0.5
        assert mg.sum(map(Value, numbers)).data == mg.sum(numbers)


def factors(count: int) -> list[tuple[list[float], list[float]]]:
    """Weights and inputs: positive ones, and ones whose products cancel but for the last digit."""
    rng = random.Random(0)
    positive = [[rng.uniform(0, 1) for _ in range(count)] for _ in range(2)]
    large, numbers = cancelling(rng, count), [rng.uniform(1, 2) for _ in range(count // 2)] * 2
    return [(positive[0], positive[1]), (large, [3.0] * count), (large, numbers)]


def test_a_dot_of_many_terms_is_right_to_the_last_place() -> None:
    for ws, xs in factors(TERMS):
        exact, got = exact_sum(ws, xs), mg.dot(ws, xs)
        assert mg.dot(map(Value, ws), xs).data == mg.dot(map(Value, ws), map(Value, xs)).data == got
        assert error(got, exact) <= 0.5


def test_a_dot_of_few_terms_is_the_exact_sum_of_rounded_products() -> None:
    for ws, xs in factors(MOST_ROUNDED):
        got, products = mg.dot(ws, xs), [w * x for w, x in zip(ws, xs, strict=True)]
        assert mg.dot(map(Value, ws), xs).data == mg.dot(map(Value, ws), map(Value, xs)).data == got
        assert error(got, exact_sum(products)) <= 0.5


# ---- Threads -----------------------------------------------------------------------------------


def test_threads_with_graphs_of_their_own_do_not_disturb_each_other() -> None:
    def train(seed: int) -> list[float]:
        rng, model = random.Random(seed), nn.MLP(2, [4, 1], activation="tanh", rng=seed)
        optimizer = mg.optim.Adam(model.parameters())
        for _ in range(30):
            row = [rng.gauss(0, 1), rng.gauss(0, 1)]
            with mg.no_grad():
                assert single(model(row)).operands == ()
            with mg.debug():
                loss = mg.losses.mse_loss([model(row)], [1.0])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return [p.data for p in model.parameters()]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(train, range(8))) == list(map(train, range(8)))


def test_threads_may_share_weights_that_nobody_changes() -> None:
    model = nn.MLP(2, [8, 1], activation="tanh", rng=0)

    def slopes(x: float) -> list[float]:
        return mg.gradients(single(model([x, 1.0])), model.parameters())

    points = [k / 50 for k in range(100)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(slopes, points)) == list(map(slopes, points))
