"""Neuron, Layer and MLP: weighted sums, each with an activation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..arguments import MOST_UNITS, as_count, as_list, as_number, must_be
from ..engine import functions
from ..engine.checks import as_operands
from ..engine.lists import numbers_of
from ..engine.row import PRIMITIVES
from ..engine.value import Value, kernels
from ..typed import TYPE_CHECKING, Any
from .init import Initializer, as_initializer, as_random
from .module import Module
from .parts import attributes_of
from .search import is_array

if TYPE_CHECKING:
    import random

Activation = str | Callable[[Any], Any]


class _Default(str):
    """The name of an activation that nobody has asked for; `nonlin=False` may replace it."""


RELU = _Default("relu")  # which is not the "relu" of anyone who writes it


class Neuron(Module):
    """y = φ(w·x + b).

    `activation` is a name ("relu", "sigmoid", "tanh", "linear", … : any function of one operand)
    or any function of a Value; `nonlin=False` is micrograd's word for "linear". The bias starts
    at 0. The weights come from `init`, which draws from `rng`, a `random.Random` or a seed; without
    it from Python's `random`, so that two neurons differ and `random.seed` decides. Calling it
    takes `nin` numbers or Values; `output` is the last number that it gave, None before the first.

    >>> neuron = Neuron(2, activation="sigmoid")
    >>> for weight, number in zip(neuron.w, (0.5, -0.25)):
    ...     weight.data = number
    >>> neuron.b.data = 0.1
    >>> f"{neuron([1, 2]):.8f}"
    '0.52497919'
    """

    # What holds in a subclass whose __init__ does not call this one's.
    activation: Activation = "relu"
    output: float | None = None

    def __init__(
        self,
        nin: int,
        activation: Activation = RELU,
        bias: bool = True,
        init: str | Initializer = "he_normal",
        rng: random.Random | int | None = None,
        *,
        nonlin: bool = True,
    ) -> None:
        as_count(nin, "nin", most=MOST_UNITS)
        initialize = as_initializer(init)
        generator = as_random(rng)
        self.activation = chosen_activation(activation, nonlin)
        weights = [initialize(nin, 1, generator) for _ in range(nin)]
        self.w: list[Value] = [Value(as_number(x, "what init gives")) for x in weights]
        self.b: Value | None = Value(0.0) if bias else None
        self.label_parameters()

    @property
    def nonlin(self) -> bool:
        """Whether the activation is another than "linear"; setting it takes that, or "relu"."""
        return self.activation != "linear"

    @nonlin.setter
    def nonlin(self, nonlin: bool) -> None:
        if _checked_nonlin(nonlin) != self.nonlin:
            self.activation = "relu" if nonlin else "linear"

    def __call__(self, x: Any) -> Any:
        return self.respond(*checked_inputs(x, len(self.w)))

    def respond(self, inputs: tuple[Any, ...], numbers: Sequence[float] | None) -> Any:
        """The neuron's output for inputs that have been checked, and their numbers, if known."""
        s = kernels.neuron(tuple(self.w), inputs, 0.0 if self.b is None else self.b, numbers)
        y = apply_activation(self.activation, s)
        # The number is kept, for the Value would keep its whole graph alive.
        self.output = y._known() if isinstance(y, Value) else y
        return y

    def __repr__(self) -> str:
        bias = "" if self.b is not None else ", bias=False"
        return f"Neuron({len(self.w)}, activation={_name(self.activation)!r}{bias})"


class Layer(Module):
    """Several neurons that see the same inputs; calling it gives the list of their outputs.

    All arguments but the numbers of inputs and neurons are a `Neuron`'s.

    >>> len(Layer(2, 3)([1.0, 2.0]))
    3
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: Activation = RELU,
        bias: bool = True,
        init: str | Initializer = "he_normal",
        rng: random.Random | int | None = None,
        *,
        nonlin: bool = True,
    ) -> None:
        as_count(nin, "nin", most=MOST_UNITS)
        as_count(nout, "nout", most=MOST_UNITS)
        initialize = as_initializer(init)

        def for_layer(fan_in: int, fan_out: int, rng: random.Random) -> float:
            return initialize(fan_in, nout, rng)  # A neuron alone has a fan-out of 1.

        generator = as_random(rng)
        phi = chosen_activation(activation, nonlin)
        self.neurons: list[Neuron] = [
            Neuron(nin, phi, bias, for_layer, generator) for _ in range(nout)
        ]
        self.label_parameters()

    def __call__(self, x: Any) -> list[Any]:
        inputs, numbers = checked_inputs(x, len(self.neurons[0].w))
        return [
            # A subclass may have a __call__ of its own; a Neuron need not check x once more.
            neuron.respond(inputs, numbers) if type(neuron) is Neuron else neuron(inputs)
            for neuron in self.neurons
        ]

    def parts_of_state(self) -> list[tuple[str, Any]]:
        """The weights as PyTorch's Linear has them: weight (nout, nin) and bias (nout,).

        What a layer or its neurons have besides follows under the names of its attributes.
        """
        attributes = attributes_of(self)
        if not all(isinstance(neuron, Neuron) for neuron in self.neurons):
            return attributes
        weight = [neuron.w for neuron in self.neurons]
        bias = [neuron.b for neuron in self.neurons if neuron.b is not None]
        if (
            not is_array(weight)
            or (bias and not is_array(bias))
            or len(bias) not in (0, len(weight))
        ):
            return attributes
        others = [
            {name: part for name, part in attributes_of(neuron) if name not in ("w", "b")}
            for neuron in self.neurons
        ]
        besides = [("neurons", others), *(x for x in attributes if x[0] != "neurons")]
        return [("weight", weight), *([("bias", bias)] if bias else []), *besides]

    def __repr__(self) -> str:
        return f"Layer({len(self.neurons[0].w)}, {len(self.neurons)}, {self.neurons[0]!r})"


class MLP(Module):
    """A multilayer perceptron: layers of neurons, each fed with the outputs of the one before.

    `nouts` are the sizes of the layers. The last has `output_activation`, the others
    `activation`; all weights come from one `rng`, neuron by neuron (see `Neuron`). Calling it
    gives one Value if the last layer has one neuron, else a list.

    >>> model = MLP(2, [16, 16, 1])
    >>> len(model.parameters())
    337
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: Activation = "relu",
        output_activation: Activation = "linear",
        bias: bool = True,
        init: str | Initializer = "he_normal",
        rng: random.Random | int | None = None,
    ) -> None:
        as_count(nin, "nin", most=MOST_UNITS)
        sizes = [nin, *as_list(nouts, "nouts")]
        for nout in sizes[1:]:
            as_count(nout, "in nouts each nout", most=MOST_UNITS)
        generator = as_random(rng)
        hidden = checked_activation(activation)
        last = checked_activation(output_activation)
        activations = [hidden] * (len(sizes) - 2) + [last]
        self.layers: list[Layer] = [
            Layer(fan_in, fan_out, phi, bias, init, generator)
            for fan_in, fan_out, phi in zip(sizes, sizes[1:], activations)  # noqa: B905
        ]
        self.label_parameters()

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x[0] if len(x) == 1 else x

    def __repr__(self) -> str:
        return f"MLP([{', '.join(map(repr, self.layers))}])"


def _is_batch(x: Any) -> bool:
    """Whether lists or arrays are given where the numbers of one sample are wanted."""
    if not isinstance(x, (list, tuple)):
        return len(getattr(x, "shape", ())) > 1
    return bool(x) and all(isinstance(row, (list, tuple)) or getattr(row, "shape", ()) for row in x)


def checked_inputs(x: Any, count: int) -> tuple[tuple[Any, ...], Sequence[float] | None]:
    """The inputs of neurons, and their numbers, which all neurons of a layer share."""
    try:
        inputs = tuple(as_operands(x, count, "x"))
    except (ValueError, TypeError) as error:
        if not _is_batch(x):
            raise
        raise type(error)(
            f"x is a batch of {len(x)} samples, and a model takes one: "
            "[model(row) for row in X]; mg.compile(model) takes a whole batch"
        ) from None
    return inputs, numbers_of(inputs)


# ---- Activations -------------------------------------------------------------------------------


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
        f"got {activation!r}"
    )


def chosen_activation(activation: Activation, nonlin: bool) -> Activation:
    """The activation, checked; with `nonlin=False` it is "linear", and another is refused."""
    asked = checked_activation(activation)
    if _checked_nonlin(nonlin):
        return "relu" if asked is RELU else asked
    if asked is not RELU and asked != "linear":
        raise ValueError(
            f"nonlin=False is the activation 'linear', but the activation is {_name(asked)!r}; "
            "leave out one of the two"
        )
    return "linear"


def _checked_nonlin(nonlin: bool) -> bool:
    return must_be(bool, nonlin, "nonlin", "True or False")  # type: ignore[no-any-return]


def _name(activation: Activation) -> str:
    return activation if isinstance(activation, str) else getattr(activation, "__name__", "custom")
