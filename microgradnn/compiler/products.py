"""Products in NumPy: which of its functions computes a product, and in what shapes of its factors.

The idea: a product is written as einsum writes it, and einsum could do any. But where the letters
stand as in a product of matrices, of vectors or of single numbers, another function is faster.
"""

from __future__ import annotations

import numpy as np

from .naming import ArrayNames, shape_text
from .patterns import affine, runs
from .steps import Product, Slots

MOST_WITHOUT_EINSUM = 16  # factors, up to which a product and a sum are faster than einsum
MOST_MATRICES = 48  # samples, up to which a matrix product for each is faster than einsum
# Products that a call of `dot` or `matmul` computes: the letters of their factors.
MATRICES = {"mk", "kcb", "mcb", "mb", "b"}


class ProductCode(ArrayNames):
    """Writes the lines for products, and for sums that are products with ones."""

    def _product(self, step: Product) -> None:
        """Write a product by the fastest function that can do it, which is einsum if no other can.

        `inner` are the letters that are summed over, `left` and `right` the others of a and b.
        """
        a, b, result = step.axes
        inner = "".join(x for x in a if x not in result)
        left, right = ("".join(x for x in axes if x not in inner) for axes in (a, b))
        if inner and left + right == result and set(inner) <= set(b) and {a, b} <= MATRICES:
            self._matrix_product(step, left, inner)
            return
        step = _narrowed(step)
        a, b, result = step.axes
        if not inner and set(a + b) <= set(result):
            x, y = self._aligned(step.a, a, result), self._aligned(step.b, b, result)
            self.lines.append(f"multiply({x}, {y}, {self._result(step.result)})")
        elif a[-1:] == b[-1:] == inner and set(b) <= set(result + inner):
            x, y = (self._aligned(*side, result + inner) for side in ((step.a, a), (step.b, b)))
            self.lines.append(f"vecdot({x}, {y}, {self._result(step.result)})")
        elif a == b and len(inner) == 1 and step.a.index.size <= MOST_WITHOUT_EINSUM:
            self._short_dots(step, a.index(inner))
        else:
            self._einsum(step, inner)

    def _short_dots(self, step: Product, axis: int) -> None:
        products, out = self._scratch(shape_text(step.a)), self._result(step.result)
        self.lines.append(f"multiply({self._read(step.a)}, {self._read(step.b)}, {products})")
        if step.result.index.size == 1:
            self._add_up(products, step.a.index.size, step.result)
        else:
            self.lines.append(f"add.reduce({products}, {axis}, None, {out})")

    def _einsum(self, step: Product, inner: str) -> None:
        """Write einsum, or for few samples a product of two matrices for each of them.

        All letters but three are then of a stack of matrices, which have the axes left × inner and
        inner × right.
        """
        (a, b, result), out = step.axes, self._result(step.result)
        x, y = (self._view(slots) or self._keep(slots) for slots in (step.a, step.b))
        stack = "".join(letter for letter in result if letter in a and letter in b)
        left, right = ("".join(x for x in axes if x not in stack + inner) for axes in (a, b))
        are_matrices = len(left) == len(inner) == len(right) == 1 and inner in b
        if "b" in stack and are_matrices and len(stack) + 2 == len(result):
            wanted = stack + left + inner, stack + inner + right, stack + left + right
            x, y, out = map(self._turned, (x, y, out), step.axes, wanted)
            einsum = "partial(einsum, '{},{}->{}')".format(*wanted)
            function = self._define("p", f"matmul if B <= {MOST_MATRICES} else {einsum}")
            self.lines.append(f"{function}({x}, {y}, out={out})")
        else:
            self.lines.append(f"einsum('{a},{b}->{result}', {x}, {y}, out={out})")

    def _turned(self, name: str, axes: str, wanted: str) -> str:
        """A view of an array with its axes in another order."""
        return self._define(
            "m", f"{name}.transpose({', '.join(str(axes.index(x)) for x in wanted)})"
        )

    def _matrix_product(self, step: Product, left: str, inner: str) -> None:
        a, b, result = step.axes
        x, y = self._matrix(step.a, a, left), self._matrix(step.b, b, inner)
        # `dot` is the faster one, but it would copy a matrix whose slots are not side by side.
        stepped = any(len(runs(slots.index.ravel())) > 1 for slots in (step.a, step.b))
        function = "matmul" if stepped else "dot"
        self.lines.append(f"{function}({x}, {y}, {self._matrix(step.result, result, left)})")

    def _aligned(self, slots: Slots, axes: str, result: str) -> str:
        """The operand of an elementwise product, of length 1 along letters it lacks."""
        name = self._read(slots)
        if axes == result:
            return name
        places = ", ".join(":" if x in axes else "None" for x in result)
        return self._define("g", f"{name}[{places}]")

    def _matrix(self, slots: Slots, axes: str, first: str) -> str:
        """Slots as a matrix whose first axis has the letters `first`; "c" and "b" become one axis.

        NumPy may reshape a view by a copy, without saying so, and what is written to the buffers
        later would be missing there. So unless the slots along "c" follow one another they are
        gathered into a matrix of their own, which the reverse pass finds under the same name.
        """
        columns = slots.index.shape[-1] if axes.endswith("cb") else 1
        if columns > 1:
            found, count = affine(slots.index), len(slots.index)
            along_first, along_c = found.strides if found is not None else (0, 0)
            fits = along_c == 1 and (count == 1 or along_first >= columns)
            name = self._result(slots) if fits else self._keep(slots)
            name = self._define("m", f"{name}.reshape({count}, {columns} * B)")
        else:
            if axes.endswith("cb"):
                slots = Slots(True, slots.index[:, 0])
            name = self._view(slots) or self._keep(slots)
        return name if axes.startswith(first) else self._define("m", f"{name}.T")

    def _add_up(self, operand: str, count: int, result: Slots) -> None:
        """Write the sum of the rows of an array: the product with ones, in half the time."""
        row = f"{result.index.size}{' * B' if result.batched else ''}"
        matrix = self._define("m", f"{operand}.reshape({count}, {row})")
        total = self._define("m", f"{self._result(result)}.reshape({row})")
        self.lines.append(f"dot({self._define('o', f'ones({count})')}, {matrix}, {total})")


def _narrowed(step: Product) -> Product:
    """The same product, its factors without axes along which they repeat what the other varies."""
    (a, b, result), x, y = step.letters, step.a, step.b
    x, a = _without_axes(x, a, b)
    y, b = _without_axes(y, b, a)
    return Product(step.result, (a, b, result), x, y)


def _without_axes(slots: Slots, letters: str, others: str) -> tuple[Slots, str]:
    """A factor without the axes along which it is constant, of those that the other has, too."""
    for axis, letter in reversed([*enumerate(letters)]):
        index = slots.index
        if letter in others and index.shape[axis] > 1 and (index == index.take([0], axis)).all():
            slots = Slots(slots.batched, np.take(index, 0, axis))
            letters = letters.replace(letter, "")
    return slots, letters
