"""The folded page in Chromium: the chain rule over blocks, folding and unfolding, large graphs."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

import microgradnn as mg
from microgradnn import Value, nn, topological_order
from microgradnn.explaining.notation import number
from microgradnn.explorer import Explorer, explore
from microgradnn.explorer.following import MOST_COMPUTED, followed
from microgradnn.explorer.sample import batch_of

from .conftest import Shown
from .test_explorer import CONTRASTS, READ_EQUATIONS, assert_calm, read, state

if TYPE_CHECKING:
    from playwright.sync_api import Page


def batch_loss(
    sizes: list[int], rows: int, seed: int = 0, activation: nn.ActivationName = "tanh"
) -> Value:
    """The mean squared error of a network, whose inputs are Values in the first row only."""
    rng = random.Random(seed)
    model = nn.MLP(sizes[0], sizes[1:], activation=activation, rng=rng)
    X: list[list[Any]] = [[rng.gauss(0, 1) for _ in range(sizes[0])] for _ in range(rows)]
    X[0] = [Value(x, f"x{k}") for k, x in enumerate(X[0])]
    target = [0.5] * sizes[-1] if sizes[-1] > 1 else 0.5
    with mg.large_graph():
        loss: Value = mg.losses.mse_loss([model(row) for row in X], [target] * rows)
    loss.label = "loss"
    loss.backward()
    return loss


def buttons(page: Page) -> dict[str, Any]:
    """The buttons in the list of blocks, by what they do."""
    listed = page.locator("#blocks button:enabled").all()
    return {
        button.get_attribute("aria-label") or "": button for button in listed if button.is_visible()
    }


def press(page: Page, action: str) -> None:
    page.locator("#blocks").get_by_role("button", name=action, exact=True).click()


def headings(page: Page) -> list[str]:
    return page.locator("#picture .heading").all_text_contents()


def received(page: Page) -> dict[int, float]:
    """The gradients that the steps on the picture end with, by the number of a value."""
    return {s.get("tail", s.get("node")): s["after"] for s in single_steps(page) if "after" in s}


def single_steps(page: Page) -> Any:
    """The steps, those along an arrow between blocks one by one."""
    return [one for step in state(page)["steps"] for one in step.get("steps", [step])]


def scales(root: Value) -> dict[Value, float]:
    """For each value the sum, over its paths to the root, of absolute products."""
    sums = {root: 1.0}
    for value in reversed(topological_order(root)):
        for operand, local in zip(value.operands, value.local_grads, strict=True):
            if local is not None:
                sums[operand] = sums.get(operand, 0.0) + abs(local) * sums[value]
    return sums


def assert_gradients(page: Page, root: Value, values: list[Value]) -> None:
    """Each contribution is upstream × local, and they add up to the engine's gradients."""
    sums, gradients = scales(root), dict[int, float]()
    for step in single_steps(page):
        if step["kind"] == "edge":
            assert step["product"] == step["local"] * step["upstream"]
            assert step["upstream"] == gradients[step["head"]]
        if step["kind"] in ("edge", "elsewhere"):
            assert step["before"] == gradients.get(step["tail"], 0.0)
            assert step["after"] == step["before"] + step["product"]
        if "after" in step:
            gradients[step.get("tail", step.get("node"))] = step["after"]
    assert gradients
    for k, gradient in gradients.items():
        assert abs(gradient - values[k].grad) <= 1e-12 * sums[values[k]], values[k]


# ---- The chain rule ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_folded_gradients_are_the_engine_s(show: Shown, seed: int) -> None:
    rng = random.Random(seed)
    sizes = [
        rng.randint(1, 3),
        *(rng.randint(1, 4) for _ in range(rng.randint(1, 3))),
        1 + seed % 2,
    ]
    root = batch_loss(sizes, rng.randint(1, 4), seed, rng.choice(["tanh", "relu", "sigmoid"]))
    page, order = show(explore(root)), topological_order(root)
    seen = set()
    for _ in range(8):
        assert_gradients(page, root, order)
        assert state(page)["gradients"] == pytest.approx(
            [value.grad for value in order], rel=1e-9, abs=1e-12 * max(scales(root).values())
        )
        seen.add(tuple(state(page)["unfolded"]))
        rng.choice(list(buttons(page).values())).click()
    assert len(seen) > 2


def test_every_folded_step_by_keyboard(show: Shown) -> None:
    page = show(explore(batch_loss([2, 3, 2, 1], 1)))
    for action in ("Fold layers.0", "Fold layers.1.neurons.0"):
        press(page, action)
    page.keyboard.press("Home")
    count, words = len(state(page)["steps"]), set()
    for k in range(count + 1):
        assert page.locator("#count").text_content() == f"step {k} of {count}"
        words.add(page.locator("#words").inner_text())
        for a, symbol, b, sign, result in page.evaluate(READ_EQUATIONS, None)[0]:
            x, y = read(a), read(b)
            assert (sign, number(x * y if symbol == "×" else x + y)) == ("=", result)
        page.keyboard.press("ArrowRight")
    assert len(words) == count + 1
    page.keyboard.press("ArrowLeft")
    assert page.locator("#count").text_content() == f"step {count - 1} of {count}"


def test_sliders_and_descent_work_while_folded(show: Shown) -> None:
    root = batch_loss([2, 3, 1], 2)
    page, order = show(explore(root)), topological_order(root)
    press(page, "Fold model")
    weight = next(value for value in order if value.label.endswith("neurons.1.w.0"))
    page.get_by_label("w₂₁⁽¹⁾: value").fill("0.75")
    weight.data = 0.75
    with mg.large_graph():
        recomputed: dict[Value, Any] = {}
        for value in order:
            operands = [recomputed[x] if isinstance(x, Value) else x for x in value.operands]
            recomputed[value] = value.op(*operands) if value.op else Value(value.data, value.label)
    new_order = [recomputed[value] for value in order]
    recomputed[root].backward()
    assert_gradients(page, recomputed[root], new_order)
    page.get_by_role("button", name="Last step").click()
    row = page.locator("#leaves tr", has_text="w₂₁⁽¹⁾").first
    cells = row.locator("td").all_text_contents()
    assert cells[1] == number(recomputed[weight].grad)
    before = state(page)["data"][-1]
    page.get_by_role("button", name="One step").click()
    assert state(page)["data"][-1] < before
    press(page, "Unfold model")
    assert state(page)["data"][-1] < before  # what was set and learned stays


# ---- Folding and unfolding ---------------------------------------------------------------------


def test_blocks_fold_and_unfold_by_click(show: Shown) -> None:
    page = show(explore(batch_loss([2, 2, 1], 1)), "#step=1000")
    whole, steps = headings(page), page.locator("#count").text_content()
    press(page, "Fold layers.0.neurons.1")
    assert "layers.0.neurons.1" in headings(page)
    count = len(state(page)["steps"])
    assert page.locator("#count").text_content() == f"step {count} of {count}"  # still at the end
    page.locator("#picture").get_by_role("button", name="layers.0.neurons.1").dblclick()
    assert headings(page) == whole
    assert page.locator("#count").text_content() == steps
    page.locator("#picture").get_by_role("button", name="layers.0.neurons.0").first.dblclick()
    assert "layers.0.neurons.0" in headings(page)
    press(page, "Fold layers.0")
    assert headings(page).count("layers.0") == 1
    assert "layers.0.neurons.0" not in headings(page)


def test_blocks_fold_and_unfold_by_keyboard(show: Shown) -> None:
    page = show(explore(batch_loss([2, 2, 1], 1)), "#step=9")
    page.locator("#picture").get_by_role("button", name="layers.0.neurons.0").first.focus()
    page.keyboard.press("f")
    assert "layers.0.neurons.0" in headings(page)
    heading = "document.activeElement.querySelector('.heading').textContent"
    assert page.evaluate(heading) == "layers.0.neurons.0"
    page.keyboard.press("f")
    assert "layers.0.neurons.0" not in headings(page)
    focused = "document.activeElement.getAttribute('aria-label')"
    page.locator("#blocks").get_by_role("button", name="Fold layers.1").focus()
    page.keyboard.press("Enter")
    assert "layers.1" in headings(page)
    assert page.evaluate(focused) == "Unfold layers.1"
    before = page.locator("#count").text_content()
    page.keyboard.press("ArrowRight")  # steps go on from a button, too
    assert page.locator("#count").text_content() != before


def test_a_mistake_is_followed_in_the_whole_graph(show: Shown) -> None:
    page = show(explore(batch_loss([2, 2, 1], 1), mistakes=True))
    whole = headings(page)
    press(page, "Fold model")
    page.get_by_label("Step through").select_option("carried")
    assert headings(page) == whole
    press(page, "Fold model")
    assert page.get_by_label("Step through").input_value() == ""
    with pytest.raises(ValueError, match="mistakes are shown in graphs of at most 60 values"):
        explore(batch_loss([2, 8, 8, 1], 1), mistakes=True)


def test_rows_fold_where_there_are_no_modules(show: Shown) -> None:
    logits = [Value(k / 7, f"z{k}") for k in range(18)]
    shares = mg.softmax(logits)
    root = mg.sum([p * p for p in shares])
    root.backward()
    explorer = explore(root)
    assert len(explorer.html) < 200_000
    page = show(explorer)
    assert len(headings(page)) < 30
    assert_gradients(page, root, topological_order(root))
    page.evaluate("explorer.set('z3', 1.5)")
    zs = [1.5 if k == 3 else k / 7 for k in range(18)]
    assert state(page)["data"][-1] == pytest.approx(sum(p * p for p in mg.softmax(zs)), rel=1e-12)


# ---- Large graphs ------------------------------------------------------------------------------


@pytest.mark.parametrize(("sizes", "rows"), [([2, 16, 16, 1], 1490), ([64, 32, 10], 300)])
def test_a_large_batch_is_followed_by_one_sample(show: Shown, sizes: list[int], rows: int) -> None:
    root = batch_loss(sizes, rows, activation="relu")
    order = topological_order(root)
    explorer = explore(root)
    assert len(explorer.html) < 2_000_000
    batch = batch_of(order)
    assert batch
    page, values = show(explorer), followed(order, batch, batch.samples[0])
    assert len(values) < 3_000 < len(order)
    assert f"This graph has {len(order):,} values" in page.locator("#folding").inner_text()
    assert "does not hold the whole graph" in page.locator("#fixed").inner_text()
    assert page.locator("#leaves input:enabled").count() == 0
    neuron = "layers.0.neurons.3"
    press(page, "Unfold layers.0")
    assert headings(page).count(neuron) == 1
    assert_gradients(page, root, values)
    press(page, f"Unfold {neuron}")
    weights = [k for k, value in enumerate(values) if value.label.startswith(f"{neuron}.")]
    assert set(weights) <= set(received(page))
    assert_gradients(page, root, values)  # the sums over all samples, not this one's part only
    press(page, f"Fold {neuron}")
    assert_gradients(page, root, values)
    assert state(page)["gradients"] == pytest.approx(
        [value.grad for value in values], rel=1e-9, abs=1e-13 * max(scales(root).values())
    )


def test_what_cannot_be_unfolded_says_so(show: Shown) -> None:
    page = show(explore(batch_loss([2, 70, 1], 1)))
    item = page.locator("#blocks li", has_text="layers.0").first
    assert "too large to unfold" in item.inner_text()
    assert item.get_by_role("button").is_disabled()


def test_a_graph_too_large_for_a_page_is_folded_for_good(show: Shown) -> None:
    value = Value(0.5)
    for _ in range(MOST_COMPUTED * 2):
        value = mg.tanh(value) * 0.999
    value.backward()
    explorer = explore(value)
    assert len(explorer.html) < 200_000
    page = show(explorer)
    assert "too many for a page" in page.locator("#folding").inner_text()
    by_data = {x.data: x for x in topological_order(value)}
    shown = state(page)
    assert len(shown["data"]) == 20
    for data, gradient in zip(shown["data"], shown["gradients"], strict=True):
        assert gradient == pytest.approx(by_data[data].grad, rel=1e-9)


# ---- Looks -------------------------------------------------------------------------------------


def hostile() -> Explorer:
    labels = ["constructor", "__proto__", "data", "grad", "مرحبا", "n" * 1000]
    xs = [Value(1.0, '<img src=x onerror="alert(1)">'), Value(2.0, "x.1")]
    for name in labels:
        ws = [[Value(0.5, f"{name}.units.{j}.w.{k}") for k in range(len(xs))] for j in range(2)]
        xs = [mg.tanh(mg.dot(row, xs)) for row in ws]
    return explore(mg.sum(xs), title="</script><b>")


@pytest.mark.parametrize("width", [420, 1280])
def test_hostile_blocks_are_text(show: Shown, width: int) -> None:
    page = show(hostile(), viewport={"width": width, "height": 800})
    assert "__proto__" in page.locator("#blocks").inner_text()
    assert not any(text.startswith("x.") for text in buttons(page))  # no parameter of a module
    for action in ("Fold constructor", "Fold __proto__", "Fold data", "Fold grad"):
        press(page, action)
        for k in range(0, len(state(page)["steps"]), 5):
            page.evaluate("k => explorer.go(k)", k)
            assert page.locator("#words").inner_text()
    assert_calm(page)
    assert page.locator("img, iframe").count() == 0


@pytest.mark.parametrize(
    "looks",
    [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}],
    ids=str,
)
def test_folded_pages_can_be_read(show: Shown, looks: dict[str, str]) -> None:
    page = show(
        explore(batch_loss([2, 8, 8, 1], 3)), viewport={"width": 420, "height": 800}, **looks
    )
    press(page, "Fold layers.1")
    page.keyboard.press("End")
    assert_calm(page)
    assert min(page.evaluate(CONTRASTS).values()) >= 4.5
    sizes = page.evaluate(
        "[...document.querySelectorAll('#picture text, #folding *')]"
        ".map((x) => parseFloat(getComputedStyle(x).fontSize))"
    )
    assert min(sizes) >= 12
    boxes = page.locator("#picture [role=button]").all()
    assert len(boxes) == page.locator("#picture [data-node]").count()
    assert all(box.get_attribute("tabindex") == "0" for box in boxes)
    inside = page.evaluate(
        "[...document.querySelectorAll('#picture g[id^=n]')].every((group) => {"
        " const frame = group.querySelector('.frame').getBBox();"
        " return [...group.querySelectorAll('text')].every((text) => {"
        "  const { x, width } = text.getBBox();"
        "  return x >= 0 && x + width <= frame.width; }); })"
    )
    assert inside
