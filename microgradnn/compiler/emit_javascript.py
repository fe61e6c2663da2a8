"""The JavaScript back end: a schedule as the text of a program for Node and for pages.

The idea: all slots live in one Float64Array, the uniform ones first. What a step does to them is a
function, which steps of the same kind share: so a program is short, and each function soon is fast.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np

from ..engine.formulas import Formula, statements
from ..explorer.arithmetic import JAVASCRIPT
from .patterns import Affine, Index, affine, runs, shape_of_views
from .steps import Link, Map, Product, Reduce, Scatter, Schedule, Slots, Step, Sum, Take

MOST_NUMBERS_AT_ONCE = 2**17  # of a part of a large batch: they stay in the processor's cache


def javascript_program(schedule: Schedule) -> str:
    """One expression: `{ inputs, params, outputs, run, valueAndGrad }`."""
    return _Code(schedule).text()


class _Code:
    """The lines of a program, and the functions and tables of slot numbers that they use."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.count = dict(schedule.slot_count)
        self.functions: dict[str, str] = {}  # names by the text
        self.tables: dict[str, str] = {}  # likewise
        self.lines: list[str] = []
        self.copies: dict[Any, Slots] = {}
        self.forward = self._lines_of(schedule.steps)
        self.reverse = self._lines_of(schedule.reverse)

    def _lines_of(self, steps: list[Step]) -> list[str]:
        self.lines = []
        for step in steps:
            self._write(step)
        return self.lines

    # ---- The whole -------------------------------------------------------------------------------

    def text(self) -> str:
        made = self.schedule
        has_gradient = made.seed is not None and made.gradient is not None
        part = max(MOST_NUMBERS_AT_ONCE // max(self.count[True], 1), 64)
        head = [f"inputs = {len(made.inputs)}", f"params = {made.params}"]
        head += [f"outputs = {len(made.outputs)}", f"U = {self.count[False]}"]
        head += [f"V = {self.count[True]}", f"most = {part}"]
        load, start = [], 0
        for run in runs(made.inputs):
            address = self._address(True, int(run[0]))
            load.append(f"load(M, B, X, from * inputs + {start}, inputs, {len(run)}, {address});")
            start += len(run)
        constants = [
            f"M.fill({JAVASCRIPT.number(number)}, U + {slot} * B, U + {slot + 1} * B);"
            for slot, number in made.constants[True].items()
        ]
        numbers = [
            f"M[{slot}] = {JAVASCRIPT.number(number)};"
            for slot, number in made.constants[False].items()
        ]
        outputs = ", ".join(
            f"[{self._address(batched, slot)}, {int(batched)}]" for batched, slot in made.outputs
        )
        gradient = self._table(made.gradient.index) if made.gradient is not None else ""
        lines = [
            '(() => {\n"use strict";',
            f"const {', '.join(head)};",
            KERNELS,
            _ARITHMETIC,
            *[f"const {name} = {text};" for text, name in self.functions.items()],
            *[f"const {name} = at({text});" for text, name in self.tables.items()],
            "let M = new Float64Array(0), B = 0;",
            "function allocate(batch) {",
            "if (batch === B) return;",
            "B = batch;",
            "if (U + V * B > M.length) M = new Float64Array(U + V * B);",
            *numbers,
            *constants,
            "}",
            "function forward(X, theta, from) {",
            "M.set(theta);",
            *load,
            *self.forward,
            "}",
            f"const places = () => [{outputs}];",
        ]
        if has_gradient:
            assert made.seed is not None and made.gradient is not None
            seed = self._address(made.seed.batched, made.seed.index.item())
            size = "B" if made.seed.batched else "1"
            share = "1 / samples" if made.seed.batched else "B / samples"
            lines += [
                "function backward(samples) {",
                f"M.fill({share}, {seed}, {seed} + {size});",
                *self.reverse,
                "}",
                f"const places_of_gradient = {gradient};",
            ]
        lines += [RUN]
        if has_gradient:
            lines += [VALUE_AND_GRAD]
        names = "inputs, params, outputs, run" + ", valueAndGrad" * has_gradient
        return "\n".join([*lines, f"return {{ {names} }};", "})()"])

    # ---- Names -----------------------------------------------------------------------------------

    def _address(self, batched: bool, slot: int) -> str:
        if not batched:
            return str(slot)
        return f"U + {slot} * B" if slot != 1 else "U + B"

    def _stride(self, batched: bool, slots: int) -> str:
        return f"{slots} * B" if batched and slots not in (0, 1) else "B" if batched and slots else str(slots)

    def _table(self, index: Index) -> str:
        """The name of an array of these numbers."""
        flat = index.ravel()
        numbers = np.diff(flat, prepend=0).tolist()
        parts: list[list[int]] = []
        for number in numbers:
            if parts and parts[-1][0] == number:
                parts[-1][1] += 1
            else:
                parts.append([number, 1])
        text = " ".join(str(d) if n == 1 else f"{d}*{n}" for d, n in parts)
        return self.tables.setdefault(f'"{text}"', f"i{len(self.tables)}")

    def _function(self, text: str) -> str:
        return self.functions.setdefault(text, f"f{len(self.functions)}")

    def _new_slots(self, batched: bool, shape: tuple[int, ...]) -> Slots:
        start = self.count[batched]
        self.count[batched] += math.prod(shape)
        return Slots(batched, np.arange(start, self.count[batched]).reshape(shape))

    # ---- Steps -----------------------------------------------------------------------------------

    def _write(self, step: Step) -> None:
        if isinstance(step, Map):
            results = [(step.result, step.formula), *step.more]
            self._elementwise(results, step.operands)
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
        else:
            assert isinstance(step, Link)

    def _elementwise(
        self, results: list[tuple[Slots, Formula]], operands: dict[str, Slots]
    ) -> None:
        named = {f"y{k}": slots for k, (slots, _) in enumerate(results)} | operands
        formulas = {f"y{k}": formula for k, (_, formula) in enumerate(results)}
        shape = shape_of_views([x.index for x in named.values()])
        views = {name: affine(x.index.reshape(shape)) for name, x in named.items()}
        if len(shape) > 1 and None in views.values():
            shape = (len(results[0][0].index),)
            views = {name: affine(x.index.reshape(shape)) for name, x in named.items()}
        self._loop(formulas, named, views, shape)

    def _loop(
        self,
        formulas: dict[str, Formula],
        named: dict[str, Slots],
        views: dict[str, Affine | None],
        shape: tuple[int, ...],
    ) -> None:
        batched = named["y0"].batched
        parameters, arguments, outside, inside = [], [], [], []
        for name, slots in named.items():
            found = views[name]
            if found is None:
                parameters += [f"I{name}"]
                arguments += [self._table(slots.index)]
                place = f"U + I{name}[i] * B" if slots.batched else f"I{name}[i]"
            else:
                start, strides = found.start, found.strides
                address = self._address(slots.batched, start)
                if len(shape) > 1:
                    address += f" + j * {self._stride(slots.batched, strides[0])}"
                parameters += [f"A{name}", f"D{name}"]
                arguments += [address, self._stride(slots.batched, strides[-1])]
                place = f"A{name} + i * D{name}"
            if name in formulas or (batched and slots.batched):
                outside.append(f"P{name} = {place}")
                if name not in formulas:
                    inside.append(f"{name} = M[P{name}{' + b' * batched}]")
            else:
                outside.append(f"{name} = M[{place}]")
        body = []
        for line in statements(formulas, JAVASCRIPT):
            name, text = line.split(" = ", 1)
            body.append(
                f"M[P{name}{' + b' * batched}] = {text};" if name in formulas else f"const {name} = {text};"
            )
        computed = " ".join([f"const {', '.join(inside)};"] * bool(inside) + body)
        if batched:
            computed = f"for (let b = 0; b < B; b++) {{ {computed} }}"
        text = (
            f"(M, B, n, {', '.join(parameters)}) => {{ for (let i = 0; i < n; i++) {{ "
            f"const {', '.join(outside)}; {computed} }} }}"
        )
        call = f"{self._function(text)}(M, B, {shape[-1]}, {', '.join(arguments)});"
        if len(shape) > 1:
            call = f"for (let j = 0; j < {shape[0]}; j++) {call}"
        self.lines.append(call)

    def _copy(self, slots: Slots) -> Slots:
        """A copy of these slots, side by side."""
        key = slots.batched, slots.index.shape, slots.index.tobytes()
        if key not in self.copies:
            made = self.copies[key] = self._new_slots(slots.batched, slots.index.shape)
            flat = Slots(slots.batched, slots.index.ravel())
            self._elementwise(
                [(made.reshape(flat.index.shape), Formula("x0"))], {"x0": flat}
            )
        return self.copies[key]

    def _sum(self, step: Sum) -> None:
        reaches = [len(term) for term in step.terms]
        start = 0
        for count in range(len(reaches), 0, -1):
            stop = min(reaches[:count])
            if stop > start:
                batched = step.result.batched
                operands = {
                    f"x{k}": Slots(batched, term[start:stop])
                    for k, term in enumerate(step.terms[:count])
                }
                total: Any = Formula("x0")
                for k in range(1, count):
                    total = total + Formula(f"x{k}")
                self._elementwise(
                    [(Slots(batched, step.result.index[start:stop]), total)], operands
                )
                start = stop

    def _reduce(self, step: Reduce) -> None:
        operand = step.operand
        found = affine(operand.index)
        if found is None:
            operand = self._copy(operand)
            found = affine(operand.index)
            assert found is not None
        batched, (count, n) = operand.batched, operand.index.shape
        result = self._address(batched, int(step.result.index.flat[0]))
        args = [self._address(batched, found.start)]
        args += [self._stride(batched, d) for d in found.strides]
        size = "B" if batched else "1"
        self.lines.append(
            f"reduce_{step.op}(M, {size}, {count}, {n}, {result}, {', '.join(args)});"
        )

    def _product(self, step: Product) -> None:
        a, b, result = step.axes
        inner = "".join(dict.fromkeys(x for x in a + b if x not in result))
        if not inner:
            self._multiply(step)
            return
        arrays = []
        for axes, slots in zip(step.axes, (step.a, step.b, step.result), strict=True):
            found = affine(slots.index)
            if found is None:
                slots = self._copy(slots)
                found = affine(slots.index)
                assert found is not None
            strides = {
                letter: self._stride(slots.batched, d)
                for letter, d in zip(axes.removesuffix("b"), found.strides, strict=True)
            }
            lengths = dict(zip(axes.removesuffix("b"), map(str, slots.index.shape), strict=True))
            if slots.batched:
                strides["b"], lengths["b"] = "1", "B"
            arrays.append((self._address(slots.batched, found.start), strides, lengths))
        sizes = arrays[0][2] | arrays[1][2] | arrays[2][2]
        left = [x for x in result if x in a and x not in b]
        right = [x for x in result if x in b and x not in a]
        others = [x for x in result if x in a and x in b]
        *more_inner, last = inner
        one_left, one_right = (x[-1:] for x in (left, right))
        others += left[:-1] + right[:-1] + more_inner
        addresses = []
        for address, strides, _ in arrays:
            for x in others:
                if x in strides:
                    address += f" + {x} * {strides[x]}"
            addresses.append(address)
        l, r = (x[0] if x else None for x in (one_left, one_right))
        (_, sa, _), (_, sb, _), (_, sc, _) = arrays
        args = [
            sizes.get(l, "1"), sizes.get(r, "1"), sizes[last],
            addresses[2], sc.get(l, "0"), sc.get(r, "0"),
            addresses[0], sa.get(l, "0"), sa.get(last, "0"),
            addresses[1], sb.get(r, "0"), sb.get(last, "0"),
        ]
        start = self._address(step.result.batched, int(step.result.index.flat[0]))
        size = self._stride(step.result.batched, step.result.index.size)
        self.lines.append(f"M.fill(0, {start}, {start} + {size});")
        loops = "".join(f"for (let {x} = 0; {x} < {sizes[x]}; {x}++) " for x in others)
        self.lines.append(f"{loops}product(M, {', '.join(args)});")

    def _multiply(self, step: Product) -> None:
        a, b, result = step.letters
        shape = step.result.index.shape
        operands = {}
        for name, letters, slots in (("x0", a, step.a), ("x1", b, step.b)):
            index = slots.index
            order = sorted(range(len(letters)), key=lambda k: result.index(letters[k]))
            index = index.transpose(order)
            index = index[tuple(slice(None) if x in letters else None for x in result)]
            operands[name] = Slots(slots.batched, np.broadcast_to(index, shape).ravel())
        formula: Any = Formula("x0") * Formula("x1")
        self._elementwise([(step.result.reshape((step.result.index.size,)), formula)], operands)

    def _take(self, step: Take) -> None:
        args = self._choices(step)
        address = self._address(step.result.batched, int(step.result.index.flat[0]))
        size = "B" if step.result.batched else "1"
        self.lines.append(f"take(M, B, {size}, {address}, {args});")

    def _scatter(self, step: Scatter) -> None:
        args = self._choices(step.take)
        batched = step.result.batched
        address = self._address(batched, int(step.result.index.flat[0]))
        gradient = self._table(step.gradient.index)
        self.lines.append(
            f"scatter(M, B, {int(batched)}, {address}, {args}, "
            f"{gradient}, {int(step.gradient.batched)});"
        )

    def _choices(self, step: Take) -> str:
        rows, n = step.table.index.shape
        each = step.result.index.shape[1] if step.result.index.ndim == 2 else 1
        index = np.broadcast_to(step.index.index, step.result.index.shape)
        kinds = [int(x.batched) for x in (step.table, step.index)]
        return (
            f"{rows}, {n}, {each}, {self._table(step.table.index)}, {kinds[0]}, "
            f"{self._table(index)}, {kinds[1]}"
        )


_ARITHMETIC = re.sub(
    r"^export ",
    "",
    (Path(__file__).parents[1] / "explorer/script/arithmetic.js").read_text("utf-8"),
    flags=re.MULTILINE,
)

KERNELS = r"""
function at(text) {
  const found = [];
  let place = 0;
  for (const part of text.split(" ")) {
    const [step, times = 1] = part.split("*");
    for (let k = 0; k < times; k++) found.push(place += +step);
  }
  return Int32Array.from(found);
}
function load(M, B, X, from, width, count, to) {
  for (let k = 0; k < count; k++) {
    for (let b = 0; b < B; b++) M[to + k * B + b] = X[from + b * width + k];
  }
}
function reduce_sum(M, B, count, n, y, x, dx, dk) {
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < B; b++) {
      let total = 0;
      for (let k = 0; k < n; k++) total += M[x + i * dx + k * dk + b];
      M[y + i * B + b] = total;
    }
  }
}
function reduce_max(M, B, count, n, y, x, dx, dk) {
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < B; b++) {
      let total = -Infinity;
      for (let k = 0; k < n; k++) total = Math.max(total, M[x + i * dx + k * dk + b]);
      M[y + i * B + b] = total;
    }
  }
}
function reduce_min(M, B, count, n, y, x, dx, dk) {
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < B; b++) {
      let total = Infinity;
      for (let k = 0; k < n; k++) total = Math.min(total, M[x + i * dx + k * dk + b]);
      M[y + i * B + b] = total;
    }
  }
}
function product(M, m, n, inner, c, cm, cn, a, am, ak, b, bn, bk) {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let total = 0;
      for (let k = 0; k < inner; k++) total += M[a + i * am + k * ak] * M[b + j * bn + k * bk];
      M[c + i * cm + j * cn] += total;
    }
  }
}
function take(M, B, size, y, rows, n, each, T, byT, I, byI) {
  for (let r = 0; r < rows * each; r++) {
    const row = Math.floor(r / each) * n;
    for (let b = 0; b < size; b++) {
      const k = M[byI ? U + I[r] * B + b : I[r]];
      const t = T[row + k];
      M[y + r * size + b] = !(k >= 0 && k < n) || t === undefined ? NaN : M[byT ? U + t * B + b : t];
    }
  }
}
function scatter(M, B, byY, y, rows, n, each, T, byT, I, byI, G, byG) {
  const size = byY ? B : 1, samples = byG ? B : 1;
  M.fill(0, y, y + rows * n * size);
  for (let r = 0; r < rows * each; r++) {
    const row = Math.floor(r / each) * n;
    for (let b = 0; b < samples; b++) {
      const k = M[byI ? U + I[r] * B + b : I[r]];
      const g = M[byG ? U + G[r] * B + b : G[r]];
      const own = byY ? b : 0;
      if (k >= 0 && k < n && k === Math.floor(k)) M[y + (row + k) * size + own] += g;
      else for (let c = 0; c < n; c++) M[y + (row + c) * size + own] = NaN;
    }
  }
}
"""

RUN = """
function parts(X, theta, visit) {
  const samples = inputs ? X.length / inputs : 1;
  if (!Number.isInteger(samples) || samples < 1 || (!inputs && X.length)) {
    throw new RangeError(`X must have ${inputs} numbers for each sample; got ${X.length} numbers`);
  }
  if (theta.length !== params) {
    throw new RangeError(`theta must have ${params} numbers; got ${theta.length}`);
  }
  const found = new Float64Array(samples * outputs);
  for (let from = 0; from < samples; from += most) {
    allocate(Math.min(most, samples - from));
    forward(X, theta, from);
    places().forEach(([place, step], k) => {
      for (let b = 0; b < B; b++) found[(from + b) * outputs + k] = M[place + b * step];
    });
    if (visit) visit(samples);
  }
  return found;
}
const run = (X, theta) => parts(X, theta);
"""

VALUE_AND_GRAD = """
function valueAndGrad(X, theta) {
  const gradient = new Float64Array(params);
  const found = parts(X, theta, (samples) => {
    backward(samples);
    for (let k = 0; k < params; k++) gradient[k] += M[places_of_gradient[k]];
  });
  let total = 0;
  for (let b = 0; b < found.length; b += outputs) total += found[b];
  return { mean: total / (found.length / outputs), gradient, outputs: found };
}
"""
