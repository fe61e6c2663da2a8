"""The site in Chromium: no request to elsewhere, no complaint, no broken rule of accessibility."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from effort import by_profile
from matplotlib import image

from .conftest import READY, until
from .test_accessibility import axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Frames have pages that are looked at in other tests. Code has the same colours on all pages, and
# thousands of pieces: two pages stand for all.
CODE_LOOKED_AT = ("index.html", "reference/losses.html")
LOOK = """code => axe.run({ include: [["body"]], exclude: code ? [] : [[".highlight pre > *"]] },
    { resultTypes: ["violations"], iframes: false })"""
SCROLLED = """() => [...document.querySelectorAll("article *")].filter(it =>
    it.scrollWidth > it.clientWidth && it.tabIndex < 0
    && ["auto", "scroll"].includes(getComputedStyle(it).overflowX)).map(it => it.textContent)"""
# What a page prints, and commands, may be longer than the lines that are written for it.
CUT = """() => [...document.querySelectorAll(
    "article .highlight-python pre, article > .highlight pre, article .table-wrapper")]
    .filter(it => it.scrollWidth > it.clientWidth).map(it => it.textContent)"""
LOOKS = [(1280, "light"), (420, "dark"), (420, "light"), (1280, "dark")]


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that tells nobody."""

    def log_message(self, *told: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class Windows:
    """Opens windows, and remembers what pages complain about and what they ask others for."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.contexts: list[Any] = []
        self.told: list[str] = []

    def __call__(self, path: str = "index.html", **options: Any) -> Page:
        """A window with a page of the site."""
        context = self.browser.new_context(**options)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self.told.append(message.text))
        page.on("pageerror", lambda error: self.told.append(str(error)))
        page.on("request", lambda request: self.note(request.url))
        page.goto(self.address + path, wait_until="load")
        return page

    def note(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:", "about:")):
            self.told.append(url)


@pytest.fixture
def window(browser: Browser, address: str) -> Iterator[Windows]:
    windows = Windows(browser, address)
    yield windows
    for context in windows.contexts:
        context.close()
    assert windows.told == []


def live_figure(page: Page) -> Any:
    """The page in the first live figure, when its script has run."""
    page.locator("figure.live").first.scroll_into_view_if_needed()
    frame: Any = page.frame(url="**/figures/first_graph.html")
    until(frame, READY)
    return frame


def pages_of(site: Path) -> list[str]:
    """All pages but those that are seen in frames, which have tests of their own."""
    found = [path.relative_to(site) for path in sorted(site.rglob("*.html"))]
    return [str(path) for path in found if path.parts[0] not in ("figures", "playground")]


@pytest.mark.parametrize("which", range(len(LOOKS)))
def test_no_page_breaks_a_rule_or_asks_elsewhere(window: Windows, site: Path, which: int) -> None:
    """Nightly, every page in every look; else every second page, in one of the looks."""
    width, scheme = LOOKS[which]
    page = window(viewport={"width": width, "height": 800}, color_scheme=scheme)
    broken = []
    turns = by_profile(2 * len(LOOKS), 2 * len(LOOKS), 1)
    for path in pages_of(site)[2 * which % turns :: turns]:
        page.goto(window.address + path, wait_until="load")
        page.evaluate(axe())
        for rule in page.evaluate(LOOK, path in CODE_LOOKED_AT)["violations"]:
            broken.append((path, rule["id"], rule["nodes"][0]["html"][:200]))
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            broken.append((path, "wider than its window", ""))
    assert broken == []


def test_in_a_wide_window_no_code_and_no_table_is_scrolled(window: Windows, site: Path) -> None:
    page = window(viewport={"width": 1280, "height": 800})
    cut = []
    for path in pages_of(site):
        page.goto(window.address + path, wait_until="load")
        cut += [(path, text[:60]) for text in page.evaluate(CUT)]
    assert cut == []


def test_what_has_to_be_scrolled_is_reached_by_the_key_tab(window: Windows, site: Path) -> None:
    page = window(viewport={"width": 320, "height": 800})
    for path in pages_of(site):
        page.goto(window.address + path, wait_until="load")
        assert page.evaluate(SCROLLED) == [], path


def test_a_live_figure_steps(window: Windows) -> None:
    page = window(viewport={"width": 1280, "height": 900})
    figure = live_figure(page)
    figure.locator("#picture").click()
    before = figure.evaluate("explorer.state().position")
    page.keyboard.press("ArrowRight")
    assert figure.evaluate("explorer.state().position") == before + 1


@pytest.mark.parametrize("width", [420, 1280])
def test_a_live_figure_needs_no_scroll_bar(window: Windows, width: int) -> None:
    page = window(viewport={"width": width, "height": 900})
    figure = live_figure(page)
    if width == 1280:
        assert figure.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert figure.evaluate("innerWidth > 1000")  # the panels stand beside the picture
    else:
        until(figure, "document.documentElement.scrollHeight <= innerHeight")
        page.set_viewport_size({"width": 700, "height": 900})
        until(figure, "innerWidth > 600 && document.documentElement.scrollHeight <= innerHeight")
    assert figure.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_are_as_light_or_dark_as_the_site(window: Windows, theme: str) -> None:
    """The reader's choice on the site counts."""
    page = window(color_scheme="null")
    page.evaluate(f"document.body.dataset.theme = '{theme}'")
    until(live_figure(page), f"matchMedia('(prefers-color-scheme: {theme})').matches")


@pytest.mark.parametrize(("theme", "shade"), [("light", 255), ("dark", 20)])
def test_pictures_are_as_light_or_dark_as_the_site(window: Windows, theme: str, shade: int) -> None:
    page = window("gallery.html")
    page.evaluate(f"document.body.dataset.theme = '{theme}'")
    picture = image.imread(io.BytesIO(page.locator("img[src*=moons]").screenshot()))
    assert abs(picture[2, 2, :3] * 255 - shade).max() < 10  # what is around the axes


def test_on_paper_a_figure_is_its_picture_and_code_is_whole(window: Windows) -> None:
    page = window("lessons/01-graph.html", viewport={"width": 718, "height": 1000})
    page.emulate_media(media="print", color_scheme="null")
    page.evaluate("document.body.dataset.theme = 'dark'")
    assert page.locator("figure.live iframe:visible").count() == 0
    picture = page.locator("figure.live img:visible").first
    seen = image.imread(io.BytesIO(picture.screenshot()))
    assert seen[2, 2, :3].min() > 0.9  # paper is light
    assert page.evaluate(CUT) == []


def test_without_scripts_the_picture_stands_there(window: Windows) -> None:
    page = window(java_script_enabled=False)
    assert page.locator("figure.live img").is_visible()
    assert not page.locator("figure.live iframe").is_visible()


def test_the_search_finds_a_page(window: Windows) -> None:
    page = window("search.html?q=upstream")
    until(page, "document.querySelectorAll('#search-results li a').length > 0")
