"""Neurons opened: each w·x + b of a graph as the × and the Σ that it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..engine.row import PRIMITIVES, Primitive
from ..engine.value import Value

Operands = tuple[Any, ...]
Locals = tuple[float | None, ...]


def open_neurons(values: Sequence[Value]) -> list[Value]:
    """A copy of a graph, in topological order, in which each `dot` is written in single steps.

    Data, gradients and local derivatives are those of the graph, which stays as it is.

    >>> from microgradnn import dot, topological_order
    >>> neuron = dot([Value(2.0), Value(3.0)], [Value(5.0), 7.0], 1.0)
    >>> [value.op.name for value in open_neurons(topological_order(neuron)) if value.op]
    ['mul', 'mul', 'sum']
    """
    opened: list[Value] = []
    twins: dict[Value, Value] = {}
    for value in values:
        operands = tuple(twins[x] if isinstance(x, Value) else x for x in value.operands)
        op = value.op
        locals_ = value.local_grads
        if op is PRIMITIVES["dot"]:
            products = _products(value, operands)
            opened += [x for x in products if isinstance(x, Value)]
            op = PRIMITIVES["sum"]
            operands = (*products, *_bias(operands[-1]))
            locals_ = tuple(1.0 if isinstance(x, Value) else None for x in operands)
        twins[value] = _twin(value, value.data, op, operands, locals_)
        twins[value].label = value.label
        opened.append(twins[value])
    return opened


def _products(neuron: Value, operands: Operands) -> list[Any]:
    """The products w·x of a `dot`: a node where w or x has a derivative, else a number."""
    n = len(operands) // 2
    ws, xs = operands[:n], operands[n:-1]
    by_ws, by_xs = neuron.local_grads[:n], neuron.local_grads[n:-1]
    products: list[Any] = []
    for w, x, by_w, by_x in zip(ws, xs, by_ws, by_xs, strict=True):
        # As they were multiplied, even if data has changed since: ∂/∂w is x, ∂/∂x is w.
        data = _number(w if by_x is None else by_x) * _number(x if by_w is None else by_w)
        recorded = by_w is not None or by_x is not None
        node = (PRIMITIVES["mul"], (w, x), (by_w, by_x))
        products.append(_twin(neuron, data, *node) if recorded else data)
    return products


def _bias(bias: Any) -> Operands:
    """The bias as an operand of the sum, unless it is the number 0."""
    return () if type(bias) is float and not bias else (bias,)


def _twin(
    original: Value, data: float, op: Primitive | None, operands: Operands, locals_: Locals
) -> Value:
    """A node with these numbers, and with the gradient of the node that it stands for."""
    twin: Value = Value._assembled(data, op, operands, locals_, original.grad)
    return twin


def _number(x: Any) -> float:
    return x.data if isinstance(x, Value) else x
