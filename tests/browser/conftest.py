"""Chromium for the tests of the page: offline, and every page has to be silent."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from microgradnn.explorer import Explorer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

# The script has run; or there is none, or none may run.
READY = (
    "window.explorer"
    " && (document.querySelector('#sample option') || !document.querySelector('#sample'))"
    " || !document.querySelector('#graph')"
    " || matchMedia('(scripting: none)').matches"
)


def until(page: Page, expression: str) -> None:
    """Wait for what a page must come to; Playwright's own way is `eval`, which pages forbid."""
    for _ in range(3000):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"the page did not come to {expression} within a minute")


def give_up(reason: str) -> NoReturn:
    """Skip the test, or fail where a browser has been promised."""
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        give_up("needs playwright: pip install 'microgradnn[browser]'")
    program = shutil.which("chromium")
    if program is None:
        give_up("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


class Shown:
    """Opens pages, and remembers what they complain about and what they ask for."""

    def __init__(self, browser: Browser, directory: Path) -> None:
        self.browser = browser
        self.directory = directory
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.contexts: list[Any] = []

    def __call__(self, explorer: Explorer, fragment: str = "", **options: Any) -> Page:
        """The page of an explorer in a new window."""
        return self.goto(explorer, self.window(**options), fragment)

    def window(self, **options: Any) -> Page:
        context = self.browser.new_context(offline=True, **options)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on("request", lambda request: self.requests.append(request.url))
        return page

    def served(self, explorer: Explorer, **headers: str) -> Page:
        """The page as a host sends it that has headers of its own."""
        page = self.window()
        page.route("http://host/", lambda route: route.fulfill(body=explorer.html, headers=headers))
        page.goto("http://host/", wait_until="domcontentloaded")
        self.requests.remove("http://host/")
        return page

    def goto(self, explorer: Explorer, page: Page, fragment: str = "") -> Page:
        """Show an explorer in a window that is open."""
        path = self.directory / "page.html"
        explorer.save(path)
        page.goto(path.as_uri() + fragment, wait_until="domcontentloaded")
        until(page, READY)
        return page


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Shown]:
    shown = Shown(browser, tmp_path)
    yield shown
    for context in shown.contexts:
        context.close()
    own = (tmp_path / "page.html").as_uri()
    assert shown.complaints == []
    assert [url for url in shown.requests if url.split("#")[0] != own] == []
