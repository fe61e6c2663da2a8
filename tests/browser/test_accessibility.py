"""axe-core in Chromium: no page breaks a rule of accessibility, light or dark, at any width."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.demo import neuron
from microgradnn.explorer import explore

from .conftest import Shown, give_up, until
from .test_canvas import network
from .test_explorer import CONTRASTS, chain
from .test_folding import batch_loss

if TYPE_CHECKING:
    from playwright.sync_api import Page


def softmax() -> Value:
    zs = [Value(x, f"z{k}") for k, x in enumerate([1.0, -0.5, 0.25])]
    loss: Value = mg.losses.cross_entropy([zs], [0])
    return loss


PAGES: dict[str, Callable[[], Value]] = {
    "two paths": chain,
    "a neuron": lambda: neuron()[0],
    "softmax": softmax,
    "a network": network,
    "a batch, folded": lambda: batch_loss([2, 8, 8, 1], 3),
}


def axe() -> str:
    """The script of axe-core, which has to be in the page while it is looked at."""
    try:
        return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    except ModuleNotFoundError:
        give_up("needs axe-core: pip install 'microgradnn[browser]'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1280])
@pytest.mark.parametrize("title", PAGES)
def test_no_rule_is_broken(show: Shown, title: str, width: int, scheme: Any) -> None:
    explorer = explore(PAGES[title](), title=title)
    viewport = {"width": width, "height": 800}
    page = show(explorer, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(axe())
    steps = page.evaluate("explorer.state().steps.length")
    for place in (0, steps // 3, steps - 1):
        page.evaluate("k => explorer.go(k)", place)
        if place:
            page.locator("#picture [data-node]").nth(place % 3).focus()
            page.keyboard.press("Enter")
            page.locator("#search").fill("e")
        assert violations(page) == []
        contrasts = page.evaluate(CONTRASTS)  # axe cannot tell what is below the text of a picture
        assert min(contrasts.values()) >= 4.5, contrasts


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1280])
def test_no_rule_is_broken_where_a_network_trains(show: Shown, width: int, scheme: Any) -> None:
    X, y = [[0.0, 1.0], [1.0, 0.5], [-1.0, 0.2]], [0, 1, 1]
    model = mg.nn.MLP(2, [4, 2], rng=0)
    rate = mg.optim.cosine_decay(0.1, 50)
    how: Any = {"optimizer": mg.optim.SGD(model.parameters(), lr=rate), "keep_weights": True}
    how |= {"loss": mg.losses.cross_entropy, "epochs": 3, "progress": False}
    history = mg.fit(model, X, y, **how)
    explorer = explore(model, X, y, loss=mg.losses.cross_entropy, history=history)
    page = show(explorer, viewport={"width": width, "height": 800}, color_scheme=scheme)
    until(page, "typeof window.training?.epochs === 'function'")
    page.evaluate(axe())
    page.locator("#weights-shown").click()
    page.locator("#lr").fill("-1")
    assert violations(page) == []
    page.locator("#open-sample").click()
    assert violations(page) == []


def violations(page: Page) -> list[tuple[str, str]]:
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]]


def test_colour_is_never_the_only_cue(show: Shown) -> None:
    """What is current is dashed, thick or underlined; leaves say so; a wrong number has a sign."""
    page = show(explore(chain(), mistakes=True), "#step=5")
    look = "(x => getComputedStyle(document.querySelector(x)))"
    assert page.evaluate(f"{look}('#ring').strokeDasharray") != "none"
    widths = [
        page.evaluate(f"parseFloat({look}('#picture {x} .wire').strokeWidth)")
        for x in (".now", "[data-edge]:not(.now)")
    ]
    assert widths[0] > 2 * widths[1]
    assert "underline" in page.evaluate(f"{look}('#picture .fresh').textDecoration")
    page.get_by_label("Step through").select_option("overwrite")
    assert "≠" in page.locator("#comparison").inner_text()
