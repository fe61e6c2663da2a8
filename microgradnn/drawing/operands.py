"""What a box says of its operands: in its heading, beside it, and in which order they come."""

from __future__ import annotations

from collections.abc import Mapping

from ..engine.value import Value
from ..explaining.notation import MOST_WRITTEN, number, place_told, seat_of, shorten, written
from ..explaining.symbols import length, lowered

MOST_NUMBERS = 4  # plain operands that an n-ary operation lists
MOST_BESIDE = 8  # numbers that stand beside a neuron one by one
LONGEST = 26  # characters of an operation on the names of its operands; small ones count half


def is_constant(value: Value, place: int) -> bool:
    """Whether the derivative by an operand is the same whatever numbers the operands have.

    >>> x = Value(2.0)
    >>> is_constant(3 * x, 1), is_constant(x * x, 1)
    (True, False)
    """
    row, operands = value.op, value.operands
    if row is None or row.name in ("add", "sub", "neg", "sum"):
        return True
    if row.name == "dot":
        count = len(operands) // 2
        if place == 2 * count:
            return True
        return not isinstance(operands[(place + count) % (2 * count)], Value)
    is_multiple = row.name == "mul" or (row.name == "div" and place == 0)
    return is_multiple and not isinstance(operands[1 - place], Value)


def operation_of(value: Value, names: Mapping[Value, str]) -> tuple[str, str]:
    """How the operation is written, with the names of its operands as far as these are short.

    An n-ary one of many operands is its symbol, and the plain ones are told beside it.
    """
    row = value.op
    if row is None:
        return "", ""
    symbol = shorten(row.symbol)
    if row.name == "dot":
        bias = value.operands[-1]
        return symbol.removesuffix(" + b") if _is_zero(bias) else symbol, ""
    text = written(value, names)
    if length(text) <= LONGEST and len(value.operands) <= MOST_WRITTEN:
        return text, ""
    if row.arity is None:
        place = place_told(row, value.operands)
        return (symbol, _with_numbers(value)) if place is None else (symbol + lowered(place), "")
    shown = dict(names)
    operands = [x for x in value.operands if isinstance(x, Value)]
    for x in sorted(operands, key=lambda x: -len(names[x])):
        shown[x] = "□"
        text = written(value, shown)
        if length(text) <= LONGEST:
            break
    return text, ""


def _is_zero(x: Value | float) -> bool:
    return not isinstance(x, Value) and x == 0.0


def _with_numbers(value: Value) -> str:
    """The plain operands of an n-ary operation, of many the first."""
    numbers = [number(x) for x in value.operands if not isinstance(x, Value)]
    shown = numbers if len(numbers) <= MOST_NUMBERS else [*numbers[:MOST_NUMBERS], "…"]
    return f"with {', '.join(shown)}" if numbers else ""


def numbers_beside(value: Value) -> tuple[tuple[str, int], ...]:
    """The plain operands of a neuron, each by itself, or how many there are; no bias of 0."""
    if value.op is None or value.op.name != "dot":
        return ()
    operands = value.operands[: -1 if _is_zero(value.operands[-1]) else None]
    numbers = [
        (number(x), seat_of(value, place))
        for place, x in enumerate(operands)
        if not isinstance(x, Value)
    ]
    if len(numbers) > MOST_BESIDE:
        return ((f"{len(numbers):,} numbers", numbers[0][1]),)
    return tuple(numbers)
