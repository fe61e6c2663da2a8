"""PNG and PDF of our own pictures, painted by a renderer that brings its font along."""

from __future__ import annotations

import re
from typing import Any

from .looks import FONTS

BUNDLED_FONT = '"Liberation Sans"'  # it is in the wheel, and has our ∂, σ and □
# What that font lacks, or a machine's own older one of this name, which goes first. A text of which
# one character is missing would be painted as a whole in another font, or with an empty box.
STAND_INS = {"‖∂‖": "||∂||", "⟋": "/"}
# Small digits, of which that font lacks most, are painted as its digits, small and moved.
_TEXT = re.compile(">[^<>]+<")
_BELOW, _ABOVE = re.compile("[₀-₉]+"), re.compile("[⁰¹²³⁴-⁹⁽⁾]+")
_TO_USUAL = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾", "01234567890123456789()")
PIXELS = 2  # of a PNG for one of the picture's, for screens that are dense and for paper
MOST_PIXELS = 16_384  # of a side, which is what programs that show a PNG can bear


def png(svg: str) -> bytes:
    """A picture as PNG, on its light surface."""
    renderer = _renderer()
    sides = [PIXELS * int(side) for side in re.findall(r'(?:width|height)="(\d+)"', svg)[:2]]
    if max(sides) > MOST_PIXELS:
        raise ValueError(
            f"a .png file has at most {MOST_PIXELS:,} pixels a side, and this picture would have "
            f"{sides[0]:,} × {sides[1]:,}; save it as .svg or .pdf, or fold it"
        )
    painted: bytes = renderer.svg_to_png(_in_bundled_font(svg), scale=PIXELS)
    return painted


def pdf(svg: str) -> bytes:
    """A picture as PDF of one page, on its light surface, in vectors."""
    painted: bytes = _renderer().svg_to_pdf(_in_bundled_font(svg))
    return painted


def _in_bundled_font(svg: str) -> str:
    """The picture with one font instead of a choice, of which machines make a different one."""
    for sign, stand_in in STAND_INS.items():
        svg = svg.replace(sign, stand_in)
    return _TEXT.sub(_with_usual_digits, svg.replace(FONTS, BUNDLED_FONT))


def _with_usual_digits(text: re.Match[str]) -> str:
    """A text between two tags, with small digits as usual ones that are made small."""
    below = _BELOW.sub(lambda run: _moved(run[0], "sub"), text[0])
    return _ABOVE.sub(lambda run: _moved(run[0], "super"), below)


def _moved(small: str, side: str) -> str:
    usual = small.translate(_TO_USUAL)
    return f'<tspan baseline-shift="{side}" font-size="70%">{usual}</tspan>'


def _renderer() -> Any:
    try:
        import vl_convert
    except ImportError:
        raise ModuleNotFoundError(
            "a .png or .pdf file is painted by vl-convert-python, which is not installed: "
            "pip install 'microgradnn[image]'"
        ) from None
    return vl_convert
