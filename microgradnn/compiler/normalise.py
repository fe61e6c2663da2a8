"""Normalising: the same mathematics in one form, however the user wrote it.

The idea of this pass: equal nodes become one node, and sums of sums become one sum, whose products
are gathered into a *dot*. So it makes no difference whether a neuron was written as `w1*x1 +
w2*x2`, by a loop, or with `dot`; the schedule looks for dots alone to find matrix products.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..engine.row import PRIMITIVES
from .rows import COMMUTATIVE, SELECTIONS, kept_operand
from .tape import DOT, LINK, Tape, users

SHORT_SUMS = ("add", "sub", "neg")
SUMS = (*SHORT_SUMS, "sum", DOT)  # operations whose operands are terms; of a dot, only the bias
PRODUCTS = ("mul", DOT)

Part = tuple[str, tuple[int, ...]]  # an operation and its operands
Term = tuple[int, ...]  # a node, or a product of two nodes
Terms = tuple[list[Term], list[Term]]  # those that are added, and those that are subtracted


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
    """Make equal nodes one, replace nodes of constants alone by their number, drop `+ 0` and `· 1`.

    Nodes are equal if they are the same operation on the same nodes. Since operands come first,
    theirs are settled by then: one dictionary finds equal expressions of any depth.
    """
    out = Tape(tape.inputs, tape.params)
    numbers = out.numbers
    constants = numbers.keys()  # a view, which grows with the dictionary
    known: dict[Part, int] = {}

    def write(node: int, operands: tuple[int, ...]) -> int:
        op = tape.ops[node]
        if not constants.isdisjoint(operands):
            found = [numbers.get(x) for x in operands]
            kept = kept_operand(op, found)
            if kept is not None:
                return operands[kept]
            row = SELECTIONS.get(op) or PRIMITIVES.get(op)
            if row and None not in found:
                return out.constant(row.value(found))  # type: ignore[arg-type]
        if op == "square" or (op == "pow" and numbers.get(operands[1]) == 2.0):
            op, operands = "mul", (operands[0], operands[0])  # is found in sums of products
        if op in COMMUTATIVE and operands[0] > operands[1]:
            operands = operands[::-1]
        key = op, operands
        if key not in known:
            known[key] = out.append(op, operands)
        return known[key]

    out.outputs = out.copy_from(tape, range(len(out)), write)
    return out


def split_links(tape: Tape) -> Tape:
    """Prepare links and reductions for the schedule, in which the results of a step are new slots.

    A link takes over the slot of its value, and with it the gradient that arrives there. That is
    right only if the link alone uses the value; else the link gets a copy of it.
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
            own = uses[value] == 1 and out.operands[operands[0]]  # a leaf's slot is never its own
            if not own or tape.batched[value] != tape.batched[node]:
                operands = (out.append("copy", operands[:1]), *operands[1:])
                out.batched[operands[0]] = tape.batched[node]
        return out.append(op, operands)

    out.outputs = out.copy_from(tape, range(len(out)), write)
    return out


def _reduced(out: Tape, op: str, operands: Sequence[int]) -> int:
    """Append a maximum or minimum; uniform operands are reduced apart, once for all samples."""
    kinds = ([x for x in operands if out.batched[x] == kind] for kind in (False, True))
    parts = [xs[0] if len(xs) == 1 else out.append(op, tuple(xs)) for xs in kinds if xs]
    return parts[0] if len(parts) == 1 else out.append(f"{op}imum", tuple(parts))


# ---- Sums ----------------------------------------------------------------------------------------


def flatten(tape: Tape) -> Tape:
    """Make sums of sums one sum each, with their products as dots; leave out unused nodes.

    A sum or product that is used once, as a term of a sum, is not written: it is kept as a part,
    and its user takes it in. In the operands of the user `~node`, a negative number, stands for it.
    """
    ops = tape.ops
    uses, user = users(tape)
    is_sum = [op in SUMS for op in ops]
    out = Tape(tape.inputs, tape.params)
    parts: dict[int, Part] = {}

    def write(node: int, operands: tuple[int, ...]) -> int:
        op = ops[node]
        is_term = uses[node] == 1 and is_sum[user[node]] and (is_sum[node] or op == "mul")
        if is_term and _is_taken_in(tape, node, user[node], parts):
            parts[node] = op, operands
            return ~node
        if op == DOT and _is_of_one_kind(out, operands):
            return _dot_and_bias(out, out.append(DOT, operands[:-1]), operands[-1])
        if is_sum[node] and (op not in SHORT_SUMS or min(operands) < 0):
            return _written(out, _terms(op, operands, parts))
        return out.append(op, operands)

    out.outputs = out.copy_from(tape, range(len(out)), write, uses)
    return out


def _is_of_one_kind(out: Tape, operands: tuple[int, ...]) -> bool:
    """Whether a dot has its factors as `_summed` would order them, as most have."""
    n = len(operands) // 2
    if n < 2 or operands[-1] < 0:
        return False
    left, right = ({*map(out.batched.__getitem__, xs)} for xs in (operands[:n], operands[n:-1]))
    return len(left) == len(right) == 1 and left.pop() <= right.pop()


def _dot_and_bias(out: Tape, dot: int, bias: int) -> int:
    """Append what `_summed` would for a dot beside its bias."""
    if out.numbers.get(bias) == 0.0:
        return dot
    return _added(out, [dot, bias] if out.batched[bias] or not out.batched[dot] else [bias, dot])


def _is_taken_in(tape: Tape, node: int, total: int, parts: dict[int, Part]) -> bool:
    """Whether a sum or product becomes a part of `total`, the sum that is its only user."""
    op, user_op = tape.ops[node], tape.ops[total]
    if user_op == DOT and tape.operands[total][-1] != node:
        return False  # of a dot only the bias is a term: the others are factors
    if op == "sub" and not _may_be_taken_apart(tape, node, total, parts):
        return False
    # What is the same for all samples is computed once, as a uniform term of its own.
    return op == "mul" or tape.batched[node] == tape.batched[total]


def _may_be_taken_apart(tape: Tape, node: int, total: int, parts: dict[int, Part]) -> bool:
    """Whether the difference a - b, a term of `total`, need not be computed by itself.

    x + (a - b) may have digits that (x + a) - b has lost, and a cross-entropy near 0 needs them.
    But (a - b) - c begins with the difference in any case; and where products are subtracted, a
    matrix product is to be gained.
    """
    if tape.ops[total] == "sub" and tape.operands[total][0] == node:
        return True
    return any(parts[x][0] in PRODUCTS for x in tape.operands[node] if x in parts)


def _terms(op: str, operands: tuple[int, ...], parts: dict[int, Part]) -> Terms:
    """What a sum consists of, when all the parts that it has taken in are opened."""
    terms: Terms = [], []
    waiting = [(op, operands, False)]
    for op, operands, negative in waiting:  # which grows as parts are found
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


def _written(out: Tape, terms: Terms) -> int:
    """Append the nodes of a sum; give the number of the last."""
    added, subtracted = (_summed(out, side) for side in terms)
    if subtracted is None:
        return out.constant(0.0) if added is None else added
    if added is None:
        return out.append("neg", (subtracted,))
    return out.append("sub", (added, subtracted))


def _summed(out: Tape, terms: Sequence[Term]) -> int | None:
    """Append the sum of terms; None if there are none but zeros.

    Products whose factors are of the same kinds, uniform or batched, become one dot.
    """
    batched = out.batched
    by_kind: dict[tuple[bool, ...], list[Term]] = {}
    for term in terms:
        if len(term) == 2 and batched[term[0]] > batched[term[1]]:
            term = term[::-1]  # the uniform factor comes first
        if len(term) == 2 or out.numbers.get(term[0]) != 0.0:
            by_kind.setdefault(tuple([batched[x] for x in term]), []).append(term)
    nodes: tuple[list[int], list[int]] = [], []  # the uniform ones, and the batched ones
    for kind, alike in by_kind.items():
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
    """Append the sum of one node or more."""
    if len(nodes) == 1:
        return nodes[0]
    return out.append("add" if len(nodes) == 2 else "sum", tuple(nodes))
