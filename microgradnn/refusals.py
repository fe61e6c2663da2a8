"""What an error says when an operation refuses its operands: which they were, and why."""

import math
from collections.abc import Sequence

from .arguments import as_number, is_array
from .typed import Any


def said(row: Any, error: Exception, numbers: Sequence[float], operands: Sequence[Any]) -> str:
    """The operation, the numbers with the labels of their operands, the reason, and their lines."""
    labels = [getattr(x, "label", "") for x in operands] or [""] * len(numbers)
    shown = [f"{a} = {x!r}" if a else repr(x) for a, x in zip(labels, numbers, strict=True)]
    listed = ", ".join(shown[:4]) + (", …" if len(shown) > 4 else "")
    made = [
        f"; {x!r} was made at {line}"
        for x, operand in zip(numbers, operands, strict=False)
        if (line := getattr(operand, "made_at", ""))
    ]
    return f"{row.name}({listed}): {_reason(row, error, numbers)}{''.join(made[:4])}"


def _reason(row: Any, error: Exception, numbers: Sequence[float]) -> str:
    if isinstance(error, OverflowError):
        return "the result is too large for a float"
    if isinstance(error, ZeroDivisionError):
        return "division by zero"
    if row.kind == "function" and not isinstance(row.forward, type(math.log)):
        return str(error)  # a function of ours has said why
    for place, (x, interval) in enumerate(zip(numbers, row.domain, strict=False)):
        if x not in interval:
            which = f"operand {place + 1}" if len(numbers) > 1 else "the operand"
            return f"{which} must be in the domain {interval}"
    return str(error)


def named(error: TypeError, **arguments: Any) -> TypeError:
    """The error of a row that refused an operand, with the name that its argument has."""
    for name, given in arguments.items():
        for k, x in enumerate(given) if name in ("xs", "ws") else [("", given)]:
            if is_array(x) or hasattr(type(x), "_apply"):
                continue
            try:
                as_number(x, name if k == "" else f"{name}[{k}]")
            except TypeError as refusal:
                return refusal
    return error
