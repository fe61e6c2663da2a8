"""Runs the examples in docs/ and in the README: what a page shows is what comes out."""

import random
import re
from pathlib import Path
from unittest import mock

import blocks
import check_evidence
import numpy as np
import pytest
import rich.style  # noqa: F401  (it draws from `random` when it is first imported)
from effort import by_profile
from make_pictures import save, svg_of
from matplotlib.figure import Figure

from microgradnn import Drawing, Explorer
from microgradnn.engine import PRIMITIVES

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "docs" / "lessons").glob("[0-9]*.md"))
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]
RUN_HERE = [page for page in PAGES if page.name != "scaling.md"]  # it asks for eight devices


@mock.patch.dict(PRIMITIVES)  # whose new rows are gone afterwards
@pytest.mark.parametrize("page", RUN_HERE, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    states = random.getstate(), np.random.get_state(legacy=False)
    names, faults = blocks.run(page)
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)
    np.testing.assert_equal((random.getstate(), np.random.get_state(legacy=False)), states)
    if page in LESSONS:
        pictures = {
            name: thing
            for name, thing in names.items()
            if isinstance(thing, Drawing | Explorer | Figure)
        }
        assert set(pictures) == set(re.findall(r"pictures/(\w+)\.svg", page.read_text("utf-8")))
        for name, thing in pictures.items():
            if not isinstance(thing, Figure):  # docs/make_pictures.py has run since it changed
                saved = ROOT / "docs" / "pictures" / f"{name}.svg"
                assert svg_of(thing) == saved.read_text("utf-8"), name


@pytest.mark.skipif(by_profile(dev=True, ci=True, nightly=False), reason="takes half a minute")
def test_the_evidence_of_lesson_4_is_what_its_script_prints(
    capsys: pytest.CaptureFixture[str],
) -> None:
    check_evidence.main()
    printed = capsys.readouterr().out
    page = " ".join((ROOT / "docs" / "lessons" / "04-gradient-check.md").read_text("utf-8").split())
    for figure, said in [
        ("4 solutions from 2,100 starts", "no fifth from 2,100 random starts"),
        ("ratio 1.9834e-09 ± 1.5e-12, the fifth differs by -5.4 ± 0.7", "noise of ±0.7"),
        ("-5.4 ± 0.7 units, 9 of the 9 components", "all nine numerical components right"),
        ("20 have solutions", "20 have weights that satisfy the nine equations"),
        ("in all, ratios from 2.5e-10 to 3.3e-09", "between 0.25e-09 and 3.3e-09"),
        ("the closest is off by 0.1%", "within 0.1 % of the printed one"),
        ("at most 8 of the 9 components are right", "8 at most"),
    ]:
        assert figure in printed
        assert said in page
    count = int(re.findall(r"(\d+) in all", printed)[0])  # 46 or 48, by the processor's rounding
    assert 44 <= count < 50
    assert "almost 50 solutions in all" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    words = re.sub("```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)#:]+)\)", words):
        assert (page.parent / link).exists(), link


GITHUB = 830  # pixels of the column in which it shows a page


def smallest_text(svg: str) -> float:
    """The pixels of the smallest text when the picture is shown in that column."""
    width, unit, seen = re.findall(
        r'width="([\d.]+)(pt)?".*?viewBox="\S+ \S+ (\S+) ', svg, re.DOTALL
    )[0]
    shown = min(float(width) * (4 / 3 if unit else 1), GITHUB) / float(seen)
    plots = [100 * float(scale) for scale in re.findall(r"scale\(([\d.]+) -", svg)]  # as outlines
    ours = [float(size) for size in re.findall(r"font(?:-size)?:\s*([\d.]+)px", svg)]
    return shown * min(plots + ours)


def test_figures_by_matplotlib_know_the_dark(tmp_path: Path) -> None:
    saved = [path.read_text("utf-8") for path in (ROOT / "docs" / "pictures").glob("*.svg")]
    save(Figure(), tmp_path / "new.svg")
    figures = [svg for svg in saved if "Matplotlib" in svg]
    assert len(figures) >= 18
    for svg in [*figures, (tmp_path / "new.svg").read_text("utf-8")]:
        assert svg.count("(prefers-color-scheme: dark)") == 1


def test_pictures_are_readable_where_they_are_shown_and_told_in_words() -> None:
    found = 0
    for page in PAGES:
        for words, name in re.findall(r"!\[([^\]]*)\]\(([^)]*\.svg)\)", page.read_text("utf-8")):
            found += 1
            assert smallest_text((page.parent / name).read_text("utf-8")) >= 10, name
            assert len(words) > 30, name
    assert found >= 12
