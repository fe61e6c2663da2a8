"""The window on the picture in Chromium: zooming, panning, following, finding, playing."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.demo import neuron
from microgradnn.explaining import steps
from microgradnn.explorer import explore

from .conftest import Shown, until
from .test_explorer import assert_calm, state
from .test_folding import batch_loss, headings, press

if TYPE_CHECKING:
    from playwright.sync_api import Page

WINDOW = {"width": 1280, "height": 800}


def network() -> Value:
    """MLP(2, [3, 1]) of one sample, unfolded, which is larger than its window."""
    model = nn.MLP(2, [3, 1], activation="tanh", rng=random.Random(1))
    loss: Value = mg.losses.mse_loss([model([Value(0.5, "x1"), Value(-1.0, "x2")])], [1.0])
    loss.label = "loss"
    return loss


def scale(page: Page) -> float:
    found: float = page.evaluate("document.querySelector('#picture svg').getScreenCTM().a")
    return found


def scrolled(page: Page) -> list[float]:
    found: list[float] = page.evaluate("(p => [p.scrollLeft, p.scrollTop])(picture)")
    return found


def smallest_text(page: Page) -> float:
    """The pixels on the screen of the smallest text in the picture."""
    sizes = page.evaluate(
        "[...document.querySelectorAll('#picture text')]"
        ".map((x) => parseFloat(getComputedStyle(x).fontSize))"
    )
    return float(min(sizes)) * scale(page)


def is_whole(page: Page) -> bool:
    """Whether all of the picture is inside its window."""
    found: bool = page.evaluate(
        "(p => p.scrollWidth <= p.clientWidth && p.scrollHeight <= p.clientHeight)(picture)"
    )
    return found


def inside(page: Page, selector: str) -> bool:
    found: bool = page.evaluate(
        """(what) => {
          const [a, b] = [what, "#picture"].map((x) =>
            document.querySelector(x).getBoundingClientRect());
          return a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;
        }""",
        selector,
    )
    return found


def middle(page: Page) -> tuple[float, float]:
    box = page.locator("#picture").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


# ---- How it opens -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(420, 860), (1280, 800), (1920, 1080)])
def test_the_picture_opens_so_that_it_can_be_read(show: Shown, size: tuple[int, int]) -> None:
    viewport = dict(zip(("width", "height"), size, strict=True))
    for root in (neuron()[0], network(), batch_loss([4, 8, 3], 1)):
        page = show(explore(root), viewport=viewport)
        assert smallest_text(page) >= 12
        assert_calm(page)


def test_a_small_picture_fills_its_window(show: Shown) -> None:
    a = Value(2.0, label="a")
    page = show(explore(a * a + a), viewport={"width": 1920, "height": 1080})
    assert scale(page) > 1.5
    assert is_whole(page)


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_the_page_fills_the_window_and_no_more(show: Shown, size: tuple[int, int]) -> None:
    viewport = dict(zip(("width", "height"), size, strict=True))
    page = show(explore(network(), mistakes=True), viewport=viewport)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    box = page.locator("#picture").bounding_box()
    assert box
    assert box["width"] * box["height"] > 0.4 * size[0] * size[1]
    page.get_by_role("button", name="Panels").click()
    wide = page.locator("#picture").bounding_box()
    assert wide
    assert wide["width"] > size[0] - 40
    assert page.get_by_role("heading", name="Leaves").is_hidden()


# ---- Zooming and panning ------------------------------------------------------------------------


def test_zooming_by_keys_and_buttons(show: Shown) -> None:
    page = show(explore(network()), viewport=WINDOW, reduced_motion="reduce")
    assert scale(page) == 1
    page.keyboard.press("+")
    assert scale(page) == pytest.approx(1.25)
    assert page.locator("#scale").text_content() == "125 %"
    page.get_by_role("button", name="Zoom in").click()
    assert scale(page) == pytest.approx(1.25**2)
    page.keyboard.press("-")
    page.get_by_role("button", name="Zoom out").click()
    assert scale(page) == pytest.approx(1)
    assert not is_whole(page)
    page.keyboard.press("0")
    assert is_whole(page)
    assert page.locator("#overview").is_hidden()
    page.keyboard.press("+")
    page.get_by_role("button", name="Fit").click()
    assert is_whole(page)
    for _ in range(20):
        page.keyboard.press("+")
    assert scale(page) == 5
    assert page.get_by_role("button", name="Zoom in").is_disabled()


def test_keys_in_a_field_do_not_zoom(show: Shown) -> None:
    page = show(explore(neuron()[0]))
    page.get_by_label("w1: value").focus()
    page.keyboard.press("0")
    page.locator("#search").focus()
    page.keyboard.type("0+")
    assert page.locator("#search").input_value() == "0+"
    assert page.locator("#scale").text_content() == "100 %"


def test_a_wheel_zooms_where_it_points(show: Shown) -> None:
    page = show(explore(network()), viewport=WINDOW, reduced_motion="reduce")
    box = page.locator("#n3").bounding_box()
    assert box
    at = box["x"] + 20, box["y"] + 20
    page.mouse.move(*at)
    page.mouse.wheel(0, -300)
    until(page, "picture.firstElementChild.getScreenCTM().a > 1.3")
    after = page.locator("#n3").bounding_box()
    assert after
    factor = scale(page)
    assert after["x"] + 20 * factor == pytest.approx(at[0], abs=2)
    assert after["y"] + 20 * factor == pytest.approx(at[1], abs=2)
    page.mouse.wheel(0, 3000)
    until(page, "picture.firstElementChild.getScreenCTM().a < 1")
    assert is_whole(page)


def test_the_mouse_drags_the_picture_and_this_is_no_click(show: Shown) -> None:
    page = show(explore(network()), viewport=WINDOW, reduced_motion="reduce")
    page.keyboard.type("+++")
    page.locator("#search").fill("loss")
    page.keyboard.press("Enter")  # to the right end, from where there is room to the left
    before = scrolled(page)
    box = page.locator("#picture [data-node]:focus").bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 60, steps=4)
    page.mouse.up()
    assert scrolled(page)[0] == pytest.approx(before[0] - 100, abs=2)
    page.wait_for_timeout(400)
    assert page.locator("#panel").is_hidden()


def test_two_fingers_pinch(show: Shown) -> None:
    page = show(explore(network()), viewport={"width": 420, "height": 860}, has_touch=True)
    x, y = middle(page)
    client = page.context.new_cdp_session(page)
    for kind, apart in (("touchStart", 40), ("touchMove", 60), ("touchMove", 80)):
        points = [{"x": x - apart, "y": y}, {"x": x + apart, "y": y}]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert scale(page) == pytest.approx(2, abs=0.05)


def test_shift_and_arrows_pan_and_arrows_step(show: Shown) -> None:
    page = show(explore(batch_loss([2, 3, 1], 4)), viewport=WINDOW, reduced_motion="reduce")
    count = page.locator("#count").text_content()
    before = scrolled(page)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    after = scrolled(page)
    assert after[0] > before[0]
    assert after[1] > before[1]
    assert page.locator("#count").text_content() == count
    page.keyboard.press("ArrowRight")
    assert page.locator("#count").text_content() != count


def test_the_overview_shows_where_the_window_is(show: Shown) -> None:
    page = show(explore(network()), viewport=WINDOW, reduced_motion="reduce")
    assert page.locator("#overview").is_visible()
    assert page.locator("#picture #overview").count() == 0
    assert page.locator("#picture svg").count() == 1
    seen = "document.querySelector('#overview .seen').getBBox()"
    box = page.evaluate(f"(({{x, width}}) => ({{x, width}}))({seen})")
    assert box["width"] == pytest.approx(page.evaluate("picture.clientWidth"), rel=0.01)
    map_ = page.locator("#overview").bounding_box()
    assert map_
    page.mouse.click(map_["x"] + map_["width"] - 5, map_["y"] + map_["height"] - 5)
    left, top = scrolled(page)
    assert [left, top] == page.evaluate(
        "(p => [p.scrollWidth - p.clientWidth, p.scrollHeight - p.clientHeight])(picture)"
    )
    until(page, f"{seen}.x > {box['x']}")  # it follows in the browser's next frame


@pytest.mark.parametrize("zoom", ["", "+++++", "0"])
def test_what_a_step_is_about_comes_into_view(show: Shown, zoom: str) -> None:
    root = network()
    page = show(explore(root), viewport={"width": 420, "height": 800}, reduced_motion="reduce")
    for key in zoom:
        page.keyboard.press(key)
    for _ in range(len(steps(root))):
        page.keyboard.press("ArrowRight")
        assert inside(page, "#ring" if not zoom.startswith("+") else "#n0") or zoom.startswith("+")
        if state(page)["steps"][state(page)["position"] - 1]["kind"] == "edge" and not zoom:
            assert page.evaluate(
                "(([a, p]) => a.x < p.right && a.right > p.x && a.y < p.bottom && a.bottom > p.y)"
                "(['#picture .now .wire', '#picture'].map((x) =>"
                " document.querySelector(x).getBoundingClientRect()))"
            )


def test_full_screen(show: Shown) -> None:
    page = show(explore(network()), viewport=WINDOW)
    page.get_by_role("button", name="Full screen").click()
    until(page, "document.fullscreenElement")
    page.get_by_role("heading", name="Leaves").wait_for(state="hidden")
    page.evaluate("document.exitFullscreen()")
    until(page, "!document.fullscreenElement")
    page.get_by_role("heading", name="Leaves").wait_for(state="visible")


def test_in_a_frame_full_screen_fills_the_frame(show: Shown) -> None:
    inner = explore(neuron()[0])
    outer = mg.explorer.Explorer(f"<!doctype html><title>n</title>{inner._repr_html_()}")
    frame = show(outer).frame_locator("iframe")
    frame.get_by_role("button", name="Full screen").click()
    frame.get_by_role("heading", name="Leaves").wait_for(state="hidden")
    frame.get_by_role("button", name="Full screen").click()
    frame.get_by_role("heading", name="Leaves").wait_for(state="visible")


# ---- Finding ------------------------------------------------------------------------------------

FOCUSED = "document.activeElement.querySelector('.heading').textContent"


def test_finding_by_name(show: Shown) -> None:
    page = show(explore(neuron()[0]), viewport={"width": 420, "height": 800})
    page.locator("#search").fill("J")
    assert page.locator("#matched").text_content() == "1 found"
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "J = 0.5 × (1 − y) ** 2"
    assert inside(page, "#n9")
    assert page.locator("#results").is_hidden()


def test_finding_by_operation_and_by_keys(show: Shown) -> None:
    page = show(explore(network()))
    page.locator("#search").fill("tanh")
    assert page.locator("#found button").count() == 3
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "tanh" in page.evaluate(FOCUSED)
    page.locator("#search").fill("nothing of the kind")
    assert page.locator("#matched").text_content() == "nothing found"
    page.keyboard.press("Escape")
    assert page.locator("#search").input_value() == ""
    assert page.locator("#results").is_hidden()


def test_what_is_folded_is_found(show: Shown) -> None:
    page = show(explore(batch_loss([2, 3, 1], 1)))
    press(page, "Fold model")
    assert "model" in headings(page)
    page.locator("#search").fill("layers.0.neurons.2.w.1")
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "w₃₂⁽¹⁾"
    page.locator("#search").fill("layers.1")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('data-node')") is not None


def test_what_cannot_be_unfolded_is_found_as_its_block(show: Shown) -> None:
    page = show(explore(batch_loss([2, 70, 1], 1)))
    page.locator("#search").fill("layers.0.neurons.12.w.1")
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "layers.0"


# ---- Playing ------------------------------------------------------------------------------------


def test_playing(show: Shown) -> None:
    page = show(explore(neuron()[0]))
    page.get_by_label("Steps a second").select_option("5")
    play = page.locator("#play")
    play.click()
    assert play.text_content() == "Pause"
    until(page, "explorer.state().position >= 3")
    play.click()
    place = state(page)["position"]
    page.wait_for_timeout(500)
    assert state(page)["position"] == place
    page.keyboard.press("End")
    play.click()  # from the start again
    until(page, "explorer.state().position === 2")
    page.keyboard.press("ArrowLeft")
    assert play.text_content() == "Play"


def test_playing_stops_at_a_riddle_and_at_the_end(show: Shown) -> None:
    page = show(explore(neuron()[0]), "#step=7")
    page.get_by_label("Steps a second").select_option("5")
    page.get_by_label("Quiz").check()
    page.locator("#play").click()
    until(page, "document.querySelector('#play').textContent === 'Play'")
    assert page.locator("#guess").is_visible()
    page.get_by_label("Quiz").uncheck()
    page.evaluate("explorer.go(14)")
    page.locator("#play").click()
    until(page, "document.querySelector('#play').textContent === 'Play'")
    assert state(page)["position"] == 15


# ---- What is ticked, and how numbers are written ------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "ticked"),
    [
        (["w1", "x1", "b", "y"], ["w1", "b"]),
        (["a", "b"], ["a", "b"]),
        (["x", "y", "z"], ["z"]),
        (["layers.0.neurons.0.w.1", "x2", "layers.0.neurons.0.b", "c"], [0, 2]),
        (["w₁₂⁽¹⁾", "b₁", "x₁", "target"], ["w₁₂⁽¹⁾", "b₁"]),
        (["x", "t"], []),
    ],
)
def test_inputs_are_not_ticked_for_training(
    show: Shown, labels: list[str], ticked: list[Any]
) -> None:
    page = show(explore(mg.sum([Value(1.0, label) for label in labels])))
    boxes = page.locator("#leaves input[type=checkbox]")
    found = [labels[k] for k in range(len(labels)) if boxes.nth(k).is_checked()]
    assert found == [labels[x] if isinstance(x, int) else x for x in ticked]
    if not ticked:
        page.get_by_role("button", name="One step").click()
        assert "No leaf is ticked" in (page.locator("#loss").text_content() or "")


def test_minus_zero_is_zero(show: Shown) -> None:
    root = Value(-0.0, label="a") * Value(1.0, label="b")
    page = show(explore(root), "#step=4")
    assert "−0" not in page.locator("#picture svg").inner_html().replace("−0.", "")
    page.evaluate("explorer.go(1)")
    assert "−0" not in page.locator("#words").inner_text()
