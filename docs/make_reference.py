"""Makes docs/reference.md, the table of primitives for readers, from the table of primitives."""

import itertools
from pathlib import Path

from microgradnn.engine.formulas import READABLE, Formula
from microgradnn.engine.row import PRIMITIVES, Primitive
from microgradnn.explaining.notation import number

PAGE = Path(__file__).parent / "reference.md"
NAMES = {1: ["x"], 2: ["a", "b"], 3: ["x", "low", "high"]}
OWN_NAMES = {
    "leaky_relu": ["x", "slope"],
    "elu": ["x", "alpha"],
    "xlogy": ["x", "y"],
    "rel_entr": ["p", "q"],
    "entr": ["p"],
}
IN_WORDS = {
    "gelu": "0.5 * erfc(-x / 1.414) + x * 0.3989 * exp(-0.5 * x * x)`, and what rounding loses",
}
SAMPLES = (0.5, 1.0, 0.0, -0.5, -1.0)

HEAD = """# Reference: the primitives

Each row of the [table](../microgradnn/primitives.py) as it stands there: its value, its partial
derivatives as formulas over other rows, the domain of its operands. `out` is the row's own value.
`python docs/make_reference.py` writes this page.

| row | value | partial derivatives | domain |
|---|---|---|---|
"""
KINKS = """
## At kinks

Where a function has no derivative, one number out of the possible ones is chosen, and always the
same. So `maximum(x, 0)` has the derivative ½ at 0, for a tie shares the derivative between the
operands and neither is special; `relu(x)` has 0 there, for a neuron that is silent learns nothing.

| row | at | partial derivatives |
|---|---|---|
"""
MANY = """
## Rows of many operands

One function gives all their partials.

| row | value | partial derivatives |
|---|---|---|
| sum | Σ xᵢ, right to the last place | 1 each |
| dot | Σ wᵢxᵢ + b | ∂/∂wᵢ = xᵢ, ∂/∂xᵢ = wᵢ, ∂/∂b = 1 |
| max, min | the largest, the smallest | 1 for it, 1/k each in a k-way tie, else 0 |
| logsumexp | m + log Σ exp(xᵢ − m), m = max | softmax(x)ᵢ |
| softmax | sₖ = exp(xₖ − m) / Σ exp(xᵢ − m) | ∂/∂xₖ = sₖ·(the share of the others), ∂/∂xᵢ = −sₖsᵢ |
| cross_entropy | Σ tₖ (logsumexp(x) − xₖ) | sₖ·(the other targets) − tₖ·(the share of the others) |
"""


def names_of(row: Primitive) -> list[str]:
    """What the operands are called on the page."""
    return OWN_NAMES.get(row.name) or NAMES[row.arity or 1]


def derivatives_of(row: Primitive) -> list[str]:
    """Each partial derivative as a formula; calls of other rows are left as calls."""
    if row.name in IN_WORDS:
        return [f"∂/∂{names_of(row)[0]} = `{IN_WORDS[row.name]}"]
    operands = [Formula(name) for name in names_of(row)]
    lines = []
    for name, partial in zip(names_of(row), row.partials, strict=True):  # type: ignore[arg-type]
        result = partial(Formula("out"), *operands)
        text = result.code(READABLE) if isinstance(result, Formula) else number(result)
        lines.append(f"∂/∂{name} = `{text}`")
    return lines


def kinks_of(row: Primitive) -> list[str]:
    """The derivatives at one point of every kink."""
    found: dict[int, tuple[float, ...]] = {}
    for point in itertools.product(SAMPLES, repeat=row.arity or 1):
        in_order = row.name != "clip" or point[1] < point[2]  # low below high
        for place, kink in enumerate(row.kinks):
            if kink(*point) == 0.0 and in_order and (row.arity == 1 or point[0] == 0.0):
                found.setdefault(place, point)
    lines = []
    for point in found.values():
        partials = row.local_derivatives(row.value(point), point, [True] * len(point))
        at = ", ".join(
            f"{name} = {number(x)}" for name, x in zip(names_of(row), point, strict=True)
        )
        lines.append(f"| {row.name} | {at} | {', '.join(number(d or 0.0) for d in partials)} |")
    return lines


def page() -> str:
    """The text of the page."""
    rows = [row for row in PRIMITIVES.values() if row.arity]
    table = []
    for row in rows:
        operands = [Formula(name) for name in names_of(row)]
        value = row.forward(*operands) if row.kind == "formula" else row(*operands)
        domain = ", ".join(map(str, row.domain))
        columns = [row.name, f"`{value.code(READABLE)}`", "<br>".join(derivatives_of(row)), domain]
        table.append("| " + " | ".join(text.replace("|", "\\|") for text in columns) + " |")
    kinks = [line for row in rows for line in kinks_of(row)]
    return HEAD + "\n".join(table) + "\n" + KINKS + "\n".join(kinks) + "\n" + MANY


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
