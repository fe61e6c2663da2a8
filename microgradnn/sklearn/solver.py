"""Solver: a step as scikit-learn takes it, by a compiled loss and an optimizer of this library."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import losses, optim
from ..compiler.arrays import Array
from .parameters import Parameters
from .perceptron import Perceptron

LEAST_RATE = 1e-6  # below which an adaptive learning rate is not divided any more


class Solver:
    """What a training keeps from step to step, and from one `partial_fit` to the next."""

    def __init__(self, estimator: Parameters, perceptron: Perceptron) -> None:
        self.settings: dict[str, Any] = estimator.get_params(deep=False)
        self.perceptron = perceptron
        self.rate: float = 1.0  # the share of `learning_rate_init` that a step has now
        self._optimizer: optim.Optimizer | None = None
        self._state: dict[str, Any] = {}
        self._penalised = perceptron.weights_alone()

    @property
    def optimizer(self) -> optim.Optimizer:
        """It holds Values, which are made when they are first needed."""
        if self._optimizer is None:
            self._optimizer = self._make_optimizer()
            if self._state:
                self._optimizer.load_state_dict(self._state)
        return self._optimizer

    def _make_optimizer(self) -> optim.Optimizer:
        parameters, own = self.perceptron.parameters, self.settings
        lr, momentum = own["learning_rate_init"], own["momentum"]
        if own["solver"] == "sgd":
            nesterov = bool(own["nesterovs_momentum"]) and momentum > 0
            return optim.SGD(parameters, lr, momentum, nesterov=nesterov)
        return optim.Adam(parameters, lr, (own["beta_1"], own["beta_2"]), own["epsilon"])

    def step(self, theta: Array, columns: Array, alpha: float) -> tuple[Array, float]:
        """The weights after a step on some samples, and the loss before it.

        The loss is the mean over the samples by their weights, plus ½ alpha·Σ w² over the sum of
        the sample weights. Samples that weigh nothing change nothing.
        """
        total = columns[:, -1].sum()
        if total == 0.0:
            return theta, 0.0
        mean, gradient = self.perceptron.program(columns).value_and_grad(columns, theta)
        share = len(columns) / total
        decay = alpha / total * (self._penalised * theta)
        gradient = gradient * share + decay
        if self.rate != 1.0:
            # scikit-learn's momentum remembers steps: so what was learnt at a rate keeps that rate.
            gradient *= self.rate
        optimizer = self.optimizer
        if isinstance(optimizer, optim.Adam):
            # It adds epsilon to the root before it corrects both for their start at 0.
            correction = 1 - self.settings["beta_2"] ** (optimizer.steps + 1)
            optimizer.eps = self.settings["epsilon"] / np.sqrt(correction)
        outputs = self.perceptron.sizes[-1]
        if self.perceptron.loss is losses.half_squared_error:
            mean /= outputs  # It shows the mean over the outputs, and learns from their sum.
        loss = mean * share + 0.5 * theta.dot(decay)
        return optimizer.update(theta, gradient), float(loss)

    def end_epoch(self, samples: int) -> None:
        """Change the learning rate after an epoch, given the number of samples seen so far."""
        if self.schedule == "invscaling":
            self.rate = 1.0 / (samples + 1) ** self.settings["power_t"]

    @property
    def learning_rate(self) -> float:
        return float(self.rate * self.settings["learning_rate_init"])

    @property
    def schedule(self) -> str:
        """What changes the learning rate; only that of "sgd" is changed."""
        return str(self.settings["learning_rate"]) if self.settings["solver"] == "sgd" else ""

    def slow_down(self) -> bool:
        """Divide an adaptive learning rate by 5; False if it is none, or small enough."""
        if self.schedule != "adaptive" or self.learning_rate <= LEAST_RATE:
            return False
        self.rate /= 5.0
        return True

    def __getstate__(self) -> dict[str, Any]:
        state = self._state if self._optimizer is None else self._optimizer.state_dict()
        return {**vars(self), "_optimizer": None, "_state": state}
