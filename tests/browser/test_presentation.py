"""The presentation in Chromium: large enough for a hall, by clicks and keys, in frames too."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest

from microgradnn import Value
from microgradnn.demo import neuron
from microgradnn.explorer import Explorer, explore

from .conftest import Shown, until
from .test_accessibility import axe
from .test_explorer import chain, state
from .test_folding import batch_loss

HALL: Any = {"viewport": {"width": 1920, "height": 1080}, "reduced_motion": "reduce"}

# The size of every text with a digit that is seen, in pixels of the window, and what scrolls.
SIZES = """(() => {
  const svg = document.querySelector("#picture svg");
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const size = (x) => parseFloat(getComputedStyle(x).fontSize) * (svg.contains(x) ? scale : 1);
  const isSeen = (x) => x.checkVisibility() && x.getBoundingClientRect().width > 0;
  const texts = [...document.querySelectorAll("#picture text, #words *, #bar *")];
  const all = texts.filter((x) => !x.children.length && /\\d/.test(x.textContent) && isSeen(x));
  const outer = document.querySelector("#canvas").getBoundingClientRect();
  const said = document.querySelector(".said");
  const boxes = [document.documentElement, document.body, said];
  return {
    least: Math.min(...all.map(size)),
    inside: [...document.querySelectorAll("#picture text")].every((x) => {
      const { left, right, top, bottom } = x.getBoundingClientRect();
      return left >= 0 && right <= innerWidth && top >= 0 && bottom <= outer.bottom;
    }),
    scrolls: boxes.filter((x) => x.scrollHeight > x.clientHeight || x.scrollWidth > x.clientWidth)
      .map((x) => x.className),
    bars: [...document.querySelectorAll("#picture, .said, html")]
      .map((x) => getComputedStyle(x).overflow),
    equations: [...document.querySelectorAll("#words :is(.equation, .written)")]
      .filter(isSeen).length,
  };
})()"""


def product() -> Value:
    x, y, z = Value(2.0, "x"), Value(-3.0, "y"), Value(4.0, "z")
    root = (x + y) * z
    root.label = "f"
    return root


def is_presenting(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.classList.contains('presenting')"))


@pytest.mark.parametrize("root", [product(), neuron()[0]], ids=["(x+y)*z", "neuron"])
def test_every_number_is_large_and_nothing_scrolls(show: Shown, root: Value) -> None:
    page = show(explore(root), "#present", **HALL)
    for position in range(len(state(page)["steps"]) + 1):
        page.evaluate("k => explorer.go(k)", position)
        seen = page.evaluate(SIZES)
        assert seen["least"] >= 24, position
        assert seen["inside"]
        assert seen["scrolls"] == []
        assert set(seen["bars"]) == {"hidden"}
        assert seen["equations"] <= 2  # of which the second goes on from the first
    assert not page.locator("header button, aside, #position").first.is_visible()


def test_a_product_is_one_equation_unless_it_is_added_to_something(show: Shown) -> None:
    page = show(explore(chain()), "#present&step=4")
    assert page.locator("#words .equation:visible").count() == 1
    page.keyboard.press("PageDown")
    assert page.locator("#words .equation:visible").count() == 2  # b is used twice


def test_clicks_and_keys_of_speakers_turn_the_steps(show: Shown) -> None:
    page = show(explore(neuron()[0]), **HALL)
    page.keyboard.press("PageDown")
    assert state(page)["position"] == 0
    page.keyboard.press("p")
    assert is_presenting(page)
    until(page, "document.fullscreenElement")
    for key in ("PageDown", "ArrowRight", "ArrowDown", " ", "Enter"):
        page.keyboard.press(key)
    assert state(page)["position"] == 5
    for key in ("PageUp", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    assert state(page)["position"] == 2
    page.mouse.click(960, 300)
    place = page.locator("#n6").bounding_box()
    assert place
    page.mouse.dblclick(place["x"] + 20, place["y"] + 20)
    assert state(page)["position"] == 5
    assert page.locator("#panel").is_hidden()
    page.mouse.move(900, 300)
    page.mouse.down()
    page.mouse.move(700, 320, steps=4)
    page.mouse.up()
    assert state(page)["position"] == 5  # to drag is not to click
    page.locator("#n6").focus()
    page.keyboard.press("Enter")
    assert state(page)["position"] == 6
    page.keyboard.press("Escape")
    until(page, "!document.documentElement.classList.contains('presenting')")
    assert not page.evaluate("document.fullscreenElement")
    assert page.evaluate("document.activeElement.id") == "present"


def test_letters_in_a_field_present_nothing(show: Shown) -> None:
    page = show(explore(neuron()[0]))
    page.locator("#search").press_sequentially("p")
    assert not is_presenting(page)


def test_an_open_question_is_answered_by_a_click(show: Shown) -> None:
    page = show(explore(neuron()[0]), "#step=6", **HALL)
    page.locator("#predict").check()
    page.locator("#present").click()
    page.keyboard.press("PageDown")
    assert page.locator("#guess label").is_visible()
    page.mouse.click(960, 300)
    assert state(page)["position"] == 7
    assert page.locator("#guess").is_hidden()
    page.mouse.click(960, 300)
    assert state(page)["position"] == 8


def test_what_was_seen_before_is_seen_after(show: Shown) -> None:
    page = show(explore(batch_loss([2, 8, 8, 1], 3)), "#step=40&panels=hidden&zoom=1.5,400,300")
    svg = page.locator("#picture svg")
    before = svg.bounding_box()
    page.locator("#present").click()
    until(page, "document.fullscreenElement")
    assert svg.bounding_box() != before
    page.locator("#leave").click()
    until(page, "!document.documentElement.classList.contains('presenting')")
    until(page, "!document.fullscreenElement")
    page.wait_for_timeout(300)
    after = svg.bounding_box()
    assert before
    assert after
    assert all(abs(before[side] - after[side]) <= 1 for side in ("x", "y", "width", "height"))
    assert page.evaluate("document.documentElement.className").split() == ["bare"]
    assert state(page)["position"] == 40


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (960, 540)])
def test_a_large_picture_follows_the_step(show: Shown, width: int, height: int) -> None:
    looks: Any = HALL | {"viewport": {"width": width, "height": height}}
    page = show(explore(batch_loss([2, 8, 8, 1], 3)), "#present", **looks)
    for position in (1, 9, 30, 60, 100):
        page.evaluate("k => explorer.go(k)", position)
        page.wait_for_timeout(50)
        ring = page.locator("#ring").bounding_box()
        assert ring
        assert ring["x"] >= 0
        assert ring["x"] + ring["width"] <= width
        assert ring["y"] >= 0
        assert ring["y"] + ring["height"] <= 0.7 * height
    shown = page.evaluate(SIZES)
    assert shown["scrolls"] == []


def test_the_words_go_on_to_be_read_out(show: Shown) -> None:
    page = show(explore(neuron()[0]), "#present&step=8", **HALL)
    words = page.locator("#words")
    assert words.get_attribute("aria-live") == "polite"
    tree = page.locator("body").aria_snapshot()
    assert "Backward" in tree
    assert "upstream" in tree
    assert "Leaves" not in tree
    assert page.get_by_role("button", name="Leave the presentation").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_rule_of_accessibility_is_broken(show: Shown, scheme: Any) -> None:
    page = show(explore(neuron()[0]), "#present", color_scheme=scheme, **HALL)
    page.evaluate(axe())
    for position in (4, 8):
        page.evaluate("k => explorer.go(k)", position)
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []


@pytest.mark.parametrize("allowed", [True, False])
def test_in_a_frame(show: Shown, allowed: bool) -> None:
    """It fills the screen where the frame may, and else the frame."""
    allow, html = "fullscreen" if allowed else "", escape(explore(neuron()[0]).html)
    frame = f'<iframe sandbox="allow-scripts" allow="{allow}" width=960 height=540 srcdoc="{html}">'
    page = show(Explorer(f"<!doctype html><title>n</title>{frame}"), **HALL)
    full = page.frame_locator("iframe").locator("#full")
    inner = page.frames[1]
    for bare in (True, False):
        full.click()
        page.wait_for_timeout(300)
        assert inner.evaluate("document.documentElement.classList.contains('bare')") is bare
        assert inner.evaluate("innerWidth") == (1920 if allowed and bare else 960)
    page.frame_locator("iframe").locator("#present").click()
    page.wait_for_timeout(300)
    assert inner.evaluate("innerWidth") == (1920 if allowed else 960)
    page.keyboard.press("PageDown")
    seen = inner.evaluate(SIZES)
    assert seen["least"] >= (24 if allowed else 12)
    assert seen["inside"]
    assert seen["scrolls"] == []
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert not is_presenting(inner)
    assert inner.evaluate("innerWidth") == 960


def test_a_page_without_it_has_no_key_for_it(show: Shown) -> None:
    page = show(explore(neuron()[0], hide=["presentation"]), "#present")
    page.keyboard.press("p")
    assert not is_presenting(page)
    assert page.locator("#present").is_hidden()
