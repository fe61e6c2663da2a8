"""Edges: how a node keeps its operands, and the derivatives by them, in few objects."""

from ..told import Labelled
from ..typed import Any


class Edges(Labelled):
    """The base of Value that keeps operands in slots as Value's docstring says.

    Or `_x` is a number that stands last, as the bias of a `dot` may, and `_y` are the others.
    """

    __slots__ = ()

    @classmethod
    def _assembled(
        cls, data: Any, op: Any, operands: Any, local_grads: Any, grad: Any = 0.0, label: Any = ""
    ) -> Any:
        """A node of these parts, unchecked; kernels write these lines out instead, for speed."""
        node: Any = cls.__new__(cls)
        node._number = data
        node._grad = grad
        node._label = label
        node.op = op
        node._connect(operands, local_grads)
        return node

    def _connect(self: Any, operands: Any, local_grads: Any) -> None:
        """Keep the operands and the derivatives by them; without these they are only kept."""
        self._x, self._dx, self._y, self._dy = operands, None, None, None
        count = len(operands) if type(operands) is tuple and local_grads else 3
        if count == 1:
            (self._x,), (self._dx,) = operands, local_grads
        elif count == 2:
            (self._x, self._y), (self._dx, self._dy) = operands, local_grads
        elif operands:
            values = tuple([x for x in operands if type(x) is not float])
            self._y = operands if len(values) == len(operands) else values
            self._dy = tuple([d for d in local_grads if d is not None])
            if type(operands) is tuple and local_grads and operands[:-1] == values:
                self._x = operands[-1]

    @property
    def operands(self: Any) -> tuple[Any, ...]:
        """What the operation was applied to, Values and floats, in written order."""
        x, y = self._x, self._y
        if isinstance(x, tuple):
            return x
        if isinstance(y, tuple):
            return (*y, x)
        return (x,) if y is None else (x, y)

    @property
    def local_grads(self: Any) -> tuple[float | None, ...]:
        """The derivative by each operand, as it was when this was computed; None for a float."""
        x, dy = self._x, self._dy
        if isinstance(dy, tuple) and not isinstance(x, tuple):
            return (*dy, None)
        if not isinstance(x, tuple):
            return (self._dx,) if self._y is None else (self._dx, dy)
        if self._y and not dy:  # the compiler traces without derivatives
            return ()
        derivatives = iter(dy or ())
        return tuple([None if type(z) is float else next(derivatives) for z in x])

    def _edges(self: Any) -> list[tuple[Any, float]]:
        """The Values among the operands, each with the derivative by it."""
        dx, dy = self._dx, self._dy
        if type(dy) is tuple:
            return list(zip(self._y, dy, strict=True))
        edges = [] if dx is None else [(self._x, dx)]
        return edges if dy is None else [*edges, (self._y, dy)]

    def __copy__(self: Any) -> Any:
        parts = self.data, self.op, self.operands, self.local_grads
        copied = self._assembled(*parts, self.grad, self._label)
        if hasattr(self, "__dict__"):  # what a subclass has added
            copied.__dict__.update(self.__dict__)
        return copied

    def __reduce_ex__(self, protocol: Any) -> Any:
        from .copying import recipe

        return recipe(self)
