"""The modules of a graph, and which values belong to them, as the labels of parameters tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ..engine.value import Value
from .blocks import Graph, Key, Keys

# The label of a parameter is the path to it, `layers.0.neurons.3.w.2`: a module, then a name, then
# numbers if the name is that of a list. A path of one name and a number, as in `x.1`, is left out,
# for people call their inputs so just as often as their parameters.
_PARAMETER = re.compile(r"(\w+\.)+[^\W\d]\w*(\.\d+)*")

# Stands for more than one module, wherever one is looked for.
_SEVERAL: Key = ("several modules", 0)


class Modules:
    """The modules of a graph, as the labels of its parameters tell them.

    `levels` leads from fine to coarse. Each level has, for every module that holds parameters, the
    module that stands for it there: itself at first, then the one around it, at last the model.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.of_parameter: Keys = _modules_of_parameters(graph.values)
        module_of = self.of_parameter.__getitem__
        # The modules whose parameters an operation uses.
        self.used: list[set[Key | None]] = [
            set(map(module_of, operands)) - {None} for operands in graph.operands
        ]
        first = {module: module for module in self.of_parameter if module}
        self.levels: list[dict[Key, Key]] = [first]
        while any(path != "model" for path, _ in self.levels[-1].values()):
            below = self.levels[-1].items()
            self.levels.append({key: (_path_around(path), copy) for key, (path, copy) in below})

    def keys(self, level: dict[Key, Key]) -> Keys:
        """The module that each value belongs to at a level, None for what belongs to none.

        A value belongs to the module whose parameters its operation uses. So does the sum of such
        values, the activation after one, and whatever lies between values of the module.
        """
        return _with_what_lies_between(self.graph, self._computed_with_parameters(level))

    def _computed_with_parameters(self, level: dict[Key, Key]) -> Keys:
        """The keys of parameters, what is computed with them, its sums, and their activations."""
        keys: Keys = [module and level[module] for module in self.of_parameter]
        # An activation ends a module's sums: what is computed after it, without parameters, may
        # well be a loss. So `linear` has the keys of what comes before an activation only.
        linear = list(keys)
        for k, operands in enumerate(self.graph.operands):
            own = {level[module] for module in self.used[k] if module}
            if len(own) == 1:
                keys[k] = linear[k] = own.pop()
                continue
            operation = self.graph.values[k].op
            if own or operation is None:
                continue
            is_sum = operation.name == "add"
            if is_sum or (len(operands) == 1 and operation.kind != "operator"):
                below = {linear[x] for x in operands}
                if len(below) == 1:
                    keys[k] = below.pop()
                    linear[k] = keys[k] if is_sum else None
        return keys


def _modules_of_parameters(values: Sequence[Value]) -> Keys:
    """The module that holds each parameter; None for all other values.

    Two models in one graph have parameters with the same labels. The first value of a label is
    taken to belong to the first model, the second to the second.
    """
    modules: Keys = [None] * len(values)
    copies: Counter[str] = Counter()
    for k, value in enumerate(values):
        if is_parameter(value):
            copies[value.label] += 1
            modules[k] = (_path_around(value.label), copies[value.label])
    return modules


def is_parameter(value: Value) -> bool:
    """Whether the label of a leaf says that it is a parameter of a module."""
    return not value.op and bool(_PARAMETER.fullmatch(str(value.label)))


def _path_around(path: str) -> str:
    """The path of the module that holds what has this path: `a.0.w.2` belongs to `a.0`."""
    *parts, last = path.split(".")
    while parts and last.isdecimal():
        last = parts.pop()
    return ".".join(parts) or "model"


def _with_what_lies_between(graph: Graph, keys: Keys) -> Keys:
    """The keys, and those of values without one that lie between values of one module.

    For each value without a key two questions are asked: which modules are found first on the ways
    down from it, and which on the ways up to the root. If both answers are the same single module,
    the value lies inside it. Leaves are left out, for a way down could end in any of them.
    """
    below, above = list(keys), list(keys)
    for k, operands in enumerate(graph.computed):
        if keys[k] is None:
            below[k] = _common({below[x] for x in operands})
    for k in range(len(keys) - 1, -1, -1):
        for x in graph.computed[k]:
            if keys[x] is None:
                above[x] = _common({above[x], above[k]})
    return [a if a == b != _SEVERAL else key for key, a, b in zip(keys, above, below, strict=True)]


def _common(keys: set[Key | None]) -> Key | None:
    """The one key among these; `_SEVERAL` if there are more, None if there is none."""
    keys.discard(None)
    if len(keys) > 1:
        return _SEVERAL
    return keys.pop() if keys else None
