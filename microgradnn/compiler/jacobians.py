"""Jacobians: the derivatives of a program's outputs, as the outputs of another program.

The idea: derivatives are recorded as everything else. So a tape is replayed while it is
traced, and so are the passes over it. What comes is compiled like any function: what derivatives
have in common is computed once, and products of matrices are found.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal, get_args

import numpy as np

from ..arguments import must_be
from ..collector import large_graph
from ..engine.derivatives import Linear
from ..engine.modes import Changed
from ..engine.value import Value
from .arrays import Array, numbers_of
from .hidden import HiddenValue
from .replay import jacobian_by_sample, must_agree
from .running import Running
from .tape import Tape, record_tape
from .traced import tracing
from .tracing import Traced

By = Literal["inputs", "params"]


def check_by(wrt: Any, tape: Tape) -> By:
    """By what to differentiate, unless the program has none."""
    name: By = must_be(str, wrt, "wrt", "'inputs' or 'params'")
    if name not in get_args(By):
        raise ValueError(f"wrt must be 'inputs' or 'params', got {name!r}")
    if not _leaves(tape, name):
        raise ValueError(f"wrt is {name!r}, and this program has none")
    return name


def _leaves(tape: Tape, wrt: By) -> range:
    """The nodes of the inputs, or those of the parameters."""
    split = tape.inputs
    return range(split) if wrt == "inputs" else range(split, split + tape.params)


class Jacobian:
    """The program of the derivatives of another program, by its inputs or by its parameters."""

    def __init__(self, program: Running, wrt: By) -> None:
        self.leaves: range = _leaves(program._tape, wrt)
        back_end = program._back_end
        example, params = program._example, program._params
        with large_graph():
            traced = _differentiated(program._tape, params, example, self.leaves)
            self.derivatives: Running = type(program)(traced, back_end.asked, back_end.vector_math)
        X, theta = np.array([example]).reshape(1, -1), numbers_of(program._params)
        try:
            found = self.of(program, X, theta)
        except (ValueError, ArithmeticError):
            return  # the parameters are now where the program has no value to differentiate
        recorded = jacobian_by_sample(self.leaves, program._tape, X, theta)
        must_agree(found.ravel().tolist(), recorded.ravel().tolist())

    def of(self, program: Running, X: Array, theta: Array) -> Array:
        """The derivatives for each sample; errors are those of the program, as partials have none.

        A partial of the side that a selection does not choose may be infinite; so there a program
        with selections is differentiated sample by sample.
        """
        program._outputs(X, theta, gradient=False)
        run = partial(self.derivatives._run, X, theta, False)
        by_sample = partial(jacobian_by_sample, self.leaves)
        found: Array = program._guarded(run, by_sample, X, theta)
        return found.reshape(len(X), len(program._tape.outputs), len(self.leaves))


def _differentiated(
    tape: Tape, params: Sequence[Value], example: Sequence[float], leaves: range
) -> Traced:
    """The derivatives of each output, one output after the other, by these leaves."""
    with tracing(params) as trace, Changed(lenient=True):
        nodes = tape.replay([*trace.make_inputs(example), *params])
        order = list(dict.fromkeys([x for x in nodes if isinstance(x, Value)]))
        linear = Linear(order, [nodes[leaf] for leaf in leaves], recorded=True)
        found = [x for row in linear.rows([nodes[y] for y in tape.outputs]) for x in row]
        outputs = [x if isinstance(x, Value) else Value(x) for x in found]
        made = record_tape(outputs, trace.inputs, params, HiddenValue)
    return Traced(made, list(params), list(example), [], single=False)
