"""Exact derivatives: gradients of a graph, and grad, jacobian and hessian of functions."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext

from ..arguments import as_list, as_number, must_be
from ..elements import ieee
from ..typed import Any
from .modes import Changed
from .recording import UNRECORDED, mode, must_be_recorded
from .row import GIVEN
from .value import Value, topological_order

# Operands of a leaf that is no variable: a constant derivative, a transform's number afterwards.
CONSTANT: tuple[Any, ...] = type(UNRECORDED)()


def gradients(output: Value, inputs: Sequence[Value], create_graph: bool = False) -> list[Any]:
    """The derivatives of `output` with respect to each of `inputs`, without touching any `grad`.

    With `create_graph` they are Values, recorded like everything else, to be differentiated again;
    a RuntimeError says so if the data of a leaf has changed since the pass. An input that the
    output does not depend on gets 0; an output that is not recorded is a RuntimeError.

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
    (row,) = _rows([output], topological_order(output), inputs, create_graph)
    return _as_values(row, CONSTANT) if create_graph else row


def _as_values(results: Sequence[Any], operands: tuple[Any, ...]) -> list[Any]:
    """The results, each number as a leaf with these operands."""
    return [x if isinstance(x, Value) else Value._assembled(x, None, operands, ()) for x in results]


def _rows(outputs: list[Any], order: list[Value], inputs: list[Value], recorded: bool) -> list[Any]:
    """The derivatives of each output by the inputs; `order` is of all nodes below the outputs."""
    depends = dependents(order, inputs)
    down = [x for x in reversed(order) if x in depends]
    # A partial never raises: it is infinite or NaN.
    with Changed(records=True, lenient=True) if recorded else nullcontext():
        edges = {x: _recorded_edges(x, depends) if recorded else x._edges() for x in down}
        passes = [_backward_pass(output, edges) for output in outputs]
    return [[received.get(x, 0.0) for x in inputs] for received in passes]


def _backward_pass(output: Any, edges: dict[Value, list[tuple[Any, Any]]]) -> dict[Any, Any]:
    """What each node receives; `edges` are of all that depend on the inputs, operands last."""
    received: dict[Any, Any] = {output: 1.0}
    for node, down in edges.items():
        upstream = received.get(node)
        if upstream is None:  # the output does not depend on it
            continue
        one = type(upstream) is float and upstream == 1.0  # no node for a multiplication by one
        for operand, partial in down:
            if operand in edges:
                part = partial if one else partial * upstream
                received[operand] = received[operand] + part if operand in received else part
    return received


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
            "pass again before gradients(..., create_graph=True)"
        )
    partials = node.op.partials_on(node, operands, wanted)
    return [(x, d) for x, d, want in zip(operands, partials, wanted, strict=True) if want]


def has_changed_operands(node: Value) -> bool:
    """Whether a node's value or local derivatives would be others now than when it was computed."""
    if node.op is None or node.op is GIVEN:  # which has nothing to be computed from
        return False
    wanted = [type(x) is not float for x in node.operands]
    numbers = [x if type(x) is float else x.data for x in node.operands]
    try:
        value = node.op.value(numbers)
    except (ValueError, ArithmeticError):  # of a recorded partial, which does not raise
        value = ieee(node.op.array_form(), numbers)[0]
    now = [value, *node.op.local_derivatives(value, numbers, wanted)]
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

    `f` takes separate numbers. With several argnums the result is a tuple. May be nested: where
    an argument is a Value, or the result of `f` depends on one besides its arguments (a variable
    of a function around it, a parameter), the derivatives are Values, recorded, else floats. A
    Value that `f` itself makes of a number counts as a variable, as it cannot be told from one.

    >>> grad(lambda x: x**3)(2.0), grad(grad(lambda x: x**3))(2.0)
    (12.0, 12.0)
    >>> grad(lambda x: grad(lambda y: x * y)(1.0))(3.0)
    1.0
    """
    both = value_and_grad(f, argnums)
    return lambda *args: both(*args)[1]


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives `f` and its derivative, as `grad` does, from one pass.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 5.0)
    (10.0, (5.0, 2.0))
    """
    from numbers import Integral  # only now, so that importing the package stays quick

    must_be(Callable, f, "f", "a function")
    given = [argnums] if isinstance(argnums, Integral) else as_list(argnums, "argnums")
    places = [must_be(Integral, place, "argnums", "an int, or a list of them") for place in given]

    def evaluate(*args: Any) -> tuple[Any, Any]:
        value, row = _transformed(f, args, places)
        return value, row[0] if isinstance(argnums, Integral) else tuple(row)

    return evaluate


def jacobian(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function that gives ∂fᵢ/∂xⱼ for every output i and argument j, as a list of lists.

    If `f` returns a single value instead of a list, the result is one row.

    >>> jacobian(lambda x, y: [x * y, x + y])(2.0, 5.0)
    [[5.0, 2.0], [1.0, 1.0]]
    """
    must_be(Callable, f, "f", "a function")
    return lambda *args: _transformed(f, args, range(len(args)), lists=True)[1]


def hessian(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function that gives the second derivatives ∂²f/∂xᵢ∂xⱼ, as a list of lists.

    >>> hessian(lambda x, y: x * x * y)(3.0, 5.0)
    [[10.0, 6.0], [6.0, 0.0]]
    """
    must_be(Callable, f, "f", "a function")
    return jacobian(lambda *xs: list(grad(f, argnums=range(len(xs)))(*xs)))


def _transformed(
    f: Callable[..., Any], args: tuple[Any, ...], places: Sequence[int], lists: bool = False
) -> tuple[Any, list[Any]]:
    """What `f` returns, and its derivatives by the arguments at `places`; or lists of both.

    `f` gets each of these as a Value of its own, so that what it does with a variable of a
    function around it is not counted: as a copy, if the argument is such a variable.
    """
    for place in places:
        if not -len(args) <= place < len(args):
            raise ValueError(f"argnums has {place}, but there are {len(args)} arguments")
    records, inputs = mode.get().records, list(args)
    with nullcontext() if records else Changed(records=True):
        for i, x in [(place, args[place]) for place in places]:
            inputs[i] = x * 1.0 if isinstance(x, Value) else Value(as_number(x, f"argument {i}"))
        output = f(*inputs)
    chosen = [inputs[place] for place in places]
    for own in chosen:
        if own.op is None:
            own._x = CONSTANT
    several = lists and isinstance(output, (list, tuple))
    found = output if several else [output]
    outputs = [x if isinstance(x, Value) else result_of(x) for x in found]
    for x in outputs:
        if isinstance(x, Value):
            must_be_recorded(x, "a derivative")
    order = topological_order(Value._assembled(0.0, None, tuple(outputs), ()))[:-1]
    free = [x for x in order if x.op is None and x._x is not CONSTANT]
    variable = any(isinstance(x, Value) for x in args) or bool(free)
    results = [outputs, *_rows(outputs, order, chosen, variable and records)]
    if not (variable and records):
        results[0] = [result_of(x) for x in outputs]
    if variable:
        results = [_as_values(xs, CONSTANT if records else UNRECORDED) for xs in results]
    value, *rows = results
    return (value, rows) if several else (value[0], rows[0])


def result_of(output: Any, name: str = "the result of f") -> float:
    """The number that a function returned, plain or as a Value."""
    return output.data if isinstance(output, Value) else as_number(output, name)
