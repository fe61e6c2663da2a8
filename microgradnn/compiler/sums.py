"""Sums of sums become one sum, and the products in it a dot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .tape import Tape, only_users

DOT = "dot"  # here: Σ aᵢbᵢ without a bias; the operands are (a₁ … aₙ, b₁ … bₙ)
BINARY = ("add", "sub", "neg")
LINEAR = (*BINARY, "sum", "dot")


@dataclass(slots=True)
class _Terms:
    """A sum in the making: what is added and what is subtracted, products apart.

    Products are (a, b); the nodes are those of the new tape.
    """

    added: list[int]
    subtracted: list[int]
    products: list[tuple[int, int]]
    subtracted_products: list[tuple[int, int]]

    def __len__(self) -> int:
        terms = len(self.added) + len(self.subtracted)
        return terms + len(self.products) + len(self.subtracted_products)

    def add(self, x: int, negative: bool) -> None:
        (self.subtracted if negative else self.added).append(x)

    def add_product(self, pair: tuple[int, int], negative: bool) -> None:
        (self.subtracted_products if negative else self.products).append(pair)

    def negated(self) -> _Terms:
        return _Terms(self.subtracted, self.added, self.subtracted_products, self.products)

    def joined(self, other: _Terms) -> _Terms:
        """Both together; the shorter goes into the longer, so that long chains stay cheap."""
        if len(other) > len(self):
            self, other = other, self
        self.added += other.added
        self.subtracted += other.subtracted
        self.products += other.products
        self.subtracted_products += other.subtracted_products
        return self


def flatten(tape: Tape) -> Tape:
    """Merge sums of sums into one, and gather their products into dots.

    A sum or product that is used once, in a sum, is part of that sum. Uniform terms stay apart
    from batched ones, so that what is the same for all samples is computed once.
    """
    user = only_users(tape)
    out = Tape(tape.inputs, tape.params)
    new = list(range(len(out)))
    taken_in = _TakenIn({}, {})
    linear = [op in LINEAR for op in tape.ops]

    for node in range(len(out), len(tape)):
        op, operands = tape.ops[node], tape.operands[node]
        if node in tape.numbers:
            new.append(out.constant(tape.numbers[node]))
            continue
        absorbed = user[node] >= 0 and linear[user[node]] and _is_term(tape, node, user[node])
        if linear[node]:
            absorbed = absorbed and tape.batched[node] == tape.batched[user[node]]
            if not absorbed and op in BINARY and taken_in.none_of(operands):
                new.append(out.append(op, tuple([new[x] for x in operands])))
                continue
            terms = taken_in.terms(op, operands, new)
            if absorbed:
                taken_in.sums[node] = terms
            new.append(-1 if absorbed else _written(out, terms))
        elif op == "mul" and absorbed:
            taken_in.products[node] = new[operands[0]], new[operands[1]]
            new.append(-1)
        else:
            new.append(out.append(op, tuple([new[x] for x in operands])))
    out.outputs = [new[x] for x in tape.outputs]
    return out


@dataclass(slots=True)
class _TakenIn:
    """Sums and products that wait for the sum that they are a part of."""

    sums: dict[int, _Terms]
    products: dict[int, tuple[int, int]]

    def none_of(self, nodes: Sequence[int]) -> bool:
        return all(x not in self.sums and x not in self.products for x in nodes)

    def terms(self, op: str, operands: Sequence[int], new: list[int]) -> _Terms:
        """The terms of a sum, of which those that wait here are a part."""
        pairs: list[tuple[int, int]] = []
        if op == "dot":
            n = len(operands) // 2
            pairs = [(new[a], new[b]) for a, b in zip(operands[:n], operands[n:-1], strict=True)]
            operands = operands[-1:]
        total: _Terms | None = None
        for place, x in enumerate(operands):
            if x in self.sums:
                part = self.sums.pop(x)
                part = part.negated() if op == "neg" or (op == "sub" and place) else part
                total = part if total is None else total.joined(part)
                new[x] = TAKEN
        total = total or _Terms([], [], [], [])
        total.products += pairs
        for place, x in enumerate(operands):
            negative = op == "neg" or (op == "sub" and place == 1)
            if x in self.products:
                total.add_product(self.products.pop(x), negative)
            elif new[x] != TAKEN:
                total.add(new[x], negative)
        return total


TAKEN = -2  # in place of the number of a node that has become part of a sum


def _is_term(tape: Tape, node: int, user: int) -> bool:
    """Whether the user adds the node, and does not multiply it: the factors of a dot."""
    return tape.ops[user] != "dot" or tape.operands[user][-1] == node


def _written(out: Tape, terms: _Terms) -> int:
    """Append the nodes of a sum; give the number of the last."""
    added = _summed(out, terms.added, terms.products)
    subtracted = _summed(out, terms.subtracted, terms.subtracted_products)
    if subtracted is None:
        return out.constant(0.0) if added is None else added
    return (
        out.append("neg", (subtracted,))
        if added is None
        else out.append("sub", (added, subtracted))
    )


def _summed(out: Tape, nodes: list[int], products: list[tuple[int, int]]) -> int | None:
    kinds: dict[tuple[bool, bool], list[tuple[int, int]]] = {}
    for a, b in products:
        if out.batched[a] and not out.batched[b]:
            a, b = b, a
        kinds.setdefault((out.batched[a], out.batched[b]), []).append((a, b))
    batched = [x for x in nodes if out.batched[x] and out.numbers.get(x) != 0.0]
    uniform = [x for x in nodes if not out.batched[x] and out.numbers.get(x) != 0.0]
    for (_, is_batched), pairs in kinds.items():
        if len(pairs) == 1:
            made = out.append("mul", pairs[0])
        else:
            made = out.append(DOT, (*[a for a, _ in pairs], *[b for _, b in pairs]))
        (batched if is_batched else uniform).append(made)
    parts = [_added(out, part) for part in (uniform, batched) if part]
    return _added(out, parts) if parts else None


def _added(out: Tape, nodes: list[int]) -> int:
    if len(nodes) == 1:
        return nodes[0]
    return out.append("add" if len(nodes) == 2 else "sum", tuple(nodes))
