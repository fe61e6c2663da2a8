"""Mistakes of those who come from PyTorch, Keras or scikit-learn: one sentence says what to do."""

import re
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, data, losses, nn, optim

X = np.random.default_rng(0).normal(size=(20, 2))
NUMBERS, CLASSES = X[:, 0] * 2, (X[:, 0] > 0).astype(int)
NAMES: Any = np.where(CLASSES, "a", "b")
FIT: Any = mg.fit  # which is given what it does not take
MLP: Any = nn.MLP


def fit(model: Any, y: Any, loss: Any = losses.mse_loss, X: Any = X, **settings: Any) -> Any:
    return FIT(model, X, y, loss=loss, epochs=2, progress=False, **settings)


def network(*sizes: int, **settings: Any) -> Any:
    return nn.MLP(2, sizes or [4, 1], rng=0, **settings)


def test_a_column_of_targets_is_a_list_of_them() -> None:
    table = NUMBERS[:, None]  # as a table of pandas with one column gives it
    assert fit(network(), table).losses == fit(network(), NUMBERS).losses
    ours = [fit(network(4, 2), y, losses.cross_entropy) for y in (CLASSES[:, None], CLASSES)]
    assert ours[0].losses == ours[1].losses
    expected = mg.evaluate(network(), X, NUMBERS, losses.mse_loss)
    assert mg.evaluate(network(), X, table, losses.mse_loss) == expected


def test_true_and_false_are_classes() -> None:
    ours = [fit(network(4, 2), y, losses.cross_entropy) for y in (CLASSES > 0, CLASSES)]
    assert ours[0].losses == ours[1].losses


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (
            lambda: losses.mse_loss([Value(1.0), Value(2.0)], [[1.0], [2.0]]),
            "target[0] is a list, but prediction[0] is a single number; where target is a column, "
            "take [row[0] for row in target], or .ravel() of an array",
        ),
        (
            lambda: losses.mse_loss([nn.Layer(2, 1)(x) for x in X], NUMBERS),
            "prediction[0] is a list, but target[0] is a single number; where prediction is a "
            "column, take [row[0] for row in prediction], or .ravel() of an array",
        ),
        (
            lambda: losses.mse_loss(nn.Layer(2, 1)(X[0]), NUMBERS[0]),
            "prediction is a list, but target is a single number; write a list, too, or take "
            "prediction[0] if prediction is a list of one",
        ),
        (
            lambda: losses.l1_loss([1.0], np.ones((1, 1)), sample_weight=[1.0]),
            "target[0] is a list, but prediction[0] is a single number; where target is a column, "
            "take [row[0] for row in target], or .ravel() of an array",
        ),
        (
            lambda: fit(network(), NAMES),
            "y must hold real numbers, got the name 'a'; number the classes: names, y = "
            "np.unique(y, return_inverse=True), or take microgradnn.sklearn.MLPClassifier, which "
            "trains on names",
        ),
        (
            lambda: fit(network(), CLASSES, losses.cross_entropy),
            "cross_entropy takes a number for each class, but the model gives a single one for "
            "each sample; give its last layer a neuron for each class, or take the loss "
            "binary_cross_entropy_with_logits",
        ),
        (
            lambda: fit(network(4, 2), CLASSES.astype(float), losses.cross_entropy),
            "y[0] must be the index of a class (an int or a Value) or a list of probabilities, "
            "got float 1.0; write 1, or of an array y.astype(int)",
        ),
        (
            lambda: fit(network(), CLASSES, losses.hinge_loss),
            "y[2] must be a label −1 or +1, got 0.0; of 0 and 1 make 2 * y - 1",
        ),
        (
            lambda: fit(network(), 2 * CLASSES - 1, losses.binary_cross_entropy_with_logits),
            "y[2] must be in [0, 1], got -1.0; of labels −1 and +1 make (y + 1) / 2",
        ),
        (
            lambda: fit(network(4, 2), CLASSES + 1, losses.cross_entropy),
            "y[0] must be a class from 0 to 1, got 2",
        ),
        (
            lambda: losses.binary_cross_entropy([Value(-0.5)], [1]),
            "prediction[0] must be a probability in [0, 1], got -0.5; losses of logits are "
            "cross_entropy and binary_cross_entropy_with_logits",
        ),
        (
            lambda: network()(X),
            "x is a batch of 20 samples, and a model takes one: [model(row) for row in X]; "
            "mg.compile(model) takes a whole batch",
        ),
        (
            lambda: fit(network(), NUMBERS, X=X[:, 0]),
            "X must have shape (samples, columns), got shape (20,); a single column is "
            "np.reshape(X, (-1, 1))",
        ),
        (lambda: fit(network(), NUMBERS[:10]), "X has 20 samples and y has 10"),
        (
            lambda: fit(nn.MLP(3, [1]), NUMBERS),
            "the model does not take X[0], with X of shape (20, 2): x has 2 elements, expected 3",
        ),
        (
            lambda: fit(network(), NUMBERS, "mse"),
            "loss must be a function such as losses.mse_loss, got str 'mse'",
        ),
        (
            lambda: fit(network(), NUMBERS, optimizer="adam"),
            "optimizer must be made, as optim.SGD(model.parameters(), lr=0.1); got 'adam'",
        ),
        (
            lambda: optim.SGD(network().parameters, lr=0.1),
            "parameters must be a list of Values, got a function; is a () missing?",
        ),
        (
            lambda: optim.SGD(network(), lr=0.1),
            "parameters must be a list of Values, got MLP; write model.parameters()",
        ),
        (
            lambda: MLP(2, 16),
            "nouts must be a list of layer sizes, such as [16, 1]; got the number 16",
        ),
        (
            lambda: MLP(2, [4, 1], activation="ReLU"),
            "activation must be a function or a name such as 'relu', 'sigmoid', 'tanh' or "
            "'linear'; got 'ReLU'; did you mean 'relu'?",
        ),
        (
            lambda: MLP(2, [4, 3], output_activation="softmax"),
            "activation must be a function or a name such as 'relu', 'sigmoid', 'tanh' or "
            "'linear'; got 'softmax'; softmax takes all outputs together, and "
            "losses.cross_entropy has it inside",
        ),
        (
            lambda: data.one_hot(NAMES),
            "labels must be a list of ints, at least one; got <U1 of shape (20,); write names, "
            "labels = np.unique(labels, return_inverse=True)",
        ),
        (
            lambda: data.one_hot(CLASSES.astype(float)),
            "labels must be a list of ints, at least one; got float64 of shape (20,); write "
            "labels.astype(int)",
        ),
    ],
)
def test_one_sentence_says_what_to_do(program: Any, sentence: str) -> None:
    with pytest.raises((ValueError, TypeError), match=f"^{re.escape(sentence)}$"):
        program()
