"""How numbers, labels, operations and curves are written for people, wherever they are shown."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..arguments import as_count, as_numbers
from ..engine.formulas import Formula
from ..engine.row import Primitive
from ..engine.value import Value
from .symbols import lowered
from .writing import latex, readable

LONGEST = 24  # characters of a label or a symbol, before it is cut
LONGEST_DERIVATIVE = 60  # characters of a formula; a longer one says less than its number
MOST_WRITTEN = 12  # operands of an operation that is written out
BARS = "▁▂▃▄▅▆▇█"

# A symbol like |x| or p log(p/q) is a pattern: these letters stand for the operands.
_LETTER = re.compile(r"\b[pqxy](?=²|\b)")
_PATTERNS = {"pow": "x ** y"}  # the table's xʸ has no room for a number

# Whose results need no brackets as operands.
_BINDING_MORE = {
    **dict.fromkeys(("add", "sum"), ("mul", "div", "pow")),
    "mul": ("pow",),
}
CROSS_ENTROPIES = {"cross_entropy", "cross_entropy_of_logits"}
_CHOOSING = {"softmax", "take"}  # whose first operand is a place
_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"]

# Control characters, halves of characters and non-characters are no text; neither are the marks
# that turn the direction of what follows them.
_NO_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


def number(x: float, digits: int = 4) -> str:
    """A number with some significant digits.

    >>> number(-2 / 3), number(1.5e-7), number(float("-inf")), number(-0.0)
    ('−0.6667', '1.5e−7', '−inf', '0')
    """
    unsigned_zero = x + 0.0
    return re.sub(r"e\+?(-?)0*", r"e\1", f"{unsigned_zero:.{digits}g}").replace("-", "−")


def printable(label: object) -> str:
    """A label without what is no text."""
    return _NO_TEXT.sub(" ", str(label))


def shorten(text: str) -> str:
    """The text on one line, cut visibly when it is long.

    >>> shorten("a label that nobody can read at a glance")
    'a label that nobody can…'
    """
    line = " ".join(printable(text).split())
    shown = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    if any(unicodedata.bidirectional(character) in ("R", "AL") for character in shown):
        return f"\N{FIRST STRONG ISOLATE}{shown}\N{POP DIRECTIONAL ISOLATE}"  # turns only itself
    return shown


def operation(row: Primitive, operands: Sequence[str]) -> str:
    """An operation with its operands as given, for example □ where an arrow brings them.

    >>> from microgradnn.engine import PRIMITIVES
    >>> operation(PRIMITIVES["sub"], ["1", "□"]), operation(PRIMITIVES["abs"], ["a"])
    ('1 − □', '|a|')
    """
    symbol = shorten(row.symbol)
    place = place_told(row, operands)
    if place is not None:
        chosen_from = operands[1:] if row.name in _CHOOSING else operands[: len(operands) // 2]
        return f"{symbol}{lowered(place)}({', '.join(chosen_from)})"
    fenced = [f"({x})" if x.startswith("−") else x for x in operands]
    if row.name == "sum":
        return " + ".join(fenced)
    if row.name == "dot":
        n = len(fenced) // 2
        products = [f"{w}·{x}" for w, x in zip(fenced[:n], fenced[n:-1], strict=True)]
        return " + ".join(products if fenced[-1] == "0" else [*products, fenced[-1]])
    if row.kind == "operator":
        return f" {symbol} ".join(fenced) if len(fenced) > 1 else symbol + fenced[0]
    pattern = _PATTERNS.get(row.name, symbol)
    letters = sorted(set(_LETTER.findall(pattern)))
    if letters and len(letters) == row.arity:
        return _LETTER.sub(lambda letter: fenced[letters.index(letter[0])], pattern)
    return f"{symbol}({', '.join(operands)})" if operands else symbol


def place_told(row: Primitive, operands: Sequence[Any]) -> int | None:
    """The place that a softmax or a cross-entropy is told by plain numbers: its subscript.

    Operands are texts, or what a node has been applied to.

    >>> from microgradnn.engine import PRIMITIVES
    >>> place_told(PRIMITIVES["cross_entropy"], ["a", "b", "0", "1"])
    1
    """
    if row.name not in _CHOOSING and row.name not in CROSS_ENTROPIES:
        return None
    given = [x if isinstance(x, str) else number(x) if type(x) is float else "" for x in operands]
    if row.name in _CHOOSING:
        return int(given[0]) if given[0].isdecimal() else None
    targets = given[len(given) // 2 :]
    return targets.index("1") if sorted(targets) == ["0"] * (len(targets) - 1) + ["1"] else None


def seat_of(value: Value, place: int) -> int:
    """When an operand comes as the operation is written: w₁·x₁ + w₂·x₂ + b for (w₁, w₂, x₁, x₂, b).

    >>> from microgradnn import dot
    >>> neuron = dot([1.0, 2.0], [Value(3.0), Value(4.0)], Value(5.0))
    >>> [seat_of(neuron, place) for place in range(5)]
    [0, 2, 1, 3, 4]
    """
    if value.op is None or value.op.name != "dot":
        return place
    count = len(value.operands) // 2
    if place < count:
        return 2 * place
    return min(2 * (place - count) + 1, 2 * count)


def which_operand(node: Value, place: int) -> str:
    """Which of the operands is meant, as they are written; empty where only one can be.

    >>> x = Value(0.5)
    >>> which_operand(x * x, 1), which_operand(x * 2, 0)
    ('second operand', '')
    """
    if sum(x is node.operands[place] for x in node.operands) == 1:
        return ""
    seat = seat_of(node, place)
    if node.op and node.op.name in _CHOOSING:
        seat -= place_told(node.op, node.operands) is not None  # it is no operand, as written
    return f"{_ORDINALS[seat]} operand" if seat < len(_ORDINALS) else f"operand {seat + 1}"


def is_formula(node: Value, name: str) -> bool:
    """Whether a node without a label is called by its formula, as in `(a × b)` or `tanh(n)`."""
    return node.op is not None and not node.label and name.endswith((")", "|"))


def written(node: Value, names: Mapping[Value, str]) -> str:
    """The operation of a node with the names of its operands: `w1·x1 + b`."""
    if node.op is None:
        return ""
    operands = [
        _in_place(x, names[x], node.op) if isinstance(x, Value) else number(x)
        for x in node.operands
    ]
    if len(operands) > MOST_WRITTEN:
        return f"{shorten(node.op.symbol)} of {len(operands)} operands"
    return operation(node.op, operands)


def _in_place(operand: Value, name: str, row: Primitive) -> str:
    """The name of an operand; a formula without brackets where the operation needs none."""
    if is_formula(operand, name) and name.startswith("("):
        assert operand.op
        binds_more = operand.op.name in _BINDING_MORE.get(row.name, ())
        is_called = row.kind != "operator" and row.name not in ("pow", "dot", "sum")
        if binds_more or is_called:
            return name[1:-1]
    return name


def derivative(
    node: Value, place: int, names: Mapping[Value, str], write: Callable[[Any], str] = readable
) -> str:
    """The derivative of a node by one of its operands, as a textbook writes it: `1 − y²`.

    Empty where it is a number, where nobody could read it, and for a row of the user's own that
    knows numbers only. `write` is `readable` or `latex`.

    >>> x = Value(0.5, label="x")
    >>> y = x**3
    >>> derivative(y, 0, {x: "x", y: "y"})
    '3·x²'
    """
    if node.op is None or len(node.operands) > MOST_WRITTEN:
        return ""
    # A label may look like a number or an operator, so marks stand for the names at first.
    nodes = [node, *node.operands]
    out, *operands = [Formula(f"\0{k}\0") if x in names else x for k, x in enumerate(nodes)]
    try:
        formula = node.op.textbook_on(out, operands)[place]
    except (TypeError, ValueError):
        return ""
    if not isinstance(formula, Formula):
        return ""
    parts = write(formula).split("\0")
    text = "".join(names[nodes[int(part)]] if k % 2 else part for k, part in enumerate(parts))
    return text if len(text) <= LONGEST_DERIVATIVE or write is latex else ""


def sparkline(numbers: Sequence[float], width: int = 60) -> str:
    """A curve in one line of text, for a terminal; of more than `width` numbers some are left out.

    The lowest bar is the smallest number and the highest the largest. What is infinite or NaN is ×.

    Raises TypeError if something is no number, ValueError if there is none or `width` is below 1.

    >>> sparkline([0, 1, 2, 4, 7])
    '▁▂▃▅█'
    """
    items = as_numbers(numbers, "numbers")
    count = min(len(items), as_count(width, "width"))
    shown = [items[k * (len(items) - 1) // max(count - 1, 1)] for k in range(count)]
    finite = [x for x in shown if math.isfinite(x)] or [0.0]
    low = min(finite)
    high = max(finite)

    def bar(x: float) -> str:
        if not math.isfinite(x):
            return "×"
        if high == low:
            return BARS[0]
        return BARS[round((x - low) / (high - low) * (len(BARS) - 1))]

    return "".join(map(bar, shown))
