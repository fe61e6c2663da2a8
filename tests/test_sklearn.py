"""The estimators, as scikit-learn judges estimators, and beside its own."""

import copy
import math
import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from microgradnn.sklearn import MLPClassifier, MLPRegressor

X, Y = load_iris(return_X_y=True)
SMALL: dict[str, Any] = {"hidden_layer_sizes": (16,), "learning_rate_init": 0.02, "max_iter": 40}


@parametrize_with_checks([MLPClassifier(**SMALL), MLPRegressor(**SMALL)])  # type: ignore[untyped-decorator]
def test_checks_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)


def test_in_pipelines_and_searches() -> None:
    network = MLPClassifier((8,), "tanh", learning_rate_init=0.05, max_iter=20, batch_size=16)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), network), {"mlpclassifier__solver": ["adam", "sgd"]}, cv=3
    )
    assert search.fit(X, np.array(["a", "b", "c"])[Y]).best_score_ > 0.93
    assert list(search.classes_) == ["a", "b", "c"]
    probabilities = search.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    np.testing.assert_equal(search.classes_[probabilities.argmax(axis=1)], search.predict(X))


def test_a_regression_as_good_as_scikit_learns() -> None:
    rows, y = load_diabetes(return_X_y=True)
    rows, y = StandardScaler().fit_transform(rows), (y - y.mean()) / y.std()
    options: dict[str, Any] = {"activation": "logistic", "alpha": 1.0, "learning_rate_init": 0.01}
    options |= {"hidden_layer_sizes": (6,), "max_iter": 30, "random_state": 0, "batch_size": 20}
    ours = cross_val_score(MLPRegressor(**options), rows, y).mean()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs = cross_val_score(neural_network.MLPRegressor(**options), rows, y).mean()
    assert theirs > 0.4
    assert ours == pytest.approx(theirs, abs=0.05)


@pytest.mark.parametrize("kind", [MLPRegressor, neural_network.MLPRegressor])
def test_alpha_is_as_strong_as_scikit_learns(kind: Any) -> None:
    """From rows of zeros nothing is learnt: all that changes the weights is alpha."""
    options: dict[str, Any] = {"hidden_layer_sizes": (), "solver": "sgd", "momentum": 0.0}
    options |= {"learning_rate_init": 0.1, "max_iter": 1, "batch_size": 30, "random_state": 0}
    weights = []
    for alpha in (0.0, 6.0):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            trained = kind(**options, alpha=alpha).fit(np.zeros((60, 3)), np.zeros(60))
        ours = hasattr(trained, "model_")
        weights.append(
            trained.model_.state_dict()["layers.0.weight"] if ours else trained.coefs_[0]
        )
    np.testing.assert_allclose(weights[1], weights[0] * (1 - 0.1 * 6.0 / 30) ** 2, rtol=1e-12)


def test_the_same_random_state_gives_the_same_bits() -> None:
    state = copy.deepcopy(np.random.get_state(legacy=False))
    runs = [
        MLPClassifier(**SMALL, random_state=seed).fit(X, Y).predict_proba(X)
        for seed in (None, 0, 1, np.random.RandomState(1))
    ]
    np.testing.assert_equal(runs[0], runs[1])
    np.testing.assert_equal(runs[2], runs[3])
    assert not np.array_equal(runs[1], runs[2])
    np.testing.assert_equal(np.random.get_state(legacy=False), state)


def test_early_stopping() -> None:
    options = {**SMALL, "max_iter": 500, "early_stopping": True, "n_iter_no_change": 3}
    rows = StandardScaler().fit_transform(X)
    stopped = MLPClassifier(**options, validation_fraction=0.3, batch_size=16).fit(rows, Y)
    assert stopped.n_iter_ < 500
    held_out = stopped.history_.metrics["validation_loss"]
    assert min(held_out) == held_out[-4]
    assert stopped.score(rows, Y) > 0.9


def test_several_outputs_and_pickling() -> None:
    regressor = MLPRegressor(**SMALL).fit(X[:, :2], X[:, 2:])
    assert regressor.predict(X[:, :2]).shape == (150, 2)
    again = pickle.loads(pickle.dumps(regressor))
    np.testing.assert_equal(again.predict(X[:, :2]), regressor.predict(X[:, :2]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"solver": "lbfgs"}, "solver must be 'sgd' or 'adam', got 'lbfgs'"),
        ({"max_iter": 0}, "max_iter == 0, must be >= 1"),
        ({"alpha": -1.0}, "alpha == -1.0, must be >= 0"),
        ({"learning_rate_init": "fast"}, "learning_rate_init must be an instance of"),
        ({"activation": "step"}, "activation must be a function or a name"),
        ({"hidden_layer_sizes": (0,)}, r"hidden_layer_sizes must be .* got \(0,\)"),
        ({"hidden_layer_sizes": (4, 2.5)}, "hidden_layer_sizes must be"),
        ({"hidden_layer_sizes": None}, "hidden_layer_sizes must be"),
        (
            {"early_stopping": True, "validation_fraction": 1.0},
            r"validation_fraction must be in \(0",
        ),
        ({"early_stopping": True, "validation_fraction": 0}, r"validation_fraction must be in \(0"),
        (
            {"early_stopping": True, "validation_fraction": 0.999},
            "none .* validation_fraction=0.999",
        ),
        ({"early_stopping": "yes"}, "early_stopping must be True or False, got 'yes'"),
        ({"learning_rate_init": math.nan}, "learning_rate_init must be in"),
        ({"learning_rate_init": math.inf}, "learning_rate_init must be in"),
        ({"alpha": math.inf}, "alpha must be in"),
        ({"momentum": 1.0, "solver": "sgd"}, r"momentum must be in \[0, 1\)"),
        ({"random_state": "a"}, "^random_state: "),
        ({"batch_size": 0}, "batch_size == 0, must be >= 1"),
    ],
)
def test_refusals(change: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        MLPClassifier(**change).fit(X, Y)
    with pytest.raises(TypeError, match="sample_weight"):
        MLPClassifier().fit(X, Y, sample_weight=Y)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="one class only"):
        MLPClassifier().fit(X[:50], Y[:50])
