"""What a page holds: copies, what it leaves out, and blocks that are folded for good."""

import random

import pytest
from effort import by_profile
from outputs import single

import microgradnn as mg
from microgradnn import Value, nn, topological_order
from microgradnn.drawing.nest import Nest
from microgradnn.explorer import excerpt as module
from microgradnn.explorer import explore
from microgradnn.explorer.excerpt import (
    MOST_RECORDED,
    Excerpt,
    _cut_off,
    _still_to_fold,
    excerpt,
)
from microgradnn.explorer.following import MOST_COMPUTED

IS_NIGHTLY = by_profile(dev=False, ci=False, nightly=True)


def test_operands_that_are_left_out_become_numbers() -> None:
    w, x = Value(0.5, "w"), Value(2.0, "x")
    s = w * x
    loss = s + mg.tanh(x)
    copies = _cut_off([w, s, loss])
    copy = copies[loss]
    assert (copy.data, copy.op, copy.operands) == (
        loss.data,
        loss.op,
        (copies[s], loss.operands[1].data),
    )
    assert copy.local_grads == (1.0, None)
    assert copies[s].operands == (copies[w], 2.0)
    assert copies[s].local_grads == (2.0, None)
    assert (copies[w].label, copies[w].operands) == ("w", ())
    assert (w.grad, loss.operands) == (0.0, (s, loss.operands[1]))


def test_a_small_graph_is_held_as_it_is() -> None:
    order = topological_order(single(nn.MLP(2, [3, 1], rng=0)([1.0, 2.0])))
    found = excerpt(order)
    assert found.values == order
    assert (found.elsewhere, found.left_out) == ({}, "")


# ---- Blocks that are folded for good -----------------------------------------------------------


def gradients_of(part: Excerpt) -> dict[Value, float]:
    """The gradients that the excerpt gives, with what comes from elsewhere."""
    received = dict.fromkeys(part.values, 0.0) | {part.values[-1]: 1.0}
    for value in reversed(part.values):
        received[value] += part.elsewhere.get(value, (0.0, 0))[0]
        for x, local in zip(value.operands, value.local_grads, strict=True):
            if isinstance(x, Value):
                assert local is not None
                received[x] += local * received[value]
    return received


@pytest.mark.parametrize("most", [150, 60, 30])
def test_outputs_of_folded_blocks_have_the_engine_s_gradients(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(module, "MOST_RECORDED", most)
    rng, model = random.Random(0), nn.MLP(2, [4, 4, 1], activation="tanh", rng=0)
    outputs = [model([rng.gauss(0, 1), rng.gauss(0, 1)]) for _ in range(4)]
    loss = mg.losses.mse_loss(outputs, [0.5] * 4)
    loss.backward()
    order = topological_order(loss)
    part = excerpt(order)
    links = {(x, value) for value in part.values for x in value.operands if isinstance(x, Value)}
    assert len(part.values) + len(links) <= most
    assert part.left_out == (
        f"No samples were recognised in this graph. {len(order)} values are too many for a page: "
        f"it has the {len(part.values)} that lead from one block to another."
    )
    by_data: dict[float, list[float]] = {}
    for value in order:
        by_data.setdefault(value.data, []).append(value.grad)
    for value, gradient in gradients_of(part).items():
        assert any(gradient == pytest.approx(g, rel=1e-9, abs=1e-12) for g in by_data[value.data])
    blocks = [value for value in part.values if value.op and value.op.name == "block"]
    assert blocks
    with pytest.raises(ValueError, match="a folded block is not computed again"):
        blocks[0].op.value([1.0] * len(blocks[0].operands))  # type: ignore[union-attr]


def test_the_blocks_that_are_left_hold_several_values_each() -> None:
    # model ⊃ (layer 1 ⊃ neuron 2), layer 3; the fourth block is in layer 3 and has one value left.
    blocks = Nest(
        names=["model", "first", "neuron", "last", "single"],
        parents=[-1, 0, 1, 0, 3],
        home=[],
        levels=[frozenset(), frozenset({0}), frozenset({0, 1, 2, 3, 4})],
    )
    unfolded = frozenset({0, 1, 2, 3, 4})
    found = _still_to_fold(blocks, unfolded, homes=[2, 2, 3, 4, -1])
    # The neuron is all that is left of the first layer, so unfolding it shows nothing new.
    assert found.names == ["model", "first", "last"]
    assert found.parents == [-1, 0, 0]
    assert found.home == [1, 1, 2, 2, -1]
    assert found.levels == [frozenset(), {0}, {0, 1, 2}]


def test_a_chain_is_cut_into_parts_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RECORDED", 200)
    rng, value = random.Random(0), Value(0.5, "x")
    for _ in range(300):  # nothing in it repeats
        value = rng.choice([mg.tanh(value), mg.sin(value), value * 0.9, value - 0.1])
    value.backward()
    part = excerpt(topological_order(value))
    assert part.left_out == (
        "No samples were recognised in this graph. 301 values are too many for a page: it has the "
        "20 that lead from one part, cut by the distance from the root, to another."
    )
    by_data = {x.data: x.grad for x in topological_order(value)}
    for x, gradient in gradients_of(part).items():
        assert gradient == pytest.approx(by_data[x.data], rel=1e-12)


def test_many_inputs_stay_in_a_block_that_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves that a picture shows as one rank are all in the page, folded in the same way."""
    monkeypatch.setattr(module, "MOST_RECORDED", 1000)
    inputs = [Value(k / 80, f"x{k}") for k in range(80)]
    loss = single(nn.MLP(80, [40, 1], activation="tanh", rng=0)(inputs))
    loss.backward()
    part = excerpt(topological_order(loss))
    labels = {value.label for value in part.values if not value.op}
    assert labels >= {x.label for x in inputs}
    received = gradients_of(part)
    by_label = {value.label: received[value] for value in part.values}
    for x in inputs:
        assert by_label[x.label] == pytest.approx(x.grad, rel=1e-12)


def test_a_large_graph_without_any_order_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    if not IS_NIGHTLY:  # a tenth of the graph, with a tenth of the bound
        monkeypatch.setattr(module, "MOST_RECORDED", MOST_RECORDED // 10)
    rng = random.Random(9)
    nodes = [Value(rng.uniform(-1, 1)) for _ in range(5)]
    while len(nodes) < (MOST_COMPUTED if IS_NIGHTLY else MOST_COMPUTED // 10):
        nodes.append(mg.tanh(rng.choice(nodes[-30:]) * rng.choice(nodes)))
    with pytest.raises(ValueError, match="no small number of blocks"):
        explore(mg.sum(nodes))
