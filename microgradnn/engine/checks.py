"""Operands of rows: taken, or refused by name."""

from ..arguments import as_list, as_number
from ..typed import Any


def as_operand(x: Any, name: str) -> Any:
    """What a row takes: a Value as it is, a number as a float."""
    return x if hasattr(type(x), "_apply") else as_number(x, name)


def as_operands(xs: Any, count: int | None, name: str) -> list[Any]:
    """The elements of `xs`, numbers as floats; exactly `count` of them, if that is given."""
    items = as_list(xs, name)
    if count not in (None, len(items)):
        raise ValueError(f"{name} has {len(items)} elements, expected {count}")
    if any(kind is not float and not hasattr(kind, "_apply") for kind in set(map(type, items))):
        return [as_operand(x, f"{name}[{i}]") for i, x in enumerate(items)]
    return items
