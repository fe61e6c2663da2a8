"""Folding: a large graph as a graph of few blocks, on which the chain rule still holds."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Sequence
from graphlib import TopologicalSorter
from itertools import count
from operator import itemgetter
from typing import NamedTuple

from ..engine.value import Value
from .grouping import grouped

MOST_BOXES = 60
MOST_ARROWS = 120  # between blocks; where there are more, a picture is all lines and labels
MOST_OUTPUTS = 64  # of a block whose derivatives are worked out
PARTS = 20  # that a graph is cut into if nothing else makes it small
MOST_INSIDE = 24  # values of a neuron that are shown one by one

# layers.0.neurons.3.w.2: a module inside another. x.1 is an input just as often as a parameter.
_PARAMETER = re.compile(r"(\w+\.)+(\d+\.)*[^\W\d]\w*(\.\d+)*")
_SEVERAL = ("several modules", 0)

Rule = Callable[[Value], str | None]
Key = tuple[str, Hashable]  # the name of a block, and what tells it from others of this name
Keys = list[Key | None]


class Block(NamedTuple):
    """Values that a picture shows as one box.

    `outputs` are those that the rest of the graph uses, `inputs` those of other blocks that this
    block uses. A block without a name is a single value, or a row of values that the same
    operation computes at the same stage.
    """

    name: str
    values: list[Value]
    outputs: list[Value]
    inputs: list[Value]


class Folded(NamedTuple):
    """A graph of blocks in topological order, the root's last.

    Only outputs are seen. `derivatives` has, for an input and an output of a block, the sum over
    all paths inside the block that meet no other output; so the chain rule over these gives every
    output its gradient. Blocks of more outputs than `fold` was told are left out.
    """

    blocks: list[Block]
    derivatives: dict[tuple[Value, Value], float]

    def arrows(self) -> dict[tuple[int, int], list[Value]]:
        """The values that go from one block into another, for each two blocks where any does."""
        home = {value: k for k, block in enumerate(self.blocks) for value in block.outputs}
        return grouped(
            ((home[value], head), value)
            for head, block in enumerate(self.blocks)
            for value in block.inputs
        )


class Nest(NamedTuple):
    """Blocks within blocks, the coarsest first: the model, its layers, their neurons, their rows.

    `parents` has for each block the one around it, or −1; `home` for each value the innermost block
    that holds it, or −1; `levels` the blocks to unfold for each of the folds, from coarse to fine.
    """

    names: list[str]
    parents: list[int]
    home: list[int]
    levels: list[frozenset[int]]

    def boxes(self, unfolded: Container[int]) -> list[int]:
        """The box that each value is in: the value's own number, or −1 − that of a block."""
        box_of: dict[int, int] = {}  # folded blocks, which lie in the box of their parent
        for block, parent in enumerate(self.parents):
            if block not in unfolded:
                box_of[block] = box_of.get(parent, -1 - block)
        return [box_of.get(block, value) for value, block in enumerate(self.home)]

    def around(self, block: int) -> Iterator[int]:
        """A block and those that it lies in."""
        while block >= 0:
            yield block
            block = self.parents[block]

    def toggled(self, unfolded: frozenset[int], block: int) -> frozenset[int]:
        """The unfolded blocks when this one is unfolded; or when it is folded, with all in it."""
        if block not in unfolded:
            return unfolded | {block}
        return frozenset(other for other in unfolded if block not in self.around(other))


def nests(values: Sequence[Value]) -> Iterator[Nest]:
    """Three ways to put the values of a graph in blocks, one within the other.

    In the first, what belongs to no module stays alone; in the second it is put in rows, by
    operation and stage; in the third the graph is cut into parts.

    >>> from microgradnn import nn, topological_order
    >>> blocks = next(nests(topological_order(nn.MLP(2, [2, 1])([1.0, 2.0]))))
    >>> list(zip(blocks.names, blocks.parents))[:4]
    [('model', -1), ('layers.0', 0), ('layers.1', 0), ('layers.0.neurons.0', 1)]
    """
    graph = _Graph(values)
    folds = [graph._belonging_to(level) for level in reversed(graph.levels)]
    yield graph.nest(folds)
    rows = graph._with_rows(folds[-1])
    yield graph.nest([[key or row for key, row in zip(keys, rows, strict=True)] for keys in folds])
    yield graph.nest([graph.parts()])


def fold(values: Sequence[Value], how: str | Rule, most_outputs: int = MOST_OUTPUTS) -> Folded:
    """Fold values in topological order into blocks.

    `how` is "neuron", "layer" or "model", for blocks that are read from the labels of parameters;
    a function that gives a value the name of its block, or None; or "auto", for the finest fold
    that leaves at most 60 boxes and 120 arrows. Where too much has no name, it is put in rows, by
    operation and stage; and if nothing helps, the graph is cut into 20 parts, by the distance
    from the root. The derivatives of a block are worked out if it has at most `most_outputs`.

    >>> from microgradnn import nn, topological_order
    >>> model = nn.MLP(2, [3, 1], activation="tanh")
    >>> folded = fold(topological_order((model([1.0, 2.0]) - 1) ** 2), "layer")
    >>> [block.name for block in folded.blocks]
    ['layers.0', 'layers.1', '', '']
    """
    graph = _Graph(values)
    if callable(how):
        names = map(how, values)
        keys: Keys = [None if name is None else (name, 0) for name in names]
        return graph.collapse(keys, most_outputs)
    if how != "auto":
        return graph.collapse(graph.level(how))
    for keys in graph.ever_coarser():
        if len({key or k for k, key in enumerate(keys)}) <= MOST_BOXES:
            folded = graph.collapse(keys)
            if len(folded.blocks) <= MOST_BOXES and len(folded.arrows()) <= MOST_ARROWS:
                break
    return folded


class _Graph:
    """A graph by numbers: values are counted in topological order."""

    def __init__(self, values: Sequence[Value]) -> None:
        position = {value: k for k, value in enumerate(values)}
        self.values = values
        self.operands = [
            [position[x] for x in value.operands if type(x) is not float] for value in values
        ]
        self.inner = [  # without leaves, which most operands in a network are
            [k for k in operands if self.operands[k]] for operands in self.operands
        ]
        copies: dict[str, int] = {}
        self.modules: Keys = [None] * len(values)  # of parameters
        for k, value in enumerate(values):
            if not value.op and _PARAMETER.fullmatch(str(value.label)):
                copy = copies[value.label] = copies.get(value.label, 0) + 1
                self.modules[k] = (_module_of(value.label), copy)
        self.used = [set(map(self.modules.__getitem__, xs)) - {None} for xs in self.operands]
        # The modules that hold parameters; for each what holds it; and so on, up to the model.
        self.levels: list[dict[Key | None, Key]] = [{key: key for key in self.modules if key}]
        while any(path != "model" for path, _ in self.levels[-1].values()):
            below = self.levels[-1].items()
            self.levels.append({key: (_module_of(path), copy) for key, (path, copy) in below})

    # ---- Which values belong together: a key for each, None for those that stay alone ----------

    def level(self, how: str) -> Keys:
        """Blocks for neurons, layers or the model; and rows, if too much would stay alone."""
        places = {"neuron": 0, "layer": min(1, len(self.levels) - 1), "model": -1}
        if how not in places:
            raise ValueError(
                "fold must be 'auto', 'none', 'neuron', 'layer', 'model' or a function, "
                f"got {how!r}"
            )
        keys = self._belonging_to(self.levels[places[how]])
        return keys if keys.count(None) <= MOST_BOXES else self._with_rows(keys)

    def ever_coarser(self) -> Iterator[Keys]:
        """The folds that "auto" tries, one after the other."""
        for module in self.levels:
            keys = self._belonging_to(module)
            yield keys
            yield self._with_rows(keys)
        yield self.parts()

    def parts(self) -> Keys:
        """The graph cut by the distance of values from the root, the longest way."""
        distance = [0] * len(self.values)
        for k in range(len(self.values) - 1, -1, -1):
            for x in self.operands[k]:
                distance[x] = max(distance[x], distance[k] + 1)
        length = max(distance) + 1
        return [(f"part {PARTS - steps * PARTS // length} of {PARTS}", 0) for steps in distance]

    def _belonging_to(self, module: dict[Key | None, Key]) -> Keys:
        """Which module the values belong to; `module` says in which one a parameter's own lies.

        A value belongs to the module whose parameters its operation uses. So does the sum of such
        values, the activation after one, and whatever lies between values of the module.
        """
        keys: Keys = [module.get(key) for key in self.modules]
        linear = list(keys)
        for k, operands in enumerate(self.operands):
            found, row = {module[key] for key in self.used[k]}, self.values[k].op
            if len(found) == 1:
                keys[k] = linear[k] = found.pop()
            elif row and not found:
                below = set(map(linear.__getitem__, operands))
                if len(below) == 1 and row.name == "add":
                    keys[k] = linear[k] = below.pop()
                elif len(operands) == 1 and row.kind != "operator":
                    keys[k] = below.pop()
        before, after = list(keys), list(keys)
        for k, operands in enumerate(self.inner):
            if keys[k] is None:
                before[k] = _common(set(map(before.__getitem__, operands)))
        for k in range(len(keys) - 1, -1, -1):
            for x in self.inner[k]:
                if keys[x] is None:
                    after[x] = _common({after[x], after[k]})
        return [
            a if a == b != _SEVERAL else key for key, a, b in zip(keys, before, after, strict=True)
        ]

    def _with_rows(self, keys: Keys) -> Keys:
        """Put what has no key in rows: the same operation, after as many changes of operation."""
        kinds = [key or value.op for key, value in zip(keys, self.values, strict=True)]
        stages = self._stages(kinds)
        return [
            key or ("", (kind, stage)) for key, kind, stage in zip(keys, kinds, stages, strict=True)
        ]

    def _stages(self, kinds: Sequence[Hashable], among: set[int] | None = None) -> list[int]:
        """How often the kind changes at most on the way to each value, through kinds `among`."""
        stages = [0] * len(kinds)
        for k, operands in enumerate(self.inner):
            for x in operands:
                if among is None or kinds[x] in among:
                    stages[k] = max(stages[k], stages[x] + (kinds[x] != kinds[k]))
        return stages

    def nest(self, folds: Sequence[Keys]) -> Nest:
        """The blocks of folds from coarse to fine, each of which is cut along the ones before it.

        Neither cut makes a cycle, for what is on one would have to be in one block by both.
        """
        found = Nest([], [], [-1] * len(self.values), [])
        sizes: dict[int, int] = {-1: 0}
        split: set[int] = set()
        together = [0] * len(self.values)
        for numbers, names in self._partitions(folds):
            together = _numbered(zip(together, numbers, strict=True))
            for group in sorted(grouped(zip(together, count())).values(), key=itemgetter(-1)):
                parent, block = found.home[group[0]], len(found.names)
                if len(group) != sizes[parent]:
                    split.add(parent)
                    if len(group) > 1:
                        sizes[block] = len(group)
                        found.names.append(names[group[-1]])
                        found.parents.append(parent)
                        for k in group:
                            found.home[k] = block
            found.levels.append(frozenset(split - {-1}))
        found.levels.pop()  # rows inside neurons are only seen in those that are unfolded
        return found

    def _partitions(self, folds: Sequence[Keys]) -> Iterator[tuple[list[int], list[str]]]:
        """The number and the name of each value's block; last, with large blocks cut into rows."""
        home: list[int] = []
        for keys in folds:
            home, _ = self._homes(keys)
            yield home, [key[0] if key else "" for key in keys]
        sizes = Counter(home)
        kinds = list(zip(home, (value.op for value in self.values), strict=True))
        rows = [
            (kind, stage) if sizes[kind[0]] > MOST_INSIDE else kind[0]
            for kind, stage in zip(kinds, self._stages(kinds), strict=True)
        ]
        yield _numbered(rows), [""] * len(home)

    # ---- From keys to blocks ----------------------------------------------------------------

    def _homes(self, keys: Sequence[Key | None]) -> tuple[list[int], dict[int, set[int]]]:
        """A number for each value's block, and what each block's values use."""
        home = self._without_cycles([key or k for k, key in enumerate(keys)])
        used: dict[int, set[int]] = {}
        for k, operands in enumerate(self.operands):
            used.setdefault(home[k], set()).update(operands)
        self._settle_leaves(home, used, keys)
        return home, used

    def collapse(self, keys: Sequence[Key | None], most_outputs: int = MOST_OUTPUTS) -> Folded:
        """The graph of blocks, without cycles, and its derivatives."""
        home, used = self._homes(keys)
        members = grouped(zip(home, count()))
        inputs = {
            block: sorted(x for x in used.get(block, ()) if home[x] != block) for block in members
        }
        before = {block: {home[x] for x in operands} for block, operands in inputs.items()}
        seen = {len(home) - 1}.union(*inputs.values())
        wanted: set[int] = set()
        blocks = []
        for block in TopologicalSorter(before).static_order():
            inside = members[block]
            outputs = [k for k in inside if k in seen]
            groups = [[self.values[k] for k in ks] for ks in (inside, outputs, inputs[block])]
            key = keys[inside[-1]]
            blocks.append(Block(key[0] if key else "", *groups))
            if inputs[block] and len(outputs) <= most_outputs:
                wanted.update(inside)
        return Folded(blocks, self._derivatives(seen, wanted))

    def _without_cycles(self, keys: Sequence[Hashable]) -> list[int]:
        """A number for each value's block; a block on a cycle, or between two, is split.

        It is split by stages: values of which one needs the other by way of a second block come
        apart.
        """
        home = _numbered(keys)
        links = {(home[x], home[k]) for k, operands in enumerate(self.inner) for x in operands}
        tangled = _on_cycles({(a, b) for a, b in links if a != b})
        if not tangled:
            return home
        stages = zip(home, self._stages(home, tangled), strict=True)
        return _numbered((block, stage if block in tangled else 0) for block, stage in stages)

    def _settle_leaves(
        self, home: list[int], used: dict[int, set[int]], keys: Sequence[Key | None]
    ) -> None:
        """Put a leaf into the block that uses it; if several do, with other such leaves.

        Nothing leads into a leaf, so wherever it is put it makes no cycle.
        """
        key_of = {home[k]: keys[k] for k, operands in enumerate(self.operands) if operands}
        users = grouped(
            (x, block)
            for block, operands in used.items()
            for x in operands
            if keys[x] and not self.operands[x]
        )
        apart: dict[Key | None, int] = {}
        for leaf, blocks in users.items():
            own = len(blocks) == 1 and key_of[blocks[0]] == keys[leaf]
            home[leaf] = blocks[0] if own else apart.setdefault(keys[leaf], -1 - len(apart))

    def _derivatives(self, seen: set[int], wanted: set[int]) -> dict[tuple[Value, Value], float]:
        """What is left on the edges between seen values when the others are eliminated."""
        depends = set(seen)  # on a seen value, so that a derivative passes through it
        for k, operands in enumerate(self.operands):
            if k in wanted and not depends.isdisjoint(operands):
                depends.add(k)
        found: dict[tuple[Value, Value], float] = {}
        rows = defaultdict[int, dict[Value, float]](dict)  # derivatives of outputs by value k
        for k in range(len(self.values) - 1, -1, -1):
            value, row = self.values[k], rows.pop(k, {})
            if k in seen:
                found |= {(value, output): derivative for output, derivative in row.items()}
                row = {value: 1.0}
            if row and k in wanted:
                local_grads = [local for local in value.local_grads if local is not None]
                for x, local in zip(self.operands[k], local_grads, strict=True):
                    if x in depends:
                        sums = rows[x]
                        for output, derivative in row.items():
                            sums[output] = sums.get(output, 0.0) + local * derivative
        return found


def _module_of(path: str) -> str:
    """The path of the module that holds what has this path: `a.0.w.2` belongs to `a.0`."""
    *parts, last = path.split(".")
    while parts and last.isdecimal():
        last = parts.pop()
    return ".".join(parts) or "model"


def _numbered(keys: Iterable[Hashable]) -> list[int]:
    """A number for each, the same for those that are equal."""
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _common(keys: set[Key | None]) -> Key | None:
    """The one key among these, if there is one."""
    keys.discard(None)
    return _SEVERAL if len(keys) > 1 else keys.pop() if keys else None


def _on_cycles(links: set[tuple[int, int]]) -> set[int]:
    """The blocks that lie on cycles or between them."""
    for _ in range(2):  # drop what no cycle leads to; turned round, what leads to no cycle
        following = grouped(links)
        waiting = Counter(b for _, b in links)
        free = list(following.keys() - waiting)
        while free:
            for b in following.get(free.pop(), ()):
                waiting[b] -= 1
                if not waiting[b]:
                    free.append(b)
        links = {(b, a) for a, b in links if waiting[a]}
    return {block for link in links for block in link}
