"""What runs a program: its passes in their order, what they make, and the arrays that it keeps.

The idea of running: fast code, which assumes that all numbers are finite, under NumPy's error
flags. Where a flag is raised, eager evaluation says what is wrong; if nothing is, slower code
without the assumption computes the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import TypeVar

import numpy as np

from .adjoint import adjoint
from .arrays import Array, Arrays, numbers_of
from .back_end import BackEnd, BackEndName
from .expand import expand
from .normalise import normalise, split_links
from .replay import must_agree, outputs_by_sample, raise_errors
from .rows import SELECTIONS, Algebra
from .schedule import schedule
from .steps import Schedule
from .tape import Tape
from .tracing import Traced

Result = TypeVar("Result")


class Running:
    """A tape that runs, by the code of a back end, or by eager evaluation where that fails."""

    most_batch_sizes = 4  # whose arrays a program keeps

    def __init__(
        self, traced: Traced, backend: BackEndName = "numpy", vector_math: bool = True
    ) -> None:
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
        if traced.recorded:
            X = np.array([traced.example]).reshape(1, -1)
            found = self._outputs(X, numbers_of(self._params), self._differentiable)
            must_agree(found[0].tolist(), traced.recorded)

    def _has_gradient(self) -> bool:
        return len(self._tape.outputs) == 1 and bool(self._params)

    # ---- Running -------------------------------------------------------------------------------

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

    # ---- Compiling -----------------------------------------------------------------------------

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
