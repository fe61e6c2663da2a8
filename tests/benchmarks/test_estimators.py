"""The estimators beside scikit-learn's own and beside `fit`: training, and one row predicted."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.preprocessing import StandardScaler
from timing import setting, shortest_in_turns

import microgradnn as mg
from microgradnn import losses, nn, optim, sklearn

pytestmark = [pytest.mark.bench, pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize("features", [64, 784])
def test_one_row(features: int) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, features)), np.arange(200) % 10
    kinds: dict[str, Any] = {"microgradnn": sklearn, "scikit-learn": neural_network}
    trained = {name: x.MLPClassifier((100,), max_iter=1).fit(X, y) for name, x in kinds.items()}

    def predict(classifier: Any) -> Callable[[], object]:
        return lambda: [classifier.predict(X[:1]) for _ in range(100)]

    times = shortest_in_turns({name: predict(x) for name, x in trained.items()})
    shown = ", ".join(f"{name} {1e4 * x:.0f} µs" for name, x in times.items())
    print(f"\npredict, one row, {features}-100-10: {shown}, scikit-learn {version('scikit-learn')}")
    assert times["microgradnn"] < 5 * times["scikit-learn"]


@pytest.mark.parametrize(
    ("load", "hidden", "size", "most"),
    [
        (load_digits, (100,), 200, 3.0),
        (load_digits, (32,), 32, 2.0),
        (load_breast_cancer, (64, 32), 32, 3.0),
        (load_iris, (100,), 150, 3.5),
    ],
)
def test_training(load: Any, hidden: tuple[int, ...], size: int, most: float) -> None:
    X, y = load(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    is_binary = y.max() == 1

    def by_fit() -> None:
        outputs = 1 if is_binary else int(y.max()) + 1
        model = nn.MLP(X.shape[1], [*hidden, outputs], rng=0)
        optimizer = optim.Adam(model.parameters(), lr=1e-3)
        loss = losses.binary_cross_entropy_with_logits if is_binary else losses.cross_entropy
        mg.fit(
            model, X, y.astype(float) if is_binary else y, loss=loss, optimizer=optimizer,
            epochs=20, batch_size=size, progress=False,
        )  # fmt: skip

    def by_estimator(package: Any, epochs: int) -> Callable[[], object]:
        options: dict[str, Any] = {"max_iter": epochs, "batch_size": size, "tol": 0.0}
        options |= {"n_iter_no_change": np.inf, "random_state": 0}
        return lambda: package.MLPClassifier(hidden, **options).fit(X, y)

    for epochs, repeats, limit in ((20, 5, most), (200, 3, 1.5)):
        runs = {
            "microgradnn": by_estimator(sklearn, epochs),
            "scikit-learn": by_estimator(neural_network, epochs),
        }
        times = shortest_in_turns({**runs, "fit": by_fit} if epochs == 20 else runs, repeats)
        shown = ", ".join(f"{name} {1e3 * x:.0f} ms" for name, x in times.items())
        ratio = times["microgradnn"] / times["scikit-learn"]
        print(f"\n{load.__name__} {hidden}, batch {size}, {epochs} epochs: {shown}: {ratio:.2f} ×")
        assert ratio < limit
        assert times["microgradnn"] < 1.1 * times.get("fit", np.inf)
    print(setting())
