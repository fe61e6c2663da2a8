"""Training in a page: the rules and the learning rates of `optim` as a JavaScript module."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..arguments import is_numeral
from ..engine.formulas import Formula, statements
from ..javascript import JAVASCRIPT
from ..optim.schedules import Schedule
from ..optim.stepping import Optimizer
from .rule_formulas import RATES, RULES, formulas_of, name_of, why_not

__all__ = ["RATES", "RULES", "in_javascript", "updates", "why_not"]

IMPORTS = """\
import { sum } from "./arithmetic.js";
import { erf, erfc, remainder } from "./elementary.js";
import { optimizer, schedule } from "./optimizing.js";
import { cosine, exactPower } from "./precise.js";
"""
_NAMES = {"pow": "exactPower", "cos": "cosine"}  # as exact as Python's
_DIALECT = JAVASCRIPT._replace(function=lambda name: _NAMES.get(name) or JAVASCRIPT.function(name))


def updates(*own: Optimizer) -> str:
    """The module: `optimizers` and `rates`, each by its name, and `rateOf` for a record of one.

    Optimizers of the user's own, if `why_not` has no reason against them, stand beside `optim`'s.
    """
    rules = {kind.__name__: _rule(kind) for kind in RULES}
    rules |= {type(one).__name__: _rule(one) for one in own if type(one) not in RULES}
    rates = {kind.__name__: _rate(kind) for kind in RATES}
    return (
        f"{IMPORTS}"
        f"export const optimizers = {_members(rules)};\n"
        f"export const rates = {_members(rates)};\n"
        "export const rateOf = (x) =>\n"
        '  typeof x === "number" ? rates.constant({ lr: x }) : rates[x.kind](x);\n'
    )


def _members(texts: Mapping[str, str]) -> str:
    return "{\n" + "".join(f"  {name}: {text},\n" for name, text in texts.items()) + "}"


def in_javascript(x: Any) -> str:
    """Numbers, flags, and what holds them, as JavaScript writes them."""
    if isinstance(x, Mapping):
        return f"{{ {', '.join(f'{name}: {in_javascript(item)}' for name, item in x.items())} }}"
    if isinstance(x, np.ndarray):
        x = x.tolist()
    if isinstance(x, (list, tuple)):
        return f"[{', '.join(map(in_javascript, x))}]"
    return str(x).lower() if isinstance(x, bool) else JAVASCRIPT.number(float(x))


def _function(parameters: str, lines: Iterable[str], margin: str = "  ") -> str:
    body = "".join(f"{margin}  {line}\n" for line in lines)
    return f"({parameters}) => {{\n{body}{margin}}}"


def _computed(formulas: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The lines that compute formulas, and what each result is called after them."""
    parts = [line.split(" = ", 1) for line in statements(dict(formulas), _DIALECT)]
    same = {name: text for name, text in parts if name in formulas and text.isidentifier()}
    lines = [f"const {name} = {text};" for name, text in parts if name not in same]
    return lines, [same.get(name, name) for name in formulas]


# ---- Rules ---------------------------------------------------------------------------------------


def _rule(rule: type[Optimizer] | Optimizer) -> str:
    """A rule as a call of `optimizer`: settings, what is kept at first, and the loop of a step."""
    settings, kept, after, theta = formulas_of(rule)
    uniform = _Uniform([*map(name_of, kept), "theta[i]", "gradient[i]"])
    inner = {f"x{k}": uniform.taken_out(x) for k, x in enumerate([*after.values(), theta])}
    computed, results = _computed(inner)
    written = zip([*map(name_of, after), "next[i]"], results, strict=True)
    lines = [
        *(f"const {line};" for line in statements(uniform.found, _DIALECT)),
        "for (let i = start; i < end; i++) {",
        *(f"  {line}" for line in computed),
        *(f"  {place} = {result};" for place, result in written),
        "}",
    ]
    parameters = "own, steps, kept, theta, gradient, rate, next, start, end"
    step = _function(parameters, lines, margin="    ")
    return f"optimizer({in_javascript(settings)}, {in_javascript(kept)},\n    {step})"


class _Uniform:
    """What is the same for all parameters, taken out of formulas so that it is computed once."""

    def __init__(self, varying: Iterable[str]) -> None:
        self.varying = {*varying}
        self.found: dict[str, Formula] = {}
        self.replaced: dict[Formula, Formula] = {}
        self.varies: dict[Formula, bool] = {}

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
        if x.row is None and is_numeral(x.text):
            return x
        name = f"u{len(self.found)}"
        self.found[name] = x
        return Formula(name)

    def _varies(self, x: Formula) -> bool:
        if x not in self.varies:
            self.varies[x] = x.text in self.varying or any(map(self._varies, x.operands))
        return self.varies[x]


# ---- Learning rates ------------------------------------------------------------------------------


class _Inner(Schedule):
    """The learning rate that another one is made of: JavaScript calls it by its name."""

    def __init__(self, place: Formula) -> None:
        self.place = place.text
        self.calls: list[str] = []

    def __call__(self, step: Any) -> Any:
        return Formula(f"{self.place}(step)")

    def see(self, loss: Any) -> None:
        self.calls.append(f"{self.place}.see(loss);")


def _rate(kind: type[Schedule]) -> str:
    """A learning rate as a call of `schedule`: settings, what is kept, a function of the step."""
    traced: Any = kind.__new__(kind)
    own = vars(traced)
    parameters = inspect.signature(kind).parameters.values()
    defaults = {x.name: x.default for x in parameters if x.default is not x.empty}
    own.update({x.name: Formula(f"own.{x.name}") for x in parameters})
    inner = {x.name: _Inner(own[x.name]) for x in parameters if "LearningRate" in x.annotation}
    own.update(inner)
    known = [*own]
    traced.begin()
    kept = [name for name in own if name not in known]
    begin = [f"own.{name} = rateOf(own.{name});" for name in inner]
    begun = [statements({name: own[name]}, _DIALECT)[-1] for name in kept]
    begin += [f"own.{line.replace('=', '??=', 1)};" for line in begun]
    own.update({name: Formula(f"own.{name}") for name in kept})
    *lines, last = statements({"rate": traced(Formula("step"))}, _DIALECT)
    at = [*(f"const {line};" for line in lines), f"return {last.removeprefix('rate = ')};"]
    traced.see(Formula("loss"))
    seen, results = _computed({f"x{k}": own[name] for k, name in enumerate(kept)})
    see = [call for each in inner.values() for call in each.calls]
    see += [*seen, *(f"own.{x} = {result};" for x, result in zip(kept, results, strict=True))]
    parts = [in_javascript(defaults), _function("own, step", at)]
    if begin or see:
        parts += [_function("own", begin), _function("own, loss", see)]
    return f"schedule({', '.join(parts)})"
