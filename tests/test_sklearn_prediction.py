"""What estimators predict: by one program, that follows the weights, in copies and in threads."""

import copy
import io
import pickle
import pickletools
import threading
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn import neural_network
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError

import microgradnn as mg
from microgradnn.compiler.loss_program import LossProgram
from microgradnn.sklearn import MLPClassifier, MLPRegressor, perceptron

pytestmark = pytest.mark.filterwarnings("ignore:training took all")

X, Y = load_iris(return_X_y=True)
SMALL: dict[str, Any] = {"hidden_layer_sizes": (7, 5), "max_iter": 12, "batch_size": 16}


def trained() -> Any:
    return MLPClassifier(**SMALL).fit(X, Y)


def by_hand(classifier: Any) -> Any:
    """The logits, from the matrices."""
    hidden = X
    for weights, biases in zip(classifier.coefs_, classifier.intercepts_, strict=True):
        logits = hidden @ weights + biases
        hidden = np.maximum(logits, 0.0)
    return logits


def test_a_network_is_compiled_once(monkeypatch: Any) -> None:
    compiled = []

    class Counted(LossProgram):
        def __init__(self, *arguments: Any) -> None:
            compiled.append(1)
            super().__init__(*arguments)

    monkeypatch.setattr(perceptron, "LossProgram", Counted)
    monkeypatch.setattr(perceptron, "ROWS_AT_ONCE", 64)
    classifier = trained()
    for part in (X, X[:1], X[:20]):
        classifier.predict(part)
    assert len(compiled) == 1  # for the training
    np.testing.assert_allclose(classifier.decision_function(X), by_hand(classifier), rtol=1e-12)


def test_changes_in_the_model_count() -> None:
    classifier = trained()
    classifier.predict(X)
    neuron = classifier.model_.layers[-1].neurons[1]
    neuron.b.data += 100.0
    assert set(classifier.predict(X)) == {1}
    assert classifier.intercepts_[-1][1] == neuron.b.data
    np.testing.assert_allclose(classifier.decision_function(X), by_hand(classifier), rtol=1e-12)
    again = pickle.loads(pickle.dumps(classifier))
    assert set(again.predict(X)) == {1}
    neuron.b.data -= 100.0
    assert set(again.predict(X)) == {1}
    assert len(set(classifier.predict(X))) > 1
    # Further training begins there, and the model follows it.
    neuron.b.data += 100.0
    classifier.partial_fit(X, Y)
    assert classifier.intercepts_[-1][1] == neuron.b.data > 50.0
    assert classifier.model_ is classifier.model_


def replace_parameter(model: Any) -> None:
    model.layers[0].neurons[0].w[0] = mg.Value(50.0)


def replace_activation(model: Any) -> None:
    model.layers[1].neurons[3].activation = mg.sigmoid


def add_layer(model: Any) -> None:
    model.layers.append(mg.nn.Layer(3, 3))


def replace_layer(model: Any) -> None:
    model.layers[1] = mg.nn.LayerNorm(7)


@pytest.mark.parametrize(
    "change", [replace_parameter, replace_activation, add_layer, replace_layer]
)
def test_another_network_is_refused(change: Any) -> None:
    classifier = trained()
    classifier.predict(X)
    change(classifier.model_)
    for use in (
        lambda: classifier.predict(X),
        lambda: classifier.partial_fit(X, Y),
        lambda: classifier.coefs_,
        lambda: pickle.dumps(classifier),
    ):
        with pytest.raises(ValueError, match="only the numbers of its parameters may be changed"):
            use()
    assert classifier.fit(X, Y).score(X, Y) > 0.5


def test_the_model_is_the_network() -> None:
    classifier = trained()
    state = classifier.model_.state_dict()
    for layer, (weights, biases) in enumerate(
        zip(classifier.coefs_, classifier.intercepts_, strict=True)
    ):
        np.testing.assert_array_equal(state[f"layers.{layer}.weight"].T, weights)
        np.testing.assert_array_equal(state[f"layers.{layer}.bias"], biases)
    outputs = [x.data for x in classifier.model_(X[3].tolist())]
    np.testing.assert_allclose(classifier.decision_function(X)[3], outputs, rtol=1e-12)


def test_matrices_are_set_all_at_once() -> None:
    classifier, other = trained(), MLPClassifier(**SMALL, random_state=5).fit(X, Y)
    for read_only in (classifier.coefs_[0], classifier.intercepts_[1]):
        with pytest.raises(ValueError, match="read-only"):
            read_only[0] = 1.0
    with pytest.raises(TypeError, match="item assignment"):
        classifier.coefs_[0] = classifier.coefs_[0]
    model = classifier.model_
    classifier.coefs_ = list(other.coefs_)
    classifier.intercepts_ = [x.tolist() for x in other.intercepts_]
    np.testing.assert_array_equal(classifier.predict_proba(X), other.predict_proba(X))
    assert model.layers[0].neurons[0].w[1].data == other.coefs_[0][1, 0]
    with pytest.raises(ValueError, match=r"coefs_ must have the shapes \[\(4, 7\), .* got \[\]"):
        classifier.coefs_ = []
    with pytest.raises(ValueError, match="must be finite"):
        classifier.intercepts_ = [x * np.nan for x in other.intercepts_]
    np.testing.assert_array_equal(classifier.predict_proba(X), other.predict_proba(X))


def test_before_it_is_trained() -> None:
    fresh = MLPClassifier()
    for name in ("model_", "coefs_", "intercepts_"):
        assert not hasattr(fresh, name)
    with pytest.raises(NotFittedError):
        fresh.predict(X)
    with pytest.raises(NotFittedError):
        fresh.coefs_ = []


def test_copies() -> None:
    classifier = trained()
    wanted = classifier.predict_proba(X)
    file = io.BytesIO()
    joblib.dump(classifier, file)
    file.seek(0)
    text = pickle.dumps(classifier)
    copies = [pickle.loads(text), copy.deepcopy(classifier), joblib.load(file)]
    for again in copies:
        np.testing.assert_array_equal(again.predict_proba(X), wanted)
        assert again.coefs_[0].tolist() == classifier.coefs_[0].tolist()
    # Weights and what Adam keeps, 3 numbers a weight, are nearly all of it: no program, no Value.
    assert len(text) < 3 * 8 * 93 + 4000
    found = {str(argument) for _, argument, _ in pickletools.genops(text)}
    assert not {x for x in found if "Program" in x or "Value" in x}
    assert not hasattr(clone(classifier), "coefs_")
    np.testing.assert_array_equal(clone(classifier).fit(X, Y).predict_proba(X), wanted)


def test_threads_share_an_estimator() -> None:
    classifier = pickle.loads(pickle.dumps(trained()))  # compiled by the first of the threads
    wanted = trained().predict_proba(X)
    wrong = []

    def look(first: int) -> None:
        for size in [*range(1, 30)] * 4:
            part = slice(first, first + size)
            if not np.allclose(classifier.predict_proba(X[part]), wanted[part], rtol=1e-12):
                wrong.append(part)

    threads = [threading.Thread(target=look, args=(30 * i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_log_probabilities_that_underflow() -> None:
    several = MLPClassifier((), tol=1.0, alpha=0).fit(X, Y)
    several.intercepts_ = [[0.0, 0.0, -2000.0]]
    logits = X @ several.coefs_[0]
    assert several.predict_proba(X)[:, 2].max() == 0.0
    shift = np.logaddexp(logits[:, 0], logits[:, 1])
    np.testing.assert_allclose(several.predict_log_proba(X)[:, 2], logits[:, 2] - 2000 - shift)
    two = MLPClassifier((), tol=1.0, alpha=0).fit(X, Y > 0)
    two.intercepts_ = [[2000.0]]
    np.testing.assert_allclose(
        two.predict_log_proba(X), np.c_[-X @ two.coefs_[0] - 2000.0, np.zeros(150)]
    )


def test_shapes_of_predictions() -> None:
    both = MLPRegressor(**SMALL).fit(X[:, :2], X[:, 2:])
    assert both.predict(X[:1, :2]).shape == (1, 2)
    one = MLPRegressor(**SMALL).fit(X[:, :2], X[:, 2])
    assert one.predict(X[:, :2]).shape == (150,)
    labels = np.c_[Y == 0, Y == 1].astype(int)
    several = MLPClassifier(**SMALL).fit(X, labels)
    assert several.predict(X).shape == several.predict_proba(X).shape == (150, 2)
    theirs = neural_network.MLPClassifier(**SMALL, random_state=0)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        theirs.fit(X, labels)
    np.testing.assert_array_equal(several.predict(X), theirs.predict(X))
