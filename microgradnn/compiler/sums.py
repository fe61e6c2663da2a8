"""Sums of sums become one sum, and the products in it a dot."""

from __future__ import annotations

from .tape import Tape, users

DOT = "dot"  # here: Σ aᵢbᵢ without a bias; the operands are (a₁ … aₙ, b₁ … bₙ)
BINARY = ("add", "sub", "neg")
LINEAR = (*BINARY, "sum", "dot")


def flatten(tape: Tape) -> Tape:
    """Merge sums of sums into one, and gather their products into dots; leave out unused nodes.

    A sum or product that is used once, in a sum, is part of that sum. Uniform terms stay apart
    from batched ones, so that what is the same for all samples is computed once.
    """
    ops, batched = tape.ops, tape.batched
    uses, user = users(tape)
    linear = [op in LINEAR for op in ops]
    out = Tape(tape.inputs, tape.params)
    parts: list[tuple[str, tuple[int, ...]]] = []  # of sums to come; the number of the k-th is ~k

    def write(node: int, operands: tuple[int, ...]) -> int:
        op = ops[node]
        if (linear[node] or op == "mul") and uses[node] == 1 and linear[user[node]]:
            total = user[node]
            added = ops[total] != DOT or tape.operands[total][-1] == node  # a factor is not
            if added and (op == "mul" or batched[node] == batched[total]):
                parts.append((op, operands))
                return ~(len(parts) - 1)
        if linear[node] and (op not in BINARY or min(operands) < 0):
            return _written(out, *_terms(op, operands, parts))
        return out.append(op, operands)

    out.outputs = out.copy_from(tape, range(len(out)), write, uses)
    return out


Products = list[tuple[int, ...]]


def _terms(
    op: str, operands: tuple[int, ...], parts: list[tuple[str, tuple[int, ...]]]
) -> tuple[tuple[list[int], list[int]], tuple[Products, Products]]:
    """What a sum consists of: nodes and products, each both those added and those subtracted."""
    nodes: tuple[list[int], list[int]] = [], []
    products: tuple[Products, Products] = [], []
    waiting = [(op, operands, False)]
    for op, operands, negative in waiting:  # which grows meanwhile
        if op == "mul":
            products[negative].append(operands)
            continue
        if op == DOT:
            n = len(operands) // 2
            products[negative].extend(zip(operands[:n], operands[n:-1], strict=True))
            operands = operands[-1:]
        for place, x in enumerate(operands):
            sign = negative != (op == "neg" or (op == "sub" and place == 1))
            if x < 0:
                waiting.append((*parts[~x], sign))
            else:
                nodes[sign].append(x)
    return nodes, products


def _written(
    out: Tape, nodes: tuple[list[int], list[int]], products: tuple[Products, Products]
) -> int:
    """Append the nodes of a sum; give the number of the last."""
    added, subtracted = (_summed(out, nodes[sign], products[sign]) for sign in (False, True))
    if subtracted is None:
        return out.constant(0.0) if added is None else added
    return (
        out.append("neg", (subtracted,))
        if added is None
        else out.append("sub", (added, subtracted))
    )


def _summed(out: Tape, nodes: list[int], products: Products) -> int | None:
    terms: tuple[list[int], list[int]] = [], []  # uniform ones, batched ones
    for x in nodes:
        if out.numbers.get(x) != 0.0:
            terms[out.batched[x]].append(x)
    kinds: dict[tuple[bool, bool], Products] = {}
    for a, b in products:
        if out.batched[a] and not out.batched[b]:
            a, b = b, a
        kinds.setdefault((out.batched[a], out.batched[b]), []).append((a, b))
    for (_, batched), pairs in kinds.items():
        if len(pairs) == 1:
            made = out.append("mul", pairs[0])
        else:
            made = out.append(DOT, (*[a for a, _ in pairs], *[b for _, b in pairs]))
        terms[batched].append(made)
    sums = [_added(out, kind) for kind in terms if kind]
    return _added(out, sums) if sums else None


def _added(out: Tape, nodes: list[int]) -> int:
    if len(nodes) == 1:
        return nodes[0]
    return out.append("add" if len(nodes) == 2 else "sum", tuple(nodes))
