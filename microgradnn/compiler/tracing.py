"""Tracing: the three ways to say what is compiled, all brought into the form of a tape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from ..functions import as_list
from ..nn import MLP, Layer, Module, Neuron
from ..primitives import as_number, must_be
from ..value import Value
from .tape import Tape, record_tape


@dataclass
class Traced:
    """A tape with the parameters behind it, and the recorded example."""

    tape: Tape
    params: list[Value]
    example: list[float]
    recorded: list[float]
    single: bool  # one output that was not in a list


def trace(
    what: Any, inputs: Any, params: Sequence[Value], example_inputs: Sequence[Any] | None
) -> Traced:
    """Bring what `compile` was given onto a tape."""
    if isinstance(what, Module):
        return _of_model(what, inputs, example_inputs)
    if callable(what):
        return _of_function(what, params, example_inputs)
    if inputs is None:
        raise TypeError("inputs is missing: the list of leaves that differ from sample to sample")
    return _recorded(what, inputs, params)


def _values(xs: Any, name: str) -> list[Value]:
    items = list(must_be((list, tuple, np.ndarray), xs, name, "a list of Values"))
    return [must_be(Value, x, f"{name}[{place}]", "a Value") for place, x in enumerate(items)]


def _recorded(outputs: Any, inputs: Any, params: Any) -> Traced:
    single = isinstance(outputs, Value)
    listed = _values([outputs] if single else outputs, "outputs")
    inputs, params = _values(inputs, "inputs"), _values(params, "params")
    if not listed:
        raise ValueError("outputs is empty; at least one is needed")
    tape = record_tape(listed, inputs, params)
    example, recorded = [x.data for x in inputs], [x.data for x in listed]
    return Traced(tape, params, example, recorded, single)


def _of_function(
    f: Callable[[list[Any]], Any], params: Sequence[Value], examples: Sequence[Any] | None
) -> Traced:
    examples = [] if examples is None else as_list(examples, "example_inputs")
    if len(examples) < 2:
        raise ValueError(
            "example_inputs must hold at least two inputs that f takes: a function whose course "
            "depends on its data shows it in two different graphs"
        )
    traced = [_traced_on(f, example, params) for example in examples]
    for place, other in enumerate(traced[1:], start=1):
        difference = first_difference(traced[0].tape, other.tape)
        if difference:
            raise ValueError(
                f"example_inputs[0] and example_inputs[{place}] give different graphs, so the "
                f"course of the function depends on its data: {difference}"
            )
    return traced[0]


def _traced_on(f: Callable[[list[Any]], Any], example: Any, params: Sequence[Value]) -> Traced:
    numbers = [as_number(x, "example_inputs") for x in as_list(example, "example_inputs")]
    inputs = [Value(x, label=f"x{place}") for place, x in enumerate(numbers)]
    return _recorded(f(inputs), inputs, params)


def first_difference(one: Tape, other: Tape) -> str:
    """Where two tapes begin to differ, in words; empty if they are the same.

    >>> x, y = Value(1.0), Value(1.0)
    >>> first_difference(record_tape([x * 2], [x], []), record_tape([y + 2], [y], []))
    'node 2 is mul(0, 1) in one and add(0, 1) in the other'
    """
    if one.inputs != other.inputs:
        return f"{one.inputs} inputs in one and {other.inputs} in the other"
    for node, (a, b) in enumerate(zip_longest(_nodes(one), _nodes(other), fillvalue="missing")):
        if a != b:
            return f"node {node} is {a} in one and {b} in the other"
    if one.outputs != other.outputs:
        return f"the outputs are nodes {one.outputs} in one and {other.outputs} in the other"
    return ""


def _nodes(tape: Tape) -> list[str]:
    return [
        f"the number {tape.numbers[node]!r}"
        if node in tape.numbers
        else f"{op}({', '.join(map(str, operands))})"
        for node, (op, operands) in enumerate(zip(tape.ops, tape.operands, strict=True))
    ]


# ---- Models --------------------------------------------------------------------------------------


def _of_model(model: Any, loss: Any, examples: Sequence[Any] | None) -> Traced:
    params = model.parameters()
    if examples is None:
        examples = [_numbers(_input_count(model), shift) for shift in (0, 1)]
    if loss is None:
        return _of_function(model, params, examples)
    if not callable(loss):
        raise TypeError(f"loss must be a function (prediction, target), got {loss!r}")
    columns = len(examples[0])
    targets = _targets(model, loss, examples[0])

    def loss_of(values: list[Any]) -> Any:
        prediction, target = model(values[:columns]), values[columns:]
        return loss(prediction, target if isinstance(prediction, list) else target[0])

    return _of_function(loss_of, params, [[*x, *targets] for x in examples])


def _input_count(model: Any) -> int:
    """How many numbers a network of ours takes."""
    first = model.layers[0] if isinstance(model, MLP) else model
    first = first.neurons[0] if isinstance(first, Layer) else first
    if isinstance(first, Neuron):
        return len(first.w)
    raise TypeError("example_inputs is needed: two inputs that the model takes")


def _numbers(count: int, shift: int) -> list[float]:
    """An example input: numbers of ordinary size, no two of which are equal by chance."""
    return [((7 * place + 3 * shift) % 11 + 1) / (12 + shift) for place in range(count)]


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
