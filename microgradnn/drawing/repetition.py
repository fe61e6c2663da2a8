"""Repetition: equal cells in a row, as a recurrence or an unrolled loop makes them.

There is no pattern for a kind of cell. Some operation is tried as the one that ends a cell: the
number of such operations on the longest way up to a value says how many cells lie before it. If the
cells that come out of this hold the same operations on the same shared leaves, they are cells; of
several ways to cut a graph, that counts which leaves least outside.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from .blocks import Graph, numbered
from .grouping import grouped

LEAST_CELLS = 3
MOST_SEARCHED = 20_000  # values; in larger graphs cells are not looked for
MOST_STEPS = 40_000  # values that are looked at for all candidates together
ROUNDS = 3  # how far operations are told apart by others around them
OUTSIDE = 0  # the cell of what lies in none

_ENDS_IN_NUMBER = re.compile(r"[\s_\[(]*\d+[\])]*$")


class Cells(NamedTuple):
    """The cell of each value, from 1 on, or `OUTSIDE`, and the names of the cells in their order.

    `shares` says whether all cells use some leaf in common.
    """

    of_value: list[int]
    names: list[str]
    shares: bool


def cells(graph: Graph) -> Cells | None:
    """The cells of a graph, if it repeats itself.

    >>> from microgradnn import Value, tanh, topological_order
    >>> w, h = Value(0.5), Value(1.0)
    >>> for _ in range(4):
    ...     h = tanh(w * h)
    >>> found = cells(Graph(topological_order(h)))
    >>> found.of_value, found.names[0], found.shares
    ([0, 1, 1, 1, 2, 2, 3, 3, 4, 4], 'step 1', True)
    """
    if not LEAST_CELLS < len(graph.values) <= MOST_SEARCHED:
        return None
    best, score = None, 0
    plain = _kinds(graph)
    for kinds, kind in _candidates(graph, plain):
        found = _cut(graph, plain, kinds, kind)
        if found and (size := sum(map(bool, found.of_value))) > score:
            best, score = found, size
    return best and _named(graph, best)


class _Cut(NamedTuple):
    of_value: list[int]
    total: int
    shares: bool


# ---- What may end a cell -------------------------------------------------------------------------


def _candidates(graph: Graph, plain: list[int]) -> Iterator[tuple[list[int], int]]:
    """Kinds of values, and one of these that may end a cell: labelled ones and late ones first."""
    left = MOST_STEPS // len(graph.values)
    seen: set[tuple[int, ...]] = set()
    for kinds in _ways_to_tell_apart(graph, plain):
        places = grouped((kind, k) for k, kind in enumerate(kinds) if graph.operands[k])
        fitting = [ks for ks in places.values() if len(ks) >= LEAST_CELLS and tuple(ks) not in seen]
        fitting.sort(key=lambda ks: (bool(graph.values[ks[-1]].label), ks[-1]), reverse=True)
        for ks in fitting[: max(1, left)]:
            seen.add(tuple(ks))
            left -= 1
            yield kinds, kinds[ks[0]]


def _ways_to_tell_apart(graph: Graph, plain: list[int]) -> Iterator[list[int]]:
    """The kinds of values: by what they are, by what they are computed from, by what uses them.

    The first cell may be computed from other things than the rest, and the last be used by others:
    so neither way is the better one.
    """
    yield plain
    below = above = plain
    for _ in range(ROUNDS):
        below, above = _by_operands(graph, below), _by_users(graph, above)
        yield above
        yield below


def _kinds(graph: Graph) -> list[int]:
    """What a value is by itself: its operation, and which operands are plain numbers."""
    return numbered(
        (value.op, len(value.operands), *(type(x) is float for x in value.operands[:2]))
        for value in graph.values
    )


def _by_operands(graph: Graph, kinds: Sequence[int]) -> list[int]:
    """The kinds, told apart by those of the operands."""
    return numbered(
        (kind, tuple([kinds[x] for x in operands]))
        for kind, operands in zip(kinds, graph.operands, strict=True)
    )


def _by_users(graph: Graph, kinds: Sequence[int]) -> list[int]:
    """The kinds, told apart by those of the values that they go into."""
    above: list[set[int]] = [set() for _ in kinds]
    for kind, operands in zip(kinds, graph.operands, strict=True):
        for x in operands:
            above[x].add(kind)
    return numbered((kind, frozenset(users)) for kind, users in zip(kinds, above, strict=True))


# ---- Cutting a graph -----------------------------------------------------------------------------


def _cut(graph: Graph, plain: list[int], kinds: Sequence[int], kind: int) -> _Cut | None:
    """The cells that end in values of this kind, if they are equal; `plain` are the first kinds."""
    before = _ends_before(graph, kinds, kind)
    in_rank = Counter(before[k] for k, other in enumerate(kinds) if other == kind)
    total = len(in_rank)
    if total < LEAST_CELLS or max(Counter(in_rank.values()).values()) < total - 1:
        return None
    places = _places(graph, kinds, kind, before, _that_lead_on(graph, kinds, kind))
    shared = _shared_leaves(graph, places)
    forms: list[Hashable] = [
        (kind, *(x for x in operands if x in shared))
        for kind, operands in zip(plain, graph.operands, strict=True)
    ]
    regular = _regular(graph, forms, places, total)
    # Leaves of one cell only are drawn beside it, as inputs are, if they have a name.
    inside = {k for k, x in enumerate(graph.values) if not (x.op or x.label or k in shared)}
    of_value = [
        place if place <= total and (form in regular or k in inside) else OUTSIDE
        for k, (place, form) in enumerate(zip(places, forms, strict=True))
    ]
    _complete_the_first(graph, places, of_value)
    if not _is_carried_on(graph, before, of_value):
        return None
    used = grouped(
        (x, of_value[k]) for k, xs in enumerate(graph.operands) for x in xs if x in shared
    )
    shares = any(len(set(users) - {OUTSIDE}) >= total - 1 for users in used.values())
    return _Cut(of_value, total, shares)


def _ends_before(graph: Graph, kinds: Sequence[int], kind: int) -> list[int]:
    """For each value how many ends lie on the longest way up to it, itself among them."""
    before = [0] * len(kinds)
    for k, operands in enumerate(graph.computed):
        if operands:
            before[k] = max([before[x] for x in operands])
        if kinds[k] == kind:
            before[k] += 1
    return before


def _that_lead_on(graph: Graph, kinds: Sequence[int], kind: int) -> list[bool]:
    """For each value whether an end lies above it."""
    leads_on = [False] * len(kinds)
    for k in range(len(kinds) - 1, -1, -1):
        if leads_on[k] or kinds[k] == kind:
            for x in graph.operands[k]:
                leads_on[x] = True
    return leads_on


def _places(
    graph: Graph,
    kinds: Sequence[int],
    kind: int,
    before: Sequence[int],
    leads_on: Sequence[bool],
) -> list[int]:
    """The cell of each value: the first one that uses it, or where no end follows the last before.

    The last cell's values lead on to nothing; so where most values of a kind do, all of them belong
    to the next cell.
    """
    votes: Counter[int] = Counter()
    finer = _by_operands(graph, kinds)
    for k, other in enumerate(finer):
        votes[other] += (1 if leads_on[k] else -1) * bool(before[k])
    places = [OUTSIDE] * len(kinds)
    for k in range(len(kinds) - 1, -1, -1):
        if kinds[k] == kind:
            places[k] = before[k]
        elif before[k] and not (leads_on[k] and places[k]):
            places[k] = before[k] + (votes[finer[k]] > 0)
        for x in graph.operands[k]:
            if places[k]:
                places[x] = min(places[k], places[x] or places[k])
    return places


def _shared_leaves(graph: Graph, places: Sequence[int]) -> set[int]:
    """The leaves that several cells use."""
    return {
        x
        for place, operands in zip(places, graph.operands, strict=True)
        for x in operands
        if not graph.operands[x] and place != places[x]
    }


def _regular(
    graph: Graph, forms: Sequence[Hashable], places: Sequence[int], total: int
) -> set[Hashable]:
    """The forms of computed values of which all cells hold as many, but for one at an end."""
    of_form: dict[Hashable, Counter[int]] = {}
    for form, place, operands in zip(forms, places, graph.operands, strict=True):
        if place and operands:
            of_form.setdefault(form, Counter())[place] += 1
    inner = range(2, total)
    return {
        form
        for form, counts in of_form.items()
        if len({counts[place] for place in inner}) == 1
        and counts[2]
        and counts[2] in (counts[1], counts[total])
    }


def _complete_the_first(graph: Graph, places: Sequence[int], found: list[int]) -> None:
    """Put into the first cell what is different there, such as w·0 in the place of w·h."""
    ops = grouped((place, value.op) for place, value in zip(found, graph.values, strict=True))
    missing = Counter(ops.get(2, ())) - Counter(ops.get(1, ()))
    for k, value in enumerate(graph.values):
        if value.op and places[k] == 1 and not found[k] and missing[value.op]:
            missing[value.op] -= 1
            found[k] = 1


def _is_carried_on(graph: Graph, before: Sequence[int], places: Sequence[int]) -> bool:
    """Whether cells compute anything from the cell before, besides adding it up."""
    names = {
        value.op.name
        for value, ends, place in zip(graph.values, before, places, strict=True)
        if value.op is not None and place > 1 and ends
    }
    return not names <= {"add", "sum"}


# ---- What cells are called -----------------------------------------------------------------------


def _named(graph: Graph, cut: _Cut) -> Cells:
    """The cells, called by what they give: h1, h2, …; or step 1, step 2, … if that has no label."""
    labels: list[dict[str, str]] = [{} for _ in range(cut.total)]
    for value, place in zip(graph.values, cut.of_value, strict=True):
        if place and value.label:
            labels[place - 1][_ENDS_IN_NUMBER.sub("", value.label)] = value.label
    for name in reversed(labels[1]):
        if name and all(name in of_cell for of_cell in labels):
            names = [of_cell[name] for of_cell in labels]
            break
    else:
        name, names = "step ", []
    if len(set(names)) < cut.total:
        names = [f"{name}{k}" for k in range(1, cut.total + 1)]
    return Cells(cut.of_value, names, cut.shares)
