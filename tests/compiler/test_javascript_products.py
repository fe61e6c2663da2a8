"""Products in JavaScript against einsum: letters in all places, sizes that fill no block."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from in_node import Call, in_node
from test_javascript_loops import module_of

from microgradnn.compiler.steps import Product, Slots

SIZES, SLOTS = {"m": 3, "k": 5, "c": 2, "n": 4}, 60
# All that schedules and their reverse passes have, and more: a, b, the result, and who is batched.
PRODUCTS = [
    ("mk", "kc", "mc", (False, True)),
    ("mc", "kc", "mk", (True, True)),
    ("mk", "mc", "kc", (False, True)),
    ("mk", "mk", "m", (False, True)),
    ("mk", "mk", "m", (True, True)),
    ("mk", "mk", "m", (False, False)),
    ("mnk", "mnk", "mn", (True, False)),
    ("m", "mk", "mk", (True, False)),
    ("m", "mk", "mk", (True, True)),
    ("m", "mk", "k", (True, True)),
    ("m", "mk", "k", (False, False)),
    ("mc", "kc", "m", (True, True)),
    ("mk", "m", "m", (True, True)),
    ("mk", "mc", "c", (False, True)),
    ("m", "", "m", (True, True)),
    ("mk", "nk", "mn", (False, False)),
    ("km", "kn", "nm", (False, True)),
    ("mkc", "ckn", "mn", (False, True)),
]


@pytest.mark.parametrize("pattern", ["regular", "irregular", "short"])
def test_products(tmp_path: Path, pattern: str) -> None:
    """With "short" one letter after the other has length 1, so that it disappears."""
    rng, calls, wanted = np.random.default_rng(0), list[Call](), list[Any]()
    for *letters, kinds in PRODUCTS:
        for short in SIZES if pattern == "short" else ["none"]:
            for to_batch in {any(kinds), False}:
                shapes = [[{**SIZES, short: 1}[x] for x in axes] for axes in letters]
                drawn = [
                    rng.choice(SLOTS, shape) if pattern == "irregular" else in_order(shape)
                    for shape in shapes[:2]
                ]
                factors = [Slots(kind, x) for kind, x in zip(kinds, drawn, strict=True)]
                result = Slots(to_batch, SLOTS + in_order(shapes[2]))
                step = Product(result, (letters[0], letters[1], letters[2]), *factors)
                X, theta = rng.uniform(0.5, 1, (7, SLOTS)), rng.uniform(0.5, 1, SLOTS)
                calls.append(Call(module_of([step], SLOTS, SLOTS), "run", [X, theta]))
                wanted.append(by_einsum(step, X, theta))
    for found, expected, call in zip(in_node(tmp_path, calls), wanted, calls, strict=True):
        outputs = found.reshape(7, -1)
        np.testing.assert_allclose(outputs, expected, rtol=1e-12, err_msg=call.module)


def test_factors_may_be_the_same_slots_in_another_shape(tmp_path: Path) -> None:
    listed = np.array([3, 1, 4, 1, 5, 9])
    factors = Slots(True, listed.reshape(2, 3)), Slots(True, listed.reshape(3, 2))
    step = Product(Slots(True, 10 + np.arange(4).reshape(2, 2)), ("mk", "kn", "mn"), *factors)
    X, theta = np.arange(70.0).reshape(7, 10), np.ones(1)
    (found,) = in_node(tmp_path, [Call(module_of([step], 10, 1), "run", [X, theta])])
    assert found.reshape(7, 4).tolist() == by_einsum(step, X, theta).tolist()


def in_order(shape: list[int]) -> np.ndarray:
    return np.arange(math.prod(shape)).reshape(shape)


def by_einsum(step: Product, X: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """The result for each sample, in a row."""
    arrays = [X.T[x.index] if x.batched else theta[x.index] for x in (step.a, step.b)]
    result: np.ndarray = np.einsum("{},{}->{}".format(*step.axes), *arrays)
    if not step.result.batched:
        result = np.stack([result] * 7, axis=-1)
    return result.reshape(-1, 7).T
