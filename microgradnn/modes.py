"""Ways to run a block: without recording, or without the garbage collector."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .value import paused


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
    thread = threading.get_ident()
    outermost = thread not in paused
    paused.add(thread)
    try:
        yield
    finally:
        if outermost:
            paused.discard(thread)


@contextmanager
def large_graph() -> Iterator[None]:
    """Suspend the garbage collector while a big graph is built.

    The collector looks through all nodes again and again for cycles; a graph has none, so it is
    freed without it.

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
