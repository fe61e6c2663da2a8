"""Sequential: layers one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..typed import TYPE_CHECKING, Any, Generic, Result, overload
from .module import Module
from .parts import attributes_of

if TYPE_CHECKING:
    from ..engine.value import Value
    from ..signatures import Then
    from .embedding import Embedding
    from .layers import MLP, Layer, Neuron
    from .norm import LayerNorm, RMSNorm


class Sequential(Module, Generic[Result]):
    """y = f(… f₂(f₁(x))): each layer is given what the one before it gives.

    A layer is a Module, or a function of a list, such as `softmax` or `np.tanh`, which holds no
    parameters; but a `Layer` has an activation of its own. The names in `state_dict` are PyTorch's,
    a number and what the layer calls it.

    Raises TypeError, which names what cannot be called, and ValueError if there is no layer.

    >>> from microgradnn.nn import Layer, LayerNorm
    >>> model = Sequential(Layer(2, 3), LayerNorm(3), Layer(3, 1, activation="linear"))
    >>> len(model([1.0, 2.0])), model[1]
    (1, LayerNorm(3))
    >>> list(model.state_dict())
    ['0.weight', '0.bias', '1.weight', '1.bias', '2.weight', '2.bias']
    """

    # What it gives is what its last layer gives, which of a function or a class of one's own is
    # not known.
    @overload
    def __init__(
        self: Sequential[list[Value]], *layers: *Then[Embedding | Layer | LayerNorm | RMSNorm]
    ) -> None: ...
    @overload
    def __init__(self: Sequential[Value | list[Value]], *layers: *Then[MLP]) -> None: ...
    @overload
    def __init__(self: Sequential[Value], *layers: *Then[Neuron]) -> None: ...
    @overload
    def __init__(self: Sequential[Any], *layers: Callable[..., Any]) -> None: ...
    def __init__(self, *layers: Callable[..., Any]) -> None:  # type: ignore[misc]
        for place, layer in enumerate(layers):
            if not callable(layer) or isinstance(layer, type):
                hint = "; write Sequential(*layers)" if isinstance(layer, (list, tuple)) else ""
                raise TypeError(
                    f"layers[{place}] must be a Module or a function, got "
                    f"{layer if isinstance(layer, type) else type(layer).__name__}{hint}"
                )
        if not layers:
            raise ValueError("layers is empty; at least one is needed")
        self.layers: list[Callable[..., Any]] = list(layers)
        self.label_parameters()

    def __call__(self, x: Any) -> Result:
        for place, layer in enumerate(self.layers):
            try:
                x = layer(x)
            except Exception as error:
                error.add_note(f"This is from layers[{place}] of {self!r}.")
                raise
        result: Result = x
        return result

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, place: Any) -> Any:
        """The layer at a place; of a slice another Sequential, with the same layers."""
        chosen = self.layers[place]
        return Sequential(*chosen) if isinstance(place, slice) else chosen

    def __iter__(self) -> Iterator[Callable[..., Any]]:
        return iter(self.layers)

    def parts_of_state(self) -> list[tuple[Any, Any]]:
        """The layers by their numbers, then what a subclass has besides.

        >>> from microgradnn import nn, softmax
        >>> Sequential(nn.Layer(2, 3), softmax).parts_of_state()[1] == (1, softmax)
        True
        """
        besides = [part for part in attributes_of(self) if part[0] != "layers"]
        return [*enumerate(self.layers), *besides]

    def __repr__(self) -> str:
        shown = [getattr(layer, "__name__", repr(layer)) for layer in self.layers]
        return f"Sequential({', '.join(shown)})"
