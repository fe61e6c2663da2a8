"""compile and Program: a recorded graph as a function of whole batches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..modes import large_graph
from ..value import Value
from .adjoint import adjoint
from .emit_numpy import NumpyCode
from .normalise import normalise, split_links
from .rows import Algebra
from .schedule import schedule
from .steps import Schedule
from .summary import summary_of
from .tape import expand
from .tracing import Traced, trace

if TYPE_CHECKING:
    from collections.abc import Callable

Array = npt.NDArray[np.float64]

KEPT = 4  # batch sizes whose arrays a program keeps
NUMBERS_AT_ONCE = 2**18  # a batch is cut so that its numbers stay in the processor's cache
LEAST_AT_ONCE = 256


def compile(
    outputs: Any,
    inputs: Any = None,
    params: Sequence[Value] = (),
    *,
    example_inputs: Sequence[Any] | None = None,
) -> Program:
    """Turn a scalar graph into array code that runs a whole batch at once.

    Three forms:

    - `compile(outputs, inputs, params)`: a recorded Value, or a list of them. `inputs` are the
      leaves that differ from sample to sample, `params` those that the batch shares. All other
      leaves become constants.
    - `compile(f, example_inputs=[x1, x2], params=…)`: a function of a list of Values. It is traced
      on each example; graphs that differ are refused.
    - `compile(model)` for predictions, and `compile(model, loss)` for the loss of one sample: the
      columns are the model's inputs, then the targets.

    >>> x, w, b = Value(2.0), Value(3.0), Value(1.0)
    >>> program = compile((w * x + b) ** 2, [x], [w, b])
    >>> program([[0.0], [1.0]])
    array([ 1., 16.])
    >>> program.value_and_grad([[0.0], [1.0]])
    (8.5, array([4., 5.]))
    """
    with large_graph():  # a tape is many small objects, none of them garbage
        return Program(trace(outputs, inputs, params, example_inputs))


class Program:
    """A compiled graph: call it with an array of shape (samples, inputs).

    Made by `compile`. The arrays it gives are fresh; it keeps none of yours. Programs share
    nothing, but one program may not be called by two threads at once.
    """

    def __init__(self, traced: Traced) -> None:
        self._tape = traced.tape
        self._params = list(traced.params)
        self._single = traced.single
        self._code: dict[tuple[bool, bool], tuple[Schedule, NumpyCode]] = {}
        self._arrays: dict[tuple[int, bool, bool], Arrays] = {}
        self._differentiable = len(self._tape.outputs) == 1 and bool(self._params)
        if self._params:
            self._check_dependence()
        self._compare_with(traced)

    # ---- Running -------------------------------------------------------------------------------

    def __call__(self, X: Any) -> Array:
        """The outputs for each row of X: (samples,) of a single Value, (samples, k) of a list."""
        X, theta = self._checked(X), self.read_params()
        result = np.empty((len(X), len(self._tape.outputs)))

        def run(finite: bool) -> None:
            for part in self._parts(X, finite, False):
                result[part] = self._run(X[part], theta, finite, False).outputs().T

        self._guarded(run, X, theta)
        return result[:, 0].copy() if self._single else result

    def value_and_grad(self, X: Any, theta: Any = None) -> tuple[float, Array]:
        """The mean of the output over the rows of X, and its gradient in the order of `params`.

        `theta` is the array of parameters; without it their present data are taken.
        """
        self._check_differentiable("value_and_grad")
        X = self._checked(X)
        theta = self.read_params() if theta is None else self._checked_params(theta)
        total, gradient = 0.0, np.empty(0)

        def run(finite: bool) -> None:
            nonlocal total, gradient
            share = 1.0 / len(X)
            total = 0.0
            for part in self._parts(X, finite, True):
                arrays = self._run(X[part], theta, finite, True)
                total += arrays.output_sum() * share
                passed = arrays.backward(share)
                gradient = passed if part.start == 0 else gradient + passed

        self._guarded(run, X, theta)
        return total, gradient

    def to_jax(self) -> Callable[[Any, Any], tuple[Any, Any]]:
        """A pure function `(X, theta) -> (mean, gradient)`, for `jax.jit`.

        It computes in float64, which JAX must be told to allow. JAX raises no errors: outside of
        an operation's domain the mean is NaN or infinite. If the rows of X are spread over devices,
        so is the work.
        """
        self._check_differentiable("to_jax")
        try:
            from .emit_jax import jax_function
        except ImportError as error:
            raise ImportError("to_jax needs JAX: pip install 'microgradnn[jax]'") from error
        return jax_function(self._compiled(finite=False, gradient=True)[0])

    def read_params(self) -> Array:
        """The parameters' data as an array."""
        return np.array([param.data for param in self._params], dtype=float)

    def write_params(self, theta: Any) -> None:
        """Set the parameters' data from an array."""
        for param, number in zip(self._params, self._checked_params(theta).tolist(), strict=True):
            param.data = number

    # ---- Looking inside ------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The generated code: arrays and views, then the forward and the reverse pass."""
        return self._compiled(True, self._differentiable)[1].source

    def summary(self) -> str:
        """What became of the scalars, step by step."""
        return summary_of(self._tape, self._compiled(True, self._differentiable)[0])

    def __repr__(self) -> str:
        tape = self._tape
        return f"Program({tape.inputs} inputs, {tape.params} params, {len(tape)} nodes)"

    # ---- Compiling, when first needed ----------------------------------------------------------

    def _compiled(self, finite: bool, gradient: bool) -> tuple[Schedule, NumpyCode]:
        """The code; with `finite` that which is fast because no number is infinite or NaN."""
        key = finite, gradient
        if key not in self._code:
            tape = normalise(expand(self._tape, finite, links=gradient))
            algebra = Algebra(finite)
            plan = schedule(split_links(tape), algebra)
            if gradient:
                adjoint(plan, algebra)
            self._code[key] = plan, NumpyCode(plan)
        return self._code[key]

    def _run(self, X: Array, theta: Array, finite: bool, gradient: bool) -> Arrays:
        """The forward pass of a part of the batch, in arrays of its size."""
        key = len(X), finite, gradient
        arrays = self._arrays.get(key)
        if arrays is None:
            if len(self._arrays) >= KEPT:
                del self._arrays[next(iter(self._arrays))]
            plan, code = self._compiled(finite, gradient)
            arrays = self._arrays[key] = Arrays(plan, code, len(X))
        arrays.forward(X, theta)
        return arrays

    def _parts(self, X: Array, finite: bool, gradient: bool) -> list[slice]:
        """The batch in parts whose numbers fit into the cache."""
        rows = self._compiled(finite, gradient)[0].rows[True]
        size = max(NUMBERS_AT_ONCE // max(rows, 1), LEAST_AT_ONCE)
        if len(X) <= size:
            return [slice(0, len(X))]
        return [slice(start, start + size) for start in range(0, len(X), size)]

    # ---- Errors --------------------------------------------------------------------------------

    def _guarded(self, run: Callable[[bool], None], X: Array, theta: Array) -> None:
        """Run with NumPy's flags on; where one is raised, ask eager evaluation what is wrong."""
        try:
            with np.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
                if not math.isfinite(np.vdot(X, X)) or not math.isfinite(theta.dot(theta)):
                    raise FloatingPointError("an operand is infinite, or its square is")
                run(True)
        except FloatingPointError:
            self._replay(X, theta)
            with np.errstate(all="ignore"):
                run(False)

    def _replay(self, X: Array, theta: Array) -> None:
        """Evaluate row by row, so that an error is the one that eager evaluation raises."""
        with_nan = np.flatnonzero(np.isnan(X).any(axis=1))
        if len(with_nan):
            raise ValueError(f"X has a NaN in row {with_nan[0]}")
        params = theta.tolist()
        for place, row in enumerate(X.tolist()):
            try:
                self._tape.replay(row, params)
            except (ValueError, ArithmeticError) as error:
                raise type(error)(f"row {place}: {error}") from None

    def _checked(self, given: Any) -> Array:
        X = _as_floats(given, "X")
        wanted = self._tape.inputs
        if X.ndim != 2 or X.shape[1] != wanted:
            raise ValueError(
                f"X must have shape (samples, {wanted}), a column for each input; got {X.shape}"
            )
        if not len(X):
            raise ValueError("X is empty; at least one row is needed")
        return X

    def _checked_params(self, given: Any) -> Array:
        theta = _as_floats(given, "theta")
        if theta.shape != (len(self._params),):
            raise ValueError(
                f"theta must have shape ({len(self._params)},), a number for each of params; "
                f"got {theta.shape}"
            )
        return theta

    def _check_differentiable(self, method: str) -> None:
        if not self._differentiable:
            raise ValueError(
                f"{method} needs a single output and params; this program has "
                f"{len(self._tape.outputs)} and {len(self._params)}"
            )

    def _check_dependence(self) -> None:
        tape = self._tape
        depends = [op == "parameter" for op in tape.ops]
        for node, operands in enumerate(tape.operands):
            depends[node] = depends[node] or any(depends[x] for x in operands)
        for place, output in enumerate(tape.outputs):
            if not depends[output]:
                which = "the output" if self._single else f"outputs[{place}]"
                raise ValueError(f"{which} depends on none of params")

    def _compare_with(self, traced: Traced) -> None:
        """Run the example, and hold the result against the recorded one."""
        X = np.array([traced.example], dtype=float).reshape(1, -1)
        theta = self.read_params()
        result: list[float] = []

        def run(finite: bool) -> None:
            arrays = self._run(X, theta, finite, self._differentiable)
            result[:] = arrays.outputs()[:, 0].tolist()

        self._guarded(run, X, theta)
        for place, (ours, recorded) in enumerate(zip(result, traced.recorded, strict=True)):
            if not np.isclose(ours, recorded, rtol=1e-9, atol=1e-9, equal_nan=True):
                raise ValueError(
                    f"outputs[{place}] was recorded as {recorded!r}, and the program gives "
                    f"{ours!r}: was the data of a leaf changed after recording?"
                )


class Arrays:
    """The arrays of a program for one size of batch, and its passes over them."""

    def __init__(self, plan: Schedule, code: NumpyCode, batch: int) -> None:
        names = code.allocate(batch)
        self.batch, self.ones = batch, np.ones(batch)
        self.rows = [names["V" if batched else "U"][row : row + 1] for batched, row in plan.outputs]
        self.forward: Callable[[Array, Array], None] = names["forward"]
        self.backward: Callable[[float], Array] = names.get("backward", _no_gradient)

    def outputs(self) -> Array:
        """The outputs, a row for each; a fresh array."""
        result = np.empty((len(self.rows), self.batch))
        for place, row in enumerate(self.rows):
            result[place] = row  # one number for all samples, if it is uniform
        return result

    def output_sum(self) -> float:
        """The sum of the single output over the batch."""
        (row,) = self.rows
        return float(row[0].dot(self.ones)) if row.ndim == 2 else float(row[0]) * self.batch


def _no_gradient(share: float) -> Array:
    raise ValueError("this program has no reverse pass")


def _as_floats(given: Any, name: str) -> Array:
    array: npt.NDArray[Any] = np.asarray(given)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    return array.astype(np.float64, copy=False)
