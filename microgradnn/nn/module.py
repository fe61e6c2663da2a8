"""Module: whatever holds parameters, found through its attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..arguments import assign, must_be
from ..engine.value import Value
from ..missing import answers
from ..typed import TYPE_CHECKING, Any, NamedTuple
from .parts import Searched
from .search import arrays_in, named_parameters_in, parameters_in

if TYPE_CHECKING:
    import os

    import numpy as np
    from numpy.typing import NDArray

    from .outline import Outline


class IncompatibleKeys(NamedTuple):
    """The names that a loaded state lacks, and those that it has and the model does not know.

    >>> IncompatibleKeys(["bias"], []).missing_keys
    ['bias']
    """

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module(Searched):
    """The base of networks: finds parameters in attributes, in the order they were set.

    A parameter is a Value in an attribute; or in a list, a tuple, a dict, a deque or an array of
    objects there; or in a Module inside. A Value that an operation has made is none, so a Module
    may remember its outputs. TypeError names a Value in what cannot be searched: a set, which has
    no order, or an object that is no Module.

    What a network computes is written as its method `forward`, or as `__call__`; it is called in
    the same way. If a class writes one and inherits the other, its own is what is called.

    Raises TypeError if it is called and a class has written neither, or if a Value cannot be found.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Value(1.0)
    ...         self.offset = Value(0.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> [name for name, _ in Line().named_parameters()], Line()(2.0).data
    (['slope', 'offset'], 2.0)
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        written = next(x for x in map(vars, cls.__mro__) if "forward" in x or "__call__" in x)
        if "__call__" not in written:  # Or one that is inherited would hide this `forward`.
            cls.__call__ = Module.__call__  # type: ignore[method-assign]

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        if not hasattr(self, "forward"):
            raise TypeError(
                f"{type(self).__name__} does not say what it computes; write it as "
                "def forward(self, x): …"
            )
        return self.forward(*inputs, **named)

    if not TYPE_CHECKING:
        __getattr__ = answers("Module")

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Each parameter once, with its path, such as `layers.0.neurons.3.w.2`."""
        return iter(named_parameters_in(self).items())

    def parameters(self) -> list[Value]:
        """All parameters, neuron by neuron, weights then bias.

        >>> from microgradnn.nn import Neuron
        >>> [p.label for p in Neuron(2).parameters()]
        ['w.0', 'w.1', 'b']
        """
        return parameters_in(self)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero.

        >>> from microgradnn.nn import Neuron
        >>> neuron = Neuron(1, "linear")
        >>> neuron([2.0]).backward()
        >>> neuron.zero_grad()
        >>> [p.grad for p in neuron.parameters()]
        [0.0, 0.0]
        """
        for parameter in self.parameters():
            parameter._grad = 0.0

    def label_parameters(self) -> None:
        """Label each parameter with its path, unless the user has given it a label.

        >>> line = Module()
        >>> line.slope = Value(1.0)
        >>> line.label_parameters()
        >>> line.slope
        Value(data=1.0, grad=0.0, label='slope')
        """
        for name, parameter in self.named_parameters():
            # A label that the path ends with is none at all, or was given by a smaller Module.
            if name.endswith(parameter.label):
                parameter.label = name

    def summary(self) -> Outline:
        """The layers as a table: names, kinds, shapes of their weights, and how many these are.

        A weight that several layers share is counted where it is met first.

        >>> from microgradnn.nn import MLP
        >>> MLP(2, [3, 1]).summary()
        layer     kind   shapes                    parameters
        layers.0  Layer  weight (3, 2), bias (3,)           9
        layers.1  Layer  weight (1, 3), bias (1,)           4
        total     MLP                                      13
        """
        from .outline import outline_of

        return outline_of(self)

    def _repr_svg_(self) -> str | None:
        """What a notebook shows: the neurons as circles; None, so the text form, of any other."""
        from ..drawing.drawn import in_notebook

        return in_notebook(self)

    # ---- Weights as arrays, in memory and on disk ------------------------------------------

    def arrays_of_values(self) -> dict[str, Any]:
        """The parameters as nested lists of Values, one for each array of `state_dict`.

        >>> from microgradnn.nn import Layer
        >>> Layer(1, 1, init="zeros").arrays_of_values()["bias"]
        [Value(data=0.0, grad=0.0, label='neurons.0.b')]
        """
        return arrays_in(self)

    def state_dict(self) -> dict[str, NDArray[np.float64]]:
        """Copies of the weights as float64 arrays, with PyTorch's names and shapes.

        >>> from microgradnn.nn import MLP
        >>> {name: array.shape for name, array in MLP(2, [3, 1]).state_dict().items()}
        ... # doctest: +NORMALIZE_WHITESPACE
        {'layers.0.weight': (3, 2), 'layers.0.bias': (3,),
         'layers.1.weight': (1, 3), 'layers.1.bias': (1,)}
        """
        from ..needs_numpy import np

        return {
            name: np.vectorize(Value.item, otypes=[float])(np.array(values, dtype=object))
            for name, values in self.arrays_of_values().items()
        }

    def load_state_dict(self, state: dict[str, Any], strict: bool = True) -> IncompatibleKeys:
        """Set all weights, or none, from arrays or lists by their names in `state_dict`.

        With `strict=False` names need not fit: what the state lacks stays as it is, and what the
        model does not know is passed by. Returned are these names, `missing_keys` and
        `unexpected_keys`. A weight that has two names must have the same number under both.

        Raises ValueError if a name, a shape or a number does not fit, TypeError if the state is no
        mapping or `strict` is neither True nor False.

        >>> from microgradnn.nn import Layer
        >>> Layer(2, 1).load_state_dict({"weight": [[1.0, 2.0]], "scale": 3.0}, strict=False)
        IncompatibleKeys(missing_keys=['bias'], unexpected_keys=['scale'])
        """
        from ..needs_numpy import np

        must_be(Mapping, state, "state", "a mapping from names to arrays, as state_dict() gives it")
        must_be(bool, strict, "strict", "True or False")
        own = {
            name: np.array(values, dtype=object) for name, values in self.arrays_of_values().items()
        }
        missing = [name for name in own if name not in state]
        unexpected = [name for name in state if name not in own]
        if strict and (missing or unexpected):
            raise ValueError(
                f"the state does not fit the model: missing {missing}, unexpected {unexpected}; "
                "load_state_dict(state, strict=False) loads what it has"
            )
        # All arrays are looked at before the first weight changes.
        found = [name for name in own if name in state]
        arrays = {name: _checked_array(state[name], name, own[name].shape) for name in found}
        numbers: dict[Value, tuple[float, str]] = {}
        for name, array in arrays.items():
            for value, number in zip(own[name].flat, array.ravel().tolist(), strict=True):
                before, first = numbers.setdefault(value, (number, name))
                if before != number:
                    raise ValueError(
                        f"{first} and {name} share a weight of the model, but it is {before} in "
                        f"one and {number} in the other"
                    )
        assign(numbers, [number for number, _ in numbers.values()])
        return IncompatibleKeys(missing, unexpected)

    def state_text(self) -> str:
        """The weights as JSON: the names of `state_dict`, and nested lists of numbers.

        Reading gives the same floats. Raises ValueError if a weight is NaN or infinite.

        >>> from microgradnn.nn import Layer
        >>> Layer(2, 1, init="zeros").state_text()
        '{"weight": [[0.0, 0.0]], "bias": [0.0]}'
        """
        from .texts import text_of

        return text_of(self.state_dict())

    def load_state_text(self, text: str) -> None:
        """Set all weights from JSON as `state_text` and the page write it, or none.

        Raises ValueError, which says what is wrong: no JSON, a name that is missing, unknown or
        there twice, a shape, or what is not a finite number; TypeError if the text is no str.

        >>> from microgradnn.nn import Layer
        >>> layer = Layer(2, 1)
        >>> layer.load_state_text('{"weight": [[1, -0.5]], "bias": [2]}')
        >>> [p.data for p in layer.parameters()]
        [1.0, -0.5, 2.0]
        """
        from .texts import state_of

        self.load_state_dict(state_of(must_be(str, text, "text", "a str of JSON")))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the weights to an `.npz` file: beside it first, then renamed over it.

        So the file is whole at any time, the old one or the new one.

        Raises OSError if the place cannot be written, ValueError if a weight is NaN or infinite;
        the old file stays then.

        >>> import os, tempfile
        >>> from microgradnn.nn import MLP
        >>> one, other = MLP(2, [1]), MLP(2, [1])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     one.save(os.path.join(folder, "weights.npz"))
        ...     other.load(os.path.join(folder, "weights.npz"))
        >>> one.state_text() == other.state_text()
        True
        """
        from .files import write_arrays

        write_arrays(path, self.state_dict())

    def load(self, path: str | os.PathLike[str]) -> None:
        """Read weights that `save` wrote from a model of the same shape; all of them, or none.

        Raises ValueError, which says what is wrong with the file, OSError if it cannot be opened.

        >>> from microgradnn.nn import MLP
        >>> MLP(2, [1]).load("weights.npz")
        Traceback (most recent call last):
            ...
        FileNotFoundError: [Errno 2] No such file or directory: 'weights.npz'
        """
        from .files import read_arrays

        try:
            self.load_state_dict(read_arrays(path))
        except ValueError as error:
            raise ValueError(
                f"{path}: {error}. The model is as it was; load a file that save() wrote from a "
                "model of the same shape"
            ) from error


def _checked_array(given: Any, name: str, shape: tuple[int, ...]) -> Any:
    """Finite numbers of the given shape, as float64."""
    from ..needs_numpy import np

    try:
        array = np.asarray(given)
    except ValueError:  # of several lengths beside each other, or more than NumPy has dimensions
        raise ValueError(
            f"{name} must have shape {shape}, got lists of other lengths or nested too deep"
        ) from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}")
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, expected {shape}")
    with np.errstate(over="ignore"):
        numbers = array.astype(float)
    if not np.all(np.isfinite(numbers)):
        raise ValueError(f"{name} has a NaN or an infinite number")
    return numbers
