"""Program: a recorded graph as a function of whole batches, as users see it.

How it runs is in `running.py`.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import assign, must_be
from ..data.tables import as_floats
from ..engine.value import Value
from .arrays import Array, numbers_of
from .back_end import BackEndName
from .jacobians import By, Jacobian, check_by
from .replay import mean_by_sample
from .running import Running
from .steps import Schedule
from .summary import Lines, summary_of
from .tracing import Traced

if TYPE_CHECKING:
    import jax

MOST_NODES_DRAWN = 20_000  # folding more takes too long for a notebook


class Program(Running):
    """A compiled graph: call it with an array of shape (samples, inputs).

    Made by `compile`. A call gives the outputs: an array of shape (samples,) for a single Value,
    (samples, k) for a list of k. `theta` is an array of numbers for the parameters; without it
    their present data are taken. A program without inputs takes None for X: one sample.

    The arrays it gives are fresh; it keeps none of yours. Programs share nothing, but one program
    may not be called by two threads at once.

    All methods that take X or theta raise as eager evaluation does where a sample is outside of an
    operation's domain, with the row named. Raises ValueError if X or theta has another shape,
    TypeError if there is anything but real numbers in it.

    >>> from microgradnn import Value, compile
    >>> x, w = Value(2.0, label="x"), Value(3.0, label="w")
    >>> program = compile((w * x - 1) ** 2, [x], [w])
    >>> program([[0.0], [1.0]]), program([[1.0]], theta=[5.0])
    (array([1., 4.]), array([16.]))
    >>> program([[0.0, 1.0]])
    Traceback (most recent call last):
    ValueError: X must have shape (samples, 1), a column per input and target; got (1, 2)
    """

    def __init__(
        self, traced: Traced, backend: BackEndName = "numpy", vector_math: bool = True
    ) -> None:
        super().__init__(traced, backend, vector_math)
        self._jacobians: dict[By, Jacobian] = {}  # by what is differentiated

    # ---- Running -------------------------------------------------------------------------------

    def __call__(self, X: ArrayLike | None, theta: ArrayLike | None = None) -> Array:
        """The outputs for each sample: (samples,) for a single Value, (samples, k) for a list."""
        result = self._outputs(self._checked(X), self._theta(theta), gradient=False)
        return result[:, 0] if self._single else result

    def value_and_grad(
        self, X: ArrayLike | None, theta: ArrayLike | None = None
    ) -> tuple[float, Array]:
        """The mean of the output over the samples, and its gradient in the order of `params`.

        Raises ValueError if the program has several outputs or no params.

        >>> from microgradnn import Value, compile
        >>> x, w = Value(2.0), Value(3.0)
        >>> compile((w * x - 1) ** 2, [x], [w]).value_and_grad([[0.0], [1.0]])
        (2.5, array([2.]))
        """
        self._check_differentiable("value_and_grad")
        samples, numbers = self._checked(X), self._theta(theta)
        share = 1.0 / len(samples)

        def run(finite: bool) -> tuple[float, Array]:
            found = self._passes(
                samples, numbers, finite, lambda arrays: arrays.mean_and_gradient(share)
            )
            mean, gradient = found[0]
            for more, further in found[1:]:
                mean, gradient = mean + more, gradient + further
            return mean, gradient

        return self._guarded(run, mean_by_sample, samples, numbers)

    def jacobian(
        self, X: ArrayLike | None, theta: ArrayLike | None = None, wrt: By = "inputs"
    ) -> Array:
        """The derivative of each output for each sample, by each input: (samples, outputs, inputs).

        With wrt="params" by each parameter: (samples, outputs, params). The first call compiles
        what computes them: a program of as many outputs. Raises ValueError if `wrt` is neither, or
        the program has none of these.

        >>> from microgradnn import Value, compile
        >>> x, w = Value(2.0), Value(3.0)
        >>> compile([w * x**2, x], [x], [w]).jacobian([[1.0], [5.0]]).tolist()
        [[[6.0], [1.0]], [[30.0], [1.0]]]
        """
        if check_by(wrt, self._tape) not in self._jacobians:
            self._jacobians[wrt] = Jacobian(self, wrt)
        return self._jacobians[wrt].of(self, self._checked(X), self._theta(theta))

    def to_jax(self) -> Callable[[ArrayLike, ArrayLike], tuple[jax.Array, jax.Array]]:
        """A pure function `(X, theta) -> (mean, gradient)`, for `jax.jit`.

        It computes in float64, which JAX must be told to allow. JAX raises no errors: outside of
        an operation's domain the mean is NaN or infinite, and so is a gradient where the side that
        `mg.where` does not choose has an infinite derivative. If the samples are spread over
        devices, so is the work. Raises ValueError if the program has several outputs or no params,
        ImportError without JAX.

        >>> from microgradnn import Value, compile
        >>> x, w = Value(2.0), Value(3.0)
        >>> compile([w * x, x], [x], [w]).to_jax()
        Traceback (most recent call last):
        ValueError: to_jax needs a single output and params; this program has 2 and 1
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
        errors. Raises ValueError for a primitive of your own that is no formula.

        >>> from microgradnn import Value, compile
        >>> x, w = Value(2.0), Value(3.0)
        >>> print(compile((w * x - 1) ** 2, [x], [w]).to_javascript()[:54])
        // 1 input, 1 parameter, 1 output of each sample. Use:
        """
        from .emit_javascript import javascript_module

        return javascript_module(self._scheduled(False, self._differentiable, takes=True))

    def read_params(self) -> Array:
        """The parameters' data as an array: (params,).

        >>> from microgradnn import Value, compile
        >>> x, w = Value(2.0), Value(3.0)
        >>> compile(w * x, [x], [w]).read_params()
        array([3.])
        """
        return numbers_of(self._params)

    def write_params(self, theta: ArrayLike) -> None:
        """Set the parameters' data from an array: (params,).

        Raises ValueError if it has another shape, TypeError if there is anything but real numbers
        in it; then all stay as they are.

        >>> from microgradnn import Value, compile
        >>> x, w = Value(2.0), Value(3.0)
        >>> compile(w * x, [x], [w]).write_params([4.0])
        >>> w.data
        4.0
        """
        assign(self._params, checked_theta(theta, self._params).tolist())

    # ---- Looking inside ------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The generated code: arrays and views, then the forward and the reverse pass.

        Above the lines of each step a comment says what they do.

        >>> from microgradnn import Value, compile
        >>> x, w = Value(2.0), Value(3.0)
        >>> "multiply(" in compile(w * x, [x], [w]).source
        True
        """
        schedule = self.schedule(finite=True)
        return Lines(self._back_end.numpy_code(True, self._differentiable, schedule).source)

    def summary(self) -> str:
        """What became of the scalars, step by step.

        >>> from microgradnn import Value, compile, dot
        >>> xs, ws = [Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]
        >>> compile(dot(ws, xs).tanh(), xs, ws).summary()
        2 operations on scalars → 2 on arrays
          4 multiplications and additions → matmul 1×2
          1 × tanh → elementwise
        """
        lines = summary_of(self._tape, self.schedule(finite=True))
        return Lines(f"{lines}{self._back_end.in_words()}")

    def schedule(self, finite: bool = False) -> Schedule:
        """The steps on arrays, forward and reverse, which a back end turns into code; printable.

        With `finite` they are simpler, and right only if all numbers are finite. Raises TypeError
        if it is no bool.

        >>> from microgradnn import Value, compile
        >>> x, w = Value(2.0), Value(3.0)
        >>> len(compile(w * x, [x], [w]).schedule().steps)
        1
        """
        must_be(bool, finite, "finite", "True or False")
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

    def _checked(self, given: Any) -> Array:
        if given is None and not self._tape.inputs:
            return np.empty((1, 0))  # one sample, which has no numbers
        X = _floats(given, "X", ("samples", self._tape.inputs), self._tape.columns())
        if not len(X):
            raise ValueError("X is empty; at least one row is needed")
        return X

    def _theta(self, given: Any) -> Array:
        return self.read_params() if given is None else checked_theta(given, self._params)

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
