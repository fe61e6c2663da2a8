"""The JAX back end: the steps of a schedule, forward and reverse, as one pure function.

The idea: no slot is written twice. So instead of buffers, each step makes an array of its own, a
*block*, and a step that reads slots of several blocks gets them put together.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special
import numpy as np

from ..engine.formulas import Dialect, statements
from ..engine.row import PRIMITIVES
from .steps import Map, Product, Reduce, Schedule, Slots, Step, Sum

Array = Any

# Over JAX's functions, each with "row_" before its name; its numbers can be divided by zero.
JAX = Dialect(
    number="float64({!r})".format,
    function="row_{}".format,
    where="where({}, {}, {})",
    both="({}) & ({})",
    expands=True,
    signs={},
    power=None,
)


def jax_function(schedule: Schedule) -> Callable[[Array, Array], tuple[Array, Array]]:
    """The function `(X, theta) -> (mean, gradient)`.

    If the samples are divided among devices, each runs both passes on its own samples; then the
    means and gradients of all are averaged at once.
    """
    _require_float64()

    def value_and_grad(X: Array, theta: Array) -> tuple[Array, Array]:
        _require_float64()
        X, theta = jnp.asarray(X, np.float64), jnp.asarray(theta, np.float64)
        columns, params = len(schedule.inputs), schedule.params
        if X.ndim != 2 or not len(X) or X.shape[1] != columns or theta.shape != (params,):
            raise ValueError(
                f"X and theta must have shapes (samples, {columns}) and ({params},); "
                f"got {X.shape} and {theta.shape}"
            )
        sharding = jax.typeof(X).sharding
        axes = sharding.spec[0]  # of the mesh, among which the samples are divided; or None
        passes = partial(_mean_and_gradient, schedule)
        if axes is not None:
            passes = jax.shard_map(
                lambda X, theta: jax.lax.pmean(_mean_and_gradient(schedule, X, theta), axes),
                mesh=sharding.mesh,
                in_specs=(jax.P(axes), jax.P()),
                out_specs=jax.P(),
            )
        result = passes(X, theta)
        return result[0], result[1:]

    return value_and_grad


def _require_float64() -> None:
    """Refuse to compute in float32, as JAX does unless it is told otherwise."""
    if not jax.config.jax_enable_x64:
        raise RuntimeError(
            "programs compute in float64, which JAX has switched off; switch it on before you "
            "make arrays: jax.config.update('jax_enable_x64', True)"
        )


def _mean_and_gradient(schedule: Schedule, X: Array, theta: Array) -> Array:
    """The mean of the output over the samples, followed by its gradient: one array."""
    assert schedule.seed is not None
    assert schedule.gradient is not None
    arrays = _Arrays(schedule.slot_count, len(X))
    arrays.put(Slots(True, schedule.inputs), X.T)
    arrays.put(Slots(False, np.arange(schedule.params)), theta)
    for batched, constants in schedule.constants.items():
        numbers = np.array(list(constants.values()), np.float64)
        arrays.put(_slots(batched, *constants), numbers[:, None] if batched else numbers)
    for step in schedule.steps:
        arrays.run(step)
    arrays.put(schedule.seed, 1.0 / len(X) if schedule.seed.batched else 1.0)
    for step in schedule.reverse:
        arrays.run(step)
    mean = arrays.read(_slots(*schedule.outputs[0])).mean()
    return jnp.concatenate([mean[None], arrays.read(schedule.gradient)])


def _slots(batched: bool, *numbers: int) -> Slots:
    return Slots(batched, np.array(numbers, np.int64))


class _Arrays:
    """The batched and the uniform slots, in the blocks in which they were computed."""

    def __init__(self, slot_count: dict[bool, int], batch: int) -> None:
        self.batch = batch
        self.blocks: dict[bool, list[Array]] = {True: [], False: []}
        # For each slot, above, the number of its block, and below its place in that block.
        self.places = {batched: np.zeros((2, n), np.int64) for batched, n in slot_count.items()}
        self.names = _names()

    def put(self, slots: Slots, values: Array) -> None:
        """Make a block of what these slots hold; values may be one for many."""
        index, blocks = slots.index.ravel(), self.blocks[slots.batched]
        self.places[slots.batched][:, index] = [[len(blocks)] * len(index), range(len(index))]
        samples = [self.batch] * slots.batched
        values = jnp.broadcast_to(values, (*slots.index.shape, *samples))
        blocks.append(values.reshape(len(index), *samples))

    def read(self, slots: Slots) -> Array:
        """The slots in the shape of their index, taken from those blocks that hold them."""
        block, place = self.places[slots.batched][:, slots.index.ravel()]
        used, which = np.unique(block, return_inverse=True)
        blocks = [self.blocks[slots.batched][k] for k in used]
        # From here on `place` counts from the beginning of the first of these blocks.
        place += np.cumsum([0, *map(len, blocks[:-1])])[which]
        source = blocks[0] if len(blocks) == 1 else jnp.concatenate(blocks)
        strides = set(np.diff(place).tolist()) or {1}
        if len(strides) == 1 and min(strides) > 0:
            source = source[place[0] : place[-1] + 1 : min(strides)]
        else:
            source = source[place]
        return source.reshape(*slots.index.shape, *source.shape[1:])

    def run(self, step: Step) -> None:
        """Compute the results of a step; a link computes nothing."""
        if isinstance(step, Map):
            self._map(step)
        elif isinstance(step, Product):
            equation = "{},{}->{}".format(*step.axes)
            self.put(step.result, jnp.einsum(equation, self.read(step.a), self.read(step.b)))
        elif isinstance(step, Reduce):
            self.put(step.result, getattr(jnp, step.op)(self.read(step.operand), axis=1))
        elif isinstance(step, Sum):
            total, *others = [self.read(Slots(step.result.batched, term)) for term in step.terms]
            for term in others:
                total = jnp.concatenate([total[: len(term)] + term, total[len(term) :]])
            self.put(step.result, total)

    def _map(self, step: Map) -> None:
        """Run the formulas as the text of a program over JAX's functions."""
        names = dict(self.names)
        for name, slots in step.operands.items():
            x = self.read(slots)
            names[name] = x[:, None] if step.result.batched > slots.batched else x
        results = [(step.result, step.formula), *step.more]
        lines = statements({f"y{k}": formula for k, (_, formula) in enumerate(results)}, JAX)
        exec("\n".join(lines), names)
        for k, (slots, _) in enumerate(results):
            self.put(slots, names[f"y{k}"])


def _names() -> dict[str, Any]:
    """What the text of a formula calls: JAX's functions, by the names of the rows.

    The names begin with "row_", since a row of the user's own may have the name of anything here.
    """
    rows = PRIMITIVES.values()
    names = {row.name: getattr(jnp, row.name, None) for row in rows if row.kind == "function"}
    names |= {row.name: partial(_on_host, row.forward) for row in rows if row.kind == "custom"}
    names |= {name: getattr(jax.scipy.special, name) for name in ("erf", "erfc")}
    names = {f"row_{name}": function for name, function in names.items()}
    return names | {"where": jnp.where, "float64": jnp.float64, "inf": np.inf, "nan": np.nan}


def _on_host(function: Callable[..., float], *xs: Array) -> Array:
    """Call a Python function of floats, for each element: a primitive of the user's own."""
    result = jax.ShapeDtypeStruct(jnp.broadcast_shapes(*map(jnp.shape, xs)), np.float64)
    return jax.pure_callback(np.vectorize(function, otypes=[float]), result, *xs)
