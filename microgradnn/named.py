"""Blocks that a program names by hand: `with mg.block("name"):`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .arguments import must_be
from .engine.modes import Changed


@contextmanager
def block(name: str) -> Iterator[None]:
    """Name what is recorded inside: pictures fold it into a block of this name.

    Blocks may lie in each other. One name is one block, however often it is used, but where that
    would close a circle it is several. Labels stay as they are, leaves belong to no block, and
    copies keep their blocks. Holds for the current thread, and there for the current asyncio task.
    Raises TypeError if the name is no str, ValueError if there is nothing in it.

    >>> from microgradnn import Value, block, draw
    >>> x = Value(3.0, label="x")
    >>> with block("square and add"):
    ...     y = x * x + x
    >>> "square and add" in draw(1 / y, fold="block").svg
    True
    """
    if not must_be(str, name, "name", "a str").strip():
        raise ValueError(f"name must be a name for a block, got {name!r}")
    with Changed(block=name):
        yield
