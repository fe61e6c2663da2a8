"""Long programs, run from a list of calls instead of by Python's compiler.

The idea: each line of a program is one call, with names for its operands. So a list of functions
and operands says what the text says; to run through it takes as long, and to make it a tenth.
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import groupby
from typing import Any

Calls = list[Callable[[], Any]]

_CALL = re.compile(r"#|(?!.*(X\[|theta|share))[\w.]+\(.*\)$")  # or a comment
_ROWS = re.compile(r"([UV])\[(\d+):(\d+)\]")  # of a buffer, which most names of a long program are


def without_calls(lines: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """A program with `run_through(calls[k])` in place of the k-th run of calls, and these calls."""
    short: list[str] = []
    calls: list[list[str]] = []
    for are_calls, some in groupby(lines, key=lambda line: bool(_CALL.match(line))):
        if are_calls:
            short.append(f"run_through(calls[{len(calls)}])")
            calls.append(list(some))
        else:
            short += some
    return short, calls


def run_through(calls: Calls) -> None:
    """Make all these calls."""
    for call in calls:
        call()


def define(setup: Iterable[str], names: dict[str, Any]) -> None:
    """Run lines of the form `name = expression`, or any others."""
    for line in setup:
        name, _, expression = line.partition(" = ")
        rows = _ROWS.fullmatch(expression)
        if rows is None:
            exec(line, names)
        else:
            buffer, start, stop = rows.groups()
            names[name] = names[buffer][int(start) : int(stop)]


def calls_of(lines: Sequence[str], known: dict[str, Any]) -> Calls:
    """The calls that lines of a program make.

    To the names that are known are added the texts of numbers and words, and functions such as
    `add.reduce`.

    >>> known = {"add": max, "v1": [1.0], "v2": [2.0]}
    >>> calls_of(["# in words", "add(v1, v2)"], known)
    [functools.partial(<built-in function max>, [1.0], [2.0])]
    """
    return [_call_of(line, known) for line in lines if not line.startswith("#")]


def _call_of(line: str, known: dict[str, Any]) -> Callable[[], Any]:
    head, _, rest = line.partition("(")
    if head not in known:
        owner, _, method = head.partition(".")
        known[head] = getattr(known[owner], method)
    operands, named = [], {}
    for text in rest[:-1].split(", "):
        keyword, equals, name = text.partition("=")
        if equals and keyword.isidentifier():
            named[keyword] = known[name]
            continue
        if text not in known:
            known[text] = literal_eval(text)
        operands.append(known[text])
    return partial(known[head], *operands, **named)
