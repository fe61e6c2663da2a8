"""What became of the scalars, in words: of a whole schedule, and of a single step.

The words for a step stand in the summary, and as a comment above its lines in the generated code.
"""

from __future__ import annotations

from collections import Counter

from .rows import SELECTIONS
from .steps import Link, Map, Product, Reduce, Schedule, Step, Sum, Take
from .tape import LEAVES, Tape


class Lines(str):
    """A text of several lines, which a console and a notebook show as lines."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def summary_of(tape: Tape, schedule: Schedule) -> str:
    """A line for each forward step; steps in the same words are counted together."""
    nodes = sum(op not in LEAVES for op in tape.ops)
    steps = [step_in_words(step, schedule) for step in schedule.steps if not isinstance(step, Link)]
    lines = [f"{nodes:,} operations on scalars → {len(steps):,} on arrays"]
    for words, times in Counter(steps).items():
        lines.append(f"  {f'{times} times: ' if times > 1 else ''}{words}")
    return "\n".join(lines)


def step_in_words(step: Step, schedule: Schedule) -> str:
    """A forward step in words: the scalars that it computes → the operation on arrays."""
    return " → ".join(_scalars_and_arrays(step, schedule))


def _scalars_and_arrays(step: Step, schedule: Schedule) -> tuple[str, str]:
    count = step.result.index.size
    over = "" if step.result.batched else " for the whole batch"
    if isinstance(step, Product):
        n = step.a.index.shape[-1]
        if not _is_matrix_product(step):
            return f"{count:,} dots of {n}", f"einsum{over}"
        m, columns = step.result.index.shape
        has_bias = step.b.index[-1, 0] in schedule.constants[True]  # a 1 follows x
        n -= has_bias
        times = f" times {n}×{columns}" if columns > 1 else ""
        bias = " + bias" if has_bias else ""
        return f"{2 * count * n:,} multiplications and additions", f"matmul {m}×{n}{times}{bias}"
    if isinstance(step, Reduce):
        name = {"sum": "sums", "max": "maxima", "min": "minima"}[step.op]
        return f"{count:,} {name} of {step.operand.index.shape[1]}", f"reduction{over}"
    if isinstance(step, Take):
        rows, n = step.table.index.shape
        return f"{count:,} choices of one in {n}", f"gather from {rows:,}×{n}{over}"
    assert isinstance(step, Map)
    name = "selection" if step.op in SELECTIONS else step.op
    return f"{count:,} × {name}", f"elementwise{over}"


def _is_matrix_product(step: Product) -> bool:
    return step.letters[2] == "mc"


def reverse_step_in_words(step: Step, schedule: Schedule) -> str:
    """A reverse step in words: the gradient of what it passes on, or adds up from its parts."""
    source = step.passes_on
    gradient = f"gradient of {_source_in_words(step, schedule)}"
    if isinstance(step, Sum):
        return f"{gradient}: its parts, up to {len(step.terms)}, added up"
    if isinstance(step, Reduce):
        return f"{gradient}: its {step.operand.index.shape[1]} parts added up"
    if isinstance(source, Product) and isinstance(step, Product):
        # The gradient for one factor is a product with the other.
        which = "second" if step.a is source.a else "first"
        return f"{gradient}, with respect to its {which} factors"
    if isinstance(source, Map) and isinstance(step, Product):
        return f"{gradient}, summed over the batch"
    return gradient


def _source_in_words(step: Step, schedule: Schedule) -> str:
    """What a reverse step is about: a forward step, or numbers of several of them."""
    source = step.passes_on
    if source is None:
        count = step.result.index.size
        return "1 number" if count == 1 else f"{count:,} numbers"
    if isinstance(source, Link):
        return f"{source.result.index.size:,} values by their partials"
    scalars, arrays = _scalars_and_arrays(source, schedule)
    return arrays if isinstance(source, Product) and _is_matrix_product(source) else scalars
