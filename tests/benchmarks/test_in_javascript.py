"""Programs in JavaScript against the same in NumPy, by the time of the processor, in turns."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from in_node import node

from microgradnn import losses, nn
from microgradnn.compiler import Program, compile

pytestmark = pytest.mark.bench

ROUNDS, SECONDS = 9, 0.15  # of a round, in which calls are repeated

# Warms up first; then a line to its input asks for a round, and a line says how long a call took.
SCRIPT = """
import { createInterface } from "node:readline";
import { valueAndGrad } from "./program.mjs";
const [X, theta] = NUMBERS.map((x) => Float64Array.from(x));
const round = (seconds) => {
  const start = process.cpuUsage().user, end = performance.now() + 1000 * seconds;
  let calls = 0;
  for (; performance.now() < end; calls++) valueAndGrad(X, theta);
  return (process.cpuUsage().user - start) / calls;
};
round(1.5);
for await (const seconds of createInterface({ input: process.stdin })) console.log(round(+seconds));
"""


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Any:
    threadpoolctl = pytest.importorskip("threadpoolctl")
    with threadpoolctl.threadpool_limits(1):
        yield


def ratio(directory: Path, name: str, program: Program, X: np.ndarray) -> float:
    """How many times as long as NumPy's program that of JavaScript takes: the median of rounds."""
    theta = program.read_params()
    numbers = json.dumps([X.ravel().tolist(), theta.tolist()])
    (directory / "program.mjs").write_text(program.to_javascript(), "utf-8")
    (directory / "script.mjs").write_text(SCRIPT.replace("NUMBERS", numbers), "utf-8")
    with subprocess.Popen(
        [node(), "script.mjs"],
        cwd=directory,
        text=True,
        bufsize=1,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as script:
        assert script.stdin is not None
        assert script.stdout is not None
        ours, numpy = [], []
        for _ in range(ROUNDS):
            script.stdin.write(f"{SECONDS}\n")
            ours.append(float(script.stdout.readline()))
            numpy.append(microseconds(lambda: program.value_and_grad(X, theta)))
        script.stdin.close()
    found = statistics.median(a / b for a, b in zip(ours, numpy, strict=True))
    print(f"\n{name}: {min(ours):.1f} µs, NumPy {min(numpy):.1f} µs: {found:.2f} ×")
    return found


def microseconds(call: Callable[[], object]) -> float:
    start, end, calls = time.process_time(), time.perf_counter() + SECONDS, 0
    while time.perf_counter() < end:
        call()
        calls += 1
    return 1e6 * (time.process_time() - start) / calls


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_moons(tmp_path: Path, activation: nn.ActivationName) -> None:
    rng = np.random.default_rng(0)
    program = compile(nn.MLP(2, [16, 16, 1], activation=activation, rng=0), losses.hinge_loss)
    X = np.c_[rng.standard_normal((100, 2)), np.sign(rng.standard_normal((100, 1)))]
    assert ratio(tmp_path, f"moons, {activation}, 100", program, X) <= 3.0


@pytest.mark.parametrize("batch", [32, 256])
def test_digits(tmp_path: Path, batch: int) -> None:
    rng = np.random.default_rng(0)
    program = compile(nn.MLP(64, [32, 10], rng=0), losses.cross_entropy)
    X = np.c_[rng.standard_normal((batch, 64)), np.eye(10)[rng.integers(0, 10, batch)]]
    assert ratio(tmp_path, f"digits, {batch}", program, X) <= 8.0
