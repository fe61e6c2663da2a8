"""NumPy's program against jax.jit, on one device and on eight that share the same processor."""

import subprocess
import sys
import time

import numpy as np
import pytest
from test_compiler import seconds

import microgradnn as mg
from microgradnn import losses, nn

pytestmark = pytest.mark.bench


@pytest.mark.parametrize("devices", [1, 8])
def test_digits(devices: int) -> None:
    """In a process of its own, since a process has its devices from the start."""
    pytest.importorskip("jax", reason="pip install 'microgradnn[jax]'")
    subprocess.run([sys.executable, __file__, str(devices)], check=True)


def measure(devices: int) -> None:
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_num_cpu_devices", devices)
    rng, model = np.random.default_rng(0), nn.MLP(64, [32, 10])
    start = time.perf_counter()
    program = mg.compile(model, losses.cross_entropy)
    program.source  # noqa: B018 - compiles the reverse pass
    print(f"\ndigits, MLP(64, [32, 10]); compiled in {time.perf_counter() - start:.2f} s")
    theta = program.read_params()
    mesh = jax.make_mesh((devices,), ("batch",))
    everywhere = jax.NamedSharding(mesh, jax.P("batch"))
    for batch in (32, 256, 8192, 65536):
        X = np.c_[rng.uniform(0, 1, (batch, 64)), np.eye(10)[rng.integers(0, 10, batch)]]
        rows = jax.device_put(X, everywhere)
        start = time.perf_counter()
        step = jax.jit(program.to_jax()).lower(rows, theta).compile()
        compiling = time.perf_counter() - start
        ours = program.value_and_grad(X, theta)[1]
        assert np.allclose(step(rows, theta)[1], ours, rtol=1e-12, atol=1e-12)
        numpy, jitted = seconds(
            [
                lambda: program.value_and_grad(X, theta),
                lambda: step(rows, theta)[1].block_until_ready(),
            ],
            max(2**20 // batch // ..., 10),
        )
        print(
            f"batch {batch:6,}: NumPy {numpy * 1e6:9,.0f} µs, jax.jit on {devices} devices "
            f"{jitted * 1e6:9,.0f} µs, {numpy / jitted:.2f} ×; jax.jit compiled in {compiling:.2f} s"
        )


if __name__ == "__main__":
    measure(int(sys.argv[1]))
