"""A small GPT, as Karpathy's microgpt has it, in scalars and in NumPy written by hand.

Embeddings of 16 numbers, 4 heads, one layer, 27 tokens; a sample is tokens and what follows them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

import microgradnn as mg
from microgradnn import Value, losses

EMBEDDING, HEADS, TOKENS = 16, 4, 27
WIDTH = EMBEDDING // HEADS
Sample = tuple[np.ndarray, np.ndarray]


def gpt(
    length: int, rng: random.Random
) -> tuple[Value, list[Value], list[Value], Callable[..., Any], Callable[[int], Any]]:
    """The loss of a sample, its inputs, the parameters; the same by hand; and random samples."""
    shapes = {
        "token": (TOKENS, EMBEDDING),
        "place": (length, EMBEDDING),
        **dict.fromkeys(("query", "key", "value", "mix"), (EMBEDDING, EMBEDDING)),
        "wide": (4 * EMBEDDING, EMBEDDING),
        "narrow": (EMBEDDING, 4 * EMBEDDING),
        "head": (TOKENS, EMBEDDING),
    }
    weights = {
        name: [[Value(rng.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in shapes.items()
    }
    params = [w for matrix in weights.values() for row in matrix for w in row]
    inputs = [Value(0.0) for _ in range(2 * length * TOKENS)]

    def tokens(batch: int) -> tuple[np.ndarray, Sample]:
        drawn = np.random.default_rng(0).integers(0, TOKENS, (2, batch, length))
        one_hot = np.eye(TOKENS)[drawn].reshape(2, batch, -1)
        return np.hstack(list(one_hot)), (drawn[0], drawn[1])

    for leaf, x in zip(inputs, tokens(1)[0][0].tolist(), strict=True):
        leaf.data = x
    rows = [inputs[TOKENS * k : TOKENS * (k + 1)] for k in range(2 * length)]
    with mg.large_graph():
        loss = in_scalars(weights, rows[:length], rows[length:])

    def by_hand(theta: np.ndarray, given: np.ndarray, next_ones: np.ndarray) -> Any:
        return in_arrays(split(theta, shapes), given, next_ones)

    return loss, inputs, params, by_hand, tokens


def in_scalars(weights: dict[str, Any], given: list[Any], next_ones: list[Any]) -> Value:
    """The mean cross-entropy of one sample, position by position."""

    def linear(x: list[Any], name: str) -> list[Any]:
        return [mg.dot(row, x) for row in weights[name]]

    def normalised(x: list[Any]) -> list[Any]:
        scale = (mg.dot(x, x) / len(x) + 1e-5) ** -0.5
        return [v * scale for v in x]

    columns = list(zip(*weights["token"], strict=True))
    keys: list[Any] = []
    values: list[Any] = []
    found = []
    for t, (token, target) in enumerate(zip(given, next_ones, strict=True)):
        embedded = [mg.dot(list(column), token) for column in columns]
        first = normalised([e + p for e, p in zip(embedded, weights["place"][t], strict=True)])
        x = normalised(first)
        query = linear(x, "query")
        keys.append(linear(x, "key"))
        values.append(linear(x, "value"))
        heads = []
        for h in range(0, EMBEDDING, WIDTH):
            part = slice(h, h + WIDTH)
            shares = mg.softmax([mg.dot(query[part], key[part]) / WIDTH**0.5 for key in keys])
            heads += [mg.dot(shares, [v[h + j] for v in values]) for j in range(WIDTH)]
        second = [a + b for a, b in zip(linear(heads, "mix"), first, strict=True)]
        hidden = [mg.relu(a) for a in linear(normalised(second), "wide")]
        last = [a + b for a, b in zip(linear(hidden, "narrow"), second, strict=True)]
        found.append(losses.cross_entropy([linear(last, "head")], [target]))
    mean: Value = mg.sum(found) / len(found)
    return mean


def split(theta: np.ndarray, shapes: dict[str, tuple[int, int]]) -> dict[str, np.ndarray]:
    ends = np.cumsum([rows * columns for rows, columns in shapes.values()])
    parts = np.split(theta, ends[:-1])
    return {name: part.reshape(shapes[name]) for name, part in zip(shapes, parts, strict=True)}


def normalised_by_hand(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scale = 1 / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5)
    return x * scale, scale


def before_normalising(g: np.ndarray, scale: np.ndarray, y: np.ndarray) -> Any:
    return scale * (g - y * (g * y).mean(-1, keepdims=True))


def flat(x: np.ndarray) -> Any:
    return x.reshape(-1, x.shape[-1])


def in_heads(x: np.ndarray) -> np.ndarray:
    return x.reshape(*x.shape[:2], HEADS, WIDTH).transpose(0, 2, 1, 3)


def side_by_side(x: np.ndarray) -> np.ndarray:
    return x.transpose(0, 2, 1, 3).reshape(len(x), -1, EMBEDDING)


def in_arrays(w: dict[str, np.ndarray], given: np.ndarray, next_ones: np.ndarray) -> Any:
    """The mean loss of a batch, and its gradient, as one writes them with NumPy."""
    batch, length = given.shape
    x0 = w["token"][given] + w["place"]
    x1, s1 = normalised_by_hand(x0)
    x2, s2 = normalised_by_hand(x1)
    q, k, v = (in_heads(x2 @ w[name].T) for name in ("query", "key", "value"))
    scores = q @ k.transpose(0, 1, 3, 2) / WIDTH**0.5 + np.triu(np.full((length,) * 2, -np.inf), 1)
    scores -= scores.max(-1, keepdims=True)
    e = np.exp(scores)
    p = e / e.sum(-1, keepdims=True)
    heads = side_by_side(p @ v)
    x3 = heads @ w["mix"].T + x1
    x4, s4 = normalised_by_hand(x3)
    hidden = np.maximum(x4 @ w["wide"].T, 0)
    x5 = hidden @ w["narrow"].T + x3
    z = x5 @ w["head"].T
    z -= z.max(-1, keepdims=True)
    ez = np.exp(z)
    total = ez.sum(-1, keepdims=True)
    rows, columns = np.ogrid[:batch, :length]
    loss = (np.log(total[..., 0]) - z[rows, columns, next_ones]).mean()

    gz = ez / total
    gz[rows, columns, next_ones] -= 1
    gz /= batch * length
    found = {"head": flat(gz).T @ flat(x5)}
    g5 = gz @ w["head"]
    found["narrow"] = flat(g5).T @ flat(hidden)
    gh = (g5 @ w["narrow"]) * (hidden > 0)
    found["wide"] = flat(gh).T @ flat(x4)
    g3 = g5 + before_normalising(gh @ w["wide"], s4, x4)
    found["mix"] = flat(g3).T @ flat(heads)
    go = in_heads(g3 @ w["mix"])
    gp, gv = go @ v.transpose(0, 1, 3, 2), p.transpose(0, 1, 3, 2) @ go
    gs = p * (gp - (gp * p).sum(-1, keepdims=True)) / WIDTH**0.5
    g2 = np.zeros_like(x2)
    for name, part in (("query", gs @ k), ("key", gs.transpose(0, 1, 3, 2) @ q), ("value", gv)):
        g = side_by_side(part)
        found[name] = flat(g).T @ flat(x2)
        g2 += g @ w[name]
    g0 = before_normalising(g3 + before_normalising(g2, s2, x2), s1, x1)
    found["place"] = g0.sum(0)
    found["token"] = np.zeros_like(w["token"])
    np.add.at(found["token"], given.ravel(), flat(g0))
    return loss, np.concatenate([found[name].ravel() for name in w])
