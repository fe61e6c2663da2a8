"""Formulas for people: as text and as LaTeX."""

import math
from typing import Any

import pytest

from microgradnn.elements import where
from microgradnn.engine.formulas import Formula
from microgradnn.engine.row import PRIMITIVES
from microgradnn.engine.table import (
    atan2,
    ceil,
    exp,
    floor,
    hypot,
    log,
    logaddexp,
    minimum,
    relu,
    square,
)
from microgradnn.explaining.writing import latex, readable

X, Y, Z = Formula("x"), Formula("y"), Formula("z")


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (1 - X**2, "1 − x²"),
        (X * (1 - X), "x·(1 − x)"),
        (Y * X ** (Y - 1), "y·xʸ⁻¹"),
        (X ** (Y / 2), "x^(y / 2)"),
        (X**Z, "x^z"),
        (X**1, "x"),
        ((X**2) ** 2, "(x²)²"),
        ((X + Y) ** 2, "(x + y)²"),
        (-(X**2), "−x²"),
        (-(X * Y), "−(x·y)"),
        (-X / Y**2, "−x / y²"),
        ((-X) ** 2, "(−x)²"),
        (Formula("-2.0") ** X, "(−2)ˣ"),
        (exp(X) ** 2, "exp(x)²"),
        (X / math.sqrt(2.0), "x / √2"),
        (X * 1e-300, "x·1e−300"),
        (where(X <= 0, 0.0, X), "0 if x ≤ 0 else x"),
        (where(X > 0, 1.0, 0.0) * Y, "(1 if x > 0 else 0)·y"),
        (where((X > 0) & (math.inf >= Y), 1.0, 0.0), "1 if x > 0 and y ≤ ∞ else 0"),
        (relu(minimum(X, 1.0)), "relu(minimum(x, 1))"),
        (0.25, "0.25"),
        (-math.inf, "−∞"),
    ],
)
def test_text(formula: Any, text: str) -> None:
    assert readable(formula) == text


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (PRIMITIVES["exp"](X - Y), "e^{x - y}"),
        (X / (Y + Z), r"\frac{x}{y + z}"),
        (PRIMITIVES["pow"](X + Y, Z), r"\left(x + y\right)^{z}"),
        (X * (Y + Z), r"x \cdot \left(y + z\right)"),
        (PRIMITIVES["sigmoid"](X), r"\sigma\left(x\right)"),
        (PRIMITIVES["softplus"](X), r"\operatorname{softplus}\left(x\right)"),
        (PRIMITIVES["max"](X, Y, Z), r"\operatorname{max}\left(x, y, z\right)"),
        (1 - X**2, "1 - x^{2}"),
        (exp(X) ** 2, r"\left(e^{x}\right)^{2}"),
        (-(X + Y), r"-\left(x + y\right)"),
        (log(X * Y), r"\log \left(x \cdot y\right)"),
        (log(X) ** 2, r"\left(\log x\right)^{2}"),
        (X / math.sqrt(2.0 * math.pi), r"\frac{x}{\sqrt{2 \pi}}"),
        (X * 1e-300, r"x \cdot \left(1 \cdot 10^{-300}\right)"),
        (X * -2.5, r"x \cdot -2.5"),
        (floor(X + Y) * 2.0, r"\left\lfloor{x + y}\right\rfloor \cdot 2"),
        (ceil(-X), r"\left\lceil{-x}\right\rceil"),
        (-square(X + Y), r"-\left(x + y\right)^2"),
        (square(X) ** Y, r"\left(x^2\right)^{y}"),
        (hypot(X - 1, Y) ** 2, r"\left(\sqrt{\left(x - 1\right)^2 + y^2}\right)^{2}"),
        (logaddexp(X, Y + 1), r"\log\left(e^{x} + e^{y + 1}\right)"),
        (atan2(Y, X) / 2, r"\frac{\operatorname{atan2}\left(y, x\right)}{2}"),
        (math.inf, r"\infty"),
        (
            where((X > 0) & (Y <= 1), 1.0, Y),
            r"\begin{cases} 1 & \text{if } x > 0 \text{ and } y \le 1 \\ "
            r"y & \text{otherwise} \end{cases}",
        ),
        (
            where(X > 0, 1.0, 0.0) * Y,
            r"\left(\begin{cases} 1 & \text{if } x > 0 \\ "
            r"0 & \text{otherwise} \end{cases}\right) \cdot y",
        ),
    ],
)
def test_latex(formula: Any, text: str) -> None:
    assert latex(formula) == text
