"""What became of the scalars: a schedule in words."""

from __future__ import annotations

from collections import Counter

from .steps import Link, Map, Product, Reduce, Schedule, Step
from .tape import LEAVES, Tape, where_parts


def summary_of(tape: Tape, schedule: Schedule) -> str:
    """A line for each step, steps of one kind side by side counted together."""
    nodes = sum(op not in LEAVES for op in tape.ops)
    parts = [_described(step, schedule) for step in schedule.steps if not isinstance(step, Link)]
    lines = [f"{nodes:,} operations on scalars → {len(parts):,} on arrays"]
    counts = Counter(parts)
    for scalars, arrays in dict.fromkeys(parts):
        times = counts[scalars, arrays]
        lines.append(f"  {f'{times} times: ' if times > 1 else ''}{scalars} → {arrays}")
    return "\n".join(lines)


def _described(step: Step, schedule: Schedule) -> tuple[str, str]:
    count = step.result.index.size
    over = "" if step.result.batched else " for the whole batch"
    if isinstance(step, Product):
        n = step.a.index.shape[-1]
        if step.letters[2] != "mc":
            return f"{count:,} dots of {n}", f"einsum{over}"
        m, columns = step.result.index.shape
        has_bias = step.b.index[-1, 0] in schedule.constants[True]  # beside a row of ones
        n -= has_bias
        times = f" times {n}×{columns}" if columns > 1 else ""
        bias = " + bias" if has_bias else ""
        return f"{2 * count * n:,} multiplications and additions", f"matmul {m}×{n}{times}{bias}"
    if isinstance(step, Reduce):
        name = {"sum": "sums", "max": "maxima", "min": "minima"}[step.op]
        return f"{count:,} {name} of {step.operand.index.shape[1]}", f"reduction{over}"
    assert isinstance(step, Map)
    name = "selection" if where_parts(step.op) else step.op
    return f"{count:,} × {name}", f"elementwise{over}"
