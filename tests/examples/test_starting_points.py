"""The playground without a browser: what its Python answers, and its starting points."""

from __future__ import annotations

import ast
import base64
import json
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from microgradnn import Value

FOLDER = Path(__file__).parents[2] / "docs" / "playground"
RUNNING = SimpleNamespace(**runpy.run_path(str(FOLDER / "running.py")))
BUILD = runpy.run_path(str(FOLDER / "build.py"))
POINTS = {point["name"]: point for point in BUILD["starting_points"]()}


class Ran:
    """A session that has run a program."""

    def __init__(self, text: str) -> None:
        self.pieces: list[tuple[str, str]] = []
        self.session = RUNNING.Session(lambda stream, piece: self.pieces.append((stream, piece)))
        self.run(text)

    def run(self, text: str) -> None:
        self.pieces.clear()
        before = sys.stdin
        try:
            self.answer: Any = json.loads(self.session.run(text))
        finally:
            sys.stdin = before

    @property
    def printed(self) -> str:
        return "".join(piece for _, piece in self.pieces)

    @property
    def shown(self) -> Any:
        return self.session.shown

    def view(self, name: str, place: int = 0) -> Any:
        return json.loads(self.session.view(name, place))


SHOWN = {"mistakes": ["page"], "worksheet": ["page"], "xor": ["graph"], "engine": []}
PRINTED = {
    "formula": "∂f/∂x = -3.0",
    "neuron": "∂y/∂b = 0.7864",
    "paths": "32 paths, and their sum is 1.22086",
    "xor": "[1, 1] → -0.99",
    "own-operation": "the gradients agree",
    "letters": "step 150: loss 0.9",
    "higher-derivatives": "[[6.0, 4.0], [4.0, 0.0]]",
    "kinks": "maximum(x, 0)     0.00     1.00      0.5",
    "nan": "made at program.py:9: length = mg.sqrt(square)",
    "mistakes": "",
    "engine": "1. a node used twice",
    "worksheet": "",
    "newton": "Newton, 2: 1.0 1.0 0.0",
}


@pytest.mark.parametrize("name", POINTS)
def test_a_starting_point(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs where only the standard library can be had, and prints and shows what it says."""
    for missing in ("numpy", "graphviz", "rich", "hypothesis"):
        monkeypatch.setitem(sys.modules, missing, None)
    ran = Ran(POINTS[name]["text"])
    assert ran.answer["error"] is None
    assert PRINTED[name] in ran.printed
    assert ran.answer["views"] == SHOWN.get(name, ["graph", "steps", "paths", "page"])
    for view in ran.answer["views"]:
        assert "problem" not in ran.view(view)


def test_starting_points_have_names_titles_and_room() -> None:
    assert list(POINTS) == list(PRINTED)
    for point in POINTS.values():
        first, *rest = point["text"].splitlines()
        assert first == f"# {point['title']}"
        assert len(rest) < 100
        assert point["title"][0].isupper()
        ast.parse(point["text"], feature_version=(3, 11))


def test_the_engine_can_be_repaired() -> None:
    """Its first fault, then the next; and an engine that goes back in order has none."""
    text = POINTS["engine"]["text"]
    broken = text[text.index("    def backward") : text.index("print(")]
    added = Ran(text.replace("self.grad = upstream", "self.grad += upstream")).printed
    assert "a node used twice" not in added
    assert "A chain of 10,000 operations" in added
    right = """\
    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack += [(node, True), *((x, False) for x, _ in node.below)]
        for node in order:
            if node.below:
                node.grad = 0.0
        self.grad += 1.0
        for node in reversed(order):
            for operand, local in node.below:
                operand.grad += local * node.grad


"""
    assert Ran(text.replace(broken, right)).printed.startswith("Engine: no faults")


VALUES = "from microgradnn import Value\na, b = Value(2.0, 'a'), Value(3.0, 'b')\n"


@pytest.mark.parametrize(
    ("program", "data"),
    [
        ("a * b", 6.0),
        ("c = a * b\nd = c + 1\nprint(a)", 7.0),
        ("c = a * b\nc.backward()\nfor p in (a, b):\n    p.data -= 0.1 * p.grad", 6.0),
        ("for k in range(3):\n    loss = a * k", 4.0),
        ("d = a * b\nd", 6.0),
        ("c = a * b\nb", 3.0),  # the reader's own word comes before ours
        ("x = 1", 3.0),  # nothing was computed, so the last leaf
    ],
)
def test_which_value_is_shown(program: str, data: float) -> None:
    ran = Ran(VALUES + program)
    assert isinstance(ran.shown, Value)
    assert ran.shown.data == data


def test_what_is_no_value_is_printed_and_shows_nothing() -> None:
    ran = Ran("[1, 2]")
    assert ran.printed == "[1, 2]\n"
    assert ran.answer == {"error": None, "files": [], "views": [], "offered": [], "size": 0}
    assert Ran("").answer["error"] is None


def test_pictures_and_pages_are_shown_as_they_are() -> None:
    ran = Ran("import microgradnn as mg\nx = mg.Value(2.0, 'x')\nmg.draw(x * x)")
    assert ran.answer["views"] == ["graph"]
    assert ran.view("graph") == {
        "svg": ran.shown.svg,
        "words": ran.view("graph")["words"],
    }
    assert "x" in ran.view("graph")["words"]
    ran.run("import microgradnn as mg\nx = mg.Value(2.0)\nmg.explore(x * x, title='Mine')")
    assert "<title>Mine</title>" in ran.view("page")["html"]


def test_steps_and_paths() -> None:
    ran = Ran(VALUES + "c = a * b + a")
    assert ran.answer["offered"] == ["a", "b"]
    assert ran.view("paths", 1)["text"].startswith("∂(a × b + a)/∂b = 2, the sum over 1 path")
    assert ran.view("steps")["rows"][0] == ["compute (a × b)", "a × b = 6"]
    assert ran.view("steps")["more"] == 0
    ran.run(VALUES + "for _ in range(1000):\n    a = a + b\n")
    assert ran.view("steps")["more"] == 3001 - 500
    ran.run(VALUES + "a")
    assert ran.view("paths") == {
        "problem": "this Value was computed from nothing, so there are no paths"
    }


@pytest.mark.parametrize(
    ("program", "line", "message"),
    [
        ("x = 1\n1 / 0", 2, "ZeroDivisionError: division by zero"),
        ("def f():\n    return unknown\nf()", 2, "NameError: name 'unknown' is not defined"),
        ("x = (1,\n", 1, "SyntaxError: '(' was never closed"),
        ("raise KeyError", 1, "KeyError"),
        ("import sys\nsys.exit(3)", 2, "the program has ended itself, with 3"),
        (VALUES + "(a - 2).log()", 3, "ValueError: log(0.0): the operand must be in the domain"),
        (
            "import there_is_none",
            1,
            "ModuleNotFoundError: No module named 'there_is_none' (this page has Python's standard "
            "library and microgradnn)",
        ),
        ("input()", 1, "RuntimeError: nobody can answer input() here; write the answer into the"),
    ],
)
def test_an_error_has_a_line_and_a_sentence(program: str, line: int, message: str) -> None:
    error = Ran(program).answer["error"]
    assert error["line"] == line
    assert error["message"].startswith(message)
    assert 'File "program.py"' in error["trace"]
    assert "running.py" not in error["trace"]
    assert "microgradnn/" not in error["trace"]


def test_a_view_that_cannot_be_made_says_why() -> None:
    ran = Ran(VALUES + "c = a * b\na.data = 7.0")
    assert "has changed since it was computed" in ran.view("page")["problem"]


def test_output_comes_line_by_line_and_has_an_end() -> None:
    ran = Ran("import sys\nprint('a', 'b')\nprint('c', end='')\nprint('d', file=sys.stderr)")
    assert ran.pieces == [("out", "a b\n"), ("err", "d\n"), ("out", "c")]
    ran.run("print('.', end='', flush=True)\nprint('.', end='')")
    assert ran.pieces == [("out", "."), ("out", ".")]
    ran.run("for k in range(1000):\n    print('x' * 1000)")
    assert len(ran.printed) < 100_100
    assert ran.printed.endswith("… no more is shown: a run prints at most 100,000 characters\n")
    ran.run("print('again')")
    assert ran.printed == "again\n"


def test_nothing_is_left_of_the_run_before() -> None:
    own = "import microgradnn as mg\nmg.primitive('mine', lambda x: x, [lambda out, x: 1.0])\ny = 1"
    ran = Ran(own)
    ran.run(own)
    assert not ran.answer["error"]
    ran.run("y")
    assert ran.answer["error"]["message"] == "NameError: name 'y' is not defined"


def test_the_archive_of_the_package_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        BUILD["_zip_package"](tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").stat().st_size < 1e6


def test_files_that_a_program_saves_are_kept_until_the_next_run() -> None:
    before = Path.cwd()
    ran = Ran(
        "import microgradnn as mg\nfrom pathlib import Path\nx = mg.Value(2.0)\n"
        "mg.draw(x * x).save('square.svg')\nPath('half').write_text('½')\n1 / 0"
    )
    assert ran.answer["error"]["line"] == 6
    assert ran.answer["files"] == ["half", "square.svg"]
    half = json.loads(ran.session.file("half"))["base64"]
    assert base64.b64decode(half) == "½".encode()
    assert b"<svg" in base64.b64decode(json.loads(ran.session.file("square.svg"))["base64"])
    ran.run("from pathlib import Path\nprint([*Path().iterdir()])")
    assert (ran.printed, ran.answer["files"]) == ("[]\n", [])
    assert Path.cwd() == before
