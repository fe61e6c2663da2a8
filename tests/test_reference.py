"""The generated pages are those that the table generates."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_the_reference_is_up_to_date() -> None:
    page = runpy.run_path(str(DOCS / "make_reference.py"))["page"]()
    assert (DOCS / "reference.md").read_text("utf-8") == page
    assert "| maximum | a = 0, b = 0 | 0.5, 0.5 |" in page
    assert "| relu | x = 0 | 0 |" in page
