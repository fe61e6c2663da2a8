"""Where the samples of a batch begin: the values that a program, a loss or a sum adds up."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from ..drawing.grouping import grouped
from ..engine.value import Value
from ..told import path_of, samples_of

MOST_VISITED = 64  # values near the root that are looked at
MOST_SUMS = 6  # of the program's own that are believed or not, for each costs a pass over the graph
MOST_TOLD = 4  # sums of losses that are asked for their samples
SEVERAL = -1  # of a value that is computed from several blocks
MOST_BRANCHES = 4  # operands into which the search for sums goes on: data loss plus a penalty

_OF_SAMPLE = re.compile(r"sample\W*(\d+)", re.IGNORECASE)


class Claim(NamedTuple):
    """Values that may belong to samples: for each sample its number, its target, and its values.

    `kind` says how it is known: "block" by blocks of the program, "loss" by a loss, "rows" by one
    that was given a row for each sample, "sum" by a sum of the program's own. A target is None
    where only the graph can tell. `adders` add all starts up, the total first, if anything does.
    """

    kind: str
    numbers: list[int]
    targets: list[object]
    starts: list[list[Value]]
    adders: list[Value]
    is_one_of_several: bool = False  # losses in this graph


def claims(order: Sequence[Value]) -> Iterator[Claim]:
    """All that may be said of the samples of a graph, the surest first."""
    yield from _of_blocks(order)
    told = list(islice(filter(samples_of, reversed(order)), MOST_TOLD))
    for total in told:
        yield _of_loss(total)._replace(is_one_of_several=len(told) > 1)
    yield from islice(_of_sums(order[-1]), MOST_SUMS)


def _of_blocks(order: Sequence[Value]) -> Iterator[Claim]:
    """Samples that the program has named: `with mg.block("sample 3"):`."""
    found: dict[int, list[Value]] = {}
    index_of: dict[tuple[str, ...], int | None] = {(): None}
    for value in order:
        path = path_of(value)
        if path not in index_of:
            matches = filter(None, map(_OF_SAMPLE.fullmatch, path))
            index_of[path] = next((int(match[1]) for match in matches), None)
        if (index := index_of[path]) is not None:
            found.setdefault(index, []).append(value)
    if len(found) > 1:
        numbers = sorted(found)
        starts, adders = _up_to_a_sum(order, [found[k] for k in numbers])
        yield Claim("block", numbers, [None] * len(found), starts, adders)


def _up_to_a_sum(
    order: Sequence[Value], blocks: list[list[Value]]
) -> tuple[list[list[Value]], list[Value]]:
    """What is computed from one block alone and goes into a sum, and the sum; else the blocks.

    A block may hold a sample's prediction, and the loss of it may be computed outside.
    """
    owner = {value: k for k, block in enumerate(blocks) for value in block}
    for value in order:
        found = {owner[x] for x in value.operands if x in owner}
        if value not in owner and found:
            owner[value] = found.pop() if len(found) == 1 else SEVERAL
    samples = range(len(blocks))
    for claim in _of_sums(order[-1]):
        terms = grouped((owner.get(x, SEVERAL), x) for (x,) in claim.starts)
        if terms.keys() == set(samples):
            return [terms[k] for k in samples], claim.adders
    whole = grouped((k, value) for value, k in owner.items())
    return [whole[k] for k in samples], []


def _of_loss(total: Value) -> Claim:
    """The samples that a loss has told the sum of its terms."""
    told = samples_of(total)
    assert told
    starts: dict[int, list[Value]] = {}
    for sample, term in zip(told.of_terms, total.operands, strict=True):
        if type(term) is not float:
            starts.setdefault(sample, []).append(term)
    targets = [told.targets[k] for k in starts]
    kind = "rows" if told.are_rows else "loss"
    return Claim(kind, list(starts), targets, list(starts.values()), [total])


def _of_sums(root: Value) -> Iterator[Claim]:
    """Sums of the program's own near the root, whose terms may be samples."""
    queue, seen = deque([root]), {root}
    for _ in range(MOST_VISITED):
        if not queue:
            return
        value = queue.popleft()
        found = sum_of(value)
        if found and _are_alike(found.terms):
            starts = [[x] for x in found.terms]
            count = len(starts)
            yield Claim("sum", list(range(count)), [None] * count, starts, found.adders)
        below = [x for x in value.operands if type(x) is not float]
        if len(below) <= MOST_BRANCHES:
            queue += [x for x in dict.fromkeys(below) if x not in seen]
            seen.update(below)


def _are_alike(terms: Sequence[Value]) -> bool:
    """Whether the same operation gives most of the terms."""
    return 2 * Counter(x.op for x in terms).most_common(1)[0][1] > len(terms)


class Sum(NamedTuple):
    """The terms of a sum in written order, and what adds them up: one value, or a chain of such."""

    terms: list[Value]
    adders: list[Value]


def sum_of(value: Value) -> Sum | None:
    """What a value is the sum of, if it is one; it may be spelled as a chain of additions."""
    if _is_addition(value):
        found = _chained(value)
    elif value.op is not None and value.op.name == "sum":
        found = Sum([x for x in value.operands if type(x) is not float], [value])
    else:
        return None
    is_plain = len(set(found.terms)) == len(found.terms) > 1
    return found if is_plain else None


def _chained(value: Value) -> Sum:
    """A chain of additions: of each one operand is a term, and the other goes on."""
    adders: list[Value] = []
    firsts: list[Any] = []
    lasts: list[Any] = []
    while _is_addition(value):
        adders.append(value)
        left, right = value.operands
        on_the_left = _is_addition(left) or not _is_addition(right)
        (lasts if on_the_left else firsts).append(right if on_the_left else left)
        value = left if on_the_left else right
    others = [x for x in [*firsts, *lasts][: len(adders) - 1] if type(x) is not float]
    if lasts and len(others) > 1 and all(map(_is_addition, others)) and not _is_addition(lasts[-1]):
        lasts[-1] = adders.pop()  # a term like the others, which are additions themselves
        value = lasts.pop()
    terms = [x for x in [*firsts, value, *reversed(lasts)] if type(x) is not float]
    return Sum(terms, adders)


def _is_addition(x: object) -> bool:
    return isinstance(x, Value) and x.op is not None and x.op.name == "add"
