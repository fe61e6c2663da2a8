"""The samples of a batch: which values are whose, what they were given, what their loss is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple

from ..drawing.grouping import grouped
from ..drawing.modules import is_parameter
from ..engine.row import PRIMITIVES
from ..engine.value import Value
from .claims import Claim, claims

MOST_COMPARED = 100  # samples whose structure is looked at
SHARED = -1  # of a value that several samples use

Place = tuple[
    int, int
]  # of a number: which of a sample's values, and which operand; −1 for its own


class Sample(NamedTuple):
    """One sample of a batch: its number in the data, its loss, and the values that it alone uses.

    `terms` are its values that are added up with those of other samples, `loss` is their sum;
    `members` are in topological order. `target` is what a loss was given, if that is known.
    """

    number: int
    loss: float
    terms: list[Value]
    members: list[Value]
    target: Any


class Batch(NamedTuple):
    """The samples of a graph, and the values that several of them use, in topological order.

    `kind` says how they were recognised, and `adders` add up their terms, see `Claim`. If the batch
    `is_closed`, what samples alone use is used nowhere else.
    """

    kind: str
    samples: list[Sample]
    shared: list[Value]
    adders: list[Value]
    is_closed: bool
    is_one_of_several: bool  # losses in this graph

    @property
    def total(self) -> Value | None:
        """The sum of all terms, if there is one value that is."""
        return self.adders[0] if self.adders else None

    @property
    def text(self) -> str:
        """What is known, and from where, as a sentence for the page."""
        count = f"{len(self.samples):,}"
        loss = "One of the losses" if self.is_one_of_several else "The loss"
        return {
            "block": f"The program names {count} samples by its blocks.",
            "rows": f"{loss} is over {count} samples.",
            "loss": f"{loss} is over {count} samples.",
            "sum": f"{count} terms of the same form are added up: each is taken for a sample.",
        }[self.kind]


def batch_of(order: Sequence[Value]) -> Batch | None:
    """The samples of a graph, None where there are none.

    They are known from blocks that the program names "sample 3", or from the loss, which tells its
    sum what the terms are. Else a sum near the root is one over samples if its terms have equal
    structure, share some values, and have plain numbers of their own.

    >>> from microgradnn import losses, nn, topological_order
    >>> model = nn.Neuron(2)
    >>> loss = losses.mse_loss([model([1.0, 2.0]), model([3.0, 4.0])], [0.5, 0.25])
    >>> batch = batch_of(topological_order(loss))
    >>> [(sample.number, sample.target) for sample in batch.samples]
    [(0, 0.5), (1, 0.25)]
    """
    for claim in claims(order):
        batch = _batch(order, claim)
        if batch and _is_believed(batch):
            return batch
    return None


def _batch(order: Sequence[Value], claim: Claim) -> Batch | None:
    """The samples as a claim has them; terms of different form are none of a sum's."""
    owner = _owners(order, claim.starts)
    members = grouped((k, value) for value in order if (k := owner.get(value)) is not None)
    samples = [
        Sample(number, math.fsum(x.data for x in terms), terms, members[k], target)
        for k, (number, target, terms) in enumerate(
            zip(claim.numbers, claim.targets, map(_ends, claim.starts), strict=True)
        )
        if k in members
    ]
    if claim.kind == "sum" and samples:
        forms = Counter(sample.terms[0].op for sample in samples)
        usual = forms.most_common(1)[0][0]
        samples = [sample for sample in samples if sample.terms[0].op is usual]
    if len(samples) < 2:
        return None
    is_closed = _is_closed(order, owner, claim.adders)
    shared = members.get(SHARED, [])
    return Batch(claim.kind, samples, shared, claim.adders, is_closed, claim.is_one_of_several)


def _is_closed(order: Sequence[Value], owner: dict[Value, int], adders: Sequence[Value]) -> bool:
    """Whether all that samples are used for is to be added up."""
    adding = set(adders)
    return all(
        value in owner
        or value in adding
        or all(owner.get(x, SHARED) == SHARED for x, _ in value._edges())
        for value in order
    )


def _ends(values: Sequence[Value]) -> list[Value]:
    """Those of the values that no other of them uses."""
    if len(values) == 1:
        return list(values)
    used = {x for value in values for x in value.operands if type(x) is not float}
    return [value for value in values if value not in used]


def _owners(order: Sequence[Value], starts: Iterable[Iterable[Value]]) -> dict[Value, int]:
    """For all values below the starts: the one sample that uses it, or `SHARED`."""
    owner: dict[Value, int] = {}
    for place, values in enumerate(starts):
        for value in values:
            owner[value] = SHARED if owner.get(value, place) != place else place
    for value in reversed(order):
        if (k := owner.get(value)) is not None:
            for x, _ in value._edges():
                other = owner.get(x)
                if other is None:
                    owner[x] = k
                elif other != k:
                    owner[x] = SHARED
    return owner


def _is_believed(batch: Batch) -> bool:
    """Whether these are samples, as far as the graph can tell.

    A loss of a flat list may be one over the outputs of a single sample. Then each term has
    parameters of its own, but no input. Where samples were mixed, as for the mean of a batch, most
    values belong to none of them.
    """
    if not batch.shared or (batch.kind == "sum" and not batch.is_closed):
        return False
    own = sum(len(sample.members) for sample in batch.samples)
    computed = sum(value.op is not None for value in batch.shared)
    if batch.kind == "block" or computed > own or _are_mixed(batch):
        return batch.kind == "block"
    if batch.kind == "rows":
        return True
    alike = grouped((structure(sample), sample) for sample in batch.samples[:MOST_COMPARED])
    if batch.kind == "sum" and 2 * len(alike) > len(batch.samples[:MOST_COMPARED]):
        return False
    shared = set(batch.shared)
    for samples in alike.values():
        if any(map(is_parameter, samples[0].members)):
            return False
        inputs = spots_of(samples, shared).inputs
        # A leaf that meets a shared value may be an input that meets a weight, or a weight that
        # meets a hidden unit: a loss says that they are samples, if they share leaves only.
        if all(at < 0 for _, at in inputs) and (batch.kind == "sum" or computed or not inputs):
            return False
    return True


def _are_mixed(batch: Batch) -> bool:
    """Whether most samples use a value that is theirs, but went into what the others use, too."""
    shared = {value for value in batch.shared if value.op is not None}
    compared = batch.samples[:MOST_COMPARED]
    uses: Counter[Value] = Counter()
    for sample in compared:
        uses.update({x for value in sample.members for x in value.operands if x in shared})
    return 2 * list(uses.values()).count(1) >= len(compared)


def structure(sample: Sample) -> Hashable:
    """What two samples have in common if they were computed alike, from the same shared values.

    The first operand of softmax says whose share is meant, and is part of the operation.
    """
    number_of = {value: k for k, value in enumerate(sample.members)}
    softmax = PRIMITIVES["softmax"]
    return tuple(
        (
            value.op,
            value.operands[0] if value.op is softmax else None,
            *("number" if type(x) is float else number_of.get(x, x) for x in value.operands),
        )
        for value in sample.members
    )


# ---- What a sample was given -------------------------------------------------------------------


class Spots(NamedTuple):
    """Where samples of equal structure have numbers of their own: inputs, and what comes later.

    Each is the place of a number that stands there first; `copies` has the other places that hold
    the same number in every sample.
    """

    inputs: list[Place]
    later: list[Place]
    copies: dict[Place, list[Place]]


def number_at(sample: Sample, place: Place) -> float:
    member, operand = place
    value = sample.members[member]
    number: Any = value.data if operand < 0 else value.operands[operand]
    return number  # type: ignore[no-any-return]


def spots_of(samples: Sequence[Sample], shared: set[Value]) -> Spots:
    """The numbers that these samples, which are of equal structure, do not have in common.

    They are inputs if a shared value is met there or further on, as a weight is; what is met after
    that is a target. A number that is the same everywhere is a constant of the program, unless it
    meets a weight in a `dot`.
    """
    members = samples[0].members
    first: dict[tuple[float, ...], Place] = {}
    found = Spots([], [], {})
    leads_to_shared = _that_lead_to_shared(samples[0], shared)
    for k, value in enumerate(members):
        meets = not shared.isdisjoint(value.operands)
        is_dot = value.op is not None and value.op.name == "dot"
        bias = len(value.operands) - 1 if is_dot else None
        places = [-1] if value.op is None else range(len(value.operands))
        fresh = {}
        for at in places:
            if at >= 0 and type(value.operands[at]) is not float:
                continue
            numbers = tuple([number_at(sample, (k, at)) for sample in samples])
            if numbers in first:
                found.copies.setdefault(first[numbers], []).append((k, at))
            elif (is_dot and meets and at != bias) or _differ(numbers, meets or at < 0):
                fresh[k, at] = numbers
        # Two inputs of one dot may be equal in all samples: they are two all the same.
        first |= {numbers: place for place, numbers in fresh.items()}
        is_input = meets or value in leads_to_shared
        (found.inputs if is_input else found.later).extend(fresh)
    return found


def _differ(numbers: Sequence[float], if_single: bool) -> bool:
    return numbers.count(numbers[0]) < len(numbers) if len(numbers) > 1 else if_single


def _that_lead_to_shared(sample: Sample, shared: set[Value]) -> set[Value]:
    """The members from which a way up meets a shared value."""
    found: set[Value] = set()
    for value in reversed(sample.members):
        if value in found or not shared.isdisjoint(value.operands):
            found.update(x for x in value.operands if type(x) is not float and x not in shared)
    return found
