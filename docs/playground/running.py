"""Runs a reader's program in the playground, and makes the views of what it ends with."""

from __future__ import annotations

import ast
import base64
import io
import itertools
import json
import linecache
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from html import unescape
from pathlib import Path
from typing import Any

import microgradnn as mg
from microgradnn.drawing.notebook import first_inside
from microgradnn.engine.row import PRIMITIVES
from microgradnn.explaining.names import names_of
from microgradnn.explorer.hiding import Part

NAME = "program.py"  # what the program is called in its tracebacks
MOST_OUTPUT = 100_000  # characters that a run may print
# Of the page to step through, whose frame has no address of its own.
HIDDEN: tuple[Part, ...] = ("link",)
MOST_ROWS = 500  # steps in the table
MOST_OFFERED = 200  # values by which the paths may be asked for

Post = Callable[[str, str], None]  # takes "out" or "err", and a piece of text


class Output(io.TextIOBase):
    """What a program prints, line by line as it comes; no more of it than a page can hold."""

    def __init__(self, stream: str, post: Post, most: list[int]) -> None:
        self.stream, self.post = stream, post
        self.most = most  # how many characters may follow, a number that both streams count down
        self.waiting = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, got {type(text).__name__}")
        if self.most[0] > 0:
            self.waiting += text[: self.most[0]]
            self.most[0] -= len(text)
            if self.most[0] <= 0:
                self.waiting += (
                    f"\n… no more is shown: a run prints at most {MOST_OUTPUT:,} characters\n"
                )
            if "\n" in text or self.most[0] <= 0:
                self.flush()
        return len(text)

    def flush(self) -> None:
        if self.waiting:
            self.post(self.stream, self.waiting)
            self.waiting = ""


class NoInput(io.StringIO):
    """Stands where a keyboard would be."""

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        raise RuntimeError("nobody can answer input() here; write the answer into the program")


class Session:
    """One program after another, each from the beginning; the views are of the one that ran last.

    Everything that it answers is JSON, for it goes to the page as a message.
    """

    def __init__(self, post: Post) -> None:
        self.post = post
        self.rows = dict(PRIMITIVES)
        self.shown: Any = None
        self.offered: list[mg.Value] = []
        self.files: dict[str, bytes] = {}

    def run(self, text: str) -> str:
        """Run a program, and say what there is to see of it, and where it failed, if it did."""
        PRIMITIVES.clear()  # an operation of the reader's own is new in every run
        PRIMITIVES.update(self.rows)
        linecache.cache[NAME] = (len(text), None, text.splitlines(keepends=True), NAME)
        most = [MOST_OUTPUT]
        out, err = Output("out", self.post, most), Output("err", self.post, most)
        namespace: dict[str, Any] = {"__name__": "__main__", "__file__": NAME}
        sys.stdin, error, self.shown = NoInput(), None, None
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            with redirect_stdout(out), redirect_stderr(err), chdir(folder):
                try:
                    tree = ast.parse(text, NAME)
                    self.shown = last_value(tree, namespace, executed(tree, namespace))
                except BaseException as raised:  # whatever the program raises is told
                    error = told(raised)
                    take_apart(raised)
                out.flush()
                err.flush()
            saved = [path for path in sorted(Path(folder).glob("*")) if path.is_file()]
            self.files = {path.name: path.read_bytes() for path in saved}
        return json.dumps({"error": error, "files": [*self.files], **self.contents()})

    def contents(self) -> dict[str, Any]:
        """Which views there are, and by which values the paths may be asked for."""
        self.offered, offered, size = [], [], 0
        if isinstance(self.shown, mg.Value):
            order = mg.topological_order(self.shown)
            names, size = names_of(order), len(order)
            wanted = [x for x in order if x is not self.shown and (x.op is None or x.label)]
            self.offered = sorted(wanted, key=lambda x: not x.label)[:MOST_OFFERED]
            offered = [names[x] for x in self.offered]
        return {"views": views_of(self.shown), "offered": offered, "size": size}

    def file(self, name: str) -> str:
        """A file that the program has saved."""
        return json.dumps({"base64": base64.b64encode(self.files[name]).decode()})

    def view(self, name: str, place: int) -> str:
        """A view of what was shown; `place` is that of a value among those that were offered."""
        try:
            return json.dumps(VIEWS[name](self, place))
        except Exception as error:
            return json.dumps({"problem": str(error) or type(error).__name__})

    def graph(self, _: int) -> dict[str, Any]:
        """The picture, as an SVG document, and what is seen in it, in words."""
        shown = self.shown
        svg = shown.svg if hasattr(shown, "svg") else mg.draw(shown).svg
        words = [unescape(first_inside(name, svg)) for name in ("title", "desc")]
        return {"svg": svg, "words": ". ".join(filter(None, words))}

    def steps(self, _: int) -> dict[str, Any]:
        """Both passes as rows of a table, and how many rows are left out."""
        passes = mg.steps(self.shown)
        rows = [*itertools.islice(passes.rows(), MOST_ROWS)]
        return {"rows": rows, "more": len(passes) - len(rows)}

    def paths(self, place: int) -> dict[str, Any]:
        """The derivative by a value as the sum over its paths."""
        if not self.offered:
            raise ValueError("this Value was computed from nothing, so there are no paths")
        return {"text": str(mg.explain(self.shown, self.offered[place]))}

    def page(self, _: int) -> dict[str, Any]:
        """The page on which both passes are stepped through, or another that the program made."""
        shown = self.shown
        return {
            "html": shown.html if hasattr(shown, "html") else mg.explore(shown, hide=HIDDEN).html
        }


VIEWS = {
    "graph": Session.graph,
    "steps": Session.steps,
    "paths": Session.paths,
    "page": Session.page,
}


def views_of(shown: Any) -> list[str]:
    """The names of the views that there are of a Value, a network, a picture or a page."""
    if isinstance(shown, mg.Value):
        return [*VIEWS]
    has_picture = isinstance(shown, (mg.nn.Neuron, mg.nn.Layer, mg.nn.MLP))
    has_picture = has_picture or isinstance(getattr(shown, "svg", None), str)
    has_page = isinstance(getattr(shown, "html", None), str)
    return ["graph"] * has_picture + ["page"] * has_page


def executed(tree: ast.Module, namespace: dict[str, Any]) -> Any:
    """Run a program; if it ends with an expression, the value of that, else None."""
    last = tree.body[-1] if tree.body else None
    before = tree.body[:-1] if isinstance(last, ast.Expr) else tree.body
    exec(compile(ast.Module(before, []), NAME, "exec"), namespace)
    if not isinstance(last, ast.Expr):
        return None
    value = eval(compile(ast.Expression(last.value), NAME, "eval"), namespace)
    if value is not None and (isinstance(value, mg.Value) or not views_of(value)):
        print(repr(value))  # as Python does where one types
    return value


def last_value(tree: ast.Module, namespace: dict[str, Any], result: Any) -> Any:
    """What is shown: the result, if it can be; else the Value that the program's text names last.

    Values that were computed come before those that were not.
    """
    if views_of(result):
        return result
    names = [x for x in ast.walk(tree) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)]
    names.sort(key=lambda x: (x.lineno, x.col_offset))
    values = [x for x in (namespace.get(name.id) for name in names) if isinstance(x, mg.Value)]
    values.sort(key=lambda x: x.op is not None)
    return values[-1] if values else None


def take_apart(error: BaseException) -> None:
    """Let the calls go, the innermost first.

    Each call holds the one before it. In a browser the stack is small, so a thousand of them that
    end inside each other, as after an endless recursion, would be the end of Python.
    """
    calls = []
    call, error.__traceback__ = error.__traceback__, None
    while call is not None:
        calls.append(call)
        call = call.tb_next
        calls[-1].tb_next = None
    while calls:
        calls.pop()


def told(error: BaseException) -> dict[str, Any]:
    """An error: its line in the program, its sentence, and the way to it through the program."""
    trace = traceback.TracebackException.from_exception(error)
    trace.__cause__ = trace.__context__ = None  # how the package came to it is not the reader's
    trace.stack = traceback.StackSummary.from_list([x for x in trace.stack if x.filename == NAME])
    line = trace.stack[-1].lineno if trace.stack else None
    if isinstance(error, SyntaxError) and error.filename == NAME:
        line = error.lineno
    message = f"{type(error).__name__}: {error}".removesuffix(": ")
    if isinstance(error, SyntaxError):
        message = f"{type(error).__name__}: {error.msg}"
    if isinstance(error, SystemExit):
        message = f"the program has ended itself, with {error.code!r}"
    if isinstance(error, ModuleNotFoundError):
        message += " (this page has Python's standard library and microgradnn)"
    return {"line": line, "message": message, "trace": "".join(trace.format())}
