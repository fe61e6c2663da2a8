"""Makes docs/accuracy.md: the worst errors of each primitive, beside those of PyTorch and JAX."""

from __future__ import annotations

import math
import platform
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from properties.oracles import Wanted, answers, error, wanted
from properties.points import points
from properties.references import Point

from microgradnn import Value, gradients, losses
from microgradnn.engine.reductions import cross_entropy
from microgradnn.engine.row import PRIMITIVES, Primitive
from microgradnn.engine.table import abs as absolute
from microgradnn.engine.table import gelu, log, sigmoid, softplus, tanh
from microgradnn.explaining.notation import number

PAGE = Path(__file__).parent / "accuracy.md"
POINTS = 1000
Answers = dict[int | None, float | None]  # by place: the value at None, the partials at 0, 1, …

HEAD = """# Accuracy

How far the value and the partial derivatives of each [primitive](reference.md) are from the truth,
at worst, over {points} points each. The points lie in every region of a double: subnormal, tiny,
ordinary, large, huge, and next to kinks, roots and edges of domains. The truth is mpmath's, in as
many digits as it takes.

The unit is the bound that microgradnn promises: 2 ulp + 2⁻⁵²·Σ|x·f′| for a value f(x), and
4 ulp + 2⁻⁵²·Σ|x·f″| for a partial. **1 or less is right**, as right as operands with 53 binary
digits allow; results below 2.2·10⁻³⁰⁸ may be off by 4·2⁻¹⁰⁷⁴·max(1, |x|). In brackets: how many of
the answers are outside the bound. ∞ is NaN, or an infinity in place of a number. Derivatives at
kinks are left out; the [reference](reference.md) lists what they are here.

PyTorch and JAX compute in float64 on the same points, with their own functions and their own
backward passes. Much of what they miss is subnormal: JAX's compiler rounds such numbers to 0.
`–` is a function that they do not have, or not with a derivative.

Made by `python docs/make_accuracy.py` (with the extras `test` and `bench`); {versions}.

| primitive | value | PyTorch | JAX | partials | PyTorch | JAX |
|---|---|---|---|---|---|---|
"""
NOTABLE = """
## Single answers

| what | exact | microgradnn | PyTorch | JAX |
|---|---|---|---|---|
"""

# ---- The peers: their functions of columns of numbers, for each row ----------------------------

NAMES = [  # that all three have in common
    *("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "log2", "log10", "remainder"),
    *("atan2", "hypot", "logaddexp", "floor", "ceil", "square"),
    *("sign", "abs", "maximum", "minimum"),
]
OPERATORS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
}


def halves(stack: Callable[..., Any], xs: Sequence[Any]) -> tuple[Any, Any]:
    return stack(xs[: len(xs) // 2]), stack(xs[len(xs) // 2 : len(xs) // 2 * 2])


def torch_functions() -> tuple[dict[str, Callable[..., Any]], Callable[..., Any]]:
    import torch
    from torch.nn import functional as F

    stack = torch.stack
    own: dict[str, Any] = {
        **{name: getattr(torch, name) for name in ["sigmoid", "erf", "erfc"]},
        "logsigmoid": F.logsigmoid,
        "softplus": F.softplus,
        "relu": F.relu,
        "leaky_relu": lambda x, slope: F.prelu(x[None], slope)[0],
        "elu": lambda x, alpha: stack([F.elu(a, b.item()) for a, b in zip(x, alpha, strict=True)]),
        "silu": F.silu,
        "gelu": F.gelu,
        "piecewise_linear": lambda x: torch.clamp(x + 0.5, 0.0, 1.0),
        "entr": torch.special.entr,
        "xlogy": torch.special.xlogy,
        "clip": torch.clamp,
        "sum": lambda *xs: stack(xs).sum(0),
        "dot": lambda *xs: torch.mul(*halves(stack, xs)).sum(0) + xs[-1],
        "take": lambda index, *xs: stack(xs).gather(0, index.long()[None])[0],
        "max": lambda *xs: torch.amax(stack(xs), 0),
        "min": lambda *xs: torch.amin(stack(xs), 0),
        "logsumexp": lambda *xs: torch.logsumexp(stack(xs), 0),
        "softmax": lambda which, *xs: torch.softmax(stack(xs), 0).gather(0, which.long()[None])[0],
        "cross_entropy": lambda *xs: F.cross_entropy(
            *(half.T for half in halves(stack, xs)), reduction="none"
        ),
    }

    def differentiate(function: Callable[..., Any], columns: list[Any]) -> list[Any]:
        leaves = [torch.tensor(column, requires_grad=True) for column in columns]
        out = function(*leaves)
        out.sum().backward()
        slopes = [None if leaf.grad is None else leaf.grad.numpy() for leaf in leaves]
        return [out.detach().numpy(), *slopes]

    return {**{name: getattr(torch, name) for name in NAMES}, **OPERATORS, **own}, differentiate


def jax_functions() -> tuple[dict[str, Callable[..., Any]], Callable[..., Any]]:
    import jax
    import jax.numpy as jnp
    from jax.scipy import special

    jax.config.update("jax_enable_x64", True)
    own: dict[str, Any] = {
        **{
            name: getattr(jax.nn, name)
            for name in ["sigmoid", "softplus", "relu", "leaky_relu", "elu"]
        },
        "logsigmoid": jax.nn.log_sigmoid,
        "silu": jax.nn.silu,
        "gelu": lambda x: jax.nn.gelu(x, approximate=False),
        "piecewise_linear": lambda x: jnp.clip(x + 0.5, 0.0, 1.0),
        "heaviside": lambda x: jnp.heaviside(x, 0.5),
        **{name: getattr(special, name) for name in ["erf", "erfc", "entr", "xlogy", "rel_entr"]},
        "clip": jnp.clip,
        "sum": lambda *xs: jnp.stack(xs).sum(0),
        "dot": lambda *xs: jnp.multiply(*halves(jnp.stack, xs)).sum(0) + xs[-1],
        "take": lambda index, *xs: jnp.take_along_axis(jnp.stack(xs), index.astype(int)[None], 0)[
            0
        ],
        "max": lambda *xs: jnp.stack(xs).max(0),
        "min": lambda *xs: jnp.stack(xs).min(0),
        "logsumexp": lambda *xs: special.logsumexp(jnp.stack(xs), 0),
        "softmax": lambda which, *xs: jnp.take_along_axis(
            jax.nn.softmax(jnp.stack(xs), 0), which.astype(int)[None], 0
        )[0],
        "cross_entropy": lambda *xs: (
            -(halves(jnp.stack, xs)[1] * jax.nn.log_softmax(halves(jnp.stack, xs)[0], 0)).sum(0)
        ),
    }

    def differentiate(function: Callable[..., Any], columns: list[Any]) -> list[Any]:
        places = tuple(range(len(columns)))
        slopes = jax.grad(lambda *xs: function(*xs).sum(), argnums=places)(*columns)
        return [np.asarray(x) for x in (function(*columns), *slopes)]

    return {**{name: getattr(jnp, name) for name in NAMES}, **OPERATORS, **own}, differentiate


def peer_answers(peer: Any, row: Primitive, operands: list[Any]) -> list[Answers] | None:
    """What a peer answers at each point; None if it has no such function."""
    functions, differentiate = peer
    if row.name not in functions:
        return None
    found: list[Answers] = [{}] * len(operands)
    for size in {len(xs) for xs in operands}:  # one call for all points of as many operands
        places = [i for i, xs in enumerate(operands) if len(xs) == size]
        columns = [np.array(column) for column in zip(*(operands[i] for i in places), strict=True)]
        out, *slopes = differentiate(functions[row.name], columns)
        for at, i in enumerate(places):
            found[i] = {k: float(s[at]) for k, s in enumerate(slopes) if s is not None}
            found[i][None] = float(out[at])
    return found


# ---- The page ----------------------------------------------------------------------------------


def errors(
    got: list[Answers], want: list[list[Wanted]], of_value: bool, like: list[Answers]
) -> list[float]:
    """All errors of the values, or of the partials, in bounds; where `like` has an answer, too."""
    return [
        error(mine[w.place], w.exact, w.bound)
        for mine, ours, each in zip(got, like, want, strict=True)
        for w in each
        if (w.place is None) == of_value and w.place in mine and w.place in ours
    ]


def cell(found: list[float]) -> str:
    """The worst of the errors, and how many are outside the bound."""
    if not found:
        return "–"
    worst, outside = max(found), sum(not e <= 1 for e in found) / len(found)
    if not outside:
        return f"{math.ceil(worst * 100) / 100:.2f}"
    text = "∞" if math.isinf(worst) else f"{worst:.2g}" if worst < 1000 else f"{worst:.0e}"
    return f"{text} ({max(outside, 0.001):.1%})"


def line(row: Primitive, peers: Sequence[Any], count: int = POINTS) -> str:
    """A row of the table."""
    operands = list(points(row, count))
    want = [wanted(row, xs) for xs in operands]
    ours = [answers(row, xs) for xs in operands]
    all_answers = [ours, *(peer_answers(peer, row, operands) for peer in peers)]
    cells = [
        "–" if got is None else cell(errors(got, want, of_value, ours))
        for of_value in (True, False)
        for got in all_answers
    ]
    return f"| {row.name} | {' | '.join(cells)} |"


def slope(function: Callable[[Any], Any], x: float) -> float:
    leaf = Value(x)
    return float(gradients(function(leaf), [leaf])[0])


def notable(peers: Sequence[Any]) -> list[str]:
    """Answers that a peer is known to get wrong, as they come out today."""
    import jax
    import torch

    (functions, _), (functions_of_jax, _) = peers

    def of_torch(name: str, x: float) -> float:
        leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        functions[name](leaf).backward()
        return float(leaf.grad.item())

    def exactly(row: Primitive, *operands: float) -> Point:
        return Point(row, operands)

    rows: list[tuple[Any, ...]] = []
    for f, x in [(tanh, 20.0), (sigmoid, 40.0), (gelu, -9.0), (absolute, 0.0)]:
        exact = "none: −1 to 1" if x == 0.0 else exactly(f, x).slope(0)
        of_jax = float(jax.grad(functions_of_jax[f.name])(x))
        rows.append((f"{f.name}′({x:g})", exact, slope(f, x), of_torch(f.name, x), of_jax))
    p, one, z = (torch.tensor([x], dtype=torch.float64) for x in (1e-50, 1.0, 21.0))
    logits = [np.array([x]) for x in (40.0, 0.0, 1.0, 0.0)]
    rows += [
        (
            *("softplus(21)", exactly(softplus, 21.0).value(), softplus(21.0)),
            *(functions["softplus"](z), functions_of_jax["softplus"](21.0)),
        ),
        (
            *("binary cross-entropy of p = 10⁻⁵⁰, target 1", -exactly(log, 1e-50).value()),
            losses.binary_cross_entropy([1e-50], [1]),
            *(torch.nn.functional.binary_cross_entropy(p, one), None),
        ),
        (
            "cross-entropy of the logits 40 and 0, target the first",
            *(
                exactly(cross_entropy, 40.0, 0.0, 1.0, 0.0).value(),
                losses.cross_entropy([40, 0], 0),
            ),
            functions["cross_entropy"](*map(torch.tensor, logits)),
            functions_of_jax["cross_entropy"](*logits),
        ),
    ]
    lines = []
    for what, exact, *got in rows:
        write = repr if what.startswith("softplus") else number  # number: four digits
        exact = exact if isinstance(exact, str) else write(float(exact))
        texts = ["–" if x is None else write(float(np.asarray(x).item())) for x in got]
        lines.append(f"| {what} | {exact} | {' | '.join(texts)} |")
    return lines


def page() -> str:
    """The text of the page; the peers must be installed."""
    peers = [torch_functions(), jax_functions()]
    names = ["numpy", "mpmath", "torch", "jax"]
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    versions += f", Python {platform.python_version()}, {' '.join(platform.libc_ver())}"
    with np.errstate(all="ignore"):
        lines = [line(row, peers) for row in PRIMITIVES.values()]
        singles = notable(peers)
    head = HEAD.format(points=f"{POINTS:,}", versions=versions)
    return head + "\n".join(lines) + "\n" + NOTABLE + "\n".join(singles) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
