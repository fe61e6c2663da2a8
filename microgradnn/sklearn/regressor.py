"""MLPRegressor: numbers as targets."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import r2_score
from sklearn.utils.validation import column_or_1d, validate_data

from .. import losses
from ..compiler.arrays import Array
from .bases import RegressorMixin
from .learning import Learner, checked_weights


class MLPRegressor(RegressorMixin, Learner):
    """A regression with scikit-learn's interface: squared error on a multilayer perceptron.

    Targets are numbers, or a list of them for each sample. Parameters, attributes and results are
    those of scikit-learn's `MLPRegressor`; `MLPClassifier` lists what differs. There is no
    loss="poisson" either.

    Raises ValueError and TypeError in `fit`, which name the parameter that does not fit, or what is
    wrong with the data, and scikit-learn's NotFittedError before it.

    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0]
    >>> regressor = MLPRegressor((), solver="sgd", learning_rate_init=0.1, n_iter_no_change=50)
    >>> regressor.fit(X, y).predict([[1.5]]).round(2)
    array([4.])
    >>> regressor.coefs_[0].round(1), regressor.intercepts_[0].round(1)
    (array([[2.]]), array([1.]))
    >>> regressor.model_.summary().parameters
    2
    >>> regressor.partial_fit(X, y).n_iter_
    1
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPRegressor:
        """Train on X, shape (samples, features), and y, (samples,) or (samples, outputs).

        Raises ValueError if data or parameters do not fit, TypeError if something is no number,
        FloatingPointError on an infinite or NaN gradient.
        """
        return self._take(X, y, sample_weight, once=False)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPRegressor:
        """Train for one epoch on these samples, from the weights that are there.

        Raises ValueError, TypeError and FloatingPointError as `fit` does.
        """
        return self._take(X, y, sample_weight, once=True)

    def _take(self, X: Any, y: Any, sample_weight: Any, once: bool) -> MLPRegressor:
        self._check_parameters()
        reset = not self._goes_on(once)
        kinds: dict[str, Any] = {"dtype": np.float64, "multi_output": True, "y_numeric": True}
        X, y = validate_data(self, X, y, reset=reset, **kinds)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        targets = y.reshape(len(y), -1).astype(float)
        self._learn((X, targets, checked_weights(sample_weight, len(X))), once)
        self.out_activation_ = "identity"
        return self

    def predict(self, X: Any) -> Array:
        """The predicted targets, with the shape that y had.

        Raises ValueError if X has other columns than `fit` had, NotFittedError before `fit`.
        """
        outputs = self._outputs(X)
        return outputs[:, 0] if self.n_outputs_ == 1 else outputs

    def _loss(self) -> Any:
        return losses.half_squared_error

    def _score(self, outputs: Array, targets: Array, weights: Array) -> float:
        return float(r2_score(targets, outputs, sample_weight=weights))
