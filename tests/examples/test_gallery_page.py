"""The gallery is that which its program makes of the examples, and each picture is there."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "gallery.md").read_text("utf-8")
DRAWN = ["02_neuron", "03_xor", "16_chain_rule"]  # by us, so to the byte; figures by matplotlib


def test_the_gallery_is_up_to_date() -> None:
    assert runpy.run_path(str(ROOT / "docs" / "make_gallery.py"))["page"]() == PAGE


def test_the_gallery_shows_all_examples_and_pictures() -> None:
    shown = re.findall(r"\]\(\.\./examples/(\w+\.py)\)", PAGE)
    assert shown == [path.name for path in sorted((ROOT / "examples").glob("*.py"))]
    pictures = sorted((ROOT / "docs" / "pictures").glob("example_*.svg"))
    assert sorted(re.findall(r"pictures/(example_\w+\.svg)", PAGE)) == [p.name for p in pictures]


@pytest.mark.parametrize("name", DRAWN)
def test_drawings_are_those_that_the_examples_make(name: str, tmp_path: Path) -> None:
    script = ROOT / "examples" / f"{name}.py"
    subprocess.run([sys.executable, script], cwd=tmp_path, check=True, capture_output=True)
    (drawn,) = tmp_path.glob("*.svg")
    kept = ROOT / "docs" / "pictures" / f"example_{drawn.name}"
    assert drawn.read_text("utf-8") == kept.read_text("utf-8"), "run python docs/make_gallery.py"
