"""The folded graph: the chain rule still holds on it, and graphs of any size become readable."""

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from drawings import ids
from effort import by_profile
from folds import batch_loss, folded, graph_in_blocks, names, random_graph, recurrence
from outputs import several, single

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.drawing import draw
from microgradnn.drawing.blocks import Graph
from microgradnn.drawing.diagram import Diagram, describe_folded
from microgradnn.drawing.fold import MOST_ARROWS, MOST_BOXES, Folded, FoldName, Rule, fold
from microgradnn.drawing.refining import folds

IS_NIGHTLY = by_profile(dev=False, ci=False, nightly=True)
GRAPHS = 1000 if IS_NIGHTLY else 30  # random ones, for each seed
SAMPLES = 1490 if IS_NIGHTLY else 300  # of a batch: 67 values each

SVG = "{http://www.w3.org/2000/svg}"


def diagram(root: Value, how: FoldName | Rule) -> Diagram:
    return describe_folded(folded(root, how))


# ---- The chain rule --------------------------------------------------------------------------


def gradients_over_blocks(graph: Folded) -> dict[Value, tuple[float, float]]:
    """The gradients that the chain rule gives to the outputs, and its sum of absolute products."""
    arriving: dict[Value, list[tuple[Value, float]]] = {}
    for (operand, output), derivative in graph.derivatives.items():
        arriving.setdefault(output, []).append((operand, derivative))
    root = graph.blocks[-1].outputs[-1]
    received = {root: (1.0, 1.0)}
    for output in reversed(mg.topological_order(root)):
        upstream, size = received.get(output, (0.0, 0.0))
        for operand, derivative in arriving.get(output, []):
            before = received.get(operand, (0.0, 0.0))
            products = (upstream * derivative, size * abs(derivative))
            received[operand] = (before[0] + products[0], before[1] + products[1])
    return received


def absolute_sums(root: Value) -> dict[Value, float]:
    """For each value the sum, over its paths to the root, of absolute products."""
    sums = {root: 1.0}
    for value in reversed(mg.topological_order(root)):
        for operand, local in zip(value.operands, value.local_grads, strict=True):
            if local is not None:
                sums[operand] = sums.get(operand, 0.0) + abs(local) * sums[value]
    return sums


@pytest.mark.parametrize("seed", range(10))
def test_the_chain_rule_over_blocks_gives_the_engine_s_gradients(seed: int) -> None:
    for k in range(GRAPHS):
        rng = random.Random(GRAPHS * seed + k)
        root = random_graph(rng)
        colours = [None, *"abcdef"[: rng.randint(1, 6)]]
        block_of = {value: rng.choice(colours) for value in mg.topological_order(root)}
        graph = folded(root, block_of.get)
        root.backward()
        scale = absolute_sums(root)
        received = gradients_over_blocks(graph)
        outputs = [value for block in graph.blocks for value in block.outputs]
        assert set(received) == set(outputs)
        for value in outputs:
            assert abs(received[value][0] - value.grad) <= 1e-12 * scale[value]


@pytest.mark.parametrize("how", ["neuron", "layer", "model", "auto"])
def test_the_chain_rule_holds_for_a_network_at_every_zoom(how: FoldName) -> None:
    model = nn.MLP(3, [4, 4, 2], activation="tanh", rng=0)
    x = [Value(0.5), Value(-1.0), Value(2.0)]
    loss = mg.losses.mse_loss([model(x), model([x[1], x[2], x[0]])], [[1.0, 0.0], [0.0, 1.0]])
    loss.backward()
    received = gradients_over_blocks(folded(loss, how))
    assert all(received[value][0] == pytest.approx(value.grad, rel=1e-12) for value in x)


def test_blocks_are_in_topological_order_and_hold_every_value_once() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        root = random_graph(rng)
        values = mg.topological_order(root)
        block_of = {value: rng.choice([None, "a", "b"]) for value in values}
        graph = fold(values, block_of.get)
        held = [value for block in graph.blocks for value in block.values]
        assert sorted(map(id, held)) == sorted(map(id, values))
        assert root in graph.blocks[-1].outputs
        assert all(tail < head for tail, head in graph.arrows())


MAKERS: list[Callable[[random.Random], Value]] = [graph_in_blocks, recurrence]


@pytest.mark.parametrize("make", MAKERS)
def test_blocks_by_hand_and_cells_obey_the_chain_rule(
    make: Callable[[random.Random], Value],
) -> None:
    for seed in range(GRAPHS):
        root = make(random.Random(seed))
        values = mg.topological_order(root)
        root.backward()
        scale = absolute_sums(root)
        for keys in (made() for made in folds(Graph(values))):
            rule: Any = dict(zip(values, [key and str(key) for key in keys], strict=True)).get
            graph = fold(values, rule)
            held = [value for block in graph.blocks for value in block.values]
            assert sorted(map(id, held)) == sorted(map(id, values))
            assert all(tail < head for tail, head in graph.arrows())
            for value, (received, _) in gradients_over_blocks(graph).items():
                assert abs(received - value.grad) <= 1e-12 * scale[value]


def by_hand() -> tuple[Value, Value, Value, Value]:
    """x, y = 2x, z = xy = 2x² and root = y + z, at x = 3."""
    x = Value(3.0, label="x")
    y = 2 * x
    z = x * y
    return x, y, z, y + z


def test_derivatives_go_along_ways_that_meet_no_other_output() -> None:
    x, y, z, root = by_hand()
    graph = fold([x, y, z, root], {y: "block", z: "block"}.get)
    # Both y and z are used by the root. So the way from x to z by y counts for y alone.
    assert graph.derivatives == {
        (x, y): 2.0,  # ∂y/∂x
        (x, z): 6.0,  # ∂z/∂x = y, with y held
        (y, z): 3.0,  # ∂z/∂y = x
        (y, root): 1.0,
        (z, root): 1.0,
    }
    assert [block.values for block in graph.blocks] == [[x], [y, z], [root]]
    assert [block.outputs for block in graph.blocks] == [[x], [y, z], [root]]
    assert [block.inputs for block in graph.blocks] == [[], [x], [y, z]]
    assert graph.arrows() == {(0, 1): [x], (1, 2): [y, z]}


def test_derivatives_go_through_values_that_are_hidden() -> None:
    x, y, z, root = by_hand()
    graph = fold([x, y, z, root], {y: "block", z: "block", root: "block"}.get)
    assert graph.derivatives == {(x, root): 14.0}  # root = 2x + 2x², so 2 + 4x
    assert graph.blocks[-1] == ("block", [y, z, root], [root], [x])


def test_a_block_of_too_many_outputs_has_no_derivatives() -> None:
    x, y, z, root = by_hand()
    graph = fold([x, y, z, root], {y: "block", z: "block"}.get, most_outputs=1)
    assert graph.derivatives == {(y, root): 1.0, (z, root): 1.0}


# ---- Boxes and arrows --------------------------------------------------------------------------


def test_a_box_says_what_is_inside() -> None:
    model = nn.MLP(2, [3, 1], activation="tanh", rng=0)
    loss = single(model([1.0, 2.0]))
    loss.backward()
    first, last = diagram(loss, "layer").boxes
    assert (first.heading, first.numbers) == ("layers.0", "3 dot, 3 tanh · 9 parameters")
    assert (last.heading, last.numbers) == ("layers.1", "dot · 4 parameters")
    assert (last.data, last.grad) == (f"{loss.data:.4g}".replace("-", "−"), "1")
    assert "…" in first.data
    assert "…" in first.grad


def test_arrows_carry_the_block_s_derivatives() -> None:
    neuron = nn.MLP(1, [1, 1], activation="tanh", rng=0)
    x = Value(0.5, label="x")
    y = single(neuron([x]))
    y.backward()
    (arrow,) = diagram(y, "model").arrows
    assert arrow.derivative == pytest.approx(x.grad, rel=1e-12)
    wide = nn.MLP(1, [3, 1], activation="tanh", rng=0)
    to_layer, to_output = diagram(single(wide([Value(0.5)])), "layer").arrows
    assert to_layer.text.count(", ") == 2  # one derivative for each of three outputs
    assert to_output.text.count(", ") == 2
    many = nn.MLP(1, [4, 2], activation="tanh", rng=0)
    to_layer, to_outputs = diagram(mg.sum(several(many([Value(0.5)]))), "layer").arrows[:2]
    assert (to_layer.text, to_outputs.text) == ("∂ 4×1", "∂ 2×4")
    assert len(to_outputs.details.splitlines()) == 3


def test_a_function_names_the_blocks() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    root = (a * b + a).tanh()
    graph = folded(root, lambda value: "rest" if value.op else None)
    assert [block.name for block in graph.blocks] == ["", "", "rest"]
    assert graph.derivatives[a, root] == pytest.approx((1 - root.data**2) * 4)


# ---- Graphs of any size draw -----------------------------------------------------------------


def boxes(root: Value, how: FoldName | Rule = "auto") -> int:
    picture = ElementTree.fromstring(draw(root, how).svg)
    return len(ids(picture, "n"))


def test_sixty_values_stay_single() -> None:
    value = Value(0.5)
    for _ in range(59):
        value = value.tanh()
    assert boxes(value) == 60
    assert boxes(value.tanh()) == 12  # 60 equal steps, in groups of 5


@pytest.mark.parametrize(
    ("sizes", "rows"), [([2, 3, 1], 20), ([2, 16, 16, 1], 10), ([64, 32, 10], 4), ([2, 70, 1], 1)]
)
def test_real_losses_fold_to_what_can_be_read(sizes: list[int], rows: int) -> None:
    graph = folded(batch_loss(nn.MLP(sizes[0], sizes[1:], rng=0), rows), "auto")
    assert len(graph.blocks) <= MOST_BOXES
    assert len(graph.arrows()) <= MOST_ARROWS


def test_the_finest_fold_that_fits_is_taken() -> None:
    assert "layers.0.neurons.0" in names(batch_loss(nn.MLP(2, [3, 1], rng=0), 20), "auto")
    assert "layers.0" in names(batch_loss(nn.MLP(2, [16, 16, 1], rng=0), 10), "auto")


def test_losses_of_a_batch_become_ranks() -> None:
    headings = {
        box.heading: box.numbers
        for box in diagram(batch_loss(nn.MLP(2, [3, 1], rng=0), 90), "auto").boxes
    }
    assert headings["□ − 0.5"] == headings["□ × □"] == "90 values"


def test_a_graph_without_names_is_cut_into_parts() -> None:
    value, rng = Value(0.5), random.Random(0)
    for _ in range(400):  # nothing in it repeats
        value = rng.choice([mg.tanh(value), mg.sin(value), value * 0.9, value - 0.1])
    found = names(value, "auto")
    assert found[0] == "part 1 of 20"
    assert found[-1] == "part 20 of 20"
    assert len(found) <= MOST_BOXES
    received = gradients_over_blocks(folded(value, "auto"))
    value.backward()
    assert all(received[x][0] == pytest.approx(x.grad, rel=1e-12) for x in received)


def test_a_large_batch_folds_to_a_few_boxes() -> None:
    loss = batch_loss(nn.MLP(2, [16, 16, 1], rng=0), SAMPLES)
    assert len(mg.topological_order(loss)) > 67 * SAMPLES  # 100,000 under the nightly profile
    assert 1 < len(names(loss, "auto")) <= 60


def test_a_fold_that_leaves_too_much_is_refused() -> None:
    value = Value(0.5)
    for _ in range(1000):
        value = value.tanh()
    with pytest.raises(ValueError, match=r"1,001 boxes, more than 1,000; fold='auto'"):
        draw(value, "none")
    with pytest.raises(ValueError, match="fold must be 'auto', 'none', 'block', 'neuron'"):
        draw(value, "neurons")  # type: ignore[call-overload]


def test_the_order_of_blocks_does_not_depend_on_the_hash_seed() -> None:
    first, second = (names(batch_loss(nn.MLP(3, [4, 2], rng=0), 8), "neuron") for _ in range(2))
    assert first == second
    assert all(a <= b for a, b in pairwise(name for name in first if "layers.1" in name))
