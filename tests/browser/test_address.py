"""The address in Chromium: it holds all that a reader has chosen, and nothing that harms."""

from __future__ import annotations

import random
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import pytest

from microgradnn import Value
from microgradnn.demo import neuron
from microgradnn.explorer import Explorer, explore

from .conftest import Shown, until
from .graphs import HOSTILE, random_program
from .test_explorer import chain, state
from .test_folding import batch_loss
from .test_samples import ROWS, TARGETS, batch

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGES: dict[str, Callable[[], Explorer]] = {
    "a neuron": lambda: explore(neuron()[0], mistakes=True),
    "two paths": lambda: explore(chain(), mistakes=True),
    "random": lambda: explore(random_program(3).run(random_program(3).leaves)[1]),
    "blocks": lambda: explore(batch_loss([2, 3, 2, 1], 1)),
    "samples": lambda: explore(batch([3, 1], ROWS, TARGETS)[1]),
}

# What a reader has before them, but for what the size of the window decides, and what is told of
# the steps of gradient descent.
SEEN = """(() => {
  const { position, data, gradients, differences, unfolded, steps } = explorer.state();
  const texts = (selector) => [...document.querySelectorAll(selector)].map((x) => x.textContent);
  const chosen = "aside input:not([type=range], [aria-label$=value]), select";
  const fields = [...document.querySelectorAll(chosen)];
  return { position, unfolded, steps: steps.length,
    exactly: [data, gradients, differences].map((x) => x?.map(String)),
    texts: texts("#picture text, #picture title"), words: texts("#words"),
    panel: texts("#panel:not([hidden])"), chosen: texts("#picture .chosen .heading"),
    fields: fields.map((x) => [x.id, x.type === "checkbox" ? x.checked : x.value]),
    bars: texts("#bars"), classes: document.documentElement.className.split(" ").sort() };
})()"""

# The scale of the picture, and which part of it is seen, in its own units.
WINDOW = """(() => {
  const svg = document.querySelector("#picture svg"), { width: whole } = svg.viewBox.baseVal;
  const inner = svg.getBoundingClientRect(), window_ = document.querySelector("#picture");
  const outer = window_.getBoundingClientRect(), scale = inner.width / whole;
  const left = (outer.left + window_.clientLeft - inner.left) / scale;
  const top = (outer.top + window_.clientTop - inner.top) / scale;
  return { scale, left, top, right: left + window_.clientWidth / scale,
    bottom: top + window_.clientHeight / scale };
})()"""


def address(page: Page) -> str:
    page.wait_for_timeout(350)  # it follows a little later
    return str(page.evaluate("location.hash"))


def do_something(page: Page, rng: random.Random) -> None:
    """One thing that readers do."""
    leaf = page.locator("#leaves input[type=number]:enabled")
    ticks = page.locator("#leaves input[type=checkbox]:enabled")
    blocks = page.locator("#blocks button:enabled:visible")
    options = page.locator("#sample option:enabled")
    steps = len(state(page)["steps"])
    boxes = page.locator("#picture [data-node]")

    def set_leaf() -> None:
        k = rng.randrange(leaf.count())
        leaf.nth(k).fill(str(rng.choice([rng.uniform(-2, 2), rng.gauss(0, 1) * 1e-7])))

    def choose_sample() -> None:
        place = rng.randrange(options.count())
        page.select_option("#sample", options.nth(place).get_attribute("value"))

    doings: list[Callable[[], Any]] = [
        lambda: page.evaluate("k => explorer.go(k)", rng.randint(1, steps)),
        lambda: page.evaluate("k => explorer.go(k)", rng.randint(1, steps)),
        lambda: boxes.nth(rng.randrange(boxes.count())).press("Enter"),
        lambda: page.locator("#picture").press(rng.choice("+-0")),
        lambda: page.locator("#picture").press("Shift+Arrow" + rng.choice(["Right", "Down"])),
        lambda: page.select_option("#speed", "2"),
        *([set_leaf] * 2 if leaf.count() else []),
        *([lambda: ticks.nth(rng.randrange(ticks.count())).click()] if ticks.count() else []),
        *(
            [lambda: blocks.nth(rng.randrange(blocks.count())).click()] * 3
            if blocks.count()
            else []
        ),
        *([choose_sample] * 3 if options.count() else []),
    ]
    if page.locator("#descend:enabled").count():
        doings += [
            lambda: page.locator("#descend").click(),
            lambda: page.locator("#zero").click(),
            lambda: page.locator("#rate").fill(str(rng.uniform(0, 0.3))),
        ]
    if page.locator("#mistakes").is_visible():
        doings.append(lambda: page.select_option("#mistake", rng.choice(["order", "carried"])))
    if page.locator("#bars li").count():
        doings.append(lambda: page.locator("#sums button").nth(rng.randrange(3)).click())
    rng.choice(doings)()


@pytest.mark.parametrize("title", PAGES)
def test_a_state_is_read_back_in_another_window(show: Shown, title: str) -> None:
    rng = random.Random(title)
    explorer = PAGES[title]()
    looks: Any = {"reduced_motion": "reduce"}
    page = show(explorer, viewport={"width": 1400, "height": 900}, **looks)
    for _ in range(8):
        do_something(page, rng)
    if title in ("blocks", "random"):
        page.locator("#panels").click()
    fragment, window = address(page), page.evaluate(WINDOW)
    small, large = (
        show(explorer, fragment, viewport={"width": width, "height": height}, **looks)
        for width, height in ((1150, 700), (1800, 1200))
    )
    for other in (small, large):
        assert other.evaluate(SEEN) == page.evaluate(SEEN), fragment
    if "zoom=" not in fragment:
        return
    assert_same_window(window, small.evaluate(WINDOW), large.evaluate(WINDOW))
    assert address(small).split("&zoom")[0] == fragment.split("&zoom")[0]


def assert_same_window(window: Any, small: Any, large: Any) -> None:
    """The scale is the same; what was in the middle is there; a larger window shows more."""
    pixel = 1.01 / window["scale"]
    assert small["scale"] == pytest.approx(window["scale"], rel=1e-3)
    for start, end in (("left", "right"), ("top", "bottom")):
        assert small[start] + small[end] == pytest.approx(
            window[start] + window[end], abs=2 * pixel
        )
        assert large[start] <= window[start] + pixel
        assert large[end] >= window[end] - pixel


def test_an_untouched_page_has_no_fragment(show: Shown) -> None:
    for explorer in (explore(neuron()[0]), explore(batch_loss([2, 8, 8, 1], 3))):
        page = show(explorer)
        assert address(page) == ""
        page.keyboard.press("ArrowRight")
        assert address(page) == "#step=1"
        page.keyboard.press("ArrowLeft")
        assert address(page) == ""


def test_numbers_have_all_their_digits(show: Shown) -> None:
    numbers = [0.1 + 0.2, -0.0, 1e300, 5e-324, -1 / 3]
    leaves = [Value(1.0, f"x{k}") for k in range(5)]
    root = leaves[0] * leaves[1] + leaves[2] * leaves[3] - leaves[4]
    page = show(explore(root))
    for k, x in enumerate(numbers):
        page.evaluate("([k, x]) => explorer.set(`x${k}`, Number(x))", [k, repr(x)])
    data = show(explore(root), address(page)).evaluate("explorer.state().data.map(x => [x, 1 / x])")
    assert data == page.evaluate("explorer.state().data.map(x => [x, 1 / x])")
    assert {x for x, _ in data} >= set(numbers)


STRANGE = [
    *("leaves=0:abc,9999:1,-1:2,0:1:2&step=", "leaves=,,&open=9&box=77&sample=8"),
    *("zoom=NaN,1,2&mistake=toString&speed=x&rate=e", "zoom=-1&zero=x&train=a,b&losses=q"),
    *("open=__proto__&sample=-1&step=-1", "%&%zz&=&&&present=no&constructor=1&__proto__=2"),
    *("step=%E0%A4%A", "bars=<b>&panels=1&box=%00", *(x[:300] for x in HOSTILE)),
]


@pytest.mark.parametrize("title", ["two paths", "samples"])
def test_what_nobody_has_written_is_ignored(show: Shown, title: str) -> None:
    page = show(PAGES[title]())
    untouched = page.evaluate(SEEN)
    for fragment in STRANGE:
        page.evaluate("x => { location.hash = x }", "step=2")
        until(page, "explorer.state().position === 2")
        page.evaluate("x => { location.hash = x }", fragment)
        until(page, "explorer.state().position === 0")
        assert page.evaluate(SEEN) == untouched


def test_a_part_that_is_outdated_leaves_the_others(show: Shown) -> None:
    page = show(explore(neuron()[0]), "#sample=2&open=17&leaves=0:0.75,77:1&step=5&box=nine&new=1")
    assert state(page)["position"] == 5
    assert state(page)["data"][0] == 0.75
    assert page.locator("#panel").is_hidden()


def test_the_link_is_copied(show: Shown) -> None:
    page = show(explore(neuron()[0]), permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Copy link").click()
    until(page, "document.querySelector('#copied').textContent === 'Copied'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url
    assert copied.endswith("page.html#step=1")


def test_a_frame_gives_its_state_as_text(show: Shown) -> None:
    inner = explore(neuron()[0])
    outer = f'<iframe sandbox="allow-scripts" srcdoc="{escape(inner.html)}"></iframe>'
    page = show(Explorer(f"<!doctype html><title>n</title>{outer}<textarea></textarea>"))
    frame = page.frame_locator("iframe")
    frame.locator("#next").click()
    frame.get_by_label("w1: value").fill("0.75")
    frame.get_by_role("button", name="Copy state").click()
    assert frame.locator("#copied").text_content() == "Copied"
    page.locator("textarea").press("Control+v")
    assert page.locator("textarea").input_value() == "#leaves=0:0.75&step=1"
    assert address(page) == ""  # which is not the frame's
    saved = show(inner, "#leaves=0:0.75&step=1")
    assert state(saved)["data"][0] == 0.75


def test_where_copying_is_forbidden_the_link_is_selected(show: Shown) -> None:
    page = show(explore(neuron()[0]), "#step=1")
    page.evaluate("document.execCommand = () => false")
    page.get_by_role("button", name="Copy link").press("Enter")
    field = page.get_by_label("State of the page")
    assert field.input_value() == page.url
    assert page.evaluate("String(getSelection())") == page.url
    field.press("ArrowRight")  # moves in the text
    assert page.locator("#count").text_content() == "step 1 of 15"
    page.locator("#next").click()
    assert field.count() == 0


def test_what_the_author_has_hidden_stays_hidden(show: Shown) -> None:
    page = show(
        explore(
            batch([3, 1], ROWS, TARGETS)[1],
            hide=("panel", "blocks", "samples", "descent", "presentation", "play"),
        ),
        "#sample=1&open=none&rate=7&train=0&box=3&speed=5&present&step=3",
    )
    plain = show(explore(batch([3, 1], ROWS, TARGETS)[1], hide=["panel"]), "#step=3")
    assert state(page)["position"] == 3
    assert state(page)["data"] == state(plain)["data"]
    assert state(page)["unfolded"] == state(plain)["unfolded"]
    assert page.evaluate("document.documentElement.className") == ""
    assert page.locator("#rate").input_value() == "0.1"
    assert page.locator("#panel").is_hidden()
