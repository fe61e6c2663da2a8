"""NumPy code for a schedule: every array is allocated once, and every call writes into one."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

import numpy as np

from ..primitives import PRIMITIVES
from .lowering import UFUNCS, Lowering
from .naming import ArrayNames, shape_text, view
from .patterns import Index, affine, shape_of_views
from .rows import REDUCTIONS
from .steps import Map, Product, Reduce, Rows, Schedule, Step, Sum


class NumpyCode(ArrayNames):
    """The program as Python text, and the functions it makes for a size of batch.

    `V` holds the batched numbers, a row for each and a column for each sample, `U` the uniform
    ones. All other arrays are views of these, or scratch.
    """

    def __init__(self, schedule: Schedule) -> None:
        super().__init__()
        self.schedule = schedule
        self.raises = True  # the reverse pass need not: its formulas do not depend on gradients
        forward = self._written(schedule.steps, self._load)
        self.raises = False
        if schedule.seed is None:
            backward = []
        else:
            backward = self._written(schedule.reverse, self._start)
            backward.append(f"return {self._gradient()}")
        self.source = self._joined(forward, backward)
        self.code: CodeType = compile(self.source, "<compiled graph>", "exec")

    def allocate(self, batch: int) -> dict[str, Any]:
        """Run the text for batches of this size: its names, `forward` and `backward` too."""
        constants = self.schedule.constants[False]
        names: dict[str, Any] = {"B": batch, "view": view, **self.tables}
        names |= {"constant_rows": list(constants), "constants": list(constants.values())}
        names |= {name: getattr(np, name) for name in NUMPY_NAMES}
        names |= {name: row.array_form() for name, row in PRIMITIVES.items() if row.on_arrays}
        names |= {
            name: np.vectorize(row.forward, otypes=[float])
            for name, row in PRIMITIVES.items()
            if row.kind == "custom"
        }
        exec(self.code, names)
        return names

    def _written(self, steps: list[Step], first: Callable[[], None]) -> list[str]:
        self.lines = []
        first()
        for step in steps:
            self._write(step)
            self._release()
        return self.lines

    def _joined(self, forward: list[str], backward: list[str]) -> str:
        schedule, constants = self.schedule, self.schedule.constants
        rows = schedule.rows
        head = [f"V, U = empty(({rows[True]}, B)), empty({rows[False]})"]
        head += [f"V[{row}] = {number!r}" for row, number in constants[True].items()]
        if constants[False]:
            head.append("U[constant_rows] = constants")
        text = [*head, *self.setup, "", "", "def forward(X, theta):", *_indented(forward)]
        if backward:
            text += ["", "", "def backward(share):", *_indented(backward)]
        return "\n".join(text) + "\n"

    def _load(self) -> None:
        """Copy the inputs and parameters to their rows."""
        params, column = self.schedule.params, 0
        for run in _runs(self.schedule.inputs):
            name = self._result(Rows(True, run))
            self.lines.append(f"copyto({name}, X[:, {column}:{column + len(run)}].T)")
            column += len(run)
        if params:
            self.lines.append(f"copyto({self._result(Rows(False, np.arange(params)))}, theta)")

    def _start(self) -> None:
        """The gradient of the mean with respect to each sample's output."""
        assert self.schedule.seed is not None
        number = "share" if self.schedule.seed.batched else "share * B"
        self.lines.append(f"{self._result(self.schedule.seed)}.fill({number})")

    def _gradient(self) -> str:
        """A fresh array of the gradient."""
        assert self.schedule.gradient is not None
        runs = _runs(self.schedule.gradient.index)
        if len(runs) <= FEW_RUNS:
            views = [self._result(Rows(False, run)) for run in runs]
            return f"concatenate(({', '.join(views)},))"
        self.tables["gradient"] = self.schedule.gradient.index
        return "U.take(gradient)"

    # ---- Steps -----------------------------------------------------------------------------------

    def _write(self, step: Step) -> None:
        if isinstance(step, Map):
            self._map(step)
        elif isinstance(step, Product):
            self._product(step)
        elif isinstance(step, Reduce):
            self._reduce(step)
        elif isinstance(step, Sum):
            self._sum(step)

    def _map(self, step: Map) -> None:
        operands = step.operands
        shape = shape_of_views([x.index for x in (*operands.values(), step.result)])
        arrays = {}
        for name, rows in operands.items():
            array = self._read(Rows(rows.batched, rows.index.reshape(shape)))
            column = step.result.batched and not rows.batched
            arrays[name] = self._define("c", f"{array}[..., None]") if column else array
        results = [(step.result, step.formula), *step.more]
        shaped = [Rows(rows.batched, rows.index.reshape(shape)) for rows, _ in results]
        text = shape_text(shaped[0])
        lowering = Lowering(arrays, self.lines, lambda dtype: self._scratch(text, dtype))
        for rows, (_, formula) in zip(shaped, results, strict=True):
            lowering.write(formula, self._result(rows))

    def _reduce(self, step: Reduce) -> None:
        # Along the first axis: there NumPy adds whole rows, along another number by number.
        operand = self._read(Rows(step.operand.batched, step.operand.index.T))
        function, result = REDUCTIONS[step.op], self._result(step.result)
        self.lines.append(f"{function}.reduce({operand}, 0, None, {result})")

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
            self._release()
            filled = 0

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
            side_by_side = all(len(_runs(rows.index.ravel())) == 1 for rows in (step.a, step.b))
            function = (
                "dot" if side_by_side else "matmul"
            )  # dot is faster, but copies stepped views
            self.lines.append(f"{function}({x}, {y}, {self._matrix(step.result, result, left)})")
        elif a[-1] == b[-1] == inner and set(b) <= set(result + inner):
            x, y = (self._aligned(*side, result + inner) for side in ((step.a, a), (step.b, b)))
            self.lines.append(f"vecdot({x}, {y}, {self._result(step.result)})")
        else:
            x, y, out = self._read(step.a), self._read(step.b), self._result(step.result)
            self.lines.append(f"einsum('{a},{b}->{result}', {x}, {y}, out={out})")
            if self.raises:  # einsum raises no flag where it overflows; inf − inf does
                self.lines.append(
                    f"subtract({out}, {out}, {self._scratch(shape_text(step.result))})"
                )

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


FEW_RUNS = 16  # so many are copied one by one
MATRICES = {"mk", "kcb", "mcb", "mb", "b"}
NUMPY_NAMES = (
    *("empty", "copyto", "einsum", "matmul", "dot", "vecdot", "concatenate", *UFUNCS.values()),
    *("less", "less_equal", "greater", "greater_equal", "logical_and", "inf", "nan"),
    *(name for name, row in PRIMITIVES.items() if row.kind == "function" and hasattr(np, name)),
)


def _runs(rows: Index) -> list[Index]:
    """The rows, cut where they do not follow one another."""
    return np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1) if len(rows) else []


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines] or ["    pass"]
