"""Value: a number that remembers how it was computed, and the chain rule that runs back over it."""

from __future__ import annotations

from ..typed import Any
from .checks import as_number, is_array, must_be
from .interop import Protocols
from .kernels import Kernels, must_be_recorded, settled
from .row import Primitive, mode


class Value(Protocols):
    """A node of the computational graph: a number, its gradient, and where it came from.

    `operands` are what the operation `op` was applied to, Values and floats; `local_grads` holds
    for each the derivative ∂self/∂operand (None for a float). A Value made by a user is a leaf.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b + a
    >>> c.backward()
    >>> c.data, a.grad, b.grad
    (-4.0, -2.0, 2.0)
    """

    __slots__ = ("_grad", "_number", "label", "local_grads", "op", "operands")

    def __init__(self, data: Any, label: str = "") -> None:
        self._number = as_number(data, "data")
        self._grad = 0.0
        self.label = label if type(label) is str else must_be(str, label, "label", "a str")
        self.op: Primitive | None = None
        self.operands: tuple[Any, ...] = ()
        self.local_grads: tuple[float | None, ...] = ()

    @property
    def data(self) -> float:
        """The number itself; a recorded pass keeps its derivatives when it is changed."""
        return self._number

    @data.setter
    def data(self, number: Any) -> None:
        self._number = as_number(number, "data")

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
        return settled(Value._assembled(data, primitive, operands, tuple(local_grads)))

    @staticmethod
    def _apply(primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        primitive.check_arity(operands)
        return getattr(record, primitive.name)(*operands)

    def __add__(self, other: Any) -> Value:
        return record.add(self, other)

    def __radd__(self, other: Any) -> Value:
        return record.add(other, self)

    def __sub__(self, other: Any) -> Value:
        return record.sub(self, other)

    def __rsub__(self, other: Any) -> Value:
        return record.sub(other, self)

    def __mul__(self, other: Any) -> Value:
        return record.mul(self, other)

    def __rmul__(self, other: Any) -> Value:
        return record.mul(other, self)

    def __truediv__(self, other: Any) -> Value:
        return record.div(self, other)

    def __rtruediv__(self, other: Any) -> Value:
        return record.div(other, self)

    def __pow__(self, other: Any) -> Value:
        return record.pow(self, other)

    def __rpow__(self, other: Any) -> Value:
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
        accumulate over calls; the other nodes hold the latest pass.
        """
        must_be_recorded(self, "backward()")
        start = as_number(gradient, "gradient")
        order = topological_order(self)
        for node in order:
            if node.operands:
                node._grad = 0.0
        self._grad += start
        for node in reversed(order):
            upstream = node._grad
            for operand, local_grad in zip(node.operands, node.local_grads, strict=True):
                if local_grad is not None:
                    operand._grad += local_grad * upstream

    def zero_grad(self) -> None:
        """Set `grad` to zero in this node and in all that it was computed from."""
        for node in topological_order(self):
            node._grad = 0.0

    # ---- As a number -----------------------------------------------------------------------

    def item(self) -> float:
        """The number, as a plain float."""
        return self.data

    def detach(self) -> Value:
        """A new leaf with the same number, to which no gradient flows through this graph."""
        return Value(self.data, self.label)

    def __lt__(self, other: Any) -> bool:
        return self._number < _data_of(other)

    def __le__(self, other: Any) -> bool:
        return self._number <= _data_of(other)

    def __gt__(self, other: Any) -> bool:
        return self._number > _data_of(other)

    def __ge__(self, other: Any) -> bool:
        return self._number >= _data_of(other)

    def __bool__(self) -> bool:
        return self._number != 0.0


def topological_order(root: Value) -> list[Value]:
    """All nodes that `root` was computed from and `root`, each after its operands."""
    must_be(Value, root, "root", "a Value")
    order: list[Value] = []
    seen: set[Value] = set()
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if node is None:  # the operands of the node below are done
            order.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            stack += [node, None]
            stack += [x for x in reversed(node.operands) if type(x) is not float and x not in seen]
    return order


def _data_of(x: Any) -> float:
    return x._number if isinstance(x, Value) else as_number(x, "operand of a comparison")


record = Kernels(Value)
