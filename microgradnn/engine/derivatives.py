"""Exact derivatives of a recorded graph: one pass back over it, which may be recorded itself."""

from collections.abc import Sequence

from ..arguments import as_list, as_number, must_be
from ..elements import ieee
from ..signatures import derivatives
from ..typed import Any
from .modes import Changed
from .recording import UNRECORDED, mode, must_be_recorded
from .row import GIVEN
from .table import where_greater
from .value import Value, topological_order

# Operands of a leaf that is no variable: a constant derivative, a transform's number afterwards.
CONSTANT: tuple[Any, ...] = type(UNRECORDED)()


@derivatives
def gradients(output: Value, inputs: Sequence[Value], create_graph: bool = False) -> list[Any]:
    """The derivatives of `output` with respect to each of `inputs`, without touching any `grad`.

    With `create_graph` they are Values, recorded like everything else, to be differentiated again,
    or compiled: where they choose a side, as relu's, their graph does. An input that the output
    does not depend on gets 0. Raises RuntimeError if the output is not recorded, or with
    `create_graph` if the data of a leaf has changed since the pass.

    >>> x = Value(3.0)
    >>> (slope,) = gradients(x**3, [x], create_graph=True)
    >>> slope.data, gradients(slope, [x])
    (27.0, [18.0])
    """
    must_be(Value, output, "output", "a Value")
    listed = enumerate(as_list(inputs, "inputs"))
    inputs = [must_be(Value, x, f"inputs[{place}]", "a Value") for place, x in listed]
    if create_graph and not mode.get().records:
        raise RuntimeError("create_graph=True needs recording, which no_grad() has switched off")
    must_be_recorded(output, "gradients()")
    (found,) = Linear(topological_order(output), inputs, create_graph).rows([output])
    return as_values(found, CONSTANT) if create_graph else found


def as_values(results: Sequence[Any], operands: tuple[Any, ...]) -> list[Any]:
    """The results, each number as a leaf with these operands."""
    return [x if isinstance(x, Value) else Value._assembled(x, None, operands, ()) for x in results]


class Linear:
    """What a graph is to first order: how each node moves when its inputs do.

    `order` is of all nodes that matter; with `recorded` what is handed on are Values, recorded.
    """

    def __init__(self, order: list[Value], inputs: list[Value], recorded: bool) -> None:
        self._inputs = inputs
        depends = dependents(order, inputs, smoothly=recorded)
        down = [x for x in reversed(order) if x in depends]
        if recorded:
            with Changed(lenient=True):  # a partial never raises: it is infinite or NaN
                self._edges = {x: _recorded_edges(x, depends) for x in down}
        else:
            self._edges = {x: x._edges() for x in down}

    def back(self, seeds: dict[Any, Any]) -> dict[Any, Any]:
        """What each node receives, if the outputs have these gradients: the reverse pass."""
        received, edges = dict(seeds), self._edges
        for node, down in edges.items():
            upstream = received.get(node)
            if upstream is None:  # no output depends on it
                continue
            one = type(upstream) is float and upstream == 1.0  # no node for a product with one
            for operand, local in down:
                if operand in edges:
                    part = local if one else local * upstream
                    received[operand] = received[operand] + part if operand in received else part
        return received

    def forward(self, tangents: dict[Any, Any]) -> dict[Any, Any]:
        """How fast each node moves, if the inputs move as fast as these say: the forward pass."""
        moved = dict(tangents)
        for node, down in reversed(self._edges.items()):
            for operand, local in down:
                tangent = moved.get(operand)
                if tangent is not None:
                    one = type(tangent) is float and tangent == 1.0
                    part = local if one else local * tangent
                    moved[node] = moved[node] + part if node in moved else part
        return moved

    def rows(self, outputs: Sequence[Any]) -> list[list[Any]]:
        """The derivatives of each output by the inputs: by passes from the side that has fewer."""
        if len(self._inputs) < len(outputs):
            columns = [self.forward({x: 1.0}) for x in self._inputs]
            return [[column.get(y, 0.0) for column in columns] for y in outputs]
        received = [self.back({y: 1.0}) for y in outputs]
        return [[found.get(x, 0.0) for x in self._inputs] for found in received]


def _recorded_edges(node: Value, depends: set[Value]) -> list[tuple[Any, Any]]:
    """The wanted operands, each with the local derivative as a Value, from the same formula."""
    operands = node.operands
    wanted = [x in depends for x in operands]
    if node.op is None or not any(wanted):
        return []
    if node.op is GIVEN:
        raise RuntimeError(
            f"the local derivatives of {node.label or 'a node'} were given as numbers, so that it "
            "cannot be differentiated twice; write it with operators, or as mg.primitive"
        )
    if node._known() is not None and has_changed_operands(node):
        raise RuntimeError(
            f"the data of an operand of {node.label or node.op.name!r} has changed since it was "
            "computed, so the graph no longer says where its numbers came from; run the forward "
            "pass again"
        )
    partials = node.op.partials_on(node, operands, wanted)
    found = zip(operands, partials, wanted, strict=True)
    return [(x, d) for x, d, want in found if want and not (type(d) is float and d == 0.0)]


def has_changed_operands(node: Value) -> bool:
    """Whether a node's value or local derivatives would be others now than when it was computed."""
    if node.op is None or node.op is GIVEN:  # which has nothing to be computed from
        return False
    wanted = [type(x) is not float for x in node.operands]
    numbers = [x if type(x) is float else x.data for x in node.operands]
    try:
        value = node.op.value(numbers)
    except (ValueError, ArithmeticError):  # of a recorded partial, which does not raise
        value = ieee(node.op, numbers)[0]
    now = [value, *node.op.local_derivatives(value, numbers, wanted)]
    return repr(now) != repr([node.data, *node.local_grads])  # NaN equals NaN


def dependents(order: Sequence[Value], inputs: Sequence[Value], smoothly: bool = False) -> Any:
    """The set of inputs, and of nodes computed from them; `smoothly`, not only by a choice."""
    found = set(inputs)
    for node in order:
        chosen = smoothly and node.op is where_greater
        if not found.isdisjoint(node.operands[:2] if chosen else node.operands):
            found.add(node)
    return found


def result_of(output: Any, name: str = "the result of f") -> float:
    """The number that a function returned, plain or as a Value."""
    return output.data if isinstance(output, Value) else as_number(output, name)
