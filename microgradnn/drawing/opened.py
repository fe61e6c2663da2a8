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

    def add(
        original: Value, data: float, op: Primitive | None, operands: Operands, locals_: Locals
    ) -> Value:
        twin = Value(data)
        twin.grad, twin.op, twin.operands, twin.local_grads = original.grad, op, operands, locals_
        opened.append(twin)
        return twin

    for value in values:
        operands = tuple(twins[x] if isinstance(x, Value) else x for x in value.operands)
        op, locals_ = value.op, value.local_grads
        if op is PRIMITIVES["dot"]:
            *_, bias = operands
            n = len(operands) // 2
            products: list[Any] = []
            for w, x, by_w, by_x in zip(
                operands[:n], operands[n:-1], locals_[:n], locals_[n:-1], strict=True
            ):
                # As they were multiplied, even if data has changed since: ∂/∂w is x, ∂/∂x is w.
                data = _number(w if by_x is None else by_x) * _number(x if by_w is None else by_w)
                recorded = by_w is not None or by_x is not None
                both = ((w, x), (by_w, by_x))
                products.append(add(value, data, PRIMITIVES["mul"], *both) if recorded else data)
            op = PRIMITIVES["sum"]
            operands = tuple(products) if type(bias) is float and not bias else (*products, bias)
            locals_ = tuple(1.0 if isinstance(x, Value) else None for x in operands)
        twins[value] = add(value, value.data, op, operands, locals_)
        twins[value].label = value.label
    return opened


def _number(x: Any) -> float:
    return x.data if isinstance(x, Value) else x
