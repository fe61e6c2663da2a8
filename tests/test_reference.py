"""The generated pages are those that the table generates."""

import re
import runpy
from pathlib import Path

from effort import by_profile

from microgradnn.engine.row import PRIMITIVES

DOCS = Path(__file__).parents[1] / "docs"


def test_the_reference_is_up_to_date() -> None:
    page = runpy.run_path(str(DOCS / "make_reference.py"))["page"]()
    assert (DOCS / "reference.md").read_text("utf-8") == page
    page = page.replace("\N{NO-BREAK SPACE}", " ")
    assert "| maximum | a = 0, b = 0 | 0.5, 0.5 |" in page
    assert "| relu | x = 0 | 0 |" in page
    assert "| a in (−∞, ∞)<br>b ≠ 0 |" in page
    assert "inf" not in page.replace("infinity", "")


def test_what_is_shown_as_accuracy_was_measured() -> None:
    """The columns of docs/accuracy.md are counted from its head."""
    head, *measured = re.findall(r"^\| .* \|$", (DOCS / "accuracy.md").read_text("utf-8"), re.M)
    value, derivatives = (head.split("|").index(f" {x} ") for x in ("value", "partials"))
    page = (DOCS / "reference.md").read_text("utf-8").replace("\N{NO-BREAK SPACE}", " ")
    for name in PRIMITIVES.keys() - {x for x, row in PRIMITIVES.items() if row.kind == "custom"}:
        (columns,) = [x.split("|") for x in measured if x.startswith(f"| {name} |")]
        shown = f"|{columns[value]}".rstrip() + f",{columns[derivatives]}|"
        assert re.search(rf"^\| {name} \|.*{re.escape(shown)}$", page, re.M), name


def test_the_page_of_accuracy_holds() -> None:
    make = runpy.run_path(str(DOCS / "make_accuracy.py"))
    text = (DOCS / "accuracy.md").read_text("utf-8")
    for row in PRIMITIVES.values():
        if row.kind == "custom":  # of another test
            continue
        shown = re.search(rf"^\| {row.name} \| (\S+) \|.*?\|.*?\| (\S+) \|", text, re.MULTILINE)
        assert shown, f"{row.name} is missing: run python docs/make_accuracy.py"
        # Some of the page's points: how many are tried follows the profile.
        _, *today = make["line"](row, [], by_profile(dev=8, ci=30, nightly=300)).split(" ")[1::2]
        for now, worst in zip(today, shown.groups(), strict=True):
            assert float(now) <= float(worst) <= 1.0
    for name in ("`python docs/make_accuracy.py`", "torch 2.", "jax 0.", "mpmath "):
        assert name in text
