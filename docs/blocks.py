"""Runs the Python in a page: what a statement shows stands behind it as a comment.

    x.grad  # 4.0
    print(explain(y, x))
    # ∂y/∂x = 4, the sum over 2 paths
    #   …

A statement that shows something (it prints, or is an expression that is not None) has its result in
the comment on its line, or else in the comment lines below it. All other comments are remarks.
A block that is marked `python not-run` is a file of its own, or a piece of one.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import io
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

FENCE = re.compile(r"^(?P<indent> *)```python\n(?P<code>.*?)^ *```$", re.MULTILINE | re.DOTALL)
LAYOUT = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


class Example(NamedTuple):
    """A statement of a page, and what stands behind it."""

    statement: ast.stmt
    line: int
    source: str
    comment: str

    def fault(self, shown: str) -> str:
        """What is wrong with the comment, given what the statement shows; empty if nothing is."""
        checker = doctest.OutputChecker()
        if not shown.strip() or checker.check_output(self.comment + "\n", shown, LAYOUT):
            return ""
        return f"line {self.line}: {self.source}\nshows\n{shown}and the page says\n{self.comment}\n"


def blocks_of(page: str) -> Iterator[tuple[int, str]]:
    """The line before each block of a page, and its code."""
    for found in FENCE.finditer(page):
        code = re.sub(f"^{found['indent']}", "", found["code"], flags=re.MULTILINE)
        yield page.count("\n", 0, found.start()) + 1, code


def comment_below(lines: list[str], start: int) -> str:
    """The comment lines from a line on, without their signs."""
    below = itertools.takewhile(lambda line: line.startswith("#"), lines[start:])
    return "\n".join(line[1:].removeprefix(" ") for line in below)


def examples_of(page: str) -> Iterator[Example]:
    """The statements in the blocks of a page, in order."""
    for before, code in blocks_of(page):
        lines = code.splitlines()
        for statement in ast.parse(code).body:
            end = statement.end_lineno or statement.lineno
            source = "\n".join(lines[statement.lineno - 1 : end])
            behind = lines[end - 1].encode()[statement.end_col_offset :].decode().strip()
            if hasattr(statement, "body"):  # a comment in its last line belongs to that line
                behind = ""
            comment = behind.removeprefix("#").strip() or comment_below(lines, end)
            yield Example(statement, before + statement.lineno, source, comment)


def shown_by(example: Example, names: dict[str, Any], file: str) -> str:
    """Run a statement as an interactive Python does, and return what it shows."""
    tree = ast.increment_lineno(
        ast.Interactive([example.statement]), example.line - example.statement.lineno
    )
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, file, "single"), names)
    return printed.getvalue()


def run(page: Path) -> tuple[dict[str, Any], list[str]]:
    """Run a page: what its names stand for afterwards, and what it says wrongly.

    An error that a statement raises goes on, with the line in the page.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    faults = []
    for example in examples_of(page.read_text("utf-8")):
        fault = example.fault(shown_by(example, names, str(page)))
        if fault:
            faults.append(f"{page.name}, {fault}")
    return names, faults
