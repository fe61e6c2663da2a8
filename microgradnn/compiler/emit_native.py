"""The native back end: a program as records of runs, and the matrix products between them.

The idea: what is between two matrix products is one call of the machine. The gradient of a node
has a place of its own, like its value, and reverse functions add to it: so the reverse pass is the
forward pass backwards. All that has to be found out is which gradients need not be 0 before.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt

from .native_machine import Machine, machine
from .native_operations import HEADER, RECORD, Operation
from .native_runs import Multiply, Product, Records, Runs
from .patterns import Index, affine, runs
from .tape import LINK, Tape

Table = npt.NDArray[np.int32]
Item = Records | Multiply

MOST_NUMBERS = 2**17  # in a buffer that stays in the processor's cache
LEAST_IN_PRODUCTS = 256  # samples, for matrix products of fewer are slower
MOST_NOTED = 500  # groups, up to which it is found out which gradients need not be 0 before


class NativeCode:
    """A tape as items, which are records of runs, or products: `forward` and `reverse`.

    It is for a single sample or for many.
    """

    def __init__(self, tape: Tape, single: bool, gradient: bool, vector_math: bool) -> None:
        self.tape = tape
        self.single = single
        self.machine: Machine = machine(vector_math)
        self.runs: Runs = Runs(tape, single, gradient)
        self.batched: list[bool] = self.runs.batched
        self.slot_of: Index = np.zeros(len(self.batched), np.int64)
        self.slots: dict[bool, int] = {False: 0, True: 0}
        self.own_tables: dict[int, Table] = {}  # by address; they stay alive
        self.shared_tables: dict[bool, Table] = {}
        placed = {batched: self._place(batched) for batched in (False, True)}
        for node, other in self.runs.same.items():
            self.slot_of[node] = self.slot_of[other]
        items = [x for batched in (False, True) for x in self._items(batched, *placed[batched])]
        outputs = tape.outputs
        self.outputs: list[tuple[bool, int]] = [
            (self.batched[x], int(self.slot_of[x])) for x in outputs
        ]
        self.zeros: list[slice] = [slice(0, self.slots[True])]  # gradients that are 0 at first
        forward = [self._forward_part(x) for x in items]
        self.forward: list[Item] = self._with_addresses(forward, False)
        reverse = _Reverse(self).items(items[::-1]) if gradient else []
        self.reverse: list[Item] = self._with_addresses(reverse, True)

    def samples_at_once(self) -> int:
        """How many samples a part of a large batch has, so that its numbers fit into the cache."""
        width = self.machine.width
        least = LEAST_IN_PRODUCTS if self.runs.products else width
        most = MOST_NUMBERS // max(self.slots[True], 1) // width * width
        return max(most, least)

    # ---- Runs --------------------------------------------------------------------------------

    def _place(self, batched: bool) -> tuple[Index, Index, Index, Index]:
        """Give slots to the nodes of a side: first the leaves, then the groups by their turns.

        Gives the groups in this order: their numbers and keys; the order of the nodes, and where
        each group ends.
        """
        side = self.runs.sides[batched]
        keys = np.array(list(side.groups), np.int64).reshape(-1, 3)
        by_turn = np.argsort(keys[:, 0], kind="stable")
        place = np.empty_like(by_turn)
        place[by_turn] = np.arange(len(keys))
        group_of = place[np.array(side.group_of, np.int64)]
        order = np.argsort(group_of, kind="stable")
        ends = np.cumsum(np.bincount(group_of, minlength=len(keys)))
        first = len(side.leaves)
        self.slot_of[np.array(side.leaves, np.int64)] = np.arange(first)
        self.slot_of[np.array(side.nodes, np.int64)[order]] = first + np.arange(len(order))
        self.slots[batched] = first + len(order)
        return by_turn, keys[by_turn], order, ends

    def _items(
        self, batched: bool, groups: Index, keys: Index, order: Index, ends: Index
    ) -> list[Any]:
        """The records of a side, and the products between them."""
        side = self.runs.sides[batched]
        table = self._shared_table(batched, order)
        starts = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
        records = np.zeros(len(keys), RECORD)
        records["function"], records["count"] = keys[:, 1], ends - starts
        records["table"] = table.ctypes.data + table.itemsize * starts
        records["result"] = len(side.leaves) + starts
        places = np.argsort(groups)
        for group, terms in side.terms.items():
            place = places[group]
            records["table"][place] = self._own_table(terms, int(keys[place, 2]))
            records["count"][place] = len(terms)
        product = self.runs.operations.get(("product", batched, ()), -1)
        items: list[Any] = []
        start = 0
        for place in np.flatnonzero(keys[:, 1] == product).tolist():
            items.append(Records(batched, records[start:place]))
            found = self.runs.products[keys[place, 2]]
            items += self._product(batched, found, int(records["result"][place]))
            start = place + 1
        return [*items, Records(batched, records[start:])]

    def _shared_table(self, batched: bool, order: Index) -> Table:
        """The slots of all operands, a row for each place; vectors may read beyond the last."""
        rows = list(zip_longest(*self.runs.sides[batched].operands, fillvalue=0))
        table = np.zeros((max(len(rows), 1), len(order) + self.machine.width), np.int32)
        for place, row in enumerate(rows):
            table[place, : len(order)] = self.slot_of[np.array(row)[order]]
        self.shared_tables[batched] = table
        return table

    def _own_table(self, terms: list[Any], count: int) -> int:
        """The address of a table for sums, dots or links, `count` terms of each side by side."""
        if isinstance(terms[0], tuple):  # pairs of links of single numbers
            nodes = np.array(terms).T
        else:
            is_link = isinstance(terms[0][-1], int)  # its own slots stand below the factors
            factors = np.array([x[:-1] if is_link else x for x in terms]).transpose(1, 0, 2)
            nodes = factors.reshape(len(factors), -1)
            if is_link:
                links = np.zeros((1, nodes.shape[1]), np.int64)
                links[0, : len(terms)] = [x[-1] for x in terms]
                nodes = np.vstack([nodes, links])
        return self._kept(np.concatenate([[count, nodes.shape[1]], self.slot_of[nodes].ravel()]))

    def _kept(self, table: Index) -> int:
        """The address of this table, which from now on stays alive."""
        made = np.ascontiguousarray(table, np.int32)
        self.own_tables[made.ctypes.data] = made
        return int(made.ctypes.data)

    # ---- Products ----------------------------------------------------------------------------

    def _product(self, batched: bool, product: Product, start: int) -> list[Any]:
        """A product, after copies of its factors where those do not stand side by side."""
        items: list[Any] = []
        a, b = self.slot_of[product.a], self.slot_of[product.b]
        found = affine(a)
        is_matrix = found is not None and (a.shape[1] == 1 or found.strides[1] == 1)
        if not is_matrix or len(np.unique(a)) < a.size:  # weights that rows share are copied, too
            a = self._copied(a, False, product.wanted[0], items)
        if not np.array_equal(b.ravel(), b.flat[0] + np.arange(b.size)):
            b = self._copied(b, batched, product.wanted[1], items)
        result = start + np.arange(product.result.size).reshape(product.result.shape)
        return [*items, Multiply(batched, a, b, result, product.wanted)]

    def _copied(self, slots: Index, batched: bool, learning: bool, items: list[Any]) -> Index:
        """New slots, side by side, after an item that copies these to them."""
        width = self.machine.width
        start = self.slots[batched]
        self.slots[batched] += slots.size + (0 if batched else width)
        table = np.zeros(slots.size + width, np.int64)
        table[: slots.size] = slots.ravel()
        operations = self.runs.operations
        copy = ("copy", batched, (learning,), (False,) if batched else ())
        which = operations.setdefault(copy, len(operations))
        record = np.array([(which, self._kept(table), slots.size, start)], RECORD)
        items.append(Records(batched, record))
        return np.arange(start, start + slots.size).reshape(slots.shape)

    # ---- Functions ---------------------------------------------------------------------------

    @property
    def operations(self) -> list[Operation]:
        return [Operation(*x) for x in self.runs.operations]

    def _forward_part(self, item: Any) -> Any:
        if isinstance(item, Multiply):
            return item
        has_value = np.array([x.op != LINK for x in self.operations], bool)
        records = item.records
        return Records(item.batched, records[has_value[records["function"]]])

    def _with_addresses(self, items: list[Any], backward: bool) -> list[Any]:
        """The items, with the addresses of functions instead of the numbers of operations."""
        operations = self.operations
        operations += [x._replace(fresh=True) for x in operations]
        records = [x.records for x in items if isinstance(x, Records)]
        used = {int(x) for item in records for x in np.unique(item["function"])}
        self.machine.learn([(operations[x], backward) for x in used])
        address_of = np.zeros(len(operations), np.int64)
        for x in used:
            address_of[x] = self.machine.addresses[operations[x], backward]
        for rows in records:
            rows["function"] = address_of[rows["function"]]
        joined: list[Any] = []  # records that follow one another are one item
        for item in items:
            if joined and isinstance(item, Records) and isinstance(joined[-1], Records):
                item = Records(item.batched, np.concatenate([joined.pop().records, item.records]))
            joined.append(item)
        return [x for x in joined if isinstance(x, Multiply) or len(x.records)]


class _Reverse:
    """Which gradients have been written when an item's turn comes, in the reverse pass."""

    def __init__(self, code: NativeCode) -> None:
        self.code = code
        self.operations = code.operations
        self.written = {b: np.zeros(n, bool) for b, n in code.slots.items()}
        self.needs_zero = np.zeros(code.slots[True], bool)  # of those with one for each sample
        self.notes = sum(len(x.groups) for x in code.runs.sides.values()) <= MOST_NOTED
        batched, slot = code.outputs[0]
        self.written[batched][slot] = True  # the seed

    def items(self, items: list[Any]) -> list[Any]:
        """The items of the reverse pass, from those of the forward pass backwards."""
        found = [self._product(x) if isinstance(x, Multiply) else self._records(x) for x in items]
        if self.notes:
            found_zero = runs(np.flatnonzero(self.needs_zero))
            self.code.zeros = [slice(int(x[0]), int(x[-1]) + 1) for x in found_zero]
        return [x for x in found if x is not None]

    def _product(self, item: Multiply) -> Multiply | None:
        if not any(item.wanted):
            return None
        self._complete(item.batched, item.result.ravel())
        fresh = [
            wanted and self._hand_on(batched, slots.ravel())
            for wanted, batched, slots in zip(
                item.wanted, (False, item.batched), (item.a, item.b), strict=True
            )
        ]
        return item._replace(fresh=(fresh[0], fresh[1]))

    def _records(self, item: Records) -> Records:
        wanted = np.array([any(x.wanted) for x in self.operations], bool)
        records = item.records
        records = records[wanted[records["function"]]][::-1].copy()
        if self.notes:
            for record in records:
                self._note(record)
        return Records(item.batched, records)

    def _note(self, record: Any) -> None:
        """Note what a run reads and writes, and whether it stores its parts of gradients."""
        operation = self.operations[record["function"]]
        count, first = int(record["count"]), int(record["result"])
        operands = self._operands(operation, int(record["table"]), count)
        is_link = operation.op == LINK
        results: Any = operands[2, :count] if is_link else np.arange(first, first + count)
        self._complete(operation.batched, results)
        sides: dict[bool, list[Index]] = {False: [np.zeros(0, np.int64)], True: []}
        shared = operation.shared or [not operation.batched] * len(operation.wanted)
        for slots, wanted, is_shared in zip(operands, operation.wanted, shared, strict=False):
            if wanted:
                sides[not is_shared].append(slots)
        self._hand_on(False, np.concatenate(sides[False]))
        if sides[True] and self._hand_on(True, np.concatenate(sides[True])):
            record["function"] += len(self.operations)

    def _operands(self, operation: Operation, address: int, count: int) -> Index:
        """The slots of the operands of a run, those of each in a row."""
        table: Any = self.code.own_tables.get(address)
        if table is None:
            table = self.code.shared_tables[operation.batched]
            start = (address - table.ctypes.data) // table.itemsize
            return table[:, start : start + count]  # type: ignore[no-any-return]
        if operation.op == "copy":
            return table[None, :count]  # type: ignore[no-any-return]
        return table[HEADER:].reshape(-1, table[1])  # type: ignore[no-any-return]

    def _complete(self, batched: bool, slots: Index) -> None:
        """Nothing more is added to these gradients: what was not written is 0."""
        if batched:
            self.needs_zero[slots[~self.written[True][slots]]] = True
        self.written[batched][slots] = True

    def _hand_on(self, batched: bool, slots: Index) -> bool:
        """Parts go to these gradients; give whether all are fresh, and none occurs twice."""
        written = self.written[batched]
        fresh = self.notes and not written[slots].any() and len(np.unique(slots)) == len(slots)
        if not fresh:
            self._complete(batched, slots)
        written[slots] = True
        return bool(fresh)
