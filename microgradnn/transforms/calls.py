"""Calls: a function is called with Values of its own, and what it returns is the graph of that."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from functools import partial
from numbers import Integral
from typing import Any

from ..arguments import as_list, is_array, must_be
from ..engine.derivatives import CONSTANT, Linear, as_values, dependents
from ..engine.modes import Changed
from ..engine.recording import UNRECORDED, mode, must_be_recorded
from ..engine.value import Value, topological_order
from .trees import are_plain, array_of, filled, flatten, mapped

Function = Callable[..., Any]
SMALL_MOVES = (2.0**-12, 2.0**-11)  # relative to the arguments


class Call:
    """A call of `f`, and the graph of what it returned.

    It is differentiated by the numbers of the arguments at `places`. `f` gets each of these as a
    Value of its own, so that what it does with a variable of a function around it is not counted:
    as a copy, if the number is such a variable. Results may also depend on `others`.
    """

    def __init__(
        self,
        f: Function,
        args: tuple[Any, ...],
        places: Sequence[int],
        named: dict[str, Any],
        has_aux: bool,
        others: Sequence[Any] = (),
    ) -> None:
        for place in places:
            if not -len(args) <= place < len(args):
                raise ValueError(f"argnums has {place}, but there are {len(args)} arguments")
        self.records: bool = mode.get().records
        numbers = [args[place] for place in places]
        self.forms: Any = None  # if the arguments are numbers, as they most often are
        if not are_plain(numbers):
            numbers = []
            self.forms = [flatten(args[place], f"argument {place}", numbers) for place in places]
        result = self._result(f, args, places, named, numbers)
        self.aux: Any = None
        if has_aux:
            if not isinstance(result, tuple) or len(result) != 2:
                kind = type(result).__name__
                raise TypeError(f"has_aux needs f to return a pair (value, aux), got {kind}")
            result, self.aux = result[0], _constants_as_numbers(result[1], self.records)
        self.outputs: list[Any] = []
        self.form: Any = flatten(result, "the result of f", self.outputs)
        self._order = _below([x for x in self.outputs if type(x) is not float])
        for x in self.outputs:
            if type(x) is not float:
                must_be_recorded(x, "a derivative")
        if self.inputs and not self._order:
            self._must_be_constant(partial(self._result, f, args, places, named), numbers, has_aux)
        self.variable: bool = bool(_free(self._order)) or _has_values((*args, *numbers, *others))

    def _result(
        self,
        f: Function,
        args: tuple[Any, ...],
        places: Sequence[int],
        named: dict[str, Any],
        numbers: list[Any],
    ) -> Any:
        taken = list(args)
        with nullcontext() if self.records else Changed(records=True):
            self.inputs: list[Any] = [Value(x) if type(x) is float else x * 1.0 for x in numbers]
            for place, own in zip(places, self.by_argument(self.inputs), strict=True):
                taken[place] = own
            result = f(*taken, **named)
        for own in self.inputs:
            if own.op is None:
                own._x = CONSTANT
        return result

    def _must_be_constant(
        self, result_at: Callable[[list[Any]], Any], numbers: list[Any], has_aux: bool
    ) -> None:
        """Refuse a result without a Value that moves with the arguments all the same.

        Its derivative would be 0 in silence. At a step of a staircase, which is rightly flat, one
        of two moves changes nothing.
        """
        found = [self.outputs]
        for size in SMALL_MOVES:
            moved = [x + size * (1.0 + abs(x)) for x in numbers]
            with suppress(Exception):  # where f is not defined
                result = result_at(moved)
                found.append([])
                flatten(result[0] if has_aux else result, "the result of f", found[-1])
        for near in zip(*found, strict=False):
            if len(set(near)) > len(SMALL_MOVES) and all(map(math.isfinite, near)):
                raise TypeError(
                    "the result of f is a plain number, but it changes with the arguments, and no "
                    "derivative flows from it: is there .data, .item() or float() on the way?"
                )

    def by_argument(self, numbers: list[Any]) -> list[Any]:
        """Numbers for each of the inputs, in the form of each argument."""
        return numbers if self.forms is None else filled(self.forms, numbers)

    def linear(self) -> Linear:
        """The graph to first order, from the present data of its leaves if it is recorded."""
        return Linear(self._order, self.inputs, self.variable and self.records)

    def rows(self) -> list[list[Any]]:
        """The derivatives of each output by the inputs."""
        found = self.linear().rows(self.outputs)
        return [self.given(row) for row in found] if self.variable else found

    def given(self, numbers: list[Any], others: Sequence[Any] = ()) -> list[Any]:
        """Results as the caller gets them: Values if they may depend on a variable, else floats."""
        if not self.variable and not _has_values(others):
            return [x if type(x) is float else x.data for x in numbers]
        records = self.records and mode.get().records
        if not records:
            numbers = [x if type(x) is float else x.data for x in numbers]
        return as_values(numbers, CONSTANT if records else UNRECORDED)


def places_of(argnums: Any) -> list[int]:
    """The arguments to differentiate by, as a list."""
    given = [argnums] if isinstance(argnums, Integral) else as_list(argnums, "argnums")
    return [must_be(Integral, place, "argnums", "an int, or a list of them") for place in given]


def _has_values(xs: Sequence[Any]) -> bool:
    return any(issubclass(kind, Value) for kind in set(map(type, xs)) - {float})


def _below(values: Sequence[Any]) -> list[Value]:
    """All nodes that these were computed from, in topological order, and these."""
    if len(values) == 1:
        return topological_order(values[0])
    return topological_order(Value._assembled(0.0, None, tuple(values), ()))[:-1]


def _free(order: list[Value]) -> list[Value]:
    """The leaves that may be variables, as no transform has made them."""
    return [x for x in order if x.op is None and x._x is not CONSTANT]


def _constants_as_numbers(aux: Any, records: bool) -> Any:
    """What `f` gives besides its result, each Value that depends on no variable as its number."""
    values: list[Any] = []

    def noted(x: Any, path: Any) -> None:
        values.extend(x.ravel().tolist() if _is_of_objects(x) else [x])

    def given(x: Any) -> Any:
        if not isinstance(x, Value):
            return x
        if x not in variable:
            return x.data
        return x if records else as_values([x.data], UNRECORDED)[0]

    def back(x: Any, path: Any) -> Any:
        if _is_of_objects(x):
            return array_of([given(y) for y in x.ravel().tolist()], x.shape)
        return given(x)

    mapped(noted, aux)
    order = _below([x for x in values if isinstance(x, Value)])
    variable = dependents(order, _free(order))
    return mapped(back, aux)


def _is_of_objects(x: Any) -> bool:
    return is_array(x) and getattr(x.dtype, "char", "") == "O"
