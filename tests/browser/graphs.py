"""Graphs for the page: random ones, from every row of the table, and one of hostile labels."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import NamedTuple

import microgradnn as mg
from microgradnn import Value
from microgradnn.engine.row import PRIMITIVES, Primitive

LIMIT = 50.0  # of values and derivatives
ROWS = [row for row in PRIMITIVES.values() if row.kind != "custom"]


class Program(NamedTuple):
    """A graph to be built on any leaves; an int is the place of a node, a float a number."""

    leaves: list[float]
    steps: list[tuple[Primitive, list[int | float]]]

    def run(self, leaves: Sequence[float]) -> tuple[list[Value], Value]:
        """The leaves as Values, and the sum of all nodes that nothing uses."""
        nodes = [Value(x, f"x{k}") for k, x in enumerate(leaves)]
        loose = dict.fromkeys(nodes)
        for row, operands in self.steps:
            chosen = [nodes[x] if isinstance(x, int) else x for x in operands]
            for x in chosen:
                loose.pop(x, None)  # type: ignore[arg-type]
            nodes.append(row(*chosen))
            loose[nodes[-1]] = None
        return nodes[: len(leaves)], PRIMITIVES["sum"](*loose)


def random_program(seed: int) -> Program:
    """A program whose first row is number `seed` of the table, so that every row has its turn."""
    rng = random.Random(seed)
    leaves = [rng.uniform(0.1, 0.9), rng.uniform(1.0, 3.0), rng.uniform(-3.0, 0.0)]
    values, steps = list(leaves), []
    for k in range(rng.randint(3, 12)):
        row = ROWS[seed % len(ROWS)] if k == 0 else rng.choice(ROWS)
        for _ in range(40):
            operands = _operands(rng, row, values)
            numbers = [values[x] if isinstance(x, int) else x for x in operands]
            if _is_ordinary(row, numbers):
                steps.append((row, operands))
                values.append(row(*numbers))
                break
    return Program(leaves, steps)


def _operands(rng: random.Random, row: Primitive, values: list[float]) -> list[int | float]:
    count = row.arity or rng.randint(1, 4)
    xs: list[int | float] = [
        rng.randrange(len(values)) if k == 0 or rng.random() < 0.7 else round(rng.uniform(-2, 2), 3)
        for k in range(count)
    ]
    if row.name in ("softmax", "take"):
        return [float(rng.randrange(count)), *xs]
    if row.name in ("cross_entropy", "cross_entropy_of_logits"):
        return [*xs, *(rng.random() for _ in xs)]
    if row.name == "dot":
        return [*xs, *(rng.randrange(len(values)) for _ in xs), rng.choice([0.0, 0.5, 0])]
    rng.shuffle(xs)
    return xs


def _is_ordinary(row: Primitive, numbers: list[float]) -> bool:
    """Whether the row has a value here, and none of its numbers is large."""
    try:
        value = row.value(numbers)
    except (ValueError, ArithmeticError):
        return False
    slopes = row.local_derivatives(value, numbers, [True] * len(numbers))
    return all(math.isfinite(x) and abs(x) <= LIMIT for x in [value, *slopes] if x is not None)


# ---- Labels that try to be more than text -------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"'>&amp;{}${title}$title\\",
    "javascript:alert(1)",
    "two\nlines\r\u2028\u2029\0",
    "x" * 100_000,
    "مرحبا بالعالم \u202eevil",
    "<!--",
    "data",
    "grad",
    "constructor",
]


def hostile_graph() -> Value:
    """A graph whose labels try to be more than text."""
    leaves = [Value(float(k), label) for k, label in enumerate(HOSTILE, start=1)]
    root: Value = mg.sum(leaves) * leaves[0]
    root.label = "]]></style><b>root"
    return root
