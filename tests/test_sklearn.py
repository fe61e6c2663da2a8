"""The estimators, as scikit-learn judges estimators, and beside its own."""

import ast
import copy
import inspect
import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

from microgradnn.sklearn import MLPClassifier, MLPRegressor, bases

X, Y = load_iris(return_X_y=True)
SMALL: dict[str, Any] = {"hidden_layer_sizes": (16,), "learning_rate_init": 0.02, "max_iter": 40}


pytestmark = pytest.mark.filterwarnings("ignore:training took all")


CHECKS = [
    pytest.param(estimator, check, id=f"{kind.__name__}-{check.func.__name__}")
    for kind in (MLPClassifier, MLPRegressor)
    for estimator, check in estimator_checks_generator(kind(**SMALL))
]


@pytest.mark.parametrize(("estimator", "check"), CHECKS)
def test_checks_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)


def test_in_pipelines_and_searches() -> None:
    network = MLPClassifier((8,), "tanh", learning_rate_init=0.05, tol=0.01, batch_size=16)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), network), {"mlpclassifier__solver": ["adam", "sgd"]}, cv=3
    )
    assert search.fit(X, np.array(["a", "b", "c"])[Y]).best_score_ > 0.93
    assert list(search.classes_) == ["a", "b", "c"]
    probabilities = search.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    np.testing.assert_equal(search.classes_[probabilities.argmax(axis=1)], search.predict(X))


NAMED = np.array(["x", "y", "z"])[Y]
META: dict[str, Callable[[Any], Any]] = {
    "votes": lambda network: VotingClassifier(
        [("a", network), ("b", clone(network).set_params(activation="tanh"))], voting="soft"
    ),
    "boosting": lambda network: AdaBoostClassifier(network, n_estimators=3, random_state=0),
    "bagging": lambda network: BaggingClassifier(network, 2, random_state=0),
    "stack": lambda network: StackingClassifier([("a", network)], cv=2),
    "search": lambda network: RandomizedSearchCV(
        network, {"alpha": [1e-4, 1.0], "hidden_layer_sizes": [(3,), (4, 3)]}, n_iter=2, cv=2,
        random_state=0,
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("name", META)
def test_inside_other_estimators(name: str) -> None:
    """What is made of networks is what scikit-learn makes of its own."""
    options: dict[str, Any] = {**SMALL, "hidden_layer_sizes": (5,), "random_state": 0}
    options |= {"max_iter": 8}
    found = [
        META[name](kind(**options)).fit(X, NAMED).predict_proba(X)
        for kind in (MLPClassifier, neural_network.MLPClassifier)
    ]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9)


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


def test_parameters_and_defaults_are_scikit_learns() -> None:
    cases: list[tuple[Any, dict[str, Any], set[str]]] = [
        (MLPClassifier, {"class_weight": None}, {"max_fun"}),
        (MLPRegressor, {}, {"max_fun", "loss"}),
    ]
    for kind, more, fewer in cases:
        theirs = getattr(neural_network, kind.__name__)().get_params()
        wanted = {name: x for name, x in theirs.items() if name not in fewer}
        assert kind().get_params() == wanted | more
        for name in ("fit", "partial_fit"):
            own, other = (getattr(x, name) for x in (kind, getattr(neural_network, kind.__name__)))
            assert [*inspect.signature(own).parameters] == [*inspect.signature(other).parameters]


def test_what_checkers_are_told_of_scikit_learn_is_there() -> None:
    source = Path(inspect.getfile(bases)).read_text("utf-8")
    told = [x for x in ast.walk(ast.parse(source)) if isinstance(x, ast.ClassDef)]
    assert [x.name for x in told] == bases.__all__
    kinds = {"BaseEstimator": MLPClassifier, "RegressorMixin": MLPRegressor}
    for declared in told:
        kind = kinds.get(declared.name, MLPClassifier)
        for method in declared.body:
            if isinstance(method, ast.FunctionDef):
                names = [x.arg for x in method.args.args]
                ours = inspect.signature(getattr(kind, method.name)).parameters
                assert method.args.kwarg or names == [*ours], method.name


def test_names_of_features() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    classifier = MLPClassifier(**SMALL).fit(frame, pandas.Series(Y), pandas.Series(Y + 1.0))
    assert list(classifier.feature_names_in_) == ["a", "b", "c", "d"]
    with pytest.raises(ValueError, match="feature names"):
        classifier.predict(frame[["b", "a", "c", "d"]])


def test_an_activation_of_ones_own() -> None:
    classifier = MLPClassifier((6,), lambda z: z * z.sigmoid(), tol=0.01, learning_rate_init=0.1)
    rows = StandardScaler().fit_transform(X)
    assert classifier.fit(rows, Y).score(rows, Y) > 0.9
    silu = MLPClassifier((6,), "silu", tol=0.01, learning_rate_init=0.1).fit(rows, Y)
    np.testing.assert_allclose(silu.predict_proba(rows), classifier.predict_proba(rows))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"solver": "lbfgs"}, "solver must be 'adam' or 'sgd', got 'lbfgs'"),
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
        ({"batch_size": "all"}, "batch_size must be an instance of"),
        ({"learning_rate": "slow"}, "must be 'constant', 'invscaling' or 'adaptive', got 'slow'"),
        ({"learning_rate_init": 0}, r"learning_rate_init must be in \(0, inf\), got 0"),
        ({"epsilon": 0.0}, r"epsilon must be in \(0"),
        ({"beta_1": 1.0}, r"beta_1 must be in \[0, 1\)"),
        ({"beta_2": -0.1}, "beta_2 == -0.1"),
        ({"power_t": math.inf}, "power_t must be in"),
        ({"tol": -1e-9}, "tol == -1e-09"),
        ({"n_iter_no_change": 0}, "n_iter_no_change == 0"),
        ({"n_iter_no_change": math.nan}, "n_iter_no_change must be in"),
        ({"shuffle": 1}, "shuffle must be True or False, got 1"),
        ({"verbose": "no"}, "verbose must be True or False, got 'no'"),
        (
            {"early_stopping": True, "validation_fraction": 0.005},
            "150 samples leave fewer than two to validate by",
        ),
        ({"activation": lambda z: 1.0 if z > 0 else z}, "compare|looks at"),
    ],
)
def test_refusals(change: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        MLPClassifier(**change).fit(X, Y)


def test_refusals_of_data() -> None:
    with pytest.raises(ValueError, match="one class only"):
        MLPClassifier().fit(X[:50], Y[:50])
    for weights, message in [
        (np.ones(3), r"sample_weight has the shape \(3,\), and X has 150"),
        (np.r_[-1.0, np.ones(149)], "sample_weight .* got -1.0 among them"),
        (np.full(150, np.nan), "sample_weight contains NaN"),
    ]:
        for kind in (MLPClassifier, MLPRegressor):
            with pytest.raises(ValueError, match=message):
                kind().fit(X, Y, weights)
    with pytest.raises(ValueError, match="class_weight must be None, 'balanced' or a dict, got 3"):
        MLPClassifier(class_weight=3).fit(X, Y)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="are not in class_weight"):
        MLPClassifier(class_weight={"a": 1}).fit(X, Y)
    with pytest.raises(ValueError, match="several labels"):
        MLPClassifier(class_weight="balanced").fit(X, np.c_[Y == 0, Y == 1])


def test_refusals_of_further_training() -> None:
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        MLPClassifier().partial_fit(X, Y)
    with pytest.raises(ValueError, match="'balanced' needs all samples"):
        MLPClassifier(class_weight="balanced").partial_fit(X, Y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="partial_fit does not support early_stopping"):
        MLPRegressor(early_stopping=True).partial_fit(X, Y)
    trained = MLPClassifier((3,)).partial_fit(X, Y, classes=[0, 1, 2])
    before = pickle.dumps(trained)
    with pytest.raises(ValueError, match=r"classes are \[0, 1\], and were array\(\[0, 1, 2\]\)"):
        trained.partial_fit(X[:100], Y[:100], classes=[0, 1])
    with pytest.raises(ValueError, match=r"y has the classes array\(\[7\]\)"):
        trained.partial_fit(X, Y + 5 * (Y == 2))
    with pytest.raises(ValueError, match="X has 3 features"):
        trained.partial_fit(X[:, :3], Y)
    assert pickle.dumps(trained) == before
    changes: list[tuple[dict[str, Any], str]] = [
        ({"hidden_layer_sizes": (4,)}, r"hidden_layer_sizes was \[3\] and is \[4\]"),
        ({"activation": "tanh"}, "activation was 'relu' and is 'tanh'"),
        ({"early_stopping": True}, "early_stopping was False and is True"),
    ]
    for change, message in changes:
        further = copy.deepcopy(trained).set_params(warm_start=True, **change)
        with pytest.raises(ValueError, match=message):
            further.fit(X, Y)
    regressor = MLPRegressor((3,), max_iter=200, tol=1.0, warm_start=True).fit(X, Y)
    with pytest.raises(ValueError, match="number of outputs was 1 and is 2"):
        regressor.fit(X, np.c_[Y, Y])
