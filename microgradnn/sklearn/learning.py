"""Learner: what both estimators do in training, epoch by epoch, as scikit-learn's do.

Random numbers are drawn as there and in the same order. So one `random_state` gives the weights
that scikit-learn finds, but for the rounding of sums that are added in another order.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import nn
from ..compiler.arrays import Array
from .parameters import Parameters
from .perceptron import Perceptron
from .solver import Solver

Part = tuple[Array, Array, Array]  # samples, targets (samples, outputs), weights of the samples


class Learner(Parameters):
    """A network that is trained on targets of shape (samples, outputs), whatever they mean."""

    _perceptron: Perceptron
    _solver: Solver
    # Which of these are None depends on early_stopping, as in scikit-learn.
    best_loss_: Any
    validation_scores_: Any
    best_validation_score_: Any

    # ---- What an estimator adds ----------------------------------------------------------------

    def _loss(self) -> Any:
        """The loss, one of `microgradnn.losses`."""
        raise NotImplementedError

    def _score(self, outputs: Array, targets: Array, weights: Array) -> float:
        """How good outputs are, for early stopping."""
        raise NotImplementedError

    # ---- Training ------------------------------------------------------------------------------

    def _goes_on(self, once: bool) -> bool:
        """Whether a call begins with the weights that are there."""
        return hasattr(self, "_perceptron") and (once or self.warm_start)

    def _learn(self, part: Part, once: bool) -> None:
        """Train until nothing is gained any more, or for one epoch."""
        X, targets, _ = part
        self._check_split(len(X), once)
        try:
            rng = check_random_state(0 if self.random_state is None else self.random_state)
        except ValueError as error:
            raise ValueError(f"random_state: {error}") from None
        sizes = [X.shape[1], *map(int, self._hidden_sizes()), targets.shape[1]]
        goes_on = self._goes_on(once)
        if goes_on:
            self._check_same(sizes)
        else:
            perceptron = Perceptron(sizes, self.activation, self._loss())
            perceptron.draw(rng)
            perceptron.program(_columns(part, slice(1)))  # or activation is refused
            self._perceptron = perceptron
            self._start(targets.shape[1])
        if not (once and goes_on):
            self._solver = Solver(self, self._perceptron)
        held_out = None
        if self.early_stopping:
            stratify = targets if is_classifier(self) and targets.shape[1] == 1 else None
            parts = train_test_split(
                *part, random_state=rng, test_size=self.validation_fraction, stratify=stratify
            )
            part, held_out = tuple(parts[::2]), tuple(parts[1::2])
        self._run(part, held_out, rng, once)

    def _start(self, outputs: int) -> None:
        self.n_outputs_ = outputs
        self.n_layers_: int = len(self._perceptron.sizes)
        self.t_: int = 0
        self.loss_curve_: list[float] = []
        self.best_loss_ = None if self.early_stopping else math.inf
        self.validation_scores_ = [] if self.early_stopping else None
        self.best_validation_score_ = -math.inf if self.early_stopping else None
        self._epochs_without_gain = 0

    def _run(self, part: Part, held_out: Any, rng: Any, once: bool) -> None:
        order = np.arange(len(part[0]))
        size = self._size_of_batch(len(order))
        theta = best = self._perceptron.theta
        self.n_iter_: int = 0
        try:
            for _ in range(1 if once else self.max_iter):
                if self.shuffle:
                    order = order[rng.permutation(len(order))]
                theta = self._epoch(part, order, size, theta)
                if self._gains(held_out, theta):
                    best = theta
                self._solver.end_epoch(self.t_)
                if self._epochs_without_gain > self.n_iter_no_change and self._gives_up():
                    break
            else:
                if not once:
                    warnings.warn(
                        f"training took all max_iter={self.max_iter} epochs and has not converged",
                        ConvergenceWarning,
                        stacklevel=5,
                    )
        except KeyboardInterrupt:
            warnings.warn("training was interrupted; the last whole epoch counts", stacklevel=5)
        finally:
            self._perceptron.theta = best if self.early_stopping else theta

    def _epoch(self, part: Part, order: Any, size: int, theta: Array) -> Array:
        """The weights after a step on each batch of the samples in some order."""
        total = 0.0
        for start in range(0, len(order), size):
            columns = _columns(part, order[start : start + size])
            theta, loss = self._solver.step(theta, columns, self.alpha)
            total += loss * len(columns)
        self.loss_: float = total / len(order)
        self.n_iter_ += 1
        self.t_ += len(order)
        self.loss_curve_.append(self.loss_)
        if self.verbose:
            print(f"Iteration {self.n_iter_}, loss = {self.loss_:.8f}")
        return theta

    def _gains(self, held_out: Any, theta: Array) -> bool:
        """Whether the weights are the best so far; count the epochs that do not gain `tol`."""
        if held_out is None:
            now, best = -self.loss_, -self.best_loss_
            self.best_loss_ = min(self.loss_, self.best_loss_)
        else:
            X, targets, weights = held_out
            now = self._score(self._perceptron.outputs(X, theta), targets, weights)
            best = self.best_validation_score_
            self.validation_scores_.append(now)
            self.best_validation_score_ = max(now, best)
            if self.verbose:
                print(f"Validation score: {now:.6f}")
        self._epochs_without_gain = self._epochs_without_gain + 1 if now < best + self.tol else 0
        return bool(now > best)

    def _gives_up(self) -> bool:
        """After too many epochs without gain: whether training ends, or learns more slowly."""
        slower = self._solver.slow_down()
        if self.verbose:
            rate = f"{self._solver.learning_rate:g}"
            then = f"the learning rate is {rate} from now on" if slower else "training ends"
            print(f"No gain of tol={self.tol:g} in {self._epochs_without_gain} epochs: {then}")
        if slower:
            self._epochs_without_gain = 0
        return not slower

    # ---- Checks --------------------------------------------------------------------------------

    def _check_split(self, samples: int, once: bool) -> None:
        if not self.early_stopping:
            return
        if once:
            raise ValueError("partial_fit does not support early_stopping=True")
        held_out = math.ceil(self.validation_fraction * samples)
        if held_out < 2 or held_out >= samples:
            what = "none to train on" if held_out >= samples else "fewer than two to validate by"
            raise ValueError(
                f"{samples} samples leave {what} with "
                f"validation_fraction={self.validation_fraction}"
            )

    def _check_same(self, sizes: list[int]) -> None:
        """ValueError if a network that is to be trained further would be another one."""
        before = self._perceptron
        for name, now, then in [
            ("hidden_layer_sizes", sizes[1:-1], before.sizes[1:-1]),
            ("activation", self.activation, before.activation),
            ("the number of outputs", sizes[-1], before.sizes[-1]),
            ("early_stopping", bool(self.early_stopping), self.best_loss_ is None),
        ]:
            if now != then:
                raise ValueError(
                    f"{name} was {then!r} and is {now!r}: warm_start and partial_fit go on with "
                    "the same network; begin anew with warm_start=False and fit"
                )

    def _size_of_batch(self, samples: int) -> int:
        if isinstance(self.batch_size, str):
            return min(200, samples)
        if self.batch_size > samples:
            warnings.warn(
                f"batch_size={self.batch_size} is more than the {samples} samples there are; "
                "all of them are one batch",
                stacklevel=6,
            )
        return min(int(self.batch_size), samples)

    # ---- Afterwards ----------------------------------------------------------------------------

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_perceptron")

    @property
    def model_(self) -> nn.MLP:
        """The network; what is changed in the numbers of its parameters counts."""
        check_is_fitted(self)
        model: nn.MLP = self._perceptron.model
        return model

    @property
    def coefs_(self) -> tuple[Array, ...]:
        """The weights of each layer, (inputs, outputs), read-only; set them all at once."""
        check_is_fitted(self)
        return self._perceptron.matrices()[0]

    @coefs_.setter
    def coefs_(self, coefs: Sequence[Any]) -> None:
        intercepts = self.intercepts_
        self._perceptron.replace((coefs, intercepts))

    @property
    def intercepts_(self) -> tuple[Array, ...]:
        """The biases of each layer, read-only; set them all at once."""
        check_is_fitted(self)
        return self._perceptron.matrices()[1]

    @intercepts_.setter
    def intercepts_(self, intercepts: Sequence[Any]) -> None:
        coefs = self.coefs_
        self._perceptron.replace((coefs, intercepts))

    def _outputs(self, X: Any) -> Array:
        check_is_fitted(self)
        return self._perceptron.outputs(validate_data(self, X, reset=False, dtype=np.float64))


def _columns(part: Part, chosen: Any) -> Array:
    """What the loss program takes of some samples: inputs, targets, weight."""
    X, targets, weights = part
    return np.hstack([X[chosen], targets[chosen], weights[chosen, None]])


def checked_weights(sample_weight: Any, samples: int) -> Array:
    """The weight of each sample, 1 by default; ValueError where it is negative or not finite."""
    if sample_weight is None:
        return np.ones(samples)
    name = "sample_weight"
    weights: Array = check_array(sample_weight, ensure_2d=False, dtype=np.float64, input_name=name)
    if weights.shape != (samples,):
        raise ValueError(f"{name} has the shape {weights.shape}, and X has {samples} samples")
    if weights.min() < 0.0 or weights.sum() == 0.0:
        what = f"{weights.min()} among them" if weights.min() < 0.0 else "zero for every sample"
        raise ValueError(f"{name} must be numbers from 0 on, some above 0; got {what}")
    return weights
