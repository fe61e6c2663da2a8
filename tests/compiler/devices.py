"""What test_jax.py runs in a process of its own: batches that are spread over eight devices."""

from __future__ import annotations

import re
from typing import Any

import jax
import numpy as np
from jax.sharding import AxisType, NamedSharding, PartitionSpec
from test_graphs import Structure

import microgradnn as mg
from microgradnn import Value, losses, nn

COLLECTIVE = re.compile(r" ((?:all|collective|reduce)-(?:\w+-?)+)\(")


def collectives(program: mg.Program, X: Any, axis: Any) -> list[str]:
    """What the devices do together, after comparing the result with NumPy's."""
    theta, step = program.read_params(), jax.jit(program.to_jax())
    mesh = jax.make_mesh((8,), ("batch",), axis_types=(axis,))
    rows = jax.device_put(X, NamedSharding(mesh, PartitionSpec("batch")))
    (mean, gradient), wanted = step(rows, theta), program.value_and_grad(X, theta)
    np.testing.assert_allclose(mean, wanted[0], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(gradient, wanted[1], rtol=1e-12, atol=1e-12)
    return COLLECTIVE.findall(step.lower(rows, theta).compile().as_text())


rng = np.random.default_rng(0)
X = np.c_[rng.uniform(0, 1, (32, 64)), np.eye(10)[rng.integers(0, 10, 32)]]
programs = [(mg.compile(nn.MLP(64, [32, 10]), losses.cross_entropy), X)]
for seed in range(2):
    structure = Structure(seed)
    inputs = [Value(0.1 * k + 0.05) for k in range(structure.inputs)]
    params = [Value(0.3 - 0.07 * k) for k in range(structure.params)]
    X = rng.uniform(-1, 1, (16, structure.inputs))
    programs.append((mg.compile(structure(inputs, params), inputs, params), X))
for place, (program, X) in enumerate(programs):
    for axis in (AxisType.Explicit, AxisType.Auto):
        assert collectives(program, X, axis) == ["all-reduce"], (place, axis)
print(len(jax.devices()), "devices")
