"""Deep copies and pickles of a graph of any depth, without recursion."""

import copyreg

from ..typed import Any
from .kernels import UNRECORDED
from .value import Value, topological_order


class _Recipes(list[tuple[Any, ...]]):
    """How to build the nodes; nothing in it is mutable, so a deep copy need not look inside."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "_Recipes":
        return self


def _reduce(value: Value) -> tuple[Any, ...]:
    """Take the graph below `value` apart: its leaves, and each node by its operands' places.

    The leaves go as objects, so that what shares them (a model and its loss) still does so
    afterwards.
    """
    if not value.operands:
        make = _unrecorded if value.operands is UNRECORDED else _leaf
        return make, (value.data, value.grad, value.label)
    order = topological_order(value)
    leaves = [node for node in order if not node.operands]
    nodes = [node for node in order if node.operands]
    place = {node: i for i, node in enumerate(leaves + nodes)}
    recipes = _Recipes()
    for node in nodes:
        places = tuple(x if type(x) is float else place[x] for x in node.operands)
        recipes.append((node.data, node.op, places, node.local_grads, node.grad, node.label))
    return _graph, (leaves, recipes)


def _leaf(data: float, grad: float, label: str) -> Value:
    return Value._assembled(data, None, (), (), grad, label)  # type: ignore[no-any-return]


def _unrecorded(data: float, grad: float, label: str) -> Value:
    return Value._assembled(data, None, UNRECORDED, (), grad, label)  # type: ignore[no-any-return]


def _graph(values: list[Value], recipes: _Recipes) -> Value:
    for data, op, places, local_grads, grad, label in recipes:
        operands = tuple(values[x] if type(x) is int else x for x in places)
        values.append(Value._assembled(data, op, operands, local_grads, grad, label))
    return values[-1]


copyreg.pickle(Value, _reduce)
