"""PNG and PDF: the same picture, with every sign in it, and what is said without the extra."""

import io
import re
import struct
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from drawings import chain, hostile_graph, network, neuron

from microgradnn import Value, nn
from microgradnn.drawing import Drawing, draw
from microgradnn.drawing.image import STAND_INS, _in_bundled_font, pdf, png
from microgradnn.engine.row import PRIMITIVES

pytest.importorskip("vl_convert", reason="pip install 'microgradnn[image]'")


def drawings() -> list[Drawing]:
    circles = draw(nn.MLP(12, [9, 3], rng=1), example=[0.5] * 12)
    return [draw(neuron()), draw(neuron(), step=9), draw(hostile_graph()), circles]


def size_of(image: bytes) -> tuple[int, int]:
    """The width and height that a PNG says it has."""
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", image[16:24])
    return width, height


def svg_of(words: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="30"><style>text'
        f'{{font:13px "Liberation Sans"}}</style><text x="5" y="20">{words}</text></svg>'
    )


def test_a_png_has_two_pixels_for_one(tmp_path: Path) -> None:
    for k, drawing in enumerate(drawings()):
        drawing.save(tmp_path / f"{k}.png")
        width, height = re.findall(r'(?:width|height)="(\d+)"', drawing.svg)[:2]
        image = (tmp_path / f"{k}.png").read_bytes()
        assert size_of(image) == (2 * int(width), 2 * int(height))


def test_a_pdf_has_one_page_of_the_picture_s_size(tmp_path: Path) -> None:
    for k, drawing in enumerate(drawings()):
        drawing.save(tmp_path / f"{k}.PDF")
        width, height = re.findall(r'(?:width|height)="(\d+)"', drawing.svg)[:2]
        document = (tmp_path / f"{k}.PDF").read_bytes()
        assert document.startswith(b"%PDF-")
        (box,) = re.findall(rb"/MediaBox ?\[([\d. ]+)\]", document)
        assert list(map(float, box.split())) == [0.0, 0.0, float(width), float(height)]


def test_boxes_and_arrowheads_are_painted() -> None:
    pixels = pytest.importorskip("matplotlib.image", reason="pip install matplotlib")
    svg = draw(Value(1.0, label="x") * 2).svg
    x, y, *_ = map(float, re.findall(r'class="tip" d="M([\d.]+),([\d.]+)', svg)[0])
    painted = pixels.imread(io.BytesIO(png(svg)), format="png")
    left, top = round(2 * (x + 8)), round(2 * (y + 8))  # the picture begins at −8, −8
    tip = painted[top, left - 12, :3]  # well inside the arrowhead
    assert tip == pytest.approx([0x7D / 255, 0x8A / 255, 0xA0 / 255], abs=0.05)
    assert painted[top - 3, left - 12, :3] == pytest.approx(tip, abs=0.05)  # no line is so wide
    assert painted[top - 12, left - 12, :3] == pytest.approx([1.0] * 3, abs=0.02)


def test_every_sign_of_ours_is_in_the_font() -> None:
    """A character that the font has not is painted as an empty box, like one that nobody has."""
    symbols = "".join(row.symbol for row in PRIMITIVES.values()) + "‖∂‖"
    symbols += "∂×σ−≠·□…→Σ÷√½²"
    for sign, stand_in in STAND_INS.items():
        symbols = symbols.replace(sign, stand_in)
    signs = {sign for sign in symbols if ord(sign) > 127}
    assert {"∂", "σ", "Σ"} <= signs
    assert "‖" not in signs
    missing = png(svg_of("\ue000"))
    assert missing != png(svg_of(""))
    assert [sign for sign in sorted(signs) if png(svg_of(sign)) == missing] == []


def test_the_text_of_an_image_does_not_depend_on_the_choice_of_fonts() -> None:
    svg = draw(neuron()).svg
    assert svg.count("system-ui") == 1
    assert png(svg) == png(svg.replace(re.findall(r"13px ([^;]+);", svg)[0], '"Liberation Sans"'))


def test_a_png_that_no_program_could_show_is_refused(tmp_path: Path) -> None:
    drawing = draw(chain(100), "none")
    with pytest.raises(ValueError, match=r"at most 16,384 pixels a side.* save it as \.svg or"):
        drawing.save(tmp_path / "long.png")
    assert not list(tmp_path.iterdir())
    drawing.save(tmp_path / "long.pdf")


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_without_the_extra_the_error_says_what_to_install(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'microgradnn\[image\]'"):
        draw(Value(1.0)).save(tmp_path / f"graph.{form}")
    assert not list(tmp_path.iterdir())


def test_the_same_picture_gives_the_same_image() -> None:
    svg = draw(neuron()).svg
    assert png(svg) == png(svg)
    assert len(pdf(svg)) == len(pdf(svg))  # the renderer lists the fonts in any order


def test_small_digits_that_the_font_lacks_are_painted_as_usual_ones_made_small() -> None:
    painted = _in_bundled_font('<svg data-name="w₁"><text>w₁₂⁽¹⁾ × 2</text></svg>')
    below = '<tspan baseline-shift="sub" font-size="70%">12</tspan>'
    above = '<tspan baseline-shift="super" font-size="70%">(1)</tspan>'
    assert painted == f'<svg data-name="w₁"><text>w{below}{above} × 2</text></svg>'
    shown = _in_bundled_font(draw(network()).svg)
    ElementTree.fromstring(shown)
    assert not set("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾") & set(re.sub('"[^"]*"', "", shown))
