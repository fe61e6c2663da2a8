"""compile: one Program, or Programs for lists of any length, each compiled when it is needed.

The idea of the latter: a program runs the same steps for all numbers, but lists of another length,
such as sentences, are another graph. So a function is compiled when a batch of a new length comes,
and its program is kept by that length.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import assign, must_be
from ..collector import large_graph
from ..data.tables import as_floats
from ..engine.value import Value
from ..nn import Module
from .arrays import Array, numbers_of
from .back_end import BackEndName, check_back_end
from .jacobians import By
from .program import Program, checked_theta
from .tracing import as_values, trace

Values = Sequence[Value] | NDArray[np.object_]  # what stands for a list of Values


@overload
def compile(
    outputs: Module,
    inputs: Callable[..., Any] | None = None,
    *,
    example_inputs: ArrayLike | None = None,
    backend: BackEndName = "numpy",
    vector_math: bool = True,
) -> Program: ...
@overload
def compile(
    outputs: Callable[[list[Value]], Any],
    inputs: None = None,
    params: Values = (),
    *,
    example_inputs: None = None,
    backend: BackEndName = "numpy",
    vector_math: bool = True,
) -> Programs: ...
@overload
def compile(
    outputs: Callable[[list[Value]], Any],
    inputs: None = None,
    params: Values = (),
    *,
    example_inputs: ArrayLike,
    backend: BackEndName = "numpy",
    vector_math: bool = True,
) -> Program: ...
@overload
def compile(
    outputs: Value | Values,
    inputs: Values,
    params: Values = (),
    *,
    backend: BackEndName = "numpy",
    vector_math: bool = True,
) -> Program: ...
def compile(
    outputs: Any,
    inputs: Any = None,
    params: Any = (),
    *,
    example_inputs: Any = None,
    backend: BackEndName = "numpy",
    vector_math: bool = True,
) -> Program | Programs:
    """Turn a scalar graph into array code that runs a whole batch at once, in three forms.

    - `compile(outputs, inputs, params)`: a recorded Value, or a list of them. `inputs` are the
      leaves that differ from sample to sample, `params` those that the batch shares. All other
      leaves become constants; an input that is not in the graph is a column without effect, a
      parameter has gradient 0. A recorded graph shows one course: what your code decided by a
      number stays as it was decided. What derivatives in it decide (of `relu`, at which side) does
      not: their graph chooses a side for each sample.
    - `compile(f, example_inputs=[x1], params=…)`: a function of a list of Values. Without examples
      it may be called with lists of any length: `Programs`, compiled for each length that comes.
      With `example_inputs=[[]]` it is a function of the parameters alone.
    - `compile(model)` for predictions, and `compile(model, loss)` for the loss of one sample: the
      columns are the model's inputs, then the targets.

    `backend` is "numpy", "native" (the extra of this name), or "auto", which takes the native one
    for large graphs. With `vector_math=False` the native one takes no vector functions, whose last
    digits may differ from Python's.

    A function or a model is run to record its graph, and may not look at the numbers in inputs and
    parameters; `mg.where(x > 0, a, b)` selects for each sample. Raises ValueError with the line
    that looks at a number, or if examples give different graphs; TypeError if an argument is of
    another kind or beside the wrong form; ImportError without what the back end needs.

    >>> from microgradnn import Value, compile
    >>> x, w, b = Value(2.0), Value(3.0), Value(1.0)
    >>> program = compile((w * x + b) ** 2, [x], [w, b])
    >>> program([[0.0], [1.0]])
    array([ 1., 16.])
    >>> program.value_and_grad([[0.0], [1.0]])
    (8.5, array([4., 5.]))
    """
    must_be(bool, vector_math, "vector_math", "True or False")
    if callable(outputs) and not isinstance(outputs, Module) and inputs is example_inputs is None:
        return Programs(outputs, params, backend, vector_math)
    with large_graph():  # a tape is many small objects, none of them garbage
        return Program(trace(outputs, inputs, params, example_inputs), backend, vector_math)


class Programs:
    """A function of a list, as one Program for each length of the list; made by `compile`.

    Called like a Program, with an array of shape (samples, length). The first row of a new length
    is the example that the function is compiled with; the program is kept for as long as this is.
    A parameter that lists of one length do not reach has gradient 0 there.

    Raises ValueError where `compile` refuses the function for a list of the new length; else what
    a Program raises.

    >>> from microgradnn import Value, compile, dot
    >>> w = [Value(2.0), Value(3.0), Value(4.0)]
    >>> programs = compile(lambda xs: dot(w[: len(xs)], xs), params=w)
    >>> programs.value_and_grad([[1.0, 1.0]]), programs([[1.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
    ((5.0, array([1., 1., 0.])), array([9., 4.]))
    >>> programs.lengths
    [2, 3]
    >>> programs.write_params([1.0, 10.0, 100.0])
    >>> programs.read_params(), programs.jacobian([[1.0, 1.0]]).tolist()
    (array([  1.,  10., 100.]), [[[1.0, 10.0]]])
    >>> programs.program([[1.0, 1.0]])
    Program(2 inputs, 3 params, 7 nodes)
    """

    def __init__(
        self,
        f: Callable[[list[Value]], Any],
        params: Values,
        backend: BackEndName = "numpy",
        vector_math: bool = True,
    ) -> None:
        self._f, self._params = f, as_values(params, "params")
        self._backend, self._vector_math = check_back_end(backend), vector_math
        self._programs: dict[int, Program] = {}

    def __call__(self, X: ArrayLike, theta: ArrayLike | None = None) -> Array:
        """The outputs for each sample, as those of a Program."""
        return self.program(X)(X, theta)

    def value_and_grad(self, X: ArrayLike, theta: ArrayLike | None = None) -> tuple[float, Array]:
        """The mean of the output over the samples, and its gradient in the order of `params`.

        Raises ValueError if the function has several outputs or no params.
        """
        return self.program(X).value_and_grad(X, theta)

    def jacobian(self, X: ArrayLike, theta: ArrayLike | None = None, wrt: By = "inputs") -> Array:
        """The derivatives of the outputs for each sample: (samples, outputs, inputs).

        With wrt="params" by each parameter. Raises ValueError if `wrt` is neither.
        """
        return self.program(X).jacobian(X, theta, wrt)

    def program(self, X: ArrayLike) -> Program:
        """The Program for lists as long as the rows of X; a new one, if it is the first of them.

        Raises ValueError if X is no array of shape (samples, length), or there is nothing in it.
        """
        array = as_floats(X, "X")
        if array.ndim != 2 or not array.size:
            raise ValueError(
                f"X must have shape (samples, length), with one list at least; got {array.shape}"
            )
        length = array.shape[1]
        if length not in self._programs:
            example, again = array[0].tolist(), bool(self._programs)
            with large_graph():
                traced = trace(self._f, None, self._params, [example], again)
                self._programs[length] = Program(traced, self._backend, self._vector_math)
        return self._programs[length]

    @property
    def lengths(self) -> list[int]:
        """The lengths that have come."""
        return sorted(self._programs)

    def read_params(self) -> Array:
        """The parameters' data as an array: (params,)."""
        return numbers_of(self._params)

    def write_params(self, theta: ArrayLike) -> None:
        """Set the parameters' data from an array: (params,).

        Raises ValueError if it has another shape; then all stay as they are.
        """
        assign(self._params, checked_theta(theta, self._params).tolist())

    def __repr__(self) -> str:
        return f"Programs({len(self._params)} params, lengths {self.lengths})"
