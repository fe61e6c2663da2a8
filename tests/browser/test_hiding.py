"""What an author has hidden: it is neither seen nor read out, and its keys do nothing."""

from __future__ import annotations

import pytest

from microgradnn.explorer import explore
from microgradnn.explorer.hiding import PARTS, Part

from .conftest import Shown
from .test_explorer import state
from .test_samples import ROWS, TARGETS, batch

# What a screen reader says of each part, and of nothing else.
NAMES = {
    "leaves": "Table of the leaves",
    "nudged": "nudged",
    "descent": "learning rate",
    "blocks": "List of the blocks",
    "panel": "Close the panel",
    "samples": "Previous sample",
    "play": "Steps a second",
    "search": "Find a value or block",
    "presentation": "Present",
    "link": "Copy link",
}


def test_what_is_hidden_is_gone_and_nothing_else(show: Shown) -> None:
    root = batch([3, 1], ROWS, TARGETS)[1]
    page = show.window()
    for hidden in [(), tuple(PARTS)[::2], tuple(PARTS)[1::2]]:
        show.goto(explore(root, hide=hidden), page)
        page.locator("#picture [data-node]").first.press("Enter")
        seen = page.locator("body").aria_snapshot()
        gone = {name for name, said in NAMES.items() if said not in seen}
        assert gone - {"nudged"} == set(hidden) - {"quiz", "nudged"}
        assert ("nudged" in gone) == ("nudged" in hidden or "leaves" in hidden)
        assert page.locator("#predict").is_visible() == ("quiz" not in hidden)


def test_without_the_cards_the_picture_has_the_room(show: Shown) -> None:
    root = batch([3, 1], ROWS, TARGETS)[1]
    page = show(explore(root, hide=["leaves", "descent", "blocks", "samples"]))
    width = page.locator("#picture").bounding_box()
    assert width
    assert width["width"] > 1200
    page.locator("#picture [data-node]").first.press("Enter")
    assert page.locator("#panel").is_visible()


@pytest.mark.parametrize("hidden", ["blocks", "panel"])
def test_keys_and_clicks_of_hidden_parts_do_nothing(show: Shown, hidden: Part) -> None:
    page = show(explore(batch([3, 1], ROWS, TARGETS)[1], hide=[hidden]))
    unfolded = state(page)["unfolded"]
    box = page.locator("#picture [data-node]").nth(3)
    box.click()
    page.wait_for_timeout(300)
    assert page.locator("#panel").is_visible() == (hidden != "panel")
    page.locator("#picture [data-edge] .wire").first.click(force=True)
    assert page.locator("#panel").is_visible() == (hidden != "panel")
    box.dispatch_event("dblclick")
    page.keyboard.press("f")
    page.locator("#search").fill("neurons.0")
    page.keyboard.press("Enter")
    if hidden == "blocks":
        assert state(page)["unfolded"] == unfolded
        assert page.locator("#about").get_by_role("button", name="Fold").count() == 0
    assert page.locator("#panel").is_visible() == (hidden != "panel")
