"""What NumPy does for a row."""

import math

import numpy as np

from microgradnn import Value
from microgradnn.elements import elementwise, ieee
from microgradnn.engine.table import mul


def test_ieee_arithmetic_never_raises() -> None:
    assert ieee(lambda a, b: a / b, [1.0, 0.0]) == [math.inf]
    assert ieee(lambda a: [a, a * 2.0], [1.0]) == [1.0, 2.0]


def test_elementwise_broadcasts() -> None:
    x = Value(2.0)
    products = elementwise(mul, [np.array([1.0, 3.0], dtype=object), x])
    assert [y.data for y in products] == [2.0, 6.0]
