"""Training in a page: the rules and the learning rates of `optim` as a JavaScript module.

Both are written with operators and rows of the table, so that formulas can be put in for numbers
and arrays. What comes out is what a rule computes for one parameter, and what it keeps of it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from .. import optim
from ..engine.formulas import Formula, statements
from ..engine.value import Value
from ..optim.schedules import Schedule
from ..optim.stepping import Optimizer
from .arithmetic import JAVASCRIPT

IMPORTS = """\
import { erf, erfc, remainder, sum } from "./arithmetic.js";
import { optimizer } from "./optimizing.js";
import { cosine, power } from "./precise.js";
"""
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
_NAMES = {"pow": "power", "cos": "cosine"}  # as exact as Python's
_DIALECT = JAVASCRIPT._replace(function=lambda name: _NAMES.get(name) or JAVASCRIPT.function(name))


def updates() -> str:
    """The module: `optimizers` and `rates`, each by its name, and `rateOf` for a record of one."""
    rules = "".join(f"  {kind.__name__}: {_rule(kind)},\n" for kind in RULES)
    rates = "".join(f"  {kind.__name__}: {_rate(kind)},\n" for kind in RATES)
    return (
        f"{IMPORTS}"
        f"export const optimizers = {{\n{rules}}};\n"
        f"export const rates = {{\n{rates}}};\n"
        "export const rateOf = (x) =>\n"
        '  typeof x === "number" ? rates.constant({ lr: x }) : rates[x.kind](x);\n'
    )


# ---- Rules ---------------------------------------------------------------------------------------


def _rule(kind: type[Optimizer]) -> str:
    """A rule as a call of `optimizer`: settings, what is kept at first, and the loop of a step."""
    traced = kind([Value(0.0)], lr=0.0)
    own = vars(traced)
    settings = {name: own[name] for name in traced.checks}
    known = {*settings, "parameters", "sizes", "learning_rates", "steps"}
    kept = {name: x for name, x in own.items() if name not in known}
    places = {name: f"k{k}[i]" for k, name in enumerate(kept)}
    before = {name: Formula(place) for name, place in places.items()}
    own.update({name: _setting(name, x) for name, x in settings.items()})
    own.update(before, steps=Formula("steps"))
    theta = traced.moved(Formula("theta[i]"), Formula("gradient[i]"), Formula("rate"))
    after = {places[name]: own[name] for name in kept if own[name] is not before[name]}
    uniform = _Uniform([*places.values(), "theta[i]", "gradient[i]"])
    inner = {f"x{k}": uniform.taken_out(x) for k, x in enumerate([*after.values(), theta])}
    arrays = [f"k{k} = kept.{name}" for k, name in enumerate(kept)]
    lines = [
        f"optimizer({in_javascript(settings)}, {in_javascript(kept)},",
        "(own, steps, kept, theta, gradient, rate, next, start, end) => {",
        *(f"  const {line};" for line in arrays + statements(uniform.found, _DIALECT)),
        "  for (let i = start; i < end; i++) {",
        *(f"    const {line};" for line in statements(inner, _DIALECT)),
        *(f"    {place} = x{k};" for k, place in enumerate([*after, "next[i]"])),
        "  }",
        "})",
    ]
    return "\n    ".join(lines)


def _setting(name: str, x: Any) -> Any:
    """A setting as a formula; several that stand together as so many."""
    if isinstance(x, tuple):
        return tuple(Formula(f"own.{name}[{k}]") for k in range(len(x)))
    return Formula(f"own.{name}")


class _Uniform:
    """What is the same for all parameters, taken out of formulas so that it is computed once."""

    def __init__(self, varying: Iterable[str]) -> None:
        self.varying = {*varying}
        self.found: dict[str, Formula] = {}
        self.replaced: dict[Formula, Formula] = {}

    def taken_out(self, x: Any) -> Any:
        """The formula with names for those parts of it, the largest, that do not vary."""
        if not isinstance(x, Formula):
            return x
        if x not in self.replaced:
            self.replaced[x] = self._replacement(x)
        return self.replaced[x]

    def _replacement(self, x: Formula) -> Formula:
        if self._varies(x):
            return Formula(x.text, x.row, [self.taken_out(operand) for operand in x.operands])
        if x.row is None and _is_number(x.text):
            return x
        name = f"u{len(self.found)}"
        self.found[name] = x
        return Formula(name)

    def _varies(self, x: Formula) -> bool:
        return x.text in self.varying or any(map(self._varies, x.operands))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# ---- Learning rates ------------------------------------------------------------------------------


class _Inner(Schedule):
    """The learning rate that another one is made of: JavaScript calls it by its name."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.calls: list[str] = []

    def __call__(self, step: Any) -> Any:
        return Formula(f"{self.place}(step)")

    def see(self, loss: Any) -> None:
        self.calls.append(f"{self.place}.see(loss);")


def _rate(kind: type[Schedule]) -> str:
    """A learning rate as a function of its settings that gives a function of the step."""
    traced = kind.__new__(kind)
    own = vars(traced)
    parameters = list(inspect.signature(kind).parameters.values())
    rates = [x.name for x in parameters if "LearningRate" in str(x.annotation)]
    defaults = {x.name: x.default for x in parameters if x.default is not x.empty}
    own.update({x.name: Formula(f"own.{x.name}") for x in parameters})
    inner = [_Inner(f"own.{name}") for name in rates]
    own.update(zip(rates, inner, strict=True))
    begun = own.copy()
    traced.begin()
    first = {name: x for name, x in own.items() if name not in begun}
    before = {name: Formula(f"own.{name}") for name in first}
    own.update(before)
    rate = statements({"rate": traced(Formula("step"))}, _DIALECT)
    traced.see(Formula("loss"))
    after = {f"own.{name}": own[name] for name in first}
    seen = {f"x{k}": x for k, x in enumerate(after.values())}
    lines = [
        "(settings) => {",
        f"  const own = {{ ...{in_javascript(defaults)}, ...settings }};",
        *(f"  own.{name} = rateOf(own.{name});" for name in rates),
        *(f"  own.{name} ??= {x};" for name, x in _texts(first).items()),
        "  const rateAt = (step) => {",
        *(f"    const {line};" for line in rate),
        "    return rate;",
        "  };",
        "  rateAt.see = (loss) => {",
        *(f"    {call}" for each in inner for call in each.calls),
        *(f"    const {line};" for line in statements(seen, _DIALECT)),
        *(f"    {place} = x{k};" for k, place in enumerate(after)),
        "  };",
        "  return rateAt;",
        "}",
    ]
    return "\n  ".join(lines)


def _texts(formulas: Mapping[str, Any]) -> dict[str, str]:
    written = statements(dict(formulas), _DIALECT)
    return dict(line.split(" = ", 1) for line in written)


def in_javascript(x: Any) -> str:
    """Numbers, flags, and what holds them, as JavaScript writes them."""
    if isinstance(x, Mapping):
        return f"{{ {', '.join(f'{name}: {in_javascript(item)}' for name, item in x.items())} }}"
    if isinstance(x, (list, tuple)):
        return f"[{', '.join(map(in_javascript, x))}]"
    return str(x).lower() if isinstance(x, bool) else str(JAVASCRIPT.number(x))
