"""Neuron, Layer and MLP: weighted sums, each with an activation."""

from __future__ import annotations

from collections.abc import Sequence

from ..arguments import MOST_UNITS, as_count, as_list, as_number, must_be
from ..engine.checks import as_operands
from ..engine.lists import numbers_of
from ..engine.value import Value, kernels
from ..typed import TYPE_CHECKING, Any
from .activations import (
    RELU,
    OfParts,
    apply_activation,
    checked_activation,
    checked_nonlin,
    chosen_activation,
    name_of,
)
from .choices import Activation, Initializer, InitializerName, Inputs
from .init import as_initializer, as_random
from .module import Module
from .parts import attributes_of
from .search import is_array

if TYPE_CHECKING:
    import random


class Neuron(Module):
    """A neuron, y = φ(w·x + b): `nin` weights `w`, a bias `b`, an activation φ.

    `activation` is a name ("relu", "sigmoid", "tanh", "linear", … : any function of one operand)
    or any function of a Value; `nonlin=False` is micrograd's word for "linear", and can be set
    later, too. The bias starts at 0. The weights come from `init`, which draws from `rng`, a
    `random.Random` or a seed; without it from Python's `random`, so that two neurons differ and
    `random.seed` decides. Calling it takes `nin` numbers or Values, and gives a Value; `output` is
    the last number that it gave, None before the first; `respond` is the same for a `Layer`.

    Raises ValueError if no activation or initializer has the name, or if a call does not get `nin`
    numbers, TypeError if `nin` is no int or one of them no number.

    >>> neuron = Neuron(2, activation="sigmoid")
    >>> for weight, number in zip(neuron.w, (0.5, -0.25)):
    ...     weight.data = number
    >>> neuron.b.data = 0.1
    >>> f"{neuron([1, 2]):.8f}"
    '0.52497919'
    >>> round(neuron.output, 8), neuron.nonlin
    (0.52497919, True)
    """

    # What holds in a subclass whose __init__ does not call this one's.
    activation: Activation = "relu"
    output: float | None = None

    def __init__(
        self,
        nin: int,
        activation: Activation = RELU,
        bias: bool = True,
        init: InitializerName | Initializer = "he_normal",
        rng: random.Random | int | None = None,
        *,
        nonlin: bool = True,
    ) -> None:
        as_count(nin, "nin", most=MOST_UNITS)
        must_be(bool, bias, "bias", "True or False")
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
        if checked_nonlin(nonlin) != self.nonlin:
            self.activation = "relu" if nonlin else "linear"

    def __call__(self, x: Inputs) -> Value:
        return self.respond(*checked_inputs(x, len(self.w)))

    def respond(self, inputs: tuple[Any, ...], numbers: Sequence[float] | None) -> Value:
        """The neuron's output for inputs that have been checked, and their numbers, if known.

        Raises ValueError where the activation does not exist, as log of a number below 0.

        >>> Neuron(1, init="zeros").respond((1.0,), None).data
        0.0
        """
        b = self.b
        s = kernels.neuron(tuple(self.w), inputs, 0.0 if b is None else b, numbers)
        y: Value = apply_activation(self.activation, s)
        # The number is kept, for the Value would keep its whole graph alive.
        self.output = y._known() if isinstance(y, Value) else y
        return y

    def __repr__(self) -> str:
        bias = "" if self.b is not None else ", bias=False"
        return f"Neuron({len(self.w)}, activation={name_of(self.activation)!r}{bias})"


class Layer(Module):
    """Several neurons that see the same inputs; calling it gives the list of their outputs.

    `nin` is how many inputs it takes, `nout` how many neurons it has, which are in `neurons`. All
    other arguments are a `Neuron`'s; to set `activation` sets that of each neuron.

    Raises ValueError and TypeError as a `Neuron` does, and if `nout` is no int from 1 on.

    >>> layer = Layer(2, 3)
    >>> len(layer([1.0, 2.0])), len(layer.neurons)
    (3, 3)
    >>> [name for name, _ in layer.parts_of_state()]
    ['weight', 'bias', 'neurons']
    """

    activation: OfParts = OfParts(lambda layer: layer.neurons)

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: Activation = RELU,
        bias: bool = True,
        init: InitializerName | Initializer = "he_normal",
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

    def __call__(self, x: Inputs) -> list[Value]:
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
    `activation`; all weights come from one `rng`, neuron by neuron (see `Neuron`). Calling it takes
    `nin` numbers or Values, and gives one Value if the last layer has one neuron, else a list.

    Losses take either; so does a type checker, which does not know the sizes. It learns which of
    them it is by `assert isinstance(y, Value)`, or by `assert isinstance(y, list)`.

    Raises TypeError if `nouts` is no list of ints, ValueError if one is below 1, and both as a
    `Neuron` does.

    >>> model = MLP(2, [16, 16, 1])
    >>> len(model.parameters()), len(model.layers)
    (337, 3)
    >>> y = model([1.0, -2.0])
    >>> assert isinstance(y, Value)
    >>> y.backward()
    """

    activation: OfParts = OfParts(lambda model: model.layers[:-1])
    output_activation: OfParts = OfParts(lambda model: model.layers[-1:])

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: Activation = "relu",
        output_activation: Activation = "linear",
        bias: bool = True,
        init: InitializerName | Initializer = "he_normal",
        rng: random.Random | int | None = None,
    ) -> None:
        as_count(nin, "nin", most=MOST_UNITS)
        if hasattr(nouts, "__index__"):
            raise TypeError(
                f"nouts must be a list of layer sizes, such as [16, 1]; got the number {nouts}"
            )
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

    def __call__(self, x: Inputs) -> Value | list[Value]:
        first, *others = self.layers
        y = first(x)
        for layer in others:
            y = layer(y)
        return y[0] if len(y) == 1 else y

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
