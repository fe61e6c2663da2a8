"""A gradient as what it is: the sum over all paths of the products of local derivatives."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from ..arguments import must_be
from ..engine.derivatives import dependents, gradients
from ..engine.recording import must_be_recorded
from ..engine.value import Value, topological_order
from .names import names_of
from .notation import derivative, number, which_operand
from .symbols import split
from .writing import latex

MOST_PATHS = 1000
MOST_FORMULAS = 12  # local derivatives that are written below the paths

_FLAT = {"sign", "heaviside"}
_DEAD = {"relu", "clip", "piecewise_linear"}


class Path(NamedTuple):
    """One way from the root down to a value: the nodes, a local derivative for each edge.

    Beside each factor `places` tells which operand it is of, so the two paths of `a * a` differ.
    """

    nodes: tuple[Value, ...]
    factors: tuple[float, ...]
    product: float
    places: tuple[int, ...] = ()

    @property
    def edges(self) -> list[tuple[Value, int]]:
        """Each edge, as the node above and the place of its operand."""
        return [*zip(self.nodes, self.places, strict=False)]


class Explanation:
    """The derivative of `root` with respect to `wrt`: its paths and their sum.

    `count` is the number of paths; `paths` holds them if they are at most 1,000, else none;
    `total` is their sum.
    """

    def __init__(self, root: Value, wrt: Value) -> None:
        self.root: Value = root
        self.wrt: Value = must_be(Value, wrt, "wrt", "a Value")
        if root is not wrt:
            must_be_recorded(must_be(Value, root, "root", "a Value"), "explain()")
        order = topological_order(root)
        self._names = names_of(order)
        self._names.setdefault(wrt, wrt.label or "the other value")
        depends = dependents(order, [wrt])
        self._between = [node for node in order if node in depends]
        self.count: int = _count_paths(self._between, root, wrt)
        listed = 0 < self.count <= MOST_PATHS
        self.paths: list[Path] = _list_paths(depends, root, wrt) if listed else []
        products = (path.product for path in self.paths)
        self.total: float = math.fsum(products) if listed else gradients(root, [wrt])[0]

    @property
    def notes(self) -> list[str]:
        """What a learner should see in the numbers: paths that cancel, flat or dead operations."""
        products = dict.fromkeys(path.product for path in self.paths)
        found = [
            f"paths cancel: +{number(x, 6)} and {number(-x, 6)}"
            for x in products
            if x > 0 and -x in products
        ]
        for node in self._between:
            name = self._names[node]
            if node.op is None or node is self.wrt or any(node.local_grads):
                continue
            if node.op.name in _FLAT:
                found.append(f"{name} is flat: the derivative of {node.op.name} is 0")
            elif node.op.name in _DEAD:
                (operand, *_) = node.operands
                at = number(operand.data if isinstance(operand, Value) else operand)
                found.append(f"{name} is dead: the derivative of {node.op.name} at {at} is 0")
        return found

    def __str__(self) -> str:
        root, wrt = self._names[self.root], self._names[self.wrt]
        if self.root is self.wrt:
            return f"∂{root}/∂{wrt} = 1, for a value changes just as much as itself"
        paths = "1 path" if self.count == 1 else f"{self.count:,} paths"
        lines = [f"∂{root}/∂{wrt} = {number(self.total, 6)}, the sum over {paths}"]
        for path in self.paths:
            names = [self._names[node] for node in path.nodes]
            way = [root, *(self._told(*edge) for edge in path.edges)]
            symbols = " · ".join(f"∂{a}/∂{b}" for a, b in pairwise(names))
            factors = " × ".join(f"({number(factor, 6)})" for factor in path.factors)
            product = number(path.product, 6)
            lines.append(f"  {' → '.join(way)}: {symbols} = {factors} = {product}")
        if not self.paths and self.count:
            lines.append("  too many to list; node by node, each gradient a sum over its users:")
            lines += self._node_by_node()
        if not self.count:
            lines.append(f"  {root} was not computed from {wrt}, so it does not change with it")
        return "\n".join(lines + [f"  {line}" for line in (*self._formulas(), *self.notes)])

    def _told(self, node: Value, place: int) -> str:
        """The name of an operand, and where need be which of the operands it is."""
        name, which = self._names[node.operands[place]], which_operand(node, place)
        return f"{name} ({which})" if which else name

    def _formulas(self) -> list[str]:
        """The local derivatives as formulas, each once, if they are few enough to be read."""
        names = self._names
        found: dict[str, dict[str, list[str]]] = {}
        for node, place in dict.fromkeys(edge for path in self.paths for edge in path.edges):
            if formula := derivative(node, place, names):
                left = f"∂{names[node]}/∂{names[node.operands[place]]}"
                by = found.setdefault(left, {}).setdefault(formula, [])
                by.append(f"by the {which_operand(node, place)}")
        lines = [
            f"{left} = {formula}" + f" {', '.join(by)}" * (len(formulas) > 1)
            for left, formulas in found.items()
            for formula, by in formulas.items()
        ]
        return lines if len(lines) <= MOST_FORMULAS else []

    def _node_by_node(self) -> list[str]:
        """One line for each node between, for as many as can be read."""
        shown = list(reversed(self._between))[:50]
        root = self._names[self.root]
        values = gradients(self.root, shown)
        lines = [
            f"    ∂{root}/∂{self._names[node]} = {number(value, 6)}"
            for node, value in zip(shown, values, strict=True)
        ]
        hidden = len(self._between) - len(shown)
        return [*lines, f"    … and {hidden:,} more"] if hidden else lines

    __repr__ = __str__

    def latex(self) -> str:
        """The sum over paths in symbols, in formulas and in numbers, as LaTeX."""
        names = {node: _latex_name(name) for node, name in self._names.items()}
        left = rf"\frac{{\partial {names[self.root]}}}{{\partial {names[self.wrt]}}}"
        total = _latex_number(self.total)
        if not self.paths or len(self.paths) > 20 or self.root is self.wrt:
            return f"{left} = {total}"
        symbols, formulas, numbers = [], [], []
        for path in self.paths:
            symbols.append(" ".join(_latex_symbol(*edge, names) for edge in path.edges))
            factors = [*map(_latex_factor, path.factors)]
            written = [derivative(*edge, names, latex) for edge in path.edges]
            pairs = zip(written, factors, strict=True)
            texts = [_in_product(text) or x for text, x in pairs]
            if self.count == len(texts) == 1:  # what stands alone needs no brackets
                texts = [written[0] or factors[0]]
            formulas.append(r" \cdot ".join(texts))
            numbers.append(r" \cdot ".join(factors))
        sums = [left, *map(" + ".join, (symbols, formulas, numbers))]
        terms = dict.fromkeys(sums)  # none of them twice
        terms.pop(_latex_factor(self.total), None)  # with which it ends
        return " = ".join([*terms, total])

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"


def explain(root: Value, wrt: Value) -> Explanation:
    """Why the derivative of `root` with respect to `wrt` is what it is, path by path.

    Raises TypeError if one of them is no Value, RuntimeError for what `no_grad` left unrecorded.

    >>> a, b = Value(3.0, label="a"), Value(2.0, label="b")
    >>> c = a * b + a
    >>> c.label = "c"
    >>> print(explain(c, a))
    ∂c/∂a = 3, the sum over 2 paths
      c → (a × b) → a: ∂c/∂(a × b) · ∂(a × b)/∂a = (1) × (2) = 2
      c → a: ∂c/∂a = (1) = 1
      ∂(a × b)/∂a = b
    """
    return Explanation(root, wrt)


def _count_paths(between: list[Value], root: Value, wrt: Value) -> int:
    counts = dict.fromkeys(between, 0) | {root: 1}
    for node in reversed(between):
        if node is not wrt:
            for operand in node.operands:
                if operand in counts:
                    counts[operand] += counts[node]
    return counts.get(wrt, 0)


def _list_paths(depends: set[Value], root: Value, wrt: Value) -> list[Path]:
    """All ways from the root to `wrt`, through nodes that depend on it; there must be one."""
    paths = []
    stack = [Path((root,), (), 1.0)]
    while stack:
        nodes, factors, _, places = stack.pop()
        if nodes[-1] is wrt:
            paths.append(Path(nodes, factors, math.prod(factors), places))
            continue
        edges = zip(nodes[-1].operands, nodes[-1].local_grads, strict=True)
        stack += [
            Path((*nodes, operand), (*factors, local), 1.0, (*places, place))
            for place, (operand, local) in reversed([*enumerate(edges)])
            if local is not None and operand in depends
        ]
    return paths


def _in_product(text: str) -> str:
    return rf"\left({text}\right)" if re.search(r" [+-] |^-|cases", text) else text


def _latex_symbol(node: Value, place: int, names: Mapping[Value, str]) -> str:
    """The local derivative at an edge, and where need be by which of the operands it is."""
    fraction = rf"\frac{{\partial {names[node]}}}{{\partial {names[node.operands[place]]}}}"
    which = which_operand(node, place)
    return rf"\underbrace{{{fraction}}}_{{\text{{{which}}}}}" if which else fraction


def _latex_number(x: float) -> str:
    if not math.isfinite(x):
        return {"inf": r"\infty", "-inf": r"-\infty"}.get(str(x), r"\mathrm{NaN}")
    digits, _, exponent = f"{x + 0.0:.6g}".partition("e")
    return digits + (rf" \cdot 10^{{{int(exponent)}}}" if exponent else "")


def _latex_factor(x: float) -> str:
    """A number among others: in brackets if it is negative or a product itself."""
    text = _latex_number(x)
    return f"({text})" if text.startswith("-") or " " in text else text


def _latex_name(name: str) -> str:
    """A name as a symbol: w1 becomes w_{1}, w₁₂⁽¹⁾ {w_{12}^{(1)}}, anything longer upright text."""
    plain = re.fullmatch(r"([A-Za-z])_?(\d*)", name)
    letter, below, above = (*plain.groups(), "") if plain else split(name)
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    escaped = "".join(special.get(c, f"\\{c}" if c in "#$%&_{}" else c) for c in letter)
    base = letter if re.fullmatch("[A-Za-z]", letter) else rf"\text{{{escaped}}}"
    symbol = base + (f"_{{{below}}}" if below else "")
    return f"{{{symbol}^{{({above})}}}}" if above else symbol
