"""axe-core in Chromium: no page breaks a rule of accessibility, light or dark, at any width."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.demo import neuron
from microgradnn.explorer import explore

from .conftest import Shown, give_up
from .test_canvas import network
from .test_explorer import CONTRASTS, chain
from .test_folding import batch_loss


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
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []
        contrasts = page.evaluate(CONTRASTS)  # axe cannot tell what is below the text of a picture
        assert min(contrasts.values()) >= 4.5, contrasts


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
