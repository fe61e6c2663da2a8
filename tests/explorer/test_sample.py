"""The samples of a batch: which values are whose, and what is no batch."""

from typing import Any

import pytest
from batches import LOSSES, ROWS, TARGETS, batch, model, predictions
from outputs import single

import microgradnn as mg
from microgradnn import Value, losses, nn, topological_order
from microgradnn.explorer.sample import (
    batch_of,
    number_at,
    spots_of,
    structure,
)

# ---- Whose values are whose ----------------------------------------------------------------------


@pytest.mark.parametrize("name", LOSSES)
def test_samples_have_values_of_their_own_and_share_the_rest(name: str) -> None:
    root = LOSSES[name]()
    order = topological_order(root)
    found = batch(root)
    assert len(found.samples) == (3 if name == "weighted" else 4)
    own = [set(sample.members) for sample in found.samples]
    assert sum(map(len, own)) == len(set().union(*own))
    assert set(found.shared).isdisjoint(set().union(*own))
    for k, sample in enumerate(found.samples):
        # What depends on a sample's members are its members, and what all samples lead to.
        assert set(sample.terms) <= own[k]
        assert sample.loss == pytest.approx(sum(x.data for x in sample.terms), rel=1e-15)
        for value in sample.members:
            for x in value.operands:
                assert type(x) is float or x in own[k] or x in found.shared
    leaves = {x for x in order if x.op is None}
    assert leaves <= {*found.shared, *set().union(*own)}


def test_what_is_known_is_said() -> None:
    texts = {name: (batch(make()).kind, batch(make()).text) for name, make in LOSSES.items()}
    assert texts["mse"] == ("loss", "The loss is over 4 samples.")
    assert texts["rows"] == ("rows", "The loss is over 4 samples.")
    assert texts["weighted"] == ("rows", "The loss is over 3 samples.")
    assert texts["blocks"] == ("block", "The program names 4 samples by its blocks.")
    assert texts["by hand"] == (
        *("sum", "4 terms of the same form are added up: each is taken for a sample."),
    )


def test_it_is_said_where_there_are_several_losses() -> None:
    found = predictions()
    both = losses.mse_loss(found, TARGETS) + losses.l1_loss(found, TARGETS)
    assert batch(both).text == "One of the losses is over 4 samples."
    assert not batch(both).is_closed  # what a sample alone uses goes into the other loss as well
    assert batch(losses.mse_loss(found, TARGETS)).is_closed


def test_samples_have_the_numbers_of_the_data() -> None:
    assert [sample.number for sample in batch(LOSSES["mse"]()).samples] == [0, 1, 2, 3]
    assert [sample.number for sample in batch(LOSSES["weighted"]()).samples] == [0, 2, 3]
    assert [sample.number for sample in batch(LOSSES["blocks"]()).samples] == [1, 2, 3, 4]


def test_targets_are_those_that_the_loss_was_given() -> None:
    def targets(name: str) -> list[Any]:
        return [sample.target for sample in batch(LOSSES[name]()).samples]

    assert targets("hinge") == TARGETS
    assert targets("rows") == [(0.5, 0.25, y) for y in TARGETS]
    assert targets("weighted") == [0.0, 2.0, 0.0]
    assert targets("logits") == [1.0, 0.0, 1.0, 0.0]
    assert targets("by hand") == [None] * 4


@pytest.mark.parametrize("name", LOSSES)
def test_inputs_are_the_numbers_that_meet_weights(name: str) -> None:
    found = batch(LOSSES[name]())
    width = 1 if name in ("by hand", "shared") else 2
    place = {0: 0, 2: 2, 3: 3} if name == "weighted" else {k: k for k in range(4)}
    if name == "blocks":
        place = {1: 0, 2: 1, 3: 2, 4: 3}
    shapes: dict[Any, list[Any]] = {}
    for sample in found.samples:
        shapes.setdefault(structure(sample), []).append(sample)
    assert len(shapes) == (2 if name == "logits" else 1)
    for samples in shapes.values():
        spots = spots_of(samples, set(found.shared))
        for sample in samples:
            inputs = [number_at(sample, at) for at in spots.inputs]
            assert inputs == ROWS[place[sample.number]][:width]
            if name in ("by hand", "mse"):
                assert [number_at(sample, at) for at in spots.later] == [TARGETS[sample.number]]


def test_inputs_may_be_values() -> None:
    network = model()
    X = [[Value(x, f"x{k}") for k, x in enumerate(row)] for row in ROWS]
    found = batch(losses.mse_loss([network(x) for x in X], TARGETS))
    spots = spots_of(found.samples, set(found.shared))
    assert [[number_at(s, at) for at in spots.inputs] for s in found.samples] == ROWS
    assert all(at == -1 for _, at in spots.inputs)


def test_equal_inputs_are_two_all_the_same() -> None:
    network = model()
    found = batch(losses.mse_loss([network([x, x]) for x in (1.0, 2.0)], [0.5, 0.25]))
    spots = spots_of(found.samples, set(found.shared))
    assert [number_at(found.samples[1], at) for at in spots.inputs] == [2.0, 2.0]


# ---- What is no batch ----------------------------------------------------------------------------


def chain() -> Value:
    x = Value(1.0)
    for _ in range(20):
        x = x * 1.01 + 0.01
    return x


def recurrence() -> Value:
    w, u, h = Value(0.5), Value(0.25), Value(0.0)
    for k in range(5):
        h = mg.tanh(w * h + u * (k / 3))
    return (h - 1) ** 2


def neuron(ws: list[Value], xs: list[Any], b: Value) -> Value:
    activation: Value = mg.tanh(sum((w * x for w, x in zip(ws, xs, strict=True)), b))
    return activation


def network_by_hand(x: list[Any]) -> Value:
    """Unlabelled, as for other engines: a sum over hidden units is none over samples."""
    units = [neuron([Value(0.1 * k), Value(0.2)], x, Value(0.3)) for k in range(4)]
    return neuron([Value(0.5), Value(-1.0), Value(0.25), Value(2.0)], units, Value(0.1))


def units_by_hand() -> list[Value]:
    hidden = [neuron([Value(0.1 * k), Value(0.2)], [1.0, 2.0], Value(0.3)) for k in range(2)]
    return [neuron([Value(0.5), Value(0.1 * k)], hidden, Value(0.1)) for k in range(6)]


NO_BATCH: dict[str, Any] = {
    "outputs of one layer": lambda: losses.mse_loss(
        nn.Layer(2, 3, rng=0)([Value(1.0), Value(2.0)]), [1, 0, 0]
    ),
    "outputs of one sample by hand": lambda: losses.mse_loss(units_by_hand(), [0.5] * 6),
    "one prediction, many targets": lambda: losses.mse_loss([model()(ROWS[0])] * 3, [1, 2, 3]),
    "a leaf": lambda: Value(1.0),
    "a chain": chain,
    "a recurrence": recurrence,
    "one sample": lambda: (single(model()(ROWS[0])) - 1.0) ** 2,
    "outputs of one sample": lambda: losses.mse_loss(predictions(3)[0], [1, 0, 0]),
    "a network by hand": lambda: (network_by_hand([1.0, 2.0]) - 1) ** 2,
    "a network by hand on values": lambda: (network_by_hand([Value(1.0), Value(2.0)]) - 1) ** 2,
    "two different terms": lambda: Value(2.0) * 3.0 + Value(1.0) * 2.0,
    "nothing shared": lambda: mg.sum([Value(x) * 2.0 for x in (1.0, 2.0, 3.0)]),
}


@pytest.mark.parametrize("name", NO_BATCH)
def test_what_is_no_batch_is_not_taken_for_one(name: str) -> None:
    assert batch_of(topological_order(NO_BATCH[name]())) is None


def test_samples_that_are_mixed_are_none() -> None:
    """A value that is computed from all samples, as a batch's mean, makes them one."""
    w = Value(0.5, "w")
    scores = [w * x for x, _ in ROWS]
    centre = mg.mean(scores)
    loss = losses.mse_loss([s - centre for s in scores], TARGETS)
    assert batch_of(topological_order(loss)) is None
    spread = mg.mean([(s - centre) ** 2 for s in scores])
    normed = [(s - centre) / mg.sqrt(spread + 1e-5) for s in scores]
    assert batch_of(topological_order(losses.mse_loss(normed, TARGETS))) is None
