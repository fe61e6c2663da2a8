"""Deep copies and pickles of a graph of any depth, without recursion."""

from ..typed import Any
from .recording import UNRECORDED
from .value import Value, topological_order


class _Recipes(list[tuple[Any, ...]]):
    """How to build the nodes; nothing in it is mutable, so a deep copy need not look inside."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "_Recipes":
        return self


def recipe(value: Any) -> tuple[Any, ...]:
    """How copy and pickle make the graph below `value` again: its leaves, and each node of places.

    The leaves go as objects, so that what shares them (a model and its loss) still does so
    afterwards. What subclasses have added goes along with them.
    """
    added = getattr(value, "__dict__", None)
    if not value.operands:
        unrecorded = value.operands is UNRECORDED
        return _leaf, (type(value), value.data, value.grad, value._label, unrecorded), added
    order = topological_order(value)
    leaves = [node for node in order if not node.operands]
    nodes = [node for node in order if node.operands]
    place = {node: i for i, node in enumerate(leaves + nodes)}
    recipes = _Recipes()
    for node in nodes:
        places = tuple([x if type(x) is float else place[x] for x in node.operands])
        parts = (node.data, node.op, places, node.local_grads, node.grad, node._label)
        recipes.append((type(node), *parts))
    inside = {place[x]: vars(x) for x in nodes[:-1] if getattr(x, "__dict__", None)}
    return _graph, (leaves, recipes, inside), added


def _leaf(kind: type[Value], data: float, grad: float, label: Any, unrecorded: bool) -> Value:
    operands = UNRECORDED if unrecorded else ()
    return kind._assembled(data, None, operands, (), grad, label)  # type: ignore[no-any-return]


def _graph(values: list[Value], recipes: _Recipes, added: dict[int, dict[str, Any]]) -> Value:
    for kind, data, op, places, local_grads, grad, label in recipes:
        operands = tuple([values[x] if type(x) is int else x for x in places])
        values.append(kind._assembled(data, op, operands, local_grads, grad, label))
    for place, attributes in added.items():
        vars(values[place]).update(attributes)
    return values[-1]
