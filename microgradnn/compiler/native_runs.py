"""Runs: the nodes of a tape sorted by level and operation, each run the work of one function.

The idea of this pass: nodes of one level do not depend on each other, so those of one operation are
a run, and their results stand side by side. There are two *sides*: nodes with a number for each
sample, and single numbers. What the samples share is computed among the latter, all of it before
the former, and *spread* to all samples where such a node needs it. For a single sample every node
is a single number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..engine.row import PRIMITIVES
from .native_code import NoFormula
from .patterns import Index, distinct_dots, rectangles
from .rows import REDUCTIONS, SELECTIONS
from .schedule import learning
from .tape import DOT, LEAVES, LINK, Tape

TURNS = 64  # within a level: what one node of the tape is written as has fewer operations in turn
LEAST_PRODUCT = 256  # multiplications, from which a matrix product of single numbers is the faster


class Product(NamedTuple):
    """A matrix product: nodes (m, k) times nodes (k, c), to the nodes (m, c)."""

    a: Index
    b: Index
    result: Index
    wanted: tuple[bool, bool]


class Records(NamedTuple):
    """Runs of one side, a row of entries for each, as the machine reads them."""

    batched: bool
    records: npt.NDArray[Any]


class Multiply(NamedTuple):
    """The slots of a matrix product; those of b and of the result stand side by side."""

    batched: bool
    a: Index
    b: Index
    result: Index
    wanted: tuple[bool, bool]
    fresh: tuple[bool, bool] = (False, False)  # gradients that are stored, not added


class Side:
    """The nodes of one side, in the order in which they were met, and the group of each."""

    def __init__(self) -> None:
        self.leaves: list[int] = []
        # The groups by their turn, the number of their operation, and that of terms or a product.
        self.groups: dict[tuple[int, int, int], int] = {}
        self.group_of: list[int] = []
        self.nodes: list[int] = []
        self.operands: list[tuple[int, ...]] = []
        # Groups with tables of their own: the terms of all their nodes.
        self.terms: dict[int, list[Any]] = defaultdict(list)

    def add(self, group: int, node: int, operands: tuple[int, ...] = ()) -> None:
        self.group_of.append(group)
        self.nodes.append(node)
        self.operands.append(operands)


class Runs:
    """The sides of a tape, and its matrix products, for a single sample or for many."""

    def __init__(self, tape: Tape, single: bool, gradient: bool) -> None:
        self.tape = tape
        self.batched: list[bool] = [x and not single for x in tape.batched]  # grows with the nodes
        self.learning: list[bool] = learning(tape) if gradient else [False] * len(tape)
        self.turn: list[int] = [0] * len(tape)
        self.sides: dict[bool, Side] = {False: Side(), True: Side()}
        self.operations: dict[tuple[Any, ...], int] = {}  # numbered as they come
        self.products: list[Product] = []
        self.spreads: dict[int, int] = {}  # by the node that is spread
        self.same: dict[int, int] = {}  # dots that are equal to others
        self.constants: dict[int, float] = dict(tape.numbers)
        self.dots: dict[tuple[int, int], list[int]] = defaultdict(list)
        params = range(tape.inputs, tape.inputs + tape.params)
        self.sides[False].leaves += params
        self.sides[not single].leaves += range(tape.inputs)
        self.sides[False].leaves += tape.numbers
        self._add_nodes()
        for (turn, _), dots in self.dots.items():
            self._add_dots(turn, dots)

    def _add_nodes(self) -> None:
        tape, turn = self.tape, self.turn
        for node, operands in enumerate(tape.operands):
            op = tape.ops[node]
            if op in LEAVES:
                continue
            level = 0
            for x in operands:
                if turn[x] > level:
                    level = turn[x]
            level = turn[node] = (level // TURNS + 1) * TURNS
            if op == DOT:
                self._dot(node, operands)
            elif op == LINK:
                self._link(node, operands)
            elif op in REDUCTIONS and (op != "sum" or not self.batched[node]):
                self._tree(REDUCTIONS[op], node, list(operands), level)
            elif op == "sum":
                self._reduction("sum", node, operands)
            else:
                if op not in PRIMITIVES and op not in SELECTIONS and op != "copy":
                    raise NoFormula(f"the operation {op!r} has no native code")
                self._apply(op, node, operands, level)

    # ---- Single operations -------------------------------------------------------------------

    def _group(self, operation: tuple[Any, ...], turn: int, number: int = 0) -> int:
        """The group of this turn and operation; with the number of terms, or of the product."""
        which = self.operations.setdefault(operation, len(self.operations))
        groups = self.sides[operation[1]].groups
        return groups.setdefault((turn, which, number), len(groups))

    def _new(self, batched: bool, learning: bool) -> int:
        self.batched.append(batched)
        self.learning.append(learning)
        self.turn.append(0)
        return len(self.turn) - 1

    def _apply(
        self, op: str, node: int, operands: tuple[int, ...], turn: int, passes_on: bool = True
    ) -> int:
        batched, learning = self.batched, self.learning
        own, is_batched = learning[node] and passes_on, batched[node]
        wanted = tuple([own and learning[x] for x in operands])
        shared = tuple([not batched[x] for x in operands]) if is_batched else ()
        group = self._group((op, is_batched, wanted, shared), turn)
        self.sides[is_batched].add(group, node, operands)
        return node

    def _spread(self, node: int) -> int:
        """The node that gives a single number to all samples."""
        if node not in self.spreads:
            spread = self.spreads[node] = self._new(True, self.learning[node])
            if node in self.constants:
                self.sides[True].leaves.append(spread)
                self.constants[spread] = self.constants[node]
            else:
                self._apply("copy", spread, (node,), 0)
        return self.spreads[node]

    def _tree(self, op: str, node: int, terms: list[int], turn: int) -> None:
        """A sum or an extreme of many terms, by operations on two; the last one is the node."""
        batched = self.batched[node]
        while len(terms) > 2:
            pairs = list(zip(terms[::2], terms[1::2], strict=False))
            rest = terms[2 * len(pairs) :]
            own = self.learning[node]
            terms = [
                self._apply(
                    op,
                    self._new(batched, own and (self.learning[a] or self.learning[b])),
                    (a, b),
                    turn,
                )
                for a, b in pairs
            ] + rest
            turn += 1
        self._apply(op if len(terms) == 2 else "copy", node, tuple(terms), turn)

    def _reduction(self, op: str, node: int, *factors: Sequence[int]) -> None:
        """A sum or a dot of nodes with a number for each sample."""
        own = self.learning[node]
        spread = [[x if self.batched[x] else self._spread(x) for x in xs] for xs in factors]
        wanted = tuple([own and any(self.learning[x] for x in xs) for xs in spread])
        group = self._group((op, True, wanted), self.turn[node], len(factors[0]))
        self.sides[True].add(group, node)
        self.sides[True].terms[group].append(spread)

    def _link(self, node: int, operands: tuple[int, ...]) -> None:
        """A link is a copy of its value, and the pairs by which gradients are passed on."""
        value, *others = operands
        batched, learning = self.batched[node], self.learning
        own = learning[node]
        self._apply("copy", node, (value,), self.turn[node], passes_on=False)
        half = len(others) // 2
        pairs = [
            (x, p) for x, p in zip(others[:half], others[half:], strict=True) if own and learning[x]
        ]
        if not pairs:
            return
        side = self.sides[batched]
        if batched:
            pairs = [
                tuple([y if self.batched[y] else self._spread(y) for y in xs])  # type: ignore[misc]
                for xs in pairs
            ]
        terms = len(pairs) if batched else 0
        group = self._group((LINK, batched, (True, False)), self.turn[node] + 1, terms)
        if batched:
            side.terms[group].append([*zip(*pairs, strict=True), node])
        else:
            side.terms[group].extend([(x, p, node) for x, p in pairs])

    # ---- Dots --------------------------------------------------------------------------------

    def _dot(self, node: int, operands: tuple[int, ...]) -> None:
        """Dots of uniform by batched factors wait for others; the rest are written at once."""
        n = len(operands) // 2
        kinds = self.tape.batched
        if kinds[operands[n]] and not kinds[operands[0]]:
            self.dots[self.turn[node], n].append(node)
        else:
            self._single_dot(node, operands[:n], operands[n:])

    def _single_dot(self, node: int, a: Sequence[int], b: Sequence[int]) -> None:
        if self.batched[node]:
            self._reduction(DOT, node, a, b)
            return
        turn, own = self.turn[node], self.learning[node]
        terms = [
            self._apply("mul", self._new(False, own and (self.learning[x] or self.learning[y])),
                        (x, y), turn)
            for x, y in zip(a, b, strict=True)
        ]  # fmt: skip
        self._tree("add", node, terms, turn + 1)

    def _add_dots(self, turn: int, dots: list[int]) -> None:
        """Dots of one level and length: full rectangles are matrix products."""
        operands = np.array([self.tape.operands[node] for node in dots])
        n = operands.shape[1] // 2
        a, b, first, which = distinct_dots(operands[:, :n], operands[:, n:])
        distinct = np.array(dots)[first]
        for node, other in zip(dots, distinct[which].tolist(), strict=True):
            if node != other:
                self.same[node] = other
                self.learning[other] = self.learning[other] or self.learning[node]
        grids, rest = rectangles(a, b)
        alone = rest.tolist()
        for grid in grids:
            side = self.sides[self.batched[int(distinct[grid[0, 0]])]]
            if side is self.sides[False] and grid.size * n < LEAST_PRODUCT:
                alone += grid.ravel().tolist()
                continue
            result, left, right = distinct[grid], a[grid[:, 0]], b[grid[0]].T
            own = any(self.learning[x] for x in result.flat)
            wanted = [own and any(self.learning[x] for x in xs.flat) for xs in (left, right)]
            number = len(self.products)
            self.products.append(Product(left, right, result, (wanted[0], wanted[1])))
            group = self._group(("product", side is self.sides[True], ()), turn, number)
            for node in result.ravel().tolist():
                side.add(group, node)
        for dot in alone:
            self._single_dot(int(distinct[dot]), a[dot].tolist(), b[dot].tolist())
