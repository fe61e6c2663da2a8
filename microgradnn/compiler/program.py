"""Program: a recorded graph as a function of whole batches.

A Program knows the passes in their order (`_scheduled`), keeps what they make, and runs it. The
idea of running: fast code, which assumes that all numbers are finite, under NumPy's error flags.
Where a flag is raised, eager evaluation says what is wrong; if nothing is, slower code without the
assumption computes the result.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import Any, TypeVar

import numpy as np

from ..data.tables import as_floats
from ..engine.interop import assign
from ..engine.value import Value
from .adjoint import adjoint
from .arrays import Array, Arrays, numbers_of
from .back_end import BackEnd
from .expand import expand
from .jacobians import Jacobian, check_by
from .normalise import normalise, split_links
from .replay import mean_by_sample, must_agree, outputs_by_sample, raise_errors
from .rows import SELECTIONS, Algebra
from .schedule import schedule
from .steps import Schedule
from .summary import Lines, summary_of
from .tape import Tape
from .tracing import Traced

Result = TypeVar("Result")

MOST_NODES_DRAWN = 20_000  # folding more takes too long for a notebook


class Program:
    """A compiled graph: call it with an array of shape (samples, inputs).

    Made by `compile`. The arrays it gives are fresh; it keeps none of yours. Programs share
    nothing, but one program may not be called by two threads at once.
    """

    most_batch_sizes = 4  # whose arrays a program keeps

    def __init__(self, traced: Traced, backend: str = "numpy", vector_math: bool = True) -> None:
        self._tape, self._params = traced.tape, traced.params
        self._example, self._single = traced.example, traced.single
        # Made when first needed, for each (finite, gradient, takes) of `_scheduled`.
        self._schedules: dict[tuple[bool, bool, bool], Schedule] = {}
        self._arrays: dict[tuple[int, bool, bool], Arrays] = {}  # by size of batch, too
        self._back_end = BackEnd(backend, vector_math, self._tape)
        self._differentiable = self._has_gradient()
        self._selects = not SELECTIONS.keys().isdisjoint(self._tape.ops)
        numbers = self._tape.numbers.values()
        self._selects_infinity = self._selects and not all(map(math.isfinite, numbers))
        self._jacobians: dict[str, Jacobian] = {}  # by what is differentiated
        if traced.recorded:
            X = np.array([traced.example]).reshape(1, -1)
            found = self._outputs(X, self.read_params(), self._differentiable)
            must_agree(found[0].tolist(), traced.recorded)

    # ---- Running -------------------------------------------------------------------------------

    def __call__(self, X: Any, theta: Any = None) -> Array:
        """The outputs for each sample: (samples,) for a single Value, (samples, k) for a list.

        A program without inputs takes None for X: one sample. So do the methods below.
        """
        result = self._outputs(self._checked(X), self._theta(theta), gradient=False)
        return result[:, 0] if self._single else result

    def value_and_grad(self, X: Any, theta: Any = None) -> tuple[float, Array]:
        """The mean of the output over the samples, and its gradient in the order of `params`.

        `theta` is the array of parameters; without it their present data are taken.
        """
        self._check_differentiable("value_and_grad")
        X = self._checked(X)
        theta = self._theta(theta)
        share = 1.0 / len(X)

        def run(finite: bool) -> tuple[float, Array]:
            found = self._passes(X, theta, finite, lambda arrays: arrays.mean_and_gradient(share))
            mean, gradient = found[0]
            for more, further in found[1:]:
                mean, gradient = mean + more, gradient + further
            return mean, gradient

        return self._guarded(run, mean_by_sample, X, theta)

    def jacobian(self, X: Any, theta: Any = None, wrt: str = "inputs") -> Array:
        """The derivative of each output for each sample, by each input: (samples, outputs, inputs).

        With wrt="params" by each parameter: (samples, outputs, params). The first call compiles
        what computes them: a program of as many outputs.

        >>> from microgradnn import compile
        >>> x, w = Value(2.0), Value(3.0)
        >>> compile([w * x**2, x], [x], [w]).jacobian([[1.0], [5.0]]).tolist()
        [[[6.0], [1.0]], [[30.0], [1.0]]]
        """
        if check_by(wrt, self._tape) not in self._jacobians:
            self._jacobians[wrt] = Jacobian(self, wrt)
        return self._jacobians[wrt].of(self, self._checked(X), self._theta(theta))

    def to_jax(self) -> Callable[[Any, Any], tuple[Any, Any]]:
        """A pure function `(X, theta) -> (mean, gradient)`, for `jax.jit`.

        It computes in float64, which JAX must be told to allow. JAX raises no errors: outside of
        an operation's domain the mean is NaN or infinite, and so is a gradient where the side that
        `mg.where` does not choose has an infinite derivative. If the samples are spread over
        devices, so is the work.
        """
        self._check_differentiable("to_jax")
        try:
            from .emit_jax import jax_function
        except ImportError as error:
            raise ImportError("to_jax needs JAX: pip install 'microgradnn[jax]'") from error
        return jax_function(self.schedule())

    def to_javascript(self) -> str:
        """The program as an ES module, for a page or for Node: text that needs nothing else.

        It exports the numbers `inputs`, `params` and `outputs`; `run(X, theta)`, the outputs; and
        where `value_and_grad` works `valueAndGrad(X, theta)`: `{ mean, gradient, outputs }`, all
        Float64Arrays, sample by sample. Wrong lengths are RangeErrors. tanh, exp and their like may
        differ from NumPy's in the last place; outside of a domain there are NaN and infinities, no
        errors. ValueError for a primitive of your own that is no formula.

        >>> from microgradnn import compile
        >>> x, w = Value(2.0), Value(3.0)
        >>> print(compile((w * x - 1) ** 2, [x], [w]).to_javascript()[:54])
        // 1 input, 1 parameter, 1 output of each sample. Use:
        """
        from .emit_javascript import javascript_module

        return javascript_module(self._scheduled(False, self._differentiable, takes=True))

    def read_params(self) -> Array:
        """The parameters' data as an array."""
        return numbers_of(self._params)

    def write_params(self, theta: Any) -> None:
        """Set the parameters' data from an array."""
        assign(self._params, checked_theta(theta, self._params).tolist())

    def _outputs(self, X: Array, theta: Array, gradient: bool) -> Array:
        return self._guarded(partial(self._run, X, theta, gradient), outputs_by_sample, X, theta)

    def _run(self, X: Array, theta: Array, gradient: bool, finite: bool) -> Array:
        found = self._passes(X, theta, finite, lambda arrays: arrays.outputs(), gradient)
        return found[0] if len(found) == 1 else np.vstack(found)

    def _passes(
        self,
        X: Array,
        theta: Array,
        finite: bool,
        result: Callable[[Arrays], Result],
        gradient: bool = True,
    ) -> list[Result]:
        """Run the forward pass and take a result; large batches give one for each part."""
        arrays = self._arrays.get((len(X), finite, gradient))
        if arrays is None:
            wanted = len(X), finite, gradient
            size, make = self._back_end.maker(*wanted, self._scheduled)
            if len(X) > size:
                parts = [X[start : start + size] for start in range(0, len(X), size)]
                found = [self._passes(part, theta, finite, result, gradient) for part in parts]
                return list(chain(*found))
            if len(self._arrays) >= self.most_batch_sizes:
                del self._arrays[next(iter(self._arrays))]  # those made first
            arrays = self._arrays[len(X), finite, gradient] = make(len(X))
        arrays.forward(X, theta)
        return [result(arrays)]

    def _scheduled(self, finite: bool, gradient: bool, takes: bool | None = None) -> Schedule:
        """All passes, from the tape to the steps; with `finite` for finite numbers alone.

        With `takes`, by default that of the fast code alone, choices by an index are steps.
        """
        key = finite, gradient, finite if takes is None else takes
        if key not in self._schedules:
            expanded = expand(self._tape, finite, links=gradient, takes=key[2])
            tape = split_links(normalise(expanded))
            algebra = Algebra(finite)
            made = schedule(tape, algebra)
            if gradient:
                adjoint(made, algebra)
            self._schedules[key] = made
        return self._schedules[key]

    # ---- Looking inside ------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The generated code: arrays and views, then the forward and the reverse pass.

        Above the lines of each step a comment says what they do.
        """
        schedule = self.schedule(finite=True)
        return Lines(self._back_end.numpy_code(True, self._differentiable, schedule).source)

    def summary(self) -> str:
        """What became of the scalars, step by step."""
        lines = summary_of(self._tape, self.schedule(finite=True))
        return Lines(f"{lines}{self._back_end.in_words()}")

    def schedule(self, finite: bool = False) -> Schedule:
        """The steps on arrays, forward and reverse, which a back end turns into code; printable.

        With `finite` they are simpler, and right only if all numbers are finite.
        """
        return self._scheduled(finite, self._differentiable)

    def __repr__(self) -> str:
        tape = self._tape
        return f"Program({tape.inputs} inputs, {tape.params} params, {len(tape)} nodes)"

    def _repr_html_(self) -> str:
        """The summary, beside the scalars that the first output was recorded by."""
        from ..drawing import draw
        from ..drawing.notebook import image, themed

        picture, tape = "", self._tape
        if len(tape) <= MOST_NODES_DRAWN:
            # Too many boxes and nothing to fold them by, or parameters now outside a domain.
            with suppress(ValueError, ArithmeticError):
                root = tape.replay([*self._example, *self.read_params().tolist()])[tape.outputs[0]]
                picture = image(draw(root if isinstance(root, Value) else Value(root)).svg)
        side_by_side = "display:flex; flex-wrap:wrap; gap:2em; align-items:center"
        return themed(f"{picture}<pre>{html.escape(self.summary())}</pre>", "", side_by_side)

    # ---- Errors --------------------------------------------------------------------------------

    def _guarded(
        self,
        run: Callable[[bool], Result],
        by_sample: Callable[[Tape, Array, Array], Result],
        X: Array,
        theta: Array,
    ) -> Result:
        """Run with NumPy's flags on; where one is raised, ask eager evaluation what is wrong.

        If nothing is, a program with selections takes the result from there, too.
        """
        try:
            with np.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
                if not math.isfinite(np.vdot(X, X)) or not math.isfinite(theta.dot(theta)):
                    raise FloatingPointError("an operand is infinite, or its square is")
                if self._selects_infinity:
                    raise FloatingPointError("a constant is infinite, and may be selected")
                return run(True)
        except (ArithmeticError, ValueError):  # the latter from a primitive of the user's own
            raise_errors(self._tape, X, theta)
            if self._selects:
                return by_sample(self._tape, X, theta)
            with np.errstate(all="ignore"):
                return run(False)

    def _checked(self, given: Any) -> Array:
        if given is None and not self._tape.inputs:
            return np.empty((1, 0))  # one sample, which has no numbers
        X = _floats(given, "X", ("samples", self._tape.inputs), self._tape.columns())
        if not len(X):
            raise ValueError("X is empty; at least one row is needed")
        return X

    def _theta(self, given: Any) -> Array:
        return self.read_params() if given is None else checked_theta(given, self._params)

    def _has_gradient(self) -> bool:
        return len(self._tape.outputs) == 1 and bool(self._params)

    def _check_differentiable(self, method: str) -> None:
        if not self._differentiable:
            raise ValueError(
                f"{method} needs a single output and params; this program has "
                f"{len(self._tape.outputs)} and {len(self._params)}"
            )


def checked_theta(given: Any, params: Sequence[Value]) -> Array:
    """A number for each parameter, as an array; ValueError if there are others."""
    return _floats(given, "theta", (len(params),), "a number for each of params")


def _floats(given: Any, name: str, shape: tuple[Any, ...], meaning: str) -> Array:
    array = as_floats(given, name)
    if array.ndim != len(shape) or array.shape[-1] != shape[-1]:
        wanted = str(shape).replace("'", "")
        raise ValueError(f"{name} must have shape {wanted}, {meaning}; got {array.shape}")
    return array
