"""Symbols of parameters and results, as a textbook writes them: w₁₂⁽¹⁾ for a path, z₁⁽¹⁾, sum₂."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_TO_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789" * 2)

_SMALL = re.compile("[₀-₉⁰¹²³⁴-⁹⁽⁾]")

# A name and the numbers that follow it, as in `layers.0`, `neurons.3`, `w.2`.
_PART = re.compile(r"([^\W\d_]+)((?:\.\d+)*)")
_PATH = re.compile(rf"{_PART.pattern}(\.{_PART.pattern})*")
# What `split` takes apart again: a letter, a subscript of digits and commas, a raised layer.
_SYMBOL = re.compile(r"(.*?[^\W\d_])([₀-₉]+(?:,[₀-₉]+)*)?(?:⁽([⁰¹²³⁴-⁹]+)⁾)?")


class Symbol(NamedTuple):
    """A letter or word, with numbers below it and the number of a layer above."""

    letter: str
    below: Sequence[int] = ()
    layer: int | None = None

    def __str__(self) -> str:
        """The symbol in Unicode, which has no comma below the line: w₁₂,₃ where a number is long.

        >>> str(Symbol("w", [1, 2], 1)), str(Symbol("w", [12, 3])), str(Symbol("b"))
        ('w₁₂⁽¹⁾', 'w₁₂,₃', 'b')
        """
        between = "," if any(number > 9 for number in self.below) else ""
        below = between.join(map(lowered, self.below))
        above = "" if self.layer is None else f"⁽{str(self.layer).translate(_RAISED)}⁾"
        return f"{self.letter}{below}{above}"


def lowered(number: int) -> str:
    """A count from 0 on as a subscript.

    >>> lowered(10)
    '₁₀'
    """
    return str(number).translate(_LOWERED)


def length(text: str) -> float:
    """The length of a text in characters, small ones above and below the line counted as half.

    >>> length("w₁₂")
    2.0
    """
    return len(text) - len(_SMALL.findall(text)) / 2


@lru_cache(maxsize=10_000)  # a graph has thousands of neurons with the same weights
def symbol_of(path: str) -> Symbol | None:
    """The symbol of a parameter of a neuron or of a layer, counted from 1; None for other paths.

    Paths count from 0. The first number below is that of the neuron, then comes that of the input.

    >>> str(symbol_of("layers.0.neurons.0.w.1")), str(symbol_of("neurons.2.b"))
    ('w₁₂⁽¹⁾', 'b₃')
    >>> symbol_of("encoder.weight.3"), symbol_of("x.1")
    (None, None)
    """
    if not _PATH.fullmatch(path):
        return None
    parts = [(name, [int(k) for k in ks.split(".")[1:]]) for name, ks in _PART.findall(path)]
    *around, (letter, places) = parts
    modules = [name for name, _ in around]
    if modules not in (["layers"], ["neurons"], ["layers", "neurons"]):
        return None
    if any(len(numbers) != 1 for _, numbers in around):
        return None
    number_of = {name: k + 1 for name, (k,) in around}
    neuron = [number_of["neurons"]] if "neurons" in number_of else []
    return Symbol(letter, neuron + [k + 1 for k in places], number_of.get("layers"))


def split(name: str) -> tuple[str, str, str]:
    """The letter of a name, what is below and what is above it, as plain digits.

    >>> split("w₁₂⁽¹⁾"), split("sum₂"), split("x1")
    (('w', '12', '1'), ('sum', '2', ''), ('x1', '', ''))
    """
    found = _SYMBOL.fullmatch(name)
    if not found:
        return name, "", ""
    letter, below, above = (part or "" for part in found.groups())
    return letter, below.translate(_TO_DIGITS), above.translate(_TO_DIGITS)
