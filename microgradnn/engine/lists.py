"""Recording of operations on lists, by hand: one pass over the list for numbers, one for nodes."""

import math
import operator
from collections.abc import Callable, Sequence

from ..sums import MOST_ROUNDED
from ..typed import Any
from .recording import changed_somewhere, open_traces, settled
from .reductions import Exponentials
from .row import Primitive

Kernel = Callable[..., Any]


def _node_of_many(
    value_class: Any, row: Primitive, out: float, operands: Any, values: Any, local_grads: Any
) -> Any:
    """A node of any number of operands, the Values among them, and the derivatives by these."""
    node = value_class.__new__(value_class)
    node._number = out
    node._grad = 0.0
    node._label = ""
    node.op = row
    node._x = operands
    node._dx = None
    node._y = values
    node._dy = local_grads
    return settled(node) if changed_somewhere else node


def sum_kernel(row: Primitive, value_class: Any, record: Kernel) -> Kernel:
    fsum = math.fsum

    def kernel(*operands: Any) -> Any:
        if open_traces or len(operands) < 3:
            return record(row, operands)
        try:
            out = fsum([x._number for x in operands])
        except (AttributeError, ArithmeticError, ValueError):
            return record(row, operands)
        ones = (1.0,) * len(operands)
        return _node_of_many(value_class, row, out, operands, operands, ones)

    return kernel


def numbers_of(inputs: Sequence[Any]) -> Sequence[float] | None:
    """The numbers of inputs that are all Values or all floats; else None."""
    if type(inputs[0]) is float:
        return inputs if set(map(type, inputs)) == {float} else None
    try:
        return [value._number for value in inputs]
    except AttributeError:  # a number is among them
        return None


def neuron_kernel(row: Primitive, value_class: Any, record: Kernel) -> Kernel:
    fsum, times = math.fsum, operator.mul

    def kernel(weights: tuple[Any, ...], inputs: tuple[Any, ...], bias: Any, x: Any) -> Any:
        """The dot of weights and inputs; x are the numbers of the inputs, if they are known."""
        has_bias = type(bias) is value_class
        fits = (has_bias or type(bias) is float) and len(weights) <= MOST_ROUNDED
        if x is None or open_traces or not fits:
            return record(row, (*weights, *inputs, bias))
        try:
            w = [weight._number for weight in weights]
            out = fsum([*map(times, w, x), bias._number if has_bias else bias])
        except (AttributeError, ArithmeticError, ValueError):
            return record(row, (*weights, *inputs, bias))
        if x is inputs:
            operands = (*weights, *inputs, bias)
            values, local_grads = ((*weights, bias), (*x, 1.0)) if has_bias else (weights, x)
        elif has_bias:
            operands = values = (*weights, *inputs, bias)
            local_grads = (*x, *w, 1.0)
        else:
            operands, values, local_grads = bias, (*weights, *inputs), (*x, *w)
        return _node_of_many(value_class, row, out, operands, values, local_grads)

    return kernel


def softmax_nodes(
    row: Primitive, value_class: Any, logits: tuple[Any, ...], numbers: Sequence[float]
) -> list[Any]:
    """All results of a softmax of finite numbers, which share what they have in common."""
    exponentials, nodes = Exponentials(numbers), []
    for k, share in enumerate(exponentials.shares):
        slopes = tuple(exponentials.slopes(k, share))
        operands = (float(k), *logits)
        nodes.append(_node_of_many(value_class, row, share, operands, logits, slopes))
    return nodes
