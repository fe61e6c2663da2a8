"""NumPy's program on one thread against jax.jit, on one device and on eight of one processor."""

import functools
import os
import subprocess
import sys
import time
import timeit
from typing import Any

import numpy as np
import pytest
from test_compiler import irregular

import microgradnn as mg
from microgradnn import losses, nn

pytestmark = pytest.mark.bench


@pytest.mark.parametrize("devices", [1, 8])
def test_digits(devices: int) -> None:
    """In a process of its own, since a process has its devices from the start."""
    pytest.importorskip("jax", reason="pip install 'microgradnn[jax]'")
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([sys.executable, __file__, str(devices)], env=environment, check=True)


def measure(devices: int) -> None:
    import jax
    from jax.sharding import NamedSharding, PartitionSpec

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_num_cpu_devices", devices)
    mesh = jax.make_mesh((devices,), ("batch",))
    rng, program = (
        np.random.default_rng(0),
        mg.compile(nn.MLP(64, [32, 10], rng=0), losses.cross_entropy),
    )
    theta = program.read_params()
    for batch in (32, 256, 8192, 65536):
        X = np.c_[rng.uniform(0, 1, (batch, 64)), np.eye(10)[rng.integers(0, 10, batch)]]
        rows = jax.device_put(X, NamedSharding(mesh, PartitionSpec("batch")))
        step, compiling = compiled(jax, program, rows, theta)
        wanted = program.value_and_grad(X, theta)[1]
        assert np.allclose(step(rows, theta)[1], wanted, rtol=1e-12, atol=1e-12)
        runs = [
            functools.partial(program.value_and_grad, X, theta),
            functools.partial(lambda step, rows: step(rows, theta)[1].tolist(), step, rows),
        ]
        repeats = 200 if batch < 10_000 else 20
        numpy, jitted = (1e6 * min(timeit.repeat(run, number=1, repeat=repeats)) for run in runs)
        print(
            f"digits, batch {batch:6,}: NumPy {numpy:9,.0f} µs; jax.jit, {devices} devices, "
            f"{jitted:9,.0f} µs, {jitted / numpy:.2f} ×, compiled in {compiling:.2f} s"
        )
    if devices == 1:
        out, inputs, params = irregular(250)
        known = set(mg.topological_order(out))
        program = mg.compile(out, inputs, [param for param in params if param in known])
        _, compiling = compiled(jax, program, np.ones((32, 64)), program.read_params())
        print(f"irregular graph of 250 operations: jax.jit compiled in {compiling:.1f} s")


def compiled(jax: Any, program: mg.Program, X: Any, theta: Any) -> tuple[Any, float]:
    """The program as machine code, and how long this took."""
    start = time.perf_counter()
    step = jax.jit(program.to_jax()).lower(X, theta).compile()
    return step, time.perf_counter() - start


if __name__ == "__main__":
    measure(int(sys.argv[1]))
