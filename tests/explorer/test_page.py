"""The page as a document: what it holds and what it refuses, seen without a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from browser.graphs import HOSTILE, hostile_graph

import microgradnn as mg
from microgradnn import Value
from microgradnn.demo import neuron
from microgradnn.explorer import Explorer, document, explore, page


def data_of(explorer: Explorer) -> Any:
    found = re.search(
        '<script type="application/json" id="graph">(.*?)</script>', explorer.html, re.DOTALL
    )
    assert found
    return json.loads(found[1])


def test_the_page_is_small() -> None:
    explorer = explore(neuron()[0])
    data = len(json.dumps(data_of(explorer)))
    assert len(explorer.html) - data < 100_000


def test_the_policy_lets_only_our_script_run() -> None:
    html = explore(hostile_graph(), title=HOSTILE[0]).html
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    script = re.search(r'<script type="module">(.*?)</script>', html, re.DOTALL)
    assert policy
    assert script
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert policy[1].split("; ") == [
        "default-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "style-src 'unsafe-inline'",
        f"script-src 'sha256-{digest}'",
    ]
    assert html.count("<script") == html.count("</script>") == 2
    assert not re.search(r"""(src|href|url)\s*[=(]\s*["']?(http|//)""", html)


def test_the_page_is_ascii() -> None:
    a = Value(2.0, label="θ₀ 😀")
    html = explore(a * a, title="∂ – 梯度 \U0001f600", mistakes=True).html
    assert html.isascii()
    for part in re.findall(r"<(?:style|script)[^>]*>(.*?)</(?:style|script)>", html, re.DOTALL):
        assert "&#" not in part  # there it would be no character
    assert document._escaped("−😀") == r"\u2212\ud83d\ude00"


def test_the_same_graph_gives_the_same_page() -> None:
    assert explore(neuron()[0]).html == explore(neuron()[0]).html


def test_infinities_survive() -> None:
    leaves = [Value(x) for x in (math.inf, -math.inf, math.nan, -0.0, 5e-324)]
    numbers = [node["data"] for node in data_of(explore(mg.sum(leaves)))["nodes"]]
    assert numbers[:3] == ["Infinity", "-Infinity", "NaN"]
    assert repr(numbers[3:5]) == "[-0.0, 5e-324]"


def test_a_graph_of_more_than_sixty_values_starts_folded() -> None:
    leaves = [Value(1.0) for _ in range(60)]
    assert len(data_of(explore(mg.sum(leaves)))["view"]["boxes"]) == 2
    assert len(data_of(explore(mg.sum(leaves[:59])))["view"]["boxes"]) == 60


def test_other_things_are_refused() -> None:
    with pytest.raises(TypeError, match="root must be a Value, got float"):
        explore(1.0)  # type: ignore[call-overload]


def test_a_graph_whose_data_has_changed_is_refused() -> None:
    error, leaves = neuron()
    leaves[0].data = 3.0
    with pytest.raises(ValueError, match="the data of an operand of 's' has changed"):
        explore(error)
    x = Value(1.0)
    y = mg.log(x)
    x.data = -1.0  # where log has no value at all
    with pytest.raises(ValueError, match="the data of an operand of 'log' has changed"):
        explore(y)


def test_saving(tmp_path: Path) -> None:
    explorer = explore(neuron()[0])
    explorer.save(tmp_path / "neuron.html")
    assert (tmp_path / "neuron.html").read_bytes().decode() == explorer.html
    with pytest.raises(ValueError, match=r"saved as \.html or \.htm, not as 'neuron.pdf'"):
        explorer.save(tmp_path / "neuron.pdf")
    with pytest.raises(FileNotFoundError, match="no directory"):
        explorer.save(tmp_path / "nowhere" / "neuron.html")


def test_opening(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: list[str] = []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", opened.append)
    explore(neuron()[0]).open()
    (path,) = tmp_path.glob("*/explorer.html")
    assert opened == [path.as_uri()]


def test_each_row_is_written_once() -> None:
    a, b = Value(1.0), Value(2.0)
    html = explore(a * b + a * a + b * b).html
    assert html.count("out=x0*x1,") == 1
    softmax = explore(mg.sum([p * a for p in mg.softmax([a, b])])).html
    assert softmax.count("ofChosen((x1,x2)=>{") == 1


def test_what_is_for_those_who_change_the_page_stays_at_home() -> None:
    html = explore(neuron()[0], mistakes=True).html
    for part in re.findall("<(?:style|script).*?</", html, re.DOTALL):
        lines = part.splitlines()
        assert not any(line.startswith((" ", "//", "/*")) for line in lines)
        assert not any(line.startswith("*") and "{" not in line for line in lines)
        assert not re.search(r"^(import|export) |;.* //", part, re.MULTILINE)


def test_rows_are_listed_once_for_each_number_of_operands() -> None:
    a, b = Value(1.0), Value(2.0)
    two, three = mg.sum([a, b]), mg.sum([a, b, a])
    product, again = a * b, b * b
    forms = page._forms([a, b, two, three, product, again])
    assert forms == {(two.op, 2): 0, (three.op, 3): 1, (product.op, 2): 2}


def test_the_graph_of_the_user_stays_as_it_is() -> None:
    error, _ = neuron()
    error.backward()
    before = [(x.data, x.grad, x.label, x.operands) for x in mg.topological_order(error)]
    explore(error)
    after = [(x.data, x.grad, x.label, x.operands) for x in mg.topological_order(error)]
    assert after == before
