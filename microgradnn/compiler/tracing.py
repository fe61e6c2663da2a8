"""Tracing: the three ways to say what is compiled, all brought into the form of a tape.

The idea: a function or a model is run on example inputs, in which it cannot see the numbers, and
leaves a recorded graph. It is run twice at least: graphs that differ come from something else that
changes, such as a draw at random, and are refused. And it is run on ordinary Values, for what it
gives must not depend on being traced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..arguments import as_list, as_number, must_be
from ..engine.derivatives import result_of
from ..engine.modes import Changed
from ..engine.recording import UNRECORDED
from ..engine.value import Value
from ..nn import MLP, Layer, LayerNorm, Module, Neuron, RMSNorm, Sequential
from .hidden import HiddenValue
from .tape import Tape, record_tape
from .traced import tracing


class Traced(NamedTuple):
    """A tape with the parameters behind it, and the recorded example."""

    tape: Tape
    params: list[Value]
    example: list[float]
    recorded: list[float]
    single: bool  # one output that was not in a list


def trace(
    what: Any,
    inputs: Any,
    params: Sequence[Value],
    examples: Sequence[Any] | None,
    again: bool = False,
) -> Traced:
    """Bring what `compile` was given onto a tape.

    A function that has been traced for lists of another length is traced `again`: the graph that
    it records on ordinary Values takes the place of a second trace.
    """
    if isinstance(what, Module):
        if not isinstance(params, tuple) or params:
            raise TypeError("params is not wanted beside a model: it has its own")
        return _of_model(what, inputs, examples)
    if callable(what):
        if inputs is not None:
            raise TypeError("inputs is not wanted beside a function: give example_inputs")
        return _of_function(what, params, _numbers(examples), again)
    if examples is not None:
        raise TypeError("example_inputs is not wanted beside a recorded graph: give inputs")
    if inputs is None:
        raise TypeError("inputs is missing: the list of leaves that differ from sample to sample")
    return _of_graph(what, inputs, params)


def _of_graph(outputs: Any, inputs: Any, params: Any, kind: type[Value] = Value) -> Traced:
    single, listed = isinstance(outputs, Value), _listed(outputs)
    inputs, params = as_values(inputs, "inputs"), as_values(params, "params")
    tape = record_tape(listed, inputs, params, kind)
    return Traced(tape, params, [x._number for x in inputs], [x._number for x in listed], single)


def _listed(outputs: Any) -> list[Value]:
    listed = [outputs] if isinstance(outputs, Value) else as_list(outputs, "outputs")
    return as_values(listed, "outputs")


def as_values(given: Any, name: str) -> list[Value]:
    """The list that was given, if it is one of Values."""
    values = list(must_be((list, tuple, np.ndarray), given, name, "a list of Values"))
    if not all(issubclass(kind, Value) for kind in {*map(type, values)}):
        for place, x in enumerate(values):
            must_be(Value, x, f"{name}[{place}]", "a Value")
    return values


def _numbers(examples: Sequence[Any] | None) -> list[list[float]]:
    if examples is None:
        raise TypeError("example_inputs is needed: a list of one input that f takes, or of several")
    samples = as_list(examples, "example_inputs")
    if isinstance(samples[0], (int, float)):
        raise TypeError(
            "example_inputs must be a list of inputs that f takes, each of them a list, and has "
            "numbers; write example_inputs=[[1.0, 2.0]] for a single one"
        )
    named = [(f"example_inputs[{place}]", sample) for place, sample in enumerate(samples)]
    return [[as_number(x, name) for x in _inputs(sample, name)] for name, sample in named]


def _inputs(sample: Any, name: str) -> list[Any]:
    is_empty = isinstance(sample, (list, tuple, np.ndarray)) and not len(sample)
    return [] if is_empty else as_list(sample, name)


def _of_function(
    f: Callable[[list[Any]], Any], params: Sequence[Value], examples: list[list[float]], again: bool
) -> Traced:
    params = as_values(params, "params")

    def traced_on(place: int) -> Traced:
        with tracing(params) as trace:
            outputs = f(trace.make_inputs(examples[place]))
            return _of_graph(outputs, trace.inputs, params, HiddenValue)

    def compare(others: Sequence[int]) -> None:
        for place in others:
            difference = first_difference(first.tape, traced_on(place).tape)
            if difference:
                raise ValueError(
                    f"example_inputs[0] and example_inputs[{place}] give different graphs, so "
                    f"something that is no input decides what the function computes: {difference}"
                )

    first = traced_on(0)
    if not again:
        compare(range(1, len(examples)) or [0])
    # Marked as results, since a model may remember its inputs, and leaves would be parameters.
    inputs = [Value._assembled(x, None, UNRECORDED, ()) for x in examples[0]]
    with Changed(records=True):
        outputs = f(inputs)
    listed = [outputs] if first.single else as_list(outputs, "outputs")
    if again and not _is_recorded(first.tape, listed, inputs, params):
        compare([0])
    ordinary = [result_of(x, "an output") for x in listed]  # where(x > 0, 1.0, 2.0) is a number
    same = len(ordinary) == len(first.recorded)
    if not same or not np.allclose(ordinary, first.recorded, rtol=1e-9, atol=1e-9, equal_nan=True):
        raise ValueError(
            f"the function gives {ordinary} for example_inputs[0], and {first.recorded} while "
            "it is traced, so something that is no input decides what it computes"
        )
    return first


def _is_recorded(
    tape: Tape, outputs: list[Any], inputs: list[Value], params: Sequence[Value]
) -> bool:
    """Whether ordinary Values have recorded this tape; where it has selections, they have not."""
    if not all(isinstance(x, Value) for x in outputs):
        return False
    return not first_difference(tape, record_tape(outputs, inputs, params))


def first_difference(one: Tape, other: Tape) -> str:
    """Where two tapes begin to differ, in words; empty if they are the same.

    >>> x, y = Value(1.0), Value(1.0)
    >>> first_difference(record_tape([x * 2], [x], []), record_tape([y + 2], [y], []))
    'node 2 is mul 0 1 in one and add 0 1 in the other'
    """
    graphs = [(x.ops, x.operands, x.outputs, repr(x.numbers)) for x in (one, other)]
    if graphs[0] == graphs[1]:
        return ""
    for node in range(max(len(one), len(other))):
        a, b = (tape.described(node) if node < len(tape) else "missing" for tape in (one, other))
        if a != b:
            return f"node {node} is {a} in one and {b} in the other"
    if one.outputs != other.outputs:
        return f"the outputs are nodes {one.outputs} in one and {other.outputs} in the other"
    return ""


# ---- Models --------------------------------------------------------------------------------------


def _of_model(model: Any, loss: Any, examples: Sequence[Any] | None) -> Traced:
    params = model.parameters()
    if examples is None:
        count = _input_count(model)
        # Numbers of ordinary size, and others in the second example than in the first.
        examples = [[((7 * k + 3 * j) % 11 + 1) / (12 + j) for k in range(count)] for j in (0, 1)]
    examples = _numbers(examples)
    if loss is None:
        return _of_function(model, params, examples, False)
    if not callable(loss):
        raise TypeError(f"loss must be a function (prediction, target), got {loss!r}")
    columns, targets = len(examples[0]), _targets(model, loss, examples[0].copy())

    def loss_of(values: list[Any]) -> Any:
        prediction, target = model(values[:columns]), values[columns:]
        return loss(prediction, target if isinstance(prediction, list) else target[0])

    traced = _of_function(loss_of, params, [[*x, *targets] for x in examples], False)
    traced.tape.targets = len(targets)
    return traced


def _input_count(model: Any) -> int:
    """How many numbers a network of ours takes."""
    first = model
    while isinstance(first, (MLP, Sequential)):
        first = first.layers[0]
    if isinstance(first, (LayerNorm, RMSNorm)):
        return first.normalized_shape
    first = first.neurons[0] if isinstance(first, Layer) else first
    if isinstance(first, Neuron):
        return len(first.w)
    raise TypeError("example_inputs is needed: a list of one input that the model takes")


def _targets(model: Any, loss: Any, example: list[float]) -> list[float]:
    """Example targets that the loss accepts: one class of several, or labels."""
    prediction = model(example)
    count = len(prediction) if isinstance(prediction, list) else 1
    one_class, labels = [1.0] + [0.0] * (count - 1), [1.0] * count
    try:
        loss(prediction, one_class if isinstance(prediction, list) else 1.0)
    except ValueError:
        return labels
    return one_class
