"""The text of functions for the native machine, in the language of LLVM.

The idea: a formula is computed on vectors, as many numbers as the processor takes at once, by one
instruction for each of its operations. Functions such as sin are the C library's: for vectors where
it has them, else number by number.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Container, Sequence

from ..engine.formulas import Formula
from ..engine.row import Primitive
from .rows import OUTCOMES, number_of, operands_first

INSTRUCTIONS = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
COMPARISONS = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge"}
EXTREMES = {"maximum": "oge", "minimum": "ole"}  # the first operand, where it compares so
# LLVM's names of what processors have.
INTRINSICS = {"abs": "fabs", "sqrt": "sqrt", "floor": "floor", "ceil": "ceil"}


class NoFormula(TypeError):
    """What a program does is Python code and no formula: the machine cannot compute it."""


class Code:
    """One function; it grows by instructions, whose results have names.

    `width` is how many lanes its vectors have, and `vector_names` are the functions that the C
    library has for so many, `known` those that it has for one. With `lanes` = 1 the function
    computes single numbers.
    """

    def __init__(
        self, name: str, width: int, vector_names: dict[str, str], known: Container[str]
    ) -> None:
        self.width = width
        self.lanes: int = width
        self.vector_names = vector_names
        self.known = known
        self.declared: set[str] = set()  # functions that are called
        self.lines: list[str] = [f"define void @{name}(ptr %run, ptr %context) #0 {{", "entry:"]
        self.block: str = "entry"
        self.count: int = 0  # of names
        self.kept: list[Formula] = []  # alive, so that an id stands for one formula

    @property
    def text(self) -> str:
        return "\n".join([*self.lines, "  ret void", "}", ""])

    @property
    def kind(self) -> str:
        return self._kind("double")

    def _kind(self, of: str) -> str:
        return of if self.lanes == 1 else f"<{self.lanes} x {of}>"

    def do(self, instruction: str) -> str:
        """Append an instruction; give the name of its result."""
        self.count += 1
        self.lines.append(f"  %t{self.count} = {instruction}")
        return f"%t{self.count}"

    def _begin(self, block: str) -> None:
        self.lines.append(f"{block}:")
        self.block = block

    def loop(
        self,
        end: str,
        step: int,
        body: Callable[[str, list[str]], Sequence[str] | None],
        carried: Sequence[str] = (),
    ) -> list[str]:
        """Append a loop from 0 to before `end`, which runs once at least.

        `body` is given the counter and the vectors that are carried from round to round, and gives
        what these are after it.
        """
        self.count += 1
        i, following = f"%i{self.count}", f"%next{self.count}"
        names = [f"%carried{self.count}.{place}" for place in range(len(carried))]
        before, head, after = self.block, f"loop{self.count}", f"after{self.count}"
        self.lines.append(f"  br label %{head}")
        self._begin(head)
        place = len(self.lines)
        results = list(body(i, names) or [])
        self.lines.append(f"  {following} = add i64 {i}, {step}")
        more = self.do(f"icmp slt i64 {following}, {end}")
        self.lines[place:place] = [
            f"  {name} = phi {kind} [{first}, %{before}], [{last}, %{self.block}]"
            for name, kind, first, last in [
                (i, "i64", "0", following),
                *[(x, self.kind, y, z) for x, y, z in zip(names, carried, results, strict=True)],
            ]
        ]
        self.lines.append(f"  br i1 {more}, label %{head}, label %{after}")
        self._begin(after)
        return results

    def only_if(self, condition: str, body: Callable[[], None]) -> None:
        """Append a block that is run if the condition holds, and then ends the function."""
        self.count += 1
        held, other = f"held{self.count}", f"other{self.count}"
        self.lines.append(f"  br i1 {condition}, label %{held}, label %{other}")
        self._begin(held)
        body()
        self.lines.append("  ret void")
        self._begin(other)

    # ---- Memory ------------------------------------------------------------------------------

    def entry(self, of: str, place: int, kind: str = "i64") -> str:
        """An entry of the run's record or of the context."""
        return self.do(f"load {kind}, ptr {self.at(f'%{of}', str(place), 'i64')}")

    def at(self, base: str, place: str, kind: str = "double") -> str:
        return self.do(f"getelementptr {kind}, ptr {base}, i64 {place}")

    def load(self, address: str) -> str:
        return self.do(f"load {self.kind}, ptr {address}, align 8")

    def store(self, value: str, address: str) -> None:
        self.lines.append(f"  store {self.kind} {value}, ptr {address}, align 8")

    def add_to(self, address: str, value: str) -> None:
        self.store(self.do(f"fadd {self.kind} {self.load(address)}, {value}"), address)

    def slot(self, table: str, place: str) -> str:
        """One number of a table of slots."""
        address = self.at(table, place, "i32")
        return self.do(f"sext i32 {self.do(f'load i32, ptr {address}')} to i64")

    def gather(self, base: str, table: str, place: str) -> str:
        """The numbers in as many slots of a table as there are lanes."""
        if self.lanes == 1:
            return self.load(self.at(base, self.slot(table, place)))
        address = self.at(table, place, "i32")
        narrow, wide, pointers, truths = map(self._kind, ("i32", "i64", "ptr", "i1"))
        slots = self.do(f"load {narrow}, ptr {address}, align 4")
        slots = self.do(f"sext {narrow} {slots} to {wide}")
        places = self.do(f"getelementptr double, ptr {base}, {wide} {slots}")
        name = f"llvm.masked.gather.v{self.lanes}f64.v{self.lanes}p0"
        self.declared.add(f"{self.kind} @{name}({pointers}, i32, {truths}, {self.kind})")
        operands = f"{pointers} {places}, i32 8, {truths} splat (i1 true), {self.kind} undef"
        return self.do(f"call {self.kind} @{name}({operands})")

    def to_all_lanes(self, number: str) -> str:
        one = self.do(f"insertelement {self.kind} undef, double {number}, i32 0")
        lanes = f"{self._kind('i32')} zeroinitializer"
        return self.do(f"shufflevector {self.kind} {one}, {self.kind} undef, {lanes}")

    def sum_of_lanes(self, vector: str) -> str:
        name = f"llvm.vector.reduce.fadd.v{self.width}f64"
        self.declared.add(f"double @{name}(double, {self.kind})")
        return self.do(f"call reassoc double @{name}(double -0.0, {self.kind} {vector})")

    # ---- Formulas ----------------------------------------------------------------------------

    def number(self, number: float) -> str:
        (bits,) = struct.unpack("<Q", struct.pack("<d", number))
        return f"0x{bits:016X}" if self.lanes == 1 else f"splat (double 0x{bits:016X})"

    def multiply(self, x: str, y: str) -> str:
        return self.do(f"fmul {self.kind} {x}, {y}")

    def multiply_add(self, x: str, y: str, z: str) -> str:
        return self._call(f"llvm.fmuladd.{self._suffix()}", [x, y, z])

    def looked_at(self, x: str, check: str) -> str:
        """`check`, with NaN where x is not finite: there x − x has other bits than 0."""
        kind, bits = self.kind, self._kind("i64")
        zero = self.do(f"bitcast {kind} {self.do(f'fsub {kind} {x}, {x}')} to {bits}")
        both = self.do(f"or {bits} {zero}, {self.do(f'bitcast {kind} {check} to {bits}')}")
        return self.do(f"bitcast {bits} {both} to {kind}")

    def formula(self, root: Formula, computed: dict[int, str], names: dict[str, str]) -> str:
        """Compute a formula over names; `computed` are the parts that have been, by id."""
        for part in operands_first(root, computed, lambda x: x.operands):
            self.kept.append(part)
            row = part.row
            if row is None:
                computed[id(part)] = self._leaf(part, names)
            elif isinstance(row, Primitive) and row.kind == "formula":  # such as a sign
                written = row.forward(*part.operands)
                computed[id(part)] = self.formula(written, computed, names)
            else:
                name = row.name if isinstance(row, Primitive) else row
                operands = [computed[id(x)] for x in part.operands]
                computed[id(part)] = self._operation(name, operands)
        return computed[id(root)]

    def _leaf(self, leaf: Formula, names: dict[str, str]) -> str:
        if leaf.text in OUTCOMES:
            text = leaf.text.lower()
            return text if self.lanes == 1 else f"splat (i1 {text})"
        number = number_of(leaf)
        return names[leaf.text] if number is None else self.number(number)

    def _operation(self, name: str, xs: Sequence[str]) -> str:
        kind, truths = self.kind, self._kind("i1")
        if name in INSTRUCTIONS:
            return self.do(f"{INSTRUCTIONS[name]} {kind} {xs[0]}, {xs[1]}")
        if name == "neg":
            return self.do(f"fneg {kind} {xs[0]}")
        if name == "&":
            return self.do(f"and {truths} {xs[0]}, {xs[1]}")
        if name in COMPARISONS:
            return self.do(f"fcmp {COMPARISONS[name]} {kind} {xs[0]}, {xs[1]}")
        if name in EXTREMES:
            xs = [self.do(f"fcmp {EXTREMES[name]} {kind} {xs[0]}, {xs[1]}"), *xs]
        if name == "where" or name in EXTREMES:
            return self.do(f"select {truths} {xs[0]}, {kind} {xs[1]}, {kind} {xs[2]}")
        if name in INTRINSICS:
            return self._call(f"llvm.{INTRINSICS[name]}.{self._suffix()}", xs)
        return self._remainder(*xs) if name == "remainder" else self._mathematics(name, xs)

    def _remainder(self, x: str, y: str) -> str:
        """What is left of x, with the sign of y, as in Python; C's fmod has the sign of x."""
        kind, truths = self.kind, self._kind("i1")
        left = self._mathematics("fmod", [x, y])
        zero = self.number(0.0)
        signs = [self.do(f"fcmp olt {kind} {z}, {zero}") for z in (left, y)]
        differ = self.do(f"xor {truths} {signs[0]}, {signs[1]}")
        added = self.do(f"fadd {kind} {left}, {y}")
        one = self.do(f"select {truths} {differ}, {kind} {added}, {kind} {left}")
        none = self._call(f"llvm.copysign.{self._suffix()}", [zero, y])
        is_left = self.do(f"fcmp une {kind} {left}, {zero}")
        return self.do(f"select {truths} {is_left}, {kind} {one}, {kind} {none}")

    def _suffix(self) -> str:
        return "f64" if self.lanes == 1 else f"v{self.lanes}f64"

    def _mathematics(self, name: str, xs: Sequence[str]) -> str:
        """Call a function of the C library, if need be for each lane."""
        if name not in self.known:
            raise NoFormula(f"{name!r} is no function of the C library")
        if self.lanes == 1 or name in self.vector_names:
            return self._call(name if self.lanes == 1 else self.vector_names[name], xs)
        kind, result = self.kind, "undef"
        for lane in range(self.width):
            numbers = [self.do(f"extractelement {kind} {x}, i32 {lane}") for x in xs]
            self.lanes = 1
            one = self._call(name, numbers)
            self.lanes = self.width
            result = self.do(f"insertelement {kind} {result}, double {one}, i32 {lane}")
        return result

    def _call(self, name: str, xs: Sequence[str]) -> str:
        self.declared.add(f"{self.kind} @{name}({', '.join([self.kind] * len(xs))})")
        return self.do(f"call {self.kind} @{name}({', '.join(f'{self.kind} {x}' for x in xs)})")
