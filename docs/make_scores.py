"""Makes the table of scores in docs/estimators.md: cross-validated, beside scikit-learn's own."""

from __future__ import annotations

import re
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from sklearn import datasets, neural_network
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from microgradnn import sklearn as ours

PAGE = Path(__file__).parent / "estimators.md"
MARKED = re.compile(r"(?<=<!-- made by docs/make_scores.py -->\n).*?(?=<!-- end -->)", re.DOTALL)
DATA = {
    "iris": ("MLPClassifier", datasets.load_iris),
    "digits": ("MLPClassifier", datasets.load_digits),
    "breast cancer": ("MLPClassifier", datasets.load_breast_cancer),
    "diabetes": ("MLPRegressor", datasets.load_diabetes),
}
HEAD = """| data | score | microgradnn | scikit-learn | difference | scikit-learn, another seed |
|---|---|---|---|---|---|
"""


def scores(package: Any, name: str, seed: int) -> Any:
    """The score on each of five folds, which are the same for everyone."""
    kind, load = DATA[name]
    X, y = load(return_X_y=True)
    network: Any = make_pipeline(StandardScaler(), getattr(package, kind)(random_state=seed))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    if kind == "MLPRegressor":
        network = TransformedTargetRegressor(network, transformer=StandardScaler())
        folds = KFold(5, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return cross_val_score(network, X, y, cv=folds)


def row(name: str) -> str:
    """A row of the table: means and standard deviations over the folds."""
    own, theirs = scores(ours, name, 0), scores(neural_network, name, 0)
    another = scores(neural_network, name, 1)
    what = "R²" if DATA[name][0] == "MLPRegressor" else "accuracy"
    apart = np.abs(own - theirs).max()
    difference = f"below {10.0 ** np.ceil(np.log10(apart)):.0e}" if apart else "none"
    shown = [f"{found.mean():.4f} ± {found.std():.4f}" for found in (own, theirs, another)]
    return f"| {name} | {what} | {shown[0]} | {shown[1]} | {difference} | {shown[2]} |"


def table() -> str:
    rows = "\n".join(map(row, DATA))
    packages = ", ".join(f"{name} {version(name)}" for name in ("scikit-learn", "numpy"))
    return f"{HEAD}{rows}\n\n{packages}.\n"


if __name__ == "__main__":
    PAGE.write_text(MARKED.sub(lambda _: table(), PAGE.read_text("utf-8")), "utf-8")
