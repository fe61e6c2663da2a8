"""What the values of a graph are called: labels, symbols, short formulas, or what they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any

from ..engine.row import Primitive
from ..engine.value import Value
from .notation import CROSS_ENTROPIES, place_told, shorten, written
from .symbols import Symbol, length, lowered, symbol_of

LONGEST = 14  # characters of a formula that serves as a name; small ones count half

# What the result of an operation is called; of others, by the word that is their symbol.
_WORDS = {
    "add": "sum",
    "sum": "sum",
    "sub": "difference",
    "mul": "product",
    "div": "quotient",
    "pow": "power",
    "neg": "negative",
    "where_greater": "choice",
    "cross_entropy": "loss",
    "cross_entropy_of_logits": "loss",
}
_SUMS_AND_MULTIPLES = {"add", "sum", "mul", "div", "neg"}
_OF_LOSSES = {"abs", "log", "logsigmoid", "softplus", "xlogy", "rel_entr", "maximum"}


def names_of(order: Sequence[Value]) -> dict[Value, str]:
    """What to call the nodes of a graph, in topological order; no two have the same name.

    A label is a name, or the symbol of a parameter's path. A node without one goes by its formula
    if that is short, else by what it is, as in sum₂; only a leaf without a label is v1, v2, …

    >>> a, b = Value(1.0, label="a"), Value(2.0, label="b")
    >>> product = a * b
    >>> total = product + a
    >>> list(names_of([a, b, product, total, total.tanh()]).values())
    ['a', 'b', '(a × b)', '(a × b + a)', 'tanh']
    """
    names = dict.fromkeys(order, "")
    taken = Counter[str]()
    symbols, learns = _symbols(order)
    names |= {node: _once(symbol, taken) for node, symbol in symbols.items()}
    known = set(symbols)
    words: dict[Value, str] = {}
    for place, node in enumerate(order, start=1):
        if node in known:
            continue
        if node.op is None:
            names[node] = _once(f"v{place}", taken)
            known.add(node)
        elif node is order[-1] and _is_loss(node, learns):
            names[node] = _once("loss", taken)
        else:
            words[node] = _word(node.op, node.operands)
            formula = _formula(node, names, known)
            if formula and formula not in taken:
                names[node] = _once(formula, taken)
                known.add(node)
    numbers, totals = Counter[str](), Counter(words.values())
    for node, word in words.items():
        numbers[word] += 1
        if names[node]:
            continue
        formula = _formula(node, names, known)  # of words without a number, which are known by now
        if formula and formula not in taken:
            names[node] = _once(formula, taken)
        else:
            names[node] = _once(word + lowered(numbers[word]) * (totals[word] > 1), taken)
        if totals[word] == 1:
            known.add(node)
    return names


def _symbols(order: Sequence[Value]) -> tuple[dict[Value, str], bool]:
    """The names that labels give, z of a neuron with them; and whether a layer's are among them."""
    found: dict[Value, str] = {}
    learns = False
    for node in order:
        label = shorten(node.label) if node.label else ""
        symbol = symbol_of(label) if label else _sum_of_neuron(node)
        learns |= symbol is not None
        if symbol or label:
            found[node] = str(symbol or label)
        if symbol and not label and not symbol.below:  # a neuron by itself: its weights are w.0, …
            found |= {w: str(Symbol("w", [k])) for k, w in enumerate(_weights(node), start=1)}
    return found, learns


def _sum_of_neuron(node: Value) -> Symbol | None:
    """z, with the numbers of the neuron whose weights, from first to last, a `dot` multiplies."""
    if node.op is None or node.op.name != "dot":
        return None
    weights = _weights(node)
    ends = [w.label if isinstance(w, Value) else "" for w in (weights[0], weights[-1])]
    if ends == ["w.0", f"w.{len(weights) - 1}"]:
        return Symbol("z")
    first, last = map(symbol_of, ends)
    if (
        first is None
        or last is None
        or (first.below[:-1], first.layer)
        != (
            last.below[:-1],
            last.layer,
        )
    ):
        return None
    return Symbol("z", first.below[:-1], first.layer)


def _weights(dot: Value) -> Sequence[Any]:
    return dot.operands[: len(dot.operands) // 2]


def _once(name: str, taken: Counter[str]) -> str:
    """The name; if it is taken, the first of name#2, name#3, … that is not."""
    found = name
    while taken[found]:
        taken[name] += 1
        found = f"{name}#{taken[name]}"
    taken[found] = 1
    return found


def _word(row: Primitive, operands: Sequence[Any]) -> str:
    """What the result of an operation is, in a word."""
    place = place_told(row, operands)
    if row.name == "softmax" and place is not None:
        return row.name + lowered(place)
    if _is_square(row, operands):
        return "square"
    return _WORDS.get(row.name) or _symbol_or_name(row.symbol, row.name)


@lru_cache
def _symbol_or_name(symbol: str, name: str) -> str:
    is_word = symbol.replace("-", "").isalpha()
    return shorten(symbol if is_word else name.replace("_", "-"))


def _formula(node: Value, names: Mapping[Value, str], known: AbstractSet[Value]) -> str:
    """The operation of a node on what has a name of its own, in brackets; empty if it is long."""
    total = 0.0
    for x in node.operands:
        if isinstance(x, Value):
            if x not in known:  # which may be a value that is not among those to be named
                return ""
            total += length(names[x])
            if total > LONGEST:
                return ""
    if node.op is None or place_told(node.op, node.operands) is not None:
        return ""
    text = written(node, names)
    before = text.partition("(")[0]
    is_call = not {" ", "−"} & {*before} and text.endswith((")", "|"))
    text = text if is_call else f"({text})"
    return text if length(text) <= LONGEST else ""


def _is_square(row: Primitive, operands: Sequence[Any]) -> bool:
    is_second_power = row.name == "pow" and operands[1] == 2.0
    return is_second_power or (row.name == "mul" and operands[0] is operands[1])


def _is_loss(root: Value, learns: bool) -> bool:
    """Whether a root is a cross-entropy, or a mean of any, or looks like a loss of a network.

    That is, the graph has parameters of a network, and the root is a mean, or sums and multiples
    lead down from it to what losses are made of.
    """
    node = root
    while node.op is not None and node.op.name in _SUMS_AND_MULTIPLES:
        if _is_square(node.op, node.operands):
            return learns
        below = next(x for x in node.operands if isinstance(x, Value))
        if learns and node.op.name == "div" and below.op and below.op.name in ("add", "sum"):
            return True
        node = below
    if node.op is None:
        return False
    of_a_loss = _is_square(node.op, node.operands) or node.op.name in _OF_LOSSES
    return node.op.name in CROSS_ENTROPIES or (learns and of_a_loss)
