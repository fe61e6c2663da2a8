"""The site in Chromium: no request to elsewhere, no complaint, no broken rule of accessibility."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from effort import by_profile

from .conftest import READY, until
from .test_accessibility import axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

# Frames have pages that are looked at in other tests. Code has the same colours on all pages, and
# thousands of pieces: two pages stand for all.
CODE_LOOKED_AT = ("index.html", "reference/losses.html")
LOOK = """code => axe.run({ include: [["body"]], exclude: code ? [] : [[".highlight pre > *"]] },
    { resultTypes: ["violations"], iframes: false })"""


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


class Watched:
    """A window, and what its pages complain about and ask others for."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(**options)
        self.page: Page = self.context.new_page()
        self.address = address
        self.told: list[str] = []
        self.page.on("console", lambda message: self.told.append(message.text))
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("request", lambda request: self.note(request.url))

    def note(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:", "about:")):
            self.told.append(url)

    def goto(self, path: str) -> None:
        self.page.goto(self.address + path, wait_until="load")


def pages_of(site: Path) -> list[str]:
    """All pages but those that are seen in frames, which have tests of their own."""
    found = [path.relative_to(site) for path in sorted(site.rglob("*.html"))]
    return [str(path) for path in found if path.parts[0] not in ("figures", "playground")]


LOOKS = [(1280, "light"), (420, "dark"), (420, "light"), (1280, "dark")]


@pytest.mark.parametrize("which", range(len(LOOKS)))
def test_no_page_breaks_a_rule_or_asks_elsewhere(
    browser: Browser, site: Path, address: str, which: int
) -> None:
    """Nightly, every page in every look; else the pages take turns."""
    width, scheme = LOOKS[which]
    options: Any = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    seen = Watched(browser, address, **options)
    broken = []
    turns = by_profile(len(LOOKS), len(LOOKS), 1)
    for path in pages_of(site)[which % turns :: turns]:
        seen.goto(path)
        seen.page.evaluate(axe())
        for rule in seen.page.evaluate(LOOK, path in CODE_LOOKED_AT)["violations"]:
            broken.append((path, rule["id"], rule["nodes"][0]["html"][:200]))
        if seen.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            broken.append((path, "wider than its window", ""))
    seen.context.close()
    assert broken == []
    assert seen.told == []


def test_a_live_figure_steps(browser: Browser, address: str) -> None:
    seen = Watched(browser, address, viewport={"width": 1280, "height": 900})
    seen.goto("index.html")
    seen.page.locator("figure.live").scroll_into_view_if_needed()
    frame = seen.page.frame(url="**/figures/first_graph.html")
    assert frame is not None
    until(frame, READY)  # type: ignore[arg-type]
    frame.locator("#picture").click()
    before = frame.evaluate("explorer.state().step")
    seen.page.keyboard.press("ArrowRight")
    assert frame.evaluate("explorer.state().step") == before + 1
    height = frame.evaluate("document.documentElement.scrollHeight - innerHeight")
    seen.context.close()
    assert height <= 0  # it needs no scroll bar of its own
    assert seen.told == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_are_as_light_or_dark_as_the_site(
    browser: Browser, address: str, theme: str
) -> None:
    """The reader's choice on the site counts, whatever the system has."""
    other: Any = {"light": "dark", "dark": "light"}[theme]
    seen = Watched(browser, address, color_scheme=other)
    seen.goto("index.html")
    seen.page.evaluate(f"document.body.dataset.theme = '{theme}'")
    frame = seen.page.frame(url="**/figures/first_graph.html")
    assert frame is not None
    until(frame, f"matchMedia('(prefers-color-scheme: {theme})').matches")  # type: ignore[arg-type]
    seen.context.close()


def test_without_scripts_the_picture_stands_there(browser: Browser, address: str) -> None:
    seen = Watched(browser, address, java_script_enabled=False)
    seen.goto("index.html")
    assert seen.page.locator("figure.live img").is_visible()
    assert not seen.page.locator("figure.live iframe").is_visible()
    seen.context.close()


def test_the_search_finds_a_page(browser: Browser, address: str) -> None:
    seen = Watched(browser, address)
    seen.goto("search.html?q=upstream")
    until(seen.page, "document.querySelectorAll('#search-results li a').length > 0")
    seen.context.close()
    assert seen.told == []
