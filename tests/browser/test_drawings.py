"""Drawings in Chromium: they follow the page around them, tell what they show, and fit on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from outputs import single

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.demo import neuron
from microgradnn.drawing import draw

from .test_accessibility import axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LIGHT, DARK = "rgb(255, 255, 255)", "rgb(13, 20, 32)"
SURFACE = "getComputedStyle(document.querySelector('.surface')).fill"


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: Any) -> Iterator[Page]:
    """An empty page on a machine whose user prefers a light or a dark scheme."""
    context = browser.new_context(offline=True, color_scheme=request.param)
    yield context.new_page()
    context.close()


def prefers(page: Page) -> str:
    return (
        "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    )


@pytest.mark.parametrize(
    ("around", "wanted"),
    [
        ("<body>", "light"),  # a page that knows nothing of dark is light
        ("<style>:root{color-scheme:light dark}</style><body>", "as preferred"),
        ('<body data-jp-theme-light="false">', "dark"),
        ('<body data-jp-theme-light="true" style="color-scheme:dark">', "light"),
        ('<body class="vscode-dark">', "dark"),
        ('<html data-theme="dark"><body>', "dark"),
    ],
)
def test_a_drawing_is_as_dark_as_the_page_around_it(page: Page, around: str, wanted: str) -> None:
    page.set_content(f"<!doctype html>{around}{draw(neuron()[0]).svg}")
    scheme = prefers(page) if wanted == "as preferred" else wanted
    assert page.evaluate(SURFACE) == {"light": LIGHT, "dark": DARK}[scheme]


def test_a_file_by_itself_is_as_the_reader_prefers(page: Page, tmp_path: Path) -> None:
    for name in ("graph.svg", "graph.html"):
        draw(neuron()[0]).save(tmp_path / name)
        page.goto((tmp_path / name).as_uri())
        assert page.evaluate(SURFACE) == {"light": LIGHT, "dark": DARK}[prefers(page)]


def test_several_drawings_in_one_page_tell_what_they_show_and_break_no_rule(page: Page) -> None:
    loss, model = neuron()[0], nn.MLP(2, [2, 1], rng=0)
    drawings = [draw(loss), draw(loss), draw(model), draw(loss, step=3)]
    svgs = [*(drawing.svg for drawing in drawings), mg.worksheet(loss).exercise]
    body = "".join(f"<p>{svg}</p>" for svg in svgs)
    page.set_content(f"<!doctype html><html lang=en><title>x</title><main><h1>x</h1>{body}</main>")
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    images = [node for node in tree["nodes"] if node["role"]["value"] == "image"]
    names = [re.findall(r"<title>(.*?)</title>", svg)[0] for svg in svgs]
    assert [node["name"]["value"] for node in images] == names
    assert all(len(node["description"]["value"]) > 60 for node in images)
    page.evaluate(axe())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []


def sample() -> Value:
    model = nn.MLP(2, [2, 1], activation="tanh", rng=0)
    loss: Value = (single(model([1.0, 2.0])) - 1) ** 2
    return loss


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("count", [2, 14])
def test_a_worksheet_is_printed_on_one_page(
    page: Page, tmp_path: Path, paper: str, count: int
) -> None:
    value = Value(0.5, label="x")
    for _ in range(count):
        value = value.tanh()
    tall = single(nn.MLP(1, [9, 1], activation="tanh", rng=0)([0.5]))
    high = mg.sum([Value(float(k)) for k in range(12)])  # as high as a page on its side
    for root in (value, neuron()[0], sample(), tall, high):
        sheet = mg.worksheet(root)
        sheet.save(tmp_path / "sheet.html")
        page.goto((tmp_path / "sheet.html").as_uri())
        assert page.evaluate(SURFACE) == LIGHT  # on paper nothing is dark
        on_side = "landscape" in sheet.html
        document = page.pdf(format=paper, landscape=on_side)
        assert re.findall(rb"/Count (\d+)", document) == [b"1"]


def test_text_on_paper_stays_inside_its_box(page: Page, tmp_path: Path) -> None:
    mg.worksheet(sample()).save_key(tmp_path / "key.html")
    page.goto((tmp_path / "key.html").as_uri())
    over = page.evaluate("""
        [...document.querySelectorAll('[data-node]')].flatMap(box => {
          const card = box.querySelector('.card').getBoundingClientRect();
          return [...box.querySelectorAll('text')].filter(text => {
            const shown = text.getBoundingClientRect();
            return shown.left < card.left - .5 || shown.right > card.right + .5;
          }).map(text => text.textContent);
        })
    """)
    assert over == []
