"""Makes the pictures of the docs: every drawing, figure and page that the lessons leave behind."""

import contextlib
import runpy
import tempfile
from pathlib import Path
from typing import Any

import blocks
import matplotlib
from matplotlib.figure import Figure

from microgradnn import Drawing, Explorer, draw

DOCS = Path(__file__).resolve().parent
FIRST_EXAMPLE = DOCS.parent / "examples" / "02_neuron.py"
PAGES = [DOCS / "index.md", *sorted(DOCS.glob("lessons/[0-9]*.md"))]
PICTURES = DOCS / "pictures"
# Matplotlib draws on white. On a dark page black and white change places, and hues stay.
STYLE = '<style type="text/css">'
DARK = "@media (prefers-color-scheme: dark) { svg { filter: invert(.92) hue-rotate(180deg) } }"


def names_after(page: Path) -> dict[str, Any]:
    """What the names of a page stand for after its blocks have run."""
    names, faults = blocks.run(page)
    if faults:
        raise SystemExit(f"{faults[0]}\nIts pictures would show what it does not say.")
    return names


def svg_of(thing: Drawing | Explorer) -> str:
    """A drawing, or the picture that stands for a page where pages are not shown."""
    svg = thing.svg if isinstance(thing, Drawing) else thing._repr_svg_()
    if svg is None:
        raise SystemExit(f"{thing} has no picture; a lesson shows smaller pages")
    return svg


def light_and_dark(svg: str) -> str:
    """A figure of Matplotlib's that is dark on a dark page; a picture of ours is by itself."""
    return svg.replace(STYLE, STYLE + DARK)


def save(picture: Drawing | Explorer | Figure, path: Path) -> None:
    """Write a picture as SVG, the same bytes every time."""
    if not isinstance(picture, Figure):
        path.write_text(svg_of(picture), "utf-8")
        return
    with matplotlib.rc_context({"svg.hashsalt": path.stem}):
        picture.savefig(path, metadata={"Date": None})
    path.write_text(light_and_dark(path.read_text("utf-8")), "utf-8")


def main() -> None:
    """Run the pages in order, and save each picture under the name that the page gives it."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as elsewhere, contextlib.chdir(elsewhere):
        save(draw(runpy.run_path(str(FIRST_EXAMPLE))["error"]), PICTURES / "one_neuron.svg")
        for page in PAGES:
            for name, thing in names_after(page).items():
                if isinstance(thing, Drawing | Explorer | Figure):
                    save(thing, PICTURES / f"{name}.svg")
                    print(f"{page.name}: {name}.svg")


if __name__ == "__main__":
    main()
