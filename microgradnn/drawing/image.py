"""PNG, PDF and GIF of our own pictures, painted by a renderer that brings its font along."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ..waiting import reached
from .looks import FONTS, FONTS_ON_PAPER

BUNDLED_FONT = '"Liberation Sans"'  # it is in the wheel, and has our ∂, σ and □
# What that font lacks, or a machine's own older one of this name, which goes first. A text of which
# one character is missing would be painted as a whole in another font, or with an empty box.
STAND_INS = {"‖∂‖": "||∂||", "⟋": "/", "⌊": "└", "⌋": "┘", "⌈": "┌", "⌉": "┐"}
# Small digits, of which that font lacks most, are painted as its digits, small and moved.
_TEXT = re.compile(">[^<>]+<")
_BELOW, _ABOVE = re.compile("[₀-₉]+"), re.compile("[⁰¹²³⁴-⁹⁽⁾]+")
_TO_USUAL = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾", "01234567890123456789()")
PIXELS = 2  # of a PNG for one of the picture's, for screens that are dense and for paper
TONES = 64  # colours of a GIF, the most frequent; all others are at the edges of shapes
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


def gif(pictures: Sequence[str], seconds: Sequence[float]) -> bytes:
    """Pictures of one size as an animation without end; each is shown for some seconds."""
    from ..needs_numpy import np

    image = _pillow()
    count = len(pictures)
    samples = {k: _colours(pictures[k]) for k in (0, count // 2, count - 1)}
    everything = np.concatenate([sample.ravel() for sample in samples.values()])
    found, counts = np.unique(everything, return_counts=True)
    tones = found[np.argsort(-counts, kind="stable")[:TONES]]

    def frames() -> Iterator[Any]:
        for k, picture in enumerate(pictures):
            reached(k / count, f"step {k + 1} of {count}")
            pixels = _nearest(samples[k] if k in samples else _colours(picture), tones)
            frame = image.frombytes("P", pixels.shape[::-1], pixels.tobytes())
            frame.putpalette(_parts(tones).astype(np.uint8).tobytes())
            yield frame

    first, *rest = frames()
    file = io.BytesIO()
    milliseconds = [round(1000 * each) for each in seconds]
    first.save(file, "GIF", save_all=True, append_images=rest, duration=milliseconds, loop=0)
    return file.getvalue()


def _colours(svg: str) -> Any:
    """The colours of a picture's pixels, each as one number."""
    import numpy as np

    painted = _renderer().svg_to_png(_in_bundled_font(svg))
    pixels = np.asarray(_pillow().open(io.BytesIO(painted)).convert("RGB"), dtype=np.int32)
    return pixels @ np.array([65536, 256, 1], dtype=np.int32)


def _parts(colours: Any) -> Any:
    """Red, green and blue of colours that are numbers, in rows."""
    import numpy as np

    return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=-1)


def _nearest(pixels: Any, tones: Any) -> Any:
    """For each pixel the place of the tone that it is nearest to."""
    import numpy as np

    found, places = np.unique(pixels, return_inverse=True)
    distances = ((_parts(found)[:, None] - _parts(tones)) ** 2).sum(axis=-1)
    nearest = distances.argmin(axis=1).astype(np.uint8)
    return nearest[places].reshape(pixels.shape)


def _in_bundled_font(svg: str) -> str:
    """The picture with one font instead of a choice, of which machines make a different one."""
    for fonts in (FONTS, FONTS_ON_PAPER):
        svg = svg.replace(fonts, BUNDLED_FONT)
    for sign, stand_in in STAND_INS.items():
        svg = svg.replace(sign, stand_in)
    return _TEXT.sub(_with_usual_digits, svg)


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
        raise _not_installed("painted", "vl-convert-python") from None
    return vl_convert


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise _not_installed("put together", "Pillow") from None
    return Image


def _not_installed(made: str, package: str) -> ModuleNotFoundError:
    return ModuleNotFoundError(
        f"a .png, .pdf or .gif file is {made} by {package}, which is not installed: "
        "pip install 'microgradnn[image]'"
    )
