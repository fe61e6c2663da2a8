"""docs/extension: what becomes of a page on the site, and which pages are refused."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the site needs: pip install 'microgradnn[docs]'")
pytest.importorskip("furo")
pytest.importorskip("myst_parser")

from extension import pages, reference

import microgradnn as mg
from microgradnn.engine.row import PRIMITIVES

DOCS = Path(__file__).parents[2] / "docs"


def built(folder: Path, *lines: str) -> tuple[str, str]:
    """The body of a page that is built as the site is, and what is complained about."""
    source, out = folder / "pages", folder / "out"
    source.mkdir()
    (source / "index.md").write_text("\n".join(["# Title", "", *lines, ""]), "utf-8")
    how = ["-W", "--keep-going", "-n", "-q", "-c", str(DOCS), "-b", "html", str(source), str(out)]
    program = [sys.executable, "-m", "sphinx", *how]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (done.stderr == ""), done.stderr
    html = (out / "index.html").read_text("utf-8") if (out / "index.html").exists() else ""
    return html.partition('<article role="main"')[2].partition("</article>")[0], done.stderr


def test_a_page_in_all_its_parts(tmp_path: Path) -> None:
    html, told = built(
        tmp_path,
        "Half of $x^2$ is drawn:",
        *("```mermaid", "flowchart TD", "    a --> b", "```"),
        *("```python", "1 + 1  # 2", "```"),
        *("|  | b |", "|---|---|", "| 1 | 2 |"),
    )
    assert told == ""
    assert "<msup>" in html.partition("<math")[2].partition("</math>")[0]
    assert 'aria-label="a imports b"' in html or "a --&gt; b" in html
    assert "<td></td>" in html  # no head of a column that says nothing


def test_formulas_are_shown_and_prices_are_none(tmp_path: Path) -> None:
    html, told = built(
        tmp_path,
        *("```math", r"\begin{aligned} a &= 1 \\ b &= 2 \end{aligned}", "```"),
        "Half of $x^2$, `$c$`, from $5 to $9, or $a or $b:",
        *("```sh", "echo $HOME/$USER", "```"),
    )
    assert told == ""
    block, *others = html.split("<math")[1:]
    assert html.count('<div class="formula" tabindex="0"><math') == 1
    assert block.count("<mtr>") == 2
    assert len(others) == 1
    assert "from $5 to $9, or $a or $b" in others[0]


def test_github_shows_the_formulas_of_the_pages_too() -> None:
    """Its Markdown comes first: it takes away a backslash before a sign, and reads *, _ and <."""
    found = []
    for page in DOCS.rglob("*.md"):
        prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.M | re.S)
        found += re.findall(r"\$+([^$]+)\$+", prose)
        assert "$$" not in prose, page
    assert len(found) > 8
    assert [x for x in found if re.search(r"\\[^a-zA-Z]|[*<`]|(?<!\w)_|\n", x)] == []


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (["```python", "1 + 1  # 3", "```"], "index.md, line 4: 1 + 1  # 3\nshows\n2\n"),
        (["```python", "1 + 1  # 2", "1 / 0", "```"], "line 5: ZeroDivisionError"),
        (["[gone](gone.md)"], "target not found: 'gone.md'"),
        (["[gone](#gone)"], "'gone'"),
        (["$\\nothing$"], "is no formula"),
        (["![gone](gone.svg)"], "image file not readable: gone.svg"),
        (["```{public} microgradnn.losses", "gone_loss", "```"], "gone_loss"),
    ],
)
def test_what_fails_the_build(tmp_path: Path, lines: list[str], complaint: str) -> None:
    _, told = built(tmp_path, *lines)
    assert complaint in told


def test_docstrings_are_plain_text() -> None:
    text = (
        "The sum *of* |x| and x_1, by `add_`; see `Value`.\n\n    y = 2 * x\n\n- one\n  more\n- two"
    )
    lines = reference.as_markup(text.split("\n"))
    assert lines[0].startswith("The sum \\*of\\* \\|x\\| and x\\_1, by \\ ``add_``\\ ; see")
    assert ":py:obj:`Value <microgradnn.Value>`" in lines[0]
    assert lines[2:5] == [".. code-block:: text", "", "    y = 2 * x"]
    assert lines[6:9] == ["- one", "  more", "- two"]


def test_examples_in_docstrings_stay() -> None:
    lines = [">>> 2 * 3", "6", "", "And:", "    a formula"]
    assert reference.as_markup(lines) == [
        *lines[:4], "", ".. code-block:: text", "", "    a formula", ""
    ]  # fmt: skip


def test_functions_of_rows_say_how_far_off_they_are() -> None:
    rows = [name for name in mg.__all__ if name in PRIMITIVES]
    assert len(rows) > 40
    for name in rows:
        lines = (inspect.getdoc(getattr(mg, name)) or "").split("\n")
        told = reference.with_accuracy(f"microgradnn.{name}", lines)
        assert [x[:22] for x in told if x not in lines] == ["    off by      value "], name
        piece = next(x for x in reference.pieces(told) if "    off by" in "".join(x))
        assert all(line.startswith("    ") for line in piece), name
    lines = ["The cross-entropy.", "", "Raises TypeError."]
    assert reference.with_accuracy("microgradnn.losses.cross_entropy", lines) == lines


def test_a_reference_shows_annotations_as_they_are_written(tmp_path: Path) -> None:
    names = {"data": "batches", "nn": "", "sklearn": "MLPClassifier"}
    blocks = [f"```{{public}} microgradnn.{of}\n{chosen}\n```" for of, chosen in names.items()]
    html, told = built(tmp_path, *blocks)
    assert told == ""
    shown = re.sub(r"\s+", " ", re.sub("<.*?>", "", html))
    assert "batches(X: ArrayLike, y: ArrayLike, batch_size: int, seed: int | None = None)" in shown
    assert "Iterator[tuple[NDArray[Any], NDArray[Any]]]" in shown
    assert "load_state_dict(state: dict[str, Any], strict: bool = True)" in shown
    assert "ForwardRef" not in shown
    assert "predict_proba(" in shown
    assert "set_fit_request(" not in shown  # which scikit-learn makes, with markup of its own


def test_navigation_without_pages_is_none() -> None:
    assert pages.contents([]) == ""
    assert "\n/a\n/b\n" in pages.contents(["a", "b"], "About")
