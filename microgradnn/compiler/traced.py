"""A trace: a function recorded once, without looking at the numbers in it.

The idea: while it is recorded, inputs and parameters and all that is computed from them are hidden
Values. They are of classes of their own, which no kernel takes, so that the trace records them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..arguments import as_number, is_array
from ..engine.modes import Changed
from ..engine.recording import UNRECORDED, mode, open_traces
from ..engine.row import Primitive
from ..engine.value import Value
from .hidden import COMPUTE, HiddenValue, hidden_class, refuse

_one_at_a_time = threading.RLock()  # traces would take the parameters of one model from each other


class Trace:
    """What is traced in a block of `tracing`: inputs, parameters, what is computed from them."""

    def __init__(self, params: Sequence[Value]) -> None:
        self.thread: int = threading.get_ident()
        self.params: list[tuple[Value, type[Value]]] = [(param, type(param)) for param in params]
        kinds = {own: hidden_class(own) for own in {*map(type, params)}}
        self.kinds: dict[type[Value], type[Value]] = kinds
        self.shared: set[type[Value]] = {*kinds.values()}
        self.usual: set[type] = {float, Value, HiddenValue, *self.shared}
        self.inputs: list[Value] = []
        self.results: list[Value] = []
        self.refusals: list[Exception] = []

    def end(self) -> None:
        """Make all of them ordinary Values again."""
        for param, own in reversed(self.params):
            param.__class__ = own
        for x in self.inputs + self.results:
            x.__class__ = Value
            x.op = None
            x._connect(UNRECORDED, ())

    def is_here(self) -> bool:
        return self.thread == threading.get_ident()

    def make_inputs(self, numbers: Sequence[float]) -> list[Value]:
        """Traced leaves for the numbers of an example."""
        self.inputs = [Value(x, label=f"x{k}") for k, x in enumerate(numbers)]
        for x in self.inputs:
            x.__class__ = HiddenValue
        return self.inputs.copy()

    def _record(self, row: Primitive, operands: tuple[Any, ...]) -> Any:
        """Record an operation as Value does; but without derivatives, if the result is traced.

        An error may be of this example only; so it ends the trace even if the function catches it.
        """
        kinds = {*map(type, operands)}
        if HiddenValue not in kinds and not (self.shared & kinds and self.is_here()):
            return Value._record(row, operands)
        if not kinds <= self.usual:
            if any(map(is_array, operands)):
                return row.of_arrays(operands)
            name = f"operand of {row.name}"
            operands = tuple([x if isinstance(x, Value) else as_number(x, name) for x in operands])
        now = mode.get()
        if not now.records:
            refuse("no_grad() would make a constant of a Value that depends on the data", COMPUTE)
        numbers = [x if type(x) is float else x._number for x in operands]
        try:
            data = row.value(numbers, operands)
        except (ValueError, ArithmeticError) as error:
            self.refusals.append(error)
            raise
        node: Value = Value._assembled(data, row, now.keep(operands), ())
        node.__class__ = HiddenValue
        self.results.append(node)
        return node


@contextmanager
def tracing(params: Sequence[Value]) -> Iterator[Trace]:
    """A block in which parameters are traced, and the inputs that its Trace makes.

    Inputs and what was computed are without a record afterwards, as after `no_grad()`: a model may
    have remembered them, and their numbers are those of an example. ValueError, at the end, if
    something was refused and the function has caught that.
    """
    with _one_at_a_time, Changed(records=True):  # also inside no_grad()
        trace = Trace(params)
        open_traces.append(trace)
        try:
            for param, own in trace.params:
                param.__class__ = trace.kinds[own]
            yield trace
            if trace.refusals:
                raise ValueError(f"{trace.refusals[0]} (the function has caught this and went on)")
        finally:
            open_traces.remove(trace)
            trace.end()
