"""Activations: by a name from the table of primitives, or any function of a Value."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..arguments import must_be
from ..engine import functions
from ..engine.row import PRIMITIVES
from ..engine.value import kernels
from ..typed import Any
from .choices import Activation, ActivationName


class _Default(str):
    """The name of an activation that nobody has asked for; `nonlin=False` may replace it."""


# Which is not the "relu" of anyone who writes it.
RELU: ActivationName = _Default("relu")  # type: ignore[assignment]


def _takes_a_number(function: Any) -> bool:
    """Whether a function takes one number x, and has defaults for whatever else it takes."""
    # The module `inspect` would tell this, too, but it takes longer to import than this package.
    names: tuple[str, ...] = function.__code__.co_varnames
    required = function.__code__.co_argcount - len(function.__defaults__ or ())
    return required == 1 and names[0] == "x"


# The functions of the library that have parameters, such as the slope of leaky_relu.
_WITH_PARAMETERS: dict[str, Callable[[Any], Any]] = {
    name: getattr(functions, name)
    for name in functions.__all__
    if _takes_a_number(getattr(functions, name))
}


def apply_activation(activation: Activation, s: Any) -> Any:
    """φ(s) for an activation by name or function."""
    if activation == "linear":
        return s
    if isinstance(activation, str):
        if activation in _WITH_PARAMETERS:
            return _WITH_PARAMETERS[activation](s)
        return kernels.of(activation)(s)
    return activation(s)


def checked_activation(activation: Activation) -> Activation:
    """The activation, if there is one of that name or it is a function."""
    known = [name for name, row in PRIMITIVES.items() if row.arity == 1]
    named = isinstance(activation, str) and activation in (*known, *_WITH_PARAMETERS, "linear")
    if callable(activation) or named:
        return activation
    raise ValueError(
        f"activation must be a function or a name such as 'relu', 'sigmoid', 'tanh' or 'linear'; "
        f"got {activation!r}{_meant(activation, [*known, *_WITH_PARAMETERS, 'linear'])}"
    )


def _meant(activation: Any, known: list[str]) -> str:
    """What a wrong name was meant to be, for the end of an error."""
    if not isinstance(activation, str):
        return ""
    if activation.lower() == "softmax":
        return "; softmax takes all outputs together, and losses.cross_entropy has it inside"
    from difflib import get_close_matches  # only now, since it takes long to load

    near = get_close_matches(activation.lower().replace("-", "_"), known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def chosen_activation(activation: Activation, nonlin: bool) -> Activation:
    """The activation, checked; with `nonlin=False` it is "linear", and another is refused."""
    asked = checked_activation(activation)
    if checked_nonlin(nonlin):
        return "relu" if asked is RELU else asked
    if asked is not RELU and asked != "linear":
        raise ValueError(
            f"nonlin=False is the activation 'linear', but the activation is {name_of(asked)!r}; "
            "leave out one of the two"
        )
    return "linear"


def checked_nonlin(nonlin: bool) -> bool:
    """`nonlin`, if it is True or False."""
    return must_be(bool, nonlin, "nonlin", "True or False")  # type: ignore[no-any-return]


def name_of(activation: Activation) -> str:
    """What an activation is called where a network is shown."""
    return activation if isinstance(activation, str) else getattr(activation, "__name__", "custom")


class OfParts:
    """The activation of a layer or a network, which is that of its neurons or layers.

    Setting it sets it in all of them: else it would be an attribute that nothing looks at. In a
    subclass it is an attribute like others, as programs have it that apply one by themselves.
    """

    def __init__(self, parts: Callable[[Any], Sequence[Any]]) -> None:
        self.parts = parts

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner: type = owner
        self.name: str = name

    def __get__(self, thing: Any, owner: type) -> Any:
        if thing is None:
            return self
        if self.name in vars(thing):
            return vars(thing)[self.name]
        found = [part.activation for part in self._parts(thing)]
        if any(phi != found[0] for phi in found):
            raise ValueError(f"there are different ones, so there is no one {self.name}")
        return found[0]

    def __set__(self, thing: Any, activation: Activation) -> None:
        if type(thing) is not self.owner:
            vars(thing)[self.name] = activation
            return
        chosen = checked_activation(activation)
        for part in self._parts(thing):
            part.activation = chosen

    def _parts(self, thing: Any) -> Sequence[Any]:
        if parts := self.parts(thing):
            return parts
        raise ValueError(f"there is no layer that {self.name} is of")
