"""The programs of a check, with numbers in their places, and random graphs."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from .checks import Check
from .exact import Exact

EXAMPLES = 40  # of numbers for each program of a check
GRAPHS = 40  # that are made at random

# What is put into programs in the place of a letter, the simplest first. No two letters start
# alike, for what is equal by chance hides faults; 0 occurs in random graphs, and in checks of its
# own.
NUMBERS: dict[str, tuple[float, ...]] = {
    "x": (3.0, -3.0, 0.5, -1.25, 7.0),
    "y": (2.0, -2.0, 0.25, -0.75, 5.0),
    "p": (2.5, 0.5, 1.5, 4.0),
    "n": (3, 2, -1, -2, 1, 0, 2.0),
    "r": (1.5, 0.5, -0.5),
}
_LETTER = re.compile(rf"\b[{''.join(NUMBERS)}]\b")


def programs_of(check: Check) -> Iterator[list[str]]:
    """A program to try and those that must fail, with the same numbers, the simplest first."""
    for text in check.tries:
        texts = [text, *check.fails]
        letters = sorted(set(_LETTER.findall(" ".join(texts))))
        places = itertools.product(*(range(len(NUMBERS[letter])) for letter in letters))
        for chosen in sorted(places, key=sum)[:EXAMPLES]:
            place = dict(zip(letters, chosen, strict=True))
            yield [_filled(one, place) for one in texts]


def _filled(text: str, place: dict[str, int]) -> str:
    """The program with numbers for its letters, taken from these places of their lists."""
    filled = _LETTER.sub(lambda found: repr(NUMBERS[found[0]][place[found[0]]]), text)
    return filled.replace("; ", "\n")


def random_graph(draw: Any, operations: list[str]) -> str:
    """A random program; each of its lines keeps numbers small, and off kinks."""
    from hypothesis.strategies import integers, sampled_from

    lines = [f"{name} = Value({draw(sampled_from((*NUMBERS['x'], 0.0)))})" for name in "abc"]
    exact: dict[str, Any] = {"Value": Exact}
    exec("\n".join(lines), exact)
    names = ["a", "b", "c"]
    for name in "defghijkl"[: draw(integers(1, 9))]:
        text = draw(sampled_from(operations))
        text = _LETTER.sub(lambda found: repr(draw(sampled_from(NUMBERS[found[0]]))), text)
        line = f"{name} = " + re.sub(r"\b[ab]\b", lambda _: draw(sampled_from(names)), text)
        try:
            exec(line, exact)
        except (ValueError, ArithmeticError):
            continue
        if max(map(abs, [exact[name].data, *exact[name].slopes.values()])) <= 100:
            lines.append(line)
            names.append(name)
    return "\n".join([*lines, f"{names[-1]}.backward()"])
