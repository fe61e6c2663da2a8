"""What test_emit_jax.py runs in a process of its own: batches spread over eight devices."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from test_compiled_graphs import Structure

import microgradnn as mg
from microgradnn import Value, losses, nn

COLLECTIVE = re.compile(r" ((?:all|collective|reduce)-(?:\w+-?)+)\(")


def programs() -> list[tuple[mg.Program, Any]]:
    """The digits network and some graphs, each with a batch."""
    rng = np.random.default_rng(0)
    X = np.c_[rng.uniform(0, 1, (32, 64)), np.eye(10)[rng.integers(0, 10, 32)]]
    made = [(mg.compile(nn.MLP(64, [32, 10], rng=0), losses.cross_entropy), X)]
    for seed in range(2):
        structure = Structure(seed)
        inputs = [Value(0.1 * k + 0.05) for k in range(structure.inputs)]
        params = [Value(0.3 - 0.07 * k) for k in range(structure.params)]
        program = mg.compile(structure(inputs, params), inputs, params)
        made.append((program, rng.uniform(-1, 1, (16, structure.inputs))))
    return made


def check() -> None:
    """The result is NumPy's, and the devices meet once, however JAX is told of the sharding."""
    import jax
    from jax.sharding import AxisType, NamedSharding, PartitionSpec

    for place, (program, X) in enumerate(programs()):
        theta, step = program.read_params(), jax.jit(program.to_jax())
        wanted, wanted_gradient = program.value_and_grad(X, theta)
        for axis in (AxisType.Explicit, AxisType.Auto):
            mesh = jax.make_mesh((8,), ("batch",), axis_types=(axis,))
            samples = jax.device_put(X, NamedSharding(mesh, PartitionSpec("batch")))
            mean, gradient = step(samples, theta)
            np.testing.assert_allclose(mean, wanted, rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(gradient, wanted_gradient, rtol=1e-12, atol=1e-12)
            found = COLLECTIVE.findall(step.lower(samples, theta).compile().as_text())
            assert found == ["all-reduce"], (place, axis, found)
    print(len(jax.devices()), "devices")


if __name__ == "__main__":
    check()
