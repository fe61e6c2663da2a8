"""Functions for nodes with a number for each sample: node by node, several samples at once."""

from __future__ import annotations

from .native_operations import (
    CHECK,
    COLUMNS,
    NUMBER_GRADIENTS,
    NUMBERS,
    Function,
    tables_of,
    tables_of_terms,
)


class Samples(Function):
    """A row, node by node, each for all samples."""

    tables: list[str]  # of the slots of each operand
    columns: str
    numbers: str
    number_gradients: str
    shared: list[int]  # the operands that are the same for all samples
    totals: list[int]  # those among them whose gradients are added up
    slots: list[str]  # of the operands of the node at hand
    rows: list[str]  # where their numbers begin, and at last the node's
    equal: dict[int, str]  # the numbers of shared operands

    def write(self) -> None:
        code = self.code
        self.tables = tables_of(code, len(self.operation.wanted), True)
        self.columns = code.entry("context", COLUMNS)
        self.numbers, self.number_gradients = (
            code.entry("context", x, "ptr") for x in (NUMBERS, NUMBER_GRADIENTS)
        )
        self.shared = [k for k, is_shared in enumerate(self.operation.shared) if is_shared]
        self.totals = [k for k in self.shared if self.operation.wanted[k] and self.backward]
        checks = [] if self.backward else [code.number(0.0)]
        for check in code.loop(self.count, 1, self._node, checks):
            code.add_to(code.entry("context", CHECK, "ptr"), check)

    def _node(self, i: str, checks: list[str]) -> list[str]:
        code = self.code
        self.slots = [code.slot(table, i) for table in self.tables]
        result = code.do(f"add i64 {self.first}, {i}")
        self.rows = [code.do(f"mul i64 {x}, {self.columns}") for x in [*self.slots, result]]
        self.equal = {
            k: code.to_all_lanes(
                code.do(f"load double, ptr {code.at(self.numbers, self.slots[k])}")
            )
            for k in self.shared
        }
        carried = checks or [code.number(0.0)] * len(self.totals)
        carried = code.loop(self.columns, code.width, self._sample, carried)
        if not self.backward:
            return carried
        for k, total in zip(self.totals, carried, strict=True):
            one = code.sum_of_lanes(total)
            code.lanes = 1
            code.add_to(code.at(self.number_gradients, self.slots[k]), one)
            code.lanes = code.width
        return []

    def _sample(self, column: str, carried: list[str]) -> list[str]:
        code = self.code
        *operands, result = (code.do(f"add i64 {row}, {column}") for row in self.rows)
        xs = [
            self.equal[k] if k in self.equal else code.load(code.at(self.values, x))
            for k, x in enumerate(operands)
        ]
        names = {f"x{k}": x for k, x in enumerate(xs)}
        out = code.at(self.values, result)
        if not self.backward:
            code.store(code.formula(self.formulas[0], {}, names), out)
            for k, x in enumerate(xs):
                carried = carried if k in self.equal else [code.looked_at(x, carried[0])]
            return carried
        names["out"] = code.load(out)
        parts = self.passed_on(names, code.load(code.at(self.gradients, result)))
        for k, part in parts.items():
            if k not in self.equal:
                self.hand_on(code.at(self.gradients, operands[k]), part)
        return [
            code.do(f"fadd {code.kind} {total}, {parts[k]}") if k in parts else total
            for k, total in zip(self.totals, carried, strict=True)
        ]


class Terms(Function):
    """Sums and dots for all samples, and the reverse pass of links: a dot of upstream and partials.

    In each table the terms of a node stand together. A link has one more table, of its own slots.
    """

    tables: list[str]
    terms: str  # how many
    links: str
    columns: str
    row: str  # of the node at hand
    result: str
    column: str  # of the samples at hand
    upstream: str

    def write(self) -> None:
        code, op = self.code, self.operation.op
        count = {"link": 3, "dot": 2, "sum": 1}[op]
        self.tables, self.terms = tables_of_terms(code, count)
        self.links = self.tables.pop() if op == "link" else ""
        self.columns = code.entry("context", COLUMNS)
        code.loop(self.count, 1, self._node)

    def _node(self, i: str, _: list[str]) -> None:
        code = self.code
        self.row = code.do(f"mul i64 {i}, {self.terms}")
        slot = code.slot(self.links, i) if self.links else code.do(f"add i64 {self.first}, {i}")
        self.result = code.do(f"mul i64 {slot}, {self.columns}")
        code.loop(self.columns, code.width, self._sample)

    def _sample(self, column: str, _: list[str]) -> None:
        code, self.column = self.code, column
        result = code.do(f"add i64 {self.result}, {column}")
        if self.backward:
            self.upstream = code.load(code.at(self.gradients, result))
            code.loop(self.terms, 1, self._pass_on)
        else:
            (total,) = code.loop(self.terms, 1, self._add, [code.number(0.0)])
            code.store(total, code.at(self.values, result))

    def _places(self, k: str) -> list[str]:
        """Where the operands of a term are."""
        code = self.code
        place = code.do(f"add i64 {self.row}, {k}")
        rows = [code.do(f"mul i64 {code.slot(x, place)}, {self.columns}") for x in self.tables]
        return [code.do(f"add i64 {row}, {self.column}") for row in rows]

    def _add(self, k: str, totals: list[str]) -> list[str]:
        code = self.code
        xs = [code.load(code.at(self.values, x)) for x in self._places(k)]
        if len(xs) == 1:
            return [code.do(f"fadd {code.kind} {totals[0]}, {xs[0]}")]
        return [code.multiply_add(xs[0], xs[1], totals[0])]

    def _pass_on(self, k: str, _: list[str]) -> None:
        code, places = self.code, self._places(k)
        for place, wanted, other in zip(places, self.operation.wanted, places[::-1], strict=False):
            if wanted:
                part = self.upstream
                if len(places) == 2:
                    part = code.multiply(part, code.load(code.at(self.values, other)))
                self.hand_on(code.at(self.gradients, place), part)
