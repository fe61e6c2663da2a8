"""Formulas as MathML: against markup that was written by hand."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from microgradnn.engine.formulas import Formula
from microgradnn.engine.row import PRIMITIVES
from microgradnn.explaining.mathml import mathml
from microgradnn.explaining.writing import latex

APPLY = "<mo>&#x2061;</mo>"
SPACE = '<mspace width="0.2em"/>'


def fenced(inside: str) -> str:
    return f'<mrow><mo stretchy="false">(</mo>{inside}<mo stretchy="false">)</mo></mrow>'


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"\frac{1}{2 x}", "<mfrac><mn>1</mn><mrow><mn>2</mn><mi>x</mi></mrow></mfrac>"),
        (r"\sqrt{x}", "<msqrt><mi>x</mi></msqrt>"),
        (r"x^{2}", "<msup><mi>x</mi><mn>2</mn></msup>"),
        (r"x^{1}", "<mi>x</mi>"),
        (r"\log x", f"<mi>log</mi>{APPLY}{SPACE}<mi>x</mi>"),
        (r"\log_{2} x", f"<msub><mi>log</mi><mn>2</mn></msub>{APPLY}{SPACE}<mi>x</mi>"),
        (r"\sigma\left(x\right)", f"<mi>σ</mi>{APPLY}{fenced('<mi>x</mi>')}"),
        (
            r"\operatorname{leaky ReLU}\left(x, y\right)",
            f"<mi>leaky\xa0ReLU</mi>{APPLY}{fenced('<mi>x</mi><mo>,</mo><mi>y</mi>')}",
        ),
        (
            r"\left|\frac{x}{2}\right|",
            "<mrow><mo>|</mo><mfrac><mi>x</mi><mn>2</mn></mfrac><mo>|</mo></mrow>",
        ),
        (r"a \cdot b \bmod c", "<mi>a</mi><mo>·</mo><mi>b</mi><mo>mod</mo><mi>c</mi>"),
        (r"x < 0.5", "<mi>x</mi><mo>&lt;</mo><mn>0.5</mn>"),
        (
            r"\begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
            "<mrow><mo>{</mo><mtable>"
            "<mtr><mtd><mn>1</mn></mtd><mtd><mtext>if\xa0</mtext><mi>x</mi><mo>&gt;</mo><mn>0</mn>"
            "</mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr>"
            "</mtable></mrow>",
        ),
    ],
)
def test_latex_becomes_mathml(text: str, wanted: str) -> None:
    assert mathml(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("\0a\0 - \0b\0", "{a}<mo>−</mo>{b!}"),  # a − (−1), but −1 − b
        (r"-" + "\0a\0", "<mo>−</mo>{a!}"),
        ("\0a\0^{2}", "<msup>{a!}<mn>2</mn></msup>"),  # (−1)²
        (r"\frac{" + "\0a\0}{\0b\0}", "<mfrac>{a}{b}</mfrac>"),
        (r"\left(" + "\0a\0, \0b\0" + r"\right)", fenced("{a}<mo>,</mo>{b}")),
        ("\0a\0 > \0b\0", "{a}<mo>&gt;</mo>{b}"),
    ],
)
def test_places_say_where_a_negative_number_needs_parentheses(text: str, wanted: str) -> None:
    assert mathml(text) == wanted


@pytest.mark.parametrize("row", [row for row in PRIMITIVES.values() if row.kind != "custom"])
def test_what_rows_write_is_well_formed(row: object) -> None:
    row = PRIMITIVES[row.name]  # type: ignore[attr-defined]
    operands = [Formula(f"\0{k}\0") for k in range(row.arity or 4)]
    if row.name in ("softmax", "take"):
        operands[0] = 1.0  # type: ignore[call-overload]
    formulas = [row.definition(*operands), *row.textbook_on(Formula("\0out\0"), operands)]
    for formula in formulas:
        text = latex(formula)
        written = mathml(text)
        ElementTree.fromstring(f"<math>{written}</math>")
        assert "\\" not in written
        assert written.count("{0") == text.count("\0000\0")
