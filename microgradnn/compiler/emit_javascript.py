"""The JavaScript back end: a schedule as the text of a program for pages and for Node.

The idea: a step is a call of a function that is told where its operands are. So the text is short,
and functions that are used by many steps soon are fast. What all programs need is in `script/`.
"""

from __future__ import annotations

from textwrap import indent
from typing import Any

import numpy as np

from ..engine.formulas import Formula
from ..engine.row import PRIMITIVES
from ..javascript import JAVASCRIPT, functions_for
from .javascript_loops import listed, place, times
from .javascript_products import Products
from .own_rows import written_out
from .patterns import affine, runs
from .rows import REDUCTIONS
from .steps import Link, Map, Product, Reduce, Scatter, Schedule, Slots, Step, Sum, Take
from .summary import reverse_step_in_words, step_in_words

MOST_NUMBERS_AT_ONCE = 2**17  # of a part of a large batch, which stay in the processor's cache
LEAST_SAMPLES_AT_ONCE = 64  # parts of fewer would cost more by their number than the cache saves
MOST_LINES_TOGETHER = 200  # in one function: V8 makes no fast code of very long ones


def javascript_program(schedule: Schedule) -> str:
    """An expression whose value is `{ inputs, params, outputs, run, valueAndGrad }`.

    `run(X, theta)` gives the outputs of each sample, one sample after the other;
    `valueAndGrad(X, theta)` gives `{ mean, gradient, outputs }`, and is missing where the schedule
    has no reverse pass. X and theta are Float64Arrays, and so are the results, which are new ones.
    """
    return _Program(schedule).text


def javascript_module(schedule: Schedule) -> str:
    """The program as an ES module, below a comment that says how it is used."""
    inputs, params, outputs = len(schedule.inputs), schedule.params, len(schedule.outputs)
    counts = (inputs, "input"), (params, "parameter"), (outputs, "output")
    has = ", ".join(f"{count:,} {name}{'s' * (count != 1)}" for count, name in counts)
    exported = ["inputs", "params", "outputs", "run"]
    use = ["import { run } from './program.mjs';", "const outputs = run(X, theta);"]
    if schedule.gradient is not None:
        exported.append("valueAndGrad")
        use[0] = "import { run, valueAndGrad } from './program.mjs';"
        use.append("const { mean, gradient } = valueAndGrad(X, theta);")
    lines = [
        f"{has} of each sample. Use:",
        *[f"  {line}" for line in use],
        "X: a Float64Array of inputs, one sample after the other. theta: one of the parameters.",
    ]
    head = "".join(f"// {line}\n" for line in lines)
    return f"{head}export const {{ {', '.join(exported)} }} = {javascript_program(schedule)};\n"


class _Program(Products):
    """The text of a program, made of the lines of its steps."""

    def __init__(self, schedule: Schedule) -> None:
        super().__init__(schedule)
        self.schedule = schedule
        self._load()
        for step in schedule.steps:
            if not isinstance(step, Link):
                self._write(step, step_in_words(step, schedule))
        passes = self._functions_of("forward", "X, sample")
        if schedule.seed is not None and schedule.gradient is not None:
            self._seed(schedule.seed)
            for step in schedule.reverse:
                self._write(step, reverse_step_in_words(step, schedule))
            passes += self._functions_of("backward", "samples")
        self.text = self._assembled(passes)

    # ---- The whole -------------------------------------------------------------------------------

    def _functions_of(self, name: str, parameters: str) -> list[str]:
        """The lines so far as functions, of which the last one calls the others."""
        parts = [
            self.lines[start : start + MOST_LINES_TOGETHER]
            for start in range(0, len(self.lines), MOST_LINES_TOGETHER)
        ]
        self.lines = []
        if len(parts) == 1:
            return [_function(name, parameters, parts[0])]
        names = [f"{name}{k}" for k in range(len(parts))]
        calls = [f"{part}(M, B, {parameters});" for part in names]
        found = [
            _function(*part) for part in zip(names, [parameters] * len(parts), parts, strict=True)
        ]
        return [*found, _function(name, parameters, calls)]

    def _assembled(self, passes: list[str]) -> str:
        made, (V, U) = self.schedule, (self.slot_count[True], self.slot_count[False])
        samples = max(MOST_NUMBERS_AT_ONCE // max(V, 1), LEAST_SAMPLES_AT_ONCE)
        outputs = [slot + U * batched for batched, slot in made.outputs]
        tables = [*self.tables.items(), (listed(outputs), "outputSlots")]
        names = "inputs, params, outputs, run"
        parts = [_RUN]
        if made.gradient is not None:
            tables.append((listed(made.gradient.index.tolist()), "gradientSlots"))
            names += ", valueAndGrad"
            parts.append(_VALUE_AND_GRAD)
        program = [
            f"const inputs = {len(made.inputs)}, params = {made.params}, outputs = {len(outputs)};",
            "// Numbers of uniform and of batched slots, and of samples that are computed at once.",
            f"const U = {U}, V = {V}, most = {samples};",
            "let M = new Float64Array(0), B = 0;",
            *[f"const {name} = {text};" for text, name in self.functions.items()],
            *[f"const {name} = {text};" for text, name in tables],
            _function("constants", "", self._constants()),
            *passes,
            *parts,
            f"return {{ {names} }};",
        ]
        text = "\n".join(program)
        body = indent(f'"use strict";\n{functions_for(text)}\n{text}', "  ")
        return f"(() => {{\n{body}\n}})()"

    def _constants(self) -> list[str]:
        """The lines that write the numbers which slots hold from the start."""
        lines = []
        for slot, number in self.schedule.constants[False].items():
            lines.append(f"M[{slot}] = {JAVASCRIPT.number(number)};")
        for slot, number in self.schedule.constants[True].items():
            start = place(True, str(slot))
            lines.append(f"M.fill({JAVASCRIPT.number(number)}, {start}, {start} + B);")
        return lines

    def _load(self) -> None:
        """Write what copies the inputs to their slots."""
        start = 0
        for run in runs(self.schedule.inputs):
            to = place(True, str(run[0]))
            self.lines.append(f"load(M, B, X, sample, inputs, {start}, {len(run)}, {to});")
            start += len(run)

    def _seed(self, seed: Slots) -> None:
        start, size = self._begin(seed), times(1, seed.batched)
        share = "1" if seed.batched else "B"
        self.lines.append(f"M.fill({share} / samples, {start}, {start} + {size});")

    # ---- Steps -----------------------------------------------------------------------------------

    def _write(self, step: Step, words: str) -> None:
        """Write the lines of a step below a comment that says what they do."""
        self.lines.append(f"// {words}")
        if isinstance(step, Map):
            formulas = [(step.result, step.formula), *step.more]
            self._elementwise([(x, written_out(f)) for x, f in formulas], step.operands)
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

    def _begin(self, slots: Slots) -> str:
        """Where slots that stand side by side begin."""
        return place(slots.batched, str(slots.index.flat[0]))

    def _reduce(self, step: Reduce) -> None:
        """Write a reduction: the row of two operands, applied again and again."""
        operand = self._in_pattern(step.operand)
        found = affine(operand.index)
        assert found is not None
        row, batched = PRIMITIVES[REDUCTIONS[step.op]], operand.batched
        text = Formula._apply(row, [Formula("total"), Formula("M[p]")]).code(JAVASCRIPT)
        function = self._function(_REDUCTION.format(text))
        count, n = operand.index.shape
        places = [place(batched, str(found.start)), *[times(x, batched) for x in found.strides]]
        arguments = [str(count), times(1, batched), str(n), self._begin(step.result), *places]
        self.lines.append(f"{function}(M, {', '.join(arguments)});")

    def _sum(self, step: Sum) -> None:
        """Write a sum: of all terms as far as the shortest of them goes, then of fewer."""
        start, batched = 0, step.result.batched
        for count in range(len(step.terms), 0, -1):
            stop = len(step.terms[count - 1])
            if stop > start:
                part = slice(start, stop)
                terms = {f"x{k}": Slots(batched, x[part]) for k, x in enumerate(step.terms[:count])}
                total: Any = Formula("x0")
                for name in [*terms][1:]:
                    total = total + Formula(name)
                self._elementwise([(step.result.part(part), total)], terms)
                start = stop

    def _take(self, step: Take) -> None:
        size = times(1, step.result.batched)
        self.lines.append(
            f"take(M, B, U, {size}, {self._begin(step.result)}, {self._choices(step)});"
        )

    def _scatter(self, step: Scatter) -> None:
        sizes = times(1, step.gradient.batched), times(1, step.result.batched)
        tables = ", ".join(map(self._slots, (step.gradient, step.take.result)))
        self.lines.append(
            f"scatter(M, B, U, {', '.join(sizes)}, {self._begin(step.result)}, "
            f"{self._choices(step.take)}, {tables});"
        )

    def _choices(self, step: Take) -> str:
        """How many rows the table has, its slots, and the slot of the index for each result."""
        index = np.broadcast_to(step.index.index, step.result.index.shape)
        slots = self._slots(step.table), self._slots(Slots(step.index.batched, index))
        return ", ".join([str(len(step.table.index)), *slots])

    def _slots(self, slots: Slots) -> str:
        """The name of a table of slots, in which batched ones are counted from U on."""
        return self._table(slots.index.ravel().tolist(), "U" * slots.batched)


def _function(name: str, parameters: str, lines: list[str]) -> str:
    body = "".join(f"  {line}\n" for line in lines)
    return f"function {name}({', '.join(filter(None, ('M', 'B', parameters)))}) {{\n{body}}}"


# For each i below n the reduction over k: to y, of slots that are di apart and numbers dk apart.
_REDUCTION = """\
(M, n, B, count, y, x, dx, dk) => {{
  for (let i = 0; i < n; i++) {{
    for (let b = 0; b < B; b++) {{
      let p = x + i * dx + b, total = M[p];
      for (let k = 1; k < count; k++) {{
        p += dk;
        total = {};
      }}
      M[y + i * B + b] = total;
    }}
  }}
}}"""

_RUN = """\
function run(X, theta) {
  return computed(X, theta, () => {});
}
function computed(X, theta, afterwards) {
  const samples = samplesOf(X, theta, inputs, params);
  const found = new Float64Array(samples * outputs);
  for (let sample = 0; sample < samples; sample += most) {
    const batch = Math.min(most, samples - sample);
    if (batch !== B) {
      B = batch;
      if (M.length < U + V * B) M = new Float64Array(U + V * B);
      constants(M, B);
    }
    M.set(theta);
    forward(M, B, X, sample);
    store(M, B, U, outputSlots, found, sample);
    afterwards(samples);
  }
  return found;
}"""

_VALUE_AND_GRAD = """\
function valueAndGrad(X, theta) {
  const gradient = new Float64Array(params);
  const found = computed(X, theta, (samples) => {
    backward(M, B, samples);
    for (let k = 0; k < params; k++) gradient[k] += M[gradientSlots[k]];
  });
  let total = 0;
  for (let k = 0; k < found.length; k += outputs) total += found[k];
  return { mean: total / (found.length / outputs), gradient, outputs: found };
}"""
