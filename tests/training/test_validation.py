"""Validation: a share is what train_test_split holds out; what is no share or pair is refused."""

import math
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import losses, nn
from microgradnn.data import load_iris, standardize, train_test_split

IRIS = load_iris()
X, Y = standardize(IRIS.X), IRIS.y


def fit(y: Any = Y, **options: Any) -> Any:
    model = nn.MLP(4, options.pop("sizes", [3]), rng=0)
    given = {"loss": losses.cross_entropy, "epochs": 3, "progress": False, **options}
    history = mg.fit(model, X, y, **given)
    return history.losses, history.metrics, [p.data for p in model.parameters()]


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(("share", "seed"), [(0.2, 0), (0.5, 3), (np.float32(0.01), 1)])
def test_a_share_is_what_train_test_split_holds_out(
    share: float, seed: int, compiled: bool
) -> None:
    rows, held_out, targets, others = train_test_split(X, Y, float(share), seed)
    assert len(held_out) == math.ceil(float(share) * len(X))
    model = nn.MLP(4, [3], rng=0)
    history = mg.fit(
        model, rows, targets, validation=(held_out, others), seed=seed, compiled=compiled,
        loss=losses.cross_entropy, epochs=3, progress=False,
    )  # fmt: skip
    expected = history.losses, history.metrics, [p.data for p in model.parameters()]
    assert fit(validation=share, seed=seed, compiled=compiled) == expected


def test_patience_looks_at_a_share() -> None:
    losses_of_epochs, metrics, _ = fit(validation=0.3, patience=1, epochs=4)
    assert len(losses_of_epochs) == len(metrics["validation_loss"]) <= 4


PAIR = r"validation must be a pair \(X, y\), or a share of the samples above 0 and below 1, got "
REFUSED: list[tuple[Any, str]] = [
    *((x, f"{PAIR}{x}") for x in (0.0, 1.0, -0.2, 1.5, 2, math.nan, math.inf, True, False)),
    ("0.2", f"{PAIR}str '0.2'"),
    ({"X": 1, "y": 2}, f"{PAIR}dict"),
    (X, f"{PAIR}ndarray"),
    (mg.Value(0.2), f"{PAIR}Value"),
    (0.2j, f"{PAIR}complex"),
    (0.999, "150 samples leave none to train on with validation=0.999"),
    ((X, Y, X), r"validation must be a pair \(X, y\), it has 3 elements"),
]


@pytest.mark.parametrize(("validation", "message"), REFUSED)
def test_refusals(validation: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        fit(validation=validation)


def test_errors_count_targets_as_the_user_does() -> None:
    for place in range(0, 150, 7):
        wrong = Y.copy()
        wrong[place] = 3
        with pytest.raises(ValueError, match=rf"^y\[{place}\] must be .* got 3"):
            fit(wrong, validation=0.5)
    with pytest.raises(ValueError, match=r"y has shape \(150,\), but the model gives 3 numbers"):
        fit(validation=0.5, loss=losses.mse_loss)
