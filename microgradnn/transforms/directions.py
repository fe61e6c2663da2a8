"""Derivatives along a direction, and the way back; without a matrix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arguments import as_list, must_be
from ..signatures import along_tangents, hessian_times, way_back
from .calls import Call, Function
from .gradient import grad
from .trees import filled, flatten, must_match


@along_tangents
def jvp(f: Function, primals: Any, tangents: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """`f` at the arguments `primals`, and its derivative along `tangents`: (value, tangent).

    `primals` and `tangents` are tuples of one form: a number, array, list, … for each argument.
    What comes has the form of the result of `f`, by one pass forward, however many arguments and
    results there are. With `has_aux`, what `f` returns besides comes third. Raises TypeError if
    `primals` is no tuple, ValueError if `tangents` has another form.

    >>> jvp(lambda x, y: [x * y, x + y], (2.0, 5.0), (1.0, 0.5))
    ([10.0, 7.0], [6.0, 1.5])
    """
    must_be(Callable, f, "f", "a function")
    must_be(bool, has_aux, "has_aux", "True or False")
    args, along = _arguments(primals, "primals"), list[Any]()
    given = _arguments(tangents, "tangents")
    form = flatten(args, "primals", [])
    must_match(flatten(given, "tangents", along), form, "tangents", "primals")
    call = Call(f, args, range(len(args)), {}, has_aux, along)
    moved = call.linear().forward(dict(zip(call.inputs, along, strict=True)))
    found = [call.outputs, [moved.get(x, 0.0) for x in call.outputs]]
    value, tangent = (filled(call.form, call.given(numbers)) for numbers in found)
    return (value, tangent, call.aux) if has_aux else (value, tangent)


@way_back
def vjp(f: Function, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """`f` at its arguments, and a function that goes back: (value, back).

    `back(cotangent)` takes what has the form of the result of `f`, and gives a tuple: the
    derivatives of Σ cotangentᵢ fᵢ by each argument, in the form of that, by one pass backward. With
    `has_aux`, what `f` returns besides comes third. Raises TypeError if `f` is no function; `back`
    ValueError if the cotangent has another form.

    >>> value, back = vjp(lambda x, y: [x * y, x + y], 2.0, 5.0)
    >>> value, back([1.0, 0.0]), back([0.0, 10.0])
    ([10.0, 7.0], (5.0, 2.0), (10.0, 10.0))
    """
    must_be(Callable, f, "f", "a function")
    must_be(bool, has_aux, "has_aux", "True or False")
    call = Call(f, _arguments(primals, "primals"), range(len(primals)), {}, has_aux)

    def back(cotangent: Any) -> tuple[Any, ...]:
        seeds, received = list[Any](), dict[Any, Any]()
        form = flatten(cotangent, "cotangent", seeds)
        must_match(form, call.form, "cotangent", "the result of f")
        for x, seed in zip(call.outputs, seeds, strict=True):
            received[x] = received[x] + seed if x in received else seed
        received = call.linear().back(received)
        slopes = call.given([received.get(x, 0.0) for x in call.inputs], seeds)
        return tuple(call.by_argument(slopes))

    value = filled(call.form, call.given(call.outputs))
    return (value, back, call.aux) if has_aux else (value, back)


@hessian_times
def hvp(f: Function, primals: Any, tangents: Any) -> Any:
    """The Hessian of `f` at `primals` times `tangents`, which is how the gradient moves.

    The arguments are those of `jvp`. The result has the form of the gradient: that of the only
    argument, or a tuple for several. One pass back, recorded, and one forward along it. Raises
    TypeError and ValueError where `jvp` does.

    >>> hvp(lambda xs: xs[0] ** 2 * xs[1], ([3.0, 5.0],), ([1.0, 0.0],))
    [10.0, 6.0]
    """
    count = len(_arguments(primals, "primals"))
    return jvp(grad(f, 0 if count == 1 else range(count)), primals, tangents)[1]


def _arguments(given: Any, name: str) -> tuple[Any, ...]:
    if not isinstance(given, (list, tuple)):
        kind = type(given).__name__
        raise TypeError(
            f"{name} must be a tuple of arguments, got {kind}; write (x,) for a single one"
        )
    return tuple(as_list(given, name))
