"""Training on a table in a file, beside a linear model: what `microgradnn train` does."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import data, losses, nn, optim
from .arguments import is_numeral
from .data import one_hot, standardize, train_test_split
from .explorer import Explorer, explore
from .needs_numpy import np
from .training import History, evaluate, fit
from .training.accuracy import predict

PATIENCE = 30  # epochs without a better loss on a fifth of what is learned from
MOST_CATEGORIES = 50  # of a column of text
DELIMITERS = ",;\t|"


@dataclass
class Sheet:
    """What is learned from: a column of numbers for each feature, and the target."""

    features: list[str]
    X: Any
    target: str
    y: Any
    classes: list[str]  # none where the target is a number


def read_sheet(
    path: Path, target: str, drop: Sequence[str] = (), as_classes: bool = False
) -> Sheet:
    """The table of a CSV file whose first line names its columns.

    A column of text has a column of 0 and 1 for each word in it. A target of text is classes; one
    of numbers is, too, with `as_classes`. ValueError names the line and column of a cell that is
    empty or infinite.
    """
    header, lines = _cells(path)
    for name in (target, *drop):
        if name not in header:
            raise ValueError(f"{path} has no column {name!r}; it has {', '.join(header)}")
    columns = {name: [line[k] for line in lines] for k, name in enumerate(header)}
    answers = columns.pop(target)
    numbers = _numbers(answers)
    if numbers is None or as_classes:
        order = sorted(set(answers), key=lambda x: (math.inf if numbers is None else float(x), x))
        classes = order
        y = np.array([order.index(x) for x in answers])
    else:
        classes, y = [], numbers
    features: dict[str, Any] = {}
    for name, cells in columns.items():
        if name not in drop:
            features |= _columns_of(name, cells)
    if not features:
        raise ValueError(f"{path} has no column beside {target!r} to learn from")
    return Sheet([*features], np.stack([*features.values()], axis=1), target, y, classes)


def _cells(path: Path) -> tuple[list[str], list[list[str]]]:
    """The names of the columns, and the cells of all lines."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is no text in UTF-8; save it as CSV in UTF-8") from None
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows = [
        [cell.strip() for cell in row]
        for row in csv.reader(text.splitlines(), delimiter=delimiter, skipinitialspace=True)
    ]
    lines = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    if len(lines) < 3:
        raise ValueError(f"{path} must have a line of names and at least two lines of data")
    (_, header), *data = lines
    if len(set(header)) < len(header) or not all(header):
        raise ValueError(f"the first line of {path} must have a name for each column: {header}")
    if all(map(is_numeral, header)):
        raise ValueError(f"the first line of {path} must name the columns, but it has numbers")
    for number, row in data:
        if len(row) != len(header):
            raise ValueError(
                f"line {number} of {path} has {len(row)} cells, the first line {len(header)}"
            )
        for name, cell in zip(header, row, strict=True):
            if not cell or (is_numeral(cell) and not math.isfinite(float(cell))):
                raise ValueError(
                    f"line {number} of {path} has {cell or 'nothing'} in column {name!r}; fill it "
                    "in, or take out the line or the column (--drop)"
                )
    return header, [row for _, row in data]


def _numbers(cells: list[str]) -> Any:
    """A column as numbers, or None if it has text."""
    return np.array([float(cell) for cell in cells]) if all(map(is_numeral, cells)) else None


def _columns_of(name: str, cells: list[str]) -> dict[str, Any]:
    """A column of numbers, or one of 0 and 1 for each word; none if there is one word only."""
    numbers = _numbers(cells)
    if numbers is not None:
        return {name: numbers} if numbers.min() < numbers.max() else {}
    words = sorted(set(cells))
    if len(words) > MOST_CATEGORIES:
        raise ValueError(
            f"column {name!r} has {len(words)} different texts, such as {words[0]!r}, of which "
            f"nothing can be learned; leave it out: --drop {name!r}"
        )
    codes = one_hot([words.index(cell) for cell in cells])
    return {f"{name}={word}": codes[:, k] for k, word in enumerate(words) if len(words) > 1}


# ---- Learning ------------------------------------------------------------------------------------


class Target:
    """What is to be learned: one of some classes, or a number, scaled by mean and deviation."""

    def __init__(self, y: Any, classes: list[str]) -> None:
        self.classes = classes
        self.mean = 0.0 if classes else float(y.mean())
        self.deviation = 1.0 if classes else float(y.std()) or 1.0
        self.loss: Any = losses.cross_entropy if classes else losses.mse_loss
        self.outputs = len(classes) or 1

    def scaled(self, y: Any) -> Any:
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
