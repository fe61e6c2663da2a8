"""The help of a row: what it is, formula, derivatives, domain, kinks, and an example that runs."""

from __future__ import annotations

import inspect
import itertools
import math
import re
import textwrap
from collections.abc import Sequence

from ..domains import Interval
from ..engine.formulas import Formula
from ..engine.row import Primitive
from .notation import number
from .writing import readable

_SAMPLES = (0.5, 2.0, 1.0)  # operands of examples, of rows that state none
_TRIED = (0.5, 1.0, 0.0, -0.5, -1.0)  # where kinks are looked for
_OUTSIDE = (0.5, 0.0, -1.0, 2.0, -1000.0, 1000.0)  # and where errors are


def operand_names(row: Primitive) -> list[str]:
    """What the operands are called: as in the first function of the textbook's derivatives."""
    if callable(row.textbook):
        return ["…"]
    try:
        names = list(inspect.signature(row.textbook[0]).parameters)[1:]
    except (TypeError, ValueError):  # a function that does not tell
        names = []
    return names if len(names) == row.arity else [f"x{k}" for k in range(1, (row.arity or 0) + 1)]


def signature_of(row: Primitive) -> inspect.Signature:
    """What `inspect.signature` shows: the operands, or `*operands` where any number is taken."""
    parameter = inspect.Parameter
    if row.arity is None:
        return inspect.Signature([parameter("operands", parameter.VAR_POSITIONAL)])
    kind = parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature([parameter(name, kind) for name in operand_names(row)])


def value_text(row: Primitive) -> str:
    """The value as a formula, such as `out = 1 / (1 + exp(−x))`, without the `out =`."""
    if row.arity is None:
        return row.words[0]
    return readable(row.definition(*map(Formula, operand_names(row))))


def derivative_texts(row: Primitive) -> list[str]:
    """Each derivative as the textbook's formula: `∂/∂x = 1 − out²`."""
    if row.arity is None:
        return [row.words[1]]
    names = operand_names(row)
    try:
        derivatives = row.textbook_on(Formula("out"), list(map(Formula, names)))
    except (TypeError, ValueError):  # a row of the user's own, whose partials take numbers only
        return [f"∂/∂{name} by a function of numbers" for name in names]
    pairs = zip(names, derivatives, strict=True)
    return [f"∂/∂{name} = {readable(derivative)}" for name, derivative in pairs]


def domain_texts(row: Primitive) -> list[str]:
    """Where each operand may be, by its name: `x in (0, ∞)`, `b ≠ 0`."""
    if row.arity is None:
        return [f"every operand in {row.domain[0]}"]
    pairs = zip(operand_names(row), map(str, row.domain), strict=True)
    return [f"{name} {x[2:] if x[0] == 'x' else f'in {x}'}" for name, x in pairs]  # x ≠ 0


def kinks(row: Primitive) -> list[tuple[tuple[float, ...], list[float]]]:
    """A point at every kink, with the derivatives there."""
    found: dict[int, tuple[float, ...]] = {}
    for point in itertools.product(_TRIED, repeat=row.arity or 0):
        if not all(x in interval for x, interval in zip(point, row.domain, strict=False)):
            continue
        in_order = row.name != "clip" or point[1] < point[2]  # low below high
        for place, kink in enumerate(row.kinks):
            if kink(*point) == 0.0 and in_order and (row.arity == 1 or point[0] == 0.0):
                found.setdefault(place, point)
    return [(point, _derivatives(row, row.value(point), point)) for point in found.values()]


def help_of(row: Primitive) -> str:
    """The text that `help(row)` shows; the example's results are computed, so they are right."""
    names = operand_names(row)
    derivatives = derivative_texts(row)
    if any(re.search(r"\bout(?![a-z])", text) for text in derivatives):
        derivatives.append(f"where out = {row.name}({', '.join(names)})")
    lines = [
        row.summary or f"The row {row.name}.",
        "",
        f"    formula     {_formula_text(row, names)}",
        *_listed("derivative", derivatives),
        *_listed("domain", domain_texts(row)),
        *_listed("kink", [_kink_text(names, *kink) for kink in kinks(row)]),
        "",
        *textwrap.wrap(_errors_text(row, names), 100),
        "",
        *_example(row),
    ]
    return "\n".join(lines)


def _formula_text(row: Primitive, names: Sequence[str]) -> str:
    called, value = f"{row.name}({', '.join(names)})", value_text(row)
    return value if value == called else f"{called} = {value}"


def _derivatives(row: Primitive, out: float, point: Sequence[float]) -> list[float]:
    return [d or 0.0 for d in row.local_derivatives(out, point, [True] * len(point))]


def _listed(title: str, texts: Sequence[str]) -> list[str]:
    """The title beside the first text, and the others below that."""
    return [f"    {title if k == 0 else '':10}  {text}" for k, text in enumerate(texts)]


def _inside(x: float, interval: Interval) -> float:
    """The number, or another that is in the interval."""
    middle = (interval.low + interval.high) / 2
    candidates = (x, interval.low + 0.5, interval.high - 0.5, middle)
    return next((y for y in candidates if math.isfinite(y) and y in interval), x)


def errors(row: Primitive) -> dict[str, tuple[float, ...]]:
    """The errors of numbers outside the domain, or too large, each with a point where it is."""
    found: dict[str, tuple[float, ...]] = {}
    for point in itertools.product(_OUTSIDE, repeat=row.arity) if row.arity else ():
        try:
            row.value(point)
        except (ValueError, ArithmeticError) as error:
            found.setdefault(type(error).__name__, point)
    return found


def _errors_text(row: Primitive, names: Sequence[str]) -> str:
    """A sentence, as all public functions have it."""
    texts = [f"{error} at {_point_text(names, point)}" for error, point in errors(row).items()]
    return f"Raises {'; '.join([*texts, 'TypeError for an operand that is no number'])}."


def _point_text(names: Sequence[str], point: Sequence[float]) -> str:
    return ", ".join(f"{name} = {number(x)}" for name, x in zip(names, point, strict=True))


def _kink_text(names: Sequence[str], point: Sequence[float], derivatives: Sequence[float]) -> str:
    chosen = ", ".join(map(number, derivatives))
    are = "s are" if len(names) > 1 else " is"
    return f"at {_point_text(names, point)} the derivative{are} {chosen}"


def _example(row: Primitive) -> list[str]:
    """A call on numbers, and the derivatives there unless the row takes any number of operands."""
    import microgradnn as mg

    numbers = row.example or _SAMPLES[: row.arity]
    point = list(numbers) if row.arity is None else list(map(_inside, numbers, row.domain))
    try:
        out = row.value(point)
    except (ValueError, ArithmeticError):
        return []  # a row of the user's own, which takes none of these numbers
    if getattr(mg, row.name, None) is row:
        lines, called = [">>> import microgradnn as mg"], f"mg.{row.name}"
    else:
        lines = [">>> import microgradnn as mg", ">>> from microgradnn.engine import PRIMITIVES"]
        called = f'PRIMITIVES["{row.name}"]'
    lines += [f">>> {called}({', '.join(map(repr, point))})", repr(out)]
    if row.arity is None:
        return lines
    names = [f"x{k}" for k in range(1, row.arity + 1)] if row.arity > 1 else ["x"]
    leaves = ", ".join(f"mg.Value({x!r})" for x in point)
    return [
        *lines,
        f">>> {', '.join(names)} = {leaves}",
        f">>> mg.gradients({called}({', '.join(names)}), [{', '.join(names)}])",
        repr(_derivatives(row, out, point)),
    ]
