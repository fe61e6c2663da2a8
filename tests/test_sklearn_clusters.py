"""A search whose fits run in other processes, by loky and on a cluster of Dask, finds the same."""

from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from microgradnn.sklearn import MLPClassifier

X, Y = load_iris(return_X_y=True)


def search(**options: Any) -> Any:
    network = MLPClassifier((6,), learning_rate_init=0.1, tol=0.02, n_iter_no_change=2)
    grid = {"mlpclassifier__activation": ["tanh", "relu"], "mlpclassifier__alpha": [1e-4, 1.0]}
    pipeline = make_pipeline(StandardScaler(), network)
    return GridSearchCV(pipeline, grid, cv=3, **options).fit(X, Y)


@pytest.fixture(scope="module")
def here() -> Any:
    return search()


def check_same(found: Any, here: Any) -> None:
    np.testing.assert_array_equal(
        found.cv_results_["mean_test_score"], here.cv_results_["mean_test_score"]
    )
    assert found.best_params_ == here.best_params_
    np.testing.assert_array_equal(found.predict_proba(X), here.predict_proba(X))


def test_in_two_processes(here: Any) -> None:
    check_same(search(n_jobs=2), here)


def test_on_a_cluster_of_dask(here: Any) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra bench (Dask)")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
        joblib.parallel_config(backend="dask"),
    ):
        found = search()
        loaded = client.run(lambda: "microgradnn.sklearn" in __import__("sys").modules)
    assert any(loaded.values())  # so the fits were there
    check_same(found, here)
