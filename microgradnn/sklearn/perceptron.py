"""Perceptron: the weights of an estimator, and the program that computes with them.

The weights are one array, which is quick to hand on. Whoever asks for the model gets Values, and
may change their numbers; so from then on the model says what the weights are.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from .. import nn
from ..arguments import assign
from ..compiler.arrays import Array, numbers_of
from ..compiler.loss_program import LossProgram
from ..engine.value import Value

_ACTIVATIONS = {"identity": "linear", "logistic": "sigmoid"}
ROWS_AT_ONCE = 4096  # that are copied for a prediction


class Perceptron:
    """A multilayer perceptron of `sizes`, the first of which is the number of features.

    `loss` is one of `microgradnn.losses`, by which it is trained. One program has the loss and the
    outputs; it is compiled when first needed, and does not go with copies and pickles.
    """

    _model: Any
    _parameters: list[Value]
    _activations: list[Any]
    _is_shown: bool
    _program: LossProgram | None

    def __init__(self, sizes: list[int], activation: Any, loss: Any) -> None:
        self.sizes: list[int] = sizes
        self.activation: Any = activation
        self.loss: Any = loss
        self._theta = np.zeros(sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes)))
        self._forget()

    def draw(self, rng: np.random.RandomState) -> None:
        """Draw weights and biases as scikit-learn does, and in its order."""
        factor = 2.0 if self.activation in ("logistic", "sigmoid") else 6.0
        for layer in self._layers(self._theta):
            bound = np.sqrt(factor / (layer.shape[0] + layer.shape[1] - 1))
            layer[:, :-1] = rng.uniform(-bound, bound, layer[:, :-1].T.shape).T
            layer[:, -1] = rng.uniform(-bound, bound, len(layer))

    # ---- Weights -------------------------------------------------------------------------------

    @property
    def theta(self) -> Array:
        """All weights in the order of the model's parameters: neuron by neuron, its bias last."""
        if self._is_shown:
            if _made_of(self._model) != (self._parameters, self._activations):
                raise ValueError(
                    "model_ is no longer the network that was compiled: only the numbers of its "
                    "parameters may be changed (their .data), neither parameters nor activations"
                )
            self._theta = numbers_of(self._parameters)
        return self._theta

    @theta.setter
    def theta(self, theta: Array) -> None:
        self._theta = theta
        if self._is_shown:
            assign(self._parameters, theta.tolist())

    def _layers(self, theta: Array) -> Iterator[Array]:
        """A view of each layer: a row for each neuron, its bias in the last column."""
        start = 0
        for inputs, outputs in pairwise(self.sizes):
            end = start + outputs * (inputs + 1)
            yield theta[start:end].reshape(outputs, inputs + 1)
            start = end

    def matrices(self) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
        """The weights as scikit-learn keeps them: for each layer, (inputs, outputs), and biases.

        They are read-only, for these are not the numbers that the program reads.
        """
        theta = self.theta.copy()
        theta.flags.writeable = False
        layers = list(self._layers(theta))
        return tuple(x[:, :-1].T for x in layers), tuple(x[:, -1] for x in layers)

    def replace(self, matrices: tuple[Sequence[Any], Sequence[Any]]) -> None:
        """Set the weights from such matrices; ValueError if their shapes are others."""
        names = "coefs_", "intercepts_"
        for name, given, own in zip(names, matrices, self.matrices(), strict=True):
            shapes, wanted = [np.shape(x) for x in given], [x.shape for x in own]
            if shapes != wanted:
                raise ValueError(f"{name} must have the shapes {wanted}, got {shapes}")
        theta = np.empty_like(self._theta)
        for layer, weights, biases in zip(self._layers(theta), *matrices, strict=True):
            layer[:, :-1] = np.transpose(weights)
            layer[:, -1] = biases
        if not np.isfinite(theta).all():
            raise ValueError("coefs_ and intercepts_ must be finite numbers")
        self.theta = theta

    def weights_alone(self) -> Array:
        """1 for each weight and 0 for each bias."""
        mask = np.ones_like(self._theta)
        for layer in self._layers(mask):
            layer[:, -1] = 0.0
        return mask

    # ---- The model -----------------------------------------------------------------------------

    @property
    def model(self) -> Any:
        """The network itself. What is changed in its numbers counts from now on."""
        if not self._is_shown:
            assign(self.parameters, self._theta.tolist())
            self._is_shown = True
        return self._model

    def _make_model(self) -> None:
        if self._model is None:
            activation = self.activation
            if isinstance(activation, str):
                activation = _ACTIVATIONS.get(activation, activation)
            inputs, *outputs = self.sizes
            model = nn.MLP(inputs, outputs, activation, init="zeros")
            self._parameters, self._activations = _made_of(model)
            assign(self._parameters, self._theta.tolist())
            self._model = model

    @property
    def parameters(self) -> list[Value]:
        self._make_model()
        return self._parameters

    # ---- The program ---------------------------------------------------------------------------

    def outputs(self, X: Array, theta: Array | None = None) -> Array:
        """What the network gives for each sample, (samples, outputs)."""
        numbers = self.theta if theta is None else theta
        starts = range(0, len(X), ROWS_AT_ONCE)
        return np.vstack([self._outputs(X[i : i + ROWS_AT_ONCE], numbers) for i in starts])

    def _outputs(self, X: Array, theta: Array) -> Array:
        # The program has the loss beside the outputs, which depend on no target and no weight. So
        # any target will do that every loss takes, such as 1, 0, 0, …
        rest = np.zeros((len(X), self.sizes[-1] + 1))
        rest[:, 0] = 1.0
        columns = np.hstack([X, rest])
        program = self.program(columns)
        with self._lock:  # A program is used by one thread at a time.
            return program.losses(columns, theta)[1]

    def program(self, columns: Array) -> LossProgram:
        """The loss of a sample times its weight, and its outputs, compiled when first needed.

        The columns are inputs, targets and weight.
        """
        with self._lock:
            if self._program is None:
                examples = [columns[0].tolist(), columns[-1].tolist()]
                self._make_model()
                self._program = LossProgram(self._loss_and_outputs, examples, self._parameters)
        return self._program

    def _loss_and_outputs(self, columns: list[Value]) -> list[Any]:
        *targets, weight = columns[self.sizes[0] :]
        target = targets if len(targets) > 1 else targets[0]
        prediction = self._model(columns[: self.sizes[0]])
        loss = weight * self.loss([prediction], [target], "sum")
        return [loss, *(prediction if len(targets) > 1 else [prediction])]

    # ---- Copies --------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._model = None
        self._parameters = []
        self._is_shown = False
        self._program = None
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        names = "sizes", "activation", "loss"
        return {"_theta": self.theta, **{name: getattr(self, name) for name in names}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._forget()


def _made_of(model: Any) -> tuple[list[Value], list[Any]]:
    """The parameters of a network in their order, and the activations of its neurons."""
    try:
        neurons = [neuron for layer in model.layers for neuron in layer.neurons]
        parameters = [x for neuron in neurons for x in (*neuron.w, neuron.b)]
        return parameters, [neuron.activation for neuron in neurons]
    except (AttributeError, TypeError):  # another kind of network by now
        return [], []
