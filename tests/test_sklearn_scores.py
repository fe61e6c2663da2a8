"""docs/estimators.md: its table of scores is what make_scores.py makes."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_the_scores_are_up_to_date() -> None:
    make = runpy.run_path(str(DOCS / "make_scores.py"))
    page = (DOCS / "estimators.md").read_text("utf-8")
    assert make["row"]("iris") in page
    for name in make["DATA"]:
        assert f"\n| {name} | " in page
