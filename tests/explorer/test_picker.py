"""The samples in the page's JSON: with the numbers of any of them a graph is that of the sample."""

import base64
import json
import math
import re
import zlib
from typing import Any

import pytest
from batches import LOSSES, ROWS, TARGETS, predictions

import microgradnn as mg
from microgradnn import Value, losses, nn, topological_order
from microgradnn.engine.row import PRIMITIVES
from microgradnn.explorer import explore, following, picker
from microgradnn.explorer.sample import batch_of


def page_of(root: Value) -> dict[str, Any]:
    text = re.search(r'id="graph">(.*?)</script>', explore(root).html, re.DOTALL)
    assert text
    page: dict[str, Any] = json.loads(text[1])
    if page["samples"]:
        page["samples"] |= json.loads(zlib.decompress(base64.b64decode(page["samples"]["packed"])))
    return page


def set_to(page: dict[str, Any], j: int) -> list[dict[str, Any]]:
    """The nodes of a sample's graph with the numbers of sample j, as the page sets them."""
    samples = page["samples"]
    told = samples["list"][j]
    nodes = json.loads(json.dumps((samples["graphs"][told["graph"]] or page)["nodes"]))
    slots = samples["slots"][told["graph"]]
    for node, data in zip(slots["own"], told["data"], strict=True):
        nodes[node]["data"] = data
    for column, number in zip(slots["columns"], told["numbers"], strict=True):
        for node, place in column:
            assert "number" in nodes[node]["operands"][place]
            nodes[node]["operands"][place] = {"number": number}
    return nodes  # type: ignore[no-any-return]


def recomputed(page: dict[str, Any], nodes: list[dict[str, Any]]) -> list[list[Any]]:
    """The local derivatives; each node's value must be the one that the nodes have already."""
    local_grads: list[list[Any]] = []
    for node in nodes:
        if "row" not in node:
            local_grads.append([])
            continue
        row = PRIMITIVES[page["rows"][node["row"]]["name"]]
        operands = [
            nodes[x]["data"] if isinstance(x, int) else x["number"] for x in node["operands"]
        ]
        out = row.value(operands)
        assert out == pytest.approx(node["data"], rel=1e-12, abs=1e-14)
        wanted = [isinstance(x, int) for x in node["operands"]]
        local_grads.append(row.local_derivatives(out, operands, wanted))
    return local_grads


def gradients(page: dict[str, Any], j: int) -> dict[int, float]:
    """A backward pass over the graph of sample j; what comes from elsewhere as the file says."""
    samples = page["samples"]
    told = samples["list"][j]
    graph = samples["graphs"][told["graph"]] or page
    first = next(k for k, x in enumerate(samples["list"]) if x["graph"] == told["graph"])
    nodes = set_to(page, j)
    local_grads = recomputed(page, nodes)
    found = [0.0] * len(nodes)
    found[-1] = 1.0
    for node, (total, _) in graph["elsewhere"].items():
        found[int(node)] += total
    for row, given in zip(samples["rows"], samples["contributions"], strict=True):
        if (node := row["nodes"][told["graph"]]) is not None:
            found[node] += given["direct"][first] - given["direct"][j]
    for k in range(len(nodes) - 1, -1, -1):
        for x, local in zip(nodes[k].get("operands", []), local_grads[k], strict=True):
            if local is not None:
                found[x] += local * found[k]
    return dict(enumerate(found))


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("is_large", [False, True])
def test_any_sample_can_be_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, is_large: bool
) -> None:
    if is_large:  # the page follows the first sample
        monkeypatch.setattr(following, "MOST_COMPUTED", 0)
    root = LOSSES[name]()
    root.backward()
    order = topological_order(root)
    batch = batch_of(order)
    assert batch
    page = page_of(root)
    samples = page["samples"]
    assert samples["count"] == len(samples["list"]) == len(batch.samples)
    assert samples["shown"] == (0 if is_large else None)
    by_label = {x.label: x for x in order if x.op is None}
    for j, told in enumerate(samples["list"]):
        nodes, found = set_to(page, j), gradients(page, j)
        own = [nodes[k]["data"] for k in samples["slots"][told["graph"]]["own"]]
        assert own == [x.data for x in batch.samples[j].members]
        assert nodes[-1]["data"] == root.data
        for row in samples["rows"]:
            node = row["nodes"][told["graph"]]
            if row["name"] and node is not None:  # the sum over all samples, as the engine has it
                grad = by_label[row["name"]].grad
                assert found[node] == pytest.approx(grad, rel=1e-12, abs=1e-14)
                assert row["total"] == pytest.approx(grad, rel=1e-12, abs=1e-14)


def test_any_sample_of_a_sum_that_is_0_can_be_shown() -> None:
    w = Value(0.5, "w")
    page = page_of(mg.sum([mg.tanh(w * x) for x in (1.0, -1.0, 2.0, -2.0)]))
    for j, x in enumerate((1.0, -1.0, 2.0, -2.0)):
        nodes = set_to(page, j)
        recomputed(page, nodes)
        assert page["samples"]["list"][j]["numbers"][-1] == -math.tanh(0.5 * x)  # all others


def test_what_the_picker_says_of_a_sample() -> None:
    samples = page_of(LOSSES["hinge"]())["samples"]
    assert samples["kind"] == "loss"
    for told, row, target in zip(samples["list"], ROWS, TARGETS, strict=True):
        assert told["inputs"] == [["x[0]", row[0]], ["x[1]", row[1]]]
        assert told["target"] == target
    score = predictions()[2].data
    assert samples["list"][2]["loss"] == max(0.0, 1.0 + score)
    by_hand = page_of(LOSSES["by hand"]())["samples"]
    assert [told["target"] for told in by_hand["list"]] == TARGETS
    labelled = [Value(x, "height") for x in (1.0, 2.0)]
    w = Value(0.5, "w")
    named = page_of(losses.mse_loss([w * x for x in labelled], [1, 2]))["samples"]
    assert named["list"][1]["inputs"] == [["height", 2.0]]


def test_contributions_add_up_to_totals() -> None:
    for make in LOSSES.values():
        samples = page_of(make())["samples"]
        for row, given in zip(samples["rows"], samples["contributions"], strict=True):
            parts = [*(given["whole"] or given["direct"]), given["rest"]]
            assert sum(parts) == pytest.approx(row["total"], rel=1e-12, abs=1e-14)


def test_only_so_many_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picker, "MOST_LISTED", 2)
    samples = page_of(LOSSES["mse"]())["samples"]
    assert (len(samples["list"]), samples["count"]) == (2, 4)
    for row, given in zip(samples["rows"], samples["contributions"], strict=True):
        assert sum([*given["direct"], given["rest"]]) == pytest.approx(row["total"], rel=1e-12)


def test_a_graph_without_samples_says_so() -> None:
    assert page_of(Value(1.0) * 2.0)["samples"] is None


def test_samples_whose_graph_is_folded_for_good_are_listed() -> None:
    model = nn.MLP(200, [90, 10], rng=0)
    X = [[((i * k) % 7) / 7 for k in range(200)] for i in range(2)]
    with mg.large_graph():
        page = page_of(losses.cross_entropy([model(x) for x in X], [3, 4]))
    assert [told["graph"] for told in page["samples"]["list"]] == [None, None]
    assert page["samples"]["slots"] == [None]
    assert len(page["samples"]["list"][1]["inputs"]) == 200
    assert page["samples"]["shown"] == 0
