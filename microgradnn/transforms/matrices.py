"""The derivatives of a function of several results, and the second derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from numbers import Integral, Real
from typing import Any

from ..arguments import must_be
from ..engine.value import Value
from ..signatures import second_derivatives_of
from .calls import Call, Function, places_of
from .gradient import grad
from .trees import ArrayForm, Path, are_places, are_plain, array_of, filled, mapped


def jacobian(
    f: Function, argnums: int | Sequence[int] | None = None, has_aux: bool = False
) -> Function:
    """The function that gives ∂fᵢ/∂xⱼ for every output i and input j: outputs outside.

    Of separate numbers it is a list of lists, by all of the arguments; if `f` returns a single
    value instead of a list, it is one row. With `argnums`, or if not all arguments are numbers,
    it is as in JAX: by argument `argnums`, the first by default, in the form of the result of `f`
    with that of the argument in each place. Arrays are innermost: the derivatives of an array of
    shape S by one of shape T are an array of shape S + T.

    Raises TypeError if `f` is no function, ValueError for an argument that there is not.

    >>> jacobian(lambda x, y: [x * y, x + y])(2.0, 5.0)
    [[5.0, 2.0], [1.0, 1.0]]
    >>> jacobian(lambda xs: {"product": xs[0] * xs[1]})([2.0, 5.0])
    {'product': [5.0, 2.0]}
    """
    must_be(Callable, f, "f", "a function")
    must_be(bool, has_aux, "has_aux", "True or False")
    chosen = None if argnums is None else places_of(argnums)
    single = isinstance(argnums, Integral)

    def evaluate(*args: Any, **named: Any) -> Any:
        alone = chosen is None and not _are_numbers(args)
        places = chosen or ([0] if alone else range(len(args)))
        call = Call(f, args, places, named, has_aux)
        forms = list(range(len(call.inputs))) if call.forms is None else call.forms
        forms = forms if chosen is None else tuple(forms)
        if alone or single:
            (forms,) = forms
        found = _in_form(call.form, forms, call.rows())
        return (found, call.aux) if has_aux else found

    return evaluate


@second_derivatives_of
def hessian(
    f: Function, argnums: int | Sequence[int] | None = None, has_aux: bool = False
) -> Function:
    """The function that gives the second derivatives ∂²f/∂xᵢ∂xⱼ, as the `jacobian` has them.

    Of separate numbers it is a list of lists, by all of the arguments; of a list of numbers it is
    one, too, and of an array of shape S an array of shape S + S. Raises
    TypeError where `grad` does.

    >>> hessian(lambda x, y: x * x * y)(3.0, 5.0)
    [[10.0, 6.0], [6.0, 0.0]]
    """
    must_be(Callable, f, "f", "a function")
    if argnums is not None:
        return jacobian(grad(f, argnums, has_aux), argnums, has_aux)

    def by_all(*xs: Any, **named: Any) -> Any:
        found = grad(f, range(len(xs)), has_aux)(*xs, **named)
        return (list(found[0]), found[1]) if has_aux else list(found)

    of_numbers = jacobian(by_all, None, has_aux)
    of_the_first = jacobian(grad(f, 0, has_aux), 0, has_aux)

    def evaluate(*args: Any, **named: Any) -> Any:
        return (of_numbers if _are_numbers(args) else of_the_first)(*args, **named)

    return evaluate


def _are_numbers(args: Sequence[Any]) -> bool:
    if are_plain(args):
        return True
    return all(isinstance(x, (Value, Real)) or getattr(x, "shape", None) == () for x in args)


def _in_form(outputs: Any, inputs: Any, rows: list[list[Any]]) -> Any:
    """The derivatives in the form of the outputs, with that of the inputs in each place."""

    def block(y: ArrayForm, x: Any, path: Path) -> Any:
        places, shape = (slice(x, x + 1), ()) if type(x) is int else (x.places, x.shape)
        found = [slope for row in rows[y.places] for slope in row[places]]
        return array_of(found, y.shape + shape)

    def row(y: Any, path: Path) -> Any:
        return filled(inputs, rows[y]) if type(y) is int else mapped(partial(block, y), inputs)

    if type(outputs) is list and are_places(outputs):
        return [filled(inputs, row) for row in rows]
    return mapped(row, outputs)
