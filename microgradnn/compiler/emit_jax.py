"""The array program for JAX: its forward and reverse steps as one pure function."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special
import numpy as np

from ..engine.formulas import JAX, statements
from ..engine.row import PRIMITIVES
from .steps import Map, Product, Reduce, Rows, Schedule, Step, Sum

Array = Any


def jax_function(schedule: Schedule) -> Callable[[Array, Array], tuple[Array, Array]]:
    """The function `(X, theta) -> (mean, gradient)`.

    Devices among which the rows of X are divided run both passes on their own rows; the means and
    gradients of all are averaged at once.
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
        axes, passes = sharding.spec[0], partial(_mean_and_gradient, schedule)
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
    """The mean of the output over the rows of X, followed by its gradient: one array."""
    assert schedule.seed is not None
    assert schedule.gradient is not None
    arrays = _Arrays(schedule.rows, len(X))
    arrays.put(Rows(True, schedule.inputs), X.T)
    arrays.put(Rows(False, np.arange(schedule.params)), theta)
    for batched, constants in schedule.constants.items():
        numbers = np.array(list(constants.values()), np.float64)
        arrays.put(_rows(batched, *constants), numbers[:, None] if batched else numbers)
    for step in schedule.steps:
        arrays.run(step)
    arrays.put(schedule.seed, 1.0 / len(X) if schedule.seed.batched else 1.0)
    for step in schedule.reverse:
        arrays.run(step)
    mean = arrays.read(_rows(*schedule.outputs[0])).mean()
    return jnp.concatenate([mean[None], arrays.read(schedule.gradient)])


def _rows(batched: bool, *places: int) -> Rows:
    return Rows(batched, np.array(places, np.int64))


class _Arrays:
    """The batched and the uniform rows, in the blocks in which they were computed."""

    def __init__(self, rows: dict[bool, int], batch: int) -> None:
        self.batch = batch
        self.blocks: dict[bool, list[Array]] = {True: [], False: []}
        # For each row the number of its block, and its place in there.
        self.places = {batched: np.zeros((2, count), np.int64) for batched, count in rows.items()}
        self.names = _names()

    def put(self, rows: Rows, values: Array) -> None:
        index, blocks = rows.index.ravel(), self.blocks[rows.batched]
        self.places[rows.batched][:, index] = [[len(blocks)] * len(index), range(len(index))]
        samples = [self.batch] * rows.batched
        values = jnp.broadcast_to(values, (*rows.index.shape, *samples))
        blocks.append(values.reshape(len(index), *samples))

    def read(self, rows: Rows) -> Array:
        """The rows in the shape of their index, taken from those blocks that hold them."""
        block, place = self.places[rows.batched][:, rows.index.ravel()]
        used, which = np.unique(block, return_inverse=True)
        blocks = [self.blocks[rows.batched][k] for k in used]
        place += np.cumsum([0, *map(len, blocks[:-1])])[which]
        source = blocks[0] if len(blocks) == 1 else jnp.concatenate(blocks)
        strides = set(np.diff(place).tolist()) or {1}
        if len(strides) == 1 and min(strides) > 0:
            source = source[place[0] : place[-1] + 1 : min(strides)]
        else:
            source = source[place]
        return source.reshape(*rows.index.shape, *source.shape[1:])

    def run(self, step: Step) -> None:
        if isinstance(step, Map):
            self._map(step)
        elif isinstance(step, Product):
            equation = "{},{}->{}".format(*step.axes)
            self.put(step.result, jnp.einsum(equation, self.read(step.a), self.read(step.b)))
        elif isinstance(step, Reduce):
            self.put(step.result, getattr(jnp, step.op)(self.read(step.operand), axis=1))
        elif isinstance(step, Sum):
            total, *others = [self.read(Rows(step.result.batched, term)) for term in step.terms]
            for term in others:
                total = jnp.concatenate([total[: len(term)] + term, total[len(term) :]])
            self.put(step.result, total)

    def _map(self, step: Map) -> None:
        names = dict(self.names)
        for name, rows in step.operands.items():
            x = self.read(rows)
            names[name] = x[:, None] if step.result.batched > rows.batched else x
        results = [(step.result, step.formula), *step.more]
        lines = statements({f"y{k}": formula for k, (_, formula) in enumerate(results)}, JAX)
        exec("\n".join(lines), names)
        for k, (rows, _) in enumerate(results):
            self.put(rows, names[f"y{k}"])


def _names() -> dict[str, Any]:
    """What the text of a formula calls: JAX's functions, by the names of the rows.

    Before these stands "row_": a row of the user's own may have the name of anything here.
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
