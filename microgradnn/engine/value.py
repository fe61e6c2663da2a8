"""Value: a number that remembers how it was computed, and the chain rule that runs back over it."""

from __future__ import annotations

from ..arguments import as_number, is_array, must_be
from ..typed import Any, Number
from .interop import Protocols, describe
from .kernels import Kernels, Record
from .recording import mode, must_be_recorded, settled
from .row import Primitive

_NOTHING = ""  # an argument that was not given; Python has this text only once


class Value(Protocols):
    """A node of the computational graph: a number, its gradient, and where it came from.

    `operands` are what the operation `op` was applied to, Values and floats; `local_grads` holds
    for each the derivative ∂self/∂operand (None for a float). A Value made by a user is a leaf.
    Raises TypeError for data that is no real number.

    One operand or two stand in the node itself: `_x` and `_y`, with the derivatives by them, `_dx`
    and `_dy`. If there are others, `_x` is the tuple of all, `_y` that of the Values among them,
    and `_dy` that of the derivatives by these. So most nodes are one object, and soon made.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b + a
    >>> c.backward()
    >>> c.data, a.grad, b.grad, len(topological_order(c))
    (-4.0, -2.0, 2.0, 4)
    >>> c.item(), c.operands[1].label, c.local_grads, c.detach().op, c.zero_grad()
    (-4.0, 'a', (1.0, 1.0), None, None)
    """

    __slots__ = ("_dx", "_dy", "_grad", "_label", "_number", "_x", "_y", "op")

    def __init__(
        self,
        data: Any,
        label_or_operands: Any = _NOTHING,
        op_or_local_grads: Any = _NOTHING,
        label: str = _NOTHING,
        *,
        _children: Any = _NOTHING,
        _op: str = _NOTHING,
    ) -> None:
        self._number = data if type(data) is float else as_number(data, "data")
        self._grad = 0.0
        self._label: Any = label_or_operands if type(label_or_operands) is str else ""
        self.op: Primitive | None = None
        self._x: Any = ()
        self._dx: Any = None
        self._y: Any = None
        self._dy: Any = None
        is_label = type(label_or_operands) is str
        if not (is_label and op_or_local_grads is label is _children is _op is _NOTHING):
            describe(self, label_or_operands, op_or_local_grads, label, _children, _op)

    # ---- Forward: compute, and record ------------------------------------------------------

    @staticmethod
    def _record(primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        """Apply an operation: a new node that holds its value and local derivatives.

        The operators below call copies of it that `kernels` has written: the same, but faster.
        """
        if any(map(is_array, operands)):
            return primitive.of_arrays(operands)
        name = f"operand of {primitive.name}"
        operands = tuple(x if isinstance(x, Value) else as_number(x, name) for x in operands)
        numbers = [x if type(x) is float else x._number for x in operands]
        wanted = [type(x) is not float for x in operands]
        data = primitive.value(numbers, operands)
        records = mode.get().records
        local_grads = primitive.local_derivatives(data, numbers, wanted) if records else ()
        return settled(Value._assembled(data, primitive, operands, local_grads))

    @staticmethod
    def _apply(primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        primitive.check_arity(operands)
        return kernels.of(primitive.name)(*operands)

    @staticmethod
    def _apply_to_lists(primitive: Primitive, *lists: Any) -> Any:
        """The result of `dot`, or all of `softmax`, at once; None if it cannot be had at once."""
        return (kernels.dot_of if primitive.name == "dot" else kernels.shares)(*lists)

    def __add__(self, other: Value | Number) -> Value:
        return record.add(self, other)

    def __radd__(self, other: Value | Number) -> Value:
        return record.add(other, self)

    def __sub__(self, other: Value | Number) -> Value:
        return record.sub(self, other)

    def __rsub__(self, other: Value | Number) -> Value:
        return record.sub(other, self)

    def __mul__(self, other: Value | Number) -> Value:
        return record.mul(self, other)

    def __rmul__(self, other: Value | Number) -> Value:
        return record.mul(other, self)

    def __truediv__(self, other: Value | Number) -> Value:
        return record.div(self, other)

    def __rtruediv__(self, other: Value | Number) -> Value:
        return record.div(other, self)

    def __pow__(self, other: Value | Number) -> Value:
        return record.pow(self, other)

    def __rpow__(self, other: Value | Number) -> Value:
        return record.pow(other, self)

    def __neg__(self) -> Value:
        return record.neg(self)

    def __abs__(self) -> Value:
        return record.abs(self)

    def abs(self) -> Value:
        return record.abs(self)

    def exp(self) -> Value:
        return record.exp(self)

    def log(self) -> Value:
        return record.log(self)

    def sqrt(self) -> Value:
        return record.sqrt(self)

    def tanh(self) -> Value:
        return record.tanh(self)

    def sigmoid(self) -> Value:
        return record.sigmoid(self)

    def relu(self) -> Value:
        return record.relu(self)

    # ---- Backward: the chain rule ----------------------------------------------------------

    def backward(self, gradient: float = 1.0) -> None:
        """Add to every leaf's `grad` the derivative of this value, times `gradient`.

        Each node passes on to its operands what it has received: upstream times local. Leaves
        accumulate over calls, other nodes hold the latest pass. Raises RuntimeError in no_grad().
        """
        must_be_recorded(self, "backward()")
        start, order = as_number(gradient, "gradient"), topological_order(self)
        for node in order:
            if node.op is not None:
                node._grad = 0.0
        self._grad += start
        for node in reversed(order):
            upstream, dy = node._grad, node._dy
            if node._dx is not None:
                node._x._grad += node._dx * upstream
            if type(dy) is tuple:
                for operand, local_grad in zip(node._y, dy, strict=True):
                    operand._grad += local_grad * upstream
            elif dy is not None:
                node._y._grad += dy * upstream

    def zero_grad(self) -> None:
        """Set `grad` to zero in this node and in all that it was computed from."""
        for node in topological_order(self):
            node._grad = 0.0


def topological_order(root: Value) -> list[Value]:
    """All that `root` was computed from, operands first. Raises TypeError if it is no Value."""
    order, seen, stack = list[Value](), set[Value](), [must_be(Value, root, "root", "a Value")]
    while stack:
        node = stack.pop()
        if node is None:  # the operands of the node below are done
            order.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            stack += (node, None)
            if type(node._dy) is tuple:
                stack += _unseen(node._y, seen)
            elif node._dy is not None and node._y not in seen:
                stack.append(node._y)
            if node._dx is not None and node._x not in seen:
                stack.append(node._x)
    return order


def _unseen(values: tuple[Value, ...], seen: set[Value]) -> list[Value]:
    # Most often all have been seen, which a set tells sooner than a loop does.
    return [] if seen.issuperset(values) else [x for x in reversed(values) if x not in seen]


kernels: Kernels[Value] = Kernels(Value)
record: Record[Value] = kernels.record
