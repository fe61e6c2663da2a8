"""The derivative of a function whose result is a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral
from typing import Any

from ..arguments import must_be
from ..signatures import gradient_of, value_and_gradient_of
from .calls import Call, Function, places_of
from .trees import in_words


@gradient_of
def grad(f: Function, argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Function:
    """The function that gives the derivative of `f` with respect to argument `argnums`.

    The argument is a number, or an array, list, tuple or dict of numbers, however nested, and the
    derivative has the same form; `f` gets an array as an object array of Values. With several
    argnums the result is a tuple. With `has_aux`, `f` returns a pair, of which the first is
    differentiated, and the result is the pair (derivative, other).

    May be nested: where an argument is a Value, or the result of `f` depends on one besides its
    arguments (a variable of a function around it, a parameter), the derivatives are Values,
    recorded, else floats. A Value that `f` itself makes of a number counts as a variable, as it
    cannot be told from one. Raises TypeError if `f` is no function, and when called TypeError for
    a result that is no number, ValueError for an argument that there is not.

    >>> grad(lambda x: x**3)(2.0), grad(grad(lambda x: x**3))(2.0)
    (12.0, 12.0)
    >>> grad(lambda x: grad(lambda y: x * y)(1.0))(3.0)
    1.0
    >>> grad(lambda model, x: model["w"][0] * x + model["b"])({"w": [2.0], "b": 1.0}, 5.0)
    {'w': [5.0], 'b': 1.0}
    """
    places, single = _checked(f, argnums, has_aux)

    def derivative(*args: Any, **named: Any) -> Any:
        call = Call(f, args, places, named, has_aux)
        slopes = _slopes(call, single)
        return (slopes, call.aux) if has_aux else slopes

    return derivative


@value_and_gradient_of
def value_and_grad(
    f: Function, argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Function:
    """The function that gives `f` and its derivative, as `grad` does, from one pass.

    With `has_aux` it gives ((value, aux), derivative). Of an array it gives a float and an array,
    so `scipy.optimize.minimize(value_and_grad(f), x0, jac=True)` takes it as it is. Raises
    TypeError where `grad` does.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 5.0)
    (10.0, (5.0, 2.0))
    """
    places, single = _checked(f, argnums, has_aux)

    def both(*args: Any, **named: Any) -> tuple[Any, Any]:
        call = Call(f, args, places, named, has_aux)
        slopes, (value,) = _slopes(call, single), call.given(call.outputs)
        return (value, call.aux) if has_aux else value, slopes

    return both


def _checked(f: Any, argnums: Any, has_aux: Any) -> tuple[list[int], bool]:
    """The places of the arguments to differentiate by, and whether it is one."""
    must_be(Callable, f, "f", "a function")
    must_be(bool, has_aux, "has_aux", "True or False")
    return places_of(argnums), isinstance(argnums, Integral)


def _slopes(call: Call, single: bool) -> Any:
    form = call.form
    if type(form) is not int and getattr(form, "shape", None) != ():
        raise TypeError(
            f"the result of f must be a real number, got {in_words(form)}; jacobian and vjp take "
            "more than one"
        )
    found = call.by_argument(call.rows()[0])
    return found[0] if single else tuple(found)
