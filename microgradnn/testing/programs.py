"""The programs of a check, with numbers in their places, and random graphs."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from typing import Any

from .checks import Check
from .exact import Exact

EXAMPLES = 40  # of numbers for each program of a check
GRAPHS = 100  # that are made at random

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
_NAMES = "defghijkl"  # of the operations in a random graph, after the leaves a, b and c
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


def random_graphs(operations: list[str]) -> Iterator[str]:
    """Random programs, the shortest first, and the same ones every time."""
    rng = random.Random(0)
    for k in range(GRAPHS):
        yield random_graph(rng, operations, 1 + k * len(_NAMES) // GRAPHS)


def random_graph(rng: random.Random, operations: list[str], length: int) -> str:
    """A random program of so many operations; each of its lines keeps numbers small, off kinks."""
    lines = [f"{name} = Value({rng.choice((*NUMBERS['x'], 0.0))})" for name in "abc"]
    names = ["a", "b", "c"]
    for name in _NAMES[:length]:
        text = _LETTER.sub(
            lambda found: repr(rng.choice(NUMBERS[found[0]])), rng.choice(operations)
        )
        line = f"{name} = " + re.sub(r"\b[ab]\b", lambda _: rng.choice(names), text)
        if _is_fit([*lines, line]):
            lines.append(line)
            names.append(name)
    return "\n".join([*lines, f"{names[-1]}.backward()"])


def shorter(program: str) -> Iterator[str]:
    """The program with one line less: one of its operands stands where the line's name stood."""
    *lines, _ = program.splitlines()
    for place, line in reversed([*enumerate(lines)]):
        name, _, text = line.partition(" = ")
        rest = lines[:place] + lines[place + 1 :]
        for other in dict.fromkeys(re.findall(r"\b[a-l]\b", text)) or [name]:
            changed = [re.sub(rf"\b{name}\b", other, one) for one in rest]
            if changed and _is_fit(changed):
                yield "\n".join([*changed, f"{changed[-1][0]}.backward()"])
            if place == len(rest):  # nothing uses the last line
                break


def _is_fit(lines: list[str]) -> bool:
    """Whether all numbers of the lines are small, and none of them is at a kink."""
    exact: dict[str, Any] = {"Value": Exact}
    try:
        exec("\n".join(lines), exact)
    except (ValueError, ArithmeticError, NameError):
        return False
    nodes = [x for x in exact.values() if isinstance(x, Exact)]
    return all(abs(x) <= 100 for node in nodes for x in (node.data, *node.slopes.values()))
