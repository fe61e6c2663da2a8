"""While the quiz asks nothing on the page gives the answer away: two tests of every open question.

Numbers that are not known yet are looked for among all texts, titles, labels and the accessibility
tree. And each of them is changed: what the page says must not change with it.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from effort import by_profile

import microgradnn as mg
from microgradnn import Value
from microgradnn.explorer import assembly, explore

from .conftest import Shown, until
from .test_folding import batch_loss, press
from .test_samples import ROWS, TARGETS, batch

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Leaves of many digits, so that no number is written anywhere but for what it is.


def two_paths() -> Value:
    a, b = Value(1.3717, label="a"), Value(-0.8429, label="b")
    c = a * b
    d = mg.tanh(c)
    e: Value = d * a + c
    for value, label in ((c, "c"), (d, "d"), (e, "L")):
        value.label = label
    return e


def odd_neuron() -> Value:
    w = [Value(0.4273, label="w1"), Value(-0.2871, label="w2")]
    x = [Value(1.1931, label="x1"), Value(2.2317, label="x2")]
    y = mg.sigmoid(mg.dot(w, x, Value(0.1739, label="b")))
    J: Value = 0.6137 * (0.9173 - y) ** 2
    y.label, J.label = "y", "J"
    return J


def softmax_and_cross_entropy() -> Value:
    x = Value(1.2719, label="x")
    zs = [Value(w, f"w{k}") * x for k, w in enumerate([0.7393, -0.5171, 0.3137])]
    p = mg.softmax(zs)
    loss: Value = (p[0] - 0.3719) ** 2 + mg.exp(0.4177 * x)
    loss.label = "loss"
    return loss


def network() -> Value:
    return batch_loss([2, 2, 1], 1)


def samples() -> Value:
    return batch([2, 1], ROWS, TARGETS)[1]


def fold(page: Page) -> None:
    for layer in range(2):
        press(page, f"Fold layers.{layer}")


def choose_sample(page: Page) -> None:
    page.select_option("#sample", "1")
    until(page, "explorer.state().steps.length < 60")


GRAPHS: dict[str, tuple[Callable[[], Value], Callable[[Page], None]]] = {
    "two paths": (two_paths, lambda page: None),
    "a neuron": (odd_neuron, lambda page: None),
    "softmax": (softmax_and_cross_entropy, lambda page: None),
    "a network": (network, lambda page: None),
    "a folded network": (network, fold),
    "samples": (samples, choose_sample),
}

ALL = {"value", "local", "contribution", "sum"}
KINDS = dict.fromkeys(GRAPHS, ALL) | {"a neuron": ALL - {"sum"}}

# All that a reader, a pointer or a screen reader comes upon, apart from the controls' own numbers.
TEXTS = """() => {
  document.querySelectorAll("details").forEach((x) => { x.open = true; });
  const own = "script, #count, #scale, #speed, #rate, #position, #copied", found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const at = node.parentElement;
    const isSeen = at.closest("title, option") || at.checkVisibility({ visibilityProperty: true });
    if (isSeen && !at.closest(own)) found.push(node.data);
  }
  for (const at of document.body.querySelectorAll("*")) {
    if (at.closest(own)) continue;
    for (const { name, value } of at.attributes) {
      if (/^(title|alt|placeholder|aria-.*)$/.test(name)) found.push(value);
    }
    if (at.matches("input:not([type=range])")) found.push(at.value);
  }
  return found;
}"""

# The numbers that are known at this moment, and those that are not, by what the engine's steps are.
NUMBERS = """() => {
  const { steps, position, data, gradients, question } = explorer.state();
  const known = [], secret = [], put = (isKnown, ...xs) => (isKnown ? known : secret).push(...xs);
  const forward = new Map(steps.map(({ kind, node }, k) => [kind === "forward" ? node : -1, k]));
  data.forEach((x, k) =>
    put(!forward.has(k) || (forward.get(k) < position && question.node !== k), x));
  const single = steps.flatMap((step, k) =>
    (step.steps ?? [step]).map((one) => ({ ...one, at: k + 1 })));
  for (const { kind, at, upstream, local, product, before, after } of single) {
    if (kind !== "edge") continue;
    const isNow = at === position;
    put(at <= position, upstream);
    put(at < position || (isNow && question.kind !== "local"), local);
    put(at < position || (isNow && question.kind === "sum"), product);
    put(at < position, after);
    if (at < position) known.push(before);
  }
  const growing = new Set(single.filter(({ at }) => at >= position).map(({ tail }) => tail));
  gradients.forEach((x, k) => put(!growing.has(k), x));
  const { nodes } = JSON.parse(document.getElementById("graph").textContent);
  for (const { operands = [] } of nodes) known.push(...operands.map((x) => Number(x.number ?? 0)));
  secret.push(question.answer);
  return [known, secret];
}"""

# The numbers of the texts that are secret, however they are rounded; of 0, 1 and 2 none can tell.
LEAKS = f"""(texts) => {{
  const [known, secret] = ({NUMBERS})();
  const has = (all, x, digits) => all.some((y) =>
    Number(Math.abs(y).toPrecision(Math.min(17, digits))) === x || Math.abs(y) === x);
  const found = texts.join("\\n").match(/(?<![\\p{{L}}\\d.])\\d+(\\.\\d+)?(e[−-]?\\d+)?/gu) ?? [];
  return found.filter((text) => {{
    const x = Number(text.replace("−", "-"));
    const digits = text.replace(/e.*|\\./g, "").replace(/^0+/, "").length;
    const isTelling = digits > 1 && (x > 2 || !Number.isInteger(x));
    return isTelling && has(secret, x, digits) && !has(known, x, digits);
  }});
}}"""

INSPECT = f"""() => {{
  const state = explorer.state(), {{ question, steps, position, data }} = state;
  if (!question) return null;
  const boxes = [...document.querySelectorAll("#picture [data-node]")];
  const about = question.steps?.[0] ?? {{ tail: question.node }};
  const concerned = [about.tail, about.head, data.length - 1].filter(Number.isInteger);
  const places = boxes.length === data.length ? concerned : [...boxes.keys()]; // whose panels open
  const find = (text) => {{
    document.querySelector("#search").value = text;
    document.querySelector("#search").dispatchEvent(new Event("input"));
  }};
  const all = () => {{
    find("");
    document.querySelector("#close").click();
    explorer.go(position);
    const texts = ({TEXTS})();
    for (const place of places) {{
      const press = new KeyboardEvent("keydown", {{ key: "Enter", bubbles: true }});
      document.querySelectorAll("#picture [data-node]")[place].dispatchEvent(press);
      const panel = document.querySelector("#panel");
      texts.push(...[...panel.querySelectorAll("*")].flatMap((x) => [...x.childNodes])
        .filter((x) => x.nodeType === Node.TEXT_NODE).map((x) => x.data));
    }}
    find("a");
    texts.push(document.querySelector("#results").textContent);
    return texts;
  }};
  const texts = all(), leaks = ({LEAKS})(texts);
  const isDirect = ({LEAKS})([String(Math.abs(question.answer))]).length === 1;
  // Every secret is changed, in the very objects that the page reads.
  const undo = [], spoil = (object, key) => {{
    if (!Number.isFinite(object[key])) return;
    const before = object[key];
    undo.push(() => {{ object[key] = before; }});
    object[key] = 1.37 * before + 0.0123;
  }};
  const single = steps.flatMap((step, k) =>
    (step.steps ?? [step]).map((one) => [one, k + 1]));
  steps.forEach(({{ kind, node }}, k) => {{
    if (kind === "forward" && (k >= position || question.node === node)) spoil(data, node);
  }});
  const growing = new Set();
  for (const [one, at] of single) {{
    if (one.kind !== "edge" || at < position) continue;
    growing.add(one.tail);
    const isLocal = at > position || question.kind === "local";
    if (isLocal) [one, one.edge].forEach((x) => spoil(x, "local"));
    if (at > position || question.kind !== "sum") spoil(one, "product");
    spoil(one, "after");
    if (at > position) {{ spoil(one, "upstream"); spoil(one, "before"); }}
  }}
  growing.forEach((k) => spoil(state.gradients, k));
  state.listed.forEach((k, place) => growing.has(k) && spoil(state.differences, place));
  const spoiled = all(), changed = spoiled.filter((text, k) => text !== texts[k]);
  undo.reverse().forEach((put) => put());
  explorer.go(position);
  return {{ kind: question.kind, leaks, changed, isDirect, count: texts.length }};
}}"""

COUNTS = re.compile(r"^(step )?\d+ (of \d+|%)$")  # of steps, and how far it is zoomed

ANSWER = """() => {
  document.querySelector("#answer").value = explorer.state().question.answer;
  document.querySelector("#guess").requestSubmit();
}"""


def accessible_texts(page: Page) -> list[str]:
    """All that a screen reader is given."""
    client = page.context.new_cdp_session(page)
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    client.detach()
    parts = [node.get(part, {}) for node in nodes for part in ("name", "description", "value")]
    more = [x.get("value", {}) for node in nodes for x in node.get("properties", [])]
    return [str(x["value"]) for x in [*parts, *more] if isinstance(x.get("value"), str)]


def findings(page: Page, steps: range, every: int = 1) -> Iterator[dict[str, Any]]:
    """What is found at each question of the steps; the accessibility tree at some of each kind."""
    seen: Counter[str] = Counter()
    for step in steps:
        page.evaluate("k => explorer.go(k)", step)
        while found := page.evaluate(INSPECT):
            if seen[found["kind"]] % every == 0:
                texts = [text for text in accessible_texts(page) if not COUNTS.search(text)]
                found["leaks"] += page.evaluate(LEAKS, texts)
            seen[found["kind"]] += 1
            yield found
            page.evaluate(ANSWER)


def asking(show: Shown, title: str) -> tuple[Page, range]:
    """The page of a graph with the quiz on, and its steps."""
    make, prepare = GRAPHS[title]
    page = show(explore(make()), viewport={"width": 1280, "height": 800})
    prepare(page)
    page.get_by_label("Quiz").check()
    page.evaluate("explorer.go(0)")
    return page, range(1, page.evaluate("explorer.state().steps.length") + 1)


@pytest.mark.parametrize("title", GRAPHS)
def test_no_answer_leaks(show: Shown, title: str) -> None:
    page, all_steps = asking(show, title)
    found = list(findings(page, all_steps, every=4))
    assert [(k, x) for k, x in enumerate(found) if x["leaks"] or x["changed"]] == []
    answered = page.evaluate("explorer.state().answered")
    assert len(answered) == len(found) > 3
    assert {how for _, how in answered} == {0}
    assert {x["kind"] for x in found} == KINDS[title]
    # The derivative of a product stands in a box, as its operand; other numbers stand nowhere else.
    direct = [x["isDirect"] for x in found if x["kind"] != "local"]
    assert sum(direct) >= 0.75 * len(direct)


def test_a_printed_page_tells_no_more(show: Shown) -> None:
    page, all_steps = asking(show, "two paths")
    page.emulate_media(media="print")
    for step in all_steps:
        page.evaluate("k => explorer.go(k)", step)
        if page.evaluate("explorer.state().question"):
            assert page.evaluate(LEAKS, page.evaluate(TEXTS)) == []
    assert page.locator("#words").is_visible()


# Writers that do not ask what may be told, and rules that tell too much.
CARELESS = {
    "the value that is asked": ("two paths", "told.js", " && now.question?.node !== k", ""),
    "later values": ("two paths", "told.js", "tally.computed.has(k) && ", ""),
    "the slope that is asked": ("two paths", "told.js", 'isAsked("local") && ', "false && "),
    "later slopes": ("two paths", "told.js", "!now.quiz || tally.edges.has(edge)", "true"),
    "the contribution": ("two paths", "told.js", "!now.question?.steps?.includes(step)", "true"),
    "the sum": ("two paths", "words.js", '[after, "after", isSum]', '[after, "after"]'),
    "a title": (
        "a neuron",
        "picture.js",
        "data ${dataText(String)}",
        "data ${now.pass.data[last]}",
    ),
    "a label that is only read out": (
        *("a neuron", "picture.js", 'mark(box, "data", "fresh"'),
        'box.group.ariaDescription = now.pass.data[last]; mark(box, "data", "fresh"',
    ),
    "nudging": ("a neuron", "leaves.js", "veiled(told.gradient(k), nudgedText)", "nudgedText"),
    "a gradient in the panel": (
        *("a neuron", "panel.js", "veiled(told.gradient(k), number(now.run.gradients[k]))"),
        "number(now.run.gradients[k])",
    ),
    "a path": ("two paths", "panel.js", "veiled(told.gradient(edges[0].tail), along)", "along"),
    "a formula": ("a neuron", "mathml.js", "if (!isTold) return", "if (false) return"),
    "a table": ("a folded network", "vectors.js", 'areTold, "result"', 'true, "result"'),
    "one by one": ("a folded network", "vectors.js", "veiled(told.product(step), x)", "x"),
    "a sample's loss": (
        "samples",
        "samples.js",
        "veiled(isLossTold, figure(loss))",
        "figure(loss)",
    ),
    "sums": ("samples", "sums.js", "veiled(areTold, number(x))", "number(x)"),
}


@pytest.mark.parametrize("leak", list(CARELESS)[:: by_profile(dev=3, ci=3, nightly=1)])
def test_a_leak_put_in_on_purpose_is_found(
    show: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leak: str
) -> None:
    title, file, before, after = CARELESS[leak]
    shutil.copytree(str(assembly.FOLDER), tmp_path / "script")
    text = (tmp_path / "script" / file).read_text("utf-8")
    assert text.count(before) == 1
    (tmp_path / "script" / file).write_text(text.replace(before, after), "utf-8")
    monkeypatch.setattr(assembly, "FOLDERS", (tmp_path / "script", *assembly.FOLDERS[1:]))
    page, all_steps = asking(show, title)
    assert any(found["leaks"] or found["changed"] for found in findings(page, all_steps))
