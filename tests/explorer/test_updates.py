"""The rules and learning rates in JavaScript, against Python's."""

import json
from typing import Any

import numpy as np
import pytest
from javascript import run

from microgradnn import Value, optim
from microgradnn.explorer.updates import RATES, RULES, updates

MADE = {"updates.js": updates()}
RULES_TRIED: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9, "weight_decay": 0.1}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("Adam", {}),
    ("Adam", {"betas": (0.8, 0.99), "eps": 0.0, "weight_decay": 0.1}),
    ("AdamW", {}),
    ("RMSprop", {}),
    ("RMSprop", {"alpha": 0.9, "momentum": 0.5, "centered": True}),
]


def test_every_rule_and_rate_of_optim_has_its_javascript() -> None:
    kinds = [x for x in vars(optim).values() if isinstance(x, type)]
    assert {*RULES} == {x for x in kinds if issubclass(x, optim.Optimizer)} - {optim.Optimizer}
    assert {*RATES} == {x for x in kinds if issubclass(x, optim.Schedule)} - {optim.Schedule}


@pytest.mark.parametrize("powers", [0.0, 3.0, 200.0])
def test_two_hundred_steps_are_pythons(powers: float) -> None:
    rng = np.random.default_rng(0)
    cases = []
    for kind, settings in RULES_TRIED:
        sizes = 10.0 ** rng.uniform(-powers, powers, size=(200, 12))
        gradients = (rng.normal(size=(200, 12)) * sizes).tolist()
        theta = rng.normal(size=12).tolist()
        cases.append({"kind": kind, "settings": settings, "theta": theta, "gradients": gradients})
    program = f"""import {{ optimizers }} from "./updates.js";
const result = {json.dumps(cases)}.map(({{ kind, settings, theta, gradients }}) => {{
  const own = optimizers[kind](settings, theta.length);
  let now = Float64Array.from(theta);
  return gradients.map((g) => [...(now = own.update(now, Float64Array.from(g), 0.01))]);
}});
"""
    for case, got in zip(cases, run(program, MADE), strict=True):
        parameters = [Value(0.0) for _ in case["theta"]]
        own = getattr(optim, case["kind"])(parameters, lr=0.01, **case["settings"])
        theta = np.array(case["theta"])
        for gradient, step in zip(case["gradients"], got, strict=True):
            theta = own.update(theta, np.array(gradient))
            np.testing.assert_allclose(step, theta, rtol=1e-15)
