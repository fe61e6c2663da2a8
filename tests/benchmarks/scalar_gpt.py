"""A GPT in scalars, and an engine of the kind that such a program brings along."""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import microgradnn as mg
from microgradnn import losses

# ---- The engine: each node holds its operands and its local derivatives ------------------------


class Scalar:
    """A number with its derivative; written as such programs write it, in as few lines."""

    __slots__ = ("_children", "_local_grads", "data", "grad")

    def __init__(self, data: Any, children: Any = (), local_grads: Any = ()) -> None:
        self.data = data
        self.grad = 0
        self._children = children
        self._local_grads = local_grads

    def __add__(self, other: Any) -> Any:
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other: Any) -> Any:
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, power: Any) -> Any:
        return Scalar(self.data**power, (self,), (power * self.data ** (power - 1),))

    def log(self) -> Any:
        return Scalar(math.log(self.data), (self,), (1 / self.data,))

    def exp(self) -> Any:
        result = math.exp(self.data)
        return Scalar(result, (self,), (result,))

    def relu(self) -> Any:
        return Scalar(max(0, self.data), (self,), (float(self.data > 0),))

    def __neg__(self) -> Any:
        return self * -1

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rmul__(self, other: Any) -> Any:
        return self * other

    def __truediv__(self, other: Any) -> Any:
        return self * other**-1

    def backward(self) -> None:
        order, seen = [], set()

        def visit(node: Any) -> None:
            if node not in seen:
                seen.add(node)
                for child in node._children:
                    visit(child)
                order.append(node)

        visit(self)
        self.grad = 1
        for node in reversed(order):
            for child, local_grad in zip(node._children, node._local_grads):  # noqa: B905
                child.grad += local_grad * node.grad


# ---- Three operations, by single steps and in words --------------------------------------------


def dot_by_hand(ws: Sequence[Any], xs: Sequence[Any]) -> Any:
    return sum(w * x for w, x in zip(ws, xs, strict=True))


def softmax_by_hand(logits: Sequence[Any]) -> list[Any]:
    largest = max(x.data for x in logits)
    powers = [(x - largest).exp() for x in logits]
    total = sum(powers)
    return [power / total for power in powers]


def logsumexp_by_hand(logits: Sequence[Any]) -> Any:
    largest = max(x.data for x in logits)
    return sum([(x - largest).exp() for x in logits]).log() + largest


def loss_by_hand(rows: Sequence[Any], targets: Sequence[int]) -> Any:
    terms = [-softmax_by_hand(row)[k].log() for row, k in zip(rows, targets, strict=True)]
    return sum(terms) / len(terms)


class Words(NamedTuple):
    """What a program calls these operations by."""

    dot: Callable[..., Any]
    softmax: Callable[..., Any]
    loss: Callable[..., Any]


BY_HAND = Words(dot_by_hand, softmax_by_hand, loss_by_hand)
OURS = Words(mg.dot, mg.softmax, losses.cross_entropy)

# ---- The network: one layer of attention and one of neurons ------------------------------------

WIDTH, HEADS, LETTERS, CONTEXT = 16, 4, 27, 16
HEAD = WIDTH // HEADS
SHAPES = {
    "letters": (LETTERS, WIDTH),
    "places": (CONTEXT, WIDTH),
    **dict.fromkeys(("query", "key", "value", "output"), (WIDTH, WIDTH)),
    "widen": (4 * WIDTH, WIDTH),
    "narrow": (WIDTH, 4 * WIDTH),
    "logits": (LETTERS, WIDTH),
}


class GPT:
    """Predicts each next letter of a name; trained by Adam, one name a step."""

    def __init__(self, value_class: Any, words: Words = BY_HAND) -> None:
        rng = random.Random(42)
        self.words = words
        self.matrices = {
            name: [[value_class(rng.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]
            for name, (rows, columns) in SHAPES.items()
        }
        self.parameters = [p for rows in self.matrices.values() for row in rows for p in row]
        self.mean, self.square = [0.0] * len(self.parameters), [0.0] * len(self.parameters)
        self.steps = 0

    def linear(self, name: str, x: list[Any]) -> list[Any]:
        return [self.words.dot(row, x) for row in self.matrices[name]]

    def normal(self, x: list[Any]) -> list[Any]:
        scale = (self.words.dot(x, x) / len(x) + 1e-5) ** -0.5
        return [xi * scale for xi in x]

    def attend(self, x: list[Any], keys: list[Any], values: list[Any]) -> list[Any]:
        query = self.linear("query", x)
        keys.append(self.linear("key", x))
        values.append(self.linear("value", x))
        mixed = []
        for start in range(0, WIDTH, HEAD):
            part = slice(start, start + HEAD)
            scores = [self.words.dot(query[part], key[part]) / HEAD**0.5 for key in keys]
            weights = self.words.softmax(scores)
            for column in range(start, start + HEAD):
                mixed.append(self.words.dot(weights, [value[column] for value in values]))
        return self.linear("output", mixed)

    def respond(self, letter: int, place: int, keys: list[Any], values: list[Any]) -> list[Any]:
        """The logits of the letter that comes next; `keys` and `values` are those before it."""
        pair = zip(self.matrices["letters"][letter], self.matrices["places"][place], strict=True)
        x = self.normal([a + b for a, b in pair])
        mixed = self.attend(self.normal(x), keys, values)
        x = [a + b for a, b in zip(x, mixed, strict=True)]
        hidden = [h.relu() for h in self.linear("widen", self.normal(x))]
        x = [a + b for a, b in zip(x, self.linear("narrow", hidden), strict=True)]
        return self.linear("logits", x)

    def step(self, name: str = "isabella") -> float:
        """Forward, backward and update; the loss."""
        letters = [0, *(ord(letter) - 96 for letter in name), 0]
        keys: list[Any] = []
        values: list[Any] = []
        rows = [self.respond(k, place, keys, values) for place, k in enumerate(letters[:-1])]
        loss = self.words.loss(rows, letters[1:])
        loss.backward()
        self.update()
        return float(loss.data)

    def update(self) -> None:
        """Adam."""
        self.steps += 1
        for k, p in enumerate(self.parameters):
            self.mean[k] = 0.9 * self.mean[k] + 0.1 * p.grad
            self.square[k] = 0.99 * self.square[k] + 0.01 * p.grad**2
            mean = self.mean[k] / (1 - 0.9**self.steps)
            p.data -= 0.01 * mean / ((self.square[k] / (1 - 0.99**self.steps)) ** 0.5 + 1e-8)
            p.grad = 0.0
