"""MLPClassifier and MLPRegressor: networks as scikit-learn's estimators (needs scikit-learn).

Read `classifier.py` first: what is particular to classes. `learning.py` is the training, which
gives the numbers that scikit-learn gives; `solver.py` takes a step, and `perceptron.py` has the
weights and the programs that compute with them.
"""

from .. import needs_numpy  # noqa: F401 - first, for its error is a sentence
from .classifier import MLPClassifier
from .regressor import MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]
