"""The folds of a graph, from coarse to fine: blocks by hand, cells that repeat, modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

from ..told import path_of
from .blocks import Graph, Key, Keys
from .modules import Modules
from .repetition import OUTSIDE, cells

MOST_CELLS = 16  # that stand side by side; where there are more, groups are folded around them
GROUPS = 12  # that there are about, then

Path = tuple[str, ...]
Fold = Callable[[], Keys]  # keys are made when they are asked for: most folds never are


def folds(graph: Graph) -> list[Fold]:
    """The keys of each fold, where every one but the first unfolds the blocks of the one before.

    A value is in the blocks that the program has named, in these in a cell, in this in a module.
    What is in none of a kind is shown by the next finer kind, or alone.
    """
    modules = Modules(graph)

    @cache
    def of_modules(level: int) -> Keys:
        return modules.keys(modules.levels[level])

    levels = range(len(modules.levels) - 1, -1, -1)  # of which the first is the finest
    of_cells = _of_cells(graph, of_modules)
    paths = [path_of(value) for value in graph.values]
    depth = max(map(len, paths))
    if not (of_cells or depth):
        return [partial(of_modules, level) for level in levels]

    def by_hand(depth: int) -> Keys:
        coarse = zip(paths, of_cells[0] if of_cells else nothing, of_modules(-1), strict=True)
        return [
            _key(path[:depth]) if len(path) >= depth else _key(path, cell or module)
            for path, cell, module in coarse
        ]

    def by_cells(keys: Keys) -> Keys:
        pairs = zip(paths, keys, of_modules(-1), strict=True)
        return [_key(path, cell or module) for path, cell, module in pairs]

    def by_modules(level: int) -> Keys:
        triples = zip(paths, of_cells[-1] if of_cells else nothing, of_modules(level), strict=True)
        return [module and _key(path, cell, module) for path, cell, module in triples]

    nothing: Keys = [None] * len(paths)
    return [
        *(partial(by_hand, d) for d in range(1, depth + 1)),
        *(partial(by_cells, keys) for keys in of_cells),
        *(partial(by_modules, level) for level in levels),
    ]


def _key(path: Path, *keys: Key | None) -> Key | None:
    """The key of a block that lies in others; None if a value is alone in the last of them."""
    inner = [key for key in keys if key]
    if keys and not inner:
        return None
    names = [*path, *(name for name, _ in inner)]
    return " / ".join(names), (path, *inner)


def _of_cells(graph: Graph, of_modules: Callable[[int], Keys]) -> list[Keys]:
    """The folds into cells, after the one into groups of cells where there are many.

    Only cells that share something are cells of values in modules: the layers of a network, which
    may look alike, have names already.
    """
    found = cells(graph)
    if not found:
        return []
    places = found.of_value
    if not found.shares:
        named = zip(places, of_modules(0), strict=True)
        places = [OUTSIDE if module else place for place, module in named]
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
