"""NumPy code for a schedule: every array is allocated once, and every call writes into one."""

from __future__ import annotations

from types import CodeType
from typing import Any

import numpy as np

from ..engine.formulas import Formula
from ..engine.row import PRIMITIVES, Primitive
from .naming import ArrayNames, shape_text, view
from .patterns import Index, affine, runs, shape_of_views
from .rows import REDUCTIONS, number_of
from .steps import Map, Product, Reduce, Rows, Schedule, Step, Sum

OPERATORS = {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative"}
CONDITIONS = {"<": "less", "<=": "less_equal", "&": "logical_and"}
FUNCTIONS = OPERATORS | CONDITIONS | REDUCTIONS  # NumPy's names, where they differ from the table's


class NumpyCode(ArrayNames):
    """The program as Python text, and the functions it makes for a size of batch.

    `V` holds the batched numbers, a row for each and a column for each sample, `U` the uniform
    ones. All other arrays are views of these, or scratch.
    """

    def __init__(self, schedule: Schedule) -> None:
        super().__init__()
        self.leaves: dict[str, str] = {}  # the arrays of a formula's names, in this step
        self.computed: dict[int, str] = {}  # of parts of its formulas, by id: the Algebra has them
        self.shape = ""  # of its results
        self.lines = ["def forward(X, theta):", '"""Compute V and U."""']
        self._load(schedule.inputs, schedule.params)
        self._write(schedule.steps)
        if schedule.seed is not None and schedule.gradient is not None:
            share = "share" if schedule.seed.batched else "share * B"
            self.lines += ["def backward(share):", f"{self._result(schedule.seed)}.fill({share})"]
            self._write(schedule.reverse)
            self._return(schedule.gradient)
        rows, constants = schedule.rows, schedule.constants
        head = [f"V, U = empty(({rows[True]}, B)), empty({rows[False]})"]
        head += [f"V[{row}] = {number!r}" for row, number in constants[True].items()]
        self.tables["constant_rows"] = list(constants[False])
        self.tables["constants"] = list(constants[False].values())
        text = [f"\n\n{x}" if x.startswith("def") else f"    {x}" for x in self.lines]
        self.source = "\n".join([*head, "U[constant_rows] = constants", *self.setup, *text, ""])
        self.code: CodeType = compile(self.source, "<compiled graph>", "exec")

    def allocate(self, batch: int) -> dict[str, Any]:
        """Run the text for batches of this size: its names, `forward` and `backward` too."""
        names: dict[str, Any] = {**vars(np), "B": batch, "view": view, **self.tables}
        for name, row in PRIMITIVES.items():
            if row.on_arrays:
                names[name] = row.array_form()
            elif row.kind == "custom":
                names[f"row_{name}"] = np.vectorize(row.forward, otypes=[float])
        exec(self.code, names)
        return names

    def _load(self, inputs: Index, params: int) -> None:
        """Copy the inputs and parameters to their rows."""
        start = 0
        for run in runs(inputs):
            columns = f"X[:, {start}:{start + len(run)}]"
            self.lines.append(f"copyto({self._result(Rows(True, run))}, {columns}.T)")
            start += len(run)
        if params:
            self.lines.append(f"copyto({self._result(Rows(False, np.arange(params)))}, theta)")

    def _return(self, gradient: Rows) -> None:
        parts = [self._result(Rows(False, run)) for run in runs(gradient.index)]
        if len(parts) <= FEW:
            self.lines.append(f"return concatenate([{', '.join(parts)}])")
        else:
            self.tables["gradient"] = gradient.index
            self.lines.append("return U.take(gradient)")

    # ---- Steps -----------------------------------------------------------------------------------

    def _write(self, steps: list[Step]) -> None:
        for step in steps:
            if isinstance(step, Map):
                self._map(step)
            elif isinstance(step, Product):
                self._product(step)
            elif isinstance(step, Reduce):
                # Along the first axis: there NumPy adds whole rows, else number by number.
                operand = self._read(Rows(step.operand.batched, step.operand.index.T))
                function, result = REDUCTIONS[step.op], self._result(step.result)
                self.lines.append(f"{function}.reduce({operand}, 0, None, {result})")
            elif isinstance(step, Sum):
                self._sum(step)
            self.used.clear()

    def _map(self, step: Map) -> None:
        shape = shape_of_views([x.index for x in (*step.operands.values(), step.result)])
        self.shape, self.computed = shape_text(step.result.reshape(shape)), {}
        for name, rows in step.operands.items():
            array = self._read(rows.reshape(shape))
            if step.result.batched and not rows.batched:
                array = self._define("c", f"{array}[..., None]")
            self.leaves[name] = array
        for rows, formula in [(step.result, step.formula), *step.more]:
            self._formula(formula, self._result(rows.reshape(shape)))

    def _sum(self, step: Sum) -> None:
        batched, index = step.result.batched, step.result.index
        first, *others = [Rows(batched, term) for term in step.terms]
        filled = 0 if self._view(first) is None else len(others[0].index)
        if filled < len(index):
            rest = self._result(Rows(batched, index[filled:]))
            self._copy(Rows(batched, first.index[filled:]), rest)
        for term in others:
            part = self._result(Rows(batched, index[: len(term.index)]))
            before = self._result(Rows(batched, first.index[:filled])) if filled else part
            self.lines.append(f"add({before}, {self._read(term)}, {part})")
            self.used.clear()
            filled = 0

    # ---- Formulas --------------------------------------------------------------------------------

    def _formula(self, formula: Formula, into: str) -> None:
        """Compute a formula into an array, which none of its operands may be."""
        if formula.row is None or id(formula) in self.computed:
            self.lines.append(f"copyto({into}, {self._value(formula)})")
        else:
            self._compute(formula, into)

    def _value(self, formula: Formula) -> str:
        """The name of an array that holds the formula's value; for a number, the number."""
        if formula.row is None:
            number = number_of(formula)
            return self.leaves[formula.text] if number is None else repr(number)
        if id(formula) not in self.computed:
            name = self._scratch(self.shape, "bool" if formula.row in CONDITIONS else "float")
            self._compute(formula, name)
            self.computed[id(formula)] = name
        return self.computed[id(formula)]

    def _compute(self, formula: Formula, into: str) -> None:
        row, operands = formula.row, formula.operands
        if row == "where" and [number_of(x) for x in operands[1:]] == [1.0, 0.0]:
            self.lines.append(f"copyto({into}, {self._value(operands[0])})")  # a mask
        elif row == "where":
            condition, a = map(self._value, operands[:2])
            self._formula(operands[2], into)
            self.lines.append(f"copyto({into}, {a}, where={condition})")
        else:
            self._call(row, [self._value(x) for x in operands], into)

    def _call(self, row: Any, names: list[str], into: str) -> None:
        name = row.name if isinstance(row, Primitive) else row
        if isinstance(row, Primitive) and (row.on_arrays is not None or row.kind == "custom"):
            prefix = "row_" * (row.kind == "custom")  # it may have the name of anything here
            self.lines.append(f"{into}[...] = {prefix}{name}({', '.join(names)})")
            return
        function = FUNCTIONS.get(name, name)
        # NumPy wants the array for the result of these two to be named.
        out = f"out={into}" if function in ("maximum", "minimum") else into
        self.lines.append(f"{function}({', '.join(names[:2])}, {out})")
        for further in names[2:]:
            self.lines.append(f"{function}({into}, {further}, {out})")

    # ---- Products --------------------------------------------------------------------------------

    def _product(self, step: Product) -> None:
        a, b, result = step.axes
        inner = "".join(x for x in a if x not in result)
        left, right = ("".join(x for x in axes if x not in inner) for axes in (a, b))
        if not inner and set(b) <= set(result):
            x, y = self._aligned(step.a, a, result), self._aligned(step.b, b, result)
            self.lines.append(f"multiply({x}, {y}, {self._result(step.result)})")
        elif left + right == result and set(inner) <= set(b) and {a, b} <= MATRICES:
            x, y = self._matrix(step.a, a, left), self._matrix(step.b, b, inner)
            stepped = any(len(runs(rows.index.ravel())) > 1 for rows in (step.a, step.b))
            function = "matmul" if stepped else "dot"  # which is faster, but would copy
            self.lines.append(f"{function}({x}, {y}, {self._matrix(step.result, result, left)})")
        elif a[-1] == b[-1] == inner and set(b) <= set(result + inner):
            x, y = (self._aligned(*side, result + inner) for side in ((step.a, a), (step.b, b)))
            self.lines.append(f"vecdot({x}, {y}, {self._result(step.result)})")
        elif a == b and len(inner) == 1 and step.a.index.size <= FEW:
            products, out = self._scratch(shape_text(step.a)), self._result(step.result)
            self.lines.append(f"multiply({self._read(step.a)}, {self._read(step.b)}, {products})")
            self.lines.append(f"add.reduce({products}, {a.index(inner)}, None, {out})")
        else:
            x, y, out = self._read(step.a), self._read(step.b), self._result(step.result)
            self.lines.append(f"einsum('{a},{b}->{result}', {x}, {y}, out={out})")

    def _aligned(self, rows: Rows, axes: str, result: str) -> str:
        """The operand of an elementwise product, its axes in their places."""
        name = self._read(rows)
        if axes == result:
            return name
        places = ", ".join(":" if x in axes else "None" for x in result)
        return self._define("g", f"{name}[{places}]")

    def _matrix(self, rows: Rows, axes: str, first: str) -> str:
        """Rows as a matrix with `first` as its first axis; "c" and "b" become one.

        A reshaped view may be a copy in secret: unless the rows of "c" follow one another they are
        gathered into a matrix of their own, which the reverse pass needs as well.
        """
        columns = rows.index.shape[-1] if axes.endswith("cb") else 1
        if columns > 1:
            found, count = affine(rows.index), len(rows.index)
            row, column = found.strides if found is not None else (0, 0)
            fits = column == 1 and (count == 1 or row >= columns)
            name = self._result(rows) if fits else self._keep(rows)
            name = self._define("m", f"{name}.reshape({count}, {columns} * B)")
        else:
            if axes.endswith("cb"):
                rows = Rows(True, rows.index[:, 0])
            name = self._view(rows) or self._keep(rows)
        return name if axes.startswith(first) else self._define("m", f"{name}.T")


FEW = 16  # rows or parts, for which the plain functions are faster
MATRICES = {"mk", "kcb", "mcb", "mb", "b"}
