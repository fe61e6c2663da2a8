"""Which optimizers are formulas, and the reasons of those that are not."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, optim
from microgradnn.engine.formulas import PYTHON
from microgradnn.engine.row import PRIMITIVES
from microgradnn.explorer.rule_formulas import RULES, formulas_of, why_not
from microgradnn.explorer.updates import updates
from microgradnn.optim import Optimizer


def parameters() -> list[Value]:
    return [Value(0.5 * k) for k in range(5)]


def rule(direction: Callable[[Any, Any], Any], **kept: Any) -> Optimizer:
    """An optimizer of a user's own with this direction, and what it keeps at first."""
    kind = type("Own", (Optimizer,), {"direction": direction})
    own: Optimizer = kind(parameters(), lr=0.1)
    vars(own).update(kept)
    return own


def momentum(self: Any, gradient: Any) -> Any:
    self.velocity = 0.5 * self.velocity + gradient
    return self.velocity


def grown_in_place(self: Any, gradient: Any) -> Any:
    self.velocity += gradient
    self.count += 1
    return self.velocity / self.count


def chosen_by_a_flag(self: Any, gradient: Any) -> Any:
    return -gradient if self.uphill else gradient


def of_many_rows(self: Any, gradient: Any) -> Any:
    part = mg.clip(mg.tanh(gradient), -0.5, 0.5) + mg.where(abs(gradient) > 1, gradient, 0.0)
    for _ in range(40):  # a formula of 2⁴⁰ parts, if none were shared
        part = 0.5 * part + 0.5 * part
    return part / (1 - 0.5 ** (self.steps + 1))


@pytest.mark.parametrize("kind", RULES)
def test_the_rules_of_optim_can_be_formulas(kind: Any) -> None:
    assert why_not(kind(parameters(), lr=optim.warmup(optim.cosine_decay(0.1, 9), 2))) == ""


def test_what_is_kept_is_what_a_rule_replaces() -> None:
    formulas = formulas_of(optim.SGD)
    assert formulas.settings == {"weight_decay": 0.0, "momentum": 0.0, "nesterov": False}
    assert formulas.kept == {"velocity": 0.0}
    slope = "(gradient[i] + own.weight_decay * theta[i])"
    assert formulas.after["velocity"].code(PYTHON) == f"own.momentum * kept.velocity[i] + {slope}"
    assert [*formulas_of(optim.Adam).kept] == ["square", "scale", "mean"]


@pytest.mark.parametrize(
    ("direction", "kept"),
    [
        (momentum, {"velocity": 0.0}),
        (momentum, {"velocity": np.ones(5), "name": "no number", "seen": []}),
        (grown_in_place, {"velocity": np.zeros(5), "count": 0}),
        (chosen_by_a_flag, {"uphill": True}),
        (of_many_rows, {}),
    ],
)
def test_a_rule_of_ones_own_can_be_a_formula(direction: Any, kept: Any) -> None:
    own = rule(direction, **kept)
    before = own.state_dict()
    assert why_not(own) == ""
    assert "  Own: optimizer({ weight_decay: 0.0 }, " in updates(own)
    assert repr(own.state_dict()) == repr(before)


def test_what_only_some_groups_set_is_a_formula_too() -> None:
    class Uphill(optim.RMSprop):
        def descent(self, theta: Any, gradient: Any) -> Any:
            return -super().descent(theta, gradient)

    values = parameters()
    groups: list[dict[str, Any]] = [
        {"params": values[:2]},
        {"params": values[2:], "alpha": 0.5, "centered": True},
    ]
    assert why_not(Uphill(groups)) == ""
    assert formulas_of(Uphill(groups)).settings["alpha"] == 0.99


def by_steps(self: Any, gradient: Any) -> Any:
    return gradient if self.steps < 1000 else 0.0 * gradient


def by_length(self: Any, gradient: Any) -> Any:
    return gradient / np.linalg.norm(gradient)


def of_the_last_two(self: Any, gradient: Any) -> Any:
    self.seen.append(gradient)
    return sum(self.seen[-2:])


def begun_late(self: Any, gradient: Any) -> Any:
    self.velocity = gradient if self.velocity is None else 0.5 * self.velocity + gradient
    return self.velocity


NO_FORMULA = r"what Own computes is no formula \(.*\); write it with operators, mg.where and"


@pytest.mark.parametrize(
    ("direction", "kept", "reason"),
    [
        (by_steps, {}, NO_FORMULA),
        (by_length, {}, NO_FORMULA),
        (lambda self, gradient: np.sign(gradient), {}, NO_FORMULA),
        (of_the_last_two, {"seen": []}, "Own takes other steps than its formula"),
        (begun_late, {"velocity": None}, "Own keeps velocity, which is None at first"),
        (momentum, {"velocity": np.zeros((2, 5))}, "Own keeps velocity, which is array"),
        (momentum, {"velocity": 0.0, "steps": 3}, "this Own has taken steps"),
        (momentum, {"velocity": 0.0, "step": print}, "Own has a step of its own"),
    ],
)
def test_what_is_no_formula_has_a_reason(direction: Any, kept: Any, reason: str) -> None:
    assert re.match(reason, why_not(rule(direction, **kept)))


def test_a_step_of_ones_own_is_no_formula() -> None:
    class Clipping(optim.SGD):
        def step(self) -> None:
            optim.clip_grad_norm(self.parameters, 1.0)
            super().step()

    expected = "Clipping has a step of its own; a page knows what has a direction"
    assert why_not(Clipping(parameters(), lr=0.1)) == expected


def test_an_operation_of_ones_own_has_no_javascript() -> None:
    cube = mg.primitive("cube", lambda x: x * x * x, [lambda out, x: 3 * x * x])
    try:
        own = rule(lambda self, gradient: 1.0 + cube(gradient))
        expected = "Own uses cube, an operation of your own, which has no JavaScript"
        assert why_not(own) == expected
    finally:
        del PRIMITIVES["cube"]


def halved(step: int) -> float:
    return 0.1 / (step + 1)


class Halved(optim.constant):
    def __call__(self, step: int) -> float:
        return self.lr / (step + 1)


@pytest.mark.parametrize("rate", [halved, optim.warmup(halved, 3), Halved(0.1)])
def test_a_learning_rate_of_ones_own_has_a_reason(rate: Any) -> None:
    name = "Halved" if isinstance(rate, Halved) else "halved"
    expected = f"lr is {name}, a function of your own; a page has the learning rates of optim"
    assert why_not(optim.SGD(parameters(), lr=rate)) == expected
