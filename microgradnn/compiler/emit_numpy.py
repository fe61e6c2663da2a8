"""The NumPy back end: a schedule as the text of a Python program.

The idea: for each size of batch all arrays are allocated once, and every call writes into one that
is there. So a program does no more than the calls of NumPy that an expert would write by hand.
"""

from __future__ import annotations

import itertools
import linecache
import weakref
from contextlib import suppress
from functools import partial
from types import CodeType
from typing import Any

import numpy as np

from ..engine.formulas import Formula
from ..engine.row import PRIMITIVES, Primitive
from .adjoint import names_in
from .by_line import calls_of, define, run_through, without_calls
from .choices import ChoiceCode, whole
from .naming import shape_text, view
from .patterns import Index, affine, runs, shape_of_views
from .products import ProductCode
from .rows import REDUCTIONS, number_of, operands_first
from .steps import Link, Map, Product, Reduce, Scatter, Schedule, Slots, Step, Sum, Take
from .summary import reverse_step_in_words, step_in_words

OPERATORS = {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative"}
CONDITIONS = {"<": "less", "<=": "less_equal", "&": "logical_and"}
FUNCTIONS = OPERATORS | CONDITIONS | REDUCTIONS  # NumPy's names, where they differ from the table's

NUMERALS = {"0.0": "zero", "1.0": "one", "2.0": "two"}  # the names of numbers that are met often
MOST_JOINED = 16  # parts of the result, up to which to join them is faster than to gather slots
MOST_COMPILED = 2000  # lines of a program; the compiler of Python takes too long for more
_program_numbers = itertools.count(1)
_gone: list[str] = []  # programs whose text is to be forgotten


class NumpyCode(ProductCode, ChoiceCode):
    """The text of a program, and the functions that it makes for a size of batch.

    `V` is the batched buffer, its first axis along the slots and its second along the samples; `U`
    is the uniform one. All other arrays are views of these, or hold copies for a while.
    """

    def __init__(self, schedule: Schedule) -> None:
        super().__init__()
        # While an elementwise step is written, its arrays by the names in its formulas; those of
        # parts that have been computed, by id (the Algebra keeps the parts); the names of operands
        # that are the same for all samples; the shape of parts that are not, and of those that are.
        self.leaves: dict[str, str] = {}
        self.computed: dict[int, str] = {}
        self.uniform: set[str] = set()
        self.shape: str = ""
        self.uniform_shape: str = ""
        self._write_forward(schedule)
        if schedule.seed is not None and schedule.gradient is not None:
            self._write_backward(schedule, schedule.seed, schedule.gradient)
        self.setup[:0] = self._buffers(schedule)
        self.source: str = "\n".join([*self.setup, *_indented(self.lines), ""])
        self.calls: list[list[str]] = []
        text = self.source
        if len(self.lines) > MOST_COMPILED:
            lines, self.calls = without_calls(self.lines)
            text = "\n".join([*_indented(lines), ""])
        filename = f"<microgradnn program {next(_program_numbers)}>"
        self.code: CodeType = compile(text, filename, "exec")
        # Tracebacks and debuggers show the lines that they find here; no time is its file's time.
        linecache.cache[filename] = len(text), None, text.splitlines(keepends=True), filename
        weakref.finalize(self, _gone.append, filename)
        with suppress(IndexError):  # only now: none may vanish while Python goes through all
            while True:
                linecache.cache.pop(_gone.pop(), None)

    def allocate(self, batch: int) -> dict[str, Any]:
        """Run the text for batches of this size: its names, `forward` and `backward` too."""
        names: dict[str, Any] = {**vars(np), "B": batch, "view": view, "partial": partial}
        names |= {"whole": whole, **self.tables}
        for name, row in PRIMITIVES.items():
            if row.on_arrays:
                names[name] = row.array_form()
            elif row.kind == "custom":
                names[f"row_{name}"] = np.vectorize(row.forward, otypes=[float])
        if self.calls:
            define(self.setup, names)
            known = names.copy()
            names["calls"] = [calls_of(lines, known) for lines in self.calls]
            names["run_through"] = run_through
        exec(self.code, names)
        return names

    def _buffers(self, schedule: Schedule) -> list[str]:
        """The lines that make the two buffers, with the constants in them."""
        count, constants = schedule.slot_count, schedule.constants
        self.tables["constant_rows"] = list(constants[False])
        self.tables["constants"] = list(constants[False].values())
        return [
            f"V, U = empty(({count[True]}, B)), empty({count[False]})",
            *[f"V[{slot}] = {number!r}" for slot, number in constants[True].items()],
            "U[constant_rows] = constants",
        ]

    def _write_forward(self, schedule: Schedule) -> None:
        self.lines.extend(["def forward(X, theta):", '"""Compute V and U."""'])
        self._load(schedule.inputs, schedule.params)
        for step in schedule.steps:
            if not isinstance(step, Link):
                self._write(step, step_in_words(step, schedule))

    def _write_backward(self, schedule: Schedule, seed: Slots, gradient: Slots) -> None:
        share = "share" if seed.batched else "share * B"
        result = self._result(seed)
        self.lines.append("def backward(share):")
        of_what = "the gradient of the mean with respect to the output of a sample"
        self.lines.append(f"# share is 1/B: {of_what}")
        self.lines.append(f"{result}.fill({share})")
        for step in schedule.reverse:
            self._write(step, reverse_step_in_words(step, schedule))
        self._return(gradient)

    def _load(self, inputs: Index, params: int) -> None:
        """Copy the inputs and parameters to their slots."""
        self.lines.append("# the inputs and the parameters go to their slots")
        start = 0
        for run in runs(inputs):
            columns = f"X[:, {start}:{start + len(run)}]"
            self.lines.append(f"copyto({self._result(Slots(True, run))}, {columns}.T)")
            start += len(run)
        if params:
            self.lines.append(f"copyto({self._result(Slots(False, np.arange(params)))}, theta)")

    def _return(self, gradient: Slots) -> None:
        """Return a fresh array: what is in the buffers the next call will overwrite."""
        parts = [self._result(Slots(False, run)) for run in runs(gradient.index)]
        if len(parts) == 1:
            self.lines.append(f"return {parts[0]}.copy()")
        elif len(parts) <= MOST_JOINED:
            self.lines.append(f"return concatenate([{', '.join(parts)}])")
        else:
            self.tables["gradient"] = gradient.index
            self.lines.append("return U.take(gradient)")

    # ---- Steps -----------------------------------------------------------------------------------

    def _write(self, step: Step, words: str) -> None:
        """Write the lines of a step below a comment that says what they do."""
        self.lines.append(f"# {words}")
        if isinstance(step, Map):
            self._map(step)
        elif isinstance(step, Product):
            self._product(step)
        elif isinstance(step, Reduce):
            self._reduce(step)
        elif isinstance(step, Sum):
            self._sum(step)
        elif isinstance(step, Take):
            self._take(step)
        elif isinstance(step, Scatter):
            self._scatter(step)
        self.used.clear()

    def _map(self, step: Map) -> None:
        """Write an elementwise step; one slot at a time, where that is sooner than to gather them.

        A single slot is always a view. To gather takes about as long as two other calls.
        """
        count = len(step.result.index)
        gathers = sum(affine(x.index) is None for x in step.operands.values())
        calls = _operations(step) if gathers and count <= 1 + 2 * gathers else 0
        if calls and calls * count <= calls + 2 * gathers:
            for k in range(count):
                self._map_of(step, slice(k, k + 1))
        else:
            self._map_of(step, slice(count))

    def _map_of(self, step: Map, part: slice) -> None:
        """Write an elementwise step for a part of its slots."""
        operands = {name: x.part(part) for name, x in step.operands.items()}
        result = step.result.part(part)
        shape = shape_of_views([x.index for x in (*operands.values(), result)])
        self.shape = shape_text(result.reshape(shape))
        self.uniform_shape = f"({', '.join(map(str, shape))}, 1)"
        self.computed = {}
        self.uniform = set()
        for name, slots in operands.items():
            array = self._read(slots.reshape(shape))
            if result.batched and not slots.batched:
                array = self._define("c", f"{array}[..., None]")  # the same for all samples
                self.uniform.add(name)
            self.leaves[name] = array
        for slots, formula in [(step.result, step.formula), *step.more]:
            self._formula(formula, self._result(slots.part(part).reshape(shape)))
        self.used.clear()

    def _reduce(self, step: Reduce) -> None:
        """Write a reduction along the first axis: there NumPy takes all samples of a slot at once.

        Along another it would go number by number.
        """
        batched, index = step.operand.batched, step.operand.index.T
        if step.op == "sum" and len(runs(index.ravel())) == 1:
            operand = self._result(Slots(batched, index.ravel()))
            self._add_up(operand, len(index), step.result)
            return
        operand = self._read(Slots(batched, index))
        function, result = REDUCTIONS[step.op], self._result(step.result)
        self.lines.append(f"{function}.reduce({operand}, 0, None, {result})")

    def _sum(self, step: Sum) -> None:
        """Write a sum: its first term is copied to the result, the others are added to that.

        If the first term is a view, only what no other term reaches has to be copied: where there
        is a second one, the sum of both goes straight to the result.
        """
        batched, index = step.result.batched, step.result.index
        first, *others = [Slots(batched, term) for term in step.terms]
        not_copied = 0 if self._view(first) is None else len(others[0].index)
        if not_copied < len(index):
            rest = self._result(Slots(batched, index[not_copied:]))
            self._copy(Slots(batched, first.index[not_copied:]), rest)
        for term in others:
            part = self._result(Slots(batched, index[: len(term.index)]))
            before = part
            if not_copied:
                before = self._result(Slots(batched, first.index[:not_copied]))
            self.lines.append(f"add({before}, {self._read(term)}, {part})")
            self.used.clear()  # scratch is free again after each addition
            not_copied = 0

    # ---- Formulas --------------------------------------------------------------------------------

    def _formula(self, formula: Formula, into: str) -> None:
        """Compute a formula into an array, which none of its operands may be."""
        if formula.row is None or id(formula) in self.computed:
            self.lines.append(f"copyto({into}, {self._value(formula)})")
        else:
            self._compute(formula, into)

    def _value(self, formula: Formula) -> str:
        """The name of an array that holds the formula's value; a number is an array as well."""
        if formula.row is None:
            number = number_of(formula)
            return self.leaves[formula.text] if number is None else self._number(number)
        if id(formula) not in self.computed:
            is_uniform = self.uniform and names_in(formula) <= self.uniform
            shape = self.uniform_shape if is_uniform else self.shape
            name = self._scratch(shape, "bool" if formula.row in CONDITIONS else "float")
            self._compute(formula, name)
            self.computed[id(formula)] = name
        return self.computed[id(formula)]

    def _number(self, number: float) -> str:
        """The name of an array of one number, which NumPy takes faster than a number of Python."""
        text = repr(number)
        if text in NUMERALS and f"array({text})" not in self.named:
            self.named[f"array({text})"] = NUMERALS[text]
            self.setup.append(f"{NUMERALS[text]} = array({text})")
        return self._define("k", f"array({text})")

    def _compute(self, formula: Formula, into: str) -> None:
        row, operands = formula.row, formula.operands
        if row == "where" and [number_of(x) for x in operands[1:]] == [1.0, 0.0]:
            # A condition is True or False, and copied to an array of floats it is 1 or 0.
            self.lines.append(f"copyto({into}, {self._value(operands[0])})")
        elif row == "where":
            condition, a = map(self._value, operands[:2])
            self._formula(operands[2], into)
            self.lines.append(f"copyto({into}, {a}, where={condition})")
        else:
            self._call(row, [self._value(x) for x in operands], into)

    def _call(self, row: Any, names: list[str], into: str) -> None:
        name = row.name if isinstance(row, Primitive) else row
        if isinstance(row, Primitive) and (row.on_arrays is not None or row.kind == "custom"):
            # A primitive of the user's own may have the name of anything in this program.
            prefix = "row_" * (row.kind == "custom")
            self.lines.append(f"{into}[...] = {prefix}{name}({', '.join(names)})")
            return
        function = FUNCTIONS.get(name, name)
        # NumPy wants the array for the result of these two to be named.
        out = f"out={into}" if function in ("maximum", "minimum") else into
        self.lines.append(f"{function}({', '.join(names[:2])}, {out})")
        for further in names[2:]:
            self.lines.append(f"{function}({into}, {further}, {out})")


def _indented(lines: list[str]) -> list[str]:
    return [f"\n\n{x}" if x.startswith("def") else f"    {x}" for x in lines]


def _operations(step: Map) -> int:
    """How many operations the formulas of a step consist of."""
    parts: dict[int, Formula] = {}
    for formula in [step.formula, *[formula for _, formula in step.more]]:
        for part in operands_first(formula, parts, lambda x: x.operands):
            parts[id(part)] = part
    return sum(part.row is not None for part in parts.values())
