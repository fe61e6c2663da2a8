"""Pages in the frames of notebooks: as high as they are, dark with the notebook, and as widgets."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from outputs import single

import microgradnn as mg
from microgradnn import explorer, nn
from microgradnn.demo import neuron
from microgradnn.explorer import Explorer

from .conftest import Shown, until

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

SERVER = "http://localhost/"  # a browser trusts it, so that a page there may copy


def deep() -> mg.Value:
    return single(nn.MLP(2, [3, 1], rng=0)([1.0, -2.0]))


def in_a_notebook(show: Shown, content: str, mark: str = "", width: int = 930) -> Page:
    """The HTML of an output in a page that looks like a notebook's."""
    page = show.window(viewport={"width": width, "height": 1000}, color_scheme="null")
    body = f'<!doctype html><title>n</title><body {mark} style="margin:0">{content}</body>'
    page.route(SERVER, lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(SERVER, wait_until="domcontentloaded")
    show.requests.remove(SERVER)
    return page


def framed(page: Page) -> Frame:
    until(page, "document.querySelector('iframe')?.offsetHeight > 0")
    frame = page.frames[1]
    frame.wait_for_load_state()
    return frame


@pytest.mark.parametrize("width", [700, 930])
@pytest.mark.parametrize("root", [lambda: neuron()[0], deep])
def test_a_frame_is_about_as_high_as_its_page(
    show: Shown, root: Callable[[], mg.Value], width: int
) -> None:
    page = in_a_notebook(show, mg.explore(root())._repr_html_(), width=width)
    frame = framed(page)
    height = page.evaluate("document.querySelector('iframe').offsetHeight")
    bottom = "Math.max(...[...document.body.children].map(e => e.getBoundingClientRect().bottom))"
    page.wait_for_timeout(500)
    assert frame.evaluate(bottom) == pytest.approx(height, rel=0.12)


def test_a_wide_frame_has_the_panels_beside_the_picture_and_is_lower(show: Shown) -> None:
    shown = mg.explore(neuron()[0])
    page = in_a_notebook(show, shown._repr_html_(), width=1200)
    framed(page)
    assert page.evaluate("document.querySelector('iframe').offsetHeight") == shown._heights.wide
    page.set_viewport_size({"width": 800, "height": 1000})
    until(page, f"document.querySelector('iframe').offsetHeight === {shown._heights.narrow}")


@pytest.mark.parametrize(
    ("mark", "is_dark"),
    [
        ('data-jp-theme-light="false"', True),
        ('data-jp-theme-light="true"', False),
        ('class="vscode-dark"', True),
        ('class="vscode-high-contrast vscode-high-contrast-light"', False),
        ('class="dark"', True),
        ("", False),
    ],
)
def test_the_page_follows_the_notebook(show: Shown, mark: str, is_dark: bool) -> None:
    page = in_a_notebook(show, mg.explore(neuron()[0])._repr_html_(), mark)
    frame = framed(page)
    page.wait_for_timeout(200)
    assert frame.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == is_dark
    shade = frame.evaluate("getComputedStyle(document.body).backgroundColor")
    assert shade == ("rgb(10, 15, 24)" if is_dark else "rgb(244, 246, 250)")


def test_the_picture_is_hidden_where_the_frame_is_and_shown_where_it_is_not(show: Shown) -> None:
    shown = mg.explore(neuron()[0])._repr_html_()
    page = in_a_notebook(show, shown)
    assert not page.locator("img").is_visible()
    start, end = shown.index("<iframe"), shown.index("</iframe>") + len("</iframe>")
    page = in_a_notebook(show, shown[:start] + shown[end:])
    assert page.locator("img").is_visible()
    assert page.evaluate("document.images[0].naturalWidth") > 100


def test_a_page_in_a_frame_may_copy_download_and_fill_the_screen(show: Shown) -> None:
    deeds = """<button id="copy">1</button><button id="save">2</button><button id="full">3</button>
      <output></output><script>
      const say = (words) => document.querySelector("output").append(words + " ");
      copy.onclick = () => navigator.clipboard.writeText("x").then(() => say("copied"));
      save.onclick = () => Object.assign(document.createElement("a"),
        { href: URL.createObjectURL(new Blob(["{}"])), download: "w.json" }).click();
      full.onclick = () => document.body.requestFullscreen().then(() => say("full"));
      </script>"""
    page = in_a_notebook(show, Explorer(f"<!doctype html><title>d</title>{deeds}")._repr_html_())
    frame = framed(page)
    frame.click("#copy")
    with page.expect_download() as download:
        frame.click("#save")
    assert download.value.suggested_filename == "w.json"
    frame.click("#full")
    page.wait_for_timeout(500)
    assert frame.inner_text("output").split() == ["copied", "full"]


# ---- The widget ----------------------------------------------------------------------------------

LATE = """<!doctype html><title>t</title><button hidden>Weights to the notebook</button>
<script type="module">
  await new Promise((done) => setTimeout(done, 300)); // as while a page is unpacking
  const button = document.querySelector("button");
  addEventListener("message", ({ source, data }) => {
    if (source === parent && data?.microgradnn === "widget") button.hidden = false;
  });
  button.onclick = () => parent.postMessage({ microgradnn: { weights: "W" } }, "*");
</script>"""

# Instead of a notebook's: what is sent is kept, and traits are set from outside.
MODEL = """
  const heights = { narrow: 300, wide: 200 };
  const traits = { html: %s, title: "t", heights, said: "", is_loaded: true };
  const heard = {};
  window.sent = [];
  window.model = {
    get: (name) => traits[name],
    set: (name, x) => { traits[name] = x; heard[`change:${name}`]?.forEach((f) => f()); },
    on: (event, f) => (heard[event] ??= []).push(f),
    off: (event, f) => { heard[event] = heard[event].filter((g) => g !== f); },
    send: (content) => window.sent.push(content),
  };
"""


def as_widget(show: Shown, html: str) -> Page:
    script = Path(explorer.__file__).with_name("widget.js").read_text("utf-8")
    start = script.replace("export default", "const widget =") + MODEL % json.dumps(html)
    start += "window.end = widget.render({ model, el: document.querySelector('#here') });"
    start = start.replace("</script>", "<\\/script>")
    return in_a_notebook(show, f'<div id="here"></div><script type="module">{start}</script>')


def test_a_page_in_a_widget_sends_its_weights(show: Shown) -> None:
    page = as_widget(show, LATE)
    button = framed(page).locator("button")
    button.wait_for(state="visible")  # for it has heard that it is in a widget
    button.click()
    until(page, "sent.length === 1")
    button.click()
    until(page, "sent.length === 2")
    assert page.evaluate("sent") == [{"weights": "W"}, {"weights": "W"}]


def test_only_the_page_is_listened_to(show: Shown) -> None:
    page = as_widget(show, LATE)
    button = framed(page).locator("button")
    button.wait_for(state="visible")
    other = escape("<script>parent.postMessage({ microgradnn: { weights: 'X' } }, '*')</script>")
    page.evaluate(
        f"""() => {{
          window.postMessage({{ microgradnn: {{ weights: "X" }} }}, "*");
          document.body.insertAdjacentHTML("beforeend", `<iframe srcdoc="{other}"></iframe>`);
        }}"""
    )
    page.wait_for_timeout(500)
    assert page.evaluate("sent") == []


def test_what_python_says_is_shown_and_after_the_end_nothing_is_heard(show: Shown) -> None:
    page = as_widget(show, LATE)
    button = framed(page).locator("button")
    button.wait_for(state="visible")
    said = page.locator("[role=status]")
    page.evaluate("model.set('is_loaded', false); model.set('said', '<b>no</b>')")
    assert said.inner_text() == "<b>no</b>"
    assert said.evaluate("(e) => e.classList.contains('failed')")
    page.evaluate("model.set('is_loaded', true)")
    assert not said.evaluate("(e) => e.classList.contains('failed')")
    page.evaluate("end()")
    button.click()
    page.wait_for_timeout(300)
    assert page.evaluate("sent") == []
