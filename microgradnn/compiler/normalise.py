"""Normalising: equal nodes become one, and sums become what they are made of, dots above all."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine.row import PRIMITIVES
from .rows import COMMUTATIVE, kept_operand
from .tape import DOT, LINK, Tape, users

BINARY = ("add", "sub", "neg")
LINEAR = (*BINARY, "sum", DOT)
PRODUCTS = ("mul", DOT)

Part = tuple[str, tuple[int, ...]]  # an operation and its operands
Terms = list[tuple[int, ...]]  # nodes, and products of two


def normalise(tape: Tape) -> Tape:
    """The tape without repetition, and with its sums of products as dots.

    >>> tape = Tape(inputs=2, params=2)
    >>> products = [tape.append("mul", (2, 0)), tape.append("mul", (1, 3))]
    >>> tape.outputs = [tape.append("add", tuple(products))]
    >>> print(normalise(tape))
       0  batched  input
       1  batched  input
       2  uniform  parameter
       3  uniform  parameter
       4  batched  dot 2 3 0 1
    outputs: 4
    """
    return flatten(share(tape))


def share(tape: Tape) -> Tape:
    """Give equal nodes one number, compute what only constants enter, drop neutral numbers."""
    out = Tape(tape.inputs, tape.params)
    numbers, constants = out.numbers, out.numbers.keys()  # which grow meanwhile
    known: dict[tuple[str, tuple[int, ...]], int] = {}

    def write(node: int, operands: tuple[int, ...]) -> int:
        op = tape.ops[node]
        if not constants.isdisjoint(operands):
            found = [numbers.get(x) for x in operands]
            kept = kept_operand(op, found)
            if kept is not None:
                return operands[kept]
            if None not in found and op in PRIMITIVES:
                return out.constant(PRIMITIVES[op].value(found))  # type: ignore[arg-type]
            if op == "pow" and found[1] == 2.0:
                op, operands = "mul", (operands[0], operands[0])
        if op in COMMUTATIVE and operands[0] > operands[1]:
            operands = operands[::-1]
        key = op, operands
        if key not in known:
            known[key] = out.append(op, operands)
        return known[key]

    out.outputs = out.copy_from(tape, range(len(out)), write)
    return out


def split_links(tape: Tape) -> Tape:
    """Links of a value that has other users get a copy of it, which they can then stand for.

    A reduction of batched and uniform numbers is split in two, each of one kind.
    """
    if not {LINK, "max", "min"}.intersection(tape.ops):
        return tape
    out = Tape(tape.inputs, tape.params)
    uses, _ = users(tape)

    def write(node: int, operands: tuple[int, ...]) -> int:
        op = tape.ops[node]
        if op in ("max", "min"):
            return _reduced(out, op, operands)
        if op == LINK:
            value = tape.operands[node][0]
            own = uses[value] == 1 and out.operands[operands[0]]
            if not own or tape.batched[value] != tape.batched[node]:
                operands = (out.append("copy", operands[:1]), *operands[1:])
                out.batched[operands[0]] = tape.batched[node]
        return out.append(op, operands)

    out.outputs = out.copy_from(tape, range(len(out)), write)
    return out


def _reduced(out: Tape, op: str, operands: Sequence[int]) -> int:
    kinds = ([x for x in operands if out.batched[x] == kind] for kind in (False, True))
    parts = [xs[0] if len(xs) == 1 else out.append(op, tuple(xs)) for xs in kinds if xs]
    return parts[0] if len(parts) == 1 else out.append(f"{op}imum", tuple(parts))


# ---- Sums ----------------------------------------------------------------------------------------


def flatten(tape: Tape) -> Tape:
    """Merge sums of sums into one, and gather their products into dots; leave out unused nodes.

    Uniform terms stay apart from batched ones: what is the same for all samples is computed once.
    So do differences without products, since x + (a - b) can have digits that (x + a) - b has not.
    """
    ops, batched = tape.ops, tape.batched
    uses, user = users(tape)
    linear = [op in LINEAR for op in ops]
    out = Tape(tape.inputs, tape.params)
    parts: list[Part] = []  # of sums to come; the number of the k-th is ~k

    def write(node: int, operands: tuple[int, ...]) -> int:
        op = ops[node]
        if (linear[node] or op == "mul") and uses[node] == 1 and linear[user[node]]:
            total = user[node]
            added = ops[total] != DOT or tape.operands[total][-1] == node  # a factor is not
            if op == "sub" and (ops[total] != "sub" or tape.operands[total][1] == node):
                added = added and any(x < 0 and parts[~x][0] in PRODUCTS for x in operands)
            if added and (op == "mul" or batched[node] == batched[total]):
                parts.append((op, operands))
                return ~(len(parts) - 1)
        if linear[node] and (op not in BINARY or min(operands) < 0):
            return _written(out, _terms(op, operands, parts))
        return out.append(op, operands)

    out.outputs = out.copy_from(tape, range(len(out)), write, uses)
    return out


def _terms(op: str, operands: tuple[int, ...], parts: Sequence[Part]) -> tuple[Terms, Terms]:
    """What a sum consists of: the terms that are added, and those that are subtracted."""
    terms: tuple[Terms, Terms] = [], []
    waiting = [(op, operands, False)]
    for op, operands, negative in waiting:  # which grows meanwhile
        if op == "mul":
            terms[negative].append(operands)
            continue
        if op == DOT:
            n = len(operands) // 2
            terms[negative].extend(zip(operands[:n], operands[n:-1], strict=True))
            operands = operands[-1:]
        for place, x in enumerate(operands):
            sign = negative != (op == "neg" or (op == "sub" and place == 1))
            if x < 0:
                waiting.append((*parts[~x], sign))
            else:
                terms[sign].append((x,))
    return terms


def _written(out: Tape, terms: tuple[Terms, Terms]) -> int:
    """Append the nodes of a sum; give the number of the last."""
    added, subtracted = (_summed(out, side) for side in terms)
    if subtracted is None:
        return out.constant(0.0) if added is None else added
    if added is None:
        return out.append("neg", (subtracted,))
    return out.append("sub", (added, subtracted))


def _summed(out: Tape, terms: Terms) -> int | None:
    batched = out.batched
    kinds: dict[tuple[bool, ...], Terms] = {}
    for term in terms:
        if len(term) == 2 and batched[term[0]] > batched[term[1]]:
            term = term[::-1]  # the uniform factor first
        if len(term) == 2 or out.numbers.get(term[0]) != 0.0:
            kinds.setdefault(tuple([batched[x] for x in term]), []).append(term)
    nodes: tuple[list[int], list[int]] = [], []  # uniform ones, batched ones
    for kind, alike in kinds.items():
        if len(kind) == 1:
            nodes[kind[0]].extend([x for (x,) in alike])
        elif len(alike) == 1:
            nodes[kind[1]].append(out.append("mul", alike[0]))
        else:
            a, b = zip(*alike, strict=True)
            nodes[kind[1]].append(out.append(DOT, a + b))
    sums = [_added(out, same) for same in nodes if same]
    return _added(out, sums) if sums else None


def _added(out: Tape, nodes: list[int]) -> int:
    if len(nodes) == 1:
        return nodes[0]
    return out.append("add" if len(nodes) == 2 else "sum", tuple(nodes))
