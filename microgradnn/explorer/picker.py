"""The samples among which a reader of the page picks, with what changes from one to another.

Samples that were computed alike have one graph, in which some numbers differ. In the page's JSON
`samples` is null, or an object:

    kind, text, count   how the samples were recognised ("rows", "loss", "block", "sum"), the same
                        as a sentence, and how many there are, listed or not
    shown               the place in `list` of the sample that the page's own graph follows; null
                        if that is the whole graph
    graphs              one for each structure: the page's own if null, else an object like the page
                        itself, with `nodes home parents blocks elsewhere view others` and `picture`
    slots               for each graph: `own`, the positions of the nodes whose data is the
                        sample's; and `columns`, where a plain number is: a list of [node, place]
                        for each, all of which hold the same number
    rows                the values that samples share: `name`; `nodes`, the position in each
                        graph, or null; `total`, all that it receives in a backward pass
    packed              compressed JSON, as `others` is, of `list` and `contributions`

`list` has for each sample

    index               its number in the data, from 0, or as the program names it
    inputs, target      [name, number] pairs; a number, a list of them, or null
    loss                its terms in the sum, added up
    graph, data, numbers   the place of its graph, and what to put there: a number for each of
                        `own` and for each of `columns`; null if the page cannot show it

and `contributions[row]` is { direct, whole, rest }: what each listed sample adds to the gradient,
`direct` by its own values, `whole` also through other shared values, null if that is the same; and
what else there is. `whole` and `rest` add up to `total`.

A graph is written for the first in `list` that has it, f. To show sample j, `data` and `numbers`
take their places; local derivatives follow by `functions`, for rows of the user's own by none. A
node of `rows` receives from elsewhere elsewhere[node][0] + direct[f] − direct[j].
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..drawing.grouping import grouped
from ..engine.value import Value
from ..explaining.notation import printable
from .contributions import REST, Row, contributions
from .excerpt import Excerpt, excerpt, rest_of
from .packing import finite, packed
from .sample import Batch, Place, Sample, Spots, number_at, spots_of, structure

MOST_LISTED = 100  # samples
MOST_GRAPHS = 4  # structures of samples
MOST_CONTRIBUTIONS = 40_000  # numbers


class Alike(NamedTuple):
    """Samples of equal structure, by their places, and the excerpt that follows the first."""

    places: list[int]
    samples: list[Sample]
    spots: Spots
    part: Excerpt


class Picker(NamedTuple):
    """The samples that are listed, those alike together, and what they contribute."""

    batch: Batch
    listed: list[Sample]
    kinds: list[Alike]
    rows: list[Value]
    direct: dict[Value, Row]
    whole: dict[Value, Row]


def picker(order: Sequence[Value], batch: Batch) -> Picker:
    """What the page has to know of the samples of a graph."""
    shared = set(batch.shared)
    used = [value for value in batch.shared if value.op is None]
    most = max(1, min(MOST_LISTED, MOST_CONTRIBUTIONS // max(1, len(used))))
    listed = batch.samples[:most]
    kinds = []
    alike = grouped((structure(sample), place) for place, sample in enumerate(listed))
    for places in list(alike.values())[:MOST_GRAPHS]:
        samples = [listed[place] for place in places]
        part = excerpt(order, batch, samples[0])
        kinds.append(Alike(places, samples, spots_of(samples, shared), part))
    found = contributions(order, batch, most)
    rows = [value for value in batch.shared if value.op is None or found.direct[value]]
    return Picker(batch, listed, kinds, rows, found.direct, found.whole)


# ---- As JSON -----------------------------------------------------------------------------------


def samples_as_json(found: Picker, graphs: Sequence[dict[str, Any] | None]) -> dict[str, Any]:
    """The samples as the page's JSON has them; see the head of this file."""
    positions = [{x: k for k, x in enumerate(kind.part.origins)} for kind in found.kinds]
    slots = [_slots(kind, at, found.batch) for kind, at in zip(found.kinds, positions, strict=True)]
    listed = [_told(sample) for sample in found.listed]
    for graph, (kind, of_graph) in enumerate(zip(found.kinds, slots, strict=True)):
        for place, sample in zip(kind.places, kind.samples, strict=True):
            listed[place] |= _numbers(graph, kind, sample, of_graph)
    return {
        "kind": found.batch.kind,
        "text": found.batch.text,
        "count": len(found.batch.samples),
        "shown": _shown(found, graphs),
        "graphs": graphs,
        "slots": [
            slot and _slots_as_json(slot, kind.samples[0], at)
            for slot, kind, at in zip(slots, found.kinds, positions, strict=True)
        ],
        "rows": [_row(value, found, positions) for value in found.rows],
        "packed": packed(
            {
                "list": listed,
                "contributions": [_contributions(value, found) for value in found.rows],
            }
        ),
    }


def _shown(found: Picker, graphs: Sequence[Any]) -> int | None:
    """The place of the sample that the page's own graph follows."""
    return found.kinds[graphs.index(None)].places[0] if None in graphs else None


class _Slots(NamedTuple):
    """Where the graph of samples alike has the data of one of them, and its plain numbers."""

    own: list[int]
    columns: dict[Place, list[Place]]  # by the place in the sample: those in the graph
    total: Value  # the sum of all samples, one operand of which is the rest of them


def _slots(kind: Alike, position: dict[Value, int], batch: Batch) -> _Slots | None:
    """None where one graph cannot show all samples: it is folded for good, or they go elsewhere."""
    if not position or not batch.is_closed or batch.total is None:
        return None
    own = [position[value] for value in kind.samples[0].members]
    spots = [*kind.spots.inputs, *kind.spots.later]
    uses = {place: [place, *kind.spots.copies.get(place, [])] for place in spots}
    numbers = {
        place: [(own[k], at) for k, at in places if at >= 0] for place, places in uses.items()
    }
    columns = {place: places for place, places in numbers.items() if places}
    return _Slots(own, columns, batch.total)


def _told(sample: Sample) -> dict[str, Any]:
    """What is known of a sample, whether or not the page can show its graph."""
    return {
        "index": sample.number,
        "inputs": [],
        "target": _target(sample.target),
        "loss": finite(sample.loss),
        "graph": None,
        "data": None,
        "numbers": None,
    }


def _target(target: Any) -> Any:
    return [_target(x) for x in target] if isinstance(target, tuple) else target and finite(target)


def _numbers(graph: int, kind: Alike, sample: Sample, slots: _Slots | None) -> Any:
    """What a sample was given, and what to put into the graph of its kind to show it."""
    inputs = [number_at(sample, place) for place in kind.spots.inputs]
    later = [number_at(sample, place) for place in kind.spots.later]
    names = [_name(sample, place, k) for k, place in enumerate(kind.spots.inputs)]
    named: dict[str, Any] = {"inputs": list(zip(names, map(finite, inputs), strict=True))}
    if sample.target is None and later:
        named["target"] = finite(later[0]) if len(later) == 1 else [finite(x) for x in later]
    if slots is None:
        return named
    numbers = [number_at(sample, place) for place in slots.columns]
    numbers.append(rest_of(slots.total, sample.terms))
    data = [finite(value.data) for value in sample.members]
    return named | {"graph": graph, "data": data, "numbers": [finite(x) for x in numbers]}


def _name(sample: Sample, place: Place, k: int) -> str:
    """What an input is called: by its label, or x[0], x[1] and so on in the order of their uses."""
    member, operand = place
    return (operand < 0 and printable(sample.members[member].label)) or f"x[{k}]"


def _slots_as_json(slots: _Slots, sample: Sample, position: dict[Value, int]) -> dict[str, Any]:
    rest = [(position[slots.total], len(sample.terms))]
    return {"own": slots.own, "columns": [*slots.columns.values(), rest]}


def _row(value: Value, found: Picker, positions: Sequence[dict[Value, int]]) -> dict[str, Any]:
    return {
        "name": printable(value.label),
        "nodes": [position.get(value) for position in positions],
        "total": finite(math.fsum(found.whole[value].values())),
    }


def _contributions(value: Value, found: Picker) -> dict[str, Any]:
    """What each listed sample adds to the gradient of a shared value."""
    direct, whole = found.direct[value], found.whole[value]
    places = range(len(found.listed))
    of_samples = [[finite(row.get(k, 0.0)) for k in places] for row in (direct, whole)]
    return {
        "direct": of_samples[0],
        "whole": None if of_samples[0] == of_samples[1] else of_samples[1],
        "rest": finite(whole.get(REST, 0.0)),
    }
