"""What became of the scalars: a schedule in words."""

from __future__ import annotations

from collections import Counter

from .schedule import Schedule, Step
from .tape import LEAVES, LINK, Tape, where_parts


def summary_of(tape: Tape, schedule: Schedule) -> str:
    """A line for each step, steps of one kind side by side counted together."""
    nodes = sum(op not in LEAVES for op in tape.ops)
    parts = [_described(step) for step in schedule.steps if step.kind != LINK]
    lines = [f"{nodes:,} operations on scalars → {len(parts):,} on arrays"]
    counts = Counter(parts)
    for scalars, arrays in dict.fromkeys(parts):
        times = counts[scalars, arrays]
        lines.append(f"  {f'{times} times: ' if times > 1 else ''}{scalars} → {arrays}")
    return "\n".join(lines)


def _described(step: Step) -> tuple[str, str]:
    shape = step.operands[0].index.shape
    over = " for the whole batch" if not step.batched else ""
    if step.kind == "matmul":
        n, columns = step.operands[1].index.shape
        both = 2 * step.count * n
        times = f" times {n}×{columns}" if columns > 1 else ""
        return f"{both:,} multiplications and additions", f"matmul {shape[0]}×{n}{times}"
    if step.kind == "dot":
        return f"{step.count:,} dots of {shape[1]}", f"einsum{over}"
    if step.kind == "reduce":
        name = {"sum": "sums", "max": "maxima", "min": "minima"}[step.op]
        return f"{step.count:,} {name} of {shape[1]}", f"reduction{over}"
    name = "selection" if where_parts(step.op) else step.op
    return f"{step.count:,} × {name}", f"{'elementwise'}{over}"
