"""Functions for single numbers: several nodes at once, gathered from where their operands are."""

from __future__ import annotations

from .native_code import Code
from .native_operations import (
    APART,
    COUNT,
    NUMBER_GRADIENTS,
    NUMBERS,
    SCRATCH,
    Function,
    tables_of,
    tables_of_terms,
)


class Numbers(Function):
    """A row for single numbers, several nodes at once.

    Where the nodes of a run do not fill the last vector, the numbers after them are overwritten:
    these belong to runs that come later. Gradients are added one by one, for a node may occur in
    several lanes. A run of one node is computed without vectors.
    """

    tables: list[str]  # of the slots of each operand
    out: str  # the addresses of the first value and its gradient
    upstream: str
    scratch: str  # where parts of gradients stand, and how far apart those of the operands
    apart: str
    table: str  # of the operand whose parts are added
    parts: str

    def write(self) -> None:
        code = self.code
        self.tables = tables_of(code, len(self.operation.wanted), False)
        self.out, self.upstream = (code.at(x, self.first) for x in (self.values, self.gradients))
        code.only_if(code.do(f"icmp eq i64 {self.count}, 1"), self._one)
        if not self.backward:
            code.loop(self.count, code.width, self._several)
            return
        self.scratch, self.apart = (
            code.entry("context", SCRATCH, "ptr"),
            code.entry("context", APART),
        )
        self.wanted: list[int] = []
        code.loop(self.count, code.width, self._several)
        code.lanes = 1
        for table in self.wanted:
            self.table, self.parts = self.tables[table], self._scratch_of(table)
            code.loop(self.count, 1, self._add_one)

    def _one(self) -> None:
        self.code.lanes = 1
        for k, part in self._computed("0").items():
            self.code.add_to(
                self.code.at(self.gradients, self.code.slot(self.tables[k], "0")), part
            )
        self.code.lanes = self.code.width

    def _several(self, i: str, _: list[str]) -> None:
        for k, part in self._computed(i).items():
            self.wanted.append(k)
            self.code.store(part, self.code.at(self._scratch_of(k), i))

    def _computed(self, i: str) -> dict[int, str]:
        """Compute the nodes from i on; or give what they pass on."""
        code = self.code
        names = {f"x{k}": code.gather(self.values, table, i) for k, table in enumerate(self.tables)}
        out = code.at(self.out, i)
        if self.backward:
            names["out"] = code.load(out)
            return self.passed_on(names, code.load(code.at(self.upstream, i)))
        code.store(code.formula(self.formulas[0], {}, names), out)
        return {}

    def _scratch_of(self, place: int) -> str:
        return self.code.at(self.scratch, self.code.do(f"mul i64 {place}, {self.apart}"))

    def _add_one(self, i: str, _: list[str]) -> None:
        code = self.code
        address = code.at(self.gradients, code.slot(self.table, i))
        code.add_to(address, code.load(code.at(self.parts, i)))


def write_links(code: Code) -> None:
    """The reverse pass of links of single numbers, pair by pair of operand and partial.

    The tables hold the operand, the partial and the link of each pair.
    """
    code.lanes = 1
    (operands, partials, links), _ = tables_of_terms(code, 3)
    values, gradients = (code.entry("context", x, "ptr") for x in (NUMBERS, NUMBER_GRADIENTS))

    def pair(i: str, _: list[str]) -> None:
        upstream, partial = code.gather(gradients, links, i), code.gather(values, partials, i)
        address = code.at(gradients, code.slot(operands, i))
        code.add_to(address, code.multiply(upstream, partial))

    code.loop(code.slot("%run", str(COUNT)), 1, pair)
