"""NumPy code for a schedule: every array is allocated once, and every call writes into one."""

from __future__ import annotations

from types import CodeType
from typing import Any

import numpy as np

from ..formulas import Formula
from ..primitives import PRIMITIVES
from .adjoint import Adjoint, Contribution, ReverseStep, Sum, operand_formulas
from .lowering import UFUNCS, Lowering, leaves_of
from .naming import ArrayNames, shape_text, view
from .patterns import side_by_side
from .rows import REDUCTIONS, Algebra, number_of
from .schedule import Schedule, Step, step_shape
from .tape import LINK, where_parts

VALUES = {True: "V", False: "U"}  # batched, uniform
GRADIENTS = {True: "DV", False: "DU"}


class NumpyCode(ArrayNames):
    """The program as Python text, and the functions it makes for a size of batch.

    `V` holds the batched numbers, a row for each and a column for each sample, `U` the uniform
    ones; `DV` and `DU` hold gradients. All other arrays are views of these, or scratch.
    """

    def __init__(self, schedule: Schedule, adjoint: Adjoint | None, algebra: Algebra) -> None:
        super().__init__()
        self.columns: dict[int, str] = {}  # the right-hand matrix of a step, kept for its reverse
        self.algebra = algebra
        self.schedule = schedule
        for step in schedule.steps:
            self._forward(step)
            self._release()
        forward, self.lines = self.lines, []
        if adjoint is not None:
            self._backward(adjoint)
        self.source = self._joined(forward, adjoint)
        self.code: CodeType = compile(self.source, "<compiled graph>", "exec")

    def allocate(self, batch: int) -> dict[str, Any]:
        """Run the text for batches of this size: its names, `forward` and `backward` too."""
        names: dict[str, Any] = {"B": batch, "constants": self.schedule.constants}
        names["ones"] = np.ones(batch)  # times which a matrix product is a sum over the batch
        names |= {name: getattr(np, name) for name in NUMPY_NAMES}
        names |= {name: row.array_form() for name, row in PRIMITIVES.items() if row.on_arrays}
        names |= {
            name: np.vectorize(row.forward, otypes=[float])
            for name, row in PRIMITIVES.items()
            if row.kind == "custom"
        }
        names |= {"view": view, **self.tables}
        exec(self.code, names)
        return names

    def _joined(self, forward: list[str], adjoint: Adjoint | None) -> str:
        schedule = self.schedule
        first = schedule.params
        head = [f"V = empty(({schedule.batched_rows}, B))", f"U = empty({schedule.uniform_rows})"]
        if schedule.constants:
            head.append(f"U[{first}:{first + len(schedule.constants)}] = constants")
        if adjoint is not None:
            head += [f"DV = empty(({adjoint.rows[True]}, B))", f"DU = empty({adjoint.rows[False]})"]
            head += ["DV[0] = 0.0", "DU[0] = 0.0"]
        text = [*head, *self.setup, "", "", "def forward():", *_indented(forward)]
        if adjoint is not None:
            text += ["", "", "def backward(share):", *_indented(self.lines)]
        return "\n".join(text) + "\n"

    # ---- Forward ---------------------------------------------------------------------------------

    def _forward(self, step: Step) -> None:
        if step.kind == "matmul":
            self._matmul(step)
        elif step.kind == "dot":
            shape = step_shape(step)
            a, b = (self._operand(step, place, shape) for place in range(2))
            letters = "mn"[2 - len(shape) :]
            terms = [letters + "k" + "b" * operand.batched for operand in step.operands]
            out = self._rows(VALUES[step.batched], step.start, shape)
            equation = f"{terms[0]},{terms[1]}->{letters}{'b' * step.batched}"
            self.lines.append(f"einsum('{equation}', {a}, {b}, out={out})")
        elif step.kind == "reduce":
            function = REDUCTIONS[step.op]
            x = self._read(VALUES[step.batched], step.operands[0].index)
            out = self._rows(VALUES[step.batched], step.start, (step.count,))
            self.lines.append(f"{function}.reduce({x}, 1, None, {out})")
        elif step.kind == "map":
            self._map(step)

    def _map(self, step: Step) -> None:
        shape = step_shape(step)
        arrays = {
            f"x{place}": self._operand(step, place, shape, column=True)
            for place, number in enumerate(step.numbers)
            if number is None
        }
        algebra = self.algebra
        operands = operand_formulas(step, algebra)
        comparison = where_parts(step.op)
        if comparison is not None:
            condition = algebra.value(comparison, operands[:2])
            formula = algebra.value("where", [condition, *operands[2:]])
        elif step.op == "copy":
            formula = algebra.leaf("x0")
        else:
            formula = algebra.value(step.op, operands)
        out = self._rows(VALUES[step.batched], step.start, shape)
        self._lowering(step, shape, arrays).write(formula, out)

    def _lowering(self, step: Step, shape: tuple[int, ...], arrays: dict[str, str]) -> Lowering:
        text = shape_text(shape, step.batched)
        return Lowering(arrays, self.lines, lambda dtype: self._scratch(text, dtype))

    def _operand(self, step: Step, place: int, shape: tuple[int, ...], column: bool = False) -> str:
        """The operand of a step, its rows in the step's shape; `column` beside batched ones."""
        operand = step.operands[place]
        batched, index = operand.batched, operand.index
        index = index.reshape(*shape, *index.shape[1:])
        name = self._read(VALUES[batched], index)
        return (
            self._define("c", f"{name}[..., None]") if column and step.batched > batched else name
        )

    def _matmul(self, step: Step) -> None:
        matrix, batch = step.operands
        m, (n, columns) = len(matrix.index), batch.index.shape
        w = self._read("U", matrix.index)
        out = self._rows("V", step.start, (step.count,))
        if columns == 1:
            x = self._read("V", batch.index[:, 0])
        else:
            # A reshaped view may be a copy in secret; these rows are gathered into a matrix of
            # their own, which the reverse pass needs as well.
            x = self._name("x")
            self.setup.append(f"{x} = empty(({n}, {columns} * B))")
            rows = self._define("x", f"{x}.reshape({n}, {columns}, B)")
            self._copy("V", batch.index, rows)
            out = self._define("m", f"{out}.reshape({m}, {columns} * B)")
        self.columns[step.start] = x
        self.lines.append(f"matmul({w}, {x}, {out})")

    # ---- Backward --------------------------------------------------------------------------------

    def _backward(self, adjoint: Adjoint) -> None:
        batched, row = adjoint.seed
        seed = self._rows(GRADIENTS[batched], row, (1,))
        self.lines.append(f"{seed}.fill({'share' if batched else 'share * B'})")
        for reverse in adjoint.steps:
            self._sum(reverse.gradient)
            self._pass_on(reverse)
            self._release()
        assert adjoint.gradient is not None
        self._sum(adjoint.gradient)
        start, first = adjoint.gradient.start, adjoint.gradient.terms[0]
        rows = first if start is None else np.arange(start, start + len(first))
        result = self._view("DU", rows)
        if result is None:
            table = self._name("i")
            self.tables[table] = rows
            self.lines.append(f"return DU.take({table})")
        else:
            self.lines.append(f"return {result}.copy()")

    def _sum(self, total: Sum) -> None:
        buffer = GRADIENTS[total.batched]
        for start, block in total.blocks:
            x = self._read(buffer, block)
            out = self._rows(buffer, start, (len(block),))
            self.lines.append(f"add.reduce({x}, 1, None, {out})")
        if total.start is None:
            return
        first, second, *others = total.terms
        both, after = len(second), total.start + len(second)
        a, b = self._read(buffer, first[:both]), self._read(buffer, second)
        self.lines.append(f"add({a}, {b}, {self._rows(buffer, total.start, (both,))})")
        if both < len(first):
            into = self._rows(buffer, after, (len(first) - both,))
            self._copy(buffer, first[both:], into)
        self._release()
        for term in others:
            part = self._rows(buffer, total.start, (len(term),))
            self.lines.append(f"add({part}, {self._read(buffer, term)}, {part})")
            self._release()

    def _pass_on(self, reverse: ReverseStep) -> None:
        if not reverse.contributions:
            return
        step = reverse.step
        if step.kind == "matmul":
            self._matmul_reversed(reverse)
            return
        shape = step_shape(step) if step.kind != LINK else (step.count,)
        g = self._read(GRADIENTS[step.batched], reverse.rows.reshape(shape))
        if step.kind == "map":
            self._map_reversed(step, shape, g, reverse.contributions)
            return
        for contribution in reverse.contributions:
            # The factor beside each operand: of a dot the other one, of a link the partial.
            factor = contribution.place + 1 if step.kind == LINK else 1 - contribution.place
            self._product_reversed(step, shape, g, contribution, factor)

    def _map_reversed(
        self, step: Step, shape: tuple[int, ...], g: str, contributions: list[Contribution]
    ) -> None:
        leaves = {name for to in contributions for name in leaves_of(to.formula)}
        arrays = {"g": g}
        for place in range(len(step.operands)):
            if f"x{place}" in leaves:
                arrays[f"x{place}"] = self._operand(step, place, shape, column=True)
        if "out" in leaves:
            arrays["out"] = self._rows(VALUES[step.batched], step.start, shape)
        lowering = self._lowering(step, shape, arrays)
        algebra = self.algebra
        upstream = algebra.leaf("g")
        for contribution in contributions:
            out = self._rows(GRADIENTS[contribution.batched], contribution.start, shape)
            product = algebra.value("mul", [upstream, contribution.formula])
            if contribution.batched == step.batched:
                lowering.write(product, out)
            else:
                self._over_batch(lowering, product, out, len(shape))

    def _over_batch(self, lowering: Lowering, product: Formula, out: str, axes: int) -> None:
        """Σ over the batch of a product, for an operand that all samples share."""
        letters = "mn"[2 - axes :]
        factors = product.operands
        plain = product.row is PRIMITIVES["mul"] and number_of(factors[1]) is None
        if plain and not lowering.read(factors[1]).startswith("c"):
            a, b = map(lowering.read, factors)
            equation = f"{letters}b,{letters}b->{letters}"
            self.lines.append(f"einsum('{equation}', {a}, {b}, out={out})")
        else:
            self.lines.append(f"matmul({lowering.read(product)}, ones, {out})")

    def _product_reversed(
        self, step: Step, shape: tuple[int, ...], g: str, to: Contribution, factor: int
    ) -> None:
        """Upstream times factor, for each of the n products of a dot or a link."""
        operand = step.operands[factor]
        p = self._operand(step, factor, shape)
        rows = [length for axis, length in enumerate(shape) if axis not in to.axes]
        out = self._rows(GRADIENTS[to.batched], to.start, (*rows, operand.index.shape[1]))
        if to.axes or (step.batched and not to.batched):
            letters = "mn"[2 - len(shape) :]
            kept = "".join(x for axis, x in enumerate(letters) if axis not in to.axes)
            factors = f"{letters}{'b' * step.batched},{letters}k{'b' * operand.batched}"
            equation = f"{factors}->{kept}k{'b' * to.batched}"
            self.lines.append(f"einsum('{equation}', {g}, {p}, out={out})")
            return
        if step.batched:
            g = self._define("g", f"{g}[..., None, :]")
            p = p if operand.batched else self._define("c", f"{p}[..., None]")
        else:
            g = self._define("g", f"{g}[..., None]")
        self.lines.append(f"multiply({g}, {p}, {out})")

    def _matmul_reversed(self, reverse: ReverseStep) -> None:
        step = reverse.step
        m, (n, columns) = len(step.operands[0].index), step.operands[1].index.shape
        g = self._view("DV", reverse.rows)
        if g is None or not side_by_side(reverse.rows):
            g = self._scratch(shape_text((step.count,), True))
            self._take("DV", reverse.rows, g)
        if columns > 1:
            g = self._define("m", f"{g}.reshape({m}, {columns} * B)")
        for contribution in reverse.contributions:
            if contribution.place == 0:
                out = self._rows("DU", contribution.start, (m, n))
                x = self._columns(step)
                self.lines.append(f"matmul({g}, {self._define('x', f'{x}.T')}, {out})")
            else:
                out = self._rows("DV", contribution.start, (n * columns,))
                if columns > 1:
                    out = self._define("m", f"{out}.reshape({n}, {columns} * B)")
                w = self._read("U", step.operands[0].index)
                self.lines.append(f"matmul({self._define('w', f'{w}.T')}, {g}, {out})")

    def _columns(self, step: Step) -> str:
        """The right-hand matrix; scratch of the forward pass has been used again since."""
        name = self.columns[step.start]
        batch = step.operands[1].index
        return self._read("V", batch[:, 0]) if name.startswith("t") else name


NUMPY_NAMES = (
    *("empty", "copyto", "einsum", "matmul", *UFUNCS.values()),
    *("less", "less_equal", "greater", "greater_equal", "logical_and", "inf", "nan"),
    *(name for name, row in PRIMITIVES.items() if row.kind == "function" and hasattr(np, name)),
)


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines] or ["    pass"]
