"""The folds of a graph, from coarse to fine: blocks by hand, cells that repeat, modules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..told import path_of
from .blocks import Graph, Key, Keys
from .modules import Modules
from .repetition import OUTSIDE, cells

MOST_CELLS = 16  # that stand side by side; where there are more, groups are folded around them
GROUPS = 12  # that there are about, then

Path = tuple[str, ...]


def folds(graph: Graph) -> list[Keys]:
    """The keys of each fold, where every one but the first unfolds the blocks of the one before.

    A value is in the blocks that the program has named, in these in a cell, in this in a module.
    What is in none of a kind is shown by the next finer kind, or alone.
    """
    modules = Modules(graph)
    of_modules = [modules.keys(level) for level in reversed(modules.levels)]
    of_cells = _of_cells(graph, of_modules[-1])
    paths = [path_of(value) for value in graph.values]
    coarsest = of_cells[0] if of_cells else of_modules[0]
    coarse = [key or module for key, module in zip(coarsest, of_modules[0], strict=True)]
    found = [
        [
            _key(path[:depth]) if len(path) >= depth else _key(path, key)
            for path, key in zip(paths, coarse, strict=True)
        ]
        for depth in range(1, max(map(len, paths)) + 1)
    ]
    for keys in of_cells:
        pairs = zip(paths, keys, of_modules[0], strict=True)
        found.append([_key(path, cell or module) for path, cell, module in pairs])
    finest = of_cells[-1] if of_cells else [None] * len(paths)
    for keys in of_modules:
        triples = zip(paths, finest, keys, strict=True)
        found.append([module and _key(path, cell, module) for path, cell, module in triples])
    return found


def _key(path: Path, *keys: Key | None) -> Key | None:
    """The key of a block that lies in others; None if a value is alone in the last of them."""
    inner = [key for key in keys if key]
    if keys and not inner:
        return None
    names = [*path, *(name for name, _ in inner)]
    return " / ".join(names), (path, *inner)


def _of_cells(graph: Graph, modules: Sequence[Key | None]) -> list[Keys]:
    """The folds into cells, after the one into groups of cells where there are many."""
    found = cells(graph)
    if not found:
        return []
    places = [
        place if found.shares or not module else OUTSIDE
        for place, module in zip(found.of_value, modules, strict=True)
    ]
    return [
        [
            (name_of[place], ("cell", size, (place - 1) // size)) if place else None
            for place in places
        ]
        for size, name_of in _groups(found.names)
    ]


def _groups(names: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Sizes of groups, and for each the name of the group that a cell is in; cells count from 1."""
    if len(names) > MOST_CELLS:
        size = -(-len(names) // GROUPS)
        parts = [names[k : k + size] for k in range(0, len(names), size)]
        yield size, ["", *(f"{part[0]} … {part[-1]}" for part in parts for _ in part)]
    yield 1, ["", *names]
