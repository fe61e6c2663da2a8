"""Makes the pictures of the docs: every drawing and figure that the lessons leave behind."""

import contextlib
import doctest
import re
import runpy
import tempfile
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from microgradnn import Drawing, draw

FIRST_EXAMPLE = Path(__file__).parents[1] / "examples" / "02_neuron.py"
LESSONS = Path(__file__).parent / "lessons"
PICTURES = Path(__file__).parent / "pictures"


def names_after(lesson: Path) -> dict[str, Any]:
    """What the names of a lesson stand for after its examples have run."""
    text = re.sub("^```.*$", "", lesson.read_text("utf-8"), flags=re.MULTILINE)
    examples = doctest.DocTestParser().get_doctest(text, {}, lesson.name, str(lesson), 0)
    if doctest.DocTestRunner().run(examples, clear_globs=False).failed:
        raise SystemExit(f"{lesson} fails; its pictures would show what it does not say")
    return examples.globs


def save(picture: Drawing | Figure, path: Path) -> None:
    """Write a picture as SVG, the same bytes every time."""
    if isinstance(picture, Drawing):
        picture.save(path)
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
            if isinstance(thing, Drawing | Figure):
                save(thing, PICTURES / f"{name}.svg")
                print(f"{lesson.name}: {name}.svg")


if __name__ == "__main__":
    main()
