"""The scalar graph of one sample's loss, into which the living page fills numbers.

The model is run once, on leaves, and its graph is that of every sample: it is compiled, so its
course does not depend on numbers. The loss may record another graph for another target, as a term
may be dropped; so it is run for each different target. Targets of one kind have the same graph,
with other numbers in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..collector import large_graph
from ..compiler.rows import SELECTIONS
from ..drawing.diagram import edges_of
from ..engine.modes import Changed
from ..engine.value import Value, topological_order
from ..explaining.symbols import lowered
from ..training.targets import distinct
from .excerpt import MOST_RECORDED
from .following import can_be_computed
from .trainable import Trainable

MOST_TARGETS = 2_000  # different ones
MOST_KINDS = 4

Slot = tuple[int, int]  # a value, and the place of an operand in it; −1 is the value itself


class Kind(NamedTuple):
    """A graph that several targets have, and where in it their numbers stand."""

    order: list[Value]
    inputs: list[int]  # places of values in the order
    slots: list[Slot]


class OneSample(NamedTuple):
    """The graphs of the samples: for each different target its kind (−1 for none) and numbers.

    `targets` says which of them a sample has. `why_not` says why there are no graphs.
    """

    kinds: list[Kind]
    kind_of: list[int]
    numbers: list[list[float]]
    targets: list[int]
    why_not: str = ""

    @property
    def can_be_changed(self) -> bool:
        """Whether the page can compute the graphs again whenever a slider moves."""
        return all(can_be_computed(kind.order) for kind in self.kinds)


def one_sample(trained: Trainable) -> OneSample:
    """The graphs of a sample's loss, by its target."""
    with Changed(records=True), large_graph():
        inputs = [
            Value(x, label=f"x{lowered(k)}") for k, x in enumerate(trained.data.X[0].tolist(), 1)
        ]
        prediction = trained.model(inputs)
        error = trained.loss([prediction], [trained.data.y[0].tolist()])
        if why := _why_not(trained, topological_order(error)):
            return OneSample([], [], [], [], why)
        return _recorded(trained, inputs, prediction)


def _why_not(trained: Trainable, values: Sequence[Value]) -> str:
    """Why the page cannot compute the graph of every sample, if it cannot."""
    if not SELECTIONS.keys().isdisjoint(trained.batch_loss.program._tape.ops):
        return "mg.where chooses by the numbers of a sample what is computed."
    if own := [value.op.name for value in values if value.op and value.op.kind == "custom"]:
        return f"{own[0]} is an operation of your own, which the picture cannot compute."
    size = len(values) + len(edges_of(values))
    if size > MOST_RECORDED:
        return f"With {size:,} values and operands it is too large for a page."
    return ""


def _recorded(trained: Trainable, inputs: Sequence[Value], prediction: Any) -> OneSample:
    """The graphs for all targets, of one prediction."""
    outputs = prediction if isinstance(prediction, (list, tuple)) else [prediction]
    shared = {value for x in outputs for value in topological_order(x)}
    shared.update(trained.batch_loss.params)
    y = trained.data.y
    places = distinct(y)[:MOST_TARGETS]
    kinds: dict[Any, int] = {}
    graphs: list[Kind] = []
    kind_of, numbers = [], []
    for target in y[places].tolist():
        order = topological_order(trained.loss([prediction], [target]))
        form, slots, own = _form(order, shared)
        if form not in kinds and len(graphs) < MOST_KINDS:
            position = {value: k for k, value in enumerate(order)}
            kinds[form] = len(graphs)
            graphs.append(Kind(order, [position.get(x, -1) for x in inputs], slots))
        kind_of.append(kinds.get(form, -1))
        numbers.append(own)
    return OneSample(graphs, kind_of, numbers, _which(y, y[places]))


def _form(order: Sequence[Value], shared: set[Value]) -> tuple[Any, list[Slot], list[float]]:
    """What the graphs of several targets may have in common; and the numbers that are a target's.

    `shared` are the values that do not depend on the target.
    """
    position = {value: k for k, value in enumerate(order)}
    form: list[Any] = []
    slots: list[Slot] = []
    numbers: list[float] = []
    for k, value in enumerate(order):
        if value in shared:
            continue
        if value.op is None:
            slots.append((k, -1))
            numbers.append(value.data)
        operands = [position.get(x) if type(x) is not float else None for x in value.operands]
        for place, x in enumerate(value.operands):
            if type(x) is float:
                slots.append((k, place))
                numbers.append(x)
        form.append((k, value.op, tuple(operands)))
    return tuple(form), slots, numbers


def _which(y: Any, different: Any) -> list[int]:
    """Which of the different targets each sample has; −1 if none of them."""
    flat = np.ascontiguousarray(y.reshape(len(y), -1))
    known = {
        row.tobytes(): k
        for k, row in enumerate(np.ascontiguousarray(different.reshape(len(different), -1)))
    }
    return [known.get(row.tobytes(), -1) for row in flat]
