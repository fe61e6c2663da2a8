"""The estimators are trained as scikit-learn's are: the same weights from the same random state."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler
from sklearn.utils import compute_sample_weight

from microgradnn import sklearn as ours
from microgradnn.sklearn.solver import Solver

pytestmark = [
    pytest.mark.filterwarnings("ignore:training took all"),
    pytest.mark.filterwarnings("ignore:Stochastic Optimizer"),
]

X, Y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
CANCER, BENIGN = load_breast_cancer(return_X_y=True)
CANCER, BENIGN = StandardScaler().fit_transform(CANCER)[::3], BENIGN[::3]
ROWS, PROGRESS = load_diabetes(return_X_y=True)
ROWS, PROGRESS = StandardScaler().fit_transform(ROWS)[::3], PROGRESS[::3] / 100 - 1.5
SEVERAL = np.c_[BENIGN, CANCER[:, 0] > 0, CANCER[:, 1] > 1]
OUTPUTS = np.c_[PROGRESS, ROWS[:, 0] ** 2, -PROGRESS]
SMALL: dict[str, Any] = {"hidden_layer_sizes": (7,), "max_iter": 12, "random_state": 0}
SGD: dict[str, Any] = {"solver": "sgd", "learning_rate_init": 0.1}


def both(name: str, **parameters: Any) -> tuple[Any, Any]:
    return tuple(
        getattr(package, name)(**{**SMALL, **parameters}) for package in (ours, neural_network)
    )


def check_equal(mine: Any, theirs: Any, samples: Any) -> None:
    """All that scikit-learn says of a trained network, but for rounding."""
    for own, other in zip(mine.coefs_, theirs.coefs_, strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-9, atol=1e-11)
    for own, other in zip(mine.intercepts_, theirs.intercepts_, strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-9, atol=1e-11)
    for name in ("loss_curve_", "loss_", "best_loss_", "validation_scores_"):
        own, other = getattr(mine, name), getattr(theirs, name)
        if other is None:
            assert own is None
        else:
            np.testing.assert_allclose(own, other, rtol=1e-9, err_msg=name)
    for name in ("n_iter_", "t_", "n_layers_", "n_outputs_", "out_activation_"):
        assert getattr(mine, name) == getattr(theirs, name), name
    np.testing.assert_array_equal(mine.n_features_in_, theirs.n_features_in_)
    if not hasattr(theirs, "classes_"):
        np.testing.assert_allclose(mine.predict(samples), theirs.predict(samples), rtol=1e-8)
        return
    np.testing.assert_array_equal(mine.classes_, theirs.classes_)
    np.testing.assert_array_equal(mine.predict(samples), theirs.predict(samples))
    own, other = (x.predict_proba(samples) for x in (mine, theirs))
    np.testing.assert_allclose(own, other, rtol=1e-8, atol=1e-11, strict=True)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"random_state": 3, "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3},
        {"activation": "logistic", "alpha": 2.0, "batch_size": 40},
        {"activation": "identity", "hidden_layer_sizes": ()},
        {"hidden_layer_sizes": 5, "shuffle": False, "batch_size": 64},
        SGD,
        {**SGD, "nesterovs_momentum": False, "hidden_layer_sizes": [5, 4], "activation": "tanh"},
        {**SGD, "momentum": 0.0},
        {**SGD, "learning_rate": "invscaling", "power_t": 0.3, "batch_size": 32},
        {**SGD, "learning_rate": "adaptive", "tol": 0.05, "n_iter_no_change": 1, "max_iter": 60},
        {"learning_rate": "adaptive", "tol": 0.05, "n_iter_no_change": 1, "max_iter": 30},
        {"tol": 0.02, "n_iter_no_change": 2, "learning_rate_init": 0.02, "max_iter": 300},
        {"early_stopping": True, "validation_fraction": 0.3, "max_iter": 40, "n_iter_no_change": 4},
        {**SGD, "early_stopping": True, "learning_rate": "adaptive", "max_iter": 30, "tol": 0.01},
    ],
    ids=str,
)
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize(
    ("name", "samples", "targets"),
    [
        ("MLPClassifier", X, Y),
        ("MLPClassifier", CANCER, np.array(["malignant", "benign"])[BENIGN]),
        ("MLPRegressor", ROWS, PROGRESS),
    ],
    ids=["three classes", "two classes", "numbers"],
)
def test_the_same_weights(
    name: str, samples: Any, targets: Any, weighted: bool, parameters: dict[str, Any]
) -> None:
    weights = np.random.default_rng(0).uniform(0, 2, len(samples)) if weighted else None
    mine, theirs = (x.fit(samples, targets, weights) for x in both(name, **parameters))
    check_equal(mine, theirs, samples)


def test_several_labels_and_several_outputs() -> None:
    mine, theirs = (x.fit(CANCER, SEVERAL) for x in both("MLPClassifier", **SGD))
    check_equal(mine, theirs, CANCER)
    np.testing.assert_allclose(mine.predict_log_proba(CANCER), theirs.predict_log_proba(CANCER))
    for parameters in (SGD, {}):
        mine, theirs = (x.fit(ROWS, OUTPUTS) for x in both("MLPRegressor", **parameters))
        check_equal(mine, theirs, ROWS)


@pytest.mark.parametrize("parameters", [{}, {**SGD, "learning_rate": "invscaling"}], ids=str)
def test_partial_fit(parameters: dict[str, Any]) -> None:
    """It goes on with the same optimizer, with other samples, also in a copy and after `fit`."""
    mine, theirs = both("MLPClassifier", **parameters)
    for start in (0, 50, 100, 20):
        chosen = slice(start, start + 50)
        for x in (mine, theirs):
            x.partial_fit(X[chosen], Y[chosen], classes=[0, 1, 2])
        mine = pickle.loads(pickle.dumps(mine)) if start == 50 else copy.deepcopy(mine)
    check_equal(mine, theirs, X)
    for x in (mine, theirs):
        x.fit(X, Y).partial_fit(X[::2], Y[::2], np.arange(75.0))
    check_equal(mine, theirs, X)

    mine, theirs = both("MLPRegressor", **parameters)
    for start in (0, 40):
        for x in (mine, theirs):
            x.partial_fit(ROWS[start : start + 70], PROGRESS[start : start + 70])
    check_equal(mine, theirs, ROWS)


@pytest.mark.parametrize("parameters", [{}, {"early_stopping": True, "max_iter": 9}], ids=str)
def test_warm_start(parameters: dict[str, Any]) -> None:
    mine, theirs = (x.fit(X, Y) for x in both("MLPClassifier", **parameters, warm_start=True))
    program = mine._perceptron._program
    for x in (mine, theirs):
        x.set_params(max_iter=7).fit(X[::2], Y[::2])
    check_equal(mine, theirs, X)
    assert mine._perceptron._program is program  # compiled once
    mine.set_params(warm_start=False).fit(X, Y)
    assert len(mine.loss_curve_) == mine.n_iter_


def test_class_weights_are_sample_weights() -> None:
    names = np.array(["a", "b", "c"])[Y]
    few, some = (names != "b") | (np.arange(150) % 5 == 0), {"a": 2.0, "c": 0.5}
    for chosen in ("balanced", some):
        mine = ours.MLPClassifier(**SMALL, class_weight=chosen)
        mine.fit(X[few], names[few], np.full(few.sum(), 3.0))
        weights = 3.0 * compute_sample_weight(chosen, names[few])
        theirs = neural_network.MLPClassifier(**SMALL).fit(X[few], names[few], weights)
        check_equal(mine, theirs, X)
    # In a part without class c, too, and with weights for some of the classes.
    mine = ours.MLPClassifier(**SMALL, class_weight=some)
    mine.partial_fit(X[:100], names[:100], classes=["a", "b", "c"])
    theirs = neural_network.MLPClassifier(**SMALL)
    weights = np.where(names[:100] == "a", 2.0, 1.0)
    check_equal(mine, theirs.partial_fit(X[:100], names[:100], weights, ["a", "b", "c"]), X)


def test_batches_that_weigh_nothing_change_nothing() -> None:
    weights = np.r_[np.zeros(100), np.ones(50)]
    part: dict[str, Any] = {**SMALL, "shuffle": False, "batch_size": 50}
    with_zeros = ours.MLPClassifier(**part).fit(X, Y, weights)
    alone = ours.MLPClassifier(**part).partial_fit(X[100:], Y[100:], classes=[0, 1, 2])
    for _ in range(11):
        alone.partial_fit(X[100:], Y[100:])
    np.testing.assert_array_equal(alone.coefs_[0], with_zeros.coefs_[0])


def test_what_is_printed(capsys: Any) -> None:
    parameters: dict[str, Any] = {**SGD, "learning_rate": "adaptive", "tol": 0.5, "verbose": True}
    parameters |= {"early_stopping": True, "n_iter_no_change": 1, "max_iter": 5}
    mine, theirs = both("MLPClassifier", **parameters)
    mine.fit(X, Y)
    lines = capsys.readouterr().out.splitlines()
    theirs.fit(X, Y)
    of_theirs = capsys.readouterr().out.splitlines()
    starts = "Iteration", "Validation score:"
    assert [x for x in lines if x.startswith(starts)] == [
        x for x in of_theirs if x.startswith(starts)
    ]
    assert "No gain of tol=0.5 in 2 epochs: the learning rate is 0.02 from now on" in lines
    ours.MLPRegressor(**SMALL, tol=9.0, n_iter_no_change=2, verbose=2).fit(ROWS, PROGRESS)
    assert capsys.readouterr().out.endswith("No gain of tol=9 in 3 epochs: training ends\n")


@pytest.mark.filterwarnings("default")
def test_warnings() -> None:
    with pytest.warns(ConvergenceWarning, match="all max_iter=3 epochs") as found:
        ours.MLPClassifier(max_iter=3).fit(X, Y)
    assert found[0].filename == __file__
    with pytest.warns(UserWarning, match="batch_size=500 is more than the 150 samples") as found:
        ours.MLPClassifier(batch_size=500, tol=9.0).fit(X, Y)
    assert found[0].filename == __file__


def test_an_interrupt_keeps_the_last_whole_epoch(monkeypatch: Any) -> None:
    whole = ours.MLPClassifier(**{**SMALL, "max_iter": 4}, batch_size=50).fit(X, Y)
    steps = []
    step = Solver.step

    def interrupted(*arguments: Any) -> Any:
        steps.append(1)
        if len(steps) == 4 * 3 + 2:
            raise KeyboardInterrupt
        return step(*arguments)

    monkeypatch.setattr(Solver, "step", interrupted)
    with pytest.warns(UserWarning, match="training was interrupted"):
        stopped = ours.MLPClassifier(**SMALL, batch_size=50).fit(X, Y)
    assert stopped.n_iter_ == 4
    np.testing.assert_array_equal(stopped.coefs_[0], whole.coefs_[0])


def test_a_gradient_that_overflows() -> None:
    with pytest.raises(FloatingPointError, match=r"layers\.\d"):
        ours.MLPRegressor(**SMALL, solver="sgd", learning_rate_init=1e150).fit(ROWS, PROGRESS)
