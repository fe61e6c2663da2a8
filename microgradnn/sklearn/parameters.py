"""Parameters: what both estimators are made with, by scikit-learn's names, and its checks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_scalar

from ..nn.choices import Activation
from .bases import BaseEstimator

SolverName = Literal["adam", "sgd"]
RateName = Literal["constant", "invscaling", "adaptive"]
BatchSize = int | Literal["auto"]
HiddenSizes = int | Sequence[int] | NDArray[np.integer[Any]]
ActivationOrTheirs = Activation | Literal["identity", "logistic"]  # which are scikit-learn's names

# The kind of number and the interval it is from, whose ends belong to it where the bracket is [ ].
_INTERVALS: dict[str, tuple[Any, str, float, float, str]] = {
    "alpha": (Real, "[", 0, math.inf, ")"),
    "learning_rate_init": (Real, "(", 0, math.inf, ")"),
    "power_t": (Real, "[", 0, math.inf, ")"),
    "max_iter": (Integral, "[", 1, math.inf, ")"),
    "tol": (Real, "[", 0, math.inf, ")"),
    "momentum": (Real, "[", 0, 1, ")"),
    "validation_fraction": (Real, "(", 0, 1, ")"),
    "beta_1": (Real, "[", 0, 1, ")"),
    "beta_2": (Real, "[", 0, 1, ")"),
    "epsilon": (Real, "(", 0, math.inf, ")"),
    "n_iter_no_change": (Real, "[", 1, math.inf, "]"),
}
_CHOICES = {"solver": get_args(SolverName), "learning_rate": get_args(RateName)}
_FLAGS = ("shuffle", "verbose", "warm_start", "nesterovs_momentum", "early_stopping")


class Parameters(BaseEstimator):
    """How a network is built and trained; scikit-learn's names and defaults."""

    def __init__(
        self,
        hidden_layer_sizes: HiddenSizes = (100,),
        activation: ActivationOrTheirs = "relu",
        *,
        solver: SolverName = "adam",
        alpha: float = 0.0001,
        batch_size: BatchSize = "auto",
        learning_rate: RateName = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change

    def _check_parameters(self) -> None:
        """Refuse what does not fit, by the name that it has here."""
        for name, (kind, left, low, high, right) in _INTERVALS.items():
            number = getattr(self, name)
            check_scalar(number, name, kind, min_val=low, max_val=high)
            inside = low < number < high
            if not (inside or (left, low) == ("[", number) or (right, high) == ("]", number)):
                raise ValueError(f"{name} must be in {left}{low}, {high}{right}, got {number}")
        for name, choices in _CHOICES.items():
            if (chosen := getattr(self, name)) not in choices:
                *others, last = map(repr, choices)
                raise ValueError(f"{name} must be {', '.join(others)} or {last}, got {chosen!r}")
        for name in _FLAGS:
            is_number = name == "verbose" and isinstance(self.verbose, Integral)
            if not is_number and not isinstance(getattr(self, name), (bool, np.bool_)):
                raise TypeError(f"{name} must be True or False, got {getattr(self, name)!r}")
        if not isinstance(self.batch_size, str) or self.batch_size != "auto":
            check_scalar(self.batch_size, "batch_size", Integral, min_val=1)
        for size in self._hidden_sizes():
            if not isinstance(size, Integral) or isinstance(size, bool) or size < 1:
                raise ValueError(
                    "hidden_layer_sizes must be the sizes of the hidden layers, ints from 1 on; "
                    f"got {self.hidden_layer_sizes!r}"
                )

    def _hidden_sizes(self) -> list[Any]:
        sizes = self.hidden_layer_sizes
        return list(sizes) if isinstance(sizes, (list, tuple, np.ndarray)) else [sizes]
