"""Exact derivatives: gradients of a graph, and grad, jacobian and hessian of functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from .checks import as_list, as_number, must_be
from .kernels import must_be_recorded
from .modes import Changed
from .row import mode
from .value import Value, topological_order


def gradients(output: Value, inputs: Sequence[Value], create_graph: bool = False) -> list[Any]:
    """The derivatives of `output` with respect to each of `inputs`, without touching any `grad`.

    With `create_graph` they are Values, recorded like everything else, so that they can be
    differentiated again; a RuntimeError says so if the data of a leaf has changed since the pass.
    An input that the output does not depend on gets 0; an output that `no_grad` has not recorded
    is a RuntimeError.

    >>> x = Value(3.0)
    >>> (slope,) = gradients(x**3, [x], create_graph=True)
    >>> slope.data, gradients(slope, [x])
    (27.0, [18.0])
    """
    must_be(Value, output, "output", "a Value")
    inputs = as_list(inputs, "inputs")
    for place, x in enumerate(inputs):
        must_be(Value, x, f"inputs[{place}]", "a Value")
    if create_graph and not mode.get().records:
        raise RuntimeError("create_graph=True needs recording, which no_grad() has switched off")
    must_be_recorded(output, "gradients()")
    order = topological_order(output)
    depends = dependents(order, inputs)
    nodes = [node for node in reversed(order) if node in depends]
    if not create_graph:
        received = _backward_pass(output, nodes, lambda node: node.local_grads)
        return [received.get(x, 0.0) for x in inputs]
    for node in nodes:
        _refuse_changed_operands(node)
    with Changed(lenient=True):  # a partial never raises: it is infinite or NaN
        received = _backward_pass(output, nodes, _recorded_partials)
    results = [received.get(x, 0.0) for x in inputs]
    return [x if isinstance(x, Value) else Value(x) for x in results]


def _backward_pass(
    output: Value, nodes: Sequence[Value], partials_of: Callable[[Value], Sequence[Any]]
) -> dict[Value, Any]:
    """What each node receives; `nodes` are all that depend on the inputs, from the output on."""
    depends = set(nodes)
    received: dict[Value, Any] = {output: 1.0}
    for node in nodes:
        for operand, partial in zip(node.operands, partials_of(node), strict=True):
            if operand in depends:
                part = _product(partial, received[node])
                received[operand] = received[operand] + part if operand in received else part
    return received


def _product(partial: Any, upstream: Any) -> Any:
    if type(upstream) is float and upstream == 1.0:  # no node for a multiplication by one
        return partial
    return partial * upstream


def _recorded_partials(node: Value) -> Sequence[Any]:
    """The local derivatives of a node as Values, from the same formulas, put in as Values."""
    if node.op is None:
        return ()
    wanted = [type(x) is not float for x in node.operands]
    return node.op.partials_on(node, node.operands, wanted)


def _refuse_changed_operands(node: Value) -> None:
    if node.op is not None and node._known() is not None and has_changed_operands(node):
        raise RuntimeError(
            f"the data of an operand of {node.label or node.op.name!r} has changed since it was "
            "computed, so the graph no longer says where its numbers came from; run the forward "
            "pass again before gradients(..., create_graph=True)"
        )


def has_changed_operands(node: Value) -> bool:
    """Whether a node's value or local derivatives would be others now than when it was computed."""
    assert node.op is not None
    wanted = [type(x) is not float for x in node.operands]
    numbers = [x if type(x) is float else x.data for x in node.operands]
    try:
        value = node.op.value(numbers)
        now = [value, *node.op.local_derivatives(value, numbers, wanted)]
    except (ValueError, ArithmeticError):
        return True
    return repr(now) != repr([node.data, *node.local_grads])  # NaN equals NaN


def dependents(order: Sequence[Value], inputs: Sequence[Value]) -> set[Value]:
    """The inputs, and the nodes of a topological order that were computed from them."""
    found = set(inputs)
    for node in order:
        if not found.isdisjoint(node.operands):
            found.add(node)
    return found


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives the derivative of `f` with respect to argument `argnums`.

    `f` takes separate numbers. With several argnums the result is a tuple. May be nested.

    >>> grad(lambda x: x**3)(2.0), grad(grad(lambda x: x**3))(2.0)
    (12.0, 12.0)
    """
    both = value_and_grad(f, argnums)
    return lambda *args: both(*args)[1]


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives `f` and its derivative, as `grad` does, from one pass.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 5.0)
    (10.0, (5.0, 2.0))
    """

    must_be(Callable, f, "f", "a function")
    places = [argnums] if isinstance(argnums, int) else as_list(argnums, "argnums")
    for place in places:
        must_be(int, place, "argnums", "an int, or a list of them")

    def evaluate(*args: Any) -> tuple[Any, Any]:
        with _recording():
            output, differentiate = _call(f, args, places)
            row = tuple(differentiate(output))
        value = output if any(isinstance(x, Value) for x in args) else result_of(output)
        return value, row[0] if isinstance(argnums, int) else row

    return evaluate


def jacobian(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function that gives ∂fᵢ/∂xⱼ for every output i and argument j, as a list of lists.

    If `f` returns a single value instead of a list, the result is one row.

    >>> jacobian(lambda x, y: [x * y, x + y])(2.0, 5.0)
    [[5.0, 2.0], [1.0, 1.0]]
    """

    must_be(Callable, f, "f", "a function")

    def evaluate(*args: Any) -> list[Any]:
        with _recording():
            output, differentiate = _call(f, args, range(len(args)))
            if isinstance(output, (list, tuple)):
                return [differentiate(component) for component in output]
            return differentiate(output)

    return evaluate


def hessian(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function that gives the second derivatives ∂²f/∂xᵢ∂xⱼ, as a list of lists.

    >>> hessian(lambda x, y: x * x * y)(3.0, 5.0)
    [[10.0, 6.0], [6.0, 0.0]]
    """

    must_be(Callable, f, "f", "a function")

    def evaluate(*args: Any) -> list[list[Any]]:
        gradient = grad(f, argnums=range(len(args)))
        return jacobian(lambda *xs: list(gradient(*xs)))(*args)  # type: ignore[no-any-return]

    return evaluate


def _recording() -> AbstractContextManager[None]:
    """A block that records even inside `no_grad`."""
    return nullcontext() if mode.get().records else Changed(records=True)


def _call(
    f: Callable[..., Any], args: tuple[Any, ...], places: Sequence[int]
) -> tuple[Any, Callable[[Any], list[Any]]]:
    """Call `f` on Values, and give with its result the function that differentiates a result.

    An argument that is a Value belongs to an outer differentiation: `f` gets a copy that depends
    on it, so that what `f` does with the outer one is not counted, and the derivatives are
    recorded.
    """
    for place in places:
        if not 0 <= place < len(args):
            raise ValueError(f"argnums has {place}, but there are {len(args)} arguments")
    nested = any(isinstance(x, Value) for x in args)
    inputs = list(args)
    for place in places:
        x = args[place]
        number = x if isinstance(x, Value) else as_number(x, f"argument {place}")
        inputs[place] = number * 1.0 if isinstance(x, Value) else Value(number)
    chosen = [inputs[place] for place in places]

    def differentiate(output: Any) -> list[Any]:
        if not isinstance(output, Value):
            result_of(output)  # a constant has derivative 0; anything else is refused
            return [0.0] * len(chosen)
        return gradients(output, chosen, create_graph=nested)

    return f(*inputs), differentiate


def result_of(output: Any, name: str = "the result of f") -> float:
    """The number that a function returned, plain or as a Value."""
    return output.data if isinstance(output, Value) else as_number(output, name)
