"""Rules of optimizers as formulas: what a step makes of one parameter, and what is kept of it.

A rule is written with operators and rows of the table, so that formulas can be put in for arrays.
What is kept from step to step shows when it is tried: it is what the rule replaces.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from copy import copy
from typing import Any, NamedTuple

import numpy as np

from .. import optim
from ..elements import where
from ..engine.formulas import Formula
from ..engine.row import Primitive
from ..engine.value import Value
from ..optim.schedules import Schedule
from ..optim.stepping import Optimizer

RULES: list[type[Optimizer]] = [optim.SGD, optim.Adam, optim.AdamW, optim.RMSprop]
RATES: list[type[Schedule]] = [
    optim.constant,
    optim.step_decay,
    optim.exponential_decay,
    optim.inverse_time_decay,
    optim.cosine_decay,
    optim.one_cycle,
    optim.reduce_on_plateau,
    optim.warmup,
]
_STEPS_TRIED, _RATE_TRIED = 5, 0.01
# What formulas may be made of besides rows.
_JOINED: dict[str, Callable[..., Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "&": np.logical_and,
    "where": where,
}
# What JavaScript has of its own, so that a class of the user's would be left out in silence.
_FIXED = ("step", "update", "see", "lr", "_rates", "_refuse")


class RuleFormulas(NamedTuple):
    """A rule for one parameter; formulas call what they read by the names that `name_of` gives."""

    settings: dict[str, Any]  # their values where no others are given
    kept: dict[str, Any]  # what is kept for the next step, and how it begins
    after: dict[str, Any]  # formulas of the same after a step
    theta: Any  # the formula of the parameter after it


def name_of(kept: str) -> str:
    """What formulas call a number that is kept."""
    return f"kept.{kept}[i]"


def formulas_of(rule: type[Optimizer] | Optimizer) -> RuleFormulas:
    """The formulas of a rule of `optim`, or of an optimizer of the user's own.

    >>> formulas_of(optim.SGD).kept
    {'velocity': 0.0}
    """
    optimizer = rule([Value(0.0)], lr=0.0) if isinstance(rule, type) else rule
    own = optimizer.state_dict()
    settings = {name: _of_first(own.pop(name)) for name in optimizer.checks}
    del own["sizes"], own["learning_rates"], own["steps"]
    kept = [name for name, x in own.items() if isinstance(x, np.ndarray)]
    while True:
        traced: Any = copy(optimizer)
        before = {name: Formula(name_of(name)) for name in kept}
        state = {**optimizer.state_dict(), "steps": Formula("steps"), **before}
        state |= {name: _setting(name, x) for name, x in settings.items()}
        vars(traced).update(state)
        theta = traced.moved(Formula("theta[i]"), Formula("gradient[i]"), Formula("rate"))
        now = vars(traced)
        found = [name for name in own if name not in kept and now[name] is not state[name]]
        if not found:
            after = {name: now[name] for name in kept if now[name] is not before[name]}
            return RuleFormulas(settings, {name: own[name] for name in kept}, after, theta)
        kept = [name for name in own if name in {*kept, *found}]


def _of_first(x: Any) -> Any:
    """A setting as it is for the first parameter, where groups have different ones."""
    if not isinstance(x, np.ndarray):
        return x
    return x[0].item() if x.ndim == 1 else tuple(x[:, 0].tolist())


def _setting(name: str, x: Any) -> Any:
    """A setting as a formula; several that stand together as so many."""
    if isinstance(x, tuple):
        return tuple(Formula(f"own.{name}[{place}]") for place in range(len(x)))
    return Formula(f"own.{name}")


# ---- What cannot be a formula --------------------------------------------------------------------


def why_not(optimizer: Optimizer) -> str:
    """Why a page cannot train by an optimizer, as a sentence for an error; "" if it can.

    >>> why_not(optim.SGD([Value(0.0)], lr=lambda step: 0.1 / (step + 1)))
    'lr is <lambda>, a function of your own; a page has the learning rates of optim'
    """
    for rate in optimizer.learning_rates:
        if reason := _why_not_rate(rate):
            return reason
    return "" if type(optimizer) in RULES else _why_not_rule(optimizer)


def _why_not_rate(rate: Any) -> str:
    if type(rate) in RATES:
        return _why_not_rate(rate.lr) if isinstance(rate, optim.warmup) else ""
    name = getattr(rate, "__name__", type(rate).__name__)
    return f"lr is {name}, a function of your own; a page has the learning rates of optim"


def _why_not_rule(optimizer: Optimizer) -> str:
    kind = type(optimizer)
    for name in _FIXED:
        if name in vars(optimizer) or getattr(kind, name) is not getattr(Optimizer, name):
            return f"{kind.__name__} has a {name} of its own; a page knows what has a direction"
    if optimizer.steps:
        return f"this {kind.__name__} has taken steps, and a page begins anew; give a new one"
    try:
        formulas = formulas_of(optimizer)
    except Exception as error:  # whatever the user's code raises where formulas are put in
        return (
            f"what {kind.__name__} computes is no formula ({error}); write it with operators, "
            "mg.where and functions such as mg.sqrt, not with NumPy's"
        )
    for row in _rows_in([formulas.theta, *formulas.after.values()]):
        if row.kind == "custom":
            own = f"{row.name}, an operation of your own, which has no JavaScript"
            return f"{kind.__name__} uses {own}"
    for name, x in formulas.kept.items():
        shape = (len(optimizer.parameters),)
        if not isinstance(x, (int, float)) and getattr(x, "shape", None) != shape:
            return (
                f"{kind.__name__} keeps {name}, which is {x!r} at first; begin with a number, "
                "or with an array of one for each parameter"
            )
    if not _agrees(optimizer, formulas):
        return f"{kind.__name__} takes other steps than its formula, so it depends on more"
    return ""


def _rows_in(formulas: Iterable[Any]) -> set[Primitive]:
    found, waiting = set(), [x for x in formulas if isinstance(x, Formula)]
    seen = {*waiting}
    while waiting:
        x = waiting.pop()
        if isinstance(x.row, Primitive):
            found.add(x.row)
        waiting += (new := {*x.operands} - seen)
        seen |= new
    return found


def _agrees(optimizer: Optimizer, formulas: RuleFormulas) -> bool:
    """Whether a few steps of an optimizer are those of its formulas."""
    twin: Any = copy(optimizer)
    vars(twin).update(optimizer.state_dict())
    twin.lr = _RATE_TRIED
    rng = np.random.default_rng(0)
    theta = rng.normal(size=len(optimizer.parameters))
    names = {"rate": _RATE_TRIED, **_settings_by_name(optimizer)}
    names |= {name_of(name): x for name, x in formulas.kept.items()}
    for step in range(_STEPS_TRIED):
        gradient = rng.normal(size=len(theta))
        names |= {"theta[i]": theta, "gradient[i]": gradient, "steps": step}
        expected = twin.update(theta, gradient)
        numbers = _Numbers(names)
        with np.errstate(all="ignore"):
            theta = numbers.of(formulas.theta)
            kept = {name_of(name): numbers.of(x) for name, x in formulas.after.items()}
        if not np.allclose(theta, expected, rtol=1e-9, atol=0.0):
            return False
        names |= kept
    return True


def _settings_by_name(optimizer: Optimizer) -> dict[str, Any]:
    """The settings by what formulas call them, those that stand together one by one."""
    names: dict[str, Any] = {}
    for name in optimizer.checks:
        formula, x = _setting(name, _of_first(vars(optimizer)[name])), vars(optimizer)[name]
        parts = zip(formula, x, strict=True) if isinstance(formula, tuple) else [(formula, x)]
        names |= {part.text: number for part, number in parts}
    return names


class _Numbers:
    """The numbers of formulas, by those that their names stand for."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self.known: dict[Formula, Any] = {}

    def of(self, x: Any) -> Any:
        if not isinstance(x, Formula):
            return x
        if x not in self.known:
            self.known[x] = self._computed(x)
        return self.known[x]

    def _computed(self, x: Formula) -> Any:
        if x.row is None:
            return self.names[x.text] if x.text in self.names else float(x.text)
        operands = [self.of(operand) for operand in x.operands]
        return x.row(*operands) if isinstance(x.row, Primitive) else _JOINED[x.row](*operands)
