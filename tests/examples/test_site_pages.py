"""The site as files: links lead somewhere, nothing comes from elsewhere, all names are told."""

from __future__ import annotations

import importlib
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

DOCS = Path(__file__).parents[2] / "docs"
LOADING = {"src", "srcset", "data", "poster", "action", "formaction", "background"}
MODULES = ["", ".losses", ".nn", ".optim", ".data", ".plots", ".testing", ".sklearn"]
MOST = 10 * 2**20  # bytes of the site without the playground
FIGURES = {"figures", "playground"}  # pages that scripts fill


class Read(HTMLParser):
    """What a page leads to, what it loads, and where one can get in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            text = value or ""
            if name in ("id", "name"):
                self.places.add(text)
            elif name == "href" and tag == "a":
                self.links.append(text)
            elif name in LOADING or name in ("href", "xlink:href"):
                self.loaded.append(text)
            elif name == "style":
                self.loaded += loaded_by_style(text)


def loaded_by_style(text: str) -> list[str]:
    """The addresses that a style sheet loads something from."""
    found = re.findall(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)", text)
    return [either or other for either, other in found]


def is_elsewhere(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data")


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Read]:
    return {path: Read(path) for path in sorted(site.rglob("*.html"))}


def test_every_link_leads_somewhere(pages: dict[Path, Read], site: Path) -> None:
    broken = []
    for path, read in pages.items():
        for link in read.links + read.loaded:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            place = unquote(parts.fragment)
            by_script = target.relative_to(site).parts[0] in FIGURES
            if not target.exists() or (
                place and not by_script and target in pages and place not in pages[target].places
            ):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert broken == []


def test_pages_load_nothing_from_elsewhere(pages: dict[Path, Read], site: Path) -> None:
    loaded = {path: read.loaded for path, read in pages.items()}
    for path in [*pages, *site.rglob("*.css"), *site.rglob("*.svg")]:
        text = path.read_text("utf-8")
        styles = re.findall(r"<style[^>]*>(.*?)</style>", text, re.DOTALL)
        sheets = [text] if path.suffix == ".css" else styles
        loaded.setdefault(path, [])
        loaded[path] = loaded[path] + [x for sheet in sheets for x in loaded_by_style(sheet)]
    assert len(loaded) > len(pages)
    found = [(path.name, x) for path, found in loaded.items() for x in found if is_elsewhere(x)]
    assert found == []


def test_scripts_name_no_other_place(site: Path) -> None:
    """A script that would fetch something has its address somewhere; furo's has a link or two."""
    for path in (site / "_static").rglob("*.js"):
        text = path.read_text("utf-8")
        assert not re.search(r"(fetch|import|importScripts)\(\s*[\"'`]https?:", text), path.name


def test_size(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.is_file()]
    own = [path for path in files if "playground" not in path.relative_to(site).parts]
    assert sum(path.stat().st_size for path in own) <= MOST


def test_live_figures_are_there(site: Path) -> None:
    """Each has a frame of its own, which may run scripts and nothing else of this place."""
    frames = re.findall(r"<iframe [^>]*>", (site / "index.html").read_text("utf-8"))
    assert len(frames) == 1
    assert 'src="figures/first_graph.html"' in frames[0]
    assert 'sandbox="allow-scripts allow-downloads"' in frames[0]
    assert 'loading="lazy"' in frames[0]
    assert 'title="Two paths from x to f"' in frames[0]
    own = (site / "figures" / "first_graph.html").read_text("utf-8")
    assert "<title>Two paths from x to f</title>" in own


@pytest.mark.parametrize("module", MODULES)
def test_all_public_names_are_in_the_reference(module: str) -> None:
    """The pages of the reference name all, so this needs no site."""
    if module == ".sklearn":
        pytest.importorskip("sklearn")
    name = f"microgradnn{module}"
    told: set[str] = set()
    for page in (DOCS / "reference").glob("*.md"):
        blocks = re.findall(r"^```\{public\} (\S+)\n(.*?)^```", page.read_text(), re.M | re.S)
        for of, chosen in blocks:
            if of == name:
                told |= set(chosen.split() or importlib.import_module(name).__all__)
    public = set(importlib.import_module(name).__all__) - {"__version__"}
    assert public - {x[1:] for x in MODULES} - told == set()


def test_entries_say_what_docstrings_say(site: Path) -> None:
    page = (site / "reference" / "losses.html").read_text("utf-8")
    assert 'id="microgradnn.losses.l1_loss"' in page
    assert "|ŷ − y|" in page  # no substitution
    assert "&gt;&gt;&gt; " in page
    assert "System Message" not in page


def test_pages_of_files_have_their_lines(site: Path) -> None:
    page = (site / "source" / "microgradnn" / "engine" / "table.py.html").read_text("utf-8")
    assert "add_row" in page
    assert '<span class="linenos">' in page
