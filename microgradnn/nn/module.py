"""Module: whatever holds parameters, found through its attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..arguments import must_be
from ..engine.interop import assign
from ..engine.value import Value
from ..typed import TYPE_CHECKING, Any
from .parts import Searched
from .search import arrays_in, named_parameters_in, parameters_in

if TYPE_CHECKING:
    import os

    import numpy as np


class Module(Searched):
    """The base of networks: finds parameters in attributes, in the order they were set.

    A parameter is a Value in an attribute; or in a list, a tuple, a dict, a deque or an array of
    objects there; or in a Module inside. A Value that an operation has made is none, so a Module
    may remember its outputs. TypeError names a Value in what cannot be searched: a set, which has
    no order, or an object that is no Module.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Value(1.0)
    ...         self.offset = Value(0.0)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> [name for name, _ in Line().named_parameters()]
    ['slope', 'offset']
    """

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Each parameter once, with its path, such as `layers.0.neurons.3.w.2`."""
        return iter(named_parameters_in(self).items())

    def parameters(self) -> list[Value]:
        """All parameters, neuron by neuron, weights then bias."""
        return parameters_in(self)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        for parameter in self.parameters():
            parameter._grad = 0.0

    def label_parameters(self) -> None:
        """Label each parameter with its path, unless the user has given it a label."""
        for name, parameter in self.named_parameters():
            # A label that the path ends with is none at all, or was given by a smaller Module.
            if name.endswith(parameter.label):
                parameter.label = name

    # ---- Weights as arrays, in memory and on disk ------------------------------------------

    def arrays_of_values(self) -> dict[str, Any]:
        """The parameters as nested lists of Values, one for each array of `state_dict`."""
        return arrays_in(self)

    def state_dict(self) -> dict[str, np.ndarray]:
        """Copies of the weights as float64 arrays, with PyTorch's names and shapes.

        >>> from microgradnn.nn import MLP
        >>> {name: array.shape for name, array in MLP(2, [3, 1]).state_dict().items()}
        ... # doctest: +NORMALIZE_WHITESPACE
        {'layers.0.weight': (3, 2), 'layers.0.bias': (3,),
         'layers.1.weight': (1, 3), 'layers.1.bias': (1,)}
        """
        import numpy as np

        return {
            name: np.vectorize(Value.item, otypes=[float])(np.array(values, dtype=object))
            for name, values in self.arrays_of_values().items()
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Set all weights, or none: ValueError if a name, a shape or a number does not fit.

        A weight that has two names must have the same number under both.
        """
        import numpy as np

        must_be(Mapping, state, "state", "a mapping from names to arrays, as state_dict() gives it")
        own = {
            name: np.array(values, dtype=object) for name, values in self.arrays_of_values().items()
        }
        missing = own.keys() - state.keys()
        unknown = state.keys() - own.keys()
        if missing or unknown:
            raise ValueError(
                f"the state does not fit the model: missing {sorted(missing)}, "
                f"unknown {sorted(unknown)}"
            )
        # All arrays are looked at before the first weight changes.
        arrays = {name: _checked_array(state[name], name, own[name].shape) for name in own}
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

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the weights to an `.npz` file: beside it first, then renamed over it.

        So the file is whole at any time, the old one or the new one. OSError if the place cannot
        be written, ValueError if a weight is NaN or infinite; the old file stays then.
        """
        from .files import write_arrays

        write_arrays(path, self.state_dict())

    def load(self, path: str | os.PathLike[str]) -> None:
        """Read weights that `save` wrote from a model of the same shape; all of them, or none.

        ValueError says what is wrong with the file, OSError that it cannot be opened.
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
    import numpy as np

    array = np.asarray(given)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}")
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, expected {shape}")
    with np.errstate(over="ignore"):
        numbers = array.astype(float)
    if not np.all(np.isfinite(numbers)):
        raise ValueError(f"{name} has a NaN or an infinite number")
    return numbers
