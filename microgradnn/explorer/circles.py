"""The layers of a network whose neurons the living page shows, and what each neuron gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..engine.value import Value
from ..nn import MLP, Layer, Neuron, Sequential

Described = dict[str, Any]


def layers_of(model: Any) -> list[list[Any]] | None:
    """The neurons of each layer, in order; None if the model computes anything else.

    >>> [len(neurons) for neurons in layers_of(MLP(2, [3, 1]))]
    [3, 1]
    """
    layers: Sequence[Any] = [model]
    if _computes_as(model, MLP) or _computes_as(model, Sequential):
        layers = model.layers
    found = []
    for layer in layers:
        neurons = layer.neurons if _computes_as(layer, Layer) else [layer]
        if not all(_computes_as(neuron, Neuron) for neuron in neurons):
            return None
        found.append(list(neurons))
    return found


def _computes_as(thing: Any, kind: Any) -> bool:
    """Whether a thing is one of this kind, and calls what the kind does."""
    return isinstance(thing, kind) and all(
        getattr(type(thing), name, None) is getattr(kind, name, None)
        for name in ("__call__", "forward", "respond")
    )


def described(
    layers: Sequence[Sequence[Any]], place: Mapping[Value, int]
) -> list[Described] | None:
    """The layers as the page has them; `place` is that of a parameter in theta.

    `weights` is where the first neuron's stand and how far it is to the next neuron's; likewise
    `bias`, if there is one. None if the parameters stand in theta in another way.
    """
    found = []
    for neurons in layers:
        first, size = neurons[0], len(neurons[0].w)
        stride = size + (first.b is not None)
        start = place[first.w[0]]
        for k, neuron in enumerate(neurons):
            own = [*neuron.w, *([] if neuron.b is None else [neuron.b])]
            wanted = list(range(start + k * stride, start + (k + 1) * stride))
            if [place[x] for x in own] != wanted:
                return None
        found.append(
            {
                "nin": size,
                "nout": len(neurons),
                "activation": _activation_of(neurons),
                "weights": [start, stride],
                "bias": None if first.b is None else [start + size, stride],
            }
        )
    return found


def _activation_of(neurons: Sequence[Any]) -> str:
    """The name of the activation of a layer, "" where neurons have different ones."""
    names = {
        x.activation if isinstance(x.activation, str) else getattr(x.activation, "__name__", "")
        for x in neurons
    }
    return str(names.pop()) if len(names) == 1 else ""


def outputs_of_neurons(layers: Sequence[Sequence[Any]]) -> Any:
    """A function of the inputs that gives what each neuron gives, layer by layer."""

    def outputs(row: list[Any]) -> list[Any]:
        found: list[Any] = []
        for neurons in layers:
            row = [neuron(row) for neuron in neurons]
            found += row
        return found

    return outputs
