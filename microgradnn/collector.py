"""Python's garbage collector, which a large graph does not need."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def large_graph() -> Iterator[None]:
    """Suspend the garbage collector, for the whole process, while a big graph is built.

    It looks through all nodes again and again for cycles; a graph has none, and is freed without.

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
