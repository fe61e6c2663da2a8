"""Ways to run a block: without recording, with the lines of the program, without the collector."""

from __future__ import annotations

import gc
import linecache
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from .value import modes

_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: results are leaves. Holds for the current thread only.

    >>> from microgradnn import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.operands
    (9.0, ())
    """
    with _keeping_operands_as(None):
        yield


@contextmanager
def debug() -> Iterator[None]:
    """Record with each node the line of your program that made it; errors and diagnoses say it.

    Slower, so for looking at a fault only. Holds for the current thread only; copies forget it.

    >>> from microgradnn import Value
    >>> x = Value(3.0)
    >>> with debug():
    ...     y = x * x
    >>> y.made_at.partition(":")[2]
    '2: y = x * x'
    """
    with _keeping_operands_as(_Located):
        yield


@contextmanager
def _keeping_operands_as(keep: Any) -> Iterator[None]:
    thread = threading.get_ident()
    before = modes.get(thread, tuple)
    modes[thread] = before and keep  # inside `no_grad` nothing is recorded
    try:
        yield
    finally:
        modes[thread] = before
        if before is tuple:
            del modes[thread]


class _Located(tuple[Any, ...]):
    """Operands of a node, with the line of the user's program that made it."""

    def __init__(self, operands: Iterable[Any]) -> None:
        frame = sys._getframe(1)
        while frame.f_back and frame.f_code.co_filename.startswith(_PACKAGE):
            frame = frame.f_back
        file, number = frame.f_code.co_filename, frame.f_lineno
        self.line = f"{file}:{number}: {linecache.getline(file, number, frame.f_globals).strip()}"


@contextmanager
def large_graph() -> Iterator[None]:
    """Suspend the garbage collector while a big graph is built.

    The collector looks through all nodes again and again for cycles; a graph has none, so it is
    freed without it. Holds for the whole process.

    >>> from microgradnn import Value
    >>> with large_graph():
    ...     total = sum(Value(float(i)) for i in range(1000))
    >>> total.data
    499500.0
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
