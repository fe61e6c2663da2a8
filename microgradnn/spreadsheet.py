"""Training on a table, beside a linear model: what `microgradnn train` does."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import data, losses, nn, optim
from .data import standardize, train_test_split
from .explorer import Explorer, explore
from .needs_numpy import np
from .sheets import Sheet
from .training import History, evaluate, fit
from .training.accuracy import predict

PATIENCE = 30  # epochs without a better loss on a fifth of what is learned from
FEWEST_LINES = 10  # of which a fifth is held out, and a fifth of the others tells when to stop


class Target:
    """What is to be learned: one of some classes, or a number, scaled by mean and deviation."""

    def __init__(self, y: Any, classes: list[str]) -> None:
        self.classes = classes
        self.mean: float = 0.0 if classes else float(y.mean())
        self.deviation: float = 1.0 if classes else float(y.std()) or 1.0
        self.loss: Any = losses.cross_entropy if classes else losses.mse_loss
        self.outputs: int = len(classes) or 1

    def scaled(self, y: Any) -> Any:
        """Targets as the network learns them."""
        return y if self.classes else (y - self.mean) / self.deviation

    def figures(self, model: nn.MLP, X: Any, y: Any, where: str) -> dict[str, float]:
        """How good predictions are: the accuracy; or R² and the root of the mean squared error."""
        if self.classes:
            return {f"{where}accuracy": float(evaluate(model, X, y, self.loss)[1] or 0.0)}
        predictions = np.array([x.data for x in predict(model, X)]) * self.deviation + self.mean
        error, spread = float(((y - predictions) ** 2).mean()), float(y.var())
        share = 1.0 - error / spread if spread else math.nan
        return {f"{where}R²": share, f"{where}RMSE": math.sqrt(error)}


@dataclass
class Learned:
    """A trained network, the data as it has seen them, and how good it is."""

    model: nn.MLP
    history: History
    target: Target
    X: Any
    y: Any
    lr: float
    figures: dict[str, dict[str, float]]  # of the network and of the linear model
    preparation: dict[str, Any]  # how features and target were scaled


def learn(
    sheet: Sheet, layers: Sequence[int], epochs: int, lr: float, seed: int, progress: bool
) -> Learned:
    """Train on four fifths of the lines, and compare with a linear model on the fifth.

    Features, and a target that is a number, are scaled to mean 0 and deviation 1 by those lines.
    Of these a fifth tells when to stop.
    """
    if len(sheet.y) < FEWEST_LINES:
        raise ValueError(
            f"{len(sheet.y)} lines of data are too few, since a fifth is held out; "
            f"at least {FEWEST_LINES} are needed"
        )
    X, X_test, y, y_test = train_test_split(sheet.X, sheet.y, test_size=0.2, seed=seed)
    seen, held_out = standardize(X, constant="zero"), standardize(X_test, X, constant="zero")
    target = Target(y, sheet.classes)
    learned = target.scaled(y)
    figures = {}
    for name, sizes in {"linear": [], "network": list(layers)}.items():
        model = nn.MLP(len(sheet.features), [*sizes, target.outputs], rng=seed)
        history = fit(
            model,
            seen,
            learned,
            loss=target.loss,
            optimizer=optim.Adam(model.parameters(), lr=lr),
            epochs=epochs,
            validation=0.2,
            patience=PATIENCE,
            seed=seed,
            progress=progress and name == "network",
        )
        if name == "linear" and history.stopped == "interrupted":
            raise KeyboardInterrupt  # before there is a network whose weights would be kept
        figures[name] = target.figures(model, seen, y, "")
        figures[name] |= target.figures(model, held_out, y_test, "held-out ")
    preparation = {
        "features": sheet.features,
        "mean": X.mean(axis=0).tolist(),
        "deviation": X.std(axis=0).tolist(),
        "target": {"name": sheet.target, "classes": sheet.classes},
    }
    preparation["target"] |= {"mean": target.mean, "deviation": target.deviation}
    return Learned(model, history, target, seen, learned, lr, figures, preparation)


# What can be played with, by the names of the functions that make it.
LIVELY: dict[str, Any] = {
    **{name: getattr(data, f"make_{name}") for name in ("moons", "circles", "spirals", "xor")},
    **{name: getattr(data, f"make_{name}") for name in ("blobs", "line", "sine")},
    "iris": lambda seed: data.load_iris(),
}


def played(name: str, layers: Sequence[int], seed: int) -> Explorer:
    """The page on which a network with these hidden layers learns a ready-made data set."""
    made = LIVELY[name](seed=seed)
    target = Target(made.y, made.target_names if made.y.dtype.kind == "i" else [])
    X, y = (standardize(made.X), made.y) if name == "iris" else (made.X, target.scaled(made.y))
    sizes = [*layers, target.outputs]
    model = nn.MLP(X.shape[1], sizes, activation="tanh", rng=seed)
    return _page(model, X, y, target, 0.01, f"{name}: a network learns")


def living_page(learned: Learned, title: str) -> Explorer:
    """The page on which a trained network goes on training."""
    return _page(learned.model, learned.X, learned.y, learned.target, learned.lr, title)


def _page(model: nn.MLP, X: Any, y: Any, target: Target, lr: float, title: str) -> Explorer:
    optimizer = optim.Adam(model.parameters(), lr=lr)
    return explore(model, X, y, loss=target.loss, optimizer=optimizer, batch_size=32, title=title)


def save_preparation(learned: Learned, path: Path) -> None:
    """Write how features and target were scaled, which new data have to be, too."""
    text = json.dumps(learned.preparation, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", "utf-8")
