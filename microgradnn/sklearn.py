"""MLPClassifier and MLPRegressor: networks as scikit-learn's estimators (needs scikit-learn)."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state, check_scalar
from sklearn.utils.extmath import softmax
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from . import losses, nn, optim
from .compiler import compile
from .data import train_test_split
from .training import fit
from .training.shares import Loss

__all__ = ["MLPClassifier", "MLPRegressor"]

_ACTIVATIONS = {"identity": "linear", "logistic": "sigmoid"}
# The kind of number, the least, whether it is allowed, and what the number must be below.
_BOUNDS: dict[str, tuple[Any, int, bool, float]] = {
    "alpha": (Real, 0, True, math.inf),
    "learning_rate_init": (Real, 0, True, math.inf),
    "max_iter": (Integral, 1, True, math.inf),
    "momentum": (Real, 0, True, 1),
    "validation_fraction": (Real, 0, False, 1),
    "n_iter_no_change": (Integral, 1, True, math.inf),
}


class _Network(BaseEstimator):  # type: ignore[misc]
    """What both estimators share: a multilayer perceptron that `microgradnn.fit` trains."""

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: Any = "auto",
        learning_rate_init: float = 0.001,
        max_iter: int = 200,
        random_state: Any = None,
        momentum: float = 0.9,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.random_state = random_state
        self.momentum = momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change

    def _train(self, X: Any, y: Any, outputs: int, loss: Loss) -> None:
        self._check_parameters()
        try:
            random_state = check_random_state(0 if self.random_state is None else self.random_state)
        except ValueError as error:
            raise ValueError(f"random_state: {error}") from None
        seed = int(random_state.randint(2**31 - 1))
        model = self._network(X.shape[1], outputs, seed)
        held_out = None
        if self.early_stopping:
            if math.ceil(self.validation_fraction * len(X)) >= len(X):
                raise ValueError(
                    f"{len(X)} samples leave none to train on with "
                    f"validation_fraction={self.validation_fraction}"
                )
            X, X_held, y, y_held = train_test_split(X, y, self.validation_fraction, seed)
            held_out = X_held, y_held
        batch_size = min(200, len(X)) if self.batch_size == "auto" else self.batch_size
        self.history_ = fit(
            model,
            X,
            y,
            loss=loss,
            optimizer=self._optimizer(model, batch_size),
            epochs=self.max_iter,
            batch_size=batch_size,
            validation=held_out,
            patience=self.n_iter_no_change if self.early_stopping else None,
            seed=seed,
            progress=False,
        )
        self.model_ = model
        self.n_iter_ = len(self.history_.losses)

    def _check_parameters(self) -> None:
        """Refuse what does not fit, by the name that it has here."""
        for name, (kind, low, or_low, high) in _BOUNDS.items():
            number = getattr(self, name)
            check_scalar(number, name, kind, min_val=low, max_val=high)
            if not low <= number < high or (number == low and not or_low):
                ends = f"{'[' if or_low else '('}{low}, {high})"
                raise ValueError(f"{name} must be in {ends}, got {number}")
        if self.solver not in ("sgd", "adam"):
            raise ValueError(f"solver must be 'sgd' or 'adam', got {self.solver!r}")
        if not isinstance(self.early_stopping, (bool, np.bool_)):
            raise TypeError(f"early_stopping must be True or False, got {self.early_stopping!r}")
        if self.batch_size != "auto":
            check_scalar(self.batch_size, "batch_size", Integral, min_val=1)
        for size in self._sizes():
            if not isinstance(size, Integral) or isinstance(size, bool) or size < 1:
                raise ValueError(
                    "hidden_layer_sizes must be the sizes of the hidden layers, ints from 1 on; "
                    f"got {self.hidden_layer_sizes!r}"
                )

    def _sizes(self) -> list[Any]:
        sizes = self.hidden_layer_sizes
        return list(sizes) if isinstance(sizes, (list, tuple, np.ndarray)) else [sizes]

    def _network(self, inputs: int, outputs: int, seed: int) -> nn.MLP:
        activation = self.activation
        if isinstance(activation, str):
            activation = _ACTIVATIONS.get(activation, activation)
        return nn.MLP(
            inputs, [*self._sizes(), outputs], activation, init="xavier_uniform", rng=seed
        )

    def _optimizer(self, model: nn.MLP, batch_size: int) -> optim.Optimizer:
        """The solver; scikit-learn divides `alpha` by the size of a batch."""
        parameters = model.parameters()
        rate = self.learning_rate_init
        decay = self.alpha / batch_size
        if self.solver == "sgd":
            return optim.SGD(parameters, rate, momentum=self.momentum, weight_decay=decay)
        return optim.Adam(parameters, rate, weight_decay=decay)

    def _outputs(self, X: Any) -> Any:
        check_is_fitted(self)
        return compile(self.model_)(validate_data(self, X, reset=False, dtype=np.float64))


class MLPClassifier(ClassifierMixin, _Network):  # type: ignore[misc]
    """A classifier with scikit-learn's interface: softmax cross-entropy on a multilayer perceptron.

    The parameters are those of scikit-learn's `MLPClassifier`, with these differences: `alpha` is
    the weight decay of biases, too; with `solver="sgd"` the momentum is not Nesterov's; training
    takes `max_iter` epochs, or with `early_stopping=True` until `n_iter_no_change` epochs have not
    lowered the loss on the share `validation_fraction` of the samples; `random_state=None` is 0,
    and no global state is read. `activation` may also be any other that `nn.MLP` takes. `model_`
    is the trained network, `history_` what `fit` gives.

    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], ["low", "low", "high", "high"]
    >>> classifier = MLPClassifier(hidden_layer_sizes=(4,), learning_rate_init=0.05).fit(X, y)
    >>> print(*classifier.predict([[0.5], [2.5]]))
    low high
    """

    def fit(self, X: Any, y: Any) -> MLPClassifier:
        """Train on samples X, shape (samples, features), and their classes y."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, classes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y has one class only, {self.classes_[0]!r}; two at least are needed")
        self._train(X, classes, len(self.classes_), losses.cross_entropy)
        return self

    def predict_proba(self, X: Any) -> Any:
        """The probability of each class, (samples, classes), in the order of `classes_`."""
        return softmax(self._outputs(X))

    def predict(self, X: Any) -> Any:
        """The most probable class of each sample."""
        scores = self._outputs(X)
        return self.classes_[scores.argmax(axis=1)]


class MLPRegressor(RegressorMixin, _Network):  # type: ignore[misc]
    """A regression with scikit-learn's interface: squared error on a multilayer perceptron.

    The parameters are those of `MLPClassifier`. Targets are numbers, or a list of them for each
    sample.

    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0]
    >>> regressor = MLPRegressor((), learning_rate_init=0.1, alpha=0).fit(X, y)
    >>> regressor.predict([[1.5]]).round(2)
    array([4.])
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any) -> MLPRegressor:
        """Train on X, shape (samples, features), and y, (samples,) or (samples, outputs)."""
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        self._train(X, y.astype(float), 1 if y.ndim == 1 else y.shape[1], losses.mse_loss)
        return self

    def predict(self, X: Any) -> Any:
        """The predicted targets, with the shape that y had."""
        return self._outputs(X)
