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

FIRST_EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "02_neuron.py"
LESSONS = Path(__file__).resolve().parent / "lessons"
PICTURES = Path(__file__).resolve().parent / "pictures"


def names_after(lesson: Path) -> dict[str, Any]:
    """What the names of a lesson stand for after its blocks have run."""
    names, faults = blocks.run(lesson)
    if faults:
        raise SystemExit(f"{faults[0]}\nIts pictures would show what it does not say.")
    return names


def svg_of(thing: Drawing | Explorer) -> str:
    """A drawing, or the picture that stands for a page where pages are not shown."""
    svg = thing.svg if isinstance(thing, Drawing) else thing._repr_svg_()
    if svg is None:
        raise SystemExit(f"{thing} has no picture; a lesson shows smaller pages")
    return svg


def save(picture: Drawing | Explorer | Figure, path: Path) -> None:
    """Write a picture as SVG, the same bytes every time."""
    if not isinstance(picture, Figure):
        path.write_text(svg_of(picture), "utf-8")
        return
    with matplotlib.rc_context({"svg.hashsalt": path.stem}):
        picture.savefig(path, metadata={"Date": None})


def main() -> None:
    """Run the lessons in order, and save each picture under the name that the lesson gives it."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as elsewhere, contextlib.chdir(elsewhere):
        save(draw(runpy.run_path(str(FIRST_EXAMPLE))["error"]), PICTURES / "one_neuron.svg")
        for lesson in sorted(LESSONS.glob("[0-9]*.md")):
            for name, thing in names_after(lesson).items():
                if isinstance(thing, Drawing | Explorer | Figure):
                    save(thing, PICTURES / f"{name}.svg")
                    print(f"{lesson.name}: {name}.svg")


if __name__ == "__main__":
    main()
