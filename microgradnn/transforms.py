"""Derivatives of functions, as in JAX: grad, value_and_grad, jacobian and hessian.

A function is called with Values of its own; what it returns is the graph that is differentiated.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from numbers import Integral
from typing import Any

from .arguments import as_list, as_number, must_be
from .engine.derivatives import CONSTANT, as_values, derivatives_of, result_of
from .engine.modes import Changed
from .engine.recording import UNRECORDED, mode, must_be_recorded
from .engine.value import Value, topological_order


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
    results = [outputs, *derivatives_of(outputs, order, chosen, variable and records)]
    if not (variable and records):
        results[0] = [result_of(x) for x in outputs]
    if variable:
        results = [as_values(xs, CONSTANT if records else UNRECORDED) for xs in results]
    value, *rows = results
    return (value, rows) if several else (value[0], rows[0])
