"""Optimisers by hand that keep a state: in a dictionary, or beside the numbers of a subclass."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from complex_step import value_and_gradient

from microgradnn.engine import Value

RATE, BETA1, BETA2, DECAY = 0.02, 0.9, 0.99, 0.1


def rosenbrock(xs: list[Any]) -> Any:
    return sum((1 - a) ** 2 + 10 * (b - a * a) ** 2 for a, b in itertools.pairwise(xs))


START = [-0.5, 0.75, 1.5]


def adamw_in_numpy(steps: int) -> list[float]:
    theta, m, v = np.array(START), np.zeros(3), np.zeros(3)
    for k in range(1, steps + 1):
        gradient = np.array(value_and_gradient(rosenbrock, theta.tolist())[1])
        m = BETA1 * m + (1 - BETA1) * gradient
        v = BETA2 * v + (1 - BETA2) * gradient**2
        theta = theta * (1 - RATE * DECAY)
        theta = theta - RATE * (m / (1 - BETA1**k)) / (np.sqrt(v / (1 - BETA2**k)) + 1e-8)
    return [float(x) for x in theta]


class AdamW:
    """Keeps its state in a dictionary, by the parameter."""

    def __init__(self, params: list[Any]) -> None:
        self.params, self.t = list(params), 0
        self.m = {p: 0.0 for p in self.params}  # noqa: C420 as people write it
        self.v = dict.fromkeys(self.params, 0.0)

    def step(self) -> None:
        self.t += 1
        for p in self.params:
            self.m[p] = BETA1 * self.m[p] + (1 - BETA1) * p.grad
            self.v[p] = BETA2 * self.v[p] + (1 - BETA2) * p.grad**2
            mean, square = self.m[p] / (1 - BETA1**self.t), self.v[p] / (1 - BETA2**self.t)
            p.data *= 1 - RATE * DECAY
            p.data -= RATE * mean / (square**0.5 + 1e-8)


def test_adamw_with_a_dictionary() -> None:
    params = [Value(x) for x in START]
    optimizer = AdamW(params)
    for _ in range(12):
        for p in params:
            p.grad = 0.0
        rosenbrock(params).backward()
        optimizer.step()
    assert [p.data for p in params] == pytest.approx(adamw_in_numpy(12), rel=1e-12)


class Parameter(Value):
    """Keeps the optimiser's state beside the number."""

    def __init__(self, data: float) -> None:
        super().__init__(data, (), "")
        self.m = self.v = 0.0


def test_adamw_with_attributes_of_a_subclass() -> None:
    params = [Parameter(x) for x in START]
    for t in range(1, 13):
        for p in params:
            p.grad = 0
        rosenbrock(params).backward()
        for p in params:
            p.m += (1 - BETA1) * (p.grad - p.m)
            p.v += (1 - BETA2) * (p.grad * p.grad - p.v)
            step = p.m / (1 - BETA1**t) / (math.sqrt(p.v / (1 - BETA2**t)) + 1e-8)
            p.data = p.data - RATE * (step + DECAY * p.data)
    assert [p.data for p in params] == pytest.approx(adamw_in_numpy(12), rel=1e-12)


def test_a_plain_value_takes_no_other_attributes() -> None:
    with pytest.raises(AttributeError, match="'m'"):
        Value(1.0).m = 0.0  # type: ignore[attr-defined]
