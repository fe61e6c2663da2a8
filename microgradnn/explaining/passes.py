"""The two passes as a list of steps: pictures, text and the page all read it."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from ..engine.recording import must_be_recorded
from ..engine.value import Value, topological_order
from .names import names_of
from .notation import MOST_WRITTEN, derivative, number, which_operand, written

MOST_SHOWN = 200  # steps that a display prints unasked


class Forward(NamedTuple):
    """The forward pass computes a node from its operands."""

    node: Value


class Seed(NamedTuple):
    """The backward pass starts: the derivative of the root with respect to itself is 1."""

    node: Value
    gradient: float


class Contribution(NamedTuple):
    """The chain rule at one edge: upstream × local is added to an operand's gradient.

    `place` is that of the operand among the operands of `node`.
    """

    node: Value
    place: int
    operand: Value
    upstream: float
    local: float
    product: float
    before: float
    after: float


Step = Forward | Seed | Contribution


class Steps:
    """Both passes over a graph, step by step, in the order in which the engine takes them.

    Reads like a list, but is made anew each time, so a graph of any size can be followed.
    """

    def __init__(self, root: Value) -> None:
        self.root: Value = root
        self.order: list[Value] = topological_order(root)

    def __iter__(self) -> Iterator[Step]:
        for node in self.order:
            if node.operands:
                yield Forward(node)
        received = {self.root: 1.0}
        yield Seed(self.root, 1.0)
        for node in reversed(self.order):
            upstream = received.pop(node, 0.0)
            for place, (operand, local) in enumerate(
                zip(node.operands, node.local_grads, strict=True)
            ):
                if local is not None:
                    before, product = received.get(operand, 0.0), local * upstream
                    received[operand] = before + product
                    yield Contribution(
                        *(node, place, operand, upstream, local, product, before),
                        after=received[operand],
                    )

    def __len__(self) -> int:
        edges = sum(local is not None for node in self.order for local in node.local_grads)
        return sum(bool(node.operands) for node in self.order) + 1 + edges

    def __getitem__(self, place: int | slice) -> Any:
        """The step at a place, or a list of those of a slice."""
        if isinstance(place, slice):
            return list(self)[place]
        return next(islice(self, range(len(self))[place], None))

    def save(self, path: str | os.PathLike[str], seconds: float = 1.5) -> None:
        """Write an animation for slides, a file that ends in .gif; it needs the extra `image`.

        A picture for each step, as `draw(root, step=k)` shows it, and its words below; each is
        shown for `seconds`, the last one three times as long, then it starts again. It is 1,280
        pixels wide, for slides; a frame takes about 8 kB. At most 60 values and 200 steps.

        Raises ValueError if there are more, the name has another end, or `seconds` is not from 0.02
        to 100; FileNotFoundError if its directory does not exist, ImportError without the extra.

        >>> from microgradnn import Value, steps
        >>> x = Value(3.0, label="x")
        >>> steps(x * x).save("square.png")
        Traceback (most recent call last):
        ValueError: an animation of steps is saved as .gif, not as 'square.png'
        """
        from ..drawing.animation import save_animation

        save_animation(self.order, path, seconds)

    def rows(self) -> Iterator[tuple[str, str]]:
        """What happens in each step, and the sum that is done."""
        names = names_of(self.order)
        root = names[self.root]
        for step in self:
            node = names[step.node]
            if isinstance(step, Forward):
                data = number(step.node.data, 6)
                yield f"compute {node}", f"{written(step.node, names)} = {data}"
            elif isinstance(step, Seed):
                yield f"start at {node}", f"∂{root}/∂{root} = 1"
            else:
                yield f"{node} to {_told(step, names)}", self._sum(step, names)

    def _sum(self, step: Contribution, names: dict[Value, str]) -> str:
        """Upstream × local, the local derivative first as a formula; and before + product."""
        root, node, operand = names[self.root], names[step.node], names[step.operand]
        upstream, local, product, before, after = (number(x, 6) for x in step[3:])
        formula = derivative(step.node, step.place, names)
        in_symbols = f"({upstream}) × ({formula}) = " if formula else ""
        return (
            f"∂{root}/∂{node} × ∂{node}/∂{operand} = "
            f"{in_symbols}({upstream}) × ({local}) = {product}; "
            f"∂{root}/∂{operand}: {before} + ({product}) = {after}"
        )

    def __str__(self) -> str:
        rows = list(self.rows())
        width = max(len(what) for what, _ in rows)
        digits = len(str(len(rows)))
        return "\n".join(
            f"{place:{digits}}  {what:{width}}  {sums}"
            for place, (what, sums) in enumerate(rows, start=1)
        )

    def __repr__(self) -> str:
        return str(self) if len(self) <= MOST_SHOWN else f"<{len(self):,} steps>"

    def _repr_html_(self) -> str | None:
        if len(self) > MOST_SHOWN:
            return None
        cells = "".join(
            f"<tr><td>{place}</td><td>{html.escape(what)}</td>"
            f'<td style="text-align:left">{html.escape(sums)}</td></tr>'
            for place, (what, sums) in enumerate(self.rows(), start=1)
        )
        return f"<table><tr><th>step</th><th>what</th><th>sum</th></tr>{cells}</table>"


def _told(step: Contribution, names: dict[Value, str]) -> str:
    """The name of the operand, and where need be which of a few it is."""
    few = len(step.node.operands) <= MOST_WRITTEN
    which = which_operand(step.node, step.place) if few else ""
    return f"{names[step.operand]} ({which})" if which else names[step.operand]


def steps(root: Value) -> Steps:
    """Both passes over the graph of `root` as steps: print them, or read them like a list.

    The gradients are those that `backward()` gives a graph whose gradients are zero. Raises
    TypeError if `root` is no Value, RuntimeError if `no_grad` left it unrecorded.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b
    >>> c.label = "c"
    >>> print(steps(c))
    1  compute c   a × b = −6
    2  start at c  ∂c/∂c = 1
    3  c to a      ∂c/∂c × ∂c/∂a = (1) × (b) = (1) × (−3) = −3; ∂c/∂a: 0 + (−3) = −3
    4  c to b      ∂c/∂c × ∂c/∂b = (1) × (a) = (1) × (2) = 2; ∂c/∂b: 0 + (2) = 2
    """
    trail = Steps(root)
    must_be_recorded(root, "steps()")
    return trail
