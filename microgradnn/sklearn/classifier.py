"""MLPClassifier: classes as targets, one for each sample or several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d, validate_data

from .. import losses
from ..compiler.arrays import Array
from .bases import ClassifierMixin
from .learning import Learner, checked_weights
from .parameters import ActivationOrTheirs, BatchSize, HiddenSizes, RateName, SolverName


class MLPClassifier(ClassifierMixin, Learner):
    """A classifier with scikit-learn's interface: cross-entropy on a multilayer perceptron.

    Parameters, attributes and methods are those of `sklearn.neural_network.MLPClassifier`, and with
    the same `random_state` it finds the same weights, to rounding. What differs:

    - `random_state=None` is 0, and no global state is read.
    - `class_weight` (None, "balanced" or a dict of classes) multiplies `sample_weight`.
    - `activation` may also be any other name or function that `nn.MLP` takes.
    - `model_` is the network as Values; what is changed in their numbers counts.
    - `coefs_` and `intercepts_` are read-only; they are set all at once: `coefs_ = [...]`.
    - There is no solver "lbfgs" (and no `max_fun`), and no sparse X; all is computed in float64.
    - `momentum` must be below 1, and y needs two classes at least.
    - `decision_function` gives the logits; `predict_log_proba` never underflows.
    - An infinite or NaN gradient raises FloatingPointError. Ctrl-C keeps the last whole epoch.
    - `warm_start` and `partial_fit` refuse to go on with other hidden layers or activations.

    Raises ValueError and TypeError in `fit`, which name the parameter that does not fit, or what is
    wrong with the data, and scikit-learn's NotFittedError before it.

    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], ["low", "low", "high", "high"]
    >>> classifier = MLPClassifier((4,), learning_rate_init=0.05, tol=1e-3).fit(X, y)
    >>> print(*classifier.predict([[0.5], [2.5]]))
    low high
    >>> classifier.predict_proba([[0.5]]).shape, classifier.predict_log_proba([[0.5]]).shape
    ((1, 2), (1, 2))
    >>> classifier.decision_function([[0.5], [2.5]]).round() > 0
    array([ True, False])
    >>> classifier.model_.summary().parameters, [w.shape for w in classifier.coefs_]
    (13, [(1, 4), (4, 1)])
    >>> [b.shape for b in classifier.intercepts_]
    [(4,), (1,)]
    >>> classifier.partial_fit(X, y).n_iter_
    1
    """

    _binarizer: LabelBinarizer

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
        class_weight: Mapping[Any, float] | Literal["balanced"] | None = None,
    ) -> None:
        # scikit-learn reads the parameters of an estimator from this signature.
        super().__init__(
            hidden_layer_sizes,
            activation,
            solver=solver,
            alpha=alpha,
            batch_size=batch_size,
            learning_rate=learning_rate,
            learning_rate_init=learning_rate_init,
            power_t=power_t,
            max_iter=max_iter,
            shuffle=shuffle,
            random_state=random_state,
            tol=tol,
            verbose=verbose,
            warm_start=warm_start,
            momentum=momentum,
            nesterovs_momentum=nesterovs_momentum,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            n_iter_no_change=n_iter_no_change,
        )
        self.class_weight = class_weight

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPClassifier:
        """Train on samples X, shape (samples, features), and their classes y.

        y of shape (samples, labels) holds 0 or 1 for each label that a sample may have.

        Raises ValueError if data or parameters do not fit, TypeError if something is no number,
        FloatingPointError on an infinite or NaN gradient.
        """
        return self._take(X, y, sample_weight, None, once=False)

    def partial_fit(
        self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None
    ) -> MLPClassifier:
        """Train for one epoch on these samples, from the weights that are there.

        `classes` are all that will ever come; they must be given in the first call.

        Raises ValueError if they are missing then, if a class is none of them, and as `fit` does.
        """
        if not self._goes_on(once=True) and classes is None:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        return self._take(X, y, sample_weight, classes, once=True)

    def _take(self, X: Any, y: Any, weights: Any, classes: Any, once: bool) -> MLPClassifier:
        self._check_parameters()
        goes_on = self._goes_on(once)
        X, y = validate_data(self, X, y, reset=not goes_on, dtype=np.float64, multi_output=True)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        binarizer = self._binarizer if goes_on else _fitted(y, classes)
        _check_classes(binarizer.classes_, y, classes)
        weights = checked_weights(weights, len(X)) * self._class_weights(binarizer, y, once)
        self._binarizer = binarizer
        self.classes_: Array = binarizer.classes_
        self._learn((X, binarizer.transform(y).astype(float), weights), once)
        self.out_activation_ = "softmax" if self._is_softmax() else "logistic"
        return self

    def _class_weights(self, binarizer: LabelBinarizer, y: Any, once: bool) -> Any:
        """The weight that `class_weight` gives each sample."""
        chosen = self.class_weight
        if chosen is None:
            return 1.0
        if y.ndim == 2:
            raise ValueError("class_weight is for samples of one class, but y has several labels")
        if isinstance(chosen, str) and chosen == "balanced" and once:
            raise ValueError(
                "class_weight='balanced' needs all samples, and partial_fit sees a part of them; "
                "pass a dict, as from sklearn.utils.compute_class_weight"
            )
        if not isinstance(chosen, Mapping) and chosen != "balanced":
            raise ValueError(f"class_weight must be None, 'balanced' or a dict, got {chosen!r}")
        classes = binarizer.classes_
        weights = compute_class_weight(chosen, classes=classes, y=y)
        return checked_weights(weights[np.searchsorted(classes, y)], len(y))

    def _is_softmax(self) -> bool:
        return bool(self._binarizer.y_type_ == "multiclass")

    def _loss(self) -> Any:
        if self._is_softmax():
            return losses.cross_entropy
        return losses.binary_cross_entropy_with_logits

    def _score(self, outputs: Array, targets: Array, weights: Array) -> float:
        right, found = self._binarizer.inverse_transform(targets), self._classes(outputs)
        return float(accuracy_score(right, found, sample_weight=weights))

    def _classes(self, outputs: Array) -> Any:
        return self._binarizer.inverse_transform(outputs, threshold=0.0)

    def predict(self, X: Any) -> Any:
        """The most probable class of each sample, or 1 for each label that is more likely so.

        Raises ValueError if X has other columns than `fit` had, NotFittedError before `fit`.
        """
        return self._classes(self._outputs(X))

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, (samples, classes), in the order of `classes_`.

        Raises ValueError if X has other columns than `fit` had, NotFittedError before `fit`.
        """
        return self._probabilities(X, softmax, expit)

    def predict_log_proba(self, X: Any) -> Array:
        """The logarithms of these, with all their digits where they are close to 0 or to 1.

        Raises ValueError if X has other columns than `fit` had, NotFittedError before `fit`.
        """
        return self._probabilities(X, log_softmax, log_expit)

    def decision_function(self, X: Any) -> Array:
        """The logits: one for each class or label, or of two classes that of the second.

        Raises ValueError if X has other columns than `fit` had, NotFittedError before `fit`.
        """
        outputs = self._outputs(X)
        return outputs[:, 0] if self.n_outputs_ == 1 else outputs

    def _probabilities(self, X: Any, of_several: Any, of_one: Any) -> Array:
        outputs = self._outputs(X)
        if self._is_softmax():
            found: Array = of_several(outputs, axis=1)
            return found
        if self.n_outputs_ == 1:
            outputs = np.hstack([-outputs, outputs])
        return np.asarray(of_one(outputs))


def _fitted(y: Any, classes: Any) -> LabelBinarizer:
    """What makes targets of classes; ValueError if there are not two of them."""
    all_labels = classes is None or type_of_target(y).startswith("multilabel")
    binarizer = LabelBinarizer().fit(y if all_labels else classes)
    if len(binarizer.classes_) < 2:
        raise ValueError(
            f"y has one class only, {binarizer.classes_[0]!r}; two at least are needed"
        )
    return binarizer


def _check_classes(known: Any, y: Any, classes: Any) -> None:
    """ValueError for classes that a network has no output for."""
    if classes is not None and not np.array_equal(np.unique(classes), known):
        raise ValueError(f"classes are {classes!r}, and were {known!r} in an earlier call")
    if y.ndim == 1 and len(unknown := np.setdiff1d(y, known)):
        raise ValueError(f"y has the classes {unknown!r}, which are not among {known!r}")
