"""The playground in Chromium, served over http from this machine, with nothing else to be had."""

from __future__ import annotations

import functools
import http.server
import runpy
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import until
from .test_accessibility import axe, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FOLDER = Path(__file__).parents[2] / "docs" / "playground"
BUILD = runpy.run_path(str(FOLDER / "build.py"))
POINTS = {point["name"]: point for point in BUILD["starting_points"]()}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def serve(folder: Path) -> Iterator[str]:
    """The folder as a site on this machine."""
    yield from serving(functools.partial(Quiet, directory=str(folder)))


def serving(handler: Any) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    if not BUILD["build"](folder):
        pytest.skip("needs Pyodide: python docs/playground/fetch.py, which needs npm")
    return folder


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    yield from serve(folder)


class Playground:
    """A page of the playground, what it complains about, and what it asks for."""

    def __init__(self, browser: Browser, site: str, fragment: str = "", **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(f"{site}{fragment}", wait_until="domcontentloaded")
        until(self.page, "document.querySelector('#starting-point').options.length > 0")

    def wait(self, state: str = "Done|failed") -> None:
        until(self.page, f"/{state}/.test(document.querySelector('#status').textContent)")

    def start(self, name: str) -> None:
        self.page.locator("#starting-point").select_option(name)
        self.run()

    def run(self, program: str | None = None) -> None:
        """Run the program that is there, or another, to its end."""
        if program is not None:
            self.page.locator("#program").fill(program)
        self.wait("ready|Done|failed")
        self.page.locator("#run").click()
        self.wait()

    def see(self, name: str) -> Any:
        """The panel of a view, when it is there."""
        self.page.locator(f"#tab-{name}").click()
        notes = f"[...document.querySelectorAll('#panel-{name} .note')]"
        until(self.page, f"{notes}.every((note) => note.textContent !== '…')")
        return self.page.locator(f"#panel-{name}")

    @property
    def inside(self) -> Any:
        """The page to step through, in its two frames."""
        return self.page.frame_locator("#stage").frame_locator("iframe")

    @property
    def printed(self) -> str:
        return self.page.locator("#printed").inner_text()

    @property
    def problem(self) -> str:
        found = self.page.locator("#problem")
        return found.inner_text() if found.is_visible() else ""


@pytest.fixture(scope="module")
def shared_page(browser: Browser, site: str) -> Iterator[Playground]:
    """One page for the tests that only run programs: to load Python takes seconds."""
    playground = Playground(browser, site)
    playground.wait()
    yield playground
    playground.context.close()
    assert playground.complaints == []
    others = [url for url in playground.requests if not url.startswith((site, f"blob:{site}"))]
    assert others == []


@pytest.fixture
def opened(browser: Browser, site: str) -> Iterator[Any]:
    """Opens a page of its own."""
    pages: list[Playground] = []

    def open_page(fragment: str = "", **options: Any) -> Playground:
        pages.append(Playground(browser, site, fragment, **options))
        return pages[-1]

    yield open_page
    for playground in pages:
        playground.context.close()
        assert playground.complaints == []


def test_a_graph_and_its_gradients(shared_page: Playground) -> None:
    shared_page.start("formula")
    assert shared_page.printed.startswith("f = -14.0\n∂f/∂x = -3.0")
    picture = shared_page.see("graph").locator("img")
    assert "x" in picture.get_attribute("alt")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    rows = shared_page.see("steps").locator("tbody tr")
    assert rows.count() == 10
    assert "x + y = 3" in rows.first.inner_text()
    assert "∂f/∂x = -3".replace("-", "−") in shared_page.see("paths").inner_text()
    shared_page.page.get_by_label("The derivative by").select_option(label="z")
    until(shared_page.page, "document.querySelector('#panel-paths').textContent.includes('∂f/∂z')")
    assert "∂f/∂z = 3, the sum over 1 path" in shared_page.see("paths").inner_text()


def test_the_page_to_step_through_works_in_its_frame(shared_page: Playground) -> None:
    shared_page.start("formula")
    shared_page.see("page")
    frame = shared_page.inside
    frame.locator("#count").wait_for()
    before = frame.locator("#count").inner_text()
    frame.locator("#next").click()
    assert frame.locator("#count").inner_text() != before
    assert frame.locator("body").evaluate("() => self.origin") == "null"


@pytest.mark.parametrize("name", POINTS)
def test_every_starting_point_runs_and_shows_something(shared_page: Playground, name: str) -> None:
    shared_page.start(name)
    assert shared_page.problem == ""
    views = {"mistakes": ["page"], "worksheet": ["page"], "xor": ["graph"], "engine": []}
    for view in views.get(name, ["graph", "steps", "paths", "page"]):
        panel = shared_page.see(view)
        assert panel.locator(".problem").count() == 0, panel.inner_text()
        assert panel.locator(".note").count() == 0 or view != "page", panel.inner_text()
    if name == "engine":
        assert "Gradients are overwritten where a node is used twice" in shared_page.printed


def test_an_error_shows_its_line_and_our_sentence(shared_page: Playground) -> None:
    program = "import microgradnn as mg\n\nx = mg.Value(-1.0, label='x')\ny = mg.log(x)\n"
    shared_page.run(program)
    assert shared_page.problem.startswith("Line 4 ValueError: log(x = -1.0): the operand must be")
    page = shared_page.page
    assert page.locator("#numbers .wrong").inner_text() == "▸4"
    assert page.locator("#program").get_attribute("aria-invalid") is not None
    page.locator("#problem button").click()
    start = page.evaluate("document.querySelector('#program').selectionStart")
    assert program[start:].startswith("y = mg.log")
    page.locator("#problem summary").click()
    assert "y = mg.log(x)" in page.locator("#problem pre").inner_text()
    assert "microgradnn/" not in page.locator("#problem pre").inner_text()
    page.keyboard.press("Control+End")
    shared_page.run("x = (1,\n")
    assert shared_page.problem.startswith("Line 1 SyntaxError: '(' was never closed")
    shared_page.run("import numpy")
    assert "this page has Python's standard library and microgradnn" in shared_page.problem


def test_an_operation_of_ones_own_is_new_in_every_run(shared_page: Playground) -> None:
    for _ in range(2):
        shared_page.start("own-operation")
        assert shared_page.problem == ""


def test_output_comes_while_the_program_runs_and_a_loop_without_end_can_be_stopped(
    opened: Any,
) -> None:
    playground = opened("#start=neuron")
    playground.wait()
    playground.page.locator("#program").fill("print('before')\nwhile True:\n    pass\n")
    playground.page.locator("#run").click()
    until(playground.page, "document.querySelector('#printed').textContent == 'before\\n'")
    assert playground.page.locator("#run").is_disabled()
    playground.page.locator("#stop").click()
    playground.wait("ready")
    playground.run("print(1 + 1)")
    assert playground.printed == "2\n"


def test_a_program_that_prints_without_end_fills_no_page(shared_page: Playground) -> None:
    shared_page.run("for k in range(10**6):\n    print(k)\n")
    assert "… no more is shown: a run prints at most 100,000 characters" in shared_page.printed
    assert len(shared_page.printed) < 101_000
    shared_page.run("import sys\nprint('wrong', file=sys.stderr)\nprint('x' * 300_000)")
    assert shared_page.page.locator("#printed .err").inner_text() == "wrong\n"
    assert len(shared_page.printed) < 101_000
    shared_page.run("name = input()")
    assert "nobody can answer input() here" in shared_page.problem


def test_a_file_that_a_program_saves_can_be_had(shared_page: Playground) -> None:
    shared_page.run("with open('σ.txt', 'w', encoding='utf-8') as file:\n    file.write('∂')\n")
    with shared_page.page.expect_download() as download:
        shared_page.page.get_by_role("button", name="Save σ.txt").click()
    assert download.value.suggested_filename == "σ.txt"
    assert Path(download.value.path()).read_text("utf-8") == "∂"
    shared_page.run("1")
    assert shared_page.page.get_by_role("button", name="Save σ.txt").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_as_light_or_dark_as_the_site(opened: Any, site: str, theme: str) -> None:
    """The reader's choice on the site counts."""
    playground = opened(color_scheme="null")
    playground.page.evaluate(f"localStorage.theme = '{theme}'")
    playground.page.reload()
    playground.wait()
    red = playground.page.evaluate(
        "parseInt(getComputedStyle(document.body).backgroundColor.slice(4))"
    )
    assert (red > 200) == (theme == "light")
    playground.see("page")
    playground.inside.locator("#count").wait_for()
    asked = f"matchMedia('(prefers-color-scheme: {theme})').matches"
    assert playground.page.frames[-1].evaluate(asked)


def test_endless_recursion_is_an_error_and_python_lives_on(shared_page: Playground) -> None:
    shared_page.run("def f(n):\n    return f(n + 1)\nf(0)")
    assert shared_page.problem.startswith("Line 2 RecursionError")
    shared_page.run("print('alive')")
    assert shared_page.printed == "alive\n"


def test_when_python_itself_ends_it_is_loaded_again(opened: Any) -> None:
    playground = opened()
    playground.wait()
    playground.page.locator("#program").fill("import os\nos._exit(3)")
    playground.page.locator("#run").click()
    playground.wait("ready")
    assert "Python has stopped" in playground.problem
    playground.run("print(1 + 1)")
    assert playground.printed == "2\n"


def test_a_program_is_shared_by_the_address_and_does_not_run_unasked(opened: Any) -> None:
    program = "print('∂ & <b>')\n" + "# the same line again\n" * 100
    playground = opened()
    playground.wait()
    playground.page.locator("#program").fill(program)
    playground.page.get_by_role("button", name="Share").click()
    until(playground.page, "!document.querySelector('#shared').hidden")
    address = playground.page.get_by_label("Address").input_value()
    assert address == playground.page.url
    assert len(address) < 250
    other = opened("#" + address.partition("#")[2])
    other.wait("ready")
    assert other.page.locator("#program").input_value() == program
    assert "This program came with the address. Read it, then run it." in other.problem
    assert other.printed == ""
    other.run()
    assert other.printed == "∂ & <b>\n"


@pytest.mark.parametrize("code", ["code=%%%", "code=AAAA", "code=", "code=7cExAQAAAMKg_U9tCF8g"])
def test_an_address_that_was_cut_is_told(opened: Any, code: str) -> None:
    playground = opened(f"#{code}")
    playground.wait("ready")
    assert "cannot be read" in playground.problem
    assert playground.page.locator("#program").input_value() == POINTS["formula"]["text"]


def test_an_address_cannot_unfold_to_too_much(opened: Any) -> None:
    import base64
    import zlib

    deflate = zlib.compressobj(9, wbits=-15)
    packed = deflate.compress(b"#" * 10**7) + deflate.flush()
    code = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    playground = opened(f"#code={code}")
    playground.wait("ready")
    assert "cannot be read" in playground.problem


def test_it_works_with_the_network_off(opened: Any) -> None:
    playground = opened()
    playground.wait()
    playground.context.set_offline(True)
    playground.start("neuron")
    assert "∂y/∂b = 0.7864" in playground.printed
    playground.see("graph").locator("img").wait_for()
    playground.see("page")
    playground.inside.locator("#count").wait_for()


def test_a_program_reaches_no_other_place(opened: Any) -> None:
    """Another server on this machine hears nothing, though it would answer anybody."""
    heard: list[str] = []

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    playground = opened()
    playground.wait()
    for place in serving(Elsewhere):
        playground.run(
            "import js\nrequest = js.XMLHttpRequest.new()\n"
            f"request.open('GET', {place!r}, False)\nrequest.send()\n"
        )
        assert playground.problem.startswith("Line 4 ")
        assert "NetworkError" in playground.problem
        assert heard == []


def test_the_keyboard_runs_indents_and_is_not_trapped(shared_page: Playground) -> None:
    page = shared_page.page
    field = page.locator("#program")
    field.fill("")
    page.keyboard.type("def f(x):")
    page.keyboard.press("Enter")
    page.keyboard.type("return 2 * x")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("print(f(21))")
    assert field.input_value() == "def f(x):\n    return 2 * x\nprint(f(21))"
    page.keyboard.press("Control+Enter")
    until(page, "document.querySelector('#printed').textContent == '42\\n'")
    page.keyboard.press("Control+a")
    page.keyboard.press("Tab")
    assert field.input_value() == "    def f(x):\n        return 2 * x\n    print(f(21))"
    page.keyboard.press("Control+z")
    assert field.input_value() == "def f(x):\n    return 2 * x\nprint(f(21))"
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "run"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.id") in ("again", "starting-point")


def test_tabs_by_arrow_keys(shared_page: Playground) -> None:
    shared_page.start("formula")
    page = shared_page.page
    page.locator("#tab-graph").click()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-steps"
    assert page.locator("#panel-steps").is_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.id") == "tab-page"
    page.keyboard.press("Home")
    assert page.locator("[aria-selected=true]").inner_text() == "Graph"


def test_what_was_written_is_kept_when_another_program_is_chosen(shared_page: Playground) -> None:
    page = shared_page.page
    page.locator("#starting-point").select_option("kinks")
    page.locator("#program").fill("print('mine')")
    page.locator("#starting-point").select_option("neuron")
    assert page.locator("#program").input_value() == POINTS["neuron"]["text"]
    page.locator("#starting-point").select_option("kinks")
    assert page.locator("#program").input_value() == "print('mine')"
    page.locator("#again").click()
    assert page.locator("#program").input_value() == POINTS["kinks"]["text"]
    assert page.locator("#again").is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1280])
def test_no_rule_of_accessibility_is_broken(opened: Any, width: int, scheme: Any) -> None:
    playground = opened(viewport={"width": width, "height": 900}, color_scheme=scheme)
    playground.wait()
    page: Page = playground.page
    page.evaluate(axe())
    for name in ("graph", "steps", "paths", "page"):
        playground.see(name)
        assert violations(page) == []
    playground.run("1 / 0")
    page.locator("#problem summary").click()
    page.get_by_role("button", name="Share").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_all_of_it_is_at_most_15_megabytes(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= 15e6


def test_a_site_without_pyodide_has_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser
) -> None:
    monkeypatch.setattr(BUILD["fetch"], "FOLDER", tmp_path / "nothing")
    assert not BUILD["build"](tmp_path / "site")
    assert sorted(path.name for path in (tmp_path / "site").iterdir()) == [
        "index.html",
        "playground.css",
    ]
    for site in serve(tmp_path / "site"):
        page = browser.new_page()
        page.goto(site)
        assert "run python docs/playground/fetch.py" in page.inner_text("main")
        page.evaluate(axe())
        assert violations(page) == []
        page.close()
