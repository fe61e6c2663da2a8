"""Makes docs/gallery.md from the docstrings of the examples, and their pictures by running them."""

import ast
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from make_pictures import light_and_dark

DOCS = Path(__file__).parent
EXAMPLES = sorted((DOCS.parent / "examples").glob("[0-9]*.py"))
PICTURES = DOCS / "pictures"

HEAD = """# Gallery

The [examples](../examples/): short scripts, each of which runs by itself within seconds, and is
run by the tests. Save one and start it with Python: it prints its result, and what it draws lies
beside it afterwards. The first lines of each say what to look at.
(`python docs/make_gallery.py` writes this page.)
"""
# What there is to see, for those who do not see it.
WORDS = {
    "neuron": "The graph of one neuron and its error, each value with its gradient",
    "xor": "A network of circles: two inputs, three hidden neurons, one output, weights as lines",
    "moons": "Two half moons of points in each other, and the winding border that parts them",
    "iris": "Loss and accuracy over fifty epochs, in training and on flowers that were kept back",
    "digits": "Six handwritten digits that are misread, with what they are and what was read",
    "logistic_regression": "Flowers at probability 0 and 1, and the S-shaped curve between them",
    "perceptron": "Two classes of points, and the line that the perceptron found between them",
    "curve_by_scipy": "Sixty points of a damped swing, and the fitted curve through them",
    "differential_equation": "The trained network lies upon sin; untrained, it leaves the picture",
    "newton": "Newton's way over the contour lines of Rosenbrock's valley, in six steps",
    "convolution": "Eight learned kernels of 3 × 3 weights, and what each answers to a digit",
    "chain_rule": "The graph of (x + y) · z, with a gradient in each box",
}


def entry(example: Path) -> str:
    """What the page says of an example: its number and title, a sentence, its picture, a link."""
    docstring = ast.get_docstring(ast.parse(example.read_text("utf-8"))) or ""
    title, sentence = docstring.splitlines()[0].split(": ")
    needs = "Needs " + docstring.replace("\n", " ").split("Needs ")[1]
    link = f"[{example.name}](../examples/{example.name})"
    text = f"\n## {int(example.stem[:2])}. {title}\n\n"
    text += f"{sentence[0].upper()}{sentence[1:]} {link}. {needs}\n"
    for name in re.findall(r"(\w+)\.svg", docstring):
        text += f"\n![{WORDS[name]}](pictures/example_{name}.svg)\n"
    return text


def page() -> str:
    """The text of the page."""
    return HEAD + "".join(map(entry, EXAMPLES))


def draw(example: Path) -> None:
    """Run an example in an empty directory, and keep its pictures: the same bytes every time."""
    with tempfile.TemporaryDirectory() as directory:
        settings = Path(directory) / "matplotlibrc"
        settings.write_text("svg.hashsalt: microgradnn\n", "utf-8")
        same = {"MATPLOTLIBRC": str(settings), "SOURCE_DATE_EPOCH": "0", "MPLBACKEND": "svg"}
        subprocess.run(
            [sys.executable, example], cwd=directory, env={**os.environ, **same}, check=True
        )
        for picture in sorted(Path(directory).glob("*.svg")):
            target = PICTURES / f"example_{picture.name}"
            target.write_text(light_and_dark(picture.read_text("utf-8")), "utf-8")
            print(f"{example.name}: {target.name}")


if __name__ == "__main__":
    (DOCS / "gallery.md").write_text(page(), "utf-8")
    for example in EXAMPLES:
        if ".svg" in example.read_text("utf-8"):
            draw(example)
